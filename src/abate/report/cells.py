"""How does an estimate become a cell of a table? Value and interval, k/n, or the reason why there is no number."""

from __future__ import annotations

import re

from abate.contracts.result import Estimate
from abate.report.numbers import (
    FEWEST_FOR_PERCENT,
    MINUS,
    decimals_for,
    decimals_of_size,
    describe_count,
    describe_number,
    describe_p,
    describe_percent,
    describe_range,
    describe_share,
    describe_share_range,
)
from abate.report.words import in_words

EMPTY = "\u2013"

_SHARE_CELL = re.compile(r"^(\d+)/(\d+) \(\d+ %\)$")
_LONG_NUMBER = re.compile(r"(?<![\d.])\d{4,}(?![\d.])")
_QUARTILES_CELL = re.compile(r"^(\S+) \[(\S+), (\S+)\]$")


def polished(cell: str) -> str:
    """Return a cell of Table 1 as the report writes numbers: no percentage of a few, words between two numbers.

    Examples
    --------
    >>> polished("4/6 (67 %)")
    '4/6'
    >>> polished("5.0 [4.0, 6.0]")
    '5.0 (4.0 to 6.0)'
    """
    share = _SHARE_CELL.match(cell)
    if share is not None:
        return describe_share(int(share[1]), int(share[2]))
    quartiles = _QUARTILES_CELL.match(cell)
    if quartiles is not None:
        cell = f"{quartiles[1]} ({quartiles[2]} to {quartiles[3]})"
    cell = cell.removesuffix(f" ({EMPTY})")  # no spread of one course
    return _LONG_NUMBER.sub(lambda digits: describe_count(int(digits[0])), cell.replace("-", MINUS))


def curve_cell(share: float, count: float) -> str:
    """Return a share that is no simple k of n, in per cent or, of a few, from 0 to 1."""
    if count < FEWEST_FOR_PERCENT:
        return describe_number(share, 2)
    return describe_percent(share, count)


def mean_cell(estimate: Estimate, decimals: int) -> str:
    """Return a mean or median with its interval, with so many decimals."""
    value = describe_number(estimate.value or 0, decimals)
    if estimate.lower is None or estimate.upper is None:
        return value
    return f"{value} ({describe_range(estimate.lower, estimate.upper, decimals)})"


def point_cell(estimate: Estimate) -> str:
    """Return value and interval; without an interval, the reason for that where there is one."""
    if estimate.value is None:
        return why_not(estimate)
    decimals = 0 if estimate.unit == "%" else decimals_for(estimate.lower, estimate.upper)
    unit = "\u202f%" if estimate.unit == "%" else ""
    text = f"{describe_number(estimate.value, decimals)}{unit}"
    if estimate.lower is not None and estimate.upper is not None:
        return f"{text} ({describe_range(estimate.lower, estimate.upper, decimals)}{unit})"
    return f"{text}; no interval: {estimate.reason}" if estimate.reason else text


def p_cell(estimate: Estimate) -> str:
    """Return a p value as a column headed p holds it: 0.012, < 0.001."""
    return EMPTY if estimate.p_value is None else describe_p(estimate.p_value).removeprefix("p ").removeprefix("= ")


def share_cell(estimate: Estimate) -> str:
    """Return ``45/59 (76 %)``, or the mark in its place."""
    if estimate.value is None and estimate.hidden is not None:
        return estimate.hidden
    return describe_share(estimate.numerator or 0, estimate.denominator or 0) if estimate.denominator else EMPTY


def share_interval_cell(estimate: Estimate) -> str:
    """Return the interval of a share."""
    return describe_share_range(estimate.lower, estimate.upper, estimate.denominator or 0) or EMPTY


def share_cells(estimate: Estimate | None) -> tuple[str, str]:
    """Return a share and its interval as two cells; of a failed one the reason."""
    if estimate is None:
        return (EMPTY, EMPTY)
    if estimate.value is None:
        return (why_not(estimate), EMPTY)
    return (share_cell(estimate), share_interval_cell(estimate))


def rate_cell(rate: Estimate | None) -> str:
    """Return a rate with its interval; none seen with its upper bound."""
    if rate is None or rate.value is None:
        return EMPTY
    if rate.value == 0 and rate.upper is not None:
        return f"0 (up to {describe_number(rate.upper, max(1, decimals_of_size(rate.upper)))})"
    interval = "" if rate.lower is None or rate.upper is None else f" ({describe_range(rate.lower, rate.upper)})"
    return f"{describe_number(rate.value)}{interval}"


def why_not(estimate: Estimate) -> str:
    """Return the reason why an estimate has no value, or the mark in its place."""
    if estimate.hidden is not None:
        return estimate.hidden
    return f"none: {in_words(estimate.reason)}" if estimate.reason else "none"
