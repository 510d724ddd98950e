"""Pooling by hand, with one, two and no studies, and with a known truth."""

from __future__ import annotations

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats.heterogeneity import BetweenStudies, estimate_tau_squared
from abate.stats.meta_analysis import PooledInterval, pool_fixed, pool_random
from abate.stats.study_effects import Scale, effects_given, effects_of_proportions, effects_of_rates


def test_a_fixed_mean_by_hand():
    "Weights 4 and 1: mean (4*1 + 1*6) / 5 = 2, standard error 1/sqrt(5); Q = 4*1 + 1*16 = 20."
    pooled = pool_fixed(effects_given([1, 6], [0.25, 1]))
    assert (pooled.value, pooled.standard_error) == pytest.approx((2, 5**-0.5))
    assert pooled.weights.tolist() == pytest.approx([0.8, 0.2])
    assert pooled.heterogeneity.q == pytest.approx(20)
    assert pooled.prediction_lower is None


@pytest.mark.parametrize("estimator", list(BetweenStudies))
def test_equal_variances_leave_the_sample_variance(estimator):
    "With one variance v for all, every estimator is the sample variance of the effects less v: 4 - 1 = 3."
    assert estimate_tau_squared(np.array([0.0, 2.0, 4.0]), np.ones(3), estimator) == pytest.approx(3)


@pytest.mark.parametrize("estimator", list(BetweenStudies))
def test_equal_variances_make_hartung_knapp_students_t(estimator):
    "The mean of 0, 2, 4 is 2 with standard error 2/sqrt(3), and t on 2 degrees of freedom is 4.3027."
    pooled = pool_random(effects_given([0, 2, 4], [1, 1, 1]), estimator)
    assert (pooled.value, pooled.standard_error) == pytest.approx((2, 2 / 3**0.5))
    assert pooled.upper == pytest.approx(2 + 4.302653 * 2 / 3**0.5, abs=1e-6)


def test_the_slope_of_reml_is_the_slope_of_its_likelihood():
    "REML of effects with unequal variances is where the restricted likelihood, written out, is highest."
    effect, variance = np.array([-3.1, -2.4, -4.0, -1.2]), np.array([0.07, 0.2, 0.21, 0.14])

    def log_likelihood(tau_squared: float) -> float:
        covariance = np.diag(variance + tau_squared)
        ones, inverse = np.ones(4), np.linalg.inv(covariance)
        residual = effect - ones @ inverse @ effect / (ones @ inverse @ ones)
        information = np.log(ones @ inverse @ ones)
        return -0.5 * (np.linalg.slogdet(covariance)[1] + information + residual @ inverse @ residual)

    best = estimate_tau_squared(effect, variance, BetweenStudies.REML)
    assert log_likelihood(best) > max(log_likelihood(best * 0.999), log_likelihood(best * 1.001))


@pytest.mark.parametrize("factor", [1e-6, 1e6])
@pytest.mark.parametrize("estimator", list(BetweenStudies))
def test_a_change_of_unit_changes_only_the_unit(factor, estimator):
    effect, variance = np.array([-3.1, -2.4, -4.0, -1.2]), np.array([0.07, 0.2, 0.21, 0.14])
    here = pool_random(effects_given(effect, variance), estimator)
    there = pool_random(effects_given(effect * factor, variance * factor**2), estimator)
    assert there.upper == pytest.approx(here.upper * factor, rel=1e-9)
    assert there.prediction_upper == pytest.approx(here.prediction_upper * factor, rel=1e-9)
    assert there.heterogeneity.i_squared == pytest.approx(here.heterogeneity.i_squared, rel=1e-9)


def test_one_study():
    "It speaks for itself in a fixed effect, and of others it says nothing."
    fixed, random = (pool(effects_given([1.0], [0.25])) for pool in (pool_fixed, pool_random))
    assert (fixed.value, fixed.lower, fixed.caution) == (
        1,
        pytest.approx(1 - 0.5 * 1.959964),
        "one study: nothing is pooled",
    )
    assert (random.value, random.lower) == (1, None)
    assert random.reason == "one study cannot show how studies differ; give its own interval instead"
    assert random.heterogeneity.tau_squared is None
    assert random.heterogeneity.reason == "one study cannot show how studies differ"


def test_two_studies():
    "t on one degree of freedom is 12.7: the interval is wide, and there is no prediction."
    pooled = pool_random(effects_given([0, 2], [1, 1]))
    assert pooled.upper - pooled.value == pytest.approx(12.7062, abs=1e-4)
    assert pooled.prediction_lower is None
    assert pooled.caution == "two studies hardly show how much studies differ, and give no prediction"


