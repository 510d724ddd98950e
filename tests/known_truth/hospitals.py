"""What would one hospital's ratings be, and what is true of them? Arrays from the simulator's own draws, no tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache

import numpy as np

from abate.base.days import SECONDS_PER_DAY
from abate.sources.simulated import HospitalParameters
from abate.sources.simulated.occasions import (
    DIARY,
    FOLLOW_UP,
    PLANNED_VISIT,
    UNPLANNED_VISIT,
    Ratings,
    ask_for_ratings,
)
from abate.sources.simulated.parameters import LONGEST_STAY_DAYS
from abate.sources.simulated.ratings import (
    FIRST_PLANNED_DAY,
    STEPS_PER_DAY,
    STOPPED,
    draw_traits,
    origin_step,
    rate,
)
from abate.sources.simulated.roster import Role, Roster
from abate.sources.simulated.stays import Stays, admit_stays
from abate.sources.simulated.streams import Array, Purpose, stream
from tests.known_truth.families import FAMILIES, admit_family, draw_paths_of
from tests.known_truth.scenarios import FIRST_SEED, Scenario

#: The day of a planned analysis where people leave because they are better.
PLANNED_DAY = 5
_ROLES = {"ward": Role.WARD, "home": Role.HOME}
_MILDER_POINTS = 0.7
#: Distance between the seeds of a hospital and of its milder episodes, larger than any number of hospitals.
_MILDER_SEED = 5_000
_REFERENCE_PERSONS = 4_000
#: The first planned visit falls within one gap of the start of the history: from then on everybody has visits.
_FIRST_GAP_DAYS = 25


@dataclass(frozen=True, kw_only=True)
class Courses:
    """Courses of one hospital as arrays; one row a course.

    ``day``, ``rating`` and ``is_visit``, shape (n, k), hold the ratings before, nan where there is none; ``is_planned``
    says which visits were. ``first``, ``final`` and ``final_day`` are what was recorded, ``nothing`` and ``hospital`` the
    final rating in the two other worlds. ``stay``, shape (n, 29), holds the ratings of the stay every six hours, nan after
    the last day; ``day_5`` and ``day_5_nothing`` the last of day 5 had everybody stayed, ``mean_5`` and ``mean_5_nothing`` the
    means of that day. ``later`` is the rating of the first
    follow-up visit and ``later_nothing`` that with nothing done. ``window``, shape (n, w), holds the other candidate days.
    """

    person: Array
    day: Array
    rating: Array
    is_visit: Array
    is_planned: Array
    first: Array
    final: Array
    final_day: Array
    nothing: Array
    hospital: Array
    stay: Array
    last_day: Array
    is_stopped: Array
    day_5: Array
    day_5_nothing: Array
    mean_5: Array
    mean_5_nothing: Array
    later: Array
    later_day: Array
    later_nothing: Array
    window: Array


@dataclass(frozen=True, kw_only=True)
class Reference:
    """What is true of all persons' days together: mean, SD, shares of ratings, correlation at the lag of the final."""

    mu: float
    sigma: float
    rho: float
    shares: Array


@dataclass(frozen=True, kw_only=True)
class Hospital:
    """The treated courses, untreated episodes by kind as (first, final), and the truth of unselected days."""

    scenario: Scenario
    number: int
    courses: Courses
    controls: Mapping[str, tuple[Array, Array]]
    reference: Reference

    @property
    def truth(self) -> dict[str, float]:
        """What was really done to the final rating, in points, and how many would have responded anyway."""
        c = self.courses
        return {
            "fall": float(np.mean(c.first - c.final)),
            "left": float(np.mean(c.nothing - c.final)),
            "drug": float(np.mean(c.hospital - c.final)),
            "day_5": float(np.mean(c.day_5_nothing - c.day_5)),
            "mean_5": float(np.mean(c.mean_5_nothing - c.mean_5)),
            "mean_5_while_there": float(np.mean(np.where(c.last_day >= PLANNED_DAY, c.mean_5_nothing - c.mean_5, 0.0))),
            "responders": float(np.mean(c.first - c.nothing >= 2)),
            "responders_observed": float(np.mean(c.first - c.final >= 2)),
            "later": float(np.mean(c.first - c.later_nothing >= 2)),
            "later_observed": float(np.mean(c.first - c.later >= 2)),
        }


def draw_hospital(scenario: Scenario, number: int) -> Hospital:
    """Draw a hospital of a scenario.

    Parameters
    ----------
    scenario : Scenario
    number : int
        Of the hospital, from 0; with the scenario's number it makes the seed.
    """
    seed, p = scenario.seed_of(number), scenario.parameters
    beside = [_ROLES[kind] for kind in scenario.controls if kind in _ROLES]
    blocks = list(_stays(scenario, p, beside, seed))
    parts = [_courses_of(stays, p, seed, block) for block, stays in enumerate(blocks)]
    roles = np.concatenate([stays.role for stays in blocks])
    everybody = _joined(parts)
    if scenario.at_follow_up:
        everybody = _ended_at_follow_up(everybody)
    controls = {kind: _first_and_final(everybody, roles == role) for kind, role in _ROLES.items()}
    if "milder" in scenario.controls:
        controls["milder"] = _milder_episodes(scenario, seed + _MILDER_SEED)
    return Hospital(
        scenario=scenario,
        number=number,
        courses=_taken(everybody, roles == Role.KETAMINE),
        controls={kind: controls[kind] for kind in scenario.controls},
        reference=reference_of(scenario),
    )


