"""Where within its bounds is the likelihood of ratings highest, and what does each course add to that?

Unlike :func:`abate.stats.newton.climb` it meets surfaces with more than one hill, and parameters that end at a bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from abate.stats.arrays import Array
from abate.stats.matrices import solved
from abate.stats.regression_to_mean_likelihood import Ascent

Flags = NDArray[np.bool_]

_MOST_STEPS = 200
_MOST_HALVINGS = 40
_LONGEST_STEP = 1.5
_SMALL_GAIN = 1e-12
_ROUNDING = 1e-13
_SMALLEST_CURVE = 1e-8


class Surface(Protocol):
    """What is climbed: a log-likelihood with its derivatives, within bounds."""

    @property
    def bounds(self) -> tuple[Array, Array]:
        """Return the lowest and the highest value of each parameter."""
        ...

    def value(self, point: Array) -> float:
        """Return the value alone; minus infinity outside its domain."""
        ...

    def ascent(self, point: Array) -> Ascent:
        """Return value, scores of the courses and second derivatives."""
        ...


@dataclass(frozen=True, kw_only=True, eq=False)
class Top:
    """The highest point found.

    Attributes
    ----------
    at : array of float64, shape (p,)
    value : float
    free : array of bool, shape (p,)
        Which parameters are not held at a bound.
    information : array of float64, shape (f, f)
        Minus the second derivatives in the free ones; positive definite.
    influence : array of float64, shape (n, p)
        What each course adds to the estimates, times n; 0 for what is at a bound.
    """

    at: Array
    value: float
    free: Flags
    information: Array
    influence: Array


def climb_within(surface: Surface, start: Array) -> Top | None:
    """Return the highest point found by Newton's steps within the bounds, or None where it is no maximum."""
    point, here, is_top = _climb(surface, start)
    free = _free(surface.bounds, point, here.scores.sum(axis=0))
    information = -here.hessian[np.ix_(free, free)]
    if not is_top or np.min(np.linalg.eigvalsh(information)) <= 0:
        return None
    influence = np.zeros_like(here.scores)
    influence[:, free] = len(here.scores) * solved(information, here.scores[:, free].T).T
    return Top(at=point, value=here.value, free=free, information=information, influence=influence)


def _free(bounds: tuple[Array, Array], point: Array, slope: Array) -> Flags:
    """Return which parameters are not held at a bound by a slope that points outwards."""
    lower, upper = bounds
    free: Flags = ~(((point <= lower) & (slope <= 0)) | ((point >= upper) & (slope >= 0)))
    return free


def _climb(surface: Surface, point: Array) -> tuple[Array, Ascent, bool]:
    """Return the highest point found, the surface there, and whether it is a maximum within the bounds."""
    here = surface.ascent(point)
    for _ in range(_MOST_STEPS):
        slope = here.scores.sum(axis=0)
        free = _free(surface.bounds, point, slope)
        step = np.zeros(len(point))
        step[free] = _uphill(-here.hessian[np.ix_(free, free)], slope[free])
        gain = 0.5 * float(step @ slope)
        if gain <= _SMALL_GAIN * (1 + abs(here.value)):
            return point, here, True
        higher = _higher(surface, point, here.value, step)
        if higher is None:
            return point, here, gain <= 1e-6
        point, here = higher, surface.ascent(higher)
    return point, here, False


def _uphill(information: Array, slope: Array) -> Array:
    """Return Newton's step, with the surface bent down where it is not a hill, and not too long."""
    if not len(slope):
        return slope
    curve, axes = np.linalg.eigh(information)
    curve = np.maximum(np.abs(curve), _SMALLEST_CURVE * np.max(np.abs(curve)))
    step: Array = axes @ ((axes.T @ slope) / curve)
    return step * min(1.0, _LONGEST_STEP / max(float(np.max(np.abs(step))), 1e-300))


def _higher(surface: Surface, point: Array, value: float, step: Array) -> Array | None:
    """Return the end of the step, or of its half, quarter and so on, that is not lower but for rounding."""
    for halving in range(_MOST_HALVINGS):
        candidate: Array = np.clip(point + step * 0.5**halving, *surface.bounds)
        if surface.value(candidate) >= value - _ROUNDING * (1 + abs(value)):
            return candidate
    return None
