"""How does pain move where the model of ratings before is wrong? Regimes, attacks, a trend over months.

Each family says how the pain of a person moves with nothing done. Admission, stay, visits, diary and effects are those of the
package's simulator. The numbers here are assumed, and were chosen before any result was seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from abate.base.days import SECONDS_PER_DAY, SECONDS_PER_HOUR
from abate.sources.simulated.parameters import LONGEST_STAY_DAYS, HospitalParameters
from abate.sources.simulated.ratings import (
    STEPS_PER_DAY,
    Paths,
    Traits,
    draw_paths,
    draw_traits,
    find_admission_days,
    find_departures,
    horizon_days,
    origin_step,
)
from abate.sources.simulated.roster import Role
from abate.sources.simulated.stays import BLOCK_SIZE, Stays
from abate.sources.simulated.streams import Array

#: Weeks in one of two states, some points apart, around a person's own level; what moves fast is added.
GOOD_DAYS, BAD_DAYS, POINTS_BETWEEN, FAST_SD, FAST_DAYS = 12.0, 6.0, 3.0, 0.8, 0.5
#: Attacks begin once in so many days, less often in some persons than in others; between them there is no pain.
DAYS_BETWEEN_ATTACKS, ATTACK_RATE_SHAPE, ATTACK_DAYS, ATTACK_LOG_SD, LONGEST_ATTACK_DAYS = 6.0, 2.0, 1.5, 0.5, 5.0
PEAK_MEAN, PEAK_SD, PAIN_FREE = 7.5, 1.2, -1.0
#: A straight line of each person's own slope, points in 90 days, from half a year before to what follows.
SLOPE_MEAN, SLOPE_SD, SLOPE_DAYS, TREND_DAYS = 1.0, 1.0, 90.0, 180.0

_DISCHARGE_HOURS = 4.5
_MOST_BLOCKS = 400

Felt = Callable[[np.random.Generator, HospitalParameters, Array], Array]


def _days(parameters: HospitalParameters) -> Array:
    """Return the days of the grid, counted from the first candidate day."""
    steps: Array = (np.arange(horizon_days(parameters) * STEPS_PER_DAY) - origin_step(parameters)) / STEPS_PER_DAY
    return steps


def switch_regimes(random: np.random.Generator, parameters: HospitalParameters, level: Array) -> Array:
    """Return pain that jumps between a good and a bad state, shape (step, person)."""
    step_count, count = len(_days(parameters)), level.size
    leaves = 1 - np.exp(-1 / (STEPS_PER_DAY * np.array([GOOD_DAYS, BAD_DAYS])))
    bad_share = BAD_DAYS / (GOOD_DAYS + BAD_DAYS)
    chance, normal = random.random((step_count, count)), random.standard_normal((step_count, count))
    coefficient = np.exp(-1 / (STEPS_PER_DAY * FAST_DAYS))
    state, fast = (chance[0] < bad_share).astype(np.int64), normal[0]
    felt = np.empty((step_count, count))
    for step in range(step_count):
        if step:
            state = np.where(chance[step] < leaves[state], 1 - state, state)
            fast = coefficient * fast + np.sqrt(1 - coefficient**2) * normal[step]
        felt[step] = level + POINTS_BETWEEN * (state - bad_share) + FAST_SD * fast
    return felt


def suffer_attacks(random: np.random.Generator, parameters: HospitalParameters, level: Array) -> Array:
    """Return pain that is there in attacks only; a person's ``level`` plays no part."""
    step_count, count = len(_days(parameters)), level.size
    rate = random.gamma(ATTACK_RATE_SHAPE, 1 / (ATTACK_RATE_SHAPE * DAYS_BETWEEN_ATTACKS), count)
    begins = random.random((step_count, count)) < 1 - np.exp(-rate / STEPS_PER_DAY)
    length = ATTACK_DAYS * np.exp(ATTACK_LOG_SD * random.standard_normal((step_count, count)))
    length = STEPS_PER_DAY * np.minimum(length, LONGEST_ATTACK_DAYS)
    peak = PEAK_MEAN + PEAK_SD * random.standard_normal((step_count, count))
    felt = np.full((step_count, count), PAIN_FREE)
    for lag in range(int(LONGEST_ATTACK_DAYS * STEPS_PER_DAY)):
        # Full strength after a quarter of a day, then falling to half of it at the end.
        strength = (0.6 if lag == 0 else 1.0) * (1 - 0.5 * lag / np.maximum(length, 1.0))
        pain = np.where(begins & (lag < length), peak * strength, PAIN_FREE)
        felt[lag:] = np.maximum(felt[lag:], pain[: step_count - lag])
    return felt


