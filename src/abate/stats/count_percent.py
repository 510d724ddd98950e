"""Can a printed "k of n (p %)" be true, and which counts would make it so?

All arithmetic is exact; `abate.stats.printed_numbers` says what a printed number stands for.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from abate.base.errors import ParameterError
from abate.stats.printed_numbers import Fit, PrintedNumber

_HUNDRED = 100


@dataclass(frozen=True, kw_only=True)
class CountCheck:
    """What was found of one "k of n (p %)".

    Attributes
    ----------
    fit : Fit
    reason : str
        In a sentence, what does not fit or what is missing; empty where all fits.
    percent_of_count : Fraction or None
        ``100 k / n``, exactly.
    fitting_counts : tuple of int
        Every k of this n that gives the printed percentage; empty where none does, or n or the percentage is missing.
    fitting_denominators : tuple of int
        Every n of which this k gives the printed percentage, up to `LARGEST_DENOMINATOR` times k; at most `MOST_LISTED`.
    """

    fit: Fit
    reason: str = ""
    percent_of_count: Fraction | None = None
    fitting_counts: tuple[int, ...] = ()
    fitting_denominators: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PartsCheck:
    """What was found of groups that are said to make up a whole.

    Attributes
    ----------
    fit : Fit
    reason : str
        In a sentence; empty where all fits.
    percent_lower, percent_upper : Fraction or None
        Between which the true percentages add up, as far as their decimals tell.
    """

    fit: Fit
    reason: str = ""
    percent_lower: Fraction | None = None
    percent_upper: Fraction | None = None


#: How many denominators are listed; beyond it the first and last ones say enough.
MOST_LISTED = 200
#: A percentage of 0 fits every denominator, and a small one very large ones: the search ends here.
LARGEST_DENOMINATOR = 10_000


def counts_that_fit(denominator: int, percent: PrintedNumber) -> tuple[int, ...]:
    """Return every count of ``denominator`` that gives the printed percentage.

    Raises
    ------
    ParameterError
        If ``denominator`` is below 1.

    Examples
    --------
    >>> from abate.stats.printed_numbers import read_printed
    >>> counts_that_fit(61, read_printed("77 %")), counts_that_fit(61, read_printed("40 %"))
    ((47,), ())
    """
    _require_denominator(denominator)
    first = max(0, math.ceil(percent.lower * denominator / _HUNDRED))
    last = min(denominator, math.floor(percent.upper * denominator / _HUNDRED))
    return tuple(range(first, last + 1))


def denominators_that_fit(count: int, percent: PrintedNumber) -> tuple[int, ...]:
    """Return every denominator of which ``count`` gives the printed percentage, up to `LARGEST_DENOMINATOR`.

    Raises
    ------
    ParameterError
        If ``count`` is below 0.

    Examples
    --------
    >>> from abate.stats.printed_numbers import read_printed
    >>> denominators_that_fit(48, read_printed("77 %")), denominators_that_fit(15, read_printed("27.3 %"))
    ((62,), (55,))
    """
    _require_count(count)
    if percent.upper < 0 or (percent.upper == 0 and count > 0):
        return ()
    if count == 0:
        return tuple(range(1, LARGEST_DENOMINATOR + 1)) if percent.holds(Fraction(0)) else ()
    first = max(count, math.ceil(Fraction(_HUNDRED * count) / percent.upper))
    last = LARGEST_DENOMINATOR
    if percent.lower > 0:
        last = min(last, math.floor(Fraction(_HUNDRED * count) / percent.lower))
    return tuple(range(first, last + 1))


def check_count_percent(count: int | None, denominator: int | None, percent: PrintedNumber | None) -> CountCheck:
    """Return whether a count, its denominator and a printed percentage can stand together.

    Without a count it is asked whether any count gives the percentage.

    Parameters
    ----------
    count, denominator : int or None
        k and n as printed; None where they are not printed.
    percent : PrintedNumber or None
        As :func:`read_printed` gives it.

    Returns
    -------
    CountCheck

    Raises
    ------
    ParameterError
        If a count is below 0 or a denominator below 1.

    Examples
    --------
    >>> from abate.stats.printed_numbers import read_printed
    >>> print(check_count_percent(48, 61, read_printed("77 %")).reason)
    48 of 61 is 78.7 %, not 77 %; 47 of 61 gives 77 %; 48 gives 77 % of 62
    >>> print(check_count_percent(None, 61, read_printed("40 %")).reason)
    no count of 61 gives 40 %: 24 gives 39.3 %, 25 gives 41.0 %
    """
    if count is not None:
        _require_count(count)
    if denominator is not None:
        _require_denominator(denominator)
    if denominator is None or percent is None:
        return CountCheck(fit=Fit.NOT_KNOWN, reason=_what_is_missing(denominator, percent))
    fitting = counts_that_fit(denominator, percent)
    if count is None:
        fit = Fit.FITS if fitting else Fit.DOES_NOT_FIT
        return CountCheck(fit=fit, reason="" if fitting else _no_count(denominator, percent), fitting_counts=fitting)
    exact = Fraction(_HUNDRED * count, denominator)
    if count > denominator:
        return CountCheck(
            fit=Fit.DOES_NOT_FIT,
            reason=f"{count} is more than {denominator}",
            percent_of_count=exact,
            fitting_counts=fitting,
        )
    if percent.holds(exact):
        return CountCheck(fit=Fit.FITS, percent_of_count=exact, fitting_counts=fitting)
    others = denominators_that_fit(count, percent)[:MOST_LISTED]
    parts = (
        f"{count} of {denominator} is {_percent(exact, percent.decimals)}, not {_printed(percent)}",
        _say_counts(fitting, denominator, percent),
        _say_denominators(count, others, percent),
    )
    return CountCheck(
        fit=Fit.DOES_NOT_FIT,
        reason="; ".join(part for part in parts if part),
        percent_of_count=exact,
        fitting_counts=fitting,
        fitting_denominators=others,
    )


def check_parts(
    counts: Sequence[int | None], percents: Sequence[PrintedNumber | None], denominator: int | None = None
) -> PartsCheck:
    """Return whether groups that are said to be all, each person in one, can add up.

    Counts must add up to the denominator. Where they are missing, some counts that give the printed percentages must, and
    without a denominator some numbers that may have been printed so must add up to 100.

    Parameters
    ----------
    counts : sequence of int or None
        k of each group.
    percents : sequence of PrintedNumber or None
        Its printed percentage; as many.
    denominator : int, optional
        n of the whole.

    Returns
    -------
    PartsCheck

    Raises
    ------
    ParameterError
        If the columns differ in length, there are no groups, or a count is impossible.

    Examples
    --------
    >>> from abate.stats.printed_numbers import read_printed
    >>> shares = [read_printed(text) for text in ("33.3", "33.3", "33.3")]
    >>> check_parts([None] * 3, shares).fit.value
    'fits'
    >>> print(check_parts([None] * 2, [read_printed("77 %"), read_printed("25 %")]).reason)
    the percentages add up to 102, which rounding cannot explain: 101 to 103
    """
    if len(counts) != len(percents) or not counts:
        raise ParameterError(
            f"need a count and a percentage (or None) for each group; got {len(counts)} and {len(percents)}."
        )
    if denominator is not None:
        _require_denominator(denominator)
    known = [count for count in counts if count is not None]
    for count in known:
        _require_count(count)
    printed = [percent for percent in percents if percent is not None]
    lower, upper = (None, None) if len(printed) < len(percents) else _ends_of(printed)
    found = _parts_by_count(counts, percents, denominator) or _parts_by_percent(printed, lower, upper)
    if found is None:
        return PartsCheck(fit=Fit.NOT_KNOWN, reason="a group has neither a count nor a percentage")
    fit, reason = found
    return PartsCheck(fit=fit, reason=reason, percent_lower=lower, percent_upper=upper)


def _parts_by_count(
    counts: Sequence[int | None], percents: Sequence[PrintedNumber | None], denominator: int | None
) -> tuple[Fit, str] | None:
    """Return whether the parts add up to the denominator; None where a part or the denominator is missing."""
    known = [count for count in counts if count is not None]
    if denominator is None:
        return None
    if len(known) == len(counts):
        total = sum(known)
        fits = total == denominator
        return (Fit.FITS, "") if fits else (Fit.DOES_NOT_FIT, f"the counts add up to {total}, not to {denominator}")
    ranges: list[tuple[int, ...]] = []
    for count, percent in zip(counts, percents, strict=True):
        if count is None and percent is None:
            return None
        ranges.append((count,) if count is not None else counts_that_fit(denominator, percent))  # type: ignore[arg-type]
    if not all(ranges):
        return Fit.DOES_NOT_FIT, f"no count of {denominator} gives one of the percentages"
    least, most = sum(fitting[0] for fitting in ranges), sum(fitting[-1] for fitting in ranges)
    if least <= denominator <= most:
        return Fit.FITS, ""
    added = str(least) if least == most else f"{least} to {most}"
    return Fit.DOES_NOT_FIT, f"the counts that give these percentages add up to {added}, not to {denominator}"


def _parts_by_percent(
    printed: Sequence[PrintedNumber], lower: Fraction | None, upper: Fraction | None
) -> tuple[Fit, str] | None:
    """Return whether percentages add up to 100; None where one is missing."""
    if lower is None or upper is None:
        return None
    if lower <= _HUNDRED <= upper:
        return Fit.FITS, ""
    decimals = max(percent.decimals for percent in printed)
    total = sum((percent.value for percent in printed), Fraction(0))
    ends = f"{_short(lower, decimals + 1)} to {_short(upper, decimals + 1)}"
    return (
        Fit.DOES_NOT_FIT,
        f"the percentages add up to {_short(total, decimals)}, which rounding cannot explain: {ends}",
    )


def _ends_of(printed: Sequence[PrintedNumber]) -> tuple[Fraction, Fraction]:
    lower = sum((percent.lower for percent in printed), Fraction(0))
    return lower, sum((percent.upper for percent in printed), Fraction(0))


def _no_count(denominator: int, percent: PrintedNumber) -> str:
    """Return that no count fits, with its neighbours."""
    exact = percent.value * denominator / _HUNDRED
    near = [count for count in (math.floor(exact), math.ceil(exact)) if 0 <= count <= denominator]
    digits = max(1, percent.decimals + 1)
    neighbours = ", ".join(
        f"{count} gives {_percent(Fraction(_HUNDRED * count, denominator), digits)}" for count in near
    )
    return f"no count of {denominator} gives {_printed(percent)}" + (f": {neighbours}" if near else "")


def _say_counts(fitting: tuple[int, ...], denominator: int, percent: PrintedNumber) -> str:
    if not fitting:
        return _no_count(denominator, percent)
    if len(fitting) == 1:
        return f"{fitting[0]} of {denominator} gives {_printed(percent)}"
    return f"{fitting[0]} to {fitting[-1]} of {denominator} give {_printed(percent)}"


def _say_denominators(count: int, others: tuple[int, ...], percent: PrintedNumber) -> str:
    if not others or count == 0:
        return ""
    ends = str(others[0]) if len(others) == 1 else f"{others[0]} to {others[-1]}"
    more = " and more" if len(others) == MOST_LISTED else ""
    return f"{count} gives {_printed(percent)} of {ends}{more}"


def _what_is_missing(denominator: int | None, percent: PrintedNumber | None) -> str:
    missing = [name for name, found in (("denominator", denominator), ("percentage", percent)) if found is None]
    return f"the {' and the '.join(missing)} {'is' if len(missing) == 1 else 'are'} not printed"


def _percent(exact: Fraction, decimals: int) -> str:
    """Return a percentage with one decimal more than the printed one where that is none."""
    return f"{float(exact):.{max(1, decimals)}f} %"


def _printed(percent: PrintedNumber) -> str:
    return f"{percent.text} %"


def _short(exact: Fraction, decimals: int) -> str:
    text = f"{float(exact):.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _require_denominator(denominator: int) -> None:
    if denominator < 1:
        raise ParameterError(f"a denominator must be at least 1; got {denominator!r}.")


def _require_count(count: int) -> None:
    if count < 0:
        raise ParameterError(f"a count must be at least 0; got {count!r}.")
