"""Which visits, diagnoses and adverse events stand in the record of a person with a stay?"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np

from abate.base.days import SECONDS_PER_DAY, SECONDS_PER_HOUR
from abate.sources.simulated import vocabulary as concept
from abate.sources.simulated.occasions import COURSE, DIARY, FOLLOW_UP, PLANNED_VISIT, UNPLANNED_VISIT, Ratings
from abate.sources.simulated.parameters import HospitalParameters
from abate.sources.simulated.ratings import STEPS_PER_DAY, STOPPED
from abate.sources.simulated.roster import Role
from abate.sources.simulated.stays import Stays
from abate.sources.simulated.streams import Array

#: What a visit says about itself in visit_source_value.
VISIT_SOURCES = ("inpatient stay", "planned visit", "unplanned visit", "emergency visit")
INPATIENT_STAY, PLANNED, UNPLANNED, EMERGENCY_VISIT = range(4)
VISIT_CONCEPTS = np.array([concept.INPATIENT, concept.OUTPATIENT, concept.OUTPATIENT, concept.EMERGENCY])
NO_VISIT = -1

#: Diagnoses of the condition that a person carries, with their shares. Assumed.
CONDITION_SHARES: tuple[tuple[int, float], ...] = (
    (concept.MIGRAINE, 0.3),
    (concept.CHRONIC_INTRACTABLE_MIGRAINE, 0.6),
    (concept.TRANSFORMED_MIGRAINE, 0.1),
)
#: Other diagnoses before the stay, with their shares. Assumed.
OTHER_DIAGNOSES: tuple[tuple[int, float], ...] = (
    (concept.HYPERTENSION, 0.2),
    (concept.ASTHMA, 0.1),
    (concept.DEPRESSIVE_DISORDER, 0.3),
    (concept.KIDNEY_STONE, 0.05),
    (concept.INSOMNIA, 0.2),
    (concept.NAUSEA, 0.2),
)


class EventTerm(NamedTuple):
    """An adverse event and its chance in one stay, by role."""

    concept_id: int
    code: str
    ketamine: float
    lidocaine: float
    dihydroergotamine: float
    ward: float


def _standard(concept_id: int, *chances: float) -> EventTerm:
    return EventTerm(concept_id, concept.CONDITION_CODE[concept_id], *chances)


#: Chances are assumed. The order of hallucination, blurred vision, fatigue, nausea and vomiting under ketamine follows
#: the reports of intranasal use (Yuan, AAN 2021). Four terms have no known standard concept: 0 and the SNOMED code.
EVENT_TERMS: tuple[EventTerm, ...] = (
    EventTerm(concept.NO_CONCEPT, concept.HALLUCINATION_CODE, 0.10, 0.02, 0.0, 0.0),
    EventTerm(concept.NO_CONCEPT, concept.BLURRED_VISION_CODE, 0.12, 0.03, 0.0, 0.0),
    EventTerm(concept.NO_CONCEPT, concept.SOMNOLENCE_CODE, 0.10, 0.05, 0.02, 0.03),
    EventTerm(concept.NO_CONCEPT, concept.NYSTAGMUS_CODE, 0.05, 0.01, 0.0, 0.0),
    _standard(concept.NAUSEA, 0.15, 0.15, 0.35, 0.05),
    _standard(concept.VOMITING, 0.04, 0.05, 0.10, 0.01),
    _standard(concept.DIZZINESS, 0.15, 0.10, 0.03, 0.02),
    _standard(concept.FATIGUE, 0.15, 0.05, 0.05, 0.05),
    _standard(concept.CONFUSION, 0.03, 0.02, 0.0, 0.0),
    _standard(concept.ANXIETY, 0.05, 0.02, 0.01, 0.02),
    _standard(concept.TACHYCARDIA, 0.02, 0.02, 0.01, 0.01),
    _standard(concept.HYPERTENSION, 0.03, 0.01, 0.03, 0.01),
)


@dataclass(frozen=True, kw_only=True)
class Visits:
    """Visits; arrays of shape (visit,), times in seconds since 1970-01-01. ``kind`` is an index of VISIT_SOURCES."""

    stay: Array
    kind: Array
    start: Array
    end: Array


@dataclass(frozen=True, kw_only=True)
class Diagnoses:
    """Diagnoses and adverse events; arrays of shape (diagnosis,), time in seconds since 1970-01-01.

    ``visit`` is an index of the visits, or NO_VISIT.
    """

    stay: Array
    concept_id: Array
    code: Array
    time: Array
    visit: Array


def hold_visits(
    random: np.random.Generator, stays: Stays, ratings: Ratings, parameters: HospitalParameters
) -> tuple[Visits, Array]:
    """Return the visits, and for each rating the visit at which it was given, or NO_VISIT.

    Inpatient stays come first, then one outpatient visit for each rating given at one, then emergency visits.
    """
    in_hospital = np.flatnonzero(stays.role != Role.HOME)
    is_visit = np.isin(ratings.occasion, (PLANNED_VISIT, UNPLANNED_VISIT, FOLLOW_UP))
    returning, return_time = _draw_returns(random, stays, parameters)
    rated_at = ratings.time[is_visit]
    visits = Visits(
        stay=np.concatenate([in_hospital, ratings.stay[is_visit], returning]),
        kind=np.concatenate(
            [
                np.full(in_hospital.size, INPATIENT_STAY),
                np.where(ratings.occasion[is_visit] == UNPLANNED_VISIT, UNPLANNED, PLANNED),
                np.full(returning.size, EMERGENCY_VISIT),
            ]
        ),
        start=np.concatenate([stays.admission[in_hospital], rated_at - 900, return_time]),
        end=np.concatenate([stays.discharge[in_hospital], rated_at + 1800, return_time + 4 * SECONDS_PER_HOUR]),
    )
    visit_of_stay = np.full(stays.count, NO_VISIT)
    visit_of_stay[in_hospital] = np.arange(in_hospital.size)
    visit_of_rating = np.where(ratings.occasion == COURSE, visit_of_stay[ratings.stay], NO_VISIT)
    visit_of_rating[is_visit] = in_hospital.size + np.arange(rated_at.size)
    return visits, visit_of_rating


def _draw_returns(random: np.random.Generator, stays: Stays, parameters: HospitalParameters) -> tuple[Array, Array]:
    """Return stay and time of emergency visits after discharge: a daily chance that grows with the pain felt.

    The pain felt is that without treatment: this keeps the visits the same whatever the effects are.
    """
    days_after = np.arange(1, round(max(parameters.follow_up_1_days, parameters.follow_up_2_days)) + 1)[:, None]
    step = stays.admission_step + STEPS_PER_DAY * (stays.last_day + days_after)
    excess = stays.paths.felt[step, np.arange(stays.count)] - parameters.return_level
    comes = random.random(step.shape) < parameters.return_hazard * np.exp(parameters.return_slope * excess)
    day, stay = np.nonzero(comes)
    time = stays.times_of(stay, step[day, stay], parameters) + 60 * random.integers(0, 300, size=stay.size)
    return stay, time


def draw_diagnoses(
    random: np.random.Generator, stays: Stays, visits: Visits, parameters: HospitalParameters
) -> Diagnoses:
    """Return the diagnoses: the condition at admission and at most visits, and others in the history."""
    shares = np.array([share for _, share in CONDITION_SHARES])
    carried = np.array([code for code, _ in CONDITION_SHARES])[random.choice(shares.size, size=stays.count, p=shares)]
    is_noted = (visits.kind == INPATIENT_STAY) | (random.random(visits.stay.size) < 0.7)
    at_visit = np.flatnonzero(is_noted)
    noted = _diagnosed(visits.stay[at_visit], carried[visits.stay[at_visit]], visits.start[at_visit], at_visit)
    parts = [noted]
    for diagnosis, share in OTHER_DIAGNOSES:
        stay = np.flatnonzero(random.random(stays.count) < share)
        days_before = random.integers(1, parameters.history_days, size=stay.size)
        time = stays.first_candidate_time[stay] - days_before * SECONDS_PER_DAY
        parts.append(_diagnosed(stay, np.full(stay.size, diagnosis), time, np.full(stay.size, NO_VISIT)))
    return _together(parts)


def _diagnosed(stay: Array, concept_id: Array, time: Array, visit: Array) -> Diagnoses:
    code = np.array([concept.CONDITION_CODE[number] for number in concept_id.tolist()], dtype=object)
    return Diagnoses(stay=stay, concept_id=concept_id, code=code, time=time, visit=visit)


def draw_adverse_events(random: np.random.Generator, stays: Stays, parameters: HospitalParameters) -> Diagnoses:
    """Return adverse events between the first dose and the last; a stop for one has one in its last hours.

    Parameters
    ----------
    random : Generator
        Source of terms and times.
    stays : Stays
        The stays; who stayed at home has no event.
    parameters : HospitalParameters
        ``adverse_event_factor`` multiplies every chance.
    """
    chance = np.array([[*term[2:], 0.0] for term in EVENT_TERMS])[:, stays.role]
    happens = random.random(chance.shape) < parameters.adverse_event_factor * chance
    term, stay = np.nonzero(happens)
    length = (stays.end - stays.start)[stay]
    time = stays.start[stay] + 60 * (1 + np.floor((length // 60 - 2) * random.random(stay.size))).astype(np.int64)
    stopped = np.flatnonzero(stays.reason == STOPPED)
    cause = random.integers(0, len(EVENT_TERMS), size=stopped.size)
    before_end = 60 * random.integers(5, 360, size=stopped.size)
    return _as_events(
        np.concatenate([stay, stopped]),
        np.concatenate([term, cause]),
        np.concatenate([time, stays.end[stopped] - before_end]),
        stays,
    )


def _as_events(stay: Array, term: Array, time: Array, stays: Stays) -> Diagnoses:
    """Return events, each at the visit of its stay."""
    in_hospital = np.cumsum(stays.role != Role.HOME) - 1
    code = np.array([row.code for row in EVENT_TERMS], dtype=object)
    return Diagnoses(
        stay=stay,
        concept_id=np.array([row.concept_id for row in EVENT_TERMS])[term],
        code=code[term],
        time=time,
        visit=in_hospital[stay],
    )


def _together(parts: list[Diagnoses]) -> Diagnoses:
    return Diagnoses(
        **{field.name: np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Diagnoses)}
    )


def is_patient_reported(ratings: Ratings, in_observation: Array) -> Array:
    """Return which ratings stand in OBSERVATION: diaries, and the follow-up of the persons of a mask by stay."""
    reported: Array = (ratings.occasion == DIARY) | ((ratings.occasion == FOLLOW_UP) & in_observation[ratings.stay])
    return reported
