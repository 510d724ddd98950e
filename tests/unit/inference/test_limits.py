"""Shares of courses beyond a limit, and when; nothing where no limit is known."""

from __future__ import annotations

import pyarrow as pa
import pytest

from abate.inference.limits import estimate_limits, has_limits
from tests.outcome_tables import outcomes_of, small_study

STUDY = small_study()
LIMITS = {
    "rate_max_mg_kg_h": [0.8, 1.2, 1.6, None],
    "rate_verdict": ["within limits", "beyond", "beyond", "not known"],
    "beyond_first_hour": [None, 10.0, 20.0, None],
    "beyond_hours": [0.0, 4.0, None, None],
    "bolus_verdict": ["within limits", "within limits", "beyond", "within limits"],
    "limits_verdict": ["within limits", "beyond", "beyond", "not known"],
}


def estimates(limits=LIMITS, study=STUDY):
    outcomes = outcomes_of(study, length_days=[4, 4, 4, 4])
    table = None if limits is None else pa.table({"course_id": outcomes["course_id"], **limits})
    return {estimate.id: estimate for estimate in estimate_limits(study, outcomes, table)}


def test_shares_are_of_the_courses_that_can_be_judged():
    found = estimates()
    assert (found["limits.rate_beyond"].numerator, found["limits.rate_beyond"].denominator) == (2, 3)
    assert (found["limits.bolus_beyond"].numerator, found["limits.bolus_beyond"].denominator) == (1, 4)
    assert (found["limits.not_known"].numerator, found["limits.not_known"].denominator) == (1, 4)
    assert "above 1 mg/kg/h" in found["limits.rate_beyond"].quantity


def test_when_and_for_how_long_is_of_the_courses_beyond():
    found = estimates()
    assert (found["limits.first_hour.median"].value, found["limits.first_hour.median"].n) == (15, 2)
    assert (found["limits.hours.median"].value, found["limits.hours.median"].n) == (4, 1)
    assert found["limits.rate_max.mean"].value == pytest.approx(1.2)


def test_nobody_beyond_has_a_reason():
    within = {**LIMITS, "rate_verdict": ["within limits"] * 4}
    assert estimates(within)["limits.first_hour.median"].reason == "no course is known to have passed the limit"


def test_a_drug_without_limits_has_no_estimates():
    assert has_limits("ketamine")
    assert not has_limits("lidocaine")
    assert not has_limits("fentanyl")
    assert estimates(None) == {}