def _stays(scenario: Scenario, parameters: HospitalParameters, beside: list[Role], seed: int) -> Iterator[Stays]:
    """Yield the treated persons' stays, and as many untreated ones of each kind."""
    count = scenario.course_count
    twice = round(count * scenario.repeat_share / (1 + scenario.repeat_share))
    roles = [Role.KETAMINE] * (count - 2 * twice) + [role for role in beside for _ in range(count)]
    if scenario.family in FAMILIES:
        return admit_family(parameters, scenario.family, np.array(roles), seed)
    roster = Roster(
        person_count=len(roles) + twice,
        single=np.array(roles, dtype=np.int64),
        double=np.full((twice, 2), Role.KETAMINE, dtype=np.int64),
        stay_person_ids=1 + np.arange(len(roles) + twice),
        other_condition_share=0.0,
    )
    return admit_stays(parameters, roster, seed)


def draw_stays_of_courses(scenario: Scenario, number: int) -> tuple[Courses, list[Stays]]:
    """Return the courses of a hospital and the stays they come from, in the same order."""
    seed, p = scenario.seed_of(number), scenario.parameters
    blocks = list(_stays(scenario, p, [], seed))
    return _joined([_courses_of(stays, p, seed, block) for block, stays in enumerate(blocks)]), blocks


def _courses_of(stays: Stays, parameters: HospitalParameters, seed: int, block: int) -> Courses:
    """Return what is recorded and true of some stays."""
    given = ask_for_ratings(stream(seed, Purpose.OCCASIONS, block), stays, parameters)
    here = np.arange(stays.count)
    first = stays.worlds_at(here, stays.admission_step, parameters)
    final = stays.worlds_at(here, stays.admission_step + STEPS_PER_DAY * stays.last_day, parameters)
    of_fifth = STEPS_PER_DAY * PLANNED_DAY - np.arange(STEPS_PER_DAY)[:, None]
    fifth = _had_all_stayed(stays).worlds_at(here, stays.admission_step + of_fifth, parameters)
    later = _first_follow_up(given, stays)
    return Courses(
        person=stays.person_id,
        **_before(given, stays, parameters),
        first=first.treated,
        final=final.treated,
        final_day=stays.last_day.astype(float),
        nothing=final.nothing,
        hospital=final.hospital,
        stay=_stay_ratings(stays, parameters),
        last_day=stays.last_day,
        is_stopped=stays.reason == STOPPED,
        day_5=fifth.treated[0],
        day_5_nothing=fifth.nothing[0],
        mean_5=fifth.treated.mean(axis=0),
        mean_5_nothing=fifth.nothing.mean(axis=0),
        **later,
        window=_other_days(stays, parameters),
    )


def _had_all_stayed(stays: Stays) -> Stays:
    return replace(stays, discharge=stays.admission + (LONGEST_STAY_DAYS + 1) * SECONDS_PER_DAY)


def _before(given: Ratings, stays: Stays, parameters: HospitalParameters) -> dict[str, Array]:
    """Return the ratings before the admission as rows, back as far as every person's history goes."""
    day = (given.time - stays.admission[given.stay]) / SECONDS_PER_DAY
    kinds = np.isin(given.occasion, (PLANNED_VISIT, UNPLANNED_VISIT, DIARY))
    kept = kinds & (day < 0) & (day >= -history_days_of(parameters))
    stay, day = given.stay[kept], day[kept]
    value, occasion = given.value[kept], given.occasion[kept]
    place = np.arange(stay.size) - np.searchsorted(stay, stay)  # ratings are ordered by stay
    shape = (stays.count, int(place.max(initial=-1)) + 1)
    table = {name: np.full(shape, np.nan) for name in ("day", "rating")}
    flags = {name: np.zeros(shape, dtype=bool) for name in ("is_visit", "is_planned")}
    table["day"][stay, place], table["rating"][stay, place] = day, value
    flags["is_visit"][stay, place], flags["is_planned"][stay, place] = occasion != DIARY, occasion == PLANNED_VISIT
    return {**table, **flags}


def history_days_of(parameters: HospitalParameters) -> int:
    """Return how many days before the admission ratings are known of everybody."""
    return parameters.history_days - _FIRST_GAP_DAYS


