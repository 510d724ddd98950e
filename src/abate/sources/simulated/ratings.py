"""How does the pain of a person move, when is the person admitted, and how long do they stay?

The model, with the letters of ``HospitalParameters`` in brackets there. For each stay two independent standard
Ornstein-Uhlenbeck paths, slow and fast, on a grid of six hours, started from their stationary law:

    z(t)    = sqrt(f_slow) slow(t) + sqrt(1 - f_slow) fast(t)
    felt(t) = mu + sw (exp(k z) - exp(k^2/2)) / sqrt(exp(k^2) (exp(k^2) - 1)) + shift clip((t + rise)/rise, 0, 1)
    rating  = clip(round(felt(t) - effects + e(t)), 0, 10)

t is counted from the first candidate day, and e(t) is drawn once for each grid time. Three worlds share every one of
these numbers: nothing done; being in hospital; hospital and drug. So what a treatment did is a subtraction.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from abate.sources.simulated.parameters import LONGEST_STAY_DAYS, HospitalParameters
from abate.sources.simulated.streams import Array

STEPS_PER_DAY = 4
SECONDS_PER_STEP = 21_600
FIRST_PLANNED_DAY = 3
#: Follow-up visits are at most this many standard deviations early or late, so that a path has an end.
FOLLOW_UP_SD_LIMIT = 4

COMPLETED, STOPPED = 0, 1


@dataclass(frozen=True, kw_only=True)
class Traits:
    """What stays the same in a person: arrays of shape (person,), in points."""

    level: Array
    hospital_effect: Array
    drug_effect: Array


@dataclass(frozen=True, kw_only=True)
class Paths:
    """One stay's pain without treatment and error of rating, on the grid: arrays of shape (step, person), in points."""

    felt: Array
    error: Array


def origin_step(parameters: HospitalParameters) -> int:
    """Return the grid step of the first candidate day."""
    return parameters.history_days * STEPS_PER_DAY


def horizon_days(parameters: HospitalParameters) -> int:
    """Return the days that one stay's path covers, from the history to the latest follow-up visit."""
    latest_visit = max(parameters.follow_up_1_days, parameters.follow_up_2_days)
    after_days = math.ceil(latest_visit + FOLLOW_UP_SD_LIMIT * parameters.follow_up_sd_days) + 2
    return parameters.history_days + parameters.candidate_days + LONGEST_STAY_DAYS + after_days


def draw_traits(random: np.random.Generator, parameters: HospitalParameters, count: int) -> Traits:
    """Draw the level and the responses of ``count`` persons."""
    level = parameters.level_mean + parameters.level_sd * random.standard_normal(count)
    hospital = _effect(random.standard_normal(count), parameters.hospital_mean, parameters.hospital_sd)
    drug = _effect(random.standard_normal(count), parameters.drug_mean, parameters.drug_sd)
    is_resistant = random.random(count) < parameters.resistant_share
    return Traits(level=level, hospital_effect=hospital, drug_effect=np.where(is_resistant, 0.0, drug))


def _effect(normal: Array, mean: float, sd: float) -> Array:
    """Return effects cut at 0; exactly 0 where their mean is."""
    return np.maximum(0.0, mean + sd * normal) if mean > 0 else np.zeros_like(normal)


def draw_paths(random: np.random.Generator, parameters: HospitalParameters, level: Array) -> Paths:
    """Draw one stay's paths for persons with the given levels."""
    step_count = horizon_days(parameters) * STEPS_PER_DAY
    swing = _swings(random, parameters, step_count, level.size)
    day = (np.arange(step_count) - origin_step(parameters)) / STEPS_PER_DAY
    rise = parameters.rise_points * np.clip((day + parameters.rise_days) / parameters.rise_days, 0.0, 1.0)
    error = parameters.rating_error_sd * random.standard_normal((step_count, level.size))
    return Paths(felt=level + parameters.swing_sd * swing + rise[:, None], error=error)


def _swings(random: np.random.Generator, parameters: HospitalParameters, step_count: int, count: int) -> Array:
    """Return skewed swings with mean 0 and variance 1, shape (step, person)."""
    coefficient = np.exp(-1 / (STEPS_PER_DAY * np.array([[parameters.slow_days], [parameters.fast_days]])))
    weight = np.sqrt([[parameters.slow_share], [1 - parameters.slow_share]])
    innovation = random.standard_normal((step_count, 2, count))
    innovation[1:] *= np.sqrt(1 - coefficient**2)
    for step in range(1, step_count):
        innovation[step] += coefficient * innovation[step - 1]
    z: Array = (weight * innovation).sum(axis=1)
    k = parameters.skew
    if k < 1e-6:
        return z
    skewed: Array = (np.exp(k * z) - np.exp(k**2 / 2)) / np.sqrt(np.exp(k**2) * (np.exp(k**2) - 1))
    return skewed


def rate(felt: Array, error: Array) -> Array:
    """Return ratings, whole points from 0 to 10, of the pain felt."""
    ratings: Array = np.clip(np.rint(felt + error), 0, 10)
    return ratings


# ---- admission -------------------------------------------------------------------------------------------------


def find_admission_days(random: np.random.Generator, parameters: HospitalParameters, paths: Paths) -> Array:
    """Return for each person the candidate day (0 to K-1) of the admission, or -1 where nobody admits them."""
    seen = paths.felt if parameters.sees == "felt" else rate(paths.felt, paths.error)
    first = parameters.history_days - parameters.record_days
    last = parameters.history_days + parameters.candidate_days
    daily = seen[::STEPS_PER_DAY][first:last]
    chance = random.random((parameters.candidate_days, daily.shape[1]))
    return ADMISSION_RULES[parameters.admission_rule](daily, chance, parameters)


