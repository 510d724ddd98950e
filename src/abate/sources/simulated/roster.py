"""Who is in the hospital's database: how many stays of which kind, which person ids, and which people besides?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

import numpy as np

from abate.base.days import SECONDS_PER_DAY, SECONDS_PER_HOUR
from abate.base.errors import ParameterError
from abate.sources.simulated.parameters import HospitalParameters
from abate.sources.simulated.ratings import horizon_days
from abate.sources.simulated.streams import Array, Purpose, stream

DEFAULT_COURSE_COUNT = 61
#: Most days that may pass between the windows of a person's two stays, beyond the length of one window.
EXTRA_GAP_DAYS = 200
EPOCH = date(1970, 1, 1)


class Role(IntEnum):
    """What a stay is for. The first three are infusion courses; the others are what they may be compared with."""

    KETAMINE = 0
    LIDOCAINE = 1
    DIHYDROERGOTAMINE = 2
    WARD = 3  # admitted by the same rule, no infusion
    HOME = 4  # met the rule of admission, stayed at home


@dataclass(frozen=True, kw_only=True)
class Roster:
    """Who is in the database.

    ``single`` holds the role of each person with one stay, shape (person,); ``double`` the roles of those with two,
    shape (person, 2). ``stay_person_ids`` are their ids, those with one stay first. Everybody else from 1 to
    ``person_count`` never had a stay; of these a share has the condition.
    """

    person_count: int
    single: Array
    double: Array
    stay_person_ids: Array
    other_condition_share: float


def draw_roster(
    parameters: HospitalParameters, person_count: int | None, course_count: int | None, seed: int
) -> Roster:
    """Draw the people of a hospital.

    Parameters
    ----------
    parameters : HospitalParameters
        Shares and ratios.
    person_count : int, optional
        People in the database; at least 1. Without it there are others_per_course people for each course.
    course_count : int, optional
        Courses of the main treatment. Without it their number is drawn from person_count; without either it is 61.
    seed : int
        Seed of the hospital.

    Raises
    ------
    ParameterError
        If a count is below its least value, or there are more stays than people.
    """
    _check_counts(person_count, course_count)
    random = stream(seed, Purpose.ROSTER)
    if course_count is None and person_count is not None:
        course_count = int(random.binomial(person_count, parameters.prevalence * parameters.course_share))
    courses = DEFAULT_COURSE_COUNT if course_count is None else course_count
    single, double = _draw_roles(random, parameters, courses)
    stay_count = single.size + len(double)
    people = stay_count + round(parameters.others_per_course * courses) if person_count is None else person_count
    if stay_count > people:
        raise ParameterError(
            f"{courses} courses and the people they are compared with are {stay_count} persons, more than the "
            f"{people} asked for; ask for more people or fewer courses."
        )
    others = people - stay_count
    return Roster(
        person_count=people,
        single=single,
        double=double,
        stay_person_ids=1 + random.permutation(people)[:stay_count],
        other_condition_share=max(0.0, min(1.0, (parameters.prevalence * people - stay_count) / max(others, 1))),
    )


def _check_counts(person_count: int | None, course_count: int | None) -> None:
    if person_count is not None and person_count < 1:
        raise ParameterError(f"the number of people must be at least 1; got {person_count}.")
    if course_count is not None and course_count < 0:
        raise ParameterError(f"the number of courses must be 0 or above; got {course_count}.")


def _draw_roles(random: np.random.Generator, parameters: HospitalParameters, courses: int) -> tuple[Array, Array]:
    """Return the roles of persons with one stay and with two, in random order; KETAMINE stands ``courses`` times."""
    p = parameters
    repeat_count = round(courses * p.repeat_share / (1 + p.repeat_share))
    after_lidocaine_count = round(p.after_lidocaine_share * (courses - 2 * repeat_count))
    single_counts = {
        Role.KETAMINE: courses - 2 * repeat_count - after_lidocaine_count,
        Role.LIDOCAINE: round(p.lidocaine_per_course * courses),
        Role.DIHYDROERGOTAMINE: round(p.dihydroergotamine_per_course * courses),
        Role.WARD: round(p.untreated_ward_per_course * courses),
        Role.HOME: round(p.untreated_home_per_course * courses),
    }
    single = np.repeat(np.array(list(single_counts), dtype=np.int64), list(single_counts.values()))
    pairs = [(Role.KETAMINE, Role.KETAMINE)] * repeat_count + [(Role.LIDOCAINE, Role.KETAMINE)] * after_lidocaine_count
    double = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return random.permutation(single), random.permutation(double)


# ---- the calendar ----------------------------------------------------------------------------------------------


def day_number(day: date) -> int:
    """Return the days from 1970-01-01 to ``day``."""
    return (day - EPOCH).days


def draw_first_candidate_times(
    random: np.random.Generator, parameters: HospitalParameters, person_count: int, stay_count: int
) -> Array:
    """Return the time of the first candidate moment of each stay.

    Admissions are in the morning, from 6 to 11 o'clock. The windows of one person's stays do not overlap, so that
    their paths are independent but for the person's own traits: the fluctuations of one have long died away.

    Returns
    -------
    array of int64, shape (person, stay)
        Seconds since 1970-01-01, local wall-clock.

    Raises
    ------
    ParameterError
        If the years have no room for two stays of one person.
    """
    first, last = day_number(date(parameters.first_year, 1, 1)), day_number(date(parameters.last_year, 12, 31))
    gap = horizon_days(parameters) + random.integers(0, EXTRA_GAP_DAYS, size=person_count)
    room = last - first - (gap if stay_count == 2 else 0)
    if np.any(room < 0):
        raise ParameterError(
            f"first_year {parameters.first_year} to last_year {parameters.last_year} has no room for two stays of one "
            "person; widen the years, or set repeat_share and after_lidocaine_share to 0."
        )
    day = first + np.floor(random.random(person_count) * (room + 1)).astype(np.int64)
    days = np.stack([day + number * gap for number in range(stay_count)], axis=1)
    hours = random.integers(6, 12, size=(person_count, stay_count))
    return days * SECONDS_PER_DAY + hours * SECONDS_PER_HOUR
