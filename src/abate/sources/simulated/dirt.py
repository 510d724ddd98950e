"""Which broken rows can be added, so that a reader's checks have something to find? A few of each kind, on demand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import numpy as np
import pyarrow as pa

from abate.base.days import SECONDS_PER_DAY, SECONDS_PER_HOUR
from abate.engine.columns import number_column
from abate.sources.simulated import vocabulary as concept
from abate.sources.simulated.omop import TableRows
from abate.sources.simulated.parameters import HospitalParameters
from abate.sources.simulated.streams import Array, Purpose, stream

#: Kinds of broken dose: hours from the first dose to start and to end, text of the rate, amount in mg. None of them
#: says how much was given, so a course's total dose stays what it was.
BROKEN_DOSES: Mapping[str, tuple[float, float, str | None]] = {
    "dose of no length": (1, 1, None),
    "dose that ends before it starts": (2, 1.5, "5 mg/hr"),
    "rate without a unit": (3, 4, "5"),
    "rate of a volume": (3, 4, "5 mL/hr"),
}
BROKEN_RATINGS: Mapping[str, float] = {"rating of 11": 11.0, "rating below 0": -1.0}
BROKEN_WEIGHTS: Mapping[str, float] = {"weight of 0": 0.0, "weight of 700 kg": 700.0}
EPOCH = datetime(1970, 1, 1)
REPEATED_ID = "id of a rating twice"


def add_dirt(rows: TableRows, courses: pa.Table, parameters: HospitalParameters, seed: int) -> dict[str, int]:
    """Add broken rows to the records of some persons, and return how many of each kind.

    They lie where they change no value of the truth once they are refused: before the admission, or without an amount.
    Of two rows with one id, one is meant to be kept.

    Parameters
    ----------
    rows : TableRows
        Where the rows go.
    courses : Table
        Stays with a course of the main treatment, columns of ``truth.STAY_SCHEMA``.
    parameters : HospitalParameters
        ``dirt``: rows of each kind, as a share of the courses; at least one where it is above 0.
    seed : int
        Seed of the hospital.
    """
    if parameters.dirt == 0 or courses.num_rows == 0:
        return {}
    random = stream(seed, Purpose.DIRT)
    count = min(courses.num_rows, max(1, round(parameters.dirt * courses.num_rows)))

    def some_courses() -> tuple[Array, Array]:
        chosen = courses.take(number_column(random.permutation(courses.num_rows)[:count], pa.int64()))
        start = [round((moment - EPOCH).total_seconds()) for moment in chosen["start"].to_pylist()]
        return np.array(chosen["person_id"].to_pylist()), np.array(start)

    for start_hours, end_hours, sig in BROKEN_DOSES.values():
        person_id, start = some_courses()
        _add_doses(rows, person_id, start, start_hours, end_hours, sig)
    for value in BROKEN_RATINGS.values():
        person_id, start = some_courses()
        _add_measurements(rows, person_id, start - 3 * SECONDS_PER_DAY, value, concept.PAIN_RATING)
    for value in BROKEN_WEIGHTS.values():
        person_id, start = some_courses()
        _add_measurements(rows, person_id, start - 2 * SECONDS_PER_DAY, value, concept.BODY_WEIGHT)
    person_id, start = some_courses()
    repeated = _add_measurements(rows, person_id, start - 40 * SECONDS_PER_DAY, 7.0, concept.PAIN_RATING)
    _add_measurements(rows, person_id, start - 40 * SECONDS_PER_DAY, 7.0, concept.PAIN_RATING, measurement_id=repeated)
    return dict.fromkeys((*BROKEN_DOSES, *BROKEN_RATINGS, *BROKEN_WEIGHTS, REPEATED_ID), count)


def _add_doses(
    rows: TableRows, person_id: Array, first_dose: Array, start_hours: float, end_hours: float, sig: str | None
) -> None:
    start = first_dose + round(start_hours * SECONDS_PER_HOUR)
    end = first_dose + round(end_hours * SECONDS_PER_HOUR)
    rows.add(
        "drug_exposure",
        person_id.size,
        person_id=person_id,
        drug_concept_id=concept.KETAMINE,
        drug_exposure_start_date=start,
        drug_exposure_start_datetime=start,
        drug_exposure_end_date=end,
        drug_exposure_end_datetime=end,
        drug_type_concept_id=concept.TYPE_ADMINISTRATION,
        sig=[sig] * person_id.size,
        route_concept_id=concept.INTRAVENOUS,
        drug_source_value="ketamine infusion",
        route_source_value="IV",
    )


def _add_measurements(
    rows: TableRows, person_id: Array, time: Array, value: float, concept_id: int, **columns: Array
) -> Array:
    is_rating = concept_id == concept.PAIN_RATING
    return rows.add(
        "measurement",
        person_id.size,
        person_id=person_id,
        measurement_concept_id=concept_id,
        measurement_date=time,
        measurement_datetime=time,
        value_as_number=np.full(person_id.size, value),
        unit_concept_id=None if is_rating else np.full(person_id.size, concept.KILOGRAM),
        measurement_source_value="planned visit" if is_rating else "body weight",
        unit_source_value=None if is_rating else "kg",
        **columns,
    )
