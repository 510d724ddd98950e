"""Which people never had a stay, and what stands in their records? Sparse rows, most of them of other care.

Everything in this file is assumed: these people give a study something to leave out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from abate.base.days import SECONDS_PER_DAY
from abate.sources.simulated import vocabulary as concept
from abate.sources.simulated.contacts import EMERGENCY_VISIT, PLANNED, UNPLANNED, VISIT_CONCEPTS, VISIT_SOURCES
from abate.sources.simulated.history import FILL_DAYS
from abate.sources.simulated.occasions import OCCASIONS, PLANNED_VISIT, UNPLANNED_VISIT
from abate.sources.simulated.omop import TableRows, labelled
from abate.sources.simulated.parameters import HospitalParameters
from abate.sources.simulated.people import FEMALE_SHARE, add_persons
from abate.sources.simulated.roster import Roster, day_number
from abate.sources.simulated.streams import Array, Purpose, stream

#: People in a block. Part of what a seed means: another size gives another hospital.
BLOCK_SIZE = 16_384
#: Kinds of visit and their shares.
VISIT_SHARES = {PLANNED: 0.75, UNPLANNED: 0.2, EMERGENCY_VISIT: 0.05}
OTHER_CONDITIONS = np.array(
    [
        concept.HYPERTENSION,
        concept.ASTHMA,
        concept.DEPRESSIVE_DISORDER,
        concept.HEADACHE,
        concept.INSOMNIA,
        concept.FATIGUE,
    ]
)
OTHER_DRUGS = np.array([concept.IBUPROFEN, concept.DICLOFENAC, concept.METOPROLOL, concept.AMITRIPTYLINE])
MIGRAINE_DRUGS = np.array(
    [concept.SUMATRIPTAN, concept.RIZATRIPTAN, concept.IBUPROFEN, concept.PROPRANOLOL, concept.TOPIRAMATE]
)
FILL_SHARE, DIAGNOSIS_SHARE, WEIGHT_SHARE, RATING_SHARE = 0.5, 0.6, 0.4, 0.15
OTHER_FEMALE_SHARE = 0.5
#: Mean rating at a visit, points: people with the condition, and others.
CONDITION_RATING, OTHER_RATING = 4.5, 2.0


@dataclass(frozen=True, kw_only=True)
class _Visits:
    """Visits of a block's people; arrays of shape (visit,), times in seconds since 1970-01-01."""

    person_id: Array
    kind: Array
    time: Array
    visit_id: Array
    has_condition: Array


def others_in_blocks(roster: Roster) -> Iterator[tuple[int, Array]]:
    """Yield block by block its number and the ids of the people who never had a stay."""
    had_stay = np.zeros(roster.person_count + 1, dtype=bool)
    had_stay[roster.stay_person_ids] = True
    for block, first in enumerate(range(1, roster.person_count + 1, BLOCK_SIZE)):
        person_id = np.arange(first, min(first + BLOCK_SIZE, roster.person_count + 1))
        yield block, person_id[~had_stay[person_id]]


def add_others(
    rows: TableRows, person_id: Array, condition_share: float, parameters: HospitalParameters, seed: int, block: int
) -> None:
    """Add the records of a block of people who never had a stay.

    Parameters
    ----------
    rows : TableRows
        Where the rows go.
    person_id : array of int64
        Their ids.
    condition_share : float
        Share of them with migraine.
    parameters : HospitalParameters
        Years, mean number of visits, share of deaths.
    seed, block : int
        Seed of the hospital and number of the block.
    """
    random = stream(seed, Purpose.OTHERS, block)
    start, end = _draw_observed(random, person_id.size, parameters)
    has_condition = random.random(person_id.size) < condition_share
    female_share = np.where(has_condition, FEMALE_SHARE, OTHER_FEMALE_SHARE)
    add_persons(rows, random, person_id, start, end, female_share)
    visits = _add_visits(rows, random, person_id, start, end, has_condition, parameters)
    _add_conditions(rows, random, visits)
    _add_fills(rows, random, visits)
    _add_measurements(rows, random, visits)
    _add_deaths(rows, random, person_id, end, parameters)


def _draw_observed(random: np.random.Generator, count: int, parameters: HospitalParameters) -> tuple[Array, Array]:
    """Return the first and last second in which each person is observed, one to six years apart."""
    first = day_number(date(parameters.first_year, 1, 1)) - 730
    years = parameters.last_year - parameters.first_year + 2
    start = first + random.integers(0, 365 * years, size=count)
    end = start + random.integers(365, 6 * 365, size=count)
    return start * SECONDS_PER_DAY, end * SECONDS_PER_DAY


