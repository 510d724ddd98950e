"""What does a hospital record in which the drug and the ward do so many points, and what would a trial in it measure?

The truth is a contrast of ratings on the planned day, never a parameter: points felt are turned into points rated by one map,
made once from a large hospital, and its inverse gives the parameters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np
import pyarrow as pa

from abate.base.days import SECONDS_PER_DAY
from abate.contracts.definition import Study
from abate.sources.simulated import HospitalParameters, parameters_of
from abate.sources.simulated.occasions import OCCASIONS, Ratings, ask_for_ratings
from abate.sources.simulated.ratings import COMPLETED, STEPS_PER_DAY, rate
from abate.sources.simulated.roster import Role, Roster
from abate.sources.simulated.stays import Stays, admit_stays
from abate.sources.simulated.streams import Array, Purpose, stream
from tests.known_truth.scenarios import BASE, FIRST_SEED, SEEDS_PER_SCENARIO
from tests.outcome_tables import daily_of, outcomes_of

#: The day of the trial's primary rating, which is also the day on which every course is planned to end.
PLANNED_DAY = 5
#: One treatment, one course a person, everybody enters; ward and drug have done all they do by the planned day.
PLANS: Mapping[str, float] = MappingProxyType(
    {
        **BASE, "planned_day_3": 0.0, "planned_day_4": 0.0, "planned_day_5": 1.0, "planned_day_6": 0.0, "planned_day_7": 0.0,
        "hospital_onset_days": 0.5, "drug_onset_days": 1.0, "stop_hazard": 0.02, "lidocaine_effect_ratio": 0.0,
        "follow_up_1_days": 2.0, "follow_up_2_days": 2.0, "follow_up_sd_days": 0.0, "follow_up_missed_share": 0.0,
        "others_per_course": 0.0, "repeat_share": 0.0, "after_lidocaine_share": 0.0, "lidocaine_per_course": 0.0,
        "dihydroergotamine_per_course": 0.0, "untreated_ward_per_course": 0.0, "untreated_home_per_course": 0.0,
        "refractory_share": 1.0, "short_observation_share": 0.0,
    }
)  # fmt: skip
COURSES = 61
#: Trials come from other patients than the study, whose seeds are below it.
TRIAL_SEED = 5_000
MAP_SEED = FIRST_SEED + SEEDS_PER_SCENARIO * 199
_MAP_PERSONS = 6_000
#: Of patients of the map and of a trial nothing is asked before the admission.
_NO_HISTORY: Mapping[str, float] = MappingProxyType(
    {"history_days": 1, "record_days": 1, "diary_window_days": 1, "diary_day_count": 0, "planned_visit_gap_days": 0.0}
)
_MOST_FELT = 9.0
#: Grid steps of the planned day: admissions are in the morning, from 6 to 11 o'clock.
_STEPS_OF_PLANNED_DAY = STEPS_PER_DAY * (PLANNED_DAY - 1) - 1 + np.arange(STEPS_PER_DAY)
_ACTIVE, _CONTROL = Role.KETAMINE, Role.LIDOCAINE


@dataclass(frozen=True, kw_only=True)
class Effects:
    """What is done to the rating of the planned day, in points of the mean.

    Attributes
    ----------
    ward : float
        By being there, over and above regression to the mean.
    drug : float
        By the drug on top of that.
    """

    ward: float
    drug: float


def with_effects(effects: Effects, **changes: float | str) -> HospitalParameters:
    """Return the parameters of a hospital in which ward and drug do so much on the planned day."""
    of_ward = felt_points(effects.ward)
    of_both = felt_points(effects.ward + effects.drug)
    return parameters_of("D", {**PLANS, "hospital_mean": of_ward, "drug_mean": max(of_both - of_ward, 0.0), **changes})


# ---- the map between points felt and points rated --------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, eq=False)
class RatingMap:
    """What points taken off the pain felt do to the mean rating of the planned day, of those admitted by the hazard.

    Attributes
    ----------
    felt : array, shape (point,)
        Points taken off the pain felt.
    rated : array, shape (point,)
        What that takes off the mean rating.
    spread : array, shape (point,)
        SD of the rating between persons, given the first one; at the floor of the scale it is narrower.
    """

    felt: Array
    rated: Array
    spread: Array


def felt_points(rated: float) -> float:
    """Return the points of felt pain that take so many points off the mean rating of the planned day; at most 9."""
    found = rating_map()
    return float(np.interp(rated, found.rated, found.felt))


def true_spread(effects: Effects) -> float:
    """Return the SD of the rating of the planned day given the first one, in the two arms of a trial together."""
    found = rating_map()
    by_arm = np.interp([effects.ward, effects.ward + effects.drug], found.rated, found.spread)
    return float(np.sqrt(np.mean(by_arm**2)))


@cache
def rating_map() -> RatingMap:
    """Return the map of a large hospital."""
    parameters = parameters_of("D", {**PLANS, **_NO_HISTORY})
    stays = _admitted(parameters, np.full(_MAP_PERSONS, _ACTIVE), MAP_SEED)
    steps = np.append(0, _STEPS_OF_PLANNED_DAY)[:, None]
    felt, error = (
        np.concatenate([getattr(s.paths, name)[s.admission_step + steps, np.arange(s.count)] for s in stays], axis=1)
        for name in ("felt", "error")
    )
    first, points = rate(felt[0], error[0]), np.arange(0.0, _MOST_FELT + 0.05, 0.1)
    of_day = [rate(felt[1:] - taken, error[1:]).mean(axis=0) for taken in points]
    return RatingMap(
        felt=points,
        rated=np.array([(of_day[0] - rating).mean() for rating in of_day]),
        spread=np.array([_spread_given(first, rating) for rating in of_day]),
    )


def _spread_given(first: Array, rating: Array) -> float:
    (own, shared), (_, other) = np.cov(first, rating)
    return float(np.sqrt(other - shared**2 / own))


# ---- the study's hospital --------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, eq=False)
class StudyTables:
    """What a study's run has of its records: a row a course, a row a day, a row a rating."""

    outcomes: pa.Table
    daily: pa.Table
    ratings: pa.Table


