"""Which mistakes in what a simulated trial is told does a user mend, each with a class of its own?"""

from __future__ import annotations

from abate.base.errors import ParameterError
from abate.stats.arrays import Array


class ArmError(ParameterError):
    """Sizes, means or weights of the arms do not agree, or an arm is too small."""


class CovarianceError(ParameterError):
    """The covariance of the ratings is not symmetric and positive definite.

    Attributes
    ----------
    nearest : array of float64, shape (visit, visit), or None
        The nearest covariance that is positive definite, with the same SDs; offered where there is one, never taken unasked.
    """

    def __init__(self, sentence: str, nearest: Array | None = None) -> None:
        super().__init__(sentence)
        self.nearest = nearest


class RetentionError(ParameterError):
    """Retention is outside (0, 1] or rises from one day to the next."""


class RatingScaleError(ParameterError):
    """A mean cannot be reached on the scale, or cut-points do not rise."""


class LeavingError(ParameterError):
    """Drop-out depends on something unknown, or its slope is not a number."""


class RescueError(ParameterError):
    """Shares with rescue are outside [0, 1), or the strategy is not known."""


class GroupingError(ParameterError):
    """Centres or repeated courses cannot be as said."""


class AccrualError(ParameterError):
    """Nobody is admitted, or a time is below 0."""


class LookError(ParameterError):
    """Looks do not rise to the whole trial, come before the first outcome, or have no boundary."""


class AnalysisError(ParameterError):
    """The analysis is not known, or cannot be done with what the trial has."""


class RunError(ParameterError):
    """Number of trials, seed or threads are outside their ranges."""
