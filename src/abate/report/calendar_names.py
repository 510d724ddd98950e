"""What is a calendar period called? A month, a quarter or a year; never a day."""

from __future__ import annotations

from abate.contracts.result import PeriodKind, PeriodRow

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December")  # fmt: skip


def name_period(period: PeriodRow) -> str:
    """Return the name of a period: March 2019, Q1 2019, 2019."""
    if period.kind is PeriodKind.MONTH:
        return f"{_MONTHS[period.number - 1]}\u00a0{period.year}"
    return f"Q{period.number}\u00a0{period.year}" if period.kind is PeriodKind.QUARTER else str(period.year)


def short_name(period: PeriodRow, before: PeriodRow | None) -> str:
    """Return a name for an axis: the year where it begins, else the month or quarter alone."""
    if before is None or before.year != period.year or period.kind is PeriodKind.YEAR:
        return str(period.year)
    return _MONTHS[period.number - 1][:3] if period.kind is PeriodKind.MONTH else f"Q{period.number}"