def study_tables(study: Study, parameters: HospitalParameters, seed: int) -> StudyTables:
    """Return the tables of a study in a hospital: those that ``abate.run`` makes of its records, without their detour.

    The simulator draws the same stays and ratings as when it writes records; ``plans.compare_with_whole_runs`` holds the two ways
    together.
    """
    parts = [
        (stays, ask_for_ratings(stream(seed, Purpose.OCCASIONS, block), stays, parameters))
        for block, stays in enumerate(_admitted(parameters, np.full(COURSES, _ACTIVE), seed))
    ]
    courses = [_course_columns(stays, given) for stays, given in parts]
    days = [
        (int(stays.person_id[stay]), day, value)
        for stays, given in parts
        for stay, day, value in daily_values(stays, given)
    ]
    return StudyTables(
        outcomes=outcomes_of(study, **{name: _listed([part[name] for part in courses]) for name in courses[0]}),
        daily=daily_of(*days),
        ratings=pa.concat_tables([_rating_rows(study, stays, given) for stays, given in parts]),
    )


def _admitted(parameters: HospitalParameters, roles: Array, seed: int) -> list[Stays]:
    """Return the stays of persons in these roles, in blocks."""
    roster = Roster(
        person_count=roles.size,
        single=roles.astype(np.int64),
        double=np.empty((0, 2), dtype=np.int64),
        stay_person_ids=1 + np.arange(roles.size),
        other_condition_share=0.0,
    )
    return list(admit_stays(parameters, roster, seed))


