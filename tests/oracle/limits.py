"""Did a course keep to the limits of ketamine on a ward? Plain Python over seconds, a second opinion for tests.

Written from the text of courses/limits.py; a course is looked at second by second of a list, on a coarse grid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

RATE_LIMIT, BOLUS_LIMIT = Fraction(1), Fraction(35, 100)


def judge(doses: Sequence[Mapping[str, Any]], weight: int | None, grid: int) -> dict[str, Any]:
    """Return the verdicts of one course that starts at second 0; every time is a multiple of ``grid`` seconds."""
    rows = [row for row in doses if row["route"] in (None, "intravenous")]
    stretches = [row for row in rows if not is_bolus(row) and row["rate"] != 0]
    boluses = [row for row in rows if is_bolus(row)]
    fast = [row for row in stretches if exceeds(rate_of(row), weight, RATE_LIMIT)]
    return {
        "rate_verdict": rate_verdict(rows, stretches, fast, weight, grid),
        "bolus_verdict": bolus_verdict(rows, boluses, weight),
        "beyond_first_hour": min(row["start"] for row in fast) / 3600 if fast else None,
        "beyond_hours": beyond_hours(rows, stretches, fast, weight, grid),
    }


def is_bolus(row: Mapping[str, Any]) -> bool:
    return row["end"] == row["start"] or (row["rate"] is None and row["end"] is None)


def rate_of(row: Mapping[str, Any]) -> Fraction | None:
    if row["rate"] is not None:
        return Fraction(row["rate"])
    if row["amount"] is None:
        return None
    return Fraction(row["amount"]) * 3600 / (row["end"] - row["start"])


def exceeds(dose: Fraction | None, weight: int | None, limit: Fraction) -> bool:
    return dose is not None and weight is not None and dose / weight > limit


def rate_verdict(rows: Any, stretches: Any, fast: Any, weight: int | None, grid: int) -> str:
    if fast:
        return "beyond"
    if not rows:
        return "not known"
    if not stretches:
        return "within limits"
    if weight is None or any(rate_of(row) is None for row in stretches):
        return "not known"
    last = max((row["end"] or 0 for row in stretches), default=0)
    for moment in range(0, last, grid):
        running = [rate_of(row) for row in stretches if row["end"] is not None and row["start"] <= moment < row["end"]]
        if exceeds(sum(running, Fraction(0)), weight, RATE_LIMIT):  # type: ignore[arg-type]
            return "not known"
    return "within limits"


def bolus_verdict(rows: Any, boluses: Any, weight: int | None) -> str:
    amounts = [0 if row["rate"] == 0 and row["amount"] is None else row["amount"] for row in boluses]
    if any(exceeds(None if amount is None else Fraction(amount), weight, BOLUS_LIMIT) for amount in amounts):
        return "beyond"
    if not rows:
        return "not known"
    return "not known" if boluses and (weight is None or None in amounts) else "within limits"


def beyond_hours(rows: Any, stretches: Any, fast: Any, weight: int | None, grid: int) -> float | None:
    verdict = rate_verdict(rows, stretches, fast, weight, grid)
    if verdict == "not known" or any(row["end"] is None for row in fast):
        return None
    last = max((row["end"] for row in fast), default=0)
    moments = [m for m in range(0, last, grid) if any(row["start"] <= m < row["end"] for row in fast)]
    return len(moments) * grid / 3600
