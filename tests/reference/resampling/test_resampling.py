"""Efron's law schools, and scipy.stats' BCa limits from the very same replicates."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from abate.stats.resampling import BootstrapInterval, bca_limits, cluster_bootstrap, percentile_limits
from tests.reference.case import read_case

CASE = read_case(__file__)
EXPECTED = CASE["expected"]


def correlation(x: np.ndarray, y: np.ndarray) -> float:
    return float(np.corrcoef(x, y)[0, 1])


def test_law_schools():
    columns = [CASE["test"], CASE["grade"]]
    estimate = cluster_bootstrap(correlation, columns, np.arange(15), seed=1, replicate_count=20_000)
    assert estimate.value == pytest.approx(EXPECTED["correlation"], abs=1e-12)
    for name in ("standard_error", "lower", "upper"):
        assert getattr(estimate, name) == pytest.approx(EXPECTED[name], abs=EXPECTED["monte_carlo_tolerance"])


@pytest.mark.parametrize("level", [0.8, 0.95])
@pytest.mark.parametrize(("name", "method"), [("percentile", "percentile"), ("bca", "BCa")])
def test_scipy_limits_from_the_same_replicates(name, method, level):
    stats = pytest.importorskip("scipy.stats")
    values = np.random.default_rng(3).lognormal(0, 1, 25)
    replicates = np.random.default_rng(4).choice(values, (999, 25)).mean(axis=1)
    given = SimpleNamespace(bootstrap_distribution=replicates)
    theirs = stats.bootstrap(
        (values,), np.mean, n_resamples=0, bootstrap_result=given, method=method, confidence_level=level
    )
    jackknife = (values.sum() - values) / 24
    ours = (
        percentile_limits(replicates, level)
        if name == "percentile"
        else bca_limits(values.mean(), replicates, jackknife, level)
    )
    assert ours == pytest.approx(tuple(theirs.confidence_interval), abs=1e-12)


def test_scipy_with_one_row_a_cluster():
    "Other draws, so equal only up to Monte Carlo error: about 3 % of the width for 4000 replicates."
    stats = pytest.importorskip("scipy.stats")
    values = np.random.default_rng(5).normal(-4, 2, 61)
    theirs = stats.bootstrap(
        (values,), np.mean, n_resamples=4000, method="BCa", rng=np.random.default_rng(6)
    ).confidence_interval
    ours = cluster_bootstrap(
        np.mean, [values], np.arange(61), seed=7, replicate_count=4000, interval=BootstrapInterval.BCA
    )
    assert (ours.lower, ours.upper) == pytest.approx(tuple(theirs), abs=0.05 * (theirs.high - theirs.low))
