"""Dose and response: what goes together, and what came first."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest

from abate.contracts.course_tables import DOSES
from abate.inference.columns import eligible_courses
from abate.inference.dose_response import ORDER, estimate_dose_response
from tests.outcome_tables import START, outcomes_of, small_study
from tests.tables import ARROW_TYPES


def doses_of(*rows: tuple[int, float, float | None]) -> pa.Table:
    """Rows of doses: course, hours after the first dose, rate in mg/h."""
    names = {column.name: ARROW_TYPES.get(column.type, pa.int64()) for column in DOSES.columns}
    data = [
        {"course_id": course, "start": START + dt.timedelta(hours=hours), "rate_mg_h": rate}
        for course, hours, rate in rows
    ]
    return pa.Table.from_pylist([{**dict.fromkeys(names), **row} for row in data], schema=pa.schema(names.items()))


def rows_of(doses: pa.Table | None, **columns):
    study = small_study(dose_response={})
    courses = eligible_courses(study, outcomes_of(study, **columns))
    return {row.id.removeprefix("dose_response."): row for row in estimate_dose_response(study, courses, doses)}


def test_it_is_only_done_where_it_is_asked():
    study = small_study()
    assert study.dose_response is None
    assert estimate_dose_response(study, eligible_courses(study, outcomes_of(study)), None) == []


def test_the_heading_alone_asks_for_it():
    assert small_study(dose_response={}).dose_response.measures == ("rate_max", "dose_total")


def test_what_came_first():
    "The rate rises at 6 h and reaches its highest at 12 h; at exactly 6 and 12 h the later of two neighbours counts."
    doses = doses_of(
        *((course, hours, rate) for course in range(1, 7) for hours, rate in ((0, 10), (6, 15), (12, 20), (18, 20))),
        (7, 0, 10),
        (8, 0, None),
    )
    found = rows_of(
        doses,
        baseline=[8.0] * 8,
        rating_count=[5] * 8,
        first_response_hours=[5.9, 6.0, 11.9, 12.0, 20.0, None, 3.0, 3.0],
    )
    counts = {when: (found[f"order.{when}"].numerator, found[f"order.{when}"].denominator) for when in ORDER}
    assert counts == {
        "before_first_rise": (1, 7),
        "while_rising": (2, 7),
        "after_highest": (2, 7),
        "not_met": (1, 7),
        "not_raised": (1, 7),
    }


def test_a_fall_of_the_rate_is_no_rise():
    found = rows_of(doses_of((1, 0, 20), (1, 6, 10)), baseline=[8.0], rating_count=[5], first_response_hours=[9.0])
    assert found["order.not_raised"].numerator == 1


def test_a_course_without_ratings_is_not_judged():
    found = rows_of(doses_of((1, 0, 20)), baseline=[None], rating_count=[0], first_response_hours=[None])
    assert found["order.not_raised"].reason == "in no course are rates and ratings known"


def test_the_slope_is_for_one_standard_deviation():
    "Rates 10, 20, 30, 40 and final ratings 1 to 4 beside an unlike baseline: 0.1 points per mg/h, times the spread of 12.9."
    found = rows_of(
        None,
        rate_max_mg_h=[10.0, 20.0, 30.0, 40.0, 20.0, 30.0],
        final=[1.0, 2.0, 3.0, 4.0, 2.0, 3.0],
        baseline=[7.0, 8.0, 8.0, 7.0, 9.0, 6.0],
    )
    slope = found["rate_max.slope"]
    assert slope.value == pytest.approx(0.1 * 10.4881, abs=1e-4)  # sd of 10 20 30 40 20 30: root of 110
    assert "10.5 mg/h" in slope.method
    assert found["dose_total.slope"].reason == "the total dose does not vary, or is not recorded"
    assert found["order.not_raised"].reason == "doses were not recorded"
