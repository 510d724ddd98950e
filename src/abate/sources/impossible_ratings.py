"""Which ratings can a scale not give? Outside its range, or within it and yet no total: on HIT-6 a 37."""

from __future__ import annotations

import ibis.expr.types as ir

from abate.knowledge.scales import Scale


def is_out_of_range(value: ir.NumericValue, scale: Scale) -> ir.BooleanValue:
    """Return whether a value lies outside the range of the scale."""
    return (value < scale.minimum) | (value > scale.maximum)


def is_no_value(value: ir.NumericValue, scale: Scale) -> ir.BooleanValue | None:
    """Return whether a value within the range is one that the scale cannot give; None where it can give every one."""
    if not scale.possible_values:
        return None
    is_broken = value != value.floor()
    if scale.impossible_totals:
        is_broken = is_broken | value.isin([float(total) for total in scale.impossible_totals])
    return is_broken & ~is_out_of_range(value, scale)
