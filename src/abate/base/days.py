"""How long is "24h"? Lengths of time as whole seconds, written the way a study file writes them."""

from __future__ import annotations

import re

from abate.base.errors import ParameterError

SECONDS_PER_HOUR = 3_600
SECONDS_PER_DAY = 86_400

_SECONDS_PER = {"s": 1, "min": 60, "h": SECONDS_PER_HOUR, "d": SECONDS_PER_DAY, "w": 7 * SECONDS_PER_DAY}
_LENGTH = re.compile(r"^\s*([+-]?\d+(?:\.\d+)?)\s*(s|min|h|d|w)\s*$")


def parse_length(text: str) -> int:
    """Return the seconds in a length such as ``90min``, ``24h``, ``1d`` or ``2w``.

    Raises
    ------
    ParameterError
        If ``text`` is not a number followed by one of s, min, h, d, w.

    Examples
    --------
    >>> parse_length("24h")
    86400
    """
    match = _LENGTH.match(text)
    if match is None:
        raise ParameterError(
            f"{text!r} is not a length of time; write a number and a unit, such as '24h', '1d' or '90min'."
        )
    return round(float(match[1]) * _SECONDS_PER[match[2]])


def describe_length(seconds: int) -> str:
    """Return a length as prose: whole days from two days on, else hours, else minutes.

    Examples
    --------
    >>> describe_length(86_400)
    '24 hours'
    >>> describe_length(5 * 86_400)
    '5 days'
    """
    for size, name in ((SECONDS_PER_DAY, "day"), (SECONDS_PER_HOUR, "hour"), (60, "minute")):
        if seconds % size == 0 and (size != SECONDS_PER_DAY or seconds >= 2 * SECONDS_PER_DAY):
            count = seconds // size
            return f"{count} {name}" + ("" if count == 1 else "s")
    return f"{seconds} seconds"