def _add_visits(
    rows: TableRows,
    random: np.random.Generator,
    person_id: Array,
    start: Array,
    end: Array,
    has_condition: Array,
    parameters: HospitalParameters,
) -> _Visits:
    person = np.repeat(np.arange(person_id.size), random.poisson(parameters.other_visit_count, size=person_id.size))
    kind = random.choice(list(VISIT_SHARES), size=person.size, p=list(VISIT_SHARES.values()))
    days = (end - start)[person] // SECONDS_PER_DAY
    day = np.floor(days * random.random(person.size)).astype(np.int64)
    time = start[person] + day * SECONDS_PER_DAY + 900 * random.integers(32, 68, size=person.size)
    visit_id = rows.add(
        "visit_occurrence",
        person.size,
        person_id=person_id[person],
        visit_concept_id=VISIT_CONCEPTS[kind],
        visit_start_date=time,
        visit_start_datetime=time,
        visit_end_date=time,
        visit_end_datetime=time + 1800,
        visit_source_value=labelled(kind, VISIT_SOURCES),
    )
    return _Visits(
        person_id=person_id[person],
        kind=kind,
        time=time,
        visit_id=visit_id,
        has_condition=has_condition[person],
    )


def _add_conditions(rows: TableRows, random: np.random.Generator, visits: _Visits) -> None:
    at = np.flatnonzero(random.random(visits.time.size) < DIAGNOSIS_SHARE)
    other = random.integers(0, OTHER_CONDITIONS.size, size=at.size)
    is_migraine = visits.has_condition[at] & (random.random(at.size) < 0.7)
    labels = [concept.CONDITION_CODE[number] for number in (*OTHER_CONDITIONS.tolist(), concept.MIGRAINE)]
    rows.add(
        "condition_occurrence",
        at.size,
        person_id=visits.person_id[at],
        condition_concept_id=np.where(is_migraine, concept.MIGRAINE, OTHER_CONDITIONS[other]),
        condition_start_date=visits.time[at],
        condition_start_datetime=visits.time[at],
        visit_occurrence_id=visits.visit_id[at],
        condition_source_value=labelled(np.where(is_migraine, OTHER_CONDITIONS.size, other), labels),
    )


def _add_fills(rows: TableRows, random: np.random.Generator, visits: _Visits) -> None:
    at = np.flatnonzero(random.random(visits.time.size) < FILL_SHARE)
    drugs = np.concatenate([OTHER_DRUGS, MIGRAINE_DRUGS])
    other = random.integers(0, OTHER_DRUGS.size, size=at.size)
    for_migraine = OTHER_DRUGS.size + random.integers(0, MIGRAINE_DRUGS.size, size=at.size)
    drug = np.where(visits.has_condition[at], for_migraine, other)
    midnight = visits.time[at] - visits.time[at] % SECONDS_PER_DAY
    last = midnight + (FILL_DAYS - 1) * SECONDS_PER_DAY
    rows.add(
        "drug_exposure",
        at.size,
        person_id=visits.person_id[at],
        drug_concept_id=drugs[drug],
        drug_exposure_start_date=midnight,
        drug_exposure_start_datetime=midnight,
        drug_exposure_end_date=last,
        drug_exposure_end_datetime=last,
        drug_type_concept_id=concept.TYPE_PRESCRIPTION,
        days_supply=FILL_DAYS,
        visit_occurrence_id=visits.visit_id[at],
        drug_source_value=labelled(drug, [concept.DRUG_NAME[number] for number in drugs.tolist()]),
    )


def _add_measurements(rows: TableRows, random: np.random.Generator, visits: _Visits) -> None:
    weighed = np.flatnonzero(random.random(visits.time.size) < WEIGHT_SHARE)
    rows.add(
        "measurement",
        weighed.size,
        person_id=visits.person_id[weighed],
        measurement_concept_id=concept.BODY_WEIGHT,
        measurement_date=visits.time[weighed],
        measurement_datetime=visits.time[weighed],
        value_as_number=np.clip(np.rint(80 + 18 * random.standard_normal(weighed.size)), 45, 160),
        unit_concept_id=concept.KILOGRAM,
        visit_occurrence_id=visits.visit_id[weighed],
        measurement_source_value="body weight",
        unit_source_value="kg",
    )
    is_rated = (random.random(visits.time.size) < RATING_SHARE) | visits.has_condition
    rated = np.flatnonzero(is_rated & (visits.kind != EMERGENCY_VISIT))
    mean = np.where(visits.has_condition[rated], CONDITION_RATING, OTHER_RATING)
    because_of_pain = np.where(visits.kind[rated] == UNPLANNED, 1.5, 0.0)
    value = np.clip(np.rint(mean + because_of_pain + 2 * random.standard_normal(rated.size)), 0, 10)
    occasion = np.where(visits.kind[rated] == UNPLANNED, UNPLANNED_VISIT, PLANNED_VISIT)
    rows.add(
        "measurement",
        rated.size,
        person_id=visits.person_id[rated],
        measurement_concept_id=concept.PAIN_RATING,
        measurement_date=visits.time[rated],
        measurement_datetime=visits.time[rated],
        value_as_number=value,
        visit_occurrence_id=visits.visit_id[rated],
        measurement_source_value=labelled(occasion, OCCASIONS),
    )


def _add_deaths(
    rows: TableRows, random: np.random.Generator, person_id: Array, end: Array, parameters: HospitalParameters
) -> None:
    """Add deaths on the last day of observation."""
    died = np.flatnonzero(random.random(person_id.size) < parameters.death_share)
    rows.add("death", died.size, person_id=person_id[died], death_date=end[died], death_datetime=end[died])
