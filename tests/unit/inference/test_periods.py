"""Courses counted by calendar period: by hand, at both sides of each boundary, hidden counts, shifted dates."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from abate.contracts.result import PeriodKind, PeriodRow
from abate.inference.columns import eligible_courses
from abate.inference.periods import (
    HIDDEN,
    chart_changes,
    chart_harm,
    chart_responses,
    compare_periods,
    count_periods,
    find_charted,
    find_compared,
)
from tests.report_example import example_study, simulate_rows

STUDY = example_study()


def periods_of(courses, study=STUDY):
    return count_periods(study, eligible_courses(study, courses))


def table_of(starts, **columns):
    """Courses with these first doses, each 4 days long; other columns as lists."""
    rows = simulate_rows(STUDY, len(starts), 1)["outcomes"]
    values = {
        "start": starts,
        "end": [start + dt.timedelta(days=4) for start in starts],
        "discharge": [start + dt.timedelta(days=4) for start in starts],
        "length_days": [4.0] * len(starts),
        "followed_days": [90.0] * len(starts),
        "return_days": [None] * len(starts),
    } | columns
    for name, column in values.items():
        place = rows.column_names.index(name)
        rows = rows.set_column(place, name, pa.array(column, rows.schema.field(name).type))
    return rows


def monthly(counts, first=(2020, 1)):
    """So many first doses in each month from the first on, all on the 10th at noon."""
    starts = []
    for place, count in enumerate(counts):
        month = first[0] * 12 + first[1] - 1 + place
        starts += [dt.datetime(month // 12, month % 12 + 1, 10, 12)] * count
    return starts


def period(**changes) -> PeriodRow:
    row = PeriodRow(kind=PeriodKind.YEAR, year=2020, number=1, is_complete=True, is_charted=True, is_compared=True, course_count=40, person_count=38, length_count=40,
                    length_mean=5.0, length_sd=1.0, change_count=36, change_mean=-4.0, change_sd=2.0, judged_count=36, responder_count=27, harm_known_count=40,
                    event_count=10, infusion_days=200.0, final_missing_count=4, return_known_count=30, return_count=3)  # fmt: skip
    return replace(row, **changes)


def test_a_month_counts_what_its_courses_gave():
    starts = [
        dt.datetime(2020, 3, 1),
        dt.datetime(2020, 3, 31, 23, 59),
        dt.datetime(2020, 4, 1),
        *monthly([8] * 4, (2020, 5)),
    ]
    size = len(starts)
    rows = periods_of(
        table_of(
            starts,
            change=[-4.0, -2.0, None, *[-1.0] * (size - 3)],
            final=[3.0, 5.0, None, *[6.0] * (size - 3)],
            response_points_2=[True, True, None, *[False] * (size - 3)],
            event_count=[2, 0, None, *[0] * (size - 3)],
            return_days=[30.0, 31.0, 3.0, *[None] * (size - 3)],
            followed_days=[90.0, 90.0, 5.0, *[29.0] * (size - 3)],
        )
    )
    march, april, may = find_charted(rows)[:3]
    assert (march.year, march.number, march.course_count, march.person_count) == (2020, 3, 2, 2)
    assert (march.change_count, march.change_mean) == (2, -3.0)
    assert march.change_sd == pytest.approx(2**0.5)
    assert (march.responder_count, march.judged_count, march.final_missing_count) == (2, 2, 0)
    assert (march.event_count, march.infusion_days, march.harm_known_count) == (2, 8.0, 2)
    assert (march.return_count, march.return_known_count) == (1, 2)
    assert (april.change_count, april.change_mean, april.judged_count, april.final_missing_count) == (0, None, 0, 1)
    assert (april.harm_known_count, april.infusion_days) == (0, 0.0)
    assert (april.return_count, april.return_known_count) == (1, 1)  # came back before observation ended
    assert may.return_known_count == 0  # watched for 29 days only


@pytest.mark.parametrize(
    ("counts", "kind"),
    [([3] * 12, PeriodKind.MONTH), ([2, 3] * 6, PeriodKind.QUARTER), ([1, 0, 0] * 4, PeriodKind.YEAR)],
)
def test_charts_are_by_the_shortest_period_with_three_courses_on_average(counts, kind):
    rows = find_charted(periods_of(table_of(monthly(counts))))
    assert {row.kind for row in rows} == {kind}
    assert sum(row.course_count for row in rows) == sum(counts)


def test_a_month_without_a_course_stands_in_its_place():
    rows = find_charted(periods_of(table_of(monthly([9, 0, 9]))))
    assert [row.course_count for row in rows] == [9, 0, 9]


@pytest.mark.parametrize(("least", "kind"), [(20, PeriodKind.MONTH), (19, PeriodKind.QUARTER)])
def test_twenty_courses_in_both_months_are_enough_to_compare(least, kind):
    now, before = find_compared(periods_of(table_of(monthly([*[25] * 11, least]))))
    assert {now.kind, before.kind} == {kind}


def test_the_later_period_comes_first_and_both_are_complete():
    now, before = find_compared(periods_of(table_of(monthly([25] * 6))))
    assert ((now.year, now.number), (before.year, before.number)) == ((2020, 6), (2020, 5))
    assert now.is_complete


def test_a_month_is_complete_only_if_something_is_known_after_it():
    starts = monthly([25] * 6)
    last = [dt.datetime(2020, 6, 30, 23)] * len(starts)
    courses = table_of(starts, end=last, discharge=last, followed_days=[None] * len(starts))
    now, _ = find_compared(periods_of(courses))
    assert (now.year, now.number) == (2020, 5)
    later = table_of(
        starts, end=last, discharge=[dt.datetime(2020, 7, 1)] * len(starts), followed_days=[None] * len(starts)
    )
    assert find_compared(periods_of(later))[0].number == 6


def test_the_first_period_is_not_compared():
    assert find_compared(periods_of(table_of(monthly([25, 25])))) is None
    assert find_compared(periods_of(table_of(monthly([25, 25, 25])))) is not None


def test_without_enough_the_kind_with_most_is_taken():
    now, before = find_compared(periods_of(table_of(monthly([0, 1, 0] * 12))))
    assert (now.kind, now.course_count, before.course_count) == (PeriodKind.YEAR, 4, 4)


@pytest.mark.parametrize("year", [1949, 2100, 2180])
def test_shifted_dates_give_no_period(year):
    assert periods_of(table_of(monthly([25] * 3, (year, 12)))) == ()


@pytest.mark.parametrize("year", [1950, 2099])
def test_the_first_and_last_calendar_year_give_periods(year):
    assert find_compared(periods_of(table_of(monthly([25] * 3, (year, 6))))) is not None


def test_courses_without_any_date_give_no_period():
    nothing = [None] * 4
    assert periods_of(table_of(monthly([4]), start=nothing, end=nothing, discharge=nothing)) == ()


def test_events_that_are_not_asked_are_not_counted():
    study = example_study(events=None)
    rows = count_periods(study, eligible_courses(study, simulate_rows(study, 60, 2)["outcomes"]))
    assert {row.harm_known_count for row in rows} == {0}
    assert {row.infusion_days for row in rows} == {0.0}


def test_means_and_shares_are_compared_by_hand():
    "Means: 2 and 2 over 36: root of 4/36 + 4/36 = 0.471405, t of 70 degrees 1.994437. Shares: 27/36 and 18/36."
    found = {row.id: row for row in compare_periods(period(), period(change_mean=-3.0, responder_count=18))}
    change = found["change"].difference
    assert (change.value, change.upper - change.value) == pytest.approx((-1.0, 0.940188), abs=1e-5)
    assert found["change"].now.upper + 4.0 == pytest.approx(2.030108 * 2 / 6, abs=1e-5)
    assert found["response"].difference.value == pytest.approx(0.25)
    assert (found["response"].now.numerator, found["response"].now.denominator) == (27, 36)


def test_rates_are_compared_as_a_ratio():
    found = {row.id: row for row in compare_periods(period(event_count=20), period(infusion_days=100.0))}["harm"]
    assert (found.now.value, found.before.value, found.difference.value) == pytest.approx((10.0, 10.0, 1.0))


def test_without_events_before_there_is_no_ratio():
    difference = {row.id: row for row in compare_periods(period(), period(event_count=0))}["harm"].difference
    assert (difference.value, difference.reason) == (None, "no event in the earlier one")


@pytest.mark.parametrize(("count", "is_given"), [(5, True), (4, False)])
def test_five_courses_are_needed_for_a_difference(count, is_given):
    few = period(change_count=count, judged_count=count, responder_count=2)
    found = {row.id: row for row in compare_periods(few, period())}
    assert (found["change"].difference.value is not None) is is_given
    assert (found["response"].difference.value is not None) is is_given


def test_what_is_hidden_stays_hidden_in_everything_that_is_computed():
    hidden = period(course_count=None, person_count=None, length_count=None, change_count=None, responder_count=None, event_count=None,
                    final_missing_count=None, return_count=None)  # fmt: skip
    for row in compare_periods(period(), hidden):
        assert (row.before.value, row.before.reason) == (None, HIDDEN)
        assert row.difference is None or (row.difference.value, row.difference.reason) == (None, HIDDEN)


def test_a_hidden_period_is_a_gap_of_every_chart():
    shown = [period(year=2010 + place) for place in range(4)]
    hidden = replace(shown[1], change_count=None, change_mean=None, responder_count=None, event_count=None)
    for chart in (chart_changes, chart_responses, chart_harm):
        values = chart([shown[0], hidden, *shown[2:]]).values
        assert np.isnan(values[1])
        assert np.isfinite(values[[0, 2, 3]]).all()


def test_a_fall_is_charted_as_a_positive_number():
    assert chart_changes([period(), period()]).centre == pytest.approx(4.0)


def test_a_rise_of_many_is_one_of_the_signals():
    years = [period(year=2000 + place) for place in range(9)] + [period(year=2009, change_mean=3.0)]
    assert chart_changes(years).is_outside.tolist() == [False] * 9 + [True]
