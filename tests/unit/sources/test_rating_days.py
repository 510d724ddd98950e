"""A rating of which only the day is known lies inside its course: after the first dose, before the discharge."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from abate.sources.rating_days import NOON, time_before_first_dose, time_on_day

START = dt.datetime(2024, 3, 1, 14)


def test_day_one_is_the_date_of_the_first_dose_and_day_zero_lies_before_it():
    assert time_on_day(1, NOON, start=START, discharge=None) == dt.datetime(2024, 3, 1, 14, 1)
    assert time_on_day(2, NOON, start=START, discharge=None) == dt.datetime(2024, 3, 2, 12)
    assert time_on_day(2, NOON, start=START, discharge=dt.datetime(2024, 3, 2, 11)) == dt.datetime(2024, 3, 2, 10, 59)
    assert time_before_first_dose(admission=None, start=START) == dt.datetime(2024, 3, 1)
    assert time_before_first_dose(admission=START, start=START) == START
    assert time_before_first_dose(admission=START + dt.timedelta(hours=1), start=START) == dt.datetime(2024, 3, 1)


@given(st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2050, 1, 1)), st.integers(1, 30), st.integers(3, 24 * 60 * 30))
def test_it_is_never_before_the_first_dose(start, day, minutes):
    discharge = start + dt.timedelta(minutes=minutes)
    time = time_on_day(day, NOON, start=start, discharge=discharge)
    assert time > start
    assert time.date() != discharge.date() or time < discharge
