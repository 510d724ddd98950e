"""Each mistake about a size is one clear sentence with a class of its own."""

from __future__ import annotations

import numpy as np
import pytest

from abate.base.errors import ExitCode, ParameterError
from abate.stats.sizes import errors
from abate.stats.sizes.ancova import means_given_baseline
from abate.stats.sizes.clusters import (
    design_effect,
    mean_effect_over_cycles,
    two_means_in_clusters,
    two_means_in_given_clusters,
)
from abate.stats.sizes.counts import bounded_days, days_with_own_sds, negative_binomial_rates
from abate.stats.sizes.dose_finding import mcp_mod, optimal_contrasts
from abate.stats.sizes.dose_shapes import Form, Shape, shape_means
from abate.stats.sizes.exact_shares import one_share_exact, two_shares_exact
from abate.stats.sizes.longitudinal import contrast_over_visits, difference_given_inflation, difference_of_slopes
from abate.stats.sizes.means import paired_means, two_means, two_means_not_inferior
from abate.stats.sizes.rated_arm import arm_leaving, arm_with_patterns, given_baseline
from abate.stats.sizes.relapse import Times, hazard_from_share, log_rank, time_of_events
from abate.stats.sizes.responders import two_shares, two_shares_not_inferior, two_shares_ratio
from abate.stats.sizes.size import with_dropout
from abate.stats.sizes.stepped_wedge import stepped_wedge
from abate.stats.sizes.two_stage import two_stage_designs

ARM = arm_leaving([[1, 0.5], [0.5, 1]], [1, 0.8])
TIMES = Times(control_hazard=0.3, accrual=12, follow_up=6)
WEDGE = {"effect": 1.0, "sd_within": 1.0, "sd_between_clusters": 0.3, "power": 0.8}
LINEAR = [Shape(form=Form.LINEAR)]

