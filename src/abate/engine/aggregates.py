"""Which aggregates give the same value on every engine, on every run? Picks by time, and sums that know no order.

A sum of floating-point numbers depends on the order in which an engine's threads add them; a sum of decimals does not.
Each function has one test that runs on every engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: A mean is kept to this many decimals, so that two equal means are equal whatever the order of adding.
MEAN_DECIMALS = 9
_EXACT = "decimal(38, 12)"


@ibis.udf.agg.builtin(name="min_by")  # type: ignore[untyped-decorator]
def _min_by(value: float, key: int) -> float:  # type: ignore[empty-body]
    """DuckDB and Spark both call it so; Ibis's own ``argmin`` sorts every group."""


@ibis.udf.agg.builtin(name="max_by")  # type: ignore[untyped-decorator]
def _max_by(value: float, key: int) -> float:  # type: ignore[empty-body]
    """As ``_min_by``, for the highest key."""


def value_at_first(value: ir.FloatingValue, key: ir.IntegerValue, where: ir.BooleanValue | None = None) -> ir.Value:
    """Return the ``value`` (never empty) of the row with the lowest ``key``, which is unique in its group."""
    return _min_by(value, key, where=where)


def value_at_last(value: ir.FloatingValue, key: ir.IntegerValue, where: ir.BooleanValue | None = None) -> ir.Value:
    """Return the ``value`` (never empty) of the row with the highest ``key``, which is unique in its group."""
    return _max_by(value, key, where=where)


def steady_mean(value: ir.FloatingValue, where: ir.BooleanValue | None = None) -> ir.Value:
    """Return the mean, kept to nine decimals."""
    return value.mean(where=where).round(MEAN_DECIMALS)


def steady_median(value: ir.FloatingValue, where: ir.BooleanValue | None = None) -> ir.Value:
    """Return the median (of an even number, the mean of the middle two), kept to nine decimals."""
    # Spark does not take a filter beside a quantile, so what does not count is emptied instead.
    counted = value if where is None else where.ifelse(value, ibis.null("float64"))
    return counted.median().round(MEAN_DECIMALS)


def exact_sum(value: ir.FloatingValue, where: ir.BooleanValue | None = None) -> ir.Value:
    """Return the sum of ``value``, each taken to twelve decimals; empty where there is nothing to add."""
    return value.cast(_EXACT).sum(where=where).cast("float64")
