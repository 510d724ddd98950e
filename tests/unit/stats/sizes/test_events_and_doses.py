"""Relapse, clusters, two stages, looks and doses: against integrals, least squares, simulation-free searches and SciPy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import binom, multivariate_normal, multivariate_t

from abate.base.errors import ParameterError
from abate.stats.sequential import SpendingRule, named_spending, plan_design
from abate.stats.sizes.clusters import two_means_in_clusters, two_means_in_given_clusters
from abate.stats.sizes.counts import negative_binomial_rates
from abate.stats.sizes.dose_finding import dose_test, mcp_mod
from abate.stats.sizes.dose_shapes import Form, Shape, shape_means
from abate.stats.sizes.group_sequential import with_looks
from abate.stats.sizes.joint_t import chance_all_below, critical_value
from abate.stats.sizes.means import two_means
from abate.stats.sizes.rejection import Reference
from abate.stats.sizes.relapse import Times, event_chance, events_expected, log_rank, time_of_events, with_open_phase
from abate.stats.sizes.size import with_dropout
from abate.stats.sizes.stepped_wedge import stepped_wedge, treated_periods, variance_of_effect
from abate.stats.sizes.two_stage import two_stage_designs

TIMES = Times(control_hazard=0.3, accrual=18, follow_up=6, loss_hazard=0.05)


@pytest.mark.parametrize("until", [4.0, 18.0, 21.0, 24.0])
def test_the_chance_of_an_event_is_its_integral_over_entries(until):
    leaving = 0.3 + 0.05

    def seen(entry: float) -> float:
        return 0.3 / leaving * -math.expm1(-leaving * (until - entry)) / 18

    expected, _ = quad(seen, 0, min(until, 18))
    assert event_chance(0.3, TIMES, until) == pytest.approx(expected, abs=1e-10)


def test_the_time_of_events_is_when_they_are_expected():
    moment = time_of_events(40, (50, 60), 0.6, TIMES)
    assert events_expected((50, 60), 0.6, TIMES, moment) == pytest.approx(40)


def test_losses_in_the_formula_may_not_be_counted_again():
    size = log_rank(hazard_ratio=0.6, times=TIMES, power=0.8)
    assert size.is_dropout_counted
    without = log_rank(hazard_ratio=0.6, times=Times(control_hazard=0.3, accrual=18, follow_up=6), power=0.8)
    assert with_dropout(without, 0.1).total == pytest.approx(without.total / 0.9)


def test_the_other_three_of_a_log_rank_test():
    size = log_rank(hazard_ratio=0.6, times=TIMES, power=0.8)
    assert log_rank(hazard_ratio=0.6, times=TIMES, total=size.total).power == pytest.approx(0.8)
    assert log_rank(hazard_ratio=None, times=TIMES, total=size.total, power=0.8).hazard_ratio == pytest.approx(0.6)
    assert with_open_phase(size, 0.5).screened == 2 * size.total_rounded


def test_a_wedge_by_generalised_least_squares():
    treated = treated_periods(["0111", "0011", "0001", "0011"])
    clusters, periods = treated.shape
    covariance = np.kron(np.eye(clusters), 0.4 * np.ones((periods, periods)) + 0.7 * np.eye(periods))
    design = np.column_stack([np.tile(np.eye(periods), (clusters, 1)), treated.ravel()])
    expected = np.linalg.inv(design.T @ np.linalg.solve(covariance, design))[-1, -1]
    assert variance_of_effect(treated, 0.7, 0.4) == pytest.approx(expected, rel=1e-10)


def test_few_clusters_are_told():
    asked = {
        "effect": 1.0,
        "pattern": ["011", "001", "011"],
        "sd_within": 2.0,
        "sd_between_clusters": 0.5,
        "power": 0.8,
    }
    normal = stepped_wedge(**asked)
    assert "fewer than 8 clusters" in normal.notes[0]
    assert stepped_wedge(reference=Reference.T, **asked).total > normal.total


def test_clusters_of_one_person_are_persons():
    alone = two_means_in_clusters(difference=1, sd=2, icc=0.0, mean_cluster_size=1, power=0.8)
    assert alone.total == pytest.approx(two_means(difference=1, sd=2, power=0.8).total, rel=1e-9)


def test_given_clusters_agree_with_clusters_of_that_size():
    given = two_means_in_given_clusters(difference=1.3, sd=2.4, icc=0.05, clusters_per_arm=6, power=0.8)
    cluster_size = given.total / 12
    free = two_means_in_clusters(difference=1.3, sd=2.4, icc=0.05, mean_cluster_size=cluster_size, total=given.total)
    assert free.power == pytest.approx(0.8, abs=1e-9)


def test_exposures_that_differ_tell_less_than_their_mean():
    "By hand: rates 2 and 3, dispersion 0.5, exposures 0.5 and 1.5: 1/mean(1/1.5, 3/2.5) and 1/mean(1.5/1.75, 4.5/3.25)."
    asked = {"active_rate": 2, "control_rate": 3, "dispersion": 0.5, "power": 0.9}
    variances = 2 / (1 / 1.5 + 3 / 2.5), 2 / (1.5 / 1.75 + 4.5 / 3.25)
    per_arm = (1.959963985 + 1.281551566) ** 2 * sum(variances) / math.log(1.5) ** 2
    found = negative_binomial_rates(exposure=[0.5, 1.5], **asked)
    assert found.per_arm[0] == pytest.approx(per_arm, rel=1e-8)
    assert found.total > negative_binomial_rates(exposure=1.0, **asked).total


def test_two_stage_designs_are_the_best_of_all():
    "Every design of up to 25 persons in plain loops, after the 1989 definition."
    p0, p1, alpha, power = 0.05, 0.3, 0.1, 0.8
    best_expected, least_total = math.inf, None
    for total in range(2, 26):
        for first in range(1, total):
            for stop in range(first):
                for fail in range(stop, total):
                    if going_on(first, total, stop, fail, p0) > alpha or going_on(first, total, stop, fail, p1) < power:
                        continue
                    least_total = least_total or total
                    early = binom.cdf(stop, first, p0)
                    best_expected = min(best_expected, first + (1 - early) * (total - first))
                    break
    found = two_stage_designs(null_share=p0, share=p1, alpha=alpha, power=power, largest_total=25)
    assert found.optimal.expected_total == pytest.approx(best_expected)
    assert found.minimax.total == least_total


def going_on(first: int, total: int, stop: int, fail: int, share: float) -> float:
    responders = np.arange(stop + 1, first + 1)
    return float(CHANCES[first, share][responders] @ ABOVE[total - first, share][np.maximum(fail - responders, -1) + 1])


#: By number and share: the chance of k, and of more than k - 1.
CHANCES = {(n, p): binom.pmf(np.arange(n + 1), n, p) for n in range(26) for p in (0.05, 0.3)}
ABOVE = {(n, p): binom.sf(np.arange(-1, 27), n, p) for n in range(26) for p in (0.05, 0.3)}


def test_looks_need_the_same_question():
    spending = SpendingRule(spending=named_spending("obrien-fleming"))
    design = plan_design((0.5, 1), alpha=0.025, sided=1, power=0.9, efficacy=spending)
    with pytest.raises(ParameterError, match="power"):
        with_looks(two_means(difference=1, sd=2, power=0.8, alpha=0.025, sided=1), design)


def test_joint_chances_against_scipy():
    "Both are lattices, good to about 1e-4; equal statistics are one statistic, and exact."
    correlation = np.array([[1, 0.9, 0.5], [0.9, 1, 0.3], [0.5, 0.3, 1.0]])
    expected = multivariate_t.cdf(np.full(3, 2.0), shape=correlation, df=30, random_state=1)
    assert chance_all_below(2.0, correlation, 30) == pytest.approx(expected, abs=3e-4)
    shifted = multivariate_normal.cdf(np.full(3, 2.0) - [1, 0.5, 2], cov=correlation, rng=np.random.default_rng(1))
    assert chance_all_below(2.0, correlation, shifts=np.array([1, 0.5, 2])) == pytest.approx(shifted, abs=3e-4)
    assert chance_all_below(1.5, np.eye(2)) == pytest.approx(0.9331927987**2, abs=3e-4)
    assert critical_value(np.ones((2, 2)), 0.025) == pytest.approx(1.959964, abs=1e-6)


def test_statistics_that_lean_opposite_ways():
    "P(|Z| <= 1)."
    assert chance_all_below(1.0, np.array([[1.0, -1.0], [-1.0, 1.0]])) == pytest.approx(0.6826894921, abs=1e-9)


@pytest.mark.parametrize("form", Form)
def test_a_shape_runs_from_0_to_its_largest_effect(form):
    guesses = {Form.LINEAR: (), Form.SIGMOID_EMAX: (0.2, 3.0), Form.LOGISTIC: (0.2, 0.1), Form.QUADRATIC: (-1.0,)}
    means = shape_means(Shape(form=form, guesses=guesses.get(form, (0.2,))), np.linspace(0, 1, 11))
    assert means[0] == 0
    assert means.max() == pytest.approx(1)


def test_the_best_contrast_of_a_shape_is_the_best():
    "Its noncentrality is that of the least-squares fit; every other contrast has less."
    spread = np.diag([1 / 20, 1 / 10, 1 / 30])
    test = dose_test([[0, 0.7, 1.0]], spread)
    chance = np.random.default_rng(5)

    def noncentrality(contrast) -> float:
        return contrast @ [0, 0.7, 1.0] / math.sqrt(contrast @ spread @ contrast)

    best = noncentrality(test.contrasts[0])
    others = chance.normal(size=(50, 3))
    assert all(noncentrality(other - other.mean()) <= best + 1e-12 for other in others)


def test_a_dose_finding_size_has_its_power():
    shapes = [Shape(form=Form.LINEAR), Shape(form=Form.EMAX, guesses=(0.1,))]
    asked = {"doses": [0, 0.1, 0.3, 0.5], "shapes": shapes, "sd": 2.2, "weights": [2, 1, 1, 2]}
    size = mcp_mod(largest_effect=1.5, power=0.8, **asked)
    assert min(size.power_by_shape) == pytest.approx(0.8, abs=1e-5)
    assert size.per_arm[0] == pytest.approx(2 * size.per_arm[1])
    assert mcp_mod(largest_effect=None, power=0.8, total=size.total, **asked).effect == pytest.approx(1.5, abs=1e-4)
