"""How does a stay become records? One block of stays in; rows of PERSON to OBSERVATION and the truth of each stay out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from abate.base.days import SECONDS_PER_DAY
from abate.engine.columns import number_column
from abate.sources.simulated import vocabulary as concept
from abate.sources.simulated.care import Doses, draw_weights, end_at_last_dose, give_doses
from abate.sources.simulated.contacts import (
    VISIT_CONCEPTS,
    VISIT_SOURCES,
    Diagnoses,
    Visits,
    draw_adverse_events,
    draw_diagnoses,
    hold_visits,
    is_patient_reported,
)
from abate.sources.simulated.history import (
    NO_STOP_REASON,
    STOP_REASONS,
    Fills,
    WardDrugs,
    draw_fills,
    draw_ward_drugs,
)
from abate.sources.simulated.occasions import OCCASIONS, PLANNED_VISIT, Ratings, ask_for_ratings
from abate.sources.simulated.omop import TableRows, labelled, visit_ids
from abate.sources.simulated.parameters import HospitalParameters
from abate.sources.simulated.people import add_persons
from abate.sources.simulated.ratings import STOPPED, horizon_days
from abate.sources.simulated.roster import Role
from abate.sources.simulated.stays import Stays
from abate.sources.simulated.streams import Array, Purpose, stream
from abate.sources.simulated.truth import describe_stays

DRUG_OF_ROLE = {
    Role.KETAMINE: concept.KETAMINE,
    Role.LIDOCAINE: concept.LIDOCAINE,
    Role.DIHYDROERGOTAMINE: concept.DIHYDROERGOTAMINE,
}
#: A weight is taken so long after admission: before the first dose, which follows by two hours or more.
WEIGHED_AFTER_SECONDS = 600
YEAR_DAYS = 365


@dataclass(frozen=True, kw_only=True)
class _Observed:
    """Span in which each person of a block is observed, seconds since 1970-01-01, and the person's row of each stay."""

    person_id: Array
    start: Array
    end: Array
    person_of_stay: Array

    def covers(self, stay: Array, time: Array) -> Array:
        """Return whether times of some stays lie after the start of observation."""
        covered: Array = time >= self.start[self.person_of_stay[stay]]
        return covered


def add_stays(rows: TableRows, stays: Stays, parameters: HospitalParameters, seed: int, block: int) -> pa.Table:
    """Add the records of a block of stays, and return its truth, one row a stay.

    Parameters
    ----------
    rows : TableRows
        Where the records go.
    stays : Stays
        The stays; all of a person's are in one block.
    parameters : HospitalParameters
        Everything else.
    seed, block : int
        Seed of the hospital and number of the block.
    """

    def random(purpose: Purpose) -> np.random.Generator:
        return stream(seed, purpose, block)

    weight_kg = draw_weights(random(Purpose.DOSES), parameters, stays.count)
    doses = give_doses(stream(seed, Purpose.DOSES, block, 1), stays, weight_kg, parameters)
    stays = end_at_last_dose(stays, doses)
    observed = _observe(stream(seed, Purpose.PERSONS, 0, block), stays, parameters)
    ratings = ask_for_ratings(random(Purpose.OCCASIONS), stays, parameters)
    ratings = ratings.keep(observed.covers(ratings.stay, ratings.time))
    contacts = random(Purpose.CONTACTS)
    visits, visit_of_rating = hold_visits(contacts, stays, ratings, parameters)

    add_persons(rows, stream(seed, Purpose.PERSONS, 1, block), observed.person_id, observed.start, observed.end)
    visit_id = _add_visits(rows, stays, visits)
    _add_diagnoses(rows, stays, observed, draw_diagnoses(contacts, stays, visits, parameters), visit_id)
    _add_diagnoses(rows, stays, observed, draw_adverse_events(random(Purpose.EVENTS), stays, parameters), visit_id)
    history = random(Purpose.HISTORY)
    _add_fills(rows, observed, draw_fills(history, stays, parameters))
    _add_doses(rows, stays, doses, visit_id)
    _add_ward_drugs(rows, stays, draw_ward_drugs(history, stays), visit_id)
    in_observation = contacts.random(stays.count) < parameters.follow_up_observation_share
    _add_ratings(rows, stays, ratings, visit_ids(visit_id, visit_of_rating), in_observation)
    _add_weights(rows, contacts, stays, ratings, weight_kg)
    return describe_stays(stays, ratings, doses)


