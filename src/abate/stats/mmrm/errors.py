"""Which mistakes in the data of a repeated-measures model does a user mend, each with a class of its own?"""

from __future__ import annotations

from abate.base.errors import ParameterError


class OutcomeError(ParameterError):
    """An outcome, a column of the design matrix, a weight or a place is missing or infinite."""


class ShapeError(ParameterError):
    """Columns or matrices do not agree in shape."""


class RepeatedVisitError(ParameterError):
    """A subject has two rows for one visit."""


class GroupError(ParameterError):
    """A subject changes its group from row to row."""


class SamePlaceError(ParameterError):
    """A subject has two rows at one place, where a spatial structure allows one."""


class UnknownStructureError(ParameterError):
    """The covariance structure, or the way to degrees of freedom, is not known."""


class RankError(ParameterError):
    """A column of the design matrix says nothing that others do not say."""


class NoFreedomError(ParameterError):
    """There are no more rows than coefficients."""


class NotMonotoneError(ParameterError):
    """Somebody was seen again after a missed visit, where the method needs that nobody comes back."""
