"""How often does a stepped wedge succeed, in which centres change over to the treatment one after another?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from abate.stats.arrays import Array
from abate.stats.sizes.checks import require_spread
from abate.stats.sizes.stepped_wedge import treated_periods
from abate.stats.trials.designs.checked import require_design
from abate.stats.trials.designs.clusters import require_icc
from abate.stats.trials.designs.judged import counts_seen, filled, judged, normals
from abate.stats.trials.designs.run import Verdicts
from abate.stats.trials.errors import ArmError
from abate.stats.trials.streams import Purpose, Streams

#: Ratios of the variance between centres to that within, among which the likeliest is looked for; 0 first.
_RATIOS = np.concatenate([[0.0], np.geomspace(1e-3, 10.0, 25)])
# A matrix of counts with a determinant below this is singular.
_SINGULAR = math.log(1e-9)


class WedgeVariance(Enum):
    """What the analysis takes the variances from."""

    KNOWN = "known"  # generalised least squares, normal: the published closed form exactly
    ESTIMATED = "estimated"  # restricted likelihood, t with the number of centres less 2


@dataclass(frozen=True, kw_only=True)
class SteppedWedge:
    """Different persons in each period, all periods' means free, centres with a normal level of their own.

    Generalised least squares on the means of centre and period, weighted by the persons seen. Given how many are seen these means and
    the squares within them are all that the persons tell, and are drawn as such.

    Attributes
    ----------
    pattern : sequence of str
        As for ``abate.stats.sizes.stepped_wedge``: a text of 0 and 1 a centre, a character a period.
    per_cell : int
        Persons of each centre and period.
    effect : float
        In the direction of benefit.
    sd : float
        Of persons, centres' own levels included; above 0.
    icc : float
        From 0 to below 1.
    seen : float
    variance : WedgeVariance
        Estimated: the ratio of variances is the likeliest of a grid from 0 to 10.
    alpha : float
        One-sided.
    """

    pattern: Sequence[str]
    per_cell: int
    effect: float
    sd: float
    icc: float
    seen: float = 1.0
    variance: WedgeVariance = WedgeVariance.ESTIMATED
    alpha: float = 0.025

    def __post_init__(self) -> None:
        require_design(alpha=self.alpha, effect=self.effect, seen=self.seen, per_cell=self.per_cell)
        require_spread(self.sd, "sd")
        require_icc(self.icc)
        if len(treated_periods(self.pattern)) < 3:
            raise ArmError("a stepped wedge is simulated with three centres or more; add centres.")

    @property
    def numbers_a_trial(self) -> int:
        """Rows of the model's matrix in each cell."""
        return len(self.pattern) * len(self.pattern[0]) * (len(self.pattern[0]) + 3)

    def verdicts(self, trials: range, streams: Streams, effect: Array) -> Verdicts:
        """Return what becomes of some trials."""
        treated = treated_periods(self.pattern)
        centres, periods = treated.shape
        within = self.sd * math.sqrt(1 - self.icc)
        count = counts_seen((centres, periods), self.per_cell, self.seen, trials, streams)
        levels = self.sd * math.sqrt(self.icc) * normals((centres, 1), trials, streams, Purpose.CENTRES)
        noise = within * normals((centres, periods), trials, streams) / np.sqrt(np.maximum(count, 1.0))
        means = levels + noise + effect[:, None, None] * treated
        sums = _sums_of(means, count, treated)
        if self.variance is WedgeVariance.KNOWN:
            fit = sums.fit(self.icc / (1 - self.icc))
            return judged(fit.estimate, within * np.sqrt(fit.unscaled), np.full(len(means), np.inf), self.alpha)
        spare = np.maximum(count - 1, 0.0).sum(axis=(1, 2))
        squares = within**2 * _chi_squares(spare, trials, streams)
        return self._by_likelihood(sums, count.sum(axis=(1, 2)), squares)

    def _by_likelihood(self, sums: _WedgeSums, persons: Array, squares_within: Array) -> Verdicts:
        """Take the fit at the ratio of variances at which the restricted likelihood is largest."""
        df = persons - sums.normal.shape[-1]
        best = np.full(len(persons), np.inf)
        estimate, error = np.full(len(persons), np.nan), np.full(len(persons), np.nan)
        for ratio in _RATIOS:
            fit = sums.fit(float(ratio))
            with np.errstate(invalid="ignore", divide="ignore"):
                variance = (fit.squares + squares_within) / df
                deviance = fit.log_determinants + df * np.log(variance)
                is_better = (deviance < best) & (df > 0)
                own_error = np.sqrt(variance * fit.unscaled)
            best = np.where(is_better, deviance, best)
            estimate, error = np.where(is_better, fit.estimate, estimate), np.where(is_better, own_error, error)
        return judged(estimate, error, np.full(len(persons), float(len(self.pattern) - 2)), self.alpha)


