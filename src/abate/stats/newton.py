"""Where is a log-likelihood highest, and does it have a highest point at all?"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from abate.stats.arrays import Array
from abate.stats.matrices import solved

Flags = NDArray[np.bool_]

# A coefficient that still moves by this much, in units of one over its covariate's range, while the log-likelihood has
# stopped rising, runs off to infinity: at a true maximum the last steps shrink quadratically.
_DRIFT = 0.01
_SMALL_STEP = 1e-10
_SMALL_GAIN = 1e-11
_ROUNDING = 1e-13
_MOST_STEPS = 200
_MOST_HALVINGS = 60


@dataclass(frozen=True, kw_only=True, eq=False)
class Ascent:
    """A log-likelihood at one point.

    Attributes
    ----------
    value : float
        The log-likelihood; minus infinity outside its domain.
    slope : array of float64, shape (k,)
        Its first derivatives.
    information : array of float64, shape (k, k)
        Minus its second derivatives, or their expectation: positive definite.
    """

    value: float
    slope: Array
    information: Array


@dataclass(frozen=True, kw_only=True, eq=False)
class Maximum:
    """Where climbing ended.

    Attributes
    ----------
    at : array of float64, shape (k,)
        The highest point found.
    reached : Ascent
        Value, slope and information there.
    drifts : array of bool, shape (k,)
        Which coordinates run off to infinity while the value hardly rises.
    converged : bool
        Whether the steps became small; never with a drift.
    """

    at: Array
    reached: Ascent
    drifts: Flags
    converged: bool


def climb(ascent: Callable[[Array], Ascent], start: Array, unit: Array) -> Maximum:
    """Return the maximum of a concave log-likelihood by Newton steps, each halved until the value does not fall.

    Parameters
    ----------
    ascent : callable
        From a point of shape (k,) to its :class:`Ascent`.
    start : array of float64, shape (k,)
        A point with a finite value.
    unit : array of float64, shape (k,)
        Above 0; times a step, it makes a step of size 1 a step that matters: the range of the coefficient's covariate.

    Returns
    -------
    Maximum

    Examples
    --------
    >>> parabola = lambda x: Ascent(value=-float(x @ x), slope=-2 * x, information=2 * np.eye(1))
    >>> climb(parabola, np.array([3.0]), np.ones(1)).at
    array([0.])
    """
    at, here = start, ascent(start)
    nowhere = np.zeros(len(start), dtype=bool)
    for _ in range(_MOST_STEPS):
        try:
            step = solved(here.information, here.slope)
        except np.linalg.LinAlgError:
            break
        size = float(np.max(np.abs(step * unit), initial=0.0))
        if not math.isfinite(size):
            break
        if size <= _SMALL_STEP:
            return Maximum(at=at, reached=here, drifts=nowhere, converged=True)
        before = here.value
        at, here = _uphill(ascent, at, here, step)
        if here.value - before <= _SMALL_GAIN * (1 + abs(before)):
            drifts = np.abs(step * unit) > _DRIFT
            if np.any(drifts):
                return Maximum(at=at, reached=here, drifts=drifts, converged=False)
            if here.value <= before and size <= math.sqrt(_SMALL_STEP):  # as near as rounding lets it come
                return Maximum(at=at, reached=here, drifts=nowhere, converged=True)
    return Maximum(at=at, reached=here, drifts=nowhere, converged=False)


def _uphill(ascent: Callable[[Array], Ascent], at: Array, here: Ascent, step: Array) -> tuple[Array, Ascent]:
    """Return the end of the step, or of its half, quarter and so on, that is not lower than here but for rounding."""
    floor = here.value - _ROUNDING * (1 + abs(here.value))
    for halving in range(_MOST_HALVINGS):
        candidate = at + step * 0.5**halving
        there = ascent(candidate)
        if there.value >= floor:
            return candidate, there
    return at, here
