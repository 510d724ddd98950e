"""Do the ratings themselves speak against what the split of a fall assumes?

To be read before the split. Each check is a t-like number; beyond 1.96 in its direction it is flagged. Not every flag is an alarm:
some only measure that the first day was chosen, which is what the split allows for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from abate.stats.arrays import Array, IntArray, flag_vector, label_vector, number_vector, require_same_length
from abate.stats.regression_to_mean_courses import RatedCourses
from abate.stats.regression_to_mean_model import LEAST_NEAR_PAIRS, NEAR_DAYS, HistoryModel
from abate.stats.regression_to_mean_prediction import expected_rating, predict_rating

Flags = NDArray[np.bool_]

FLAGGED_BEYOND = 1.96
# The days before the first rating whose diary is compared with visits; later ones belong to the bad spell.
DIARY_DAYS = (-28.0, -7.0)
_LEAST_PERSONS = 3
_ROUNDING = 1e-9
_KINDS_UNKNOWN = "it is not known which ratings were given at visits and which in a diary"


class CheckName(Enum):
    """What is checked; the value is its name in results."""

    ASKED_WHEN_BAD = "asked_when_bad"
    VISITS_ABOVE_DIARY = "visits_above_diary"
    LASTING_RISE = "lasting_rise"
    DISCHARGE_WHEN_BETTER = "discharge_when_better"
    SHAPE_OF_RATINGS = "shape_of_ratings"
    CHOSEN_DAY = "chosen_day"
    SURPRISE_OF_FIRST = "surprise_of_first"
    INFORMATION = "information"
    AT_BOUND = "parameter_at_bound"
    PRIOR_DOMINATED = "prior_dominated"
    HINDSIGHT = "in_hindsight"
    WARD_EFFECT = "ward_effect"


# Flags of these say that an assumption of the split is broken, or that there is too little to rest it on.
ALARMS = frozenset(
    {
        CheckName.ASKED_WHEN_BAD,
        CheckName.LASTING_RISE,
        CheckName.DISCHARGE_WHEN_BETTER,
        CheckName.SHAPE_OF_RATINGS,
        CheckName.HINDSIGHT,
        CheckName.INFORMATION,
        CheckName.AT_BOUND,
        CheckName.PRIOR_DOMINATED,
    }
)


@dataclass(frozen=True, kw_only=True)
class Check:
    """One check and what it found.

    Attributes
    ----------
    name : CheckName
    is_flagged : bool or None
        None where it is not known; ``reason`` says why.
    statistic : float or None
        t-like, above 0 in the direction that the name says.
    size : float or None
        The same as an amount: points, points a tenfold gap, a count; ``unit`` says which.
    unit : str
    count : int
        What it rests on: persons, leavings, pairs of ratings.
    reason : str or None
        Why ``is_flagged`` is None, as a clause.
    """

    name: CheckName
    is_flagged: bool | None
    statistic: float | None = None
    size: float | None = None
    unit: str = "points"
    count: int = 0
    reason: str | None = None

    @property
    def is_alarm(self) -> bool:
        """Return whether it is flagged and speaks against the split."""
        return bool(self.is_flagged) and self.name in ALARMS

    @property
    def is_opposite(self) -> bool:
        """Return whether the statistic lies as far out on the other side, against the direction of the name."""
        return self.statistic is not None and self.statistic < -FLAGGED_BEYOND


#: What no check sees; it stands among them so that nobody takes silence for an answer.
WARD_UNSEEN = Check(
    name=CheckName.WARD_EFFECT,
    is_flagged=None,
    reason="no rating of the treated can show what the ward does beside the treatment",
)


def checks_of_ratings(model: HistoryModel) -> tuple[Check, ...]:
    """Return every check that ratings before can give, in the order in which they are to be read.

    The check of leaving asks for ratings after day 0: :func:`check_discharge_when_better`. That of their shape asks for a second
    fit: :func:`abate.stats.regression_to_mean_normal_scores.check_shape_of_ratings`.

    Parameters
    ----------
    model : HistoryModel
        With or without numbers.

    Returns
    -------
    tuple of Check
    """
    courses = model.courses
    return (
        check_asked_when_bad(courses),
        *check_visits_against_diary(courses),
        check_chosen_day(model),
        check_surprise_of_first(model),
        *checks_of_information(model),
        WARD_UNSEEN,
    )


def check_asked_when_bad(courses: RatedCourses) -> Check:
    """Return whether visits came sooner when they found worse ratings.

    Within courses, the rating at a visit is regressed on the logarithm of the gap since the visit before, diary and first
    rating left out, with a sandwich variance by person; the sign is turned.

    Parameters
    ----------
    courses : RatedCourses

    Returns
    -------
    Check
        ``size``: points by which ratings fall as the gap grows tenfold.
    """
    name, unit = CheckName.ASKED_WHEN_BAD, "points as the gap grows tenfold"
    if courses.is_visit is None:
        return Check(name=name, is_flagged=None, unit=unit, reason=_KINDS_UNKNOWN)
    visit = courses.is_visit & courses.is_earlier
    order = np.argsort(np.where(visit, courses.day, np.inf), axis=1, kind="stable")
    day, rating = (np.take_along_axis(table, order, axis=1) for table in (courses.day, courses.rating))
    seen = np.take_along_axis(visit, order, axis=1)
    gap = np.diff(day, axis=1)
    used = seen[:, 1:] & seen[:, :-1] & (gap > 0)
    x = np.where(used, np.log10(np.where(used, gap, 1.0)), 0.0)
    y = np.where(used, rating[:, 1:], 0.0)
    x, y = _within_rows(x, used), _within_rows(y, used)
    persons = _persons_of(courses, used.sum(axis=1) >= 2)
    spread = float(np.sum(x * x))
    if persons < _LEAST_PERSONS or spread <= _ROUNDING:
        reason = f"{persons} persons have three visits with unequal gaps, too few"
        return Check(name=name, is_flagged=None, unit=unit, count=persons, reason=reason)
    slope = float(np.sum(x * y)) / spread
    influence = np.sum(x * (y - slope * x), axis=1) / spread
    return _t_like(name, -slope, influence, courses.person, persons, unit)


def check_visits_against_diary(courses: RatedCourses) -> tuple[Check, Check]:
    """Return whether visits show worse ratings than the diary, and whether the diary shows worse ones than visits.

    A person's mean rating at visits minus the mean of diary days -28 to -7. Above 0 it may be that visits came when it was
    bad, but choosing the first day lowers the diary as well: never an alarm by itself. Below 0 ratings had been rising for
    weeks.

    Parameters
    ----------
    courses : RatedCourses

    Returns
    -------
    tuple of two Check
        ``visits_above_diary`` and ``lasting_rise``.
    """
    names = CheckName.VISITS_ABOVE_DIARY, CheckName.LASTING_RISE
    if courses.is_visit is None:
        above, rise = (Check(name=name, is_flagged=None, reason=_KINDS_UNKNOWN) for name in names)
        return above, rise
    visit, diary = courses.is_visit & courses.is_earlier, _diary(courses)
    both = np.any(visit, axis=1) & np.any(diary, axis=1)
    difference = _row_means(courses.rating, visit) - _row_means(courses.rating, diary)
    above, rise = (
        _mean_check(name, sign * difference, both, courses, "with visits and a diary")
        for name, sign in zip(names, (1, -1), strict=True)
    )
    return above, rise


def check_chosen_day(model: HistoryModel) -> Check:
    """Return whether the diary of days -28 to -7 lies below what older visits and the first rating let expect.

    It measures *that* the first day was chosen; the split allows for that.

    Parameters
    ----------
    model : HistoryModel

    Returns
    -------
    Check
        ``size``: points by which the diary lies below.
    """
    name, courses = CheckName.CHOSEN_DAY, model.courses
    if not model.converged:
        return Check(name=name, is_flagged=None, reason=model.reason)
    if courses.is_visit is None:
        return Check(name=name, is_flagged=None, reason=_KINDS_UNKNOWN)
    diary = _diary(courses)
    given = courses.is_visit & courses.is_earlier & (courses.day < DIARY_DAYS[0])
    given[:, 0] = True
    below = np.zeros_like(courses.rating)
    for column in np.flatnonzero(np.any(diary, axis=0)):
        expected = expected_rating(predict_rating(model, courses.day[:, column], given), courses.scale)
        below[:, column] = expected.value - courses.rating[:, column]
    return _mean_check(name, _row_means(below, diary), np.any(diary, axis=1), courses, "with a diary")


def check_surprise_of_first(model: HistoryModel) -> Check:
    """Return how far the first rating lies above what earlier ones let expect, in SDs of the prediction.

    A high mean hints that the first day was the worst of several in hindsight; no number tells that for sure.

    Parameters
    ----------
    model : HistoryModel

    Returns
    -------
    Check
        Never flagged.
    """
    name, unit, courses = CheckName.SURPRISE_OF_FIRST, "SDs of the prediction", model.courses
    if not model.converged:
        return Check(name=name, is_flagged=None, unit=unit, reason=model.reason)
    prediction = predict_rating(model, 0.0, courses.is_earlier)
    surprise = float(np.mean((courses.first - prediction.mean) / np.sqrt(prediction.variance)))
    reason = "a hint only: ratings cannot tell a day chosen in hindsight"
    return Check(name=name, is_flagged=None, size=surprise, unit=unit, count=courses.person_count, reason=reason)


def checks_of_information(model: HistoryModel) -> tuple[Check, Check, Check]:
    """Return whether there are too few pairs of near ratings, a parameter at a bound, or priors that decide.

    Parameters
    ----------
    model : HistoryModel

    Returns
    -------
    tuple of three Check
        ``information``, ``parameter_at_bound``, ``prior_dominated``.
    """
    pairs = model.near_pair_count
    unit = f"pairs of ratings less than {NEAR_DAYS:g} days apart"
    few = Check(
        name=CheckName.INFORMATION, is_flagged=pairs < LEAST_NEAR_PAIRS, size=float(pairs), unit=unit, count=pairs
    )
    names = CheckName.AT_BOUND, CheckName.PRIOR_DOMINATED
    if not model.converged:
        bound, prior = (Check(name=name, is_flagged=None, reason=model.reason) for name in names)
        return few, bound, prior
    bound, prior = (
        Check(name=name, is_flagged=bool(found), size=float(len(found)), unit="parameters")
        for name, found in zip(names, (model.at_bound, model.prior_dominated), strict=True)
    )
    return few, bound, prior


def check_discharge_when_better(
    day: ArrayLike, mean_rating: ArrayLike, is_leaving: ArrayLike, is_stopped: ArrayLike | None = None
) -> Check:
    """Return whether those left who were better that day: a score test, stratified by day.

    One row for each course and day on which it was there and could leave. Within a day, leavings are held against chance:
    their summed rating, its expectation, and its variance without replacement. Days on which all or none leave say nothing.

    Parameters
    ----------
    day : array-like of whole numbers, shape (n,)
        Day of the stay.
    mean_rating : array-like of numbers, shape (n,)
        Of that course on that day, in points.
    is_leaving : array-like of bool, shape (n,)
        Whether it was the course's last day.
    is_stopped : array-like of bool, shape (n,), optional
        Whether it ended that day for an adverse event; those rows are left out.

    Returns
    -------
    Check
        ``size``: points by which leavers lie below the day's expectation, on average.

    Raises
    ------
    ParameterError
        If columns differ in length, a value is missing, or a flag is neither 0 nor 1.

    References
    ----------
    Cox (1972), Journal of the Royal Statistical Society B 34(2), 187-202: the score test with days as risk sets.

    Examples
    --------
    >>> check = check_discharge_when_better([3] * 4 + [4] * 3, [2, 6, 7, 8, 1, 5, 6], [1, 0, 0, 0, 1, 0, 0])
    >>> round(check.statistic, 3), round(check.size, 3), check.is_flagged
    (2.15, 3.375, True)
    """
    days, ratings = label_vector(day, "day"), number_vector(mean_rating, "mean_rating")
    leaving = flag_vector(is_leaving, "is_leaving") == 1
    stopped = np.zeros(len(leaving)) if is_stopped is None else flag_vector(is_stopped, "is_stopped")
    require_same_length(day=days, mean_rating=ratings, is_leaving=leaving, is_stopped=stopped)
    kept = stopped == 0
    days, ratings, leaving = days[kept], ratings[kept], leaving[kept]
    below = variance = 0.0
    leaver_count = 0
    for one in np.unique(days):
        here, gone = ratings[days == one], leaving[days == one]
        size, count = len(here), int(gone.sum())
        if 0 < count < size:
            leaver_count += count
            below += count * float(here.mean()) - float(here[gone].sum())
            variance += count * (size - count) / (size - 1) * float(np.var(here))
    name, unit = CheckName.DISCHARGE_WHEN_BETTER, "points"
    if variance <= _ROUNDING:
        reason = "on no day did some leave and others stay whose ratings differ"
        return Check(name=name, is_flagged=None, unit=unit, count=leaver_count, reason=reason)
    statistic = below / math.sqrt(variance)
    return Check(
        name=name,
        is_flagged=statistic > FLAGGED_BEYOND,
        statistic=statistic,
        size=below / leaver_count,
        unit=unit,
        count=leaver_count,
    )


def _diary(courses: RatedCourses) -> Flags:
    assert courses.is_visit is not None
    in_time = (courses.day >= DIARY_DAYS[0]) & (courses.day <= DIARY_DAYS[1])
    return np.asarray(courses.is_earlier & ~courses.is_visit & in_time)


def _within_rows(values: Array, used: Flags) -> Array:
    """Return values less the mean of their row, 0 where they are not used."""
    return np.where(used, values - _row_means(values, used)[:, None], 0.0)


def _row_means(values: Array, used: Flags) -> Array:
    """Return the mean of what is used in each row, 0 where nothing is."""
    means: Array = np.sum(np.where(used, values, 0.0), axis=1) / np.maximum(used.sum(axis=1), 1)
    return means


def _persons_of(courses: RatedCourses, used: Flags) -> int:
    return len(np.unique(courses.person[used]))


def _mean_check(name: CheckName, values: Array, used: Flags, courses: RatedCourses, who: str) -> Check:
    """Return the check that a mean over courses is above 0."""
    persons = _persons_of(courses, used)
    if persons < _LEAST_PERSONS:
        return Check(name=name, is_flagged=None, count=persons, reason=f"{persons} persons {who} are too few")
    size = float(np.mean(values[used]))
    influence = np.where(used, values - size, 0.0) / np.count_nonzero(used)
    return _t_like(name, size, influence, courses.person, persons, "points")


def _t_like(name: CheckName, size: float, influence: Array, person: IntArray, persons: int, unit: str) -> Check:
    """Return a check whose statistic is an amount over its sandwich standard error by person."""
    sums = np.bincount(person, weights=influence)
    standard_error = math.sqrt(persons / (persons - 1) * float(sums @ sums))
    if standard_error <= _ROUNDING:
        reason = "the ratings do not vary between persons"
        return Check(name=name, is_flagged=None, size=size, unit=unit, count=persons, reason=reason)
    statistic = size / standard_error
    return Check(
        name=name, is_flagged=statistic > FLAGGED_BEYOND, statistic=statistic, size=size, unit=unit, count=persons
    )
