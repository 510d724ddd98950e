"""How do several ratings become one? First, last, mean, median, lowest or highest, and when that one was given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import ibis

from abate.contracts.definition import Take
from abate.engine.aggregates import steady_mean, steady_median, value_at_first, value_at_last

if TYPE_CHECKING:
    import ibis.expr.types as ir

    Picked = tuple[ir.Value, ir.Value]

#: A mean or a median was given at no one time.
NO_TIME = ibis.null("int64")


def _first(ratings: ir.Table, where: ir.BooleanValue | None) -> Picked:
    return value_at_first(ratings.value, ratings.at_s, where), ratings.at_s.min(where=where)


def _last(ratings: ir.Table, where: ir.BooleanValue | None) -> Picked:
    return value_at_last(ratings.value, ratings.at_s, where), ratings.at_s.max(where=where)


def _mean(ratings: ir.Table, where: ir.BooleanValue | None) -> Picked:
    return steady_mean(ratings.value, where), NO_TIME


def _median(ratings: ir.Table, where: ir.BooleanValue | None) -> Picked:
    return steady_median(ratings.value, where), NO_TIME


def _lowest(ratings: ir.Table, where: ir.BooleanValue | None) -> Picked:
    lowest = ibis.struct({"value": ratings.value, "at_s": ratings.at_s}).min(where=where)
    return ratings.value.min(where=where), lowest["at_s"]


def _highest(ratings: ir.Table, where: ir.BooleanValue | None) -> Picked:
    # The time turned round: of equal ratings the first one counts.
    highest = ibis.struct({"value": ratings.value, "at_s": -ratings.at_s}).max(where=where)
    return ratings.value.max(where=where), -highest["at_s"]


_TAKES: Mapping[Take, Callable[[ir.Table, ir.BooleanValue | None], Picked]] = {
    "first": _first,
    "last": _last,
    "mean": _mean,
    "median": _median,
    "lowest": _lowest,
    "highest": _highest,
}


def taken(ratings: ir.Table, take: Take, where: ir.BooleanValue | None = None) -> Picked:
    """Return the value that ``take`` makes of the ratings, and when that one was given.

    Parameters
    ----------
    ratings : table
        With ``value`` and ``at_s`` (seconds since the first dose), each time once in a group.
    take : str
        Of several ratings that are the lowest (or highest) the first counts.
    where : boolean expression, optional
        Which ratings count.

    Returns
    -------
    (number, integer)
        Two aggregates; both empty where no rating counts, the time also for a mean or a median.
    """
    return _TAKES[take](ratings, where)