MISTAKES = {
    "effect zero": (errors.EffectError, lambda: two_means(difference=0, sd=1, power=0.8)),
    "effect of the wrong sign": (errors.EffectError, lambda: two_means(difference=-1, sd=1, power=0.8)),
    "effect not a number": (errors.EffectError, lambda: paired_means(difference=np.nan, sd_of_difference=1, power=0.8)),
    "truth beyond the margin": (
        errors.EffectError,
        lambda: two_means_not_inferior(margin=0.5, true_difference=-0.5, sd=1, power=0.8),
    ),
    "margin zero": (errors.EffectError, lambda: two_means_not_inferior(margin=0, sd=1, power=0.8)),
    "active share lower": (errors.EffectError, lambda: two_shares(active_share=0.3, control_share=0.3, power=0.8)),
    "ratio not above its null": (
        errors.EffectError,
        lambda: two_shares_ratio(active_share=0.3, control_share=0.4, power=0.8),
    ),
    "margin of shares too wide": (
        errors.EffectError,
        lambda: two_shares_not_inferior(active_share=0.3, control_share=0.3, margin=0.3, power=0.8),
    ),
    "rate not lower": (
        errors.EffectError,
        lambda: negative_binomial_rates(active_rate=2, control_rate=2, dispersion=1, power=0.8),
    ),
    "days not fewer": (
        errors.EffectError,
        lambda: bounded_days(active_days=24, control_days=24, days_observed=28, overdispersion=1, power=0.8),
    ),
    "hazard ratio above 1": (errors.EffectError, lambda: log_rank(hazard_ratio=1.2, times=TIMES, power=0.8)),
    "two-stage share lower": (errors.EffectError, lambda: two_stage_designs(null_share=0.3, share=0.2)),
    "flat shape": (errors.EffectError, lambda: optimal_contrasts([[1, 1, 1]], np.eye(3))),
    "sd zero": (errors.SpreadError, lambda: two_means(difference=1, sd=0, power=0.8)),
    "sd negative": (errors.SpreadError, lambda: two_means(difference=1, sd=(1, -1), power=0.8)),
    "sd of days": (
        errors.SpreadError,
        lambda: days_with_own_sds(active_days=1, control_days=2, active_sd=0, control_sd=1, power=0.8),
    ),
    "sd within period": (
        errors.SpreadError,
        lambda: mean_effect_over_cycles(effect=1, cycles=2, effect_sd_between_persons=1, sd_within_period=0, power=0.8),
    ),
    "variance zero": (errors.SpreadError, lambda: given_baseline([[1, 0], [0, 0]])),
    "alpha 5 for 5 %": (errors.ErrorRateError, lambda: two_means(difference=1, sd=1, power=0.8, alpha=5)),
    "power of 1": (errors.ErrorRateError, lambda: two_means(difference=1, sd=1, power=1)),
    "power below alpha": (errors.ErrorRateError, lambda: two_means(difference=1, sd=1, power=0.04)),
    "nothing open": (errors.UnknownCountError, lambda: two_means(difference=1, sd=1, power=0.8, total=20)),
    "two open": (errors.UnknownCountError, lambda: two_means(difference=None, sd=1, power=0.8)),
    "retention rises": (errors.RetentionError, lambda: arm_leaving(np.eye(3), [1, 0.7, 0.8])),
    "retention starts below 1": (errors.RetentionError, lambda: arm_leaving(np.eye(2), [0.9, 0.8])),
    "retention of another length": (errors.RetentionError, lambda: arm_leaving(np.eye(3), [1, 0.8])),
    "patterns above 1": (errors.RetentionError, lambda: arm_with_patterns(np.eye(2), [[1, 1], [1, 0]], [0.8, 0.4])),
    "a visit never seen": (errors.RetentionError, lambda: arm_with_patterns(np.eye(2), [[1, 0]], [1.0])),
    "correlations that cannot be": (
        errors.NotPositiveDefiniteError,
        lambda: means_given_baseline(
            difference=1, sd=1, correlation=0.9, final_ratings=2, correlation_of_final_ratings=0.1, power=0.8
        ),
    ),
    "power out of reach of an effect": (
        errors.UnreachableError,
        lambda: two_shares(active_share=None, control_share=0.9, power=0.99, total=10),
    ),
    "power out of reach of any size": (
        errors.UnreachableError,
        lambda: two_means(difference=1e-6, sd=1, power=0.8),
    ),
    "power out of reach of so few clusters": (
        errors.UnreachableError,
        lambda: two_means_in_given_clusters(difference=0.5, sd=2, icc=0.2, clusters_per_arm=4, power=0.8),
    ),
    "one given cluster": (
        errors.ClusterCountError,
        lambda: two_means_in_given_clusters(difference=1, sd=2, icc=0.1, clusters_per_arm=1, power=0.8),
    ),
    "no exposure": (
        ParameterError,
        lambda: negative_binomial_rates(active_rate=1, control_rate=2, dispersion=1, exposure=[], power=0.8),
    ),
    "power out of reach of an exact test": (
        errors.UnreachableError,
        lambda: one_share_exact(share=0.501, null_share=0.5, power=0.9),
    ),
    "no two-stage design": (
        errors.UnreachableError,
        lambda: two_stage_designs(null_share=0.1, share=0.3, largest_total=15),
    ),
    "one cluster": (errors.ClusterCountError, lambda: stepped_wedge(pattern=["01"], **WEDGE)),
    "one cluster an arm": (
        errors.ClusterCountError,
        lambda: two_means_in_clusters(difference=1, sd=1, icc=0.1, mean_cluster_size=10, total=20),
    ),
    "drop-out twice": (
        errors.DropoutTwiceError,
        lambda: with_dropout(with_dropout(two_means(difference=1, sd=1, power=0.8), 0.1), 0.1),
    ),
    "drop-out on top of a mixed model": (
        errors.DropoutTwiceError,
        lambda: with_dropout(contrast_over_visits(effect=1, weights=[0, 1], active=ARM, control=ARM, power=0.8), 0.1),
    ),
    "sides": (ParameterError, lambda: two_means(difference=1, sd=1, power=0.8, sided=3)),
    "allocation": (ParameterError, lambda: two_means(difference=1, sd=1, power=0.8, allocation=0)),
    "total below what the test needs": (ParameterError, lambda: two_means(difference=1, sd=1, total=2)),
    "weights": (
        ParameterError,
        lambda: contrast_over_visits(effect=1, weights=[0, 0], active=ARM, control=ARM, power=0.8),
    ),
    "times": (
        ParameterError,
        lambda: difference_of_slopes(slope_difference=1, times=[1, 1], active=ARM, control=ARM, power=0.8),
    ),
    "arms of other visits": (
        ParameterError,
        lambda: contrast_over_visits(
            effect=1, weights=[0, 1], active=ARM, control=arm_leaving(np.eye(3), [1, 1, 1]), power=0.8
        ),
    ),
    "inflation": (ParameterError, lambda: difference_given_inflation(effect_over_sd=1, inflation=(0.5, 1), power=0.8)),
    "covariance not symmetric": (ParameterError, lambda: given_baseline([[1, 0.5], [0.2, 1]])),
    "covariance not square": (ParameterError, lambda: given_baseline([[1, 0.5]])),
    "pattern without contrast": (ParameterError, lambda: stepped_wedge(pattern=["01", "01"], **WEDGE)),
    "pattern ragged": (ParameterError, lambda: stepped_wedge(pattern=["01", "011"], **WEDGE)),
    "icc": (ParameterError, lambda: design_effect(5, 1.2)),
    "follow-up": (ParameterError, lambda: Times(control_hazard=0.3, accrual=12, follow_up=0)),
    "all relapse": (ParameterError, lambda: hazard_from_share(1.0, 12)),
    "more events than come": (ParameterError, lambda: time_of_events(1000, (10, 10), 0.5, TIMES)),
    "fraction of a person": (
        ParameterError,
        lambda: two_shares_exact(active_share=0.6, control_share=0.3, total=20.5),
    ),
    "dispersion": (
        ParameterError,
        lambda: negative_binomial_rates(active_rate=1, control_rate=2, dispersion=-1, power=0.8),
    ),
    "doses": (ParameterError, lambda: shape_means(LINEAR[0], [0, 0.2, 0.1])),
    "guesses": (ParameterError, lambda: shape_means(Shape(form=Form.EMAX), [0, 1])),
    "no shapes": (ParameterError, lambda: mcp_mod(largest_effect=1, doses=[0, 1], shapes=[], sd=1, power=0.8)),
    "weights of doses": (
        ParameterError,
        lambda: mcp_mod(largest_effect=1, doses=[0, 1], shapes=LINEAR, sd=1, power=0.8, weights=[1]),
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_one_sentence(name):
    kind, mistake = MISTAKES[name]
    with pytest.raises(ParameterError) as caught:
        mistake()
    assert type(caught.value) is kind
    assert caught.value.exit_code is ExitCode.PARAMETER
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert len(sentence) > 20


def test_the_nearest_correlations_are_offered_and_not_taken():
    "Higham's own example (2002)."
    impossible = [[1, 1, 0], [1, 1, 1], [0, 1, 1]]
    with pytest.raises(errors.NotPositiveDefiniteError) as caught:
        given_baseline(impossible)
    expected = [[1, 0.7607, 0.1573], [0.7607, 1, 0.7607], [0.1573, 0.7607, 1]]
    np.testing.assert_allclose(caught.value.nearest, expected, atol=1e-4)
    assert given_baseline(caught.value.nearest).shape == (2, 2)
