"""Quantiles and tails against scipy.stats, which is too slow to import in the package itself."""

from __future__ import annotations

import pytest

from abate.stats import distributions

stats = pytest.importorskip("scipy.stats")


@pytest.mark.parametrize("probability", [1e-12, 0.025, 0.5, 0.975, 1 - 1e-9])
def test_quantiles(probability):
    assert distributions.normal_quantile(probability) == pytest.approx(
        stats.norm.ppf(probability), rel=1e-10, abs=1e-14
    )
    assert distributions.t_quantile(probability, 3) == pytest.approx(stats.t.ppf(probability, 3), rel=1e-9, abs=1e-12)
    assert distributions.t_quantile(probability, 60) == pytest.approx(stats.t.ppf(probability, 60), rel=1e-9, abs=1e-12)
    assert distributions.beta_quantile(probability, 3, 59) == pytest.approx(
        stats.beta.ppf(probability, 3, 59), rel=1e-9
    )
    assert distributions.gamma_quantile(probability, 4) == pytest.approx(stats.chi2.ppf(probability, 8) / 2, rel=1e-9)


@pytest.mark.parametrize("place", [-9.0, -1.96, 0.0, 0.5, 12.0])
def test_tails(place):
    assert distributions.normal_cdf(place) == pytest.approx(stats.norm.cdf(place), rel=1e-12)
    assert distributions.t_two_sided_p(place, 7) == pytest.approx(2 * stats.t.sf(abs(place), 7), rel=1e-10)
    assert distributions.chi_square_upper_tail(abs(place), 2) == pytest.approx(stats.chi2.sf(abs(place), 2), rel=1e-12)


@pytest.mark.parametrize(("count", "trial_count"), [(0, 5), (20, 61), (25_000, 50_000)])
def test_binomial(count, trial_count):
    expected = stats.binom.cdf(count, trial_count, 0.5)
    assert distributions.binomial_cdf(count, trial_count, 0.5) == pytest.approx(expected, rel=1e-9)
