"""Which assumption decides? Power when one of them moves from its 10th to its 90th centile and the others stay."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from abate.base.errors import ParameterError
from abate.contracts.plan_file import PlanFile
from abate.contracts.plan_values import Share
from abate.contracts.trial_plan import TornadoBar
from abate.stats.distributions import normal_quantile
from abate.stats.sequential.design import GroupSequentialDesign
from abate.trial.assumptions import beta_of
from abate.trial.effect import PlannedEffect
from abate.trial.planning.power import closed_power
from abate.trial.two_arms.closed import RatedTrial

CENTILES = (0.1, 0.9)


def tornado_bars(
    trial: RatedTrial, plan: PlanFile, effect: PlannedEffect, total: float, design: GroupSequentialDesign | None
) -> tuple[TornadoBar, ...]:
    """Return one bar an assumption that is not taken as known, the widest first."""

    def power(at: RatedTrial, difference: float) -> float:
        return float(closed_power(at, plan, total, design).at(difference))

    bars = []
    for id, quantity, ends in _ends(trial, plan, effect):
        try:
            low, high = (power(at, difference) for _, at, difference in ends)
        except ParameterError:
            continue  # a correlation so far out that no ratings can have it
        bars.append(
            TornadoBar(id=id, quantity=quantity, low=ends[0][0], high=ends[1][0], power_low=low, power_high=high)
        )
    return tuple(sorted(bars, key=lambda bar: -abs(bar.power_high - bar.power_low)))


_End = tuple[float, RatedTrial, float]


def _ends(trial: RatedTrial, plan: PlanFile, effect: PlannedEffect) -> Iterator[tuple[str, str, tuple[_End, _End]]]:
    """Give each assumption with its two ends: the value, the trial and the difference there."""
    if effect.sd > 0:
        low, high = (effect.mean + effect.sd * normal_quantile(p) for p in CENTILES)
        yield "effect", "difference between the arms", ((low, trial, low), (high, trial, high))
    yield from _spread_ends(trial, plan, effect)
    yield from _retention_ends(trial, plan, effect)
    if plan.effect.belief is not None:
        low, high = effect.mean, effect.measured
        yield (
            "effect.belief",
            "difference without, and with, what belief adds",
            ((low, trial, low), (high, trial, high)),
        )


def _spread_ends(
    trial: RatedTrial, plan: PlanFile, effect: PlannedEffect
) -> Iterator[tuple[str, str, tuple[_End, _End]]]:
    df = plan.ratings.df
    if df is None:
        return
    from scipy.special import chdtri

    scale = [df / float(chdtri(df, p)) for p in CENTILES]
    low, high = (
        (trial.sd * math.sqrt(factor), replace(trial, covariance=trial.covariance * factor), effect.mean)
        for factor in scale
    )
    yield "ratings.sd", "SD of the primary rating", (low, high)
    if df > 2 and 0 < abs(trial.correlation) < 1:
        half = normal_quantile(CENTILES[1]) / math.sqrt(df - 2)
        rho = [math.tanh(math.atanh(trial.correlation) + sign * half) for sign in (-1, 1)]
        low, high = ((one, _with_correlation(trial, one), effect.mean) for one in rho)
        yield "ratings.correlation", "correlation with the baseline", (low, high)


def _with_correlation(trial: RatedTrial, rho: float) -> RatedTrial:
    """Return the trial with the correlations of the baseline all in proportion."""
    covariance = trial.covariance.copy()
    covariance[0, 1:] *= rho / trial.correlation
    covariance[1:, 0] = covariance[0, 1:]
    return replace(trial, covariance=covariance)


def _retention_ends(
    trial: RatedTrial, plan: PlanFile, effect: PlannedEffect
) -> Iterator[tuple[str, str, tuple[_End, _End]]]:
    seen = float(trial.retention[-1])
    share = Share(value=min(seen, 1.0), n=plan.retention.n, basis=plan.retention.basis, source=plan.retention.source)
    beta = beta_of(share)
    if beta is None or not 0 < seen < 1:
        return
    from scipy.special import betaincinv

    ends = [min(float(betaincinv(*beta, p)), 1 - 1e-6) for p in CENTILES]
    low, high = ((end, _with_retention(trial, end), effect.mean) for end in ends)
    yield "retention", "share still rated on the primary day", (low, high)


def _with_retention(trial: RatedTrial, seen: float) -> RatedTrial:
    """Return the trial with that share at the end, the loss spread over the days as it was."""
    power = math.log(seen) / math.log(float(trial.retention[-1]))
    return replace(trial, retention=np.power(trial.retention, power))
