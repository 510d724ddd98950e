"""What was infused: at which rates, through which bags and pauses, and how did the site write it down?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from abate.sources.simulated.parameters import HospitalParameters
from abate.sources.simulated.roster import Role
from abate.sources.simulated.stays import Stays
from abate.sources.simulated.streams import Array

#: Highest rate of ketamine without intensive monitoring (ASRA 2018, acute pain), mg/kg/h.
HIGHEST_MG_KG_H = 1.0
#: With the longest pause allowed, this many end to end are still shorter than 24 hours: a course stays one course.
MOST_PAUSES = 3
#: Weights are drawn between these, in steps of half a kilogram.
LIGHTEST_KG, HEAVIEST_KG = 45.0, 160.0

#: How a site writes a rate into ``sig``; the last gives amounts only. Every site of a hospital has its own way.
RATE_TEXTS = ("mg/hr", "mg/kg/h", "mcg/kg/min", "")
_MCG_KG_MIN, _AMOUNT_ONLY = 2, 3

#: No row of an infusion is shorter than this, but between two pauses.
SHORTEST_ROW_MINUTES = 10

DIHYDROERGOTAMINE_INTERVAL_MINUTES = 8 * 60
DIHYDROERGOTAMINE_LENGTH_MINUTES = 30


@dataclass(frozen=True, kw_only=True)
class Doses:
    """Rows of an administration record; arrays of shape (dose,), ordered by stay and start.

    ``start`` and ``end`` are seconds since 1970-01-01, on whole minutes; ``amount_mg`` what the row gave. ``quantity``
    is the same in mcg where ``is_mcg``, else in mg. ``sig`` is the text of the rate, or None. ``is_last`` marks the
    last dose of each course.
    """

    stay: Array
    start: Array
    end: Array
    amount_mg: Array
    quantity: Array
    is_mcg: Array
    is_last: Array
    sig: Sequence[str | None]

    @property
    def count(self) -> int:
        """Number of doses."""
        return int(self.stay.size)


def draw_weights(random: np.random.Generator, parameters: HospitalParameters, count: int) -> Array:
    """Return body weights in kg, in steps of 0.5."""
    weight = parameters.weight_mean_kg + parameters.weight_sd_kg * random.standard_normal(count)
    return np.clip(np.rint(2 * weight) / 2, LIGHTEST_KG, HEAVIEST_KG)


def give_doses(random: np.random.Generator, stays: Stays, weight_kg: Array, parameters: HospitalParameters) -> Doses:
    """Return the doses of every infusion course; stays without an infusion get none.

    Parameters
    ----------
    random : Generator
        Source of titration, bags, pauses and ways of writing.
    stays : Stays
        The stays, with start and end of their infusions.
    weight_kg : array, shape (stay,)
        Body weight at admission.
    parameters : HospitalParameters
        Rates and lengths.
    """
    infused = _infuse(random, stays, _draw_titration(random, stays, weight_kg, parameters), parameters)
    return _joined(infused, _inject(stays, parameters))


def end_at_last_dose(stays: Stays, doses: Doses) -> Stays:
    """Return the stays with the end of each course moved to the end of its last dose."""
    end = stays.end.copy()
    end[doses.stay[doses.is_last]] = doses.end[doses.is_last]
    return replace(stays, end=end)


# ---- titration -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class _Titration:
    """Rates ``first + k * step`` for k below ``step_count``, in the unit that the site writes; shape (stay,).

    ``mg_h_per_unit`` turns a rate into mg/h; every ``step_minutes`` there is one step.
    """

    text: Array
    first: Array
    step: Array
    step_count: Array
    step_minutes: Array
    mg_h_per_unit: Array
    is_mcg: Array


def _draw_titration(
    random: np.random.Generator, stays: Stays, weight_kg: Array, parameters: HospitalParameters
) -> _Titration:
    """Draw how each infusion is titrated, and in which unit the site writes it."""
    p, count = parameters, stays.count
    is_ketamine = stays.role == Role.KETAMINE
    text = np.where(is_ketamine, random.integers(0, 4, size=count), _AMOUNT_ONLY * random.integers(0, 2, size=count))
    step_count = np.where(is_ketamine, _ketamine_step_counts(random, count, p), _lidocaine_step_count(p))
    # a pump is turned up on the half hour
    half_hours = random.integers(round(2 * p.step_hours_low), round(2 * p.step_hours_high) + 1, size=count)
    is_mcg = random.random(count) < np.where(text == _MCG_KG_MIN, 0.5, 0.2)
    ketamine_step = _ketamine_steps(text, weight_kg, p)
    return _Titration(
        text=text,
        first=np.where(is_ketamine, ketamine_step, p.lidocaine_start_mg_h),
        step=np.where(is_ketamine, ketamine_step, p.lidocaine_step_mg_h),
        step_count=step_count,
        step_minutes=30 * half_hours,
        mg_h_per_unit=np.choose(text, [np.ones(count), weight_kg, 60 * weight_kg / 1000, np.ones(count)]),
        is_mcg=is_ketamine & is_mcg,
    )


def _ketamine_step_counts(random: np.random.Generator, count: int, parameters: HospitalParameters) -> Array:
    """Draw how many rates there are up to each person's ceiling; the first rate is also the step."""
    p = parameters
    ceiling = p.ceiling_mean_mg_kg_h + p.ceiling_sd_mg_kg_h * random.standard_normal(count)
    most = int(HIGHEST_MG_KG_H / p.start_rate_mg_kg_h + 1e-9)
    return np.clip(np.rint(ceiling / p.start_rate_mg_kg_h), 1, most).astype(np.int64)