def _observe(random: np.random.Generator, stays: Stays, parameters: HospitalParameters) -> _Observed:
    """Return when each person is observed: from two to five years before, but for a few less than a year."""
    first = np.flatnonzero(stays.number == 0)
    last = np.append(first[1:], stays.count) - 1
    is_short = random.random(first.size) < parameters.short_observation_share
    short_days = random.integers(60, 301, size=first.size)
    long_days = random.integers(2 * YEAR_DAYS, 5 * YEAR_DAYS, size=first.size)
    start = stays.admission[first] - np.where(is_short, short_days, long_days) * SECONDS_PER_DAY
    after_days = horizon_days(parameters) - parameters.history_days + random.integers(30, 400, size=first.size)
    return _Observed(
        person_id=stays.person_id[first],
        start=start - start % SECONDS_PER_DAY,
        end=stays.first_candidate_time[last] + after_days * SECONDS_PER_DAY,
        person_of_stay=np.cumsum(stays.number == 0) - 1,
    )


def _add_visits(rows: TableRows, stays: Stays, visits: Visits) -> Array:
    return rows.add(
        "visit_occurrence",
        visits.stay.size,
        person_id=stays.person_id[visits.stay],
        visit_concept_id=VISIT_CONCEPTS[visits.kind],
        visit_start_date=visits.start,
        visit_start_datetime=visits.start,
        visit_end_date=visits.end,
        visit_end_datetime=visits.end,
        visit_source_value=labelled(visits.kind, VISIT_SOURCES),
    )


def _add_diagnoses(rows: TableRows, stays: Stays, observed: _Observed, found: Diagnoses, visit_id: Array) -> None:
    kept = np.flatnonzero(observed.covers(found.stay, found.time))
    time = found.time[kept]
    rows.add(
        "condition_occurrence",
        kept.size,
        person_id=stays.person_id[found.stay[kept]],
        condition_concept_id=found.concept_id[kept],
        condition_start_date=time,
        condition_start_datetime=time,
        visit_occurrence_id=visit_ids(visit_id, found.visit[kept]),
        condition_source_value=found.code[kept].tolist(),
    )


def _add_fills(rows: TableRows, observed: _Observed, fills: Fills) -> None:
    """Add prescriptions, by date: a pharmacy's record has no time of day."""
    order = np.argsort(observed.person_id)
    person = order[np.searchsorted(observed.person_id, fills.person_id, sorter=order)]
    kept = fills.keep(fills.start >= observed.start[person])
    names = sorted({*kept.concept_id.tolist()})
    rows.add(
        "drug_exposure",
        kept.person_id.size,
        person_id=kept.person_id,
        drug_concept_id=kept.concept_id,
        drug_exposure_start_date=kept.start,
        drug_exposure_start_datetime=kept.start,
        drug_exposure_end_date=kept.end,
        drug_exposure_end_datetime=kept.end,
        drug_type_concept_id=concept.TYPE_PRESCRIPTION,
        days_supply=kept.days_supply,
        stop_reason=labelled(np.where(kept.stop_reason == NO_STOP_REASON, -1, kept.stop_reason), STOP_REASONS),
        drug_source_value=labelled(
            np.searchsorted(names, kept.concept_id), [concept.DRUG_NAME[number] for number in names]
        ),
    )


