"""How many days are "4 weeks"? Lengths of time as a plan file writes them."""

from __future__ import annotations

import re

from abate.base.errors import ParameterError

DAYS_PER_WEEK = 7.0
#: Of a calendar month: a quarter of 4 years over 12.
DAYS_PER_MONTH = 365.25 / 12

_DAYS_PER = {
    "h": 1 / 24,
    "hour": 1 / 24,
    "d": 1.0,
    "day": 1.0,
    "w": DAYS_PER_WEEK,
    "week": DAYS_PER_WEEK,
    "month": DAYS_PER_MONTH,
}
_LENGTH = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*$")


def days_in(text: str, place: str) -> float:
    """Return the days in a length such as ``5 days``, ``4 weeks``, ``2w`` or ``3 months``.

    Parameters
    ----------
    text : str
        A number and a unit.
    place : str
        Where it stands in the plan file, for the error.

    Raises
    ------
    ParameterError
        If it is not a number and a unit, or is 0.

    Examples
    --------
    >>> days_in("4 weeks", "question.must_last")
    28.0
    """
    match = _LENGTH.match(text)
    unit = None if match is None else match[2] if match[2] in _DAYS_PER else match[2].removesuffix("s")
    if match is None or unit not in _DAYS_PER or not float(match[1]):
        raise ParameterError(
            f"{place} is {text!r}, which is not a length of time; write a number above 0 and a unit, such as '4 weeks' or '28d'."
        )
    return float(match[1]) * _DAYS_PER[unit]


def in_words(days: float) -> str:
    """Return days as prose: whole weeks from two weeks on, else days.

    Examples
    --------
    >>> in_words(56)
    '8 weeks'
    >>> in_words(38)
    '38 days'
    """
    if days >= 2 * DAYS_PER_WEEK and days % DAYS_PER_WEEK == 0:
        return f"{days / DAYS_PER_WEEK:g} weeks"
    return f"{days:.3g} day" + ("" if days == 1 else "s")
