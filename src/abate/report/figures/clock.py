"""Where on the axis of days does a moment lie? Day ``d`` takes the place from ``d - 0.5`` to ``d + 0.5``."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

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
