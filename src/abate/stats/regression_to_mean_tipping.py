"""How well would persons usually have to be, or how much must the ward do, for a fall to need no more than that?

No data enter but the mean fall and the mean first rating.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, number_vector


@dataclass(frozen=True, kw_only=True, eq=False)
class TippingCurve:
    """What it takes for a fall to be regression to the mean and an effect of the ward alone.

    Attributes
    ----------
    mean_first, mean_fall : float
        In points.
    reliability : array of float64, shape (r,)
        rho, the correlation of the first with the final rating had nothing been done.
    level : array of float64, shape (m,)
        mu, the mean rating on all days, in points.
    needed_ward_effect : array of float64, shape (m, r)
        Points that the ward must take off at each mu and rho; below 0 where regression alone does more than was seen.
    needed_level : array of float64, shape (r,)
        The mu at which, or below which, regression alone explains the fall; nan at rho = 1.
    needed_reliability : array of float64, shape (m,)
        The rho at which regression alone explains the fall; nan where none from 0 to 1 does.
    """

    mean_first: float
    mean_fall: float
    reliability: Array
    level: Array
    needed_ward_effect: Array
    needed_level: Array
    needed_reliability: Array


def tipping_curve(
    mean_first: float, mean_fall: float, level: ArrayLike, reliability: ArrayLike | None = None
) -> TippingCurve:
    """Return what it takes, at each usual level and reliability.

    With D the fall and a the mean first rating: ``h* = D - (1 - rho)(a - mu)``, ``mu* = a - D / (1 - rho)``,
    ``rho* = 1 - D / (a - mu)``.

    Parameters
    ----------
    mean_first, mean_fall : float
        In points.
    level : array-like of numbers, shape (m,)
        Usual levels mu to draw, in points.
    reliability : array-like of numbers, shape (r,), optional
        rho from 0 to 1; 0, 0.01, ..., 1 where it is not given.

    Returns
    -------
    TippingCurve

    Raises
    ------
    ParameterError
        If a number is not finite or a reliability not from 0 to 1.

    References
    ----------
    Ostermann, Willich & Lüdtke (2008), BMC Medical Research Methodology 8, 52, who scan the unknown mu in the same way.
    https://doi.org/10.1186/1471-2288-8-52

    Examples
    --------
    >>> curve = tipping_curve(7.5, 4.1, level=[5.5, 3.4], reliability=[0, 0.5])
    >>> curve.needed_ward_effect.round(2).tolist(), curve.needed_level.round(2).tolist()
    ([[2.1, 3.1], [0.0, 2.05]], [3.4, -0.7])
    """
    if not (math.isfinite(mean_first) and math.isfinite(mean_fall)):
        raise ParameterError(f"mean_first and mean_fall must be finite; got {mean_first!r}, {mean_fall!r}.")
    mu = number_vector(level, "level")
    rho = number_vector(np.linspace(0, 1, 101) if reliability is None else reliability, "reliability")
    if np.any((rho < 0) | (rho > 1)):
        raise ParameterError("reliability must be from 0 to 1 throughout.")
    return TippingCurve(
        mean_first=mean_first,
        mean_fall=mean_fall,
        reliability=rho,
        level=mu,
        needed_ward_effect=mean_fall - (1 - rho)[None, :] * (mean_first - mu)[:, None],
        needed_level=mean_first - mean_fall * _divided(np.ones(len(rho)), 1 - rho),
        needed_reliability=_between_0_and_1(1 - mean_fall * _divided(np.ones(len(mu)), mean_first - mu)),
    )


def _divided(above: Array, below: Array) -> Array:
    quotient = np.full(len(below), np.nan)
    np.divide(above, below, out=quotient, where=below != 0)
    return quotient


def _between_0_and_1(values: Array) -> Array:
    with np.errstate(invalid="ignore"):
        return np.where((values >= 0) & (values <= 1), values, np.nan)
