"""When does a rating count as a response?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from abate.contracts.definition import ResponseRule

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: A mean of ratings that lies this close to a threshold has met it; 7.1 - 5.1 is 1.9999999999999991 in floating point.
TOLERANCE = 1e-9


def _fell_by_points(baseline: ir.FloatingValue, rating: ir.FloatingValue, points: float) -> ir.BooleanValue:
    return baseline - rating >= points - TOLERANCE


def _fell_by_percent(baseline: ir.FloatingValue, rating: ir.FloatingValue, percent: float) -> ir.BooleanValue:
    return 100 * (baseline - rating) / baseline.nullif(0.0) >= percent - TOLERANCE


def _is_at_most(_: ir.FloatingValue, rating: ir.FloatingValue, value: float) -> ir.BooleanValue:
    return rating <= value + TOLERANCE


_RULES: Mapping[str, Callable[[ir.FloatingValue, ir.FloatingValue, float], ir.BooleanValue]] = {
    "points": _fell_by_points,
    "percent": _fell_by_percent,
    "at_most": _is_at_most,
}


def meets(rule: ResponseRule, baseline: ir.FloatingValue, rating: ir.FloatingValue) -> ir.BooleanValue:
    """Return whether a rating meets the rule against the baseline.

    Lower is better: a study on a scale where higher is better is refused when its file is read.
    Empty where it cannot be evaluated: no rating; for a fall no baseline; for a fall in per cent a baseline of 0.
    """
    return _RULES[rule.kind](baseline, rating, rule.threshold)
