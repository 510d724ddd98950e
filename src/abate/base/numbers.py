"""How is a number written? Minus signs, spaces, decimals, shares and intervals, the same on every page.

Counts stand before percentages; under `FEWEST_FOR_PERCENT` courses there is no percentage at all. Between two numbers
stands a word, never a dash.
"""

from __future__ import annotations

import math

MINUS = "\u2212"
NO_BREAK = "\u00a0"
NARROW_SPACE = "\u202f"  # does not break, so that a number stays with its sign or its thousands

#: What stands in heads and captions for the interval of an estimate.
INTERVAL = f"95{NARROW_SPACE}% interval"

#: From so many on, a percentage may stand first; under ``FEWEST_FOR_PERCENT`` none is given.
FEWEST_FOR_PERCENT_FIRST = 20
FEWEST_FOR_PERCENT = 10
#: From so many on, a percentage has one decimal.
MANY = 1_000


def describe_number(value: float, decimals: int = 1) -> str:
    """Return ``value`` with a true minus sign and narrow spaces between thousands.

    Examples
    --------
    >>> describe_number(-4.12)
    '−4.1'
    """
    text = f"{abs(value):,.{decimals}f}".replace(",", NARROW_SPACE)
    is_nothing = not any(digit in text for digit in "123456789")
    return text if value >= 0 or is_nothing else MINUS + text


def describe_signed(value: float, decimals: int = 1) -> str:
    """Return ``value`` with its sign, plus as well as minus; nothing before zero."""
    text = describe_number(value, decimals)
    return text if text.startswith(MINUS) or not any(digit in text for digit in "123456789") else f"+{text}"


def describe_count(count: float | str) -> str:
    """Return a count with narrow spaces between thousands; a count that is not whole keeps one decimal, a mark stays as it is."""
    if isinstance(count, str):
        return count
    return describe_number(count, 0 if float(count).is_integer() else 1)


def describe_n(count: float | str) -> str:
    """Return ``n = 61`` in one piece, and ``n hidden`` where it is."""
    if isinstance(count, str):
        return f"n{NO_BREAK}{count}"
    return f"n{NO_BREAK}={NO_BREAK}{describe_count(count)}"


def describe_compact(count: float | str, room: float) -> str:
    """Return a count for a place ``room`` pixels wide in a figure: 59 812, or 59.8k where that would not fit."""
    text = describe_count(count)
    if isinstance(count, str):
        return count if room >= 7.2 * len(count) else "\u2013"
    if count < MANY or room >= 7.2 * len(text):
        return text
    return f"{count / MANY:.1f}k" if room >= (27 if count < 10 * MANY else 34) else f"{count / MANY:.0f}k"


def describe_short(value: float) -> str:
    """Return ``value`` with three digits that mean something, and no zeros after the point: 5, 0.73, 118, 5 040."""
    text = describe_number(value, decimals_of_size(value, digits=3))
    return text.rstrip("0").rstrip(".") if "." in text else text


def decimals_of_size(value: float, digits: int = 2) -> int:
    """Return how many decimals a number of this size needs to have so many digits that mean something; at most 6."""
    if value == 0 or not math.isfinite(value):
        return 0
    return min(6, max(0, digits - 1 - math.floor(math.log10(abs(value)))))


def decimals_for(lower: float | None, upper: float | None) -> int:
    """Return how many decimals an interval needs so that its two ends do not look the same: 1 to 3."""
    if lower is None or upper is None or upper == lower:
        return 1
    return 1 if upper - lower >= 0.15 else 2 if upper - lower >= 0.015 else 3


def describe_range(lower: float, upper: float, decimals: int = 1) -> str:
    """Return ``3.4 to 4.8``."""
    return f"{describe_number(lower, decimals)} to {describe_number(upper, decimals)}"


def describe_percent(share: float, count: float | None = None) -> str:
    """Return a share between 0 and 1 as per cent; never 0 or 100 unless it is exactly that.

    ``count`` is the denominator: from `MANY` on one decimal is given.
    """
    return f"{_percent_digits(share, 1 if count is not None and count >= MANY else 0)}{NARROW_SPACE}%"


def describe_percent_range(lower: float, upper: float, count: float | None = None) -> str:
    """Return ``64 to 85 %``."""
    decimals = 1 if count is not None and count >= MANY else 0
    return f"{_percent_digits(lower, decimals)} to {_percent_digits(upper, decimals)}{NARROW_SPACE}%"


def describe_share(numerator: float, denominator: float) -> str:
    """Return ``45/59 (76 %)``, without a percentage where the denominator is small.

    Examples
    --------
    >>> describe_share(5, 6)
    '5/6'
    """
    counts = f"{describe_count(numerator)}/{describe_count(denominator)}"
    if denominator < FEWEST_FOR_PERCENT:
        return counts
    return f"{counts} ({describe_percent(numerator / denominator, denominator)})"


def describe_share_range(lower: float | None, upper: float | None, denominator: float) -> str:
    """Return the interval of a share: in per cent, or from 0 to 1 where the denominator is too small for percentages."""
    if lower is None or upper is None:
        return ""
    if denominator < FEWEST_FOR_PERCENT:
        return describe_range(lower, upper, 2)
    return describe_percent_range(lower, upper, denominator)


def describe_bound(bound: float, denominator: float) -> str:
    """Return one end of the interval of a share: 5.9 % where it is small, 17 %, or a number of a few from 0 to 1."""
    if denominator < FEWEST_FOR_PERCENT:
        return describe_number(bound, 2)
    return describe_percent(bound, MANY if bound < 0.1 else denominator)


def describe_p(p_value: float) -> str:
    """Return ``p < 0.001`` or ``p = 0.012``."""
    if p_value < 0.001:
        return "p < 0.001"
    return f"p = {p_value:.3f}" if p_value < 0.1 else f"p = {p_value:.2f}"


def _percent_digits(share: float, decimals: int) -> str:
    """Return a share in per cent with as many decimals as it needs not to look like none or all."""
    if share in (0, 1):
        return describe_number(100 * share, 0)
    distance = 100 * min(share, 1 - share)
    for tried in range(decimals, 5):
        text = describe_number(100 * share, tried)
        is_near = tried <= 1 or abs(float(text) - 100 * share) <= 0.25 * distance
        if float(text) not in (0.0, 100.0) and is_near:
            return text
    return "under 0.0001" if share < 0.5 else "over 99.9999"
