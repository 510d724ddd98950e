"""What had each person taken before the stay, and what was given on the ward besides the infusion?

Everything in this file is assumed: it gives treatment histories of a realistic shape, nothing more.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date

import numpy as np

from abate.base.days import SECONDS_PER_DAY, SECONDS_PER_HOUR
from abate.sources.simulated import vocabulary as concept
from abate.sources.simulated.parameters import HospitalParameters
from abate.sources.simulated.roster import Role, day_number
from abate.sources.simulated.stays import Stays
from abate.sources.simulated.streams import Array

#: Preventive classes, each with its ingredients. Erenumab stands apart: nobody could take it before 2018.
PREVENTIVE_CLASSES: tuple[tuple[int, ...], ...] = (
    (concept.PROPRANOLOL, concept.METOPROLOL, concept.TIMOLOL),
    (concept.TOPIRAMATE, concept.VALPROATE),
    (concept.AMITRIPTYLINE, concept.NORTRIPTYLINE),
    (concept.VENLAFAXINE,),
    (concept.BOTULINUM_TOXIN_A,),
)
TRIPTANS = (concept.SUMATRIPTAN, concept.RIZATRIPTAN, concept.ZOLMITRIPTAN, concept.ELETRIPTAN)
ANTI_INFLAMMATORIES = (concept.IBUPROFEN, concept.DICLOFENAC)
WARD_DRUGS: tuple[tuple[int, float], ...] = (
    (concept.KETOROLAC, 0.6),
    (concept.MAGNESIUM_SULFATE, 0.5),
    (concept.METHYLPREDNISOLONE, 0.4),
    (concept.ONDANSETRON, 0.5),
)

#: Classes that must have failed before a person counts as refractory.
REFRACTORY_CLASS_COUNT = 3
FILL_DAYS, BOTULINUM_FILL_DAYS = 30, 84
FIRST_ERENUMAB_DAY = day_number(date(2018, 6, 1))
STOP_REASONS = ("lack of efficacy", "side effects")
NO_STOP_REASON = -1


@dataclass(frozen=True, kw_only=True)
class Fills:
    """Prescriptions as they were filled; arrays of shape (fill,). Times are midnights, seconds since 1970-01-01.

    ``end`` is the last day that the supply covers; ``stop_reason`` an index of STOP_REASONS, or NO_STOP_REASON.
    """

    person_id: Array
    concept_id: Array
    start: Array
    end: Array
    days_supply: Array
    stop_reason: Array

    def keep(self, mask: Array) -> Fills:
        """Return the fills where ``mask`` holds."""
        return Fills(**{field.name: getattr(self, field.name)[mask] for field in fields(Fills)})


@dataclass(frozen=True, kw_only=True)
class _Trials:
    """Drugs tried by the first stays' persons; arrays of shape (trial,), days since 1970-01-01."""

    person: Array
    concept_id: Array
    start_day: Array
    fill_count: Array
    has_ended: Array


def draw_fills(random: np.random.Generator, stays: Stays, parameters: HospitalParameters) -> Fills:
    """Return the prescriptions of the stays' persons, all but an ongoing preventive used up before the first stay.

    Parameters
    ----------
    random : Generator
        Source of what was tried and for how long.
    stays : Stays
        The stays; histories end before a person's first one.
    parameters : HospitalParameters
        Share of persons who are refractory.
    """
    is_first = stays.number == 0
    person_id = stays.person_id[is_first]
    admission_day = stays.admission[is_first] // SECONDS_PER_DAY
    trials = [
        *_preventive_trials(random, admission_day, parameters),
        _erenumab_trials(random, admission_day),
        *_acute_trials(random, admission_day),
    ]
    joined = _Trials(**{f.name: np.concatenate([getattr(trial, f.name) for trial in trials]) for f in fields(_Trials)})
    return _filled(random, joined, person_id)


def _preventive_trials(
    random: np.random.Generator, admission_day: Array, parameters: HospitalParameters
) -> list[_Trials]:
    """Return the preventive classes that failed, three to five in refractory persons, and one that is ongoing."""
    count, class_count = admission_day.size, len(PREVENTIVE_CLASSES)
    is_refractory = random.random(count) < parameters.refractory_share
    many = random.integers(REFRACTORY_CLASS_COUNT, class_count + 1, size=count)
    failed_count = np.where(is_refractory, many, random.integers(0, REFRACTORY_CLASS_COUNT, size=count))
    rank = random.random((class_count, count)).argsort(axis=0).argsort(axis=0)
    has_ongoing = random.random(count) < 0.4
    trials = []
    for number, ingredients in enumerate(PREVENTIVE_CLASSES):
        has_failed = rank[number] < failed_count
        trials.append(_ended_trials(random, has_failed, ingredients, admission_day, latest_days_before=400))
        is_ongoing = has_ongoing & (rank[number] == failed_count)
        trials.append(_ongoing_trials(random, is_ongoing, ingredients, admission_day))
    return trials


