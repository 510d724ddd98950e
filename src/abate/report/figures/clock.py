"""Where on the axis of days does a moment lie? Day ``d`` takes the place from ``d - 0.5`` to ``d + 0.5``."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from abate.contracts.result import StudyResult
from abate.report.disclosure import course_values

#: Days that a figure shows; longer courses go on in the numbers behind it.
MOST_DAYS = 14

_DAY = np.timedelta64(86_400_000_000, "us")

Floats = NDArray[np.float64]


def origins(starts: NDArray[Any], day_rule: str) -> NDArray[Any]:
    """Return where day 1 of each course begins: midnight before the first dose, or the first dose itself.

    Parameters
    ----------
    starts : array of datetime64[us]
        First doses.
    day_rule : str
        ``calendar`` or ``24h``, as in the study file.
    """
    starts = starts.astype("datetime64[us]")
    return starts.astype("datetime64[D]").astype("datetime64[us]") if day_rule == "calendar" else starts


def days_between(origin: NDArray[Any], moments: NDArray[Any]) -> Floats:
    """Return the days, with their fractions, from ``origin`` to ``moments``; NaN where either is empty."""
    days: Floats = (moments.astype("datetime64[us]") - origin) / _DAY
    return days


def last_days(result: StudyResult, day_rule: str) -> Floats:
    """Return the last day of each course: that of the end of its last dose, else of its discharge; NaN where neither is known.

    A course that ends exactly where a day begins does not reach into that day.
    """
    times = course_values(result, "start", "end", "discharge")
    starts, ends, discharges = (_as_times(times[name]) for name in ("start", "end", "discharge"))
    last = np.where(np.isnat(ends), discharges, ends)
    days: Floats = np.maximum(np.ceil(days_between(origins(starts, day_rule), last)), 1.0)
    return days


def _as_times(values: NDArray[Any]) -> NDArray[Any]:
    """Return times; a column that is all empty comes as NaN and becomes not-a-time."""
    if np.issubdtype(values.dtype, np.datetime64):
        return values
    return np.full(values.shape, np.datetime64("NaT", "us"))
