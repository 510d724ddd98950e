"""What might the rating of a planned day have been in those who left before it?

The first rating given, the ratings of the days are taken as jointly normal, and the missing are drawn given those of the same
course that there are: at random given what is recorded. Whoever leaves *because* of a recorded rating is filled in rightly; whoever
leaves for what only the person felt is not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from abate.stats.arrays import Array, is_constant
from abate.stats.repeated_normal import (
    RepeatedNormal,
    draw_repeated_normal,
    fit_repeated_normal,
    moments_of,
    reason_against_fit,
    regression_on_seen,
)

LEAST_RATED = 10
# Ratings of a day beyond the coefficients of its regression on the days before, so that what is left of it is known at all.
LEAST_DEGREES = 3
# Each chain starts at the fit, and forgets it by the share of missing information in each step: 0.8 ** 50 is 0.00001.
_BURN_IN = 50


@dataclass(frozen=True, kw_only=True, eq=False)
class FilledDays:
    """Daily ratings with the missing ones drawn, several times; or the reason why they cannot be.

    Attributes
    ----------
    planned : array of float64, shape (m, n), or None
        The rating of the last day in each imputation; what was rated stands as it was.
    reason : str or None
    """

    planned: Array | None = None
    reason: str | None = None


def fill_planned_day(first: Array, daily: Array, imputation_count: int, random: np.random.Generator) -> FilledDays:
    """Return the ratings of the last day, the missing ones drawn from a normal distribution of all days.

    The mean of each day is a line in the first rating, the covariance of the days is free. For each imputation both are drawn from
    their posterior distribution (:func:`abate.stats.repeated_normal.draw_repeated_normal`, Jeffreys' prior), and then the last
    day given the days of the course that were rated, before and after a gap.

    Parameters
    ----------
    first : array of float64, shape (n,)
        Without a missing value.
    daily : array of float64, shape (n, d)
        Days 1 to d; nan where not rated.
    imputation_count : int
    random : numpy Generator

    Returns
    -------
    FilledDays

    References
    ----------
    Schafer (1997), Analysis of Incomplete Multivariate Data, Chapman & Hall, chapter 5.

    Examples
    --------
    >>> random = np.random.default_rng(1)
    >>> first = random.integers(6, 11, 20).astype(float)
    >>> daily = np.column_stack([first - 1, first - 2]) + random.normal(0, 1, (20, 2))
    >>> daily[:5, 1] = np.nan
    >>> filled = fill_planned_day(first, daily, 30, random).planned
    >>> filled.shape, bool(np.all(filled[:, 5:] == daily[5:, 1]))
    ((30, 20), True)
    """
    if np.all(np.isfinite(daily[:, -1])):
        return FilledDays(planned=np.repeat(daily[None, :, -1], imputation_count, axis=0))
    reason = _reason_against(daily)
    if reason is not None:
        return FilledDays(reason=reason)
    design = np.column_stack([np.ones(len(first)), first])
    if reason_against_fit(daily, design) is not None:
        return FilledDays(reason=_too_alike(daily))
    fit = fit_repeated_normal(moments_of(daily, design))
    if fit is None:
        return FilledDays(reason=_too_alike(daily))
    drawn = draw_repeated_normal(daily, design, fit, imputation_count, _BURN_IN, random)
    return FilledDays(planned=_last_day(daily, design, drawn, random))


def _reason_against(daily: Array) -> str | None:
    """Return why a day's missing ratings cannot be drawn, as a clause, or None."""
    for day, values in enumerate(daily.T, start=1):
        seen = np.isfinite(values)
        if np.all(seen):
            continue
        least = max(LEAST_RATED, day + 1 + LEAST_DEGREES)
        if seen.sum() < least:
            return (
                f"{seen.sum()} courses were rated on day {day}, fewer than the {least} it takes to fill in the others"
            )
        if is_constant(values[seen]):
            return f"all ratings of day {day} are equal, which does not say how those who had left would have been"
    return None


def _too_alike(daily: Array) -> str:
    return f"the ratings before day {daily.shape[1]} of those still there do not vary enough to fill in the others"


def _last_day(daily: Array, design: Array, drawn: RepeatedNormal, random: np.random.Generator) -> Array:
    """Return the last day's ratings under each draw of the distribution, shape (m, n)."""
    seen, mean = np.isfinite(daily), design @ drawn.coefficients
    filled = np.repeat(np.where(seen, daily, 0.0)[None, :, -1], len(mean), axis=0)
    for pattern in np.unique(seen[~seen[:, -1]], axis=0):
        rows = np.flatnonzero(np.all(seen == pattern, axis=1))
        of_last = np.append(pattern[:-1], False)
        kept = of_last | (np.arange(len(pattern)) == len(pattern) - 1)
        regression = regression_on_seen(drawn.covariance[:, kept][:, :, kept], of_last[kept])
        residual = daily[rows][:, of_last] - mean[:, rows][:, :, of_last]
        noise = regression.spread[:, 0] * random.standard_normal((len(mean), len(rows)))
        filled[:, rows] = mean[:, rows, -1] + (residual @ np.swapaxes(regression.slopes, -1, -2))[:, :, 0] + noise
    return filled
