"""When are the looks of a trial, as shares of its information, and which error may it make?"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from abate.stats.arrays import Array
from abate.stats.sequential.errors import ErrorRateError, InformationError, TooManyLooksError

#: Tables of group-sequential designs end here; beyond it boundaries hardly change.
MAX_LOOKS = 20
#: Two looks nearer than this are one look, and the recursion between them would need thousands of points.
NEAREST_LOOKS = 0.001
# Fractions typed with six digits, such as 0.333333, still end at 1.
_ROUNDING = 1e-9


def equal_looks(look_count: float) -> Array:
    """Return the information fractions of equally spaced looks, the last at 1.

    Raises
    ------
    TooManyLooksError
        If there are more than 20.
    InformationError
        If ``look_count`` is not a whole number of at least 1.

    Examples
    --------
    >>> equal_looks(2)
    array([0.5, 1. ])
    """
    if not (math.isfinite(look_count) and look_count == int(look_count) and look_count >= 1):
        raise InformationError(
            f"looks must be a whole number of at least 1, or the information fractions; got {look_count!r}."
        )
    _refuse_many(int(look_count))
    return np.arange(1, int(look_count) + 1) / int(look_count)


def planned_looks(information: Sequence[float] | Array) -> Array:
    """Return information fractions that rise within (0, 1] and end at 1.

    Parameters
    ----------
    information : sequence of float, shape (looks,)
        The share of the final information that is there at each look.

    Raises
    ------
    InformationError
        If a fraction is outside (0, 1], does not rise, lies within 0.001 of the one before, or the last is not 1.
    TooManyLooksError
        If there are more than 20.

    Examples
    --------
    >>> planned_looks([0.6, 1])
    array([0.6, 1. ])
    """
    fractions = rising_information(information)
    if fractions[-1] > 1 + _ROUNDING:
        raise InformationError(
            f"information fractions must lie in (0, 1]; found {fractions[-1]:g}. Divide by the information at the end."
        )
    if abs(fractions[-1] - 1) > _ROUNDING:
        raise InformationError(
            f"information fractions must end at 1; the last is {fractions[-1]:g}. Add the final analysis as 1."
        )
    fractions[-1] = 1.0
    return fractions


def rising_information(information: Sequence[float] | Array) -> Array:
    """Return information seen at looks, above 0 and rising; the last need not be 1.

    Raises
    ------
    InformationError
        If a value is not above 0, or not at least 0.001 above the one before.
    TooManyLooksError
        If there are more than 20.

    Examples
    --------
    >>> rising_information([0.55, 1.04])
    array([0.55, 1.04])
    """
    fractions = np.array(information, dtype=np.float64).reshape(-1)
    if fractions.size == 0:
        raise InformationError("information fractions are empty; name at least the final analysis, as 1.")
    _refuse_many(fractions.size)
    if not np.all(np.isfinite(fractions) & (fractions > 0)):
        bad = fractions[~(np.isfinite(fractions) & (fractions > 0))][0]
        raise InformationError(f"information fractions must lie in (0, 1]; found {bad:g}. Leave such a look out.")
    steps = np.diff(fractions)
    if np.any(steps < NEAREST_LOOKS):
        k = int(np.argmax(steps < NEAREST_LOOKS))
        raise InformationError(
            f"information fractions must rise by at least {NEAREST_LOOKS}; look {k + 2} has {fractions[k + 1]:g} "
            f"after {fractions[k]:g}. Sort them, or join looks that coincide."
        )
    return fractions


def require_error_rate(value: float, name: str) -> None:
    """Refuse an error probability or a power that is not between 0 and 1.

    Raises
    ------
    ErrorRateError
        If ``value`` is not above 0 and below 1.

    Examples
    --------
    >>> require_error_rate(0.025, "alpha")
    """
    if not 0 < value < 1:
        raise ErrorRateError(f"{name} must be above 0 and below 1, such as 0.025 or 0.9; got {value!r}.")


def require_sides(sided: int) -> None:
    """Refuse a test with other than one or two sides.

    Raises
    ------
    ErrorRateError
        If ``sided`` is neither 1 nor 2.

    Examples
    --------
    >>> require_sides(2)
    """
    if sided not in (1, 2):
        raise ErrorRateError(f"sided must be 1 or 2; got {sided!r}.")


def _refuse_many(count: int) -> None:
    if count > MAX_LOOKS:
        raise TooManyLooksError(f"at most {MAX_LOOKS} looks are computed; got {count}. Plan fewer looks.")
