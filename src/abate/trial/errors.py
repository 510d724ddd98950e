"""Which mistakes in a plan, or in what a plan is made from, can a user mend? Each has a class of its own."""

from __future__ import annotations

from abate.base.errors import AbateError, ExitCode, ParameterError


class PlanFileError(AbateError):
    """The plan file is missing, unreadable, of a newer version, has an unknown key or an impossible value."""

    exit_code = ExitCode.PLAN_FILE


class NoDailyRatingsError(PlanFileError):
    """The study holds no ratings by day, so that no curve and no covariance can be carried over."""


class TooFewCoursesError(PlanFileError):
    """The study has too few courses for a plan to be made from it."""


class PrePostEffectError(PlanFileError):
    """The change from before to after is to be planned on, and the file does not say so in the words that it takes."""


class TooLargeError(ParameterError):
    """The trial would take more participants than are ever planned."""


class DirectionError(ParameterError):
    """The difference that is planned on is zero, or of the wrong sign."""
