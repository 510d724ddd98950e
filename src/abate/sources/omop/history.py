"""Which drugs did the person have? Exposures to the drugs of the class table, joined to spells; outcomes are never recorded.

Exposures of one person and ingredient with at most 30 days between (or the study's refill gap) are one spell. An exposure without an end lasts its days
of supply, else its one day. How a treatment went OMOP tells at most by the text of its stop reason, where the study says what
that text means: then the outcome of the last exposure of a spell is recorded. Else it is unknown, the basis inferred.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa

from abate.base.days import SECONDS_PER_DAY, parse_length
from abate.contracts.course_tables import TREATMENTS
from abate.engine.texts import plain
from abate.engine.time import epoch_seconds, time_from_seconds
from abate.knowledge.drug_classes import DrugClass
from abate.knowledge.drug_table import drugs_of
from abate.sources.omop.times import both_columns, time_columns, time_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from abate.contracts.failure import Failure
    from abate.engine.connection import Engine
    from abate.engine.records import RecordStore
    from abate.sources.findings import Findings
    from abate.sources.vocabulary import Vocabulary

TABLE = "drug_exposure"
LONGEST_GAP_DAYS = 30
NOT_LOOKED_FOR = (
    "No concept is known for {ingredients}: they were not looked for in the drug history, so no class failed by them."
)
BROKEN = "The exposure has no start, or ends before it starts."
NOT_MAPPED = "{exposures:,} exposures to {concepts:,} drug concepts are of no drug of the drug table and stand in no history; most often {examples}."
#: How many of the concepts that did not map are named.
EXAMPLES = 5


CONTROL_CLASS = "negative control"
_NO_CONTROLS: Mapping[str, tuple[int, ...]] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class _Ingredient:
    drug: DrugClass
    concepts: tuple[int, ...]


def read_treatments(
    store: RecordStore,
    persons: ir.Table,
    vocabulary: Vocabulary,
    engine: Engine,
    findings: Findings,
    failure: Failure | None = None,
    controls: Mapping[str, tuple[int, ...]] = _NO_CONTROLS,
) -> ir.Table:
    """Return the drug history (contract's TREATMENTS) of ``persons``, materialised.

    ``failure`` is the study's section; ``controls`` are further drugs with their concepts, of the role other and a class of their own.
    """
    found = [*_find_ingredients(vocabulary, findings, drugs_of(failure)), *_as_ingredients(controls, vocabulary)]
    classes = _class_table(found, engine)
    max_gap_seconds = LONGEST_GAP_DAYS * SECONDS_PER_DAY if failure is None else parse_length(failure.refill_gap)
    time_columns(store, TABLE, "drug_exposure_start")
    read = store.table(
        TABLE,
        ["drug_exposure_id", "person_id", "drug_concept_id"],
        optional=[*both_columns("drug_exposure_start", "drug_exposure_end"), "days_supply", "stop_reason"],
        keep={"drug_concept_id": classes.select("drug_concept_id").distinct(), "person_id": persons},
    )
    reasons = {} if failure is None else failure.stop_reasons
    rows = engine.materialise(_with_times(read, reasons), "history")
    is_whole = (rows.start_seconds <= rows.end_seconds).fill_null(False)
    findings.add_rows(rows.filter(~is_whole), table=TABLE, rule=BROKEN, action="dropped", key="drug_exposure_id")
    spells = join_spells(
        rows.filter(is_whole).inner_join(classes, "drug_concept_id"), max_gap_seconds / SECONDS_PER_DAY
    )
    _list_not_mapped(store, persons, classes, vocabulary, engine, findings)
    return engine.materialise(_as_treatments(spells), "treatments")


def join_spells(exposures: ir.Table, max_gap_days: float) -> ir.Table:
    """Join exposures of one person and ingredient to spells.

    A gap is counted from the latest end so far to the next start, not from the row before: a short exposure may lie inside
    a long one. The outcome of a spell is that of its last exposure.
    """
    order: dict[str, Any] = {
        "group_by": ["person_id", "ingredient"],
        "order_by": ["start_seconds", "end_seconds", "drug_exposure_id"],
    }
    latest_end = exposures.end_seconds.max().over(ibis.window(preceding=(None, 1), **order))
    gap = exposures.start_seconds - latest_end
    marked = exposures.mutate(is_new=(gap > max_gap_days * SECONDS_PER_DAY).fill_null(True).cast("int64"))
    numbered = marked.mutate(spell=marked.is_new.sum().over(ibis.cumulative_window(**order)))
    spell = ["person_id", "ingredient", "drug_class", "role", "spell"]
    ends = numbered.group_by(*spell).mutate(latest=numbered.end_seconds.max())
    return ends.group_by(*spell).aggregate(
        start_seconds=ends.start_seconds.min(),
        end_seconds=ends.end_seconds.max(),
        # Of two exposures that end together and differ, the first by name.
        outcome=ends.outcome.min(where=ends.end_seconds == ends.latest),
    )


def _as_treatments(spells: ir.Table) -> ir.Table:
    return spells.mutate(
        start=time_from_seconds(spells.start_seconds),
        end=time_from_seconds(spells.end_seconds),
        dose_mg_day=ibis.null("float64"),
        outcome=spells.outcome.fill_null("unknown"),
        basis=spells.outcome.isnull().ifelse("inferred", "recorded"),
    ).select(*TREATMENTS.column_names)


def _with_times(rows: ir.Table, reasons: Mapping[str, str]) -> ir.Table:
    start = epoch_seconds(time_of(rows, "drug_exposure_start"))
    supply = (rows.days_supply > 0).ifelse(rows.days_supply, ibis.null("int64"))
    recorded, supplied = epoch_seconds(time_of(rows, "drug_exposure_end")), start + supply * SECONDS_PER_DAY
    # An end that is the date of the supply's last day covers that day: 84 days from the first are over on the 85th.
    lasted = recorded // SECONDS_PER_DAY - start // SECONDS_PER_DAY
    is_last_day = (recorded % SECONDS_PER_DAY == 0) & (lasted == supply - 1)
    end = ibis.coalesce(is_last_day.fill_null(False).ifelse(supplied, recorded), supplied, start)
    # An end that is only the start's date is that day, whatever the hour of the start.
    is_that_day = rows.drug_exposure_end_datetime.isnull() & (
        rows.drug_exposure_end_date == time_of(rows, "drug_exposure_start").date()
    )
    return rows.select(
        "drug_exposure_id",
        "person_id",
        "drug_concept_id",
        start_seconds=start,
        end_seconds=is_that_day.fill_null(False).ifelse(start, end),
        outcome=_outcome_of(rows.stop_reason, reasons),
    )


def _outcome_of(reason: ir.StringValue, reasons: Mapping[str, str]) -> ir.StringValue:
    """Return the outcome that a reason for stopping records, empty where the study says nothing of it."""
    if not reasons:
        return ibis.null("string")
    said = plain(reason)
    return ibis.cases(
        *((said == text.strip().lower(), outcome) for text, outcome in reasons.items()), else_=ibis.null("string")
    )


def _list_not_mapped(
    store: RecordStore, persons: ir.Table, classes: ir.Table, vocabulary: Vocabulary, engine: Engine, findings: Findings
) -> None:
    """Remark how many exposures are of no drug of the table, and name the concepts that stand there most often."""
    rows = store.table(TABLE, ["drug_exposure_id", "person_id", "drug_concept_id"], keep={"person_id": persons})
    others = rows.anti_join(classes, "drug_concept_id")
    counted = engine.to_arrow(others.group_by("drug_concept_id").aggregate(count=others.count())).to_pylist()
    if not counted:
        return
    counted.sort(key=lambda row: (-row["count"], row["drug_concept_id"] or 0))
    first = [(row["drug_concept_id"] or 0, row["count"]) for row in counted[:EXAMPLES]]
    names = {0: "no concept", **vocabulary.names_of({concept for concept, _ in first if concept})}
    examples = ", ".join(f"{names.get(concept, f'concept {concept}')} ({count:,})" for concept, count in first)
    total = sum(row["count"] for row in counted)
    findings.add_remark(TABLE, NOT_MAPPED.format(exposures=total, concepts=len(counted), examples=examples))


def _find_ingredients(vocabulary: Vocabulary, findings: Findings, drugs: Sequence[DrugClass]) -> list[_Ingredient]:
    """Return the drugs of the table with their concepts and all beneath them."""
    roots = _root_concepts(vocabulary, drugs)
    beneath = vocabulary.descendants_of_each({concept for found in roots.values() for concept in found})
    ingredients = [
        _Ingredient(drug=drug, concepts=tuple(sorted({c for root in roots[drug.ingredient] for c in beneath[root]})))
        for drug in drugs
    ]
    counted = [one for one in ingredients if one.drug.role in ("acute", "preventive")]
    unknown = [one.drug.ingredient for one in counted if not one.concepts]
    if unknown:
        findings.add_remark("treatments", NOT_LOOKED_FOR.format(ingredients=", ".join(unknown)))
    return ingredients


def _as_ingredients(controls: Mapping[str, tuple[int, ...]], vocabulary: Vocabulary) -> list[_Ingredient]:
    """Return drugs that the study file names with concepts."""
    return [
        _Ingredient(
            drug=DrugClass(
                ingredient=name, drug_class=CONTROL_CLASS, role="other", omop_concept=None, rxnorm=None, atc=None,
                tag="named by the study file", source="study file",
            ),
            concepts=vocabulary.with_descendants(concepts),
        )
        for name, concepts in controls.items()
    ]  # fmt: skip


def _root_concepts(vocabulary: Vocabulary, drugs: Sequence[DrugClass]) -> Mapping[str, tuple[int, ...]]:
    """Return the concept of each ingredient: the table's, else what the records' RxNorm has for its code.

    A code is believed only where the vocabulary calls it by the ingredient's name.
    """
    wanted = {drug.rxnorm: drug for drug in drugs if drug.omop_concept is None and drug.rxnorm}
    looked_up = vocabulary.concepts_of_codes("RxNorm", wanted)
    names = vocabulary.names_of({concept for found in looked_up.values() for concept in found})
    roots: dict[str, tuple[int, ...]] = {
        drug.ingredient: () if drug.omop_concept is None else (drug.omop_concept,) for drug in drugs
    }
    for code, found in looked_up.items():
        ingredient = wanted[code].ingredient
        roots[ingredient] = tuple(concept for concept in found if names.get(concept, "").lower() == ingredient.lower())
    return roots


def _class_table(ingredients: list[_Ingredient], engine: Engine) -> ir.Table:
    rows = [
        {"drug_concept_id": c, "ingredient": i.drug.ingredient, "drug_class": i.drug.drug_class, "role": i.drug.role}
        for i in ingredients
        for c in i.concepts
    ]
    schema = pa.schema(
        [
            ("drug_concept_id", pa.int64()),
            ("ingredient", pa.string()),
            ("drug_class", pa.string()),
            ("role", pa.string()),
        ]
    )
    return engine.from_arrow(pa.Table.from_pylist(rows, schema), "drug_classes")
