"""Which mistakes can a user mend, and with which exit code does each end the command?

Every error says what, where, what was found and what to do, in one sentence, and never a patient's value.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any


class ExitCode(IntEnum):
    """Exit codes of the ``abate`` command; documented in docs/errors.md."""

    OK = 0
    INTERNAL = 1
    USAGE = 2
    STUDY_FILE = 3
    NO_RECORDS = 4
    NOT_RECORDS = 5
    MISSING_TABLE = 6
    BROKEN_RECORDS = 7
    NO_COURSES = 8
    OUTPUT = 9
    ENGINE = 10
    PARAMETER = 11
    ANSWERS = 12
    PLAN = 13
    LIMITS = 14
    RESULTS = 15
    DISCLOSURE = 16
    INCONSISTENT = 17
    ALLOCATION = 18
    PLAN_FILE = 19
    INTERRUPTED = 130


class AbateError(Exception):
    """A mistake that the user can mend; printed as one sentence without a traceback."""

    exit_code: ExitCode = ExitCode.INTERNAL


class StudyFileError(AbateError):
    """The study file is missing, unreadable, has an unknown key or an impossible value."""

    exit_code = ExitCode.STUDY_FILE


class RecordsNotFoundError(AbateError):
    """There is nothing at the place where records were said to be, or it may not be read."""

    exit_code = ExitCode.NO_RECORDS


class NotRecordsError(AbateError):
    """There is something, but it is neither an OMOP database nor course tables."""

    exit_code = ExitCode.NOT_RECORDS


class MissingTableError(AbateError):
    """A table or column that the study needs is not in the records."""

    exit_code = ExitCode.MISSING_TABLE


class BrokenRecordsError(AbateError):
    """The records break a rule so that no true answer is possible."""

    exit_code = ExitCode.BROKEN_RECORDS


class NoCoursesError(AbateError):
    """The records were read, and no course of the study's treatment is left; ``attrition`` says at which rule."""

    exit_code = ExitCode.NO_COURSES

    def __init__(self, sentence: str, attrition: Sequence[Any] = ()) -> None:
        super().__init__(sentence)
        self.attrition = tuple(attrition)


class OutputError(AbateError):
    """The output could not be written: no permission, no room, or something is there already."""

    exit_code = ExitCode.OUTPUT


class EngineError(AbateError):
    """The engine asked for is not installed or could not be started."""

    exit_code = ExitCode.ENGINE


class ParameterError(AbateError):
    """An argument is outside its range."""

    exit_code = ExitCode.PARAMETER


class AnswersError(AbateError):
    """Answers before a diagnosis: a question that is not known, an impossible answer, or two that contradict each other."""

    exit_code = ExitCode.ANSWERS


class PlanError(AbateError):
    """A titration plan has an unknown key, lacks one, or has a value that cannot be read."""

    exit_code = ExitCode.PLAN


class DisclosureError(AbateError):
    """What was asked for may not leave the site, and hiding small counts does not help."""

    exit_code = ExitCode.DISCLOSURE


class AllocationError(AbateError):
    """An allocation list cannot be made as asked, is there already, or cannot be made again."""

    exit_code = ExitCode.ALLOCATION


class ResultsError(AbateError):
    """A folder is no run of abate, or its results are broken, of another version or no match for each other."""

    exit_code = ExitCode.RESULTS


class UnitError(AbateError):
    """A unit is not known, or does not fit the quantity."""

    exit_code = ExitCode.PARAMETER
