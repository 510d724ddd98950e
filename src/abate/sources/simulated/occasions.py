"""When was each person asked for a rating, and what did they say: before, during and after the stay?"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from abate.base.days import SECONDS_PER_DAY
from abate.sources.simulated.parameters import HospitalParameters
from abate.sources.simulated.ratings import FOLLOW_UP_SD_LIMIT, STEPS_PER_DAY
from abate.sources.simulated.roster import Role
from abate.sources.simulated.stays import Stays
from abate.sources.simulated.streams import Array

#: Occasions, as they stand in the source values of MEASUREMENT and OBSERVATION.
OCCASIONS = ("planned visit", "unplanned visit", "diary", "course", "follow-up")
PLANNED_VISIT, UNPLANNED_VISIT, DIARY, COURSE, FOLLOW_UP = range(5)

# Each occasion has its own hour of the day, so that no two ratings of a person fall on one moment.
_UNPLANNED_SLOT, _PLANNED_SLOT, _DIARY_SLOT = 0, 1, 2
#: A rating is written down up to this many minutes after it was due.
LATEST_MINUTES = 45
DAYS_AT_HOME = 7
NIGHT_ENDS_SECONDS = 6 * 3600


@dataclass(frozen=True, kw_only=True)
class Ratings:
    """Ratings that were given; arrays of shape (rating,), ordered by stay and time.

    ``value`` is the recorded one, 0 to 10; ``nothing`` and ``hospital`` are what the person would have said at the
    same moment in those worlds. ``time`` is in seconds since 1970-01-01, local wall-clock.
    """

    stay: Array
    time: Array
    occasion: Array
    value: Array
    nothing: Array
    hospital: Array

    def keep(self, mask: Array) -> Ratings:
        """Return the ratings where ``mask`` holds, or in the order of an index."""
        return Ratings(**{field.name: getattr(self, field.name)[mask] for field in fields(Ratings)})


def ask_for_ratings(random: np.random.Generator, stays: Stays, parameters: HospitalParameters) -> Ratings:
    """Return every rating of the stays' persons.

    Parameters
    ----------
    random : Generator
        Source of the days on which people come or write, and of what is missed.
    stays : Stays
        The stays, with their paths.
    parameters : HospitalParameters
        How often and when ratings are taken.
    """
    asked = [
        (_planned_visit_steps(random, stays, parameters), PLANNED_VISIT),
        (_unplanned_visit_steps(random, stays, parameters), UNPLANNED_VISIT),
        (_diary_steps(random, stays, parameters), DIARY),
        (_index_visit_steps(stays), UNPLANNED_VISIT),
        (_home_diary_steps(stays), DIARY),
        (_course_steps(random, stays, parameters), COURSE),
        (_follow_up_steps(random, stays, parameters), FOLLOW_UP),
    ]
    stay = np.concatenate([stay for (stay, _), _ in asked])
    step = np.concatenate([step for (_, step), _ in asked])
    occasion = np.concatenate([np.full(stay.size, kind) for (stay, _), kind in asked])
    return _given(random, stays, parameters, stay, step, occasion)


def _given(
    random: np.random.Generator, stays: Stays, parameters: HospitalParameters, stay: Array, step: Array, occasion: Array
) -> Ratings:
    """Return the ratings given at some steps, ordered by stay and time."""
    worlds = stays.worlds_at(stay, step, parameters)
    late = 60 * random.integers(0, LATEST_MINUTES + 1, size=stay.size)
    ratings = Ratings(
        stay=stay,
        time=stays.times_of(stay, step, parameters) + late,
        occasion=occasion,
        value=worlds.treated,
        nothing=worlds.nothing,
        hospital=worlds.hospital,
    )
    return ratings.keep(np.lexsort((ratings.time, ratings.stay)))


Asked = tuple[Array, Array]
"""Stays and grid steps at which a rating is asked for, one entry a rating."""


def _where(mask: Array, steps: Array) -> Asked:
    """Return the (stay, step) pairs of a mask and steps of shape (occasion, stay)."""
    row, stay = np.nonzero(mask)
    return stay, np.broadcast_to(steps, mask.shape)[row, stay]


def _planned_visit_steps(random: np.random.Generator, stays: Stays, parameters: HospitalParameters) -> Asked:
    """Planned visits from the start of the history to the day before admission, about every so many days."""
    mean, sd = parameters.planned_visit_gap_days, parameters.planned_visit_gap_sd_days
    if mean == 0:
        return _nothing_asked()
    span_days = parameters.history_days + parameters.candidate_days
    visit_count = int(span_days / max(mean - 2 * sd, 1.0)) + 2
    gaps = np.maximum(1.0, mean + sd * random.standard_normal((visit_count, stays.count)))
    gaps[0] = mean * random.random(stays.count)
    step = STEPS_PER_DAY * np.floor(np.cumsum(gaps, axis=0)).astype(np.int64) + _PLANNED_SLOT
    return _where(step < stays.admission_step, step)


def _unplanned_visit_steps(random: np.random.Generator, stays: Stays, parameters: HospitalParameters) -> Asked:
    """Visits because of pain: a daily chance that grows with the pain felt."""
    if parameters.unplanned_visit_hazard == 0:
        return _nothing_asked()
    day_count = parameters.history_days + parameters.candidate_days
    step = STEPS_PER_DAY * np.arange(day_count)[:, None] + _UNPLANNED_SLOT
    excess = stays.paths.felt[step[:, 0]] - parameters.unplanned_visit_level
    chance = parameters.unplanned_visit_hazard * np.exp(parameters.unplanned_visit_slope * excess)
    comes = random.random((day_count, stays.count)) < chance
    return _where(comes & (step < stays.admission_step), step)


def _diary_steps(random: np.random.Generator, stays: Stays, parameters: HospitalParameters) -> Asked:
    """Diary days at random among the days just before admission."""
    window = parameters.diary_window_days
    rank = random.random((window, stays.count)).argsort(axis=0).argsort(axis=0)
    days_before = np.arange(1, window + 1)[:, None]
    step = stays.admission_step - STEPS_PER_DAY * days_before + _DIARY_SLOT
    return _where(rank < parameters.diary_day_count, step)


def _index_visit_steps(stays: Stays) -> Asked:
    """The visit at which a person met the rule of admission and was sent home."""
    stay = np.flatnonzero(stays.role == Role.HOME)
    return stay, stays.admission_step[stay]


def _home_diary_steps(stays: Stays) -> Asked:
    """A diary rating a day in the week after such a visit."""
    days = np.arange(1, DAYS_AT_HOME + 1)[:, None]
    is_home = np.broadcast_to(stays.role == Role.HOME, (DAYS_AT_HOME, stays.count))
    return _where(is_home, stays.admission_step + STEPS_PER_DAY * days + _DIARY_SLOT)


def _course_steps(random: np.random.Generator, stays: Stays, parameters: HospitalParameters) -> Asked:
    """A rating every six hours from admission to the end of the last day, but for those missed."""
    offset = np.arange(STEPS_PER_DAY * int(stays.last_day.max()) + 1)[:, None]
    step = stays.admission_step + offset
    hour = stays.times_of(np.arange(stays.count), step, parameters) % SECONDS_PER_DAY
    chance, night_chance = random.random((2, *step.shape))
    is_missed = chance < parameters.missed_share
    is_missed |= (hour < NIGHT_ENDS_SECONDS) & (night_chance < parameters.missed_at_night_share)
    is_asked = (offset <= STEPS_PER_DAY * stays.last_day) & (stays.role != Role.HOME)
    return _where(is_asked & ~is_missed, step)


def _follow_up_steps(random: np.random.Generator, stays: Stays, parameters: HospitalParameters) -> Asked:
    """The two visits after discharge, where they were kept."""
    p = parameters
    planned = np.array([[p.follow_up_1_days], [p.follow_up_2_days]])
    normal = np.clip(random.standard_normal((2, stays.count)), -FOLLOW_UP_SD_LIMIT, FOLLOW_UP_SD_LIMIT)
    days_after = np.maximum(2, np.rint(planned + p.follow_up_sd_days * normal)).astype(np.int64)
    step = stays.admission_step + STEPS_PER_DAY * (stays.last_day + days_after) + _PLANNED_SLOT
    is_kept = random.random((2, stays.count)) >= p.follow_up_missed_share
    return _where(is_kept, step)


def _nothing_asked() -> Asked:
    return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
