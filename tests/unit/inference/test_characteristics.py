"""Table 1: cells in words, missing counts and standardised differences."""

from __future__ import annotations

import pytest

from abate.inference.characteristics import describe_characteristics
from tests.outcome_tables import outcomes_of, small_study

STUDY = small_study()
TEN = [True] * 5 + [False] * 5


def _rows(**columns):
    return {(row.variable, row.level): row for row in describe_characteristics(STUDY, outcomes_of(STUDY, **columns))}


def test_courses_and_persons_stand_first():
    rows = _rows(person_id=[1, 1, 2, 3], response_points_2=[True, True, False, None])
    assert list(rows)[:2] == [("Courses", None), ("Persons", None)]
    assert rows["Courses", None].cells == {
        "overall": "4",
        "responders": "2",
        "non_responders": "1",
        "not_evaluable": "1",
    }
    assert rows["Persons", None].cells["responders"] == "1"


def test_a_number_has_a_mean_and_a_median():
    rows = _rows(age_years=[40.0, 50.0, 60.0, None], response_points_2=[True, True, False, None])
    mean, median = rows["Age, years", "mean (SD)"], rows["Age, years", "median [Q1, Q3]"]
    assert mean.cells == {
        "overall": "50.0 (10.0)",
        "responders": "45.0 (7.1)",
        "non_responders": "60.0 (–)",
        "not_evaluable": "–",
    }
    assert median.cells["overall"] == "50.0 [45.0, 55.0]"
    assert mean.missing == {"overall": 1, "responders": 0, "non_responders": 0, "not_evaluable": 1}


def test_a_category_counts_among_those_who_have_it():
    rows = _rows(sex=["female", "female", "male", None], response_points_2=[True, True, False, True])
    assert rows["Sex", "female"].cells["overall"] == "2/3 (67 %)"
    assert rows["Sex", "male"].cells == {
        "overall": "1/3 (33 %)",
        "responders": "0/2 (0 %)",
        "non_responders": "1/1 (100 %)",
        "not_evaluable": "–",
    }
    assert rows["Sex", "female"].missing["responders"] == 1


def test_the_difference_of_numbers_is_in_units_of_the_common_spread():
    "Means 3 and 5, variances 2.5 and 2.5: -2 / sqrt(2.5)."
    row = _rows(baseline=[1.0, 2, 3, 4, 5, 3, 4, 5, 6, 7], response_points_2=TEN)[
        "Baseline rating, points", "mean (SD)"
    ]
    assert row.smd == pytest.approx(-2 / 2.5**0.5)


def test_the_difference_of_two_levels_has_a_sign_and_stands_once():
    "Shares of females 0.8 and 0.4: 0.4 / sqrt((0.16 + 0.24) / 2)."
    rows = _rows(sex=["female"] * 4 + ["male"] + ["female"] * 2 + ["male"] * 3, response_points_2=TEN)
    assert rows["Sex", "female"].smd == pytest.approx(0.4 / 0.2**0.5)
    assert (rows["Sex", "male"].smd, rows["Sex", "male"].smd_reason) == (None, None)


def test_the_difference_of_more_levels_is_a_distance():
    rows = _rows(site=["a", "a", "b", "b", "c", "a", "b", "b", "c", "c"], response_points_2=TEN)
    assert rows["Site", "b"].smd > 0


@pytest.mark.parametrize("count", [0, 4])
def test_fewer_than_five_in_a_group_have_no_difference(count):
    row = _rows(age_years=[50.0] * 6 + [40.0] * count, response_points_2=[True] * 6 + [False] * count)[
        "Age, years", "mean (SD)"
    ]
    assert row.smd is None
    assert row.smd_reason == "fewer than 5 courses with a value among responders or non-responders"


def test_a_variable_that_nobody_has_is_shown_as_missing():
    row = _rows(response_points_2=[True, False])["Race", None]
    assert row.cells["overall"] == "–"
    assert row.missing["overall"] == 2


def test_only_courses_that_entered_are_described():
    rows = _rows(course_id=[1, 2, 3], is_eligible=[True, False, True], treatment=["ketamine", "ketamine", "lidocaine"])
    assert rows["Courses", None].cells["overall"] == "1"


def test_large_numbers_carry_no_decimals():
    rows = _rows(dose_total_mg=[4000.0, 6000.0], response_points_2=[True, True])
    assert rows["Total dose, mg", "mean (SD)"].cells["overall"] == "5000 (1414)"
