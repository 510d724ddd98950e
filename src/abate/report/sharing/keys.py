"""What is each count called? Keys that several rooms of sharing need."""

from __future__ import annotations

import re
from collections.abc import Mapping

from abate.contracts.result import PeriodRow
from abate.report.sharing.ledger import Key

COURSES: Key = ("courses",)


PERSONS: Key = ("persons",)


#: The groups of Table 1 that make up all courses.
GROUPS = ("responders", "non_responders", "not_evaluable")


_SHARE = re.compile(r"^(\d+)/(\d+) \(\d+ %\)$")


def table_1_key(variable: str, level: str | None, group: str) -> Key:
    """Return the key of a cell of Table 1: courses of a group at a level, or without a value where ``level`` is None."""
    return ("table 1", variable, "missing" if level is None else f"= {level}", group)


def group_keys(primary: str) -> Mapping[str, Key]:
    """Return the keys of the numbers of courses in the groups of Table 1, which the primary rule of response makes."""
    return {
        "responders": ("met", primary),
        "non_responders": ("not met", primary),
        "not_evaluable": ("not judged", primary),
    }


def share_of_cell(cell: str) -> tuple[int, int] | None:
    """Return k and n of a cell such as ``43/49 (88 %)``; None where it is none."""
    found = _SHARE.match(cell)
    return None if found is None else (int(found[1]), int(found[2]))


def period_number(row: PeriodRow) -> Key:
    """Return the key of a calendar period among the numbers of a result."""
    return ("period", str(row.kind), str(row.year), str(row.number))