AdmissionRule = Callable[[Array, Array, HospitalParameters], Array]


def _first_day(is_admitted: Array) -> Array:
    return np.where(is_admitted.any(axis=0), is_admitted.argmax(axis=0), -1)


def _by_hazard(daily: Array, chance: Array, parameters: HospitalParameters) -> Array:
    rating = daily[parameters.record_days :]
    hazard = parameters.hazard_base * np.exp(parameters.hazard_slope * (rating - 7))
    return _first_day(chance < 1 - np.exp(-hazard))


def _by_threshold(daily: Array, chance: Array, parameters: HospitalParameters) -> Array:
    return _first_day(daily[parameters.record_days :] >= parameters.threshold)


def _by_record(daily: Array, chance: Array, parameters: HospitalParameters) -> Array:
    before = np.lib.stride_tricks.sliding_window_view(daily[:-1], parameters.record_days, axis=0).max(axis=-1)
    rating = daily[parameters.record_days :]
    return _first_day((rating >= parameters.record_level) & (rating >= before))


def _by_worst(daily: Array, chance: Array, parameters: HospitalParameters) -> Array:
    day: Array = daily[parameters.record_days :].argmax(axis=0)
    return day


def _by_nothing(daily: Array, chance: Array, parameters: HospitalParameters) -> Array:
    day: Array = (chance[0] * parameters.candidate_days).astype(np.int64)
    return day


#: Rules of admission. Each takes the daily values (record_days days before the window and the window's), uniform
#: numbers (day, person) and the parameters, and returns the admitted day or -1. ``worst`` alone looks forward.
ADMISSION_RULES: Mapping[str, AdmissionRule] = MappingProxyType(
    {
        "hazard": _by_hazard,
        "threshold": _by_threshold,
        "record": _by_record,
        "worst": _by_worst,
        "random": _by_nothing,
    }
)

# ---- effects and worlds ----------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Worlds:
    """The ratings that one person gives at one time in the three worlds; arrays of one shape."""

    nothing: Array
    hospital: Array
    treated: Array


def effect_share(since_days: Array, stay_days: Array, onset_days: float, shape: float, fade_days: float) -> Array:
    """Return the share of an effect that has been reached, and not yet faded, some days after admission.

    ``1 - exp(-(s/onset)^shape)`` while in hospital; what was reached at discharge then fades with ``exp(-t/fade)``.
    """
    inside = np.clip(since_days, 0.0, stay_days)
    outside = np.maximum(since_days - stay_days, 0.0)
    share: Array = (1 - np.exp(-((inside / onset_days) ** shape))) * np.exp(-outside / fade_days)
    return share


def rate_in_worlds(
    felt: Array, error: Array, since_days: Array, stay_days: Array, traits: Traits, parameters: HospitalParameters
) -> Worlds:
    """Return the ratings in the three worlds, the same random numbers in each.

    Parameters
    ----------
    felt, error : array
        Pain without treatment and error of rating, points.
    since_days, stay_days : array
        Days since admission (below 0: before), and length of the stay, days.
    traits : Traits
        Effects, points; of the shape of ``felt`` or broadcast to it.
    parameters : HospitalParameters
        Onsets and fading.
    """
    p = parameters
    of_hospital = traits.hospital_effect * effect_share(
        since_days, stay_days, p.hospital_onset_days, p.hospital_onset_shape, p.hospital_fade_days
    )
    of_drug = traits.drug_effect * effect_share(
        since_days, stay_days, p.drug_onset_days, p.drug_onset_shape, p.drug_fade_days
    )
    return Worlds(
        nothing=rate(felt, error),
        hospital=rate(felt - of_hospital, error),
        treated=rate(felt - of_hospital - of_drug, error),
    )


# ---- discharge -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Departures:
    """The last day of each stay (1 is the day after admission) and why it was the last: COMPLETED or STOPPED."""

    last_day: Array
    reason: Array


def find_departures(
    random: np.random.Generator, parameters: HospitalParameters, stay_ratings: Array, can_leave: Array, can_stop: Array
) -> Departures:
    """Return when each person leaves.

    Parameters
    ----------
    random : Generator
        Source of the planned days and the daily chances.
    parameters : HospitalParameters
        Planned days, chance of leaving early and of a stop.
    stay_ratings : array, shape (step, person)
        Ratings from admission on, as given in the world the person lives in.
    can_leave, can_stop : array of bool, shape (person,)
        Who may leave early because better; who may be stopped for an adverse event.
    """
    count = int(stay_ratings.shape[1])
    weights = np.array(parameters.planned_day_weights)
    planned = FIRST_PLANNED_DAY + random.choice(weights.size, size=count, p=weights / weights.sum())
    last_day, reason = planned.copy(), np.full(count, COMPLETED)
    is_gone = np.zeros(count, dtype=bool)
    for day in range(1, LONGEST_STAY_DAYS):
        leave_chance, stop_chance = random.random((2, count))
        day_mean = stay_ratings[(day - 1) * STEPS_PER_DAY + 1 : day * STEPS_PER_DAY + 1].mean(axis=0)
        is_here = ~is_gone & (day < planned)
        is_better = (day >= 3) & (day_mean <= parameters.leave_at_mean) & (leave_chance < parameters.leave_early_share)
        leaves = is_here & can_leave & is_better
        stops = is_here & ~leaves & can_stop & (day >= 2) & (stop_chance < parameters.stop_hazard)
        last_day[leaves | stops] = day
        reason[stops] = STOPPED
        is_gone |= leaves | stops
    return Departures(last_day=last_day, reason=reason)
