"""Does the simulation agree with power that is known exactly: no drop-out, normal ratings, t tests?

Without a covariate the test statistic is noncentral t. With baseline as covariate it is so given the baselines; their imbalance
divides the squared noncentrality by 1 + T²/(N - 2) with T Student's t on N - 2 degrees of freedom, over which power is averaged. MMRM
with nobody missing is the regression of the weighted days.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import special

from abate.trial.simulate import Analysis, AsIs, TrialModel, simulate

TRIALS = 2_000


def power_given(noncentrality, df):
    critical = special.stdtrit(df, 0.975)
    return 1 - special.nctdtr(df, noncentrality, critical) + special.nctdtr(df, noncentrality, -critical)


def exact_power(effect, sd, sizes, *, has_covariate):
    total = sum(sizes)
    noncentrality = abs(effect) / (sd * math.sqrt(1 / sizes[0] + 1 / sizes[1]))
    if not has_covariate:
        return power_given(noncentrality, total - 2)
    nodes, weights = np.polynomial.legendre.leggauss(60)
    imbalance = special.stdtrit(total - 2, (nodes + 1) / 2)
    return float(weights / 2 @ power_given(noncentrality / np.sqrt(1 + imbalance**2 / (total - 2)), total - 3))


def design(number):
    rng = np.random.default_rng(100 + number)
    root = rng.normal(size=(3, 3)) + 1.5 * np.eye(3)
    covariance, sizes = root @ root.T, tuple(int(n) for n in rng.integers(8, 50, 2))
    days = np.array([0.0, 1.0]) if number % 2 else rng.dirichlet([1, 1])
    kind = ("mmrm", "ancova", "difference")[number % 3]
    variance = days @ covariance[1:, 1:] @ days
    if kind != "difference":
        variance -= (days @ covariance[1:, 0]) ** 2 / covariance[0, 0]
    # From no effect to one that is nearly always found.
    effect = rng.uniform(0, 3.5) * math.sqrt(variance * (1 / sizes[0] + 1 / sizes[1]))
    mean = np.array([[7.0, 6.0, 5.5]] * 2)
    mean[1, 1:] -= effect / days.sum()
    exact = exact_power(effect, math.sqrt(variance), sizes, has_covariate=kind != "difference")
    return (
        TrialModel(per_arm=sizes, mean=mean, covariance=covariance, rating_map=AsIs()),
        Analysis(kind=kind, day_weights=tuple(days)),
        exact,
    )


@pytest.mark.parametrize("number", range(20))
def test_twenty_random_designs(number):
    model, analysis, exact = design(number)
    found = simulate(model, analysis, seed=number, trials=TRIALS).summary
    assert abs(found.success.value - exact) < 3 * math.sqrt(exact * (1 - exact) / TRIALS)
