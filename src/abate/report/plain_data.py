"""How is a result written for other programs? As JSON has it: numbers of ten digits, no NaN, keys as text."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

#: Digits of a number that is written: two engines may add in another order and differ in the last bits, not in these.
DIGITS = 10


def rounded(value: float) -> float | int | None:
    """Return a number with `DIGITS` significant digits; None where it is no number, and never a negative zero."""
    if not math.isfinite(value):
        return None
    return float(f"{value:.{DIGITS}g}") + 0.0


def as_plain_data(value: Any) -> Any:
    """Return ``value`` as JSON has it: rounded numbers, no NaN, keys as text."""
    if isinstance(value, bool | str) or value is None:
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return rounded(value)
    if isinstance(value, Mapping):
        return {str(key): as_plain_data(found) for key, found in value.items()}
    if isinstance(value, Sequence):
        return [as_plain_data(found) for found in value]
    return as_plain_data(value.item())  # a number of NumPy
