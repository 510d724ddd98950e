"""The bootstrap draws whole persons, the same ones for the same seed."""

from __future__ import annotations

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats import resampling
from abate.stats.clustered import clustered_mean_interval
from abate.stats.resampling import BootstrapInterval, bca_limits, cluster_bootstrap, cluster_bootstrap_of_sums

RNG = np.random.default_rng(11)
PERSON = RNG.integers(0, 60, 100)
CHANGE = RNG.normal(-4, 2, 100) + RNG.normal(0, 1, 60)[PERSON]


def mean_of_sums(sums: np.ndarray) -> np.ndarray:
    return sums[:, 0] / sums[:, 1]


def test_the_same_seed_gives_the_same_interval_and_another_seed_another():
    first, again, other = (
        cluster_bootstrap(np.median, [CHANGE], PERSON, seed=seed, replicate_count=200) for seed in (5, 5, 6)
    )
    assert first == again
    assert first.lower != other.lower


@pytest.mark.parametrize("interval", list(BootstrapInterval))
def test_sums_and_rows_give_the_same(interval):
    settings = {"seed": 5, "replicate_count": 300, "interval": interval}
    rows = cluster_bootstrap(np.mean, [CHANGE], PERSON, **settings)
    sums = cluster_bootstrap_of_sums(mean_of_sums, [CHANGE, np.ones(100)], PERSON, **settings)
    assert (sums.value, sums.lower, sums.upper) == pytest.approx((rows.value, rows.lower, rows.upper))
    assert sums.standard_error == pytest.approx(rows.standard_error)


def test_the_order_of_rows_does_not_matter():
    order = np.random.default_rng(1).permutation(100)
    here = cluster_bootstrap(np.median, [CHANGE], PERSON, seed=5, replicate_count=200)
    there = cluster_bootstrap(np.median, [CHANGE[order]], PERSON[order], seed=5, replicate_count=200)
    assert here == there


def test_whole_clusters_are_drawn():
    "Each person has one 0 and one 1: whoever is drawn, the mean is one half. Drawn by rows it would vary."
    estimate = cluster_bootstrap(np.mean, [[0, 1] * 20], np.repeat(np.arange(20), 2), seed=1, replicate_count=200)
    assert (estimate.value, estimate.standard_error) == (0.5, 0.0)
    assert estimate.reason == "the statistic is the same in every replicate"


def test_columns_stay_together():
    "The second column is twice the first, row by row: their ratio never varies."
    ratio = lambda x, y: float(y.sum() / x.sum())  # noqa: E731
    estimate = cluster_bootstrap(ratio, [CHANGE, 2 * CHANGE], PERSON, seed=1, replicate_count=200)
    assert (estimate.value, estimate.reason) == (pytest.approx(2), "the statistic is the same in every replicate")


def test_blocks_of_draws_are_one_stream(monkeypatch):
    whole = cluster_bootstrap_of_sums(mean_of_sums, [CHANGE, np.ones(100)], PERSON, seed=5, replicate_count=200)
    monkeypatch.setattr(resampling, "_DRAWS_AT_ONCE", 7 * 60)
    assert cluster_bootstrap_of_sums(mean_of_sums, [CHANGE, np.ones(100)], PERSON, seed=5, replicate_count=200) == whole


def test_the_bootstrap_error_of_a_mean_is_near_the_sandwich():
    "Two ways to the same number; the bootstrap divides by G where CR1 divides by G - 1, and has Monte Carlo error."
    boot = cluster_bootstrap_of_sums(mean_of_sums, [CHANGE, np.ones(100)], PERSON, seed=2, replicate_count=5000)
    assert boot.standard_error == pytest.approx(clustered_mean_interval(CHANGE, PERSON).standard_error, rel=0.04)


@pytest.mark.parametrize("cluster_size", [1, 3])
def test_symmetric_replicates_need_no_correction(cluster_size):
    "No bias and no acceleration: BCa is the percentile interval."
    replicates = np.linspace(-1, 1, 401)
    limits = bca_limits(0.0, replicates, jackknife=np.array([-1.0, 0.0, 1.0] * cluster_size), level=0.95)
    assert limits == pytest.approx(resampling.percentile_limits(replicates, 0.95))


def test_a_biased_estimate_shifts_both_limits():
    replicates = np.linspace(-1, 1, 401)
    lower, upper = bca_limits(0.2, replicates, jackknife=np.array([-1.0, 0.0, 1.0]), level=0.95)
    plain = resampling.percentile_limits(replicates, 0.95)
    assert lower > plain[0]
    assert upper > plain[1]


@pytest.mark.parametrize(
    ("values", "cluster", "value", "reason"),
    [
        ([], [], None, "there are no values"),
        ([4.0, 6.0], ["a", "a"], 5.0, "one cluster shows no spread between clusters"),
        ([4.0, 4.0], ["a", "b"], 4.0, "the statistic is the same in every replicate"),
    ],
)
def test_no_interval_says_why(values, cluster, value, reason):
    estimate = cluster_bootstrap(np.mean, [values], cluster, seed=1, replicate_count=100)
    assert (estimate.value, estimate.lower, estimate.upper, estimate.reason) == (value, None, None, reason)


def test_replicates_that_fail_are_counted_not_dropped():
    "Only person 0 has a comparator: whenever it is not drawn there is nothing to divide by."
    flag = (np.arange(5) == 0).astype(float)
    estimate = cluster_bootstrap(
        lambda f: np.float64(1.0) / f.sum(), [flag], np.arange(5), seed=1, replicate_count=1000
    )
    failed = int(estimate.reason.split()[6])
    assert estimate.lower is None
    assert estimate.reason == f"the statistic is not finite in {failed} of 1000 replicates"
    assert failed == pytest.approx(1000 * 0.8**5, abs=60)


def test_an_estimate_beyond_all_replicates_has_no_bca_interval():
    "How many different persons: of twenty drawn with replacement always fewer than twenty."
    count_of_different = lambda x: float(np.unique(x).size)  # noqa: E731
    estimate = cluster_bootstrap(count_of_different, [np.arange(20)], np.arange(20), seed=1, replicate_count=100)
    assert (estimate.value, estimate.lower) == (20.0, None)
    assert estimate.reason.startswith("the correction is infinite")


def test_a_cluster_that_cannot_be_left_out_has_no_bca_interval():
    assert bca_limits(0.5, np.linspace(0, 1, 11), jackknife=np.array([0.4, np.nan]), level=0.95) is None


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"data": [[1.0, float("nan")]]}, r"data\[0\] has 1 missing"),
        ({"data": [[1.0]]}, r"data\[0\] has 1, cluster has 2"),
        ({"data": [1.0, 2.0]}, "data must be a list of columns"),
        ({"data": []}, "data must be a list of columns"),
        ({"cluster": ["a", None]}, "cluster has 1 missing labels"),
        ({"replicate_count": 99}, "replicate_count must be at least 100"),
        ({"seed": -1}, "seed must be a whole number"),
        ({"level": 95}, "level must be between 0 and 1"),
    ],
)
@pytest.mark.parametrize("bootstrap", [cluster_bootstrap, cluster_bootstrap_of_sums])
def test_wrong_arguments_are_refused(bootstrap, wrong, sentence):
    arguments = {"data": [[1.0, 2.0]], "cluster": ["a", "b"], "seed": 1} | wrong
    with pytest.raises(ParameterError, match=sentence):
        bootstrap(np.mean, **arguments)
