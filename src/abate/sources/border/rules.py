"""Which rules must a row of a contract table keep, and what is done with a row that breaks one?

Three answers only: the row is dropped, one of its cells is emptied ("repaired"), or it is kept as it is and named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import ibis.expr.types as ir

from abate.contracts.schema import Column, ColumnType
from abate.engine.time import epoch_seconds
from abate.knowledge.scales import SCALES, Scale
from abate.sources.border.cells import UNREAD_SENTENCE
from abate.sources.border.reading import ReadTable
from abate.sources.findings import Action
from abate.sources.impossible_ratings import is_no_value, is_out_of_range

Condition = Callable[[ir.Table], ir.BooleanValue]

#: A dose below nothing is no dose: the row goes, instead of the one number.
_ROW_GOES_WITH_THE_RANGE = frozenset({"doses"})


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule: ``is_broken`` is true where a row breaks it; ``empties`` is the cell that a repair empties."""

    sentence: str
    action: Action
    is_broken: Condition
    empties: str | None = None
    is_about_words: bool = False  # broken by a word that another spelling may mend


def rules_of(table: ReadTable, scales: Sequence[str] = ()) -> list[Rule]:
    """Return the rules of one table: of its columns, of the order of its times, and of the ``scales`` in it."""
    return [
        *(rule for column in table.contract.columns for rule in _column_rules(table, column)),
        *_ORDER_RULES.get(table.contract.name, ()),
        *_scale_rules(scales),
    ]


def _column_rules(table: ReadTable, column: Column) -> Iterator[Rule]:
    name = column.name
    if name in table.unread:
        flag = table.unread[name]
        yield _spoilt(column, f"{name} {UNREAD_SENTENCE[column.type]}", lambda rows: rows[flag])
    # Courses without an id are given one, after the broken ones are gone.
    if column.is_required and (table.contract.name, name) != ("courses", "course_id"):
        yield Rule(sentence=f"{name} is empty", action="dropped", is_broken=_is_empty(table, column))
    if column.minimum is not None or column.maximum is not None:
        yield _range_rule(table, column)
    if column.allowed:
        sentence = f"{name} is none of {', '.join(column.allowed)}"
        yield _spoilt(column, sentence, lambda rows: ~rows[name].isin(column.allowed), is_about_words=True)


def _spoilt(column: Column, sentence: str, is_broken: Condition, *, is_about_words: bool = False) -> Rule:
    """Return the rule for a cell that is of no use: without a required cell the row is dropped, else the cell is emptied."""
    return Rule(
        sentence=sentence,
        action="dropped" if column.is_required else "repaired",
        is_broken=is_broken,
        empties=None if column.is_required else column.name,
        is_about_words=is_about_words,
    )


def _is_empty(table: ReadTable, column: Column) -> Condition:
    name, flag = column.name, table.unread.get(column.name)

    def is_broken(rows: ir.Table) -> ir.BooleanValue:
        cell = rows[name]
        empty = (cell.isnull() | (cell == "")) if cell.type().is_string() else cell.isnull()
        # A cell that could not be read has its own finding.
        return empty if flag is None else empty & ~rows[flag]

    return is_broken


def _range_rule(table: ReadTable, column: Column) -> Rule:
    name, low, high = column.name, column.minimum, column.maximum

    def is_broken(rows: ir.Table) -> ir.BooleanValue:
        below = rows[name] < low if low is not None else None
        above = rows[name] > high if high is not None else None
        return above if below is None else below if above is None else below | above

    if table.contract.name in _ROW_GOES_WITH_THE_RANGE:
        return Rule(sentence=f"{name} is {describe_range(column)}", action="dropped", is_broken=is_broken)
    return _spoilt(column, f"{name} is {describe_range(column)}", is_broken)


def describe_range(column: Column) -> str:
    """Return "outside 2 to 400 kg", or "below 0 mg/h" where there is no upper end."""
    unit = f" {column.unit}" if column.unit else ""
    if column.maximum is None:
        return f"below {column.minimum:g}{unit}"
    if column.minimum is None:
        return f"above {column.maximum:g}{unit}"
    return f"outside {column.minimum:g} to {column.maximum:g}{unit}"


def _is_later(first: str, second: str) -> Condition:
    return lambda rows: rows[first] > rows[second]


def _scale_rules(scales: Sequence[str]) -> Iterator[Rule]:
    """Yield the rules of each scale: a rating that it cannot give is no rating, one on an unknown scale is anybody's guess."""
    for name in scales:
        if name in SCALES:
            scale = SCALES[name]
            sentence = f"value is outside {scale.minimum:g} to {scale.maximum:g}, the range of scale {name}"
            yield Rule(sentence=sentence, action="dropped", is_broken=_is_outside(scale))
            if scale.possible_values:
                sentence = f"value is not {scale.possible_values}, as scale {name} has"
                yield Rule(sentence=sentence, action="dropped", is_broken=_is_impossible(scale))
    if any(name not in SCALES for name in scales):
        sentence = "scale is not known, so its range was not checked"
        yield Rule(sentence=sentence, action="kept", is_broken=lambda rows: ~rows.scale.isin(list(SCALES)))


def _is_outside(scale: Scale) -> Condition:
    return lambda rows: (rows.scale == scale.id) & is_out_of_range(rows.value, scale)


def _is_impossible(scale: Scale) -> Condition:
    return lambda rows: (rows.scale == scale.id) & is_no_value(rows.value, scale)


_END_BEFORE_START = Rule(sentence="end is before start", action="dropped", is_broken=_is_later("start", "end"))
_END_EMPTIED = Rule(
    sentence="end is before start", action="repaired", is_broken=_is_later("start", "end"), empties="end"
)

_ORDER_RULES: Mapping[str, tuple[Rule, ...]] = MappingProxyType(
    {
        "courses": (
            _END_BEFORE_START,
            Rule(
                sentence="admission is after start",
                action="repaired",
                is_broken=_is_later("admission", "start"),
                empties="admission",
            ),
            Rule(
                sentence="discharge is before start",
                action="repaired",
                is_broken=_is_later("start", "discharge"),
                empties="discharge",
            ),
            Rule(
                sentence="discharge is before end",
                action="kept",
                is_broken=lambda rows: (rows.discharge < rows.end) & (rows.discharge >= rows.start),
            ),
            Rule(sentence="end is empty", action="kept", is_broken=lambda rows: rows.end.isnull()),
        ),
        "doses": (_END_BEFORE_START,),
        "observed": (_END_BEFORE_START,),
        "treatments": (_END_EMPTIED,),
        "contacts": (_END_EMPTIED,),
    }
)


def has_no_clock_time(cell: ir.TimestampValue) -> ir.BooleanValue:
    """Return whether a time lies exactly at midnight, as a date without a clock time does."""
    return epoch_seconds(cell) % 86_400 == 0


#: Tables whose times are set against a course's hours; elsewhere a date is all that is asked for.
CLOCKED_TABLES = ("courses", "doses", "ratings", "events")


def clocked_columns(table: ReadTable) -> list[str]:
    """Return the time columns of a table in which a clock time matters."""
    if table.contract.name not in CLOCKED_TABLES:
        return []
    return [
        column.name
        for column in table.contract.columns
        if column.type is ColumnType.TIME and column.name not in table.missing
    ]
