"""Sizes for counts and headache days agree with closed forms to 1e-8, and with MASS's simulated power within 3 Monte Carlo errors."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import digamma

from abate.stats.sizes.counts import bounded_days, negative_binomial_rates, sd_of_days
from tests.reference.trial_sizes.cases import Case, read_cases

TOLERANCE = 1e-8
TRIALS = 1000
SIMULATED, DAYS = "MASS::glm.nb Wald z, two-sided 0.05", "difference of mean days"


def check_rates(given: Case, expected: Case) -> None:
    size = negative_binomial_rates(
        active_rate=given["rate1"],
        control_rate=given["rate2"],
        dispersion=given["dispersion"],
        exposure=given["exposure"],
        null_ratio=given["null_ratio"],
        power=given["power"],
        alpha=given["alpha"],
        sided=given["sided"],
        allocation=given["allocation_arm1_to_arm2"],
    )
    assert list(size.per_arm) == pytest.approx([expected["arm_1"], expected["arm_2"]], abs=TOLERANCE)


def check_days(given: Case, expected: Case) -> None:
    size = bounded_days(
        active_days=given["days_active"],
        control_days=given["days_control"],
        days_observed=given["days_observed"],
        overdispersion=given["phi"],
        power=given["power"],
        alpha=given["alpha"],
        sided=given["sided"],
    )
    assert size.per_arm[0] == pytest.approx(expected["per_arm"], abs=TOLERANCE)
    spreads = [
        sd_of_days(given[days], given["days_observed"], given["phi"]) for days in ("days_control", "days_active")
    ]
    assert spreads == pytest.approx([expected["sd_control"], expected["sd_active"]], abs=TOLERANCE)


def check_simulated(given: Case, expected: Case) -> None:
    closed = negative_binomial_rates(
        active_rate=given["rate1"],
        control_rate=given["rate2"],
        dispersion=given["dispersion"],
        total=2 * given["per_arm"],
        alpha=0.05,
        sided=2,
    )
    assert closed.power == pytest.approx(expected["closed_form_power"], abs=TOLERANCE)
    ours = share_significant(given)
    error = math.sqrt(expected["monte_carlo_se"] ** 2 + ours * (1 - ours) / TRIALS)
    assert ours == pytest.approx(expected["power"], abs=3 * error)


def share_significant(given: Case) -> float:
    "Trials of negative binomial counts, each fitted by maximum likelihood; the Wald test of the log ratio, as glm.nb's."
    chance = np.random.default_rng(20261127)
    k, per_arm = given["dispersion"], given["per_arm"]
    rates = np.array([given["rate1"], given["rate2"]])[:, None]
    counts = chance.poisson(rates * chance.gamma(1 / k, k, (TRIALS, 2, per_arm)))
    means = counts.mean(axis=2)
    dispersion = fitted_dispersion(counts, means)
    error = np.sqrt(np.sum(1 / means + dispersion[:, None], axis=1) / per_arm)
    z = np.log(means[:, 0] / means[:, 1]) / error
    return float(np.mean(np.abs(z) > 1.959963984540054))


def fitted_dispersion(counts, means):
    "The likeliest means are the arms' own, whatever the dispersion; its score falls through 0 once, on a scale of logs."
    low, high = np.full(len(counts), -6.0), np.full(len(counts), 3.0)
    for _ in range(24):
        middle = (low + high) / 2
        is_larger = score(counts, means, np.exp(-middle)) < 0
        low, high = np.where(is_larger, middle, low), np.where(is_larger, high, middle)
    return np.exp((low + high) / 2)


def score(counts, means, shape):
    "Slope of the log likelihood in the shape, 1 over the dispersion; above 0 where the counts are less dispersed."
    a, m = shape[:, None, None], means[:, :, None]
    each = digamma(counts + a) - digamma(a) + np.log(a / (a + m)) + (m - counts) / (a + m)
    return each.sum(axis=(1, 2))


def kind_of(given: Case) -> str:
    test = given["test"]
    return DAYS if test.startswith(DAYS) else test


CHECKS = {
    "rate ratio, Wald, variance under the alternative": check_rates,
    SIMULATED: check_simulated,
    DAYS: check_days,
}


def test_every_case(abate_data):
    cases = read_cases(abate_data, "sizes-counts")
    assert len(cases) == 8
    for case in cases.values():
        CHECKS[kind_of(case["inputs"])](case["inputs"], case["outputs"])


def test_our_own_fit_of_a_negative_binomial_is_the_likeliest():
    "Against a search of the likelihood by SciPy on one small data set."
    from scipy.optimize import minimize_scalar
    from scipy.stats import nbinom

    counts = np.array([[[0, 1, 2, 7, 3, 0, 5, 9], [4, 4, 0, 12, 1, 6, 2, 8]]])
    means = counts.mean(axis=2)

    def minus_log_likelihood(log_dispersion: float) -> float:
        a = math.exp(-log_dispersion)
        return -sum(nbinom.logpmf(counts[0, arm], a, a / (a + means[0, arm])).sum() for arm in (0, 1))

    found = minimize_scalar(minus_log_likelihood, bounds=(-4, 3), method="bounded", options={"xatol": 1e-8})
    assert fitted_dispersion(counts, means)[0] == pytest.approx(math.exp(found.x), rel=1e-5)
