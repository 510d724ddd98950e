"""The counts of a burden a second time, day by day in plain Python, from docs/burden.md: slow, and nothing of Ibis or SQL."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

DAY = dt.timedelta(days=1)


def age_on(day: dt.date, birth_date: dt.date | None, birth_year: int | None) -> int | None:
    """Return completed years; the difference of years where only the year is known."""
    if birth_date is not None:
        years = day.year - birth_date.year
        return years - 1 if (day.month, day.day) < (birth_date.month, birth_date.day) else years
    return None if birth_year is None else day.year - birth_year


def count_by_hand(
    persons: Mapping[Any, tuple[str, dt.date | None, int | None]],
    spans: Iterable[tuple[Any, dt.date, dt.date]],
    records: Iterable[tuple[Any, dt.date]],
    marks: Mapping[str, Iterable[tuple[Any, dt.date]]],
    *,
    periods: Mapping[str, tuple[dt.date, dt.date]],
    age_limits: Sequence[int],
    washout_days: int,
) -> dict[tuple[str, str, int], Counter[str]]:
    """Return counts by period, sex and lowest age of the band (-1: not known)."""
    observed: dict[Any, set[dt.date]] = defaultdict(set)
    for person, first, last in spans:
        day = first
        while day <= last:
            observed[person].add(day)
            day += DAY
    recorded = _days_of(records)
    marked = {mark: _days_of(rows) for mark, rows in marks.items()}
    cells: dict[tuple[str, str, int], Counter[str]] = defaultdict(Counter)
    for person, seen in observed.items():
        days = sorted(seen)
        first_record = min(recorded[person], default=None)
        at_risk = {
            day
            for place, day in enumerate(days)
            if place >= washout_days and (first_record is None or day <= first_record)
        }
        sex, birth_date, birth_year = persons.get(person, ("unknown", None, None))
        for name, (opens, closes) in periods.items():
            there = [day for day in days if opens <= day <= closes]
            if not there:
                continue
            age = age_on(there[0], birth_date, birth_year)
            band = max((low for low in age_limits if age is not None and low <= age), default=-1)
            cell = cells[name, sex, band]
            cell["persons"] += 1
            cell["person_days"] += len(there)
            cell["days_at_risk"] += sum(day in at_risk for day in there)
            cell["new_cases"] += first_record in at_risk and opens <= first_record <= closes
            for what, when in (("recorded", recorded), *marked.items()):
                cell[f"{what}_in_period"] += any(opens <= day <= closes for day in when[person])
                cell[f"{what}_ever"] += any(day <= closes for day in when[person])
    return dict(cells)


def _days_of(rows: Iterable[tuple[Any, dt.date]]) -> dict[Any, set[dt.date]]:
    found: dict[Any, set[dt.date]] = defaultdict(set)
    for person, day in rows:
        found[person].add(day)
    return found