@pytest.mark.parametrize("pool", [pool_fixed, pool_random])
def test_no_studies(pool):
    pooled = pool(effects_given([], []))
    assert (pooled.value, pooled.study_count, pooled.reason) == (None, 0, "there are no studies")


def test_equal_effects_have_no_hartung_knapp_interval():
    effects = effects_given([1, 1, 1], [1, 2, 3])
    assert pool_random(effects).reason == "all effects are equal, which leaves the Hartung-Knapp interval no width"
    assert pool_random(effects, interval=PooledInterval.HARTUNG_KNAPP_NEVER_SHRUNK).lower is not None


@pytest.mark.parametrize(
    ("effects", "named"),
    [
        (effects_of_proportions([6, 3, 0], [6, 9, 4]), "studies 1, 3 have none or all"),
        (effects_of_rates([6, 0], [6, 9]), "study 2 has no event"),
    ],
)
@pytest.mark.parametrize("pool", [pool_fixed, pool_random])
def test_a_zero_is_never_corrected_in_silence(effects, named, pool):
    pooled = pool(effects)
    assert pooled.value is None
    assert pooled.reason.startswith(named)
    assert pooled.reason.endswith("leave it out or choose a zero_addend")


def test_a_correction_stands_in_the_name_of_the_method():
    pooled = pool_fixed(effects_of_rates([6, 0], [6, 9], zero_addend=0.5))
    assert pooled.method == "fixed effect, inverse variance, 0.5 added to the counts of 1 study"


def test_an_addend_that_nobody_needed_changes_nothing():
    with_it, without_it = (pool_fixed(effects_of_rates([6, 2], [6, 9], zero_addend=a)) for a in (0.5, None))
    assert (with_it.value, with_it.method) == (without_it.value, without_it.method)


def test_pooled_shares_are_turned_back():
    "Log odds of log(3) and log(3): a share of 3/4."
    assert pool_fixed(effects_of_proportions([3, 30], [4, 40])).value == pytest.approx(0.75)


def test_a_limit_too_large_to_write_is_left_out():
    pooled = pool_random(effects_given([0.0, 200.0], [1, 1], Scale.LOG))
    assert pooled.upper is None
    assert pooled.reason == "a limit is too large a number to be written"


@pytest.mark.parametrize("level", [0, 1, 95])
def test_a_level_outside_0_and_1_is_refused(level):
    with pytest.raises(ParameterError, match="level"):
        pool_random(effects_given([1, 2], [1, 1]), level=level)


def pooled_samples(variance, seed):
    rng = np.random.default_rng(seed)
    samples = rng.normal(rng.normal(2, 1, (800, variance.size)), np.sqrt(variance))
    return rng, [pool_random(effects_given(sample, variance), BetweenStudies.DERSIMONIAN_LAIRD) for sample in samples]


def test_intervals_hold_the_truth_where_studies_are_precise():
    "Ten studies, tau² = 1 and errors well below: the mean, tau² and a new study's effect are held as often as said."
    rng, pooled = pooled_samples(np.geomspace(0.02, 0.3, 10), seed=8)
    assert np.mean([p.lower <= 2 <= p.upper for p in pooled]) == pytest.approx(0.95, abs=0.02)
    found = [p.heterogeneity for p in pooled]
    is_held = [h.reason is None and h.tau_squared_lower <= 1 <= h.tau_squared_upper for h in found]
    assert np.mean(is_held) == pytest.approx(0.95, abs=0.02)
    new = rng.normal(2, 1, len(pooled))
    is_held = [p.prediction_lower <= x <= p.prediction_upper for p, x in zip(pooled, new, strict=True)]
    assert np.mean(is_held) == pytest.approx(0.95, abs=0.02)


def test_predictions_hold_too_little_where_errors_are_as_large_as_tau():
    "As the documentation warns: tau² is then often put too low, 0 included. Some 87 to 89 % are held instead of 95 %."
    rng, pooled = pooled_samples(np.ones(10), seed=9)
    new = rng.normal(2, 1, len(pooled))
    is_held = [p.prediction_lower <= x <= p.prediction_upper for p, x in zip(pooled, new, strict=True)]
    assert 0.82 < np.mean(is_held) < 0.93
    assert np.mean([p.lower <= 2 <= p.upper for p in pooled]) == pytest.approx(0.95, abs=0.02)
