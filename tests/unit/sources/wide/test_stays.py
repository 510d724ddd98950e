"""Dates without clock times are put into an order that can be true; each rule of docs/chart-review.md once."""

import datetime as dt

import pytest

from abate.sources.wide.mapping import CourseColumns
from abate.sources.wide.stays import read_stay, read_time

COLUMNS = CourseColumns(start="s", admission="a", end="e", discharge="d")
BY_LENGTH = CourseColumns(start="s", admission="a", length_days="l", discharge="d")


def at(day, hour, minute=0):
    return dt.datetime(2024, 3, day, hour, minute)


def stay(columns=COLUMNS, **cells):
    return read_stay(columns, cells)


def test_dates_only():
    found = stay(admission="2024-03-01", start="2024-03-01", end="2024-03-04", discharge="2024-03-05")
    assert (found.admission, found.start, found.end, found.discharge) == (at(1, 0), at(1, 8), at(4, 16), at(5, 18))
    assert found.assumed == {"admission", "start", "end", "discharge"}


def test_times_that_are_recorded_are_left_alone():
    found = stay(
        admission="2024-03-01 07:10", start="2024-03-01 12:00", end="2024-03-04 09:00", discharge="2024-03-04 08:00"
    )
    assert (found.admission, found.start, found.end, found.discharge) == (at(1, 7, 10), at(1, 12), at(4, 9), at(4, 8))
    assert found.assumed == frozenset()


def test_an_assumed_start_is_not_before_the_admission_of_the_same_date():
    assert stay(admission="2024-03-01 10:30", start="2024-03-01").start == at(1, 10, 30)
    assert stay(admission="2024-02-29 10:30", start="2024-03-01").start == at(1, 8)


def test_without_an_admission_the_day_of_the_first_dose_begins_it():
    found = stay(start="2024-03-01 12:00")
    assert found.admission == at(1, 0)
    assert "no admission" in found.assumed


def test_an_assumed_end_lies_between_first_dose_and_discharge():
    assert stay(start="2024-03-01 20:00", end="2024-03-01").end == at(1, 20, 1)
    assert stay(start="2024-03-01", end="2024-03-04", discharge="2024-03-04 11:00").end == at(4, 11)


def test_an_assumed_discharge_is_not_before_the_end_of_the_same_date():
    assert stay(start="2024-03-01", end="2024-03-04 21:00", discharge="2024-03-04").discharge == at(4, 21)


@pytest.mark.parametrize(("days", "end"), [("3", at(4, 8)), ("2.5", at(3, 20)), ("0", at(1, 8))])
def test_a_length_in_days_counts_from_the_first_dose(days, end):
    assert stay(BY_LENGTH, start="2024-03-01", length_days=days).end == end


@pytest.mark.parametrize("days", ["three", "-1", None, "99999"])
def test_a_length_that_cannot_be_is_no_end(days):
    assert stay(BY_LENGTH, start="2024-03-01", length_days=days).end is None


def test_a_text_that_is_no_time_goes_on_to_the_border_as_it_is():
    found = stay(start="1 March", admission="2024-02-30")
    assert (found.start, found.admission) == (None, None)
    assert (found.texts["start"], found.texts["admission"]) == ("1 March", "2024-02-30")


def test_a_rating_of_a_day_stands_at_noon_of_that_day_inside_the_stay():
    found = stay(start="2024-03-01 14:00", end="2024-03-03 10:00", discharge="2024-03-03 11:00")
    noon = dt.time(12)
    assert [found.day(number, noon) for number in (0, 1, 2, 3)] == [
        dt.datetime(2024, 2, 29, 12),
        at(1, 14, 1),
        at(2, 12),
        at(3, 10, 59),
    ]


def test_a_date_is_told_from_a_time():
    assert read_time("2024-03-01").is_date_only
    assert read_time("2024-03-01 00:00").is_clocked
    assert read_time("tomorrow").time is None