def drift_for_months(random: np.random.Generator, parameters: HospitalParameters, level: Array) -> Array:
    """Return the package's pain with a trend of each person's own that goes on after the admission."""
    slope = SLOPE_MEAN + SLOPE_SD * random.standard_normal(level.size)
    trend = np.clip(_days(parameters), -TREND_DAYS, TREND_DAYS) / SLOPE_DAYS
    felt: Array = draw_paths(random, parameters, level).felt + trend[:, None] * slope
    return felt


FAMILIES: Mapping[str, Felt] = MappingProxyType(
    {"regimes": switch_regimes, "attacks": suffer_attacks, "trend": drift_for_months}
)


def draw_paths_of(random: np.random.Generator, parameters: HospitalParameters, family: str, level: Array) -> Paths:
    """Return paths of pain of a family, the package's own or another, and errors of ratings, shape (step, person)."""
    if family not in FAMILIES:
        return draw_paths(random, parameters, level)
    felt = FAMILIES[family](random, parameters, level)
    return Paths(felt=felt, error=parameters.rating_error_sd * random.standard_normal(felt.shape))


def admit_family(parameters: HospitalParameters, family: str, roles: Array, seed: int) -> Iterator[Stays]:
    """Yield stays of persons with the given roles, one stay each, as ``admit_stays`` does for the package's own family."""
    admitted = 0
    for block in range(_MOST_BLOCKS):
        random = np.random.default_rng([seed, block])
        traits = draw_traits(random, parameters, BLOCK_SIZE)
        paths = draw_paths_of(random, parameters, family, traits.level)
        day = find_admission_days(random, parameters, paths)
        chosen = np.flatnonzero(day >= 0)[: len(roles) - admitted]
        if chosen.size:
            own = roles[admitted : admitted + chosen.size]
            yield _live_through(random, parameters, paths, traits, day, chosen, own, admitted)
        admitted += chosen.size
        if admitted == len(roles):
            return
    raise RuntimeError(f"{family}: only {admitted} of {len(roles)} persons were admitted")


def _live_through(
    random: np.random.Generator,
    parameters: HospitalParameters,
    paths: Paths,
    traits: Traits,
    day: Array,
    chosen: Array,
    role: Array,
    first_person: int,
) -> Stays:
    """Return the chosen persons' stays, from admission to discharge."""
    placeholder, eight = np.zeros(chosen.size, dtype=np.int64), np.full(chosen.size, 8 * SECONDS_PER_HOUR)
    admission = eight + SECONDS_PER_DAY * day[chosen]
    is_treated, is_home = role == Role.KETAMINE, role == Role.HOME
    stays = Stays(
        person_id=first_person + np.arange(chosen.size),
        number=placeholder,
        role=role,
        paths=Paths(felt=paths.felt[:, chosen], error=paths.error[:, chosen]),
        traits=Traits(
            level=traits.level[chosen],
            hospital_effect=np.where(is_home, 0.0, traits.hospital_effect[chosen]),
            drug_effect=np.where(is_treated, traits.drug_effect[chosen], 0.0),
        ),
        first_candidate_time=eight,
        admission_step=origin_step(parameters) + STEPS_PER_DAY * day[chosen],
        last_day=placeholder,
        reason=placeholder,
        admission=admission,
        start=admission,
        end=admission,
        discharge=admission + (LONGEST_STAY_DAYS + 1) * SECONDS_PER_DAY,
    )
    step = stays.admission_step + np.arange(LONGEST_STAY_DAYS * STEPS_PER_DAY + 1)[:, None]
    ratings = stays.worlds_at(np.arange(stays.count), step, parameters).treated
    left = find_departures(random, parameters, ratings, can_leave=~is_home, can_stop=is_treated)
    discharge = admission + left.last_day * SECONDS_PER_DAY + round(_DISCHARGE_HOURS * SECONDS_PER_HOUR)
    return replace(stays, last_day=left.last_day, reason=left.reason, discharge=discharge, end=discharge)
