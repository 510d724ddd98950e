"""How are the patients of a block of trials drawn: latent ratings, rescue, what was rated, who left, when they came?"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from abate.stats.arrays import Array, IntArray
from abate.stats.mmrm.patterns import Flags
from abate.stats.trials.scenario import Prepared, Scenario
from abate.stats.trials.streams import Purpose, Streams


@dataclass(frozen=True, kw_only=True, eq=False)
class DrawnTrials:
    """Patients of several trials, the arms one after the other.

    Attributes
    ----------
    ratings : array, shape (trial, patient, visit)
        At baseline and on each day; ``nan`` where not seen, or not wanted after rescue.
    seen : array of bool, shape (trial, patient, day)
        Who was still there; by leaving alone.
    rescued : array of bool, shape (trial, patient, day)
    arm : array of int, shape (patient,)
    centre : array of int, shape (patient,)
        0 throughout where there is one.
    """

    ratings: Array
    seen: Flags
    rescued: Flags
    arm: IntArray
    centre: IntArray


def draw_trials(scenario: Scenario, prepared: Prepared, trials: range, streams: Streams) -> DrawnTrials:
    """Return the patients of some trials; each depends on seed, scenario, its trial, arm and place alone.

    Parameters
    ----------
    scenario, prepared
        With one set of assumptions, or as many as trials.
    trials : range
        Numbers of the trials.
    streams : Streams

    Returns
    -------
    DrawnTrials
    """
    edges = np.concatenate([[0], np.cumsum(scenario.per_arm)])
    shape = (len(trials), int(edges[-1]), scenario.mean.shape[2])
    latent, uniforms = np.empty(shape), np.empty((*shape[:2], shape[2] - 1))
    by_chance = np.ones((*shape[:2], shape[2] - 1))
    for arm, (low, high) in enumerate(pairwise(edges)):
        latent[:, low:high] = _normals(scenario, trials, arm, streams)
        latent[:, low:high] = latent[:, low:high] @ prepared.root[:, arm].swapaxes(1, 2)
        _fill_uniforms(uniforms[:, low:high], Purpose.LEAVING, trials, arm, streams)
        if scenario.rescue is not None:
            _fill_uniforms(by_chance[:, low:high], Purpose.RESCUE, trials, arm, streams)
    arm_of_patient = scenario.arm_of_patient
    centre = np.zeros_like(arm_of_patient)
    if scenario.centres is not None:
        centre = scenario.centres.of_patients(scenario.per_arm)
        for place, trial in enumerate(trials):
            added = scenario.centres.drawn(streams.at(Purpose.CENTRES, trial), len(scenario.per_arm))
            latent[place, :, 1:] += added[centre, arm_of_patient][:, None]
    latent *= prepared.stretch[:, arm_of_patient]
    latent += prepared.latent_mean[:, arm_of_patient]
    ratings, analysed, rescued = _rated(scenario, prepared, latent, by_chance, arm_of_patient)
    seen = scenario.leaving.stays(ratings, prepared.leaving_intercept[:, arm_of_patient], uniforms)
    analysed[..., 1:][~seen] = np.nan
    return DrawnTrials(ratings=analysed, seen=seen, rescued=rescued, arm=arm_of_patient, centre=centre)


def _normals(scenario: Scenario, trials: range, arm: int, streams: Streams) -> Array:
    numbers = np.empty((len(trials), int(scenario.per_arm[arm]), scenario.mean.shape[2]))
    for place, trial in enumerate(trials):
        streams.at(Purpose.PATIENTS, trial, arm).standard_normal(out=numbers[place])
        if scenario.repeats is not None:
            numbers[place] = scenario.repeats.shared(numbers[place], streams.at(Purpose.PERSONS, trial, arm))
    return numbers


def _fill_uniforms(numbers: Array, purpose: Purpose, trials: range, arm: int, streams: Streams) -> None:
    for place, trial in enumerate(trials):
        streams.at(purpose, trial, arm).random(out=numbers[place])


def _rated(
    scenario: Scenario, prepared: Prepared, latent: Array, by_chance: Array, arm: IntArray
) -> tuple[Array, Array, Flags]:
    """Return the ratings given, those to be analysed, and who took rescue."""
    felt = scenario.rating_map.rated(latent)
    if scenario.rescue is None:
        return felt, felt.copy(), np.zeros(by_chance.shape, dtype=np.bool_)
    taken = scenario.rescue.taken(felt, prepared.rescue_intercept[:, arm], by_chance)
    given = scenario.rating_map.rated(scenario.rescue.lowered(latent, taken))
    return given, scenario.rescue.analysed(given.copy(), taken), taken


@dataclass(frozen=True, kw_only=True, eq=False)
class DrawnCalendar:
    """When looks take place and what the trial has used by then; shapes (trial, look), ``nan`` where it was not asked for.

    ``months`` from the first day of accrual, ``entered`` patients, ``bed_days`` of those who have entered.
    """

    months: Array
    entered: Array
    bed_days: Array


def draw_calendar(scenario: Scenario, with_outcome: IntArray, trials: range, streams: Streams) -> DrawnCalendar:
    """Return the calendar of some trials, for looks at so many patients with an outcome (look,)."""
    total = int(scenario.per_arm.sum())
    shape = (len(trials), len(with_outcome))
    months, entered = np.full(shape, np.nan), np.broadcast_to(with_outcome, shape).astype(np.int64)
    if scenario.accrual is not None:
        waits = np.empty((len(trials), total))
        for place, trial in enumerate(trials):
            streams.at(Purpose.CALENDAR, trial).standard_exponential(out=waits[place])
        months, entered = scenario.accrual.looks(scenario.accrual.entries(waits), with_outcome)
    bed_days = np.full(shape, np.nan)
    if scenario.stay_days is not None:
        for place, trial in enumerate(trials):
            drawn = streams.at(Purpose.STAYS, trial).integers(0, len(scenario.stay_days), size=total)
            bed_days[place] = np.cumsum(scenario.stay_days[drawn])[entered[place] - 1]
    return DrawnCalendar(months=months, entered=entered.astype(np.float64), bed_days=bed_days)
