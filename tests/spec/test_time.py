"""Times are reckoned alike on every engine."""

import datetime as dt

import pyarrow as pa
import pytest

from abate.engine.time import (
    calendar_day,
    calendar_year,
    date_seconds,
    days,
    epoch_seconds,
    hours,
    time_from_seconds,
)

TIMES = [
    "1969-12-31 00:00:00",
    "1969-12-31 23:59:59",
    "1970-01-01 00:00:00",
    "2024-02-29 23:59:59",
    "2185-01-17 20:15:30",
]
SECONDS = [-86400, -1, 0, 1709251199, 6786274530]
DAYS = [-1, -1, 0, 19782, 78544]


@pytest.fixture
def times(engine):
    return engine.from_arrow(
        pa.table({"time": pa.array([dt.datetime.fromisoformat(t) for t in TIMES], pa.timestamp("us"))})
    )


def column(engine, expression):
    return engine.to_arrow(expression.order_by(expression.columns[0]))[expression.columns[-1]].to_pylist()


def test_epoch_seconds_count_from_1970_on_the_wall_clock(engine, times):
    assert column(engine, times.select("time", x=epoch_seconds(times.time))) == SECONDS


def test_a_fraction_of_a_second_is_cut_off_before_and_after_1970(engine):
    times = [dt.datetime(1969, 12, 31, 23, 59, 58, 600_000), dt.datetime(2024, 1, 1, 0, 0, 0, 999_999)]
    table = engine.from_arrow(pa.table({"time": pa.array(times, pa.timestamp("us"))}))
    assert column(engine, table.select("time", x=epoch_seconds(table.time))) == [-2, 1704067200]


def test_seconds_go_back_to_the_same_time(engine, times):
    found = column(engine, times.select("time", x=time_from_seconds(epoch_seconds(times.time))))
    assert [t.isoformat(sep=" ") for t in found] == TIMES


def test_a_calendar_day_begins_at_midnight_before_and_after_1970(engine, times):
    assert column(engine, times.select("time", x=calendar_day(epoch_seconds(times.time)))) == DAYS


def test_hours_and_days_are_fractions(engine, times):
    seconds = epoch_seconds(times.time)
    assert column(engine, times.select("time", x=hours(seconds)))[0] == -24.0
    assert column(engine, times.select("time", x=days(seconds)))[0] == -1.0


def test_fractions_of_a_second_are_cut_off_before_and_after_1970(engine):
    texts = ["1969-12-31 23:59:58.700000", "2024-02-29 23:59:59.700000"]
    times = pa.array([dt.datetime.fromisoformat(text) for text in texts], pa.timestamp("us"))
    table = engine.from_arrow(pa.table({"time": times}))
    assert column(engine, table.select("time", x=epoch_seconds(table.time))) == [-2, 1709251199]


def test_a_date_begins_at_its_midnight(engine):
    dates = pa.array([dt.date(1969, 12, 31), dt.date(2024, 2, 29)], pa.date32())
    table = engine.from_arrow(pa.table({"date": dates}))
    assert column(engine, table.select("date", x=date_seconds(table.date))) == [-86400, 1709164800]


def test_a_year_changes_at_midnight_of_new_year(engine, times):
    assert column(engine, times.select("time", x=calendar_year(times.time)))[:3] == [1969, 1969, 1970]
