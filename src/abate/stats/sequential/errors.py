"""Which mistakes in the plan of a trial with interim looks have a class of their own?"""

from __future__ import annotations

from abate.base.errors import ParameterError
from abate.stats.sizes.errors import ErrorRateError as ErrorRateError
from abate.stats.sizes.errors import UnreachableError


class InformationError(ParameterError):
    """Information fractions do not rise, lie outside (0, 1], do not end at 1, or two looks nearly coincide."""


class TooManyLooksError(ParameterError):
    """More looks than the largest number that is computed."""


class PowerNotReachableError(UnreachableError):
    """No drift, or no number of patients, gives the power that was asked for."""


class FutilityBoundError(ParameterError):
    """A futility bound lies at or above the efficacy bound of its look, or does not fit the design."""


class SpendingError(ParameterError):
    """A spending function is not known, lacks its parameter, falls, or does not end at the whole error."""


class StageError(ParameterError):
    """The results of a stage or look do not fit the design, or each other."""


class ReestimationError(ParameterError):
    """The size cannot be computed anew from what was seen."""
