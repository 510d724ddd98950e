"""Who responded, by which rule, and how soon."""

from __future__ import annotations

import numpy as np
import pytest

from abate.contracts.definition import ResponseRule
from abate.inference.response import describe_rule, meets_rule
from tests.outcome_tables import estimates_of, hours_after_start, outcomes_of, small_study

STUDY = small_study(response={"primary": {"points": 2}, "also": [{"percent": 30}, {"at_most": 3}]})
NAN = np.nan


def test_the_evaluable_and_everybody_have_their_own_denominators():
    found = estimates_of(STUDY, outcomes_of(STUDY, response_points_2=[True, True, False, None]))
    assert (found["response.primary"].numerator, found["response.primary"].denominator) == (2, 3)
    everybody = found["response.primary_missing_as_no"]
    assert (everybody.numerator, everybody.denominator, everybody.value) == (2, 4, 0.5)


def test_the_primary_rule_also_stands_under_its_own_name():
    found = estimates_of(STUDY, outcomes_of(STUDY, response_points_2=[True, False, None]))
    assert found["response.points_2"].value == found["response.primary"].value == 0.5


def test_every_rule_has_its_own_denominator():
    outcomes = outcomes_of(STUDY, response_percent_30=[True, None, None], response_at_most_3=[True, False, True])
    found = estimates_of(STUDY, outcomes)
    assert (found["response.percent_30"].numerator, found["response.percent_30"].denominator) == (1, 1)
    assert (found["response.at_most_3"].numerator, found["response.at_most_3"].denominator) == (2, 3)


@pytest.mark.parametrize(("missing_final", "denominator"), [("exclude", 3), ("non-response", 4)])
def test_the_main_line_follows_the_study_file(missing_final, denominator):
    study = small_study(response={"primary": {"points": 2}, "missing_final": missing_final})
    found = estimates_of(study, outcomes_of(study, response_points_2=[True, True, False, None]))
    assert found["response.main"].denominator == denominator
    assert found["response.primary"].denominator == 3


def test_all_respond_and_nobody_responds():
    everybody = estimates_of(STUDY, outcomes_of(STUDY, response_points_2=[True] * 5))["response.primary"]
    nobody = estimates_of(STUDY, outcomes_of(STUDY, response_points_2=[False] * 5))["response.primary"]
    assert (everybody.value, everybody.upper, everybody.reason) == (1.0, 1.0, None)
    assert (nobody.value, nobody.lower, nobody.reason) == (0.0, 0.0, None)
    assert nobody.upper == pytest.approx(1 - everybody.lower)


@pytest.mark.parametrize(
    ("rule", "baseline", "final", "met"),
    [
        ({"points": 2}, 7.1, 5.1, 1.0),  # 1.9999999999999991 in floating point
        ({"points": 2}, 7.0, 5.5, 0.0),
        ({"points": 2}, NAN, 5.0, NAN),
        ({"percent": 30}, 10.0, 7.0, 1.0),
        ({"percent": 30}, 10.0, 7.1, 0.0),
        ({"percent": 30}, 0.0, 0.0, NAN),
        ({"at_most": 3}, NAN, 3.0, 1.0),
        ({"at_most": 3}, 9.0, NAN, NAN),
    ],
)
def test_rules_at_their_edges(rule, baseline, final, met):
    found = meets_rule(ResponseRule.model_validate(rule), np.array([baseline]), np.array([final]))
    np.testing.assert_array_equal(found, [met])


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"points": 1}, "a fall of at least 1 point"),
        ({"points": 2.5}, "a fall of at least 2.5 points"),
        ({"percent": 50}, "a fall of at least 50 % of the baseline"),
        ({"at_most": 3}, "a final rating of at most 3"),
    ],
)
def test_rules_in_words(rule, words):
    assert describe_rule(ResponseRule.model_validate(rule)) == words


def _waits(**columns):
    return estimates_of(STUDY, outcomes_of(STUDY, **columns))


def test_discharge_ends_the_wait_and_is_no_censoring():
    "Two of four respond, after 10 h and 40 h; the others go home after 20 h. One minus Kaplan-Meier would say 1."
    found = _waits(
        baseline=[7.0] * 4,
        first_response_hours=[10.0, 40.0, None, None],
        discharge=[hours_after_start(hours) for hours in (60, 60, 20, 20)],
    )
    assert [found[f"time_to_response.day_{day}"].value for day in (1, 2)] == [0.25, 0.5]
    assert "time_to_response.day_3" not in found
    row = found["time_to_response.day_2"]
    assert (row.numerator, row.denominator) == (2, 4)


def test_a_response_at_the_end_of_a_day_is_of_that_day():
    found = _waits(baseline=[7.0, 7.0], first_response_hours=[24.0, None], discharge=[hours_after_start(90)] * 2)
    assert found["time_to_response.day_1"].value == 0.5


def test_the_median_wait_is_when_half_of_all_courses_had_responded():
    found = _waits(
        baseline=[7.0] * 4, first_response_hours=[12.0, 36.0, 60.0, None], discharge=[hours_after_start(96)] * 4
    )
    assert found["time_to_response.median"].value == 1.5


def test_fewer_than_half_have_no_median():
    found = _waits(baseline=[7.0] * 3, first_response_hours=[12.0, None, None], discharge=[hours_after_start(96)] * 3)
    assert found["time_to_response.median"].reason == "fewer than half of the courses responded"


def test_a_course_without_baseline_is_not_waited_for():
    found = _waits(baseline=[7.0, None], first_response_hours=[12.0, None], discharge=[hours_after_start(96)] * 2)
    assert (found["time_to_response.day_1"].value, found["time_to_response.day_1"].n) == (1.0, 1)


def test_without_a_discharge_the_course_is_over_a_day_after_its_last_dose():
    found = _waits(
        baseline=[7.0, 7.0], first_response_hours=[60.0, None], end=[hours_after_start(72), hours_after_start(48)]
    )
    assert found["time_to_response.day_3"].value == 0.5


def test_nobody_responds():
    found = _waits(baseline=[7.0, 8.0], discharge=[hours_after_start(96)] * 2)
    assert found["time_to_response.day_1"].value == 0.0
    assert found["time_to_response.day_1"].reason == "a share of 0 has no interval on this scale"


def test_repeat_courses_widen_the_curve():
    "Every course twice is worth no more than once: for 6 courses of 3 persons sqrt(1/3 * 2/3 / 2) is the standard error."
    columns = {
        "baseline": [7.0] * 6,
        "first_response_hours": [10.0, None, None] * 2,
        "discharge": [hours_after_start(96)] * 6,
    }
    row = _waits(person_id=[1, 2, 3] * 2, **columns)["time_to_response.day_1"]
    single = _waits(**columns)["time_to_response.day_1"]
    assert row.value == single.value == pytest.approx(1 / 3)
    assert row.lower < single.lower
    assert "cluster-robust" in row.method
    assert row.upper == pytest.approx((1 / 3) ** np.exp(-1.959964 * (1 / 9) ** 0.5 / (np.log(3) / 3)), abs=1e-6)
