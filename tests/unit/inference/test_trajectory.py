"""The movement from day to day, the lowest day in its two meanings, and the fixed set."""

from __future__ import annotations

import pytest

from tests.outcome_tables import daily_of, estimates_of, outcomes_of, small_study

STUDY = small_study()


def _estimates(*days, **columns):
    return estimates_of(STUDY, outcomes_of(STUDY, **columns), daily_of(*days))


def test_each_day_has_its_mean_and_its_n():
    found = _estimates((1, 0, 8.0), (2, 0, 6.0), (1, 1, 5.0), course_id=[1, 2])
    assert (found["daily.mean.day_0"].value, found["daily.mean.day_0"].n) == (7.0, 2)
    assert found["daily.mean.day_0"].sd == pytest.approx(2**0.5)
    assert (found["daily.mean.day_1"].value, found["daily.mean.day_1"].n) == (5.0, 1)


def test_a_day_without_a_rating_between_others_says_so():
    found = _estimates((1, 1, 8.0), (1, 3, 6.0), course_id=[1])
    assert found["daily.mean.day_2"].reason == "no course has a rating on day 2"


def test_days_of_courses_that_did_not_enter_are_left_out():
    found = _estimates((1, 1, 8.0), (2, 1, 0.0), course_id=[1, 2], is_eligible=[True, False])
    assert (found["daily.mean.day_1"].value, found["daily.mean.day_1"].n) == (8.0, 1)


def test_the_two_meanings_of_the_lowest_day_differ():
    "Own best days 1, 1 and 3, mean 5/3; day means 4, 5 and 1, and only one course is left on day 3."
    days = [(1, 1, 2.0), (1, 2, 4.0), (2, 1, 3.0), (2, 2, 5.0), (3, 1, 7.0), (3, 2, 6.0), (3, 3, 1.0)]
    found = _estimates(*days, nadir_day=[1, 1, 3], nadir=[2.0, 3.0, 1.0], length_days=[1.5, 1.5, 2.5])
    assert found["nadir_day.mean"].value == pytest.approx(5 / 3)
    assert (found["nadir_day.of_lowest_mean"].value, found["nadir_day.of_lowest_mean"].n) == (3.0, 1)
    assert found["nadir_day.lowest_mean"].value == 1.0
    assert found["nadir.mean"].value == 2.0


def test_the_fixed_set_is_rated_on_every_day_of_a_median_course():
    "Median length 1.5 days: days 1 and 2. Course 3 has no rating on day 2 and is out; of 1 and 2 day 1 is the lower."
    days = [(1, 1, 2.0), (1, 2, 4.0), (2, 1, 3.0), (2, 2, 5.0), (3, 1, 9.0), (3, 3, 0.0)]
    found = _estimates(*days, length_days=[1.5, 1.5, 2.5])
    assert (found["nadir_day.of_lowest_mean_fixed_set"].value, found["nadir_day.of_lowest_mean_fixed_set"].n) == (
        1.0,
        2,
    )
    assert found["daily.mean_fixed_set.day_1"].value == 2.5
    assert found["daily.mean_fixed_set.day_2"].value == 4.5
    assert "daily.mean_fixed_set.day_3" not in found


@pytest.mark.parametrize(("lengths", "last_day"), [([5.0, 5.0, 5.0], 5), ([4.0, 4.2, 6.0], 5), ([0.0, 0.0, 0.1], 1)])
def test_a_median_course_reaches_its_length_rounded_up(lengths, last_day):
    found = _estimates(length_days=lengths)
    assert found["nadir_day.of_lowest_mean_fixed_set"].quantity.endswith(f"rated on every day from day 1 to {last_day}")


def test_nobody_in_the_fixed_set():
    found = _estimates((1, 1, 5.0), length_days=[3.0])
    assert found["nadir_day.of_lowest_mean_fixed_set"].reason == "no course is rated on every day from 1 to 3"
    assert found["nadir_day.of_lowest_mean"].value == 1.0


def test_the_first_of_tied_days_also_where_only_rounding_parts_them():
    "Day 1 has the mean (0.1 + 0.2) / 2, in floating point a hair above 0.3 / 2 of day 2."
    found = _estimates((1, 1, 0.1 + 0.2), (1, 2, 0.3), course_id=[1])
    assert found["nadir_day.of_lowest_mean"].value == 1.0


def test_before_the_first_dose_is_no_day_of_the_lowest_mean():
    found = _estimates((1, 0, 1.0), (1, 1, 5.0), course_id=[1])
    assert found["nadir_day.of_lowest_mean"].value == 1.0


def test_a_chosen_day_has_no_interval_and_its_mean_has_one():
    found = _estimates((1, 1, 5.0), (2, 1, 6.0), (1, 2, 7.0), (2, 2, 7.5), course_id=[1, 2])
    assert found["nadir_day.of_lowest_mean"].lower is None
    assert found["nadir_day.of_lowest_mean"].reason
    assert found["nadir_day.lowest_mean"].lower is not None


def test_no_rating_after_the_first_dose():
    found = _estimates((1, 0, 5.0), course_id=[1], length_days=[2.0])
    assert found["nadir_day.of_lowest_mean"].reason == "no course has a rating after the first dose"
    assert found["nadir_day.lowest_mean"].value is None


def test_single_ratings_areas_and_gaps_are_means_over_courses():
    found = _estimates(
        nadir_rating=[1.0, 3.0],
        mean_time_weighted=[4.0, 6.0],
        spid=[100.0, 300.0],
        rating_count=[20, 0],
        longest_gap_hours=[8.0, 48.0],
    )
    assert found["nadir_rating.mean"].value == 2.0
    assert found["mean_time_weighted.mean"].value == 5.0
    assert (found["spid.mean"].value, found["spid.mean"].unit) == (200.0, "{points}.h")
    assert found["ratings.count_mean"].value == 10.0
    assert found["ratings.longest_gap_median"].value == 28.0
