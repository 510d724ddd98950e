"""With which probability does a test statistic that is looked at again and again cross its bounds?

The statistic is followed as ``B = Z * sqrt(t)``, a Brownian motion with drift: its increments between looks are independent and
normal, with mean ``drift * step`` and variance ``step`` (Armitage, McPherson & Rowe 1969; Jennison & Turnbull 2000, chapter 19). From
look to look the density of those still in the trial is carried on points; here they are Gauss-Legendre points in panels, as wide
as the increments before and after the look are, where the book takes Simpson's rule: fewer points, more digits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from abate.stats.arrays import Array
from abate.stats.distributions import normal_quantile

#: Normal probability beyond this many standard deviations (1e-15) is left out.
_REACH = 8.0
#: Points in a panel, and its width in standard deviations of the integrand: its error is below 1e-13.
_PANEL_POINTS = 20
_PANEL_WIDTH = 7.0
# Chances below this are none: a bound that far out has no digits. The probit is that of a still smaller one.
_LEAST_CHANCE = 1e-290
_LEAST_PROBIT = -37.0


@dataclass(frozen=True, eq=False, kw_only=True)
class Walk:
    """Those still in the trial after a look: points of B, and the probability that each stands for."""

    drift: float  # mean of B, which is that of Z, at information 1
    information: float
    b: Array
    mass: Array


@dataclass(frozen=True, eq=False, kw_only=True)
class Crossings:
    """Probability to leave at each look, above the upper and below the lower bound."""

    above: Array
    below: Array


def begin(drift: float = 0.0) -> Walk:
    """Return everybody before the first look: B is 0.

    Examples
    --------
    >>> begin().mass
    array([1.])
    """
    return Walk(drift=drift, information=0.0, b=np.zeros(1), mass=np.ones(1))


def reflected(walk: Walk) -> Walk:
    """Return the walk with its sign turned, so that what lay below lies above.

    Examples
    --------
    >>> reflected(begin(2.0)).drift
    -2.0
    """
    return Walk(drift=-walk.drift, information=walk.information, b=-walk.b, mass=walk.mass)


def chance_above(walk: Walk, information: float, z: float) -> float:
    """Return the probability to be in the trial at the next look and there at or above ``z``.

    Examples
    --------
    >>> round(chance_above(begin(), 0.5, 1.959964), 6)
    0.025
    """
    from scipy.special import ndtr

    if math.isinf(z):
        return 0.0 if z > 0 else float(walk.mass.sum())
    step = information - walk.information
    return float(walk.mass @ ndtr((walk.b + walk.drift * step - z * math.sqrt(information)) / math.sqrt(step)))


def chance_below(walk: Walk, information: float, z: float) -> float:
    """Return the probability to be in the trial at the next look and there at or below ``z``.

    Examples
    --------
    >>> round(chance_below(begin(), 0.5, 0.0), 6)
    0.5
    """
    return chance_above(reflected(walk), information, -z)


def proceed(walk: Walk, information: float, lower: float, upper: float, next_information: float) -> Walk:
    """Return those who are between the bounds at a look and go on to the next.

    Parameters
    ----------
    walk : Walk
        After the look before.
    information : float
        At this look, above that of ``walk``.
    lower, upper : float
        Bounds of Z; infinite where there is none.
    next_information : float
        At the look after this; says how fine the points must lie.

    Examples
    --------
    >>> round(float(proceed(begin(), 0.5, -1.959964, 1.959964, 1.0).mass.sum()), 6)
    0.95
    """
    step = information - walk.information
    b, width = _points(walk.drift, information, lower, upper, _finest(step, next_information - information))
    distance = (b[:, None] - (walk.b + walk.drift * step)) / math.sqrt(step)
    mass = width * (np.exp(-0.5 * distance * distance) @ walk.mass) / math.sqrt(2 * math.pi * step)
    return Walk(drift=walk.drift, information=information, b=b, mass=mass)


def _finest(step: float, next_step: float) -> float:
    """Return the standard deviation of the product of the normal densities that come in and go out."""
    return 1 / math.sqrt(1 / step + 1 / next_step)


def _points(drift: float, information: float, lower: float, upper: float, finest: float) -> tuple[Array, Array]:
    root, mean = math.sqrt(information), drift * information
    start = max(lower * root, mean - _REACH * root)
    end = min(upper * root, mean + _REACH * root)
    if start >= end:
        return np.zeros(0), np.zeros(0)
    panel_count = max(1, math.ceil((end - start) / (_PANEL_WIDTH * finest)))
    node, weight = _panel()
    half = (end - start) / (2 * panel_count)
    middle = start + half * np.arange(1, 2 * panel_count, 2)
    return (middle[:, None] + half * node).ravel(), np.tile(half * weight, panel_count)


@cache
def _panel() -> tuple[Array, Array]:
    node, weight = np.polynomial.legendre.leggauss(_PANEL_POINTS)
    return node, weight


def follow(
    information: Sequence[float] | Array, lower: Sequence[float] | Array, upper: Sequence[float] | Array, drift: float
) -> Crossings:
    """Return the probabilities to leave at each look.

    Parameters
    ----------
    information : array of float64, shape (looks,)
        Above 0, rising; the drift is that at information 1.
    lower, upper : array of float64, shape (looks,)
        Bounds of Z; infinite where there is none.
    drift : float
        Mean of Z at information 1.

    References
    ----------
    Armitage, McPherson & Rowe (1969), JRSS A 132(2), 235-244. https://doi.org/10.2307/2343787
    Jennison & Turnbull (2000), Group Sequential Methods with Applications to Clinical Trials, chapter 19.

    Examples
    --------
    >>> follow([0.5, 1.0], [-2.178273] * 2, [2.178273] * 2, 0.0).above.round(5)  # Pocock, 5 % on two sides
    array([0.01469, 0.01031])
    """
    walk, above, below = begin(drift), [], []
    for k, t in enumerate(information):
        above.append(chance_above(walk, t, upper[k]))
        below.append(chance_below(walk, t, lower[k]))
        if k + 1 < len(information):
            walk = proceed(walk, t, lower[k], upper[k], information[k + 1])
    return Crossings(above=np.array(above), below=np.array(below))


def upper_bound(walk: Walk, information: float, increment: float) -> float:
    """Return the z that is passed upwards at the next look with the probability ``increment``.

    It is ``inf`` where nothing is spent, and ``-inf`` where as much is spent as there is left.

    Examples
    --------
    >>> round(upper_bound(begin(), 0.5, 0.025), 6)
    1.959964
    """
    left = float(walk.mass.sum())
    if increment <= _LEAST_CHANCE * left:
        return math.inf
    if increment >= left:
        return -math.inf
    return _newton(walk, information, left, normal_quantile(increment / left))


def lower_bound(walk: Walk, information: float, increment: float) -> float:
    """Return the z that is passed downwards at the next look with the probability ``increment``.

    Examples
    --------
    >>> round(lower_bound(begin(), 0.5, 0.025), 6)
    -1.959964
    """
    return -upper_bound(reflected(walk), information, increment)


def _newton(walk: Walk, information: float, left: float, target: float) -> float:
    """Solve on the probit scale, where the probability is nearly a straight line in z."""
    from scipy.special import ndtr

    step, root = information - walk.information, math.sqrt(information)
    mean = walk.b + walk.drift * step
    centre = float(walk.mass @ mean) / left
    spread = math.sqrt(float(walk.mass @ (mean - centre) ** 2) / left + step)
    z = (centre - target * spread) / root
    lowest, highest = -math.inf, math.inf
    for _ in range(60):
        distance = (mean - z * root) / math.sqrt(step)
        share = float(walk.mass @ ndtr(distance)) / left
        probit = max(normal_quantile(min(share, 1 - 1e-16)), _LEAST_PROBIT)
        lowest, highest = (z, highest) if probit > target else (lowest, z)
        density = float(walk.mass @ np.exp(-0.5 * distance * distance)) / left * math.sqrt(information / step)
        slope = density * math.exp(0.5 * probit * probit)
        following = z + (probit - target) / slope if slope > 0 else math.nan
        if not lowest <= following <= highest:
            following = _between(lowest, highest, z)
        if abs(following - z) <= 1e-13 * max(1.0, abs(z)):
            return following
        z = following
    return z


def _between(lowest: float, highest: float, z: float) -> float:
    if math.isinf(lowest):
        return z - 1.0
    if math.isinf(highest):
        return z + 1.0
    return (lowest + highest) / 2
