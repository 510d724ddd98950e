"""At what moment of a course was a rating given of which only the day is written down? Every form without clock times asks so."""

from __future__ import annotations

import datetime as dt

ONE_MINUTE = dt.timedelta(minutes=1)

#: Clock time at which a rating of a day is put.
NOON = dt.time(12)


def time_on_day(number: int, clock: dt.time, *, start: dt.datetime, discharge: dt.datetime | None) -> dt.datetime:
    """Return ``clock`` on day ``number`` of a course, day 1 being the date of the first dose.

    Examples
    --------
    >>> time_on_day(2, NOON, start=dt.datetime(2024, 3, 1, 14), discharge=None)
    datetime.datetime(2024, 3, 2, 12, 0)
    """
    time = dt.datetime.combine(start.date() + dt.timedelta(days=number - 1), clock)
    return moved_inside(time, start=start, discharge=discharge)


def moved_inside(time: dt.datetime, *, start: dt.datetime | None, discharge: dt.datetime | None) -> dt.datetime:
    """Return an assumed time moved to after the first dose, and before the discharge, of the same date."""
    if start is not None and time.date() == start.date():
        time = max(time, start + ONE_MINUTE)
    if discharge is not None and time.date() == discharge.date():
        time = min(time, discharge - ONE_MINUTE)
    return time


def time_before_first_dose(*, admission: dt.datetime | None, start: dt.datetime) -> dt.datetime:
    """Return when a rating before the first dose is put: at the admission, or at 00:00 of the date of the first dose."""
    if admission is not None and admission <= start:
        return admission
    return dt.datetime.combine(start.date(), dt.time())