def _course_columns(stays: Stays, given: Ratings) -> dict[str, Array]:
    """Return the columns of `outcomes` that attribution and planning read: by the default rules of a study file."""
    first, final = _row_at(given, stays, 0), _row_at(given, stays, STEPS_PER_DAY * stays.last_day)
    return {
        "course_id": stays.person_id,
        "person_id": stays.person_id,
        "admission": _microseconds(stays.admission),
        "start": _microseconds(stays.start),
        "end": _microseconds(stays.end),
        "discharge": _microseconds(stays.discharge),
        "stay_days": (stays.discharge - stays.admission) / SECONDS_PER_DAY,
        "end_reason": np.where(stays.reason == COMPLETED, "completed", "adverse event"),
        "baseline": given.value[first],
        "baseline_time": _microseconds(given.time[first]),
        "final": given.value[final],
        "final_time": _microseconds(given.time[final]),
        "change": given.value[final] - given.value[first],
    }


def _row_at(given: Ratings, stays: Stays, step: Array | int) -> Array:
    """Return the row of each stay's rating at a grid step after admission: ratings are written down within the hour."""
    due = stays.admission + np.asarray(step) * (SECONDS_PER_DAY // STEPS_PER_DAY)
    late = given.time - due[given.stay]
    rows = np.flatnonzero((late >= 0) & (late < 3600))
    assert np.array_equal(given.stay[rows], np.arange(stays.count))
    return rows


def daily_values(stays: Stays, given: Ratings) -> list[tuple[int, int, float]]:
    """Return stay, day of the course and mean rating of the day, after the first dose until discharge; day 1 is the first dose's."""
    kept = (given.time > stays.start[given.stay]) & (given.time <= stays.discharge[given.stay])
    stay, value = given.stay[kept], given.value[kept]
    day = given.time[kept] // SECONDS_PER_DAY - (stays.start // SECONDS_PER_DAY)[stay] + 1
    place, inverse = np.unique(np.column_stack([stay, day]), axis=0, return_inverse=True)
    mean = np.bincount(inverse.ravel(), weights=value) / np.bincount(inverse.ravel())
    return list(zip(place[:, 0].tolist(), place[:, 1].tolist(), mean.tolist(), strict=True))


def _rating_rows(study: Study, stays: Stays, given: Ratings) -> pa.Table:
    return pa.table(
        {
            "person_id": pa.array(stays.person_id[given.stay]),
            "time": pa.array(_microseconds(given.time), pa.timestamp("us")),
            "scale": [study.rating.scale] * given.stay.size,
            "value": pa.array(given.value.astype(np.float64)),
            "occasion": [OCCASIONS[kind] for kind in given.occasion.tolist()],
        }
    )


def _microseconds(seconds: Array) -> Array:
    return np.asarray(seconds, dtype=np.int64) * 1_000_000


def _listed(parts: list[Array]) -> list[object]:
    return [value for part in parts for value in part.tolist()]


# ---- the trial's patients --------------------------------------------------------------------------------------------


def trial_ratings(effects: Effects, per_arm: int, trials: int, seed: int) -> Array:
    """Return ratings of randomised trials in such a hospital, each in patients of its own; every other patient is in the control arm.

    Both arms are admitted by the hazard, lie in the same ward and are stopped for harm with the same chance; the control's infusion does
    nothing.

    Returns
    -------
    array of float, shape (trial, 2 per_arm, 1 + day)
        Baseline, then the daily values of the days to the planned one; nan where the course had ended. Patients are control, active,
        control, active and so on.
    """
    parameters = with_effects(effects, **_NO_HISTORY)
    roles = np.tile([_CONTROL, _ACTIVE], per_arm * trials)
    parts = [
        _by_day(stays, ask_for_ratings(stream(seed, Purpose.OCCASIONS, block), stays, parameters))
        for block, stays in enumerate(_admitted(parameters, roles, seed))
    ]
    return np.concatenate(parts).reshape(trials, 2 * per_arm, 1 + PLANNED_DAY)


def _by_day(stays: Stays, given: Ratings) -> Array:
    table = np.full((stays.count, 1 + PLANNED_DAY), np.nan)
    table[:, 0] = given.value[_row_at(given, stays, 0)]
    for stay, day, value in daily_values(stays, given):
        if day <= PLANNED_DAY:
            table[stay, day] = value
    return table
