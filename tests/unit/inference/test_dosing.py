"""Lengths, doses, rates, pauses and ends of courses."""

from __future__ import annotations

import pytest

from tests.outcome_tables import estimates_of, outcomes_of, small_study

STUDY = small_study()


def _estimates(**columns):
    return estimates_of(STUDY, outcomes_of(STUDY, **columns))


def test_the_lengths_of_courses():
    found = _estimates(length_days=[3.0, 4, 5, 6, 7, 9, None])
    values = {id.split(".")[1]: row.value for id, row in found.items() if id.startswith("course_length.")}
    assert values.pop("mean") == pytest.approx(34 / 6)
    assert values == {"median": 5.5, "q1": 4.25, "q3": 6.75, "min": 3.0, "max": 9.0}
    assert found["course_length.q1"].n == 6


def test_doses_and_rates():
    found = _estimates(
        dose_total_mg=[1000.0, 3000.0, None],
        dose_mg_per_kg=[10.0, None, None],
        rate_first_mg_h=[10.0, 20.0, 30.0],
        rate_max_mg_h=[40.0, 60.0, 80.0],
        rate_mean_mg_h=[30.0, 40.0, None],
        running_hours=[100.0, 110.0, None],
        stay_days=[5.0, 6.0, 7.0],
    )
    values = {"dose_total.mean": 2000, "dose_total.median": 2000, "dose_per_kg.mean": 10, "rate_first.mean": 20}
    values |= {
        "rate_max.mean": 60,
        "rate_max.median": 60,
        "rate_mean.mean": 35,
        "running_hours.mean": 105,
        "stay.mean": 6,
    }
    assert {id: found[id].value for id in values} == values
    assert (found["dose_total.mean"].unit, found["dose_per_kg.mean"].unit, found["rate_max.mean"].unit) == (
        "mg",
        "mg/kg",
        "mg/h",
    )


def test_no_total_dose_says_why():
    found = _estimates(dose_missing=["1 of 9 dose rows without an amount", "2 of 3 dose rows without an amount"])
    assert found["dose_total.mean"].reason == "no course has a value: some dose rows without an amount"
    assert found["dose_per_kg.mean"].reason == "no course has both a total dose and a body weight"


def test_a_course_of_unknown_pauses_is_not_one_without_a_pause():
    row = _estimates(pause_count=[0, 2, 1, None])["pause.share"]
    assert (row.numerator, row.denominator) == (2, 3)


def test_why_courses_ended():
    found = _estimates(end_reason=["completed", "adverse event", "completed", None])
    ended = found["end_reason.adverse_event"]
    assert (ended.numerator, ended.denominator) == (1, 3)
    assert found["end_reason.completed"].value == pytest.approx(2 / 3)