def _stay_ratings(stays: Stays, parameters: HospitalParameters) -> Array:
    """Return the ratings of the stay every six hours, nan after the last day."""
    offset = np.arange(LONGEST_STAY_DAYS * STEPS_PER_DAY + 1)[:, None]
    ratings = stays.worlds_at(np.arange(stays.count), stays.admission_step + offset, parameters).treated
    seen: Array = np.where(offset <= STEPS_PER_DAY * stays.last_day, ratings, np.nan).T
    return seen


def _first_follow_up(given: Ratings, stays: Stays) -> dict[str, Array]:
    """Return the first follow-up visit that was kept; nan where there was none."""
    visits = given.keep(given.occasion == FOLLOW_UP)
    stay, row = np.unique(visits.stay, return_index=True)
    found = {name: np.full(stays.count, np.nan) for name in ("later", "later_day", "later_nothing")}
    found["later"][stay], found["later_nothing"][stay] = visits.value[row], visits.nothing[row]
    found["later_day"][stay] = (visits.time[row] - stays.admission[stay]) / SECONDS_PER_DAY
    return found


def _other_days(stays: Stays, parameters: HospitalParameters) -> Array:
    """Return the other candidate days, counted from the admission."""
    chosen = (stays.admission_step - origin_step(parameters)) // STEPS_PER_DAY
    day = np.arange(parameters.candidate_days) - chosen[:, None]
    others: Array = np.where(day == 0, np.nan, day)
    return others


def _joined(parts: list[Courses]) -> Courses:
    """Return the rows of all parts, filled up to the longest history."""
    widest = max(part.day.shape[1] for part in parts)

    def column(name: str) -> Array:
        arrays = [getattr(part, name) for part in parts]
        if name in ("day", "rating", "is_visit", "is_planned"):
            empty = np.nan if name in ("day", "rating") else False
            arrays = [np.pad(a, ((0, 0), (0, widest - a.shape[1])), constant_values=empty) for a in arrays]
        return np.concatenate(arrays)

    return Courses(**{f.name: column(f.name) for f in fields(Courses)})


def _taken(courses: Courses, mask: Array) -> Courses:
    return Courses(**{f.name: getattr(courses, f.name)[mask] for f in fields(Courses)})


def _ended_at_follow_up(courses: Courses) -> Courses:
    """Return courses whose final rating is that of the first follow-up visit; nobody is in the ward any more."""
    return replace(
        courses,
        final=courses.later,
        final_day=courses.later_day,
        nothing=courses.later_nothing,
        # Without an effect of the ward the two poorer worlds are one.
        hospital=courses.later_nothing,
    )


def _first_and_final(courses: Courses, mask: Array) -> tuple[Array, Array]:
    return courses.first[mask], courses.final[mask]


def _milder_episodes(scenario: Scenario, seed: int) -> tuple[Array, Array]:
    """Return untreated episodes of persons whose own level is lower."""
    milder = replace(scenario.parameters, level_mean=scenario.parameters.level_mean - _MILDER_POINTS)
    roles = np.full(scenario.course_count, Role.WARD, dtype=np.int64)
    roster = Roster(
        person_count=roles.size,
        single=roles,
        double=np.empty((0, 2), dtype=np.int64),
        stay_person_ids=1 + np.arange(roles.size),
        other_condition_share=0.0,
    )
    blocks = list(admit_stays(milder, roster, seed))
    episodes = _joined([_courses_of(stays, milder, seed, block) for block, stays in enumerate(blocks)])
    return episodes.first, episodes.final


def reference_of(scenario: Scenario) -> Reference:
    """Return the truth of unselected days, before any lasting rise, at the mean lag of the final rating."""
    p = scenario.parameters
    weights = np.array(p.planned_day_weights)
    lag = float(weights @ (FIRST_PLANNED_DAY + np.arange(weights.size)) / weights.sum())
    if scenario.at_follow_up:
        lag += p.follow_up_1_days
    return _reference(replace(p, rise_points=0.0), scenario.family, round(STEPS_PER_DAY * lag))


@lru_cache(maxsize=64)
def _reference(parameters: HospitalParameters, family: str, lag_steps: int) -> Reference:
    random = np.random.default_rng([FIRST_SEED - 1])
    level = draw_traits(random, parameters, _REFERENCE_PERSONS).level
    # Two days of each person, as far apart as first and final, are enough: a short path.
    short = replace(parameters, history_days=max(parameters.record_days, parameters.diary_window_days))
    paths = draw_paths_of(random, short, family, level)
    ratings = rate(paths.felt, paths.error)
    start = origin_step(short) + STEPS_PER_DAY * np.arange(0, short.candidate_days, 4)
    start = start[start + lag_steps < len(ratings)]
    days, later = ratings[start], ratings[start + lag_steps]
    counts = np.bincount(days.ravel().astype(np.int64), minlength=11)
    return Reference(
        mu=float(days.mean()),
        sigma=float(days.std()),
        rho=float(max(np.corrcoef(days.ravel(), later.ravel())[0, 1], 0.0)),
        shares=counts / counts.sum(),
    )
