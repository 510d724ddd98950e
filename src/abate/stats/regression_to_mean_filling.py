"""What might the rating of a planned day have been in those who left before it?

Each day is regressed on the first rating and the days before it, and the missing are drawn from that regression: at random given
what is recorded. Whoever leaves *because* of a recorded rating is filled in rightly; whoever leaves for what only the person
felt is not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from abate.stats.arrays import Array, is_constant
from abate.stats.matrices import inverse, lower_root

Flags = NDArray[np.bool_]

LEAST_RATED = 10
# Ratings of a day beyond the coefficients of its regression, so that its residual variance is known at all.
LEAST_DEGREES = 3
_SINGULAR = 1e-9


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
    """Return the ratings of the last day, the missing ones drawn from sequential Bayesian regressions.

    Day k is regressed on a constant, the first rating and days 1 to k - 1, those missing as they were drawn, over the courses
    rated on day k. With flat priors on coefficients and log variance, the variance is drawn as the sum of squares over a
    chi-square number, the coefficients from their normal distribution given it, and a missing rating about its mean.

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
    Rubin (1987), Multiple Imputation for Nonresponse in Surveys, Wiley, section 5.3: draws from a normal regression.
    """
    count = len(first)
    design = np.stack([np.ones((imputation_count, count)), np.broadcast_to(first, (imputation_count, count))], axis=2)
    for number, values in enumerate(daily.T, start=1):
        seen = np.isfinite(values)
        if not np.all(seen):
            reason = _reason_against(number, values[seen], design[:, seen])
            if reason is not None:
                return FilledDays(reason=reason)
        filled = _drawn(values, seen, design, random)
        design = np.concatenate([design, filled[:, :, None]], axis=2)
    return FilledDays(planned=design[:, :, -1])


def _reason_against(day: int, values: Array, design: Array) -> str | None:
    """Return why a day's missing ratings cannot be drawn, as a clause, or None."""
    least = max(LEAST_RATED, design.shape[2] + LEAST_DEGREES)
    if len(values) < least:
        return f"{len(values)} courses were rated on day {day}, fewer than the {least} it takes to fill in the others"
    if is_constant(values):
        return f"all ratings of day {day} are equal, which does not say how those who had left would have been"
    if _is_singular(design):
        return f"the ratings before day {day} of those still there do not vary enough to fill in the others"
    return None


def _is_singular(design: Array) -> bool:
    """Do the columns fail to vary independently of each other, in one of the imputations?"""
    spread = design[:, :, 1:] - design[:, :, 1:].mean(axis=1, keepdims=True)
    size = np.sqrt(np.sum(spread**2, axis=1))
    if np.any(size <= _SINGULAR):
        return True
    scaled = spread / size[:, None, :]
    return bool(np.min(np.linalg.eigvalsh(np.swapaxes(scaled, 1, 2) @ scaled)) < _SINGULAR)


def _drawn(values: Array, seen: Flags, design: Array, random: np.random.Generator) -> Array:
    """Return the day's ratings in each imputation, shape (m, n)."""
    filled = np.repeat(np.where(seen, values, 0.0)[None], len(design), axis=0)
    if np.all(seen):
        return filled
    x, y = design[:, seen], values[seen]
    across = np.swapaxes(x, 1, 2)
    information = inverse(across @ x)
    centre = (information @ (across @ y)[:, :, None])[:, :, 0]
    residual = y - (x @ centre[:, :, None])[:, :, 0]
    degrees = x.shape[1] - x.shape[2]
    sd = np.sqrt(np.sum(residual**2, axis=1) / random.chisquare(degrees, len(x)))
    noise = (lower_root(information) @ random.standard_normal(centre.shape)[:, :, None])[:, :, 0]
    coefficients = centre + sd[:, None] * noise
    mean = (design[:, ~seen] @ coefficients[:, :, None])[:, :, 0]
    filled[:, ~seen] = mean + sd[:, None] * random.standard_normal(mean.shape)
    return filled
