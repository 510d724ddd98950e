"""What else could be true? Sets of assumptions drawn from what is known of each, for assurance and for the tornado."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from abate.contracts.plan_assumptions import Retention
from abate.contracts.plan_file import PlanFile
from abate.stats.arrays import Array
from abate.trial.effect import PlannedEffect

#: Streams of the plan's seed: each use has its own.
_ASSUMPTIONS = 101


@dataclass(frozen=True, kw_only=True, eq=False)
class DrawnAssumptions:
    """Sets of assumptions, one a draw.

    Attributes
    ----------
    effect : array, shape (draw,)
        Difference between the arms on the primary day, in points; above 0 the active arm falls more.
    covariance : array, shape (draw, 1 + day, 1 + day)
    retention : array, shape (draw, day)
        Share still rated.
    """

    effect: Array
    covariance: Array
    retention: Array


def draw_assumptions(plan: PlanFile, effect: PlannedEffect, count: int) -> DrawnAssumptions:
    """Return sets of assumptions from the distributions that the plan states; the same seed gives the same sets.

    Parameters
    ----------
    plan : PlanFile
    effect : PlannedEffect
    count : int

    References
    ----------
    O'Hagan, Stevens & Campbell (2005), Pharmaceutical Statistics 4, 187-201.
    """
    generator = np.random.Generator(np.random.Philox(key=[plan.simulation.seed, _ASSUMPTIONS]))
    return DrawnAssumptions(
        effect=_draw_effect(effect, count, generator),
        covariance=draw_covariance(np.asarray(plan.ratings.covariance), plan.ratings.df, count, generator),
        retention=_draw_retention(plan.retention, count, generator),
    )


def _draw_effect(effect: PlannedEffect, count: int, generator: np.random.Generator) -> Array:
    drawn = effect.mean + effect.sd * generator.standard_normal(count)
    return np.where(generator.random(count) < effect.no_effect, 0.0, drawn)


def draw_covariance(covariance: Array, df: float | None, count: int, generator: np.random.Generator) -> Array:
    """Return covariances from an inverse Wishart with ``df`` degrees of freedom about ``covariance``, shape (count, p, p).

    ``Sigma ~ IW(df + p - 1, df S)``: every variance is ``df s / chi2`` with ``df`` degrees of freedom, whatever the number of days, which is the
    interval that is shown of it. With ``IW(df, df S)`` a longer course would make every day's spread less certain. Without ``df`` all are S.

    By Bartlett's decomposition (1933, Proc. R. Soc. Edinburgh 53, 260-283): the inverse is ``L A A' L'`` with A lower
    triangular, its diagonal roots of chi-squares, and ``L L'`` the inverse of df S.
    """
    size = len(covariance)
    if df is None:
        return np.broadcast_to(covariance, (count, size, size)).copy()
    freedom = df + size - 1
    lower = np.linalg.cholesky(np.linalg.inv(df * covariance))
    a = np.tril(generator.standard_normal((count, size, size)), -1)
    place = np.arange(size)
    a[:, place, place] = np.sqrt(generator.chisquare(freedom - place, (count, size)))
    root = lower @ a
    inverse = np.linalg.inv(root @ root.transpose(0, 2, 1))
    return np.asarray((inverse + inverse.transpose(0, 2, 1)) / 2, dtype=np.float64)


def _draw_retention(retention: Retention, count: int, generator: np.random.Generator) -> Array:
    """Return the share still rated on each day: what stays of those at risk is drawn day by day from a Beta."""
    seen = np.asarray(retention.seen, dtype=np.float64)
    if retention.n is None:
        return np.broadcast_to(seen, (count, len(seen))).copy()
    before = np.concatenate([[1.0], seen[:-1]])
    at_risk, stayed = retention.n * before, retention.n * seen
    kept = generator.beta(stayed + 0.5, at_risk - stayed + 0.5, (count, len(seen)))
    # A day on which nobody left keeps everybody: its loss is not made up.
    kept = np.where(seen == before, 1.0, kept)
    return np.asarray(np.cumprod(kept, axis=1), dtype=np.float64)