def _erenumab_trials(random: np.random.Generator, admission_day: Array) -> _Trials:
    """Return failed trials of erenumab in half of those whose trial could begin after it came to market."""
    trials = _ended_trials(
        random, random.random(admission_day.size) < 0.5, (concept.ERENUMAB,), admission_day, latest_days_before=90
    )
    is_possible = trials.start_day >= FIRST_ERENUMAB_DAY
    return _Trials(**{field.name: getattr(trials, field.name)[is_possible] for field in fields(_Trials)})


def _acute_trials(random: np.random.Generator, admission_day: Array) -> list[_Trials]:
    """Return two triptans and, in most, an anti-inflammatory drug."""
    everybody = np.ones(admission_day.size, dtype=bool)
    some = random.random(admission_day.size) < 0.7
    return [
        _ended_trials(random, everybody, TRIPTANS[:2], admission_day, latest_days_before=60),
        _ended_trials(random, everybody, TRIPTANS[2:], admission_day, latest_days_before=300),
        _ended_trials(random, some, ANTI_INFLAMMATORIES, admission_day, latest_days_before=60),
    ]


def _ended_trials(
    random: np.random.Generator,
    mask: Array,
    ingredients: tuple[int, ...],
    admission_day: Array,
    latest_days_before: int,
) -> _Trials:
    """Return a trial of three months or more for the persons of ``mask``, over at least a week before admission."""
    person = np.flatnonzero(mask)
    drug = np.array(ingredients)[random.integers(0, len(ingredients), size=person.size)]
    fill_count = np.where(
        drug == concept.BOTULINUM_TOXIN_A,
        random.integers(2, 4, size=person.size),
        random.integers(3, 7, size=person.size),
    )
    last_day = admission_day[person] - random.integers(7, latest_days_before + 1, size=person.size)
    return _Trials(
        person=person,
        concept_id=drug,
        start_day=last_day + 1 - fill_count * _fill_days(drug),
        fill_count=fill_count,
        has_ended=np.ones(person.size, dtype=bool),
    )


def _ongoing_trials(
    random: np.random.Generator, mask: Array, ingredients: tuple[int, ...], admission_day: Array
) -> _Trials:
    """Return a trial begun before the admission and covered for at least a month beyond it."""
    person = np.flatnonzero(mask)
    drug = np.array(ingredients)[random.integers(0, len(ingredients), size=person.size)]
    days_before = random.integers(20, 121, size=person.size)
    return _Trials(
        person=person,
        concept_id=drug,
        start_day=admission_day[person] - days_before,
        fill_count=2 + days_before // _fill_days(drug),
        has_ended=np.zeros(person.size, dtype=bool),
    )


def _fill_days(drug: Array) -> Array:
    return np.where(drug == concept.BOTULINUM_TOXIN_A, BOTULINUM_FILL_DAYS, FILL_DAYS)


def _filled(random: np.random.Generator, trials: _Trials, person_id: Array) -> Fills:
    """Return one row a fill, with a reason for stopping on the last fill of some trials that ended."""
    trial = np.repeat(np.arange(trials.person.size), trials.fill_count)
    number = np.arange(trial.size) - np.repeat(np.cumsum(trials.fill_count) - trials.fill_count, trials.fill_count)
    days = _fill_days(trials.concept_id)[trial]
    start_day = trials.start_day[trial] + number * days
    has_reason = trials.has_ended & (random.random(trials.person.size) < 0.3)
    reason = np.where(has_reason, random.integers(0, len(STOP_REASONS), size=has_reason.size), NO_STOP_REASON)
    is_last = number == trials.fill_count[trial] - 1
    return Fills(
        person_id=person_id[trials.person[trial]],
        concept_id=trials.concept_id[trial],
        start=start_day * SECONDS_PER_DAY,
        end=(start_day + days - 1) * SECONDS_PER_DAY,
        days_supply=days,
        stop_reason=np.where(is_last, reason[trial], NO_STOP_REASON),
    )


@dataclass(frozen=True, kw_only=True)
class WardDrugs:
    """Drugs given on the ward besides the infusion; arrays of shape (administration,), seconds since 1970-01-01."""

    stay: Array
    concept_id: Array
    start: Array
    end: Array


def draw_ward_drugs(random: np.random.Generator, stays: Stays) -> WardDrugs:
    """Return one administration a day of each ward drug that a person in hospital gets; amounts are not recorded."""
    parts = []
    for drug, share in WARD_DRUGS:
        gets_it = (stays.role != Role.HOME) & (random.random(stays.count) < share)
        day = np.arange(int(stays.last_day.max(initial=0)))
        stay, number = np.nonzero(gets_it[:, None] & (day < stays.last_day[:, None]))
        start = stays.admission[stay] + SECONDS_PER_HOUR + number * SECONDS_PER_DAY
        parts.append((stay, np.full(stay.size, drug), start, start + SECONDS_PER_HOUR // 4))
    stay, drugs, start, end = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return WardDrugs(stay=stay, concept_id=drugs, start=start, end=end)
