"""What does a method get of a hospital, what does it give, and what does it ask for?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from abate.sources.simulated.streams import Array
from abate.stats.regression_to_mean import FallLeft, fall_left
from abate.stats.regression_to_mean_courses import RatedCourses, checked_courses
from abate.stats.regression_to_mean_model import HistoryModel, fit_history_model
from abate.stats.regression_to_mean_normal_scores import fall_left_by_scores
from tests.known_truth.hospitals import Hospital

LEVEL = 0.95


class Interval(Protocol):
    """A number with its limits, or the reason why there is none."""

    value: float | None
    lower: float | None
    upper: float | None
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class Number:
    """A number with its limits that no other class holds."""

    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    reason: str | None = None


class Analysed:
    """A hospital with the fits that several methods share, each made once and only if asked for."""

    def __init__(self, hospital: Hospital) -> None:
        self.hospital = hospital
        self.raw = hospital.courses

    @cached_property
    def courses(self) -> RatedCourses:
        """The courses by person."""
        return self._checked(self.raw.rating, self.raw.person)

    @cached_property
    def model(self) -> HistoryModel:
        """The model of ratings before."""
        return fit_history_model(self.courses)

    @cached_property
    def fall(self) -> FallLeft:
        """The split by that model."""
        return fall_left(self.model, LEVEL)

    @cached_property
    def fall_by_scores(self) -> FallLeft:
        """The split by the model on normal scores."""
        return fall_left_by_scores(self.courses, level=LEVEL)

    def only(self, kept: Array) -> RatedCourses:
        """Return the courses with some of the ratings before."""
        return self._checked(np.where(kept, self.raw.rating, np.nan), self.raw.person)

    @cached_property
    def by_course(self) -> RatedCourses:
        """The courses as if each were somebody else's."""
        return self._checked(self.raw.rating, np.arange(len(self.raw.first)))

    def _checked(self, rating: Array, person: Array) -> RatedCourses:
        c = self.raw
        return checked_courses(c.day, rating, c.first, c.final, c.final_day, person, c.is_visit)


@dataclass(frozen=True, kw_only=True)
class Method:
    """A method, and what it asks for.

    Attributes
    ----------
    title : str
    target : str
        Key of ``Hospital.truth``: ``left`` (ward and drug), ``drug`` alone, or ``day_5`` (ward and drug on day 5).
    estimate : callable
    """

    title: str
    target: str
    estimate: Callable[[Analysed], Interval]