def _add_doses(rows: TableRows, stays: Stays, doses: Doses, visit_id: Array) -> None:
    """Add the infusion rows. Inpatient stays are the first visits, in the order of those who were in hospital."""
    in_hospital = np.cumsum(stays.role != Role.HOME) - 1
    role = stays.role[doses.stay]
    drugs = [DRUG_OF_ROLE[number] for number in sorted(DRUG_OF_ROLE)]
    stopped = stays.reason[doses.stay] == STOPPED
    rows.add(
        "drug_exposure",
        doses.count,
        person_id=stays.person_id[doses.stay],
        drug_concept_id=np.array(drugs)[role],
        drug_exposure_start_date=doses.start,
        drug_exposure_start_datetime=doses.start,
        drug_exposure_end_date=doses.end,
        drug_exposure_end_datetime=doses.end,
        drug_type_concept_id=concept.TYPE_ADMINISTRATION,
        stop_reason=labelled(np.where(doses.is_last, stopped, -1), ("completed", "adverse event")),
        quantity=doses.quantity,
        sig=list(doses.sig),
        route_concept_id=concept.INTRAVENOUS,
        visit_occurrence_id=visit_id[in_hospital[doses.stay]],
        drug_source_value=labelled(role, [f"{concept.DRUG_NAME[number]} infusion" for number in drugs]),
        route_source_value="IV",
        dose_unit_source_value=labelled(doses.is_mcg.astype(np.int64), ("mg", "mcg")),
    )


def _add_ward_drugs(rows: TableRows, stays: Stays, given: WardDrugs, visit_id: Array) -> None:
    in_hospital = np.cumsum(stays.role != Role.HOME) - 1
    rows.add(
        "drug_exposure",
        given.stay.size,
        person_id=stays.person_id[given.stay],
        drug_concept_id=given.concept_id,
        drug_exposure_start_date=given.start,
        drug_exposure_start_datetime=given.start,
        drug_exposure_end_date=given.end,
        drug_exposure_end_datetime=given.end,
        drug_type_concept_id=concept.TYPE_ADMINISTRATION,
        route_concept_id=concept.INTRAVENOUS,
        visit_occurrence_id=visit_id[in_hospital[given.stay]],
        drug_source_value=[concept.DRUG_NAME[number] for number in given.concept_id.tolist()],
        route_source_value="IV",
    )


def _add_ratings(rows: TableRows, stays: Stays, ratings: Ratings, visit_id: pa.Array, in_observation: Array) -> None:
    """Add each rating once: diaries and some follow-up to OBSERVATION, the rest to MEASUREMENT."""
    reported = is_patient_reported(ratings, in_observation)
    for table, kept, concept_id, type_id in (
        ("measurement", np.flatnonzero(~reported), concept.PAIN_RATING, concept.TYPE_EHR),
        ("observation", np.flatnonzero(reported), concept.PAIN_REPORTED, concept.TYPE_SELF_REPORT),
    ):
        columns = {
            f"{table}_concept_id": concept_id,
            f"{table}_date": ratings.time[kept],
            f"{table}_datetime": ratings.time[kept],
            f"{table}_type_concept_id": type_id,
            f"{table}_source_value": labelled(ratings.occasion[kept], OCCASIONS),
        }
        rows.add(
            table,
            kept.size,
            person_id=stays.person_id[ratings.stay[kept]],
            value_as_number=ratings.value[kept],
            visit_occurrence_id=visit_id.take(number_column(kept, pa.int64())),
            **columns,
        )


def _add_weights(
    rows: TableRows, random: np.random.Generator, stays: Stays, ratings: Ratings, weight_kg: Array
) -> None:
    """Add the weight at admission, and older ones, a little different, at some planned visits."""
    at_visit = np.flatnonzero((ratings.occasion == PLANNED_VISIT) & (random.random(ratings.stay.size) < 0.3))
    older = weight_kg[ratings.stay[at_visit]] + random.integers(-6, 7, size=at_visit.size) / 2
    stay = np.concatenate([np.arange(stays.count), ratings.stay[at_visit]])
    time = np.concatenate([stays.admission + WEIGHED_AFTER_SECONDS, ratings.time[at_visit]])
    rows.add(
        "measurement",
        stay.size,
        person_id=stays.person_id[stay],
        measurement_concept_id=concept.BODY_WEIGHT,
        measurement_date=time,
        measurement_datetime=time,
        value_as_number=np.concatenate([weight_kg, older]),
        unit_concept_id=concept.KILOGRAM,
        measurement_source_value="body weight",
        unit_source_value="kg",
    )
