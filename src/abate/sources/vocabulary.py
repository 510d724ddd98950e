"""Which concepts does a code stand for? Concepts with all beneath them, and source codes, by the records' own vocabulary.

Records come with a whole vocabulary, a slice of it, or none. What is there is used; what is not there is said once in the
findings: without ``concept_ancestor`` a concept stands for itself alone, without ``concept`` a source code is looked for
as text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa

from abate.contracts.definition import Codes

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from abate.engine.connection import Engine
    from abate.engine.records import RecordStore
    from abate.sources.findings import Findings

NO_ANCESTORS = (
    "The records have no concept_ancestor: a concept stands for itself alone, without the concepts beneath it."
)
NO_CONCEPTS = "The records have no concept table: source codes are looked for as text only."
CODE_NOT_FOUND = "The vocabulary of the records has no code {vocabulary} {code}."
_ICD = {"icd10cm": "ICD10CM", "icd9cm": "ICD9CM"}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a set of codes looks for: standard concepts, source concepts, and texts where no concept is known.

    ``icd_prefixes`` are upper case without a point, as they are compared; ``texts`` are compared whole.
    """

    concepts: tuple[int, ...] = ()
    source_concepts: tuple[int, ...] = ()
    icd_prefixes: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing can be found with it."""
        return not (self.concepts or self.source_concepts or self.icd_prefixes or self.texts)

    def are_in(
        self,
        *,
        concepts: Sequence[ir.IntegerValue],
        source_concept: ir.IntegerValue | None,
        source_text: ir.StringValue | None,
    ) -> ir.BooleanValue:
        """Return whether a row has one of the codes; False, never empty, where it has none."""
        tests = [concept.isin(self.concepts) for concept in concepts if self.concepts]
        if source_concept is not None and self.source_concepts:
            tests.append(source_concept.isin(self.source_concepts))
        # A text is looked at only where the source concept is unknown: "E11" is an ICD-9 code, too.
        if source_text is not None and (self.icd_prefixes or self.texts):
            is_unknown = True if source_concept is None else source_concept.fill_null(0) == 0
            tests.append(is_unknown & self._text_is_one(source_text))
        return reduce(or_, [test.fill_null(False) for test in tests], ibis.literal(False))

    def _text_is_one(self, text: ir.StringValue) -> ir.BooleanValue:
        tests = [text.isin(self.texts)] if self.texts else []
        bare = text.upper().replace(".", "")
        tests += [bare.startswith(prefix) for prefix in self.icd_prefixes]
        return reduce(or_, tests)


@dataclass(kw_only=True)
class Vocabulary:
    """The vocabulary tables of one database; what is missing is remarked upon once."""

    store: RecordStore
    engine: Engine
    findings: Findings
    _known: dict[tuple[int, ...], tuple[int, ...]] = field(default_factory=dict)
    _is_remarked: set[str] = field(default_factory=set)

    def with_descendants(self, concepts: Iterable[int]) -> tuple[int, ...]:
        """Return the concepts and all beneath them, in order."""
        wanted = tuple(sorted(set(concepts)))
        if wanted and wanted not in self._known:
            self._known[wanted] = tuple(sorted({*wanted, *self._beneath(wanted)}))
        return self._known.get(wanted, ())

    def descendants_of_each(self, concepts: Iterable[int]) -> Mapping[int, tuple[int, ...]]:
        """Return each concept with all beneath it, in one look-up."""
        wanted = sorted(set(concepts))
        beneath: dict[int, set[int]] = {concept: {concept} for concept in wanted}
        for ancestor, descendant in self._pairs(wanted):
            beneath[ancestor].add(descendant)
        return {concept: tuple(sorted(found)) for concept, found in beneath.items()}

    def concepts_of_codes(self, vocabulary: str, codes: Iterable[str]) -> Mapping[str, tuple[int, ...]]:
        """Return the concept ids of whole codes of one vocabulary; a code that is not there has none."""
        wanted = sorted(set(codes))
        found: dict[str, list[int]] = {code: [] for code in wanted}
        for row in self._concept_rows(lambda concept: concept.concept_code.isin(wanted), vocabulary) if wanted else []:
            found[row["concept_code"]].append(row["concept_id"])
        return {code: tuple(sorted(ids)) for code, ids in found.items()}

    def find(self, codes: Codes) -> Wanted:
        """Return what to look for in the records for a set of codes."""
        snomed = self._snomed_concepts(codes.snomed)
        icd = {name: getattr(codes, name) for name in _ICD}
        return Wanted(
            concepts=self.with_descendants((*codes.concepts, *snomed)),
            source_concepts=tuple(
                sorted({*snomed, *(c for name, listed in icd.items() for c in self._icd(name, listed))})
            ),
            icd_prefixes=tuple(sorted({code.upper().replace(".", "") for listed in icd.values() for code in listed})),
            texts=tuple(sorted(set(codes.snomed))),
        )

    def names(self, concepts: ir.Table | Sequence[int]) -> ir.Table | None:
        """Return id, name, code and vocabulary of concepts (ids, or a table of one column); None without a vocabulary."""
        if not self._has_concepts():
            return None
        columns = ["concept_id", "concept_name", "concept_code", "vocabulary_id"]
        return self.store.table("concept", columns, keep={"concept_id": concepts})

    def names_of(self, concepts: Iterable[int]) -> Mapping[int, str]:
        """Return the names of a few concepts by id; those that the records do not name are left out."""
        wanted = sorted(set(concepts))
        named = self.names(wanted) if wanted else None
        if named is None:
            return {}
        rows = self.engine.to_arrow(named.select("concept_id", "concept_name")).to_pylist()
        return {row["concept_id"]: row["concept_name"] for row in rows if row["concept_name"]}

    def _snomed_concepts(self, codes: Sequence[str]) -> tuple[int, ...]:
        if not codes or not self._has_concepts():
            return ()
        found = self.concepts_of_codes("SNOMED", codes)
        for code, ids in found.items():
            if not ids:
                self.findings.add_remark("concept", CODE_NOT_FOUND.format(vocabulary="SNOMED", code=code))
        return tuple(concept for ids in found.values() for concept in ids)

    def _icd(self, name: str, codes: Sequence[str]) -> list[int]:
        if not codes or not self._has_concepts():
            return []
        prefixes = [code.upper().replace(".", "") for code in codes]

        def begins_with_one(concept: ir.Table) -> ir.BooleanValue:
            bare = concept.concept_code.upper().replace(".", "")
            return reduce(or_, [bare.startswith(prefix) for prefix in prefixes])

        return [row["concept_id"] for row in self._concept_rows(begins_with_one, _ICD[name])]

    def _concept_rows(self, is_wanted: Any, vocabulary: str) -> list[dict[str, Any]]:
        if not self._has_concepts():
            return []
        concept = self.store.table("concept", ["concept_id", "concept_code", "vocabulary_id"])
        found = concept.filter(concept.vocabulary_id == vocabulary, is_wanted(concept))
        rows: list[dict[str, Any]] = self.engine.to_arrow(found.select("concept_id", "concept_code")).to_pylist()
        return rows

    def _has_concepts(self) -> bool:
        if self.store.has("concept"):
            return True
        self._remark_once("concept", NO_CONCEPTS)
        return False

    def _beneath(self, concepts: Sequence[int]) -> list[int]:
        return [descendant for _, descendant in self._pairs(concepts)]

    def _pairs(self, concepts: Sequence[int]) -> list[tuple[int, int]]:
        """Return (ancestor, descendant) for all that stands beneath the concepts."""
        if not concepts:
            return []
        if not self.store.has("concept_ancestor"):
            self._remark_once("concept_ancestor", NO_ANCESTORS)
            return []
        columns = ["ancestor_concept_id", "descendant_concept_id"]
        found = self.store.table("concept_ancestor", columns, keep={"ancestor_concept_id": concepts})
        rows: pa.Table = self.engine.to_arrow(found)
        # The table is large: whether it is empty is asked only where it gave nothing.
        if rows.num_rows == 0 and self.store.size("concept_ancestor", None).rows == 0:
            self._remark_once("concept_ancestor", NO_ANCESTORS)
        return list(zip(*(rows.column(name).to_pylist() for name in columns), strict=True))

    def _remark_once(self, table: str, rule: str) -> None:
        if rule not in self._is_remarked:
            self._is_remarked.add(rule)
            self.findings.add_remark(table, rule)
