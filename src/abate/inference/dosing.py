"""How long did courses last, how much was given, and how was it given?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from abate.contracts.result import Estimate
from abate.inference.columns import Sample, commonest_reason, persons, sample, texts
from abate.inference.rows import NO_VALUE, mean_row, median_row, share_row, slug
from abate.stats.medians import quartiles

if TYPE_CHECKING:
    import pyarrow as pa

_MEANS: Mapping[str, tuple[str, str, str]] = {
    "stay.mean": ("stay_days", "mean stay, admission to discharge", "d"),
    "dose_total.mean": ("dose_total_mg", "mean total dose", "mg"),
    "dose_per_kg.mean": ("dose_mg_per_kg", "mean total dose per kg of body weight", "mg/kg"),
    "rate_first.mean": ("rate_first_mg_h", "mean rate at the start", "mg/h"),
    "rate_max.mean": ("rate_max_mg_h", "mean highest rate", "mg/h"),
    "rate_mean.mean": ("rate_mean_mg_h", "mean of each course's mean rate while it ran", "mg/h"),
    "running_hours.mean": ("running_hours", "mean hours in which an infusion ran", "h"),
}
_MEDIANS: Mapping[str, tuple[str, str, str]] = {
    "dose_total.median": ("dose_total_mg", "median total dose", "mg"),
    "rate_max.median": ("rate_max_mg_h", "median highest rate", "mg/h"),
}


def estimate_dosing(courses: pa.Table) -> list[Estimate]:
    """Return lengths, stays, doses, rates, pauses and why courses ended."""
    return [
        *_describe_lengths(sample(courses, "length_days")),
        *(
            mean_row(id, quantity, sample(courses, column), unit, none=_why_none(courses, column))
            for id, (column, quantity, unit) in _MEANS.items()
        ),
        *(
            median_row(id, quantity, sample(courses, column), unit, none=_why_none(courses, column))
            for id, (column, quantity, unit) in _MEDIANS.items()
        ),
        _share_with_a_pause(courses),
        *_shares_by_end_reason(courses),
    ]


def _describe_lengths(lengths: Sample) -> list[Estimate]:
    found = quartiles(lengths.values)
    places = {
        "q1": ("lower quartile of the lengths", found.lower_quartile),
        "q3": ("upper quartile of the lengths", found.upper_quartile),
        "min": ("length of the shortest course", found.minimum),
        "max": ("length of the longest course", found.maximum),
    }
    return [
        mean_row("course_length.mean", "mean length, first dose to end of the last", lengths, "d"),
        median_row("course_length.median", "median length, first dose to end of the last", lengths, "d"),
        *(
            Estimate(
                id=f"course_length.{key}",
                quantity=words,
                value=value,
                unit="d",
                n=lengths.course_count,
                person_count=lengths.person_count,
                method=found.method if key.startswith("q") else "smallest or largest value",
                reason=None if value is not None else NO_VALUE,
            )
            for key, (words, value) in places.items()
        ),
    ]


def _share_with_a_pause(courses: pa.Table) -> Estimate:
    pauses = sample(courses, "pause_count")
    has_pause = Sample(values=(pauses.values > 0).astype(np.float64), persons=pauses.persons)
    return share_row("pause.share", "courses with a stretch without infusion inside them", has_pause, none=NO_VALUE)


def _shares_by_end_reason(courses: pa.Table) -> list[Estimate]:
    """Return the share of each reason among the courses that have one, in the order of the alphabet."""
    reasons, whose = texts(courses, "end_reason"), persons(courses)
    is_known = np.array([reason is not None for reason in reasons], dtype=bool)
    rows = []
    for reason in sorted(set(reasons[is_known])):
        is_this = Sample(values=(reasons[is_known] == reason).astype(np.float64), persons=whose[is_known])
        rows.append(share_row(f"end_reason.{slug(reason)}", f"courses that ended: {reason}", is_this))
    return rows


def _why_none(courses: pa.Table, column: str) -> str:
    """Return why no course has a value in a column; the records say it of the total dose."""
    if column == "dose_mg_per_kg":
        return "no course has both a total dose and a body weight"
    reason = commonest_reason(courses, "dose_missing") if column == "dose_total_mg" else None
    return f"{NO_VALUE}: {reason}" if reason else NO_VALUE