@dataclass(frozen=True, kw_only=True, eq=False)
class _WedgeSums:
    """What the persons tell, summed: shapes (trial, ...), with a column of the model for each period and the treatment.

    ``of_centre`` are the columns' sums in each centre, (trial, centre, column); ``normal`` and ``right`` the normal equations, and
    ``squares`` the sum of squares, had centres no levels of their own.
    """

    count: Array
    of_centre: Array
    centre_total: Array
    normal: Array
    right: Array
    squares: Array

    def fit(self, ratio: float) -> _WedgeFit:
        """Fit at a ratio of variances; the weight matrix of a centre is ``W - W 1 1' W ratio / (1 + ratio sum(W))``, W the counts.

        A period in which nobody was seen anywhere has no mean, and the trial then no estimate (``nan``).
        """
        shrunk = ratio / (1 + ratio * self.count)
        turned = (shrunk[..., None] * self.of_centre).swapaxes(1, 2)
        normal = self.normal - turned @ self.of_centre
        right = self.right - (turned @ self.centre_total[..., None])[..., 0]
        whole = self.squares - np.sum(shrunk * self.centre_total**2, axis=1)
        sign, log_determinant = np.linalg.slogdet(normal)
        is_there = (sign > 0) & (log_determinant > _SINGULAR)
        inverse = np.linalg.inv(np.where(is_there[:, None, None], normal, np.eye(normal.shape[-1])))
        found = (inverse @ right[..., None])[..., 0]
        return _WedgeFit(
            estimate=np.where(is_there, found[:, -1], np.nan),
            unscaled=np.where(is_there, inverse[:, -1, -1], np.nan),
            squares=np.maximum(whole - np.sum(found * right, axis=1), 0.0),
            log_determinants=log_determinant + np.log1p(ratio * self.count).sum(axis=1),
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class _WedgeFit:
    """Generalised least squares at one ratio of variances, every array with shape (trial,); variances over that within."""

    estimate: Array
    unscaled: Array
    squares: Array
    log_determinants: Array


def _sums_of(means: Array, count: Array, treated: Array) -> _WedgeSums:
    centres, periods = treated.shape
    columns = np.concatenate(
        [np.broadcast_to(np.eye(periods), (centres, periods, periods)), treated[:, :, None]], axis=2
    )
    weighted = count[..., None] * columns
    flat = weighted.reshape(len(count), centres * periods, periods + 1).swapaxes(1, 2)
    every_cell = columns.reshape(centres * periods, periods + 1)
    return _WedgeSums(
        count=count.sum(axis=2),
        of_centre=weighted.sum(axis=2),
        centre_total=np.sum(count * means, axis=2),
        normal=flat @ every_cell,
        right=(flat @ means.reshape(len(count), -1, 1))[..., 0],
        squares=np.sum(count * means**2, axis=(1, 2)),
    )


def _chi_squares(df: Array, trials: range, streams: Streams) -> Array:
    """Return a chi-square number a trial with its own degrees of freedom; 0 where there are none."""
    of_trial = iter(df)

    def draw(generator: np.random.Generator, row: Array) -> None:
        own = float(next(of_trial))
        row[...] = generator.chisquare(own) if own > 0 else 0.0

    return filled((1,), Purpose.PERSONS, trials, streams, draw)[:, 0]
