"""Rates and days on the clock of the ratings: small cases counted by hand."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from abate.inference.days import count_days
from abate.report.figures.clock import days_between, origins
from abate.report.figures.nadir import count_nadir_days
from abate.report.figures.rated_days import rated_by_day
from abate.report.figures.rates import count_paused_by_day, find_rates
from abate.report.view import ResultView
from tests.report_example import example_result, example_study

START = dt.datetime(2024, 3, 4, 8)


def view_of(doses, starts=(START, START), ends=None, *, day="24h", daily=(), nadir_days=None) -> ResultView:
    """A view of courses with these first doses, ends and dose rows (course, start hour, end hour, rate)."""
    study = example_study()
    study = study.model_copy(update={"rating": study.rating.model_copy(update={"day": day})})
    base = example_result(2, study=study)
    count = len(starts)
    ends = ends or [start + dt.timedelta(hours=30) for start in starts]
    outcomes = pa.table({"course_id": list(range(count)), "start": pa.array(starts, pa.timestamp("us")), "end": pa.array(ends, pa.timestamp("us")),
                         "nadir_day": pa.array(nadir_days or [None] * count, pa.int64())})  # fmt: skip
    rows = [(c, starts[c] + dt.timedelta(hours=a), starts[c] + dt.timedelta(hours=b), rate) for c, a, b, rate in doses]
    table = pa.table({"course_id": [r[0] for r in rows], "start": pa.array([r[1] for r in rows], pa.timestamp("us")),
                      "end": pa.array([r[2] for r in rows], pa.timestamp("us")), "rate_mg_h": pa.array([r[3] for r in rows], pa.float64())})  # fmt: skip
    rated = pa.table({"course_id": pa.array([d[0] for d in daily], pa.int64()), "day": pa.array([d[1] for d in daily], pa.int64()),
                      "value": pa.array([5.0] * len(daily), pa.float64())})  # fmt: skip
    full = outcomes.append_column("treatment", pa.array([study.treatment.name] * count)).append_column(
        "is_eligible", pa.array([True] * count)
    )
    full = full.append_column("person_id", outcomes["course_id"]).append_column(
        "discharge", pa.nulls(count, pa.timestamp("us"))
    )
    days = count_days(study, full, rated)
    return ResultView(replace(base, outcomes=outcomes, doses=table, daily=rated, days=days))


def test_the_median_is_of_the_courses_that_ran_in_the_middle_of_a_step():
    found = find_rates(view_of([(0, 0, 4, 10.0), (1, 0, 2, 30.0)])).steps
    # steps of two hours: both run at hour 1, one at hour 3
    assert [(step.course_count, step.median) for step in found] == [(2, 20.0), (1, 10.0)]
    assert (found[0].start_day, found[0].end_day) == (0.5, pytest.approx(0.5 + 2 / 24))


def test_rates_that_run_side_by_side_are_added_and_pauses_and_boluses_are_left_out():
    found = find_rates(view_of([(0, 0, 2, 10.0), (0, 0, 2, 5.0), (1, 0, 2, 0.0), (1, 0, 0, None)])).steps
    assert [(step.course_count, step.median) for step in found] == [(1, 15.0)]


def test_a_pause_leaves_a_gap_between_steps():
    found = find_rates(view_of([(0, 0, 2, 10.0), (0, 6, 8, 10.0)])).steps
    assert [round((step.start_day - 0.5) * 24) for step in found] == [0, 6]


def test_pauses_are_counted_on_every_day_that_they_touch_once_a_course():
    # course 0 pauses from 20 to 30 h (days 1 and 2) and from 31 to 32 h (day 2); course 1 from 2 to 3 h (day 1)
    doses = [(0, 0, 20, 10.0), (0, 30, 31, 10.0), (0, 32, 40, 10.0), (1, 0, 2, 5.0), (1, 3, 9, 5.0)]
    assert count_paused_by_day(view_of(doses)) == {1: 2, 2: 1}


def test_what_runs_side_by_side_or_on_without_a_gap_is_no_pause():
    # the long stretch covers the gap between the two short ones; a stretch at rate 0 is a pause
    doses = [(0, 0, 10, 5.0), (0, 0, 2, 5.0), (0, 4, 6, 5.0), (1, 0, 2, 5.0), (1, 2, 4, 0.0), (1, 4, 5, 5.0)]
    assert count_paused_by_day(view_of(doses)) == {1: 1}
    assert count_paused_by_day(view_of([(0, 0, 2, 5.0), (0, 2, 4, 6.0), (1, 0, 1, None)])) == {}


def test_calendar_days_count_from_midnight():
    found = find_rates(view_of([(0, 0, 2, 10.0)], day="calendar")).steps
    assert round((found[0].start_day - 0.5) * 24) == 8


def test_courses_are_counted_on_every_day_on_which_they_ran():
    found = find_rates(view_of([(0, 0, 30, 10.0), (1, 0, 10, 10.0)])).running_by_day
    assert found == {1: 2, 2: 1}


def test_without_a_rate_there_is_nothing_to_draw():
    assert find_rates(view_of([(0, 0, 0, None)])).steps == ()


def test_a_course_that_ends_where_a_day_begins_does_not_reach_into_it():
    ends = [START + dt.timedelta(hours=24), START + dt.timedelta(hours=24, seconds=1)]
    assert [day.running for day in view_of([], ends=ends).result.days] == [2, 1]


def test_a_course_of_one_evening_takes_two_calendar_days_past_midnight():
    starts = [dt.datetime(2024, 3, 4, 20)]
    past, before = (view_of([], starts, [dt.datetime(2024, 3, 5, hour)], day="calendar").result.days for hour in (1, 0))
    assert [len(past), len(before)] == [2, 1]


def test_days_between_moments_have_their_fractions():
    start = np.array(["2024-03-04T08:00"], dtype="datetime64[us]")
    later = np.array(["2024-03-05T20:00"], dtype="datetime64[us]")
    assert days_between(origins(start, "24h"), later).tolist() == [1.5]
    assert days_between(origins(start, "calendar"), later)[0] == pytest.approx(1 + 20 / 24)


def test_days_without_a_rating_are_counted_among_the_courses_that_ran():
    # both run 30 hours, so days 1 and 2; a rating on day 3 lies after the course and does not count
    view = view_of([], daily=[(0, 1), (1, 1), (0, 2), (1, 3), (0, 0)])
    assert rated_by_day(view) == [(1, 2, 2), (2, 1, 2)]


def test_lowest_days_are_counted_with_the_courses_still_running():
    ends = [START + dt.timedelta(hours=30), START + dt.timedelta(hours=60)]
    assert count_nadir_days(view_of([], ends=ends, nadir_days=[2, 2])) == [(1, 0, 2), (2, 2, 2), (3, 0, 1)]
