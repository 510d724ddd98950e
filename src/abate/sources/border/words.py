"""Is "Follow_up" the word "follow-up"? Words of the contract, scales and treatments in whatever spelling a sheet has."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

import ibis
import ibis.expr.types as ir

from abate.contracts.definition import Study
from abate.engine.connection import Engine
from abate.knowledge.scales import SCALES
from abate.sources.border.reading import ReadTable

#: Other words for the same, by column; written as ``plain_word`` leaves them.
SYNONYMS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "sex": {"f": "female", "w": "female", "woman": "female", "m": "male", "man": "male"},
        "planned": {"y": "yes", "true": "yes", "n": "no", "false": "no"},
    }
)

# A column of words has a handful of them; a column that has more holds something else, and is left for the rules to name.
_MOST_WORDS = 1_000


def plain_word(text: str) -> str:
    """Return a word without case, outer blanks and kind of separator.

    Examples
    --------
    >>> plain_word(" Follow_up ")
    'follow up'
    """
    return re.sub(r"[\s_-]+", " ", text.strip().lower())


def plain_scale(text: str) -> str:
    """Return the name of a scale without anything but its letters and digits.

    Examples
    --------
    >>> plain_scale("HIT-6")
    'hit6'
    """
    return re.sub(r"[^a-z0-9]", "", text.lower())


def respell_words(table: ReadTable, engine: Engine) -> ReadTable:
    """Return the table with words such as "Inpatient" or "follow_up" spelt as the contract allows them."""
    for column in table.contract.columns:
        if column.allowed and column.name not in table.missing:
            known = {plain_word(word): word for word in column.allowed}
            known.update(SYNONYMS.get(column.name, {}))
            table = _respell(table, column.name, engine, known, plain_word)
    return table


def respell_scales(table: ReadTable, engine: Engine) -> tuple[ReadTable, list[str]]:
    """Return the ratings with "HIT-6" as "hit6", and the scales in them; one that is not known stays as it is written."""
    words = words_in(table, "scale", engine)
    changes = dict(_changes(words, {name: name for name in SCALES}, plain_scale))
    return _with_changes(table, "scale", list(changes.items())), sorted({changes.get(word, word) for word in words})


def respell_treatments(table: ReadTable, study: Study, engine: Engine) -> ReadTable:
    """Return the courses with treatments spelt as in the study file; others stay as they are written."""
    known = {plain_word(treatment.name): treatment.name for treatment in study.treatments}
    return _respell(table, "treatment", engine, known, plain_word)


def respell_terms(table: ReadTable, study: Study, engine: Engine) -> ReadTable:
    """Return the events with "Nausea" as "nausea" where the study names it so; other terms stay as they are written."""
    terms = () if study.events is None else tuple(study.events.terms)
    return _respell(table, "term", engine, {plain_word(term): term for term in terms}, plain_word)


def words_in(table: ReadTable, name: str, engine: Engine) -> list[str]:
    """Return the distinct words of a column, at most a thousand."""
    distinct = table.rows.select(name).distinct().limit(_MOST_WORDS)
    return sorted(word for word in engine.to_arrow(distinct)[name].to_pylist() if word is not None)


def _respell(
    table: ReadTable, name: str, engine: Engine, known: Mapping[str, str], plain: Callable[[str], str]
) -> ReadTable:
    return _with_changes(table, name, _changes(words_in(table, name, engine), known, plain))


def _with_changes(table: ReadTable, name: str, changes: Sequence[tuple[str, str]]) -> ReadTable:
    if not changes:
        return table
    cell = table.rows[name]
    respelt: ir.Value = ibis.cases(*((cell == word, target) for word, target in changes), else_=cell)
    return table.with_rows(table.rows.mutate(**{name: respelt}))


def _changes(words: Iterable[str], known: Mapping[str, str], plain: Callable[[str], str]) -> list[tuple[str, str]]:
    found = ((word, known.get(plain(word), word)) for word in words)
    return [(word, target) for word, target in found if word != target]
