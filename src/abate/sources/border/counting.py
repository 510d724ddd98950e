"""How many rows of a table break each rule, and what is left when the rules are applied? One pass counts for all rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_

import ibis
import ibis.expr.types as ir

from abate.engine.connection import Engine
from abate.sources.border.reading import ROW_KEY, ReadTable
from abate.sources.border.rules import Rule, clocked_columns, has_no_clock_time
from abate.sources.findings import Findings


@dataclass(frozen=True, kw_only=True)
class ClockCount:
    """How many times of a column there are, and how many of them have no clock time."""

    all: int
    without: int


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Counts of one table: rows, rows that break each rule (in the order of the rules), times by column."""

    rows: int
    broken: Sequence[int]
    clock: Mapping[str, ClockCount] = field(default_factory=dict)


def count_broken(table: ReadTable, rules: Sequence[Rule], engine: Engine) -> Counts:
    """Count the rows that break each of ``rules``, in one pass."""
    rows, clocked = table.rows, clocked_columns(table)
    sums: dict[str, ir.IntegerScalar] = {"rows": rows.count()}
    for index, rule in enumerate(rules):
        sums[f"rule_{index}"] = rows.count(where=rule.is_broken(rows))
    for name in clocked:
        is_without = rows[table.date_only[name]] if name in table.date_only else has_no_clock_time(rows[name])
        sums[f"all_{name}"] = rows[name].count()
        sums[f"without_{name}"] = rows.count(where=is_without)
    found = engine.to_arrow(rows.aggregate(**sums)).to_pylist()[0]
    return Counts(
        rows=found["rows"],
        broken=[found[f"rule_{index}"] for index in range(len(rules))],
        clock={name: ClockCount(all=found[f"all_{name}"], without=found[f"without_{name}"]) for name in clocked},
    )


def loses_every_row(table: ReadTable, rules: Sequence[Rule], counts: Counts, engine: Engine) -> bool:
    """Return whether the rules leave nothing of a table that has rows."""
    dropping = [count for rule, count in zip(rules, counts.broken, strict=True) if rule.action == "dropped"]
    if counts.rows == 0 or sum(dropping) < counts.rows:
        return False
    left = table.rows.count(where=~_is_dropped(table.rows, rules))
    return bool(engine.to_arrow(left.name("n").as_table())["n"][0].as_py() == 0)


def apply_rules(table: ReadTable, rules: Sequence[Rule], broken: Sequence[int], findings: Findings) -> ReadTable:
    """Return the table without what the broken rules do not let pass, and name every such row in the findings."""
    in_breach = [rule for rule, count in zip(rules, broken, strict=True) if count]
    if not in_breach:
        return table
    for rule in in_breach:
        broken_rows = table.rows.filter(_known(rule.is_broken(table.rows)))
        findings.add_rows(broken_rows, table=table.contract.name, rule=rule.sentence, action=rule.action, key=ROW_KEY)
    left = table.rows.filter(~_is_dropped(table.rows, in_breach))
    emptied = {
        name: _known(_any(rule.is_broken(left) for rule in in_breach if rule.empties == name)).ifelse(
            ibis.null(left[name].type()), left[name]
        )
        for name in sorted({rule.empties for rule in in_breach if rule.empties is not None})
    }
    return table.with_rows(left.mutate(**emptied) if emptied else left)


def _is_dropped(rows: ir.Table, rules: Sequence[Rule]) -> ir.BooleanValue:
    dropping = [_known(rule.is_broken(rows)) for rule in rules if rule.action == "dropped"]
    return _any(dropping) if dropping else ibis.literal(False)


def _any(conditions: Iterable[ir.BooleanValue]) -> ir.BooleanValue:
    return reduce(or_, (_known(condition) for condition in conditions))


def _known(condition: ir.BooleanValue) -> ir.BooleanValue:
    """Return the condition with "cannot be said" as false: an empty cell breaks no rule on its value."""
    return condition.fill_null(False)
