"""What do published series of the same drug and condition say together? Estimates that stand beside the study's own.

Nothing of the study's courses enters. Means without a printed SD borrow one, and the method of the row says which; series
that print no mean, or another rule of response, are left out with the reason.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from abate.contracts.definition import Study
from abate.contracts.result import PUBLISHED, Estimate
from abate.inference.rows import LEVEL
from abate.knowledge.published_series import PublishedNumber, PublishedSeries, published_series
from abate.stats.arrays import Array
from abate.stats.distributions import t_quantile
from abate.stats.meta_analysis import PooledEffect, PooledInterval, pool_random
from abate.stats.proportions import wilson_interval
from abate.stats.study_effects import StudyEffects, effects_of_means, effects_of_proportions

#: Scale of the ratings that the series print.
SCALE = "nrs"
#: The rule of response that more than one series states.
RULE = "points_2"
POINTS = "{points}"

QUANTITIES: Mapping[str, str] = {
    "baseline": "mean rating at admission",
    "final": "mean rating at discharge",
    "fall": "mean fall from admission to discharge",
    "response": "share with a fall of 2 points or more",
}


@dataclass(frozen=True, kw_only=True)
class BorrowedSd:
    """The SD that a series without one is given: pooled over those that print one, of any drug for the condition."""

    sd: float
    degrees_of_freedom: int
    series_count: int
    n: int

    def __str__(self) -> str:
        """Say in words what it is."""
        who = (
            "the one series that prints one"
            if self.series_count == 1
            else f"the {self.series_count} series that print one"
        )
        return f"SD borrowed: {self.sd:.2f}, from {who} ({self.n} patients, of any drug)"


def has_published_series(study: Study) -> bool:
    """Return whether any series fits the study: its drug, its condition, and ratings from 0 to 10."""
    return bool(_series_of(study))


def estimate_published(study: Study) -> list[Estimate]:
    """Return each series' numbers, and of each quantity the pooled mean and the range for a new series.

    Parameters
    ----------
    study : Study
        Its treatment's name, condition and scale choose the series; without any there are no rows.

    Returns
    -------
    list of Estimate
        ``published.<quantity>.<series>``, ``published.<quantity>.pooled``, ``.prediction`` and ``.between_sd``, where the
        quantity is baseline, final, fall or response. A fall is above 0. ``n`` counts the series' patients or admissions.
    """
    series = _series_of(study)
    if not series:
        return []
    everybody = published_series(study.condition) if study.condition is not None else ()
    found = []
    for quantity in ("baseline", "final", "fall"):
        found += _of_means(quantity, series, borrowed_sd(quantity, everybody))
    return [*found, *_of_shares(series)]


def _series_of(study: Study) -> tuple[PublishedSeries, ...]:
    if study.condition is None or study.rating.scale != SCALE:
        return ()
    return published_series(study.condition, study.treatment.name.lower())


def borrowed_sd(quantity: str, series: Sequence[PublishedSeries]) -> BorrowedSd | None:
    """Return the pooled SD of a quantity, ``sqrt(Σ (n-1) s² / Σ (n-1))`` over series that print one; None where none does."""
    printed = [
        number
        for one in series
        if (number := one.number(quantity)) is not None and number.sd is not None and number.n > 1
    ]
    if not printed:
        return None
    freedom = sum(number.n - 1 for number in printed)
    squares = sum((number.n - 1) * (number.sd or 0.0) ** 2 for number in printed)
    return BorrowedSd(
        sd=math.sqrt(squares / freedom),
        degrees_of_freedom=freedom,
        series_count=len(printed),
        n=sum(number.n for number in printed),
    )


def _of_means(quantity: str, series: Sequence[PublishedSeries], borrowed: BorrowedSd | None) -> list[Estimate]:
    rows = [_mean_of_series(quantity, one, borrowed) for one in series]
    used = [row for row in rows if row.value is not None and row.standard_error is not None]
    effects = effects_of_means(_column(used, "value"), _column(used, "sd"), _column(used, "n"))
    lent = sum("borrowed" in row.method for row in used)
    remark = f"; {lent} of {len(used)} with a borrowed SD" if lent else ""
    return [*rows, *_pooled_rows(quantity, effects, used, POINTS, remark)]


def _mean_of_series(quantity: str, series: PublishedSeries, borrowed: BorrowedSd | None) -> Estimate:
    number, how = _printed_mean(quantity, series)
    id, words = f"{PUBLISHED}{quantity}.{series.id}", f"{QUANTITIES[quantity]}, {series.label}"
    if number is None or number.value is None:
        return Estimate(id=id, quantity=words, value=None, unit=POINTS, n=0, reason=_why_no_mean(quantity, series))
    sd = number.sd if number.sd is not None else None if borrowed is None else borrowed.sd
    freedom = number.n - 1 if number.sd is not None else 0 if borrowed is None else borrowed.degrees_of_freedom
    if sd is None or freedom < 1:
        return Estimate(
            id=id, quantity=words, value=number.value, unit=POINTS, n=number.n, method=how,
            reason="no SD is printed, and none can be borrowed: not pooled",
        )  # fmt: skip
    error = sd / math.sqrt(number.n)
    half_width = t_quantile((1 + LEVEL) / 2, freedom) * error
    return Estimate(
        id=id,
        quantity=words,
        value=number.value,
        lower=number.value - half_width,
        upper=number.value + half_width,
        level=LEVEL,
        unit=POINTS,
        n=number.n,
        standard_error=error,
        sd=sd,
        method=f"mean, {how}; {'SD as printed' if number.sd is not None else borrowed}; t interval; {number.tag}",
    )


def _printed_mean(quantity: str, series: PublishedSeries) -> tuple[PublishedNumber | None, str]:
    """Return the row of the quantity, or for a fall that is not printed the difference of the printed means."""
    number = series.number(quantity)
    if number is not None or quantity != "fall":
        return number, "as printed"
    first, last = series.number("baseline"), series.number("final")
    if first is None or last is None or first.value is None or last.value is None:
        return None, ""
    tag = first.tag if first.tag == last.tag else f"{first.tag}; {last.tag}"
    difference = replace(first, quantity="fall", value=round(first.value - last.value, 10), sd=None, tag=tag)
    return difference, "difference of the printed means"


def _why_no_mean(quantity: str, series: PublishedSeries) -> str:
    number = series.number(quantity) or series.number("final" if quantity == "fall" else quantity)
    return "not printed" if number is None or not number.missing else number.missing


def _of_shares(series: Sequence[PublishedSeries]) -> list[Estimate]:
    rows = [_share_of_series(one) for one in series]
    used = [row for row in rows if row.value is not None]
    addend = 0.5 if any(row.numerator in (0, row.denominator) for row in used) else None
    effects = effects_of_proportions(_column(used, "numerator"), _column(used, "denominator"), zero_addend=addend)
    return [*rows, *_pooled_rows("response", effects, used, "1", "")]


def _share_of_series(series: PublishedSeries) -> Estimate:
    number = series.number("response")
    id, words = f"{PUBLISHED}response.{series.id}", f"{QUANTITIES['response']}, {series.label}"
    if number is None or number.count is None or number.rule != RULE:
        return Estimate(id=id, quantity=words, value=None, n=0, reason=_why_no_share(number))
    found = wilson_interval(number.count, number.n, LEVEL)
    return Estimate(
        id=id,
        quantity=words,
        value=found.value,
        lower=found.lower,
        upper=found.upper,
        level=LEVEL,
        n=number.n,
        numerator=number.count,
        denominator=number.n,
        method=f"share, as printed; {found.method}; {number.tag}",
    )


def _why_no_share(number: PublishedNumber | None) -> str:
    if number is None:
        return "not printed"
    if number.count is not None:
        return f"another rule ({number.rule}): {number.count} of {number.n}"
    return number.missing or "not printed"


def _column(rows: Sequence[Estimate], name: str) -> Array:
    return np.array([getattr(row, name) for row in rows], dtype=np.float64)


def _pooled_rows(
    quantity: str, effects: StudyEffects, used: Sequence[Estimate], unit: str, remark: str
) -> list[Estimate]:
    """Return the pooled mean, where a new series would lie, and how much the series differ."""
    pooled = pool_random(effects, interval=PooledInterval.HARTUNG_KNAPP_NEVER_SHRUNK, level=LEVEL)
    n = sum(row.n or 0 for row in used)
    return [
        _pooled(quantity, pooled, n, unit, remark),
        _prediction(quantity, pooled, n, unit, remark),
        _between(quantity, pooled, n, unit),
    ]


def _pooled(quantity: str, pooled: PooledEffect, n: int, unit: str, remark: str) -> Estimate:
    has_interval = pooled.lower is not None
    return Estimate(
        id=f"{PUBLISHED}{quantity}.pooled",
        quantity=f"{QUANTITIES[quantity]}, mean over {pooled.study_count} published series",
        value=pooled.value,
        lower=pooled.lower,
        upper=pooled.upper,
        level=LEVEL if has_interval else None,
        unit=unit,
        n=n,
        standard_error=pooled.standard_error if unit == POINTS else None,
        method=f"{pooled.method}{remark}{'' if pooled.caution is None else f'; {pooled.caution}'}",
        reason="no series prints it" if pooled.study_count == 0 else pooled.reason,
    )


def _prediction(quantity: str, pooled: PooledEffect, n: int, unit: str, remark: str) -> Estimate:
    id = f"{PUBLISHED}{quantity}.prediction"
    words = f"{QUANTITIES[quantity]}, where the true value of a new series would lie"
    if pooled.prediction_lower is None:
        reason = f"it takes three series, and {pooled.study_count} can be pooled"
        return Estimate(id=id, quantity=words, value=None, unit=unit, n=n, reason=reason)
    return Estimate(
        id=id,
        quantity=words,
        value=pooled.value,
        lower=pooled.prediction_lower,
        upper=pooled.prediction_upper,
        level=LEVEL,
        unit=unit,
        n=n,
        method=f"{pooled.method}; prediction interval, t on {pooled.study_count - 2} degrees of freedom{remark}",
    )


def _between(quantity: str, pooled: PooledEffect, n: int, unit: str) -> Estimate:
    tau_squared = pooled.heterogeneity.tau_squared
    on = "of the true log odds" if unit == "1" else "of the true means"
    return Estimate(
        id=f"{PUBLISHED}{quantity}.between_sd",
        quantity=f"{QUANTITIES[quantity]}, SD {on} of the series",
        value=None if tau_squared is None else math.sqrt(tau_squared),
        unit=unit,
        n=n,
        method="" if tau_squared is None else "random effects, restricted maximum likelihood",
        reason="it takes two series" if tau_squared is None else None,
    )
