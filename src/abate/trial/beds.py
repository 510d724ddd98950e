"""How many bed-days does a trial take, what does it do to the unit's waits, and on which weekdays are ratings due?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from abate.base.errors import ParameterError
from abate.stats.arrays import require_level
from abate.stats.distributions import normal_quantile
from abate.stats.intervals import IntervalEstimate
from abate.stats.queues import (
    AdmissionsError,
    BedsError,
    Queue,
    SimulatedQueue,
    SimulatedWaits,
    StayError,
    erlang_queue,
    simulate_queue,
)

__all__ = [
    "AdmissionsError",
    "BedDays",
    "BedsError",
    "Queue",
    "RatingDay",
    "SimulatedQueue",
    "SimulatedWaits",
    "StayError",
    "UnitLoad",
    "bed_days",
    "erlang_queue",
    "load_of_trial",
    "rating_days",
    "simulate_queue",
]

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class CalendarError(ParameterError):
    """A day of the week or of the trial is not known."""


@dataclass(frozen=True, kw_only=True)
class BedDays(IntervalEstimate):
    """Bed-days of all participants together, with an interval for what will come, not for its mean."""

    participants: int
    mean_stay: float


@dataclass(frozen=True, kw_only=True)
class UnitLoad:
    """The unit by Erlang's formulas, without and with the trial."""

    without_trial: Queue
    with_trial: Queue


@dataclass(frozen=True, kw_only=True)
class RatingDay:
    """On which weekday a day of the trial falls; day 1 is the day of admission."""

    day: int
    weekday: str
    is_weekend: bool


def bed_days(
    participants: int, mean_stay: float, sd_stay: float, stay_count: int | None = None, level: float = 0.95
) -> BedDays:
    """Return the bed-days of a trial: participants times mean stay.

    The interval is ``n mean ± z sqrt(n sd² + n² sd²/k)``: the stays to come vary, and the mean is known from ``k`` stays only.

    Parameters
    ----------
    participants : int
        At least 1.
    mean_stay, sd_stay : float
        Days, above 0 and at least 0.
    stay_count : int or None
        Stays behind the mean; None: the mean is taken as known.
    level : float
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    BedDays

    Raises
    ------
    StayError
        If an argument is outside its range.

    Examples
    --------
    >>> beds = bed_days(120, mean_stay=5.1, sd_stay=1.5, stay_count=61)
    >>> round(beds.value), round(beds.lower), round(beds.upper)
    (612, 557, 667)
    """
    require_level(level)
    if not (float(participants).is_integer() and participants >= 1 and (stay_count is None or stay_count >= 1)):
        raise StayError(
            f"participants and stays are whole numbers of at least 1; got {participants!r}, {stay_count!r}."
        )
    if not (0 < mean_stay < math.inf and 0 <= sd_stay < math.inf):
        raise StayError(f"a stay has a mean above 0 days and an SD of at least 0; got {mean_stay!r} and {sd_stay!r}.")
    total = participants * mean_stay
    of_mean = 0.0 if stay_count is None else participants**2 * sd_stay**2 / stay_count
    half_width = normal_quantile((1 + level) / 2) * math.sqrt(participants * sd_stay**2 + of_mean)
    return BedDays(
        value=total,
        lower=max(0.0, total - half_width),
        upper=total + half_width,
        level=level,
        method="normal, stays independent" + ("" if stay_count is None else f", mean known from {stay_count} stays"),
        participants=int(participants),
        mean_stay=mean_stay,
    )


def load_of_trial(
    beds: int, usual_per_week: float, trial_per_week: float, mean_stay: float, trial_stay: float | None = None
) -> UnitLoad:
    """Return Erlang's numbers of the unit without and with the trial's admissions.

    Parameters
    ----------
    beds : int
        At least 1.
    usual_per_week, trial_per_week : float
        Admissions, above 0 and at least 0.
    mean_stay, trial_stay : float
        Days, above 0; ``trial_stay`` None: as usual.

    Returns
    -------
    UnitLoad

    Raises
    ------
    BedsError, AdmissionsError, StayError
        If an argument is outside its range.

    Examples
    --------
    >>> unit = load_of_trial(beds=4, usual_per_week=3, trial_per_week=0.7, mean_stay=5)
    >>> round(unit.without_trial.waits, 2), round(unit.with_trial.waits, 2)
    (0.21, 0.37)
    """
    without = erlang_queue(beds, usual_per_week / 7, mean_stay)
    if not 0 <= trial_per_week < math.inf:
        raise AdmissionsError(f"trial admissions a week must be at least 0; got {trial_per_week!r}.")
    together = usual_per_week + trial_per_week
    stay = (usual_per_week * mean_stay + trial_per_week * (trial_stay or mean_stay)) / together
    return UnitLoad(without_trial=without, with_trial=erlang_queue(beds, together / 7, stay))


def rating_days(admission: str, days: Sequence[int]) -> tuple[RatingDay, ...]:
    """Return the weekday on which each day of the trial falls, to see which ratings need staff at a weekend.

    Parameters
    ----------
    admission : str
        Weekday of admission in English, such as Monday.
    days : sequence of int
        Days of the trial; 1 is the day of admission.

    Returns
    -------
    tuple of RatingDay

    Raises
    ------
    CalendarError
        If the weekday is not known.

    Examples
    --------
    >>> [(day.weekday, day.is_weekend) for day in rating_days("Monday", [5, 7])]
    [('Friday', False), ('Sunday', True)]
    """
    if admission.capitalize() not in WEEKDAYS:
        raise CalendarError(f"{admission!r} is no weekday; write one of {', '.join(WEEKDAYS)}.")
    first = WEEKDAYS.index(admission.capitalize())
    return tuple(
        RatingDay(day=day, weekday=WEEKDAYS[(first + day - 1) % 7], is_weekend=(first + day - 1) % 7 >= 5)
        for day in days
    )