def _lidocaine_step_count(parameters: HospitalParameters) -> int:
    p = parameters
    return 1 + max(0, int((p.lidocaine_ceiling_mg_h - p.lidocaine_start_mg_h) / p.lidocaine_step_mg_h))


def _ketamine_steps(text: Array, weight_kg: Array, parameters: HospitalParameters) -> Array:
    """Return the step of titration in the unit that each site writes."""
    step_mg_kg_h = parameters.start_rate_mg_kg_h
    step_mg_h = _to_half(step_mg_kg_h * weight_kg)
    step_mcg_kg_min = np.full(weight_kg.size, _to_half(step_mg_kg_h * 1000 / 60))
    return np.choose(text, [step_mg_h, np.full(weight_kg.size, step_mg_kg_h), step_mcg_kg_min, step_mg_h])


def _to_half(rate: Array | float) -> Array:
    """Return rates to the nearest half unit, at least a half: what a pump is set to, and short to write."""
    rounded: Array = np.maximum(0.5, np.rint(2 * np.asarray(rate)) / 2)
    return rounded


# ---- rows ------------------------------------------------------------------------------------------------------


def _infuse(random: np.random.Generator, stays: Stays, titration: _Titration, parameters: HospitalParameters) -> Doses:
    """Return the rows of continuous infusions: a new one at each change of rate or bag, none in a pause."""
    is_infused = (stays.role == Role.KETAMINE) | (stays.role == Role.LIDOCAINE)
    minutes = np.where(is_infused, (stays.end - stays.start) // 60, 0)
    pause_start, pause_end = _draw_pauses(random, stays, minutes, parameters)
    cuts = _cuts(titration, minutes, pause_start, pause_end, parameters)
    start, end = cuts[:, :-1], cuts[:, 1:]
    middle = (start + end) / 2
    is_paused = ((pause_start[:, None] <= middle[..., None]) & (middle[..., None] < pause_end[:, None])).any(axis=-1)
    stay, column = np.nonzero((end > start) & ~is_paused)
    start, end = start[stay, column], end[stay, column]
    # A row that begins just before a step begins with the new rate: the cut between them was left out.
    step = np.minimum(
        (start + SHORTEST_ROW_MINUTES - 1) // titration.step_minutes[stay], titration.step_count[stay] - 1
    )
    rate = np.round(titration.first[stay] + step * titration.step[stay], 4)
    amount_mg = rate * titration.mg_h_per_unit[stay] * (end - start) / 60
    return _written(stays, stay, start, end, amount_mg, titration.is_mcg[stay], _sig(rate, titration.text[stay]))


def _draw_pauses(
    random: np.random.Generator, stays: Stays, minutes: Array, parameters: HospitalParameters
) -> tuple[Array, Array]:
    """Return starts and ends of pauses in minutes from the start, shape (stay, MOST_PAUSES); empty ones at the end.

    A pause begins in the middle half of a course and so neither opens nor closes one.
    """
    pause_count = np.minimum(random.poisson(parameters.pause_per_day * stays.last_day), MOST_PAUSES)
    shape = (stays.count, MOST_PAUSES)
    is_pause = np.arange(MOST_PAUSES) < pause_count[:, None]
    begin = np.floor(minutes[:, None] * (0.25 + 0.5 * random.random(shape))).astype(np.int64)
    length = random.integers(30, round(60 * parameters.pause_max_hours) + 1, size=shape)
    return np.where(is_pause, begin, minutes[:, None]), np.where(is_pause, begin + length, minutes[:, None])


def _cuts(
    titration: _Titration, minutes: Array, pause_start: Array, pause_end: Array, parameters: HospitalParameters
) -> Array:
    """Return the minutes at which something changes, ascending, shape (stay, cut); superfluous ones at the end."""
    longest = int(minutes.max(initial=0))
    step = np.arange(1, int(titration.step_count.max(initial=1)))
    steps = np.where(step < titration.step_count[:, None], step * titration.step_minutes[:, None], longest)
    bag_minutes = round(60 * parameters.bag_hours)
    bag = bag_minutes * np.arange(longest // bag_minutes + 2)
    bags = np.broadcast_to(bag, (minutes.size, bag.size))
    firm = np.concatenate([pause_start, pause_end, minutes[:, None]], axis=1)
    steps = _unless_near(steps, firm, minutes)
    bags = _unless_near(bags, np.concatenate([firm, steps], axis=1), minutes)
    cuts = np.concatenate([np.zeros_like(minutes)[:, None], bags, steps, pause_start, pause_end], axis=1)
    return np.sort(np.minimum(cuts, minutes[:, None]), axis=1)


def _unless_near(cuts: Array, others: Array, minutes: Array) -> Array:
    """Return ``cuts`` without those that would leave a row of a few minutes: nobody hangs a bag as the pump is stopped.

    Such a row without a rate text would be read as a bolus.
    """
    is_near = (np.abs(cuts[:, :, None] - others[:, None, :]) < SHORTEST_ROW_MINUTES).any(axis=-1)
    return np.where(is_near, minutes[:, None], cuts)


def _sig(rate: Array, text: Array) -> list[str | None]:
    """Return the texts of rates, None where the site writes none."""
    pairs = zip(rate.tolist(), text.tolist(), strict=True)
    return [None if way == _AMOUNT_ONLY else f"{value:.10g} {RATE_TEXTS[way]}" for value, way in pairs]


def _inject(stays: Stays, parameters: HospitalParameters) -> Doses:
    """Return dihydroergotamine: a short infusion every eight hours, written as an amount."""
    is_injected = stays.role == Role.DIHYDROERGOTAMINE
    minutes = (stays.end - stays.start) // 60
    counts = 1 + (minutes - DIHYDROERGOTAMINE_LENGTH_MINUTES) // DIHYDROERGOTAMINE_INTERVAL_MINUTES
    number = np.arange(int(counts.max(initial=0)))
    stay, column = np.nonzero(is_injected[:, None] & (number < counts[:, None]))
    start = column * DIHYDROERGOTAMINE_INTERVAL_MINUTES
    amount_mg = np.where(column == 0, parameters.dihydroergotamine_first_mg, parameters.dihydroergotamine_next_mg)
    end = start + DIHYDROERGOTAMINE_LENGTH_MINUTES
    return _written(stays, stay, start, end, amount_mg, np.zeros(stay.size, dtype=bool), [None] * stay.size)


def _written(
    stays: Stays, stay: Array, start: Array, end: Array, amount_mg: Array, is_mcg: Array, sig: Sequence[str | None]
) -> Doses:
    """Return rows whose ``start`` and ``end`` are minutes from the start of their course."""
    return Doses(
        stay=stay,
        start=stays.start[stay] + 60 * start,
        end=stays.start[stay] + 60 * end,
        amount_mg=amount_mg,
        quantity=np.where(is_mcg, 1000.0, 1.0) * amount_mg,
        is_mcg=is_mcg,
        is_last=np.append(stay[1:] != stay[:-1], np.ones(min(stay.size, 1), dtype=bool)),
        sig=sig,
    )


def _joined(first: Doses, second: Doses) -> Doses:
    """Return both, ordered by stay and start; no stay has doses in both."""
    order = np.argsort(np.concatenate([first.stay, second.stay]), kind="stable")
    columns = {
        field.name: np.concatenate([getattr(first, field.name), getattr(second, field.name)])[order]
        for field in fields(Doses)
        if field.name != "sig"
    }
    sig = [*first.sig, *second.sig]
    return Doses(sig=[sig[row] for row in order.tolist()], **columns)
