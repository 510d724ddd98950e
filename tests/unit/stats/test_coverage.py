"""Do the intervals hold the truth as often as they say, where the truth is known?"""

from __future__ import annotations

import numpy as np
import pytest

from abate.stats.clustered import clustered_mean_interval
from abate.stats.means import mean_interval
from abate.stats.medians import median_interval
from abate.stats.proportions import clopper_pearson_interval, newcombe_difference, wilson_interval
from abate.stats.rates import poisson_rate_interval
from abate.stats.signed_ranks import hodges_lehmann


def share_that_hold(intervals, truth: float) -> float:
    return float(np.mean([interval.lower <= truth <= interval.upper for interval in intervals]))


@pytest.mark.parametrize("truth", [0.1, 0.5, 0.75])
def test_shares_of_61(truth):
    "Wilson holds 95 % on average over p, a little more or less at each; Clopper-Pearson never less."
    counts = np.random.default_rng(1).binomial(61, truth, 20_000)
    wilson, exact = ([interval(k, 61) for k in range(62)] for interval in (wilson_interval, clopper_pearson_interval))
    assert share_that_hold([wilson[k] for k in counts], truth) == pytest.approx(0.95, abs=0.02)
    assert share_that_hold([exact[k] for k in counts], truth) > 0.947


def test_differences_of_shares():
    rng = np.random.default_rng(2)
    pairs = zip(rng.binomial(30, 0.7, 3000), rng.binomial(40, 0.5, 3000), strict=True)
    assert share_that_hold([newcombe_difference(a, 30, b, 40) for a, b in pairs], 0.2) == pytest.approx(0.95, abs=0.015)


def test_means_of_12():
    "With the normal quantile in place of t it would be 92.4 %."
    samples = np.random.default_rng(3).normal(-4, 2, (5000, 12))
    assert share_that_hold([mean_interval(sample) for sample in samples], -4) == pytest.approx(0.95, abs=0.01)


@pytest.mark.parametrize("truth", [0.5, 3.0, 20.0])
def test_rates_hold_at_least_95_per_cent(truth):
    counts = np.random.default_rng(4).poisson(truth, 20_000)
    intervals = [poisson_rate_interval(k, 1) for k in range(counts.max() + 1)]
    assert share_that_hold([intervals[k] for k in counts], truth) > 0.947


def test_medians_and_pseudomedians():
    "For 15 values the median's interval holds 96.48 % by its own account; symmetric data have one centre."
    samples = np.random.default_rng(5).standard_t(3, (1500, 15))
    assert share_that_hold([median_interval(sample) for sample in samples], 0) == pytest.approx(0.9648, abs=0.015)
    estimates = [hodges_lehmann(sample) for sample in samples]
    assert share_that_hold(estimates, 0) == pytest.approx(estimates[0].achieved_level, abs=0.015)


def test_persons_with_repeat_courses():
    "Forty persons with one to four courses each: the plain interval is too narrow, the clustered one is not."
    rng = np.random.default_rng(6)
    person = np.repeat(np.arange(40), np.tile([1, 2, 3, 4], 10))
    samples = rng.normal(0, 2, (1500, 40))[:, person] + rng.normal(0, 1, (1500, person.size))
    assert share_that_hold([mean_interval(sample) for sample in samples], 0) < 0.85
    assert share_that_hold([clustered_mean_interval(s, person) for s in samples], 0) == pytest.approx(0.945, abs=0.015)
