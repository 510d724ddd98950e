"""Which mistakes in the question of a trial's size can a user mend?"""

from __future__ import annotations

from abate.base.errors import ParameterError
from abate.stats.arrays import Array


class EffectError(ParameterError):
    """The effect is zero, of the wrong sign, or beyond what the outcome allows."""


class SpreadError(ParameterError):
    """A standard deviation or a variance is zero or negative."""


class ErrorRateError(ParameterError):
    """Alpha or power is not between 0 and 1, or power is not above what chance alone gives."""


class UnknownCountError(ParameterError):
    """Of size, effect, power and alpha not exactly one was left open."""


class RetentionError(ParameterError):
    """The share still seen rises over time, is not between 0 and 1, or does not start at 1."""


class UnreachableError(ParameterError):
    """No size (effect, alpha) within reach gives the power that was asked for."""


class ClusterCountError(ParameterError):
    """There are fewer than two clusters, so nothing tells the treatment from the cluster."""


class DropoutTwiceError(ParameterError):
    """Drop-out was to be counted a second time."""


class NotPositiveDefiniteError(ParameterError):
    """Correlations that no ratings can have together.

    Attributes
    ----------
    nearest : array of float64, shape (k, k)
        The nearest correlation matrix that is positive definite; it is offered and never taken unasked.
    """

    def __init__(self, sentence: str, nearest: Array) -> None:
        super().__init__(sentence)
        self.nearest = nearest
