"""How may a mean rise with the dose?"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, number_vector
from abate.stats.sizes.checks import require_above_zero

_FINE_STEPS = 2001


class Form(Enum):
    """The family of a dose-response curve."""

    LINEAR = "linear"
    EMAX = "emax"
    SIGMOID_EMAX = "sigmoid emax"
    EXPONENTIAL = "exponential"
    QUADRATIC = "quadratic"
    LOGISTIC = "logistic"


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A curve by its form and its guesses; location and scale do not matter.

    Attributes
    ----------
    form : Form
    guesses : tuple of float
        None for linear; ED50 for emax; ED50 and h for sigmoid emax; delta for exponential (``exp(d/delta) - 1``) and for
        quadratic (``d + delta d^2``); ED50 and delta for logistic.
    """

    form: Form
    guesses: tuple[float, ...] = ()

    @property
    def name(self) -> str:
        """Return the form with its guesses."""
        return " ".join([self.form.value, *(f"{guess:g}" for guess in self.guesses)])


def shape_means(shape: Shape, doses: ArrayLike) -> Array:
    """Return the curve at the doses, 0 at the lowest and 1 at the largest effect within their range.

    Parameters
    ----------
    shape : Shape
    doses : array-like, shape (k,)
        Rising from 0 or more, at least two.

    Returns
    -------
    array of float64, shape (k,)

    Raises
    ------
    ParameterError
        If doses do not rise, or guesses do not fit the form.

    References
    ----------
    Bretz, Pinheiro & Branson (2005), Biometrics 61(3), 738-748. https://doi.org/10.1111/j.1541-0420.2005.00344.x

    Examples
    --------
    >>> shape_means(Shape(form=Form.EMAX, guesses=(0.1,)), [0, 0.1, 0.2, 0.5]).round(2).tolist()
    [0.0, 0.6, 0.8, 1.0]
    """
    levels = checked_doses(doses)
    curve, guess_count = _CURVES[shape.form]
    if len(shape.guesses) != guess_count or not all(map(math.isfinite, shape.guesses)):
        raise ParameterError(f"a {shape.form.value} shape needs {guess_count} finite guesses; got {shape.guesses!r}.")
    if shape.form is not Form.QUADRATIC:
        for guess in shape.guesses:
            require_above_zero(guess, f"a guess of the {shape.form.value} shape")
    fine = curve(np.linspace(levels[0], levels[-1], _FINE_STEPS), *shape.guesses)
    at_doses = curve(levels, *shape.guesses)
    largest = _largest_effect(shape, levels, fine)
    means: Array = (at_doses - at_doses[0]) / largest
    return means


def checked_doses(doses: ArrayLike) -> Array:
    """Return the doses, refusing those that do not rise from 0 or more.

    Raises
    ------
    ParameterError
        If there are fewer than two, or they do not rise.

    Examples
    --------
    >>> checked_doses([0, 0.1])
    array([0. , 0.1])
    """
    levels = number_vector(doses, "doses")
    if len(levels) < 2 or levels[0] < 0 or np.any(np.diff(levels) <= 0):
        raise ParameterError(f"doses must be at least two that rise from 0 or more; got {levels.tolist()!r}.")
    return levels


def _largest_effect(shape: Shape, levels: Array, fine: Array) -> float:
    if shape.form is Form.QUADRATIC and shape.guesses[0] < 0:
        peak = -1 / (2 * shape.guesses[0])
        if levels[0] < peak < levels[-1]:
            curve, _ = _CURVES[shape.form]
            return float(curve(np.array([peak]), *shape.guesses)[0] - fine[0])
    return float(fine.max() - fine[0])


def _linear(dose: Array) -> Array:
    return dose


def _emax(dose: Array, half: float) -> Array:
    return _sigmoid(dose, half, 1.0)


def _sigmoid(dose: Array, half: float, steepness: float) -> Array:
    risen: Array = dose**steepness / (half**steepness + dose**steepness)
    return risen


def _exponential(dose: Array, delta: float) -> Array:
    risen: Array = np.expm1(dose / delta)
    return risen


def _quadratic(dose: Array, delta: float) -> Array:
    risen: Array = dose + delta * dose**2
    return risen


def _logistic(dose: Array, half: float, delta: float) -> Array:
    risen: Array = 1 / (1 + np.exp((half - dose) / delta))
    return risen


_CURVES: Mapping[Form, tuple[Callable[..., Array], int]] = {
    Form.LINEAR: (_linear, 0),
    Form.EMAX: (_emax, 1),
    Form.SIGMOID_EMAX: (_sigmoid, 2),
    Form.EXPONENTIAL: (_exponential, 1),
    Form.QUADRATIC: (_quadratic, 1),
    Form.LOGISTIC: (_logistic, 2),
}
