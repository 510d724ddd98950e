"""What always holds of sizes: power rises with persons and effect, what is solved for is right, limits are limits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abate.stats.assurance import EffectPrior, assurance_of_means
from abate.stats.sizes.ancova import means_given_baseline
from abate.stats.sizes.counts import bounded_days, negative_binomial_rates
from abate.stats.sizes.longitudinal import contrast_over_visits
from abate.stats.sizes.means import two_means
from abate.stats.sizes.rated_arm import arm_leaving, variance_inflation
from abate.stats.sizes.rejection import Reference
from abate.stats.sizes.relapse import Times, log_rank
from abate.stats.sizes.responders import ShareTest, two_shares
from abate.stats.winners_curse import conditional_estimate

QUICK = settings(max_examples=25, deadline=None)
REFERENCES = st.sampled_from(list(Reference))
RATIOS = st.floats(0.3, 3.0)
POWERS = st.floats(0.3, 0.99)
ALPHAS = st.floats(0.001, 0.2)
SIDES = st.sampled_from([1, 2])
TIMES = Times(control_hazard=0.4, accrual=12, follow_up=6, loss_hazard=0.02)


@QUICK
@given(
    effect=st.floats(0.3, 3.0),
    total=st.floats(8, 400),
    more=st.floats(1.01, 2.0),
    alpha=ALPHAS,
    sided=SIDES,
    allocation=RATIOS,
    reference=REFERENCES,
)
def test_power_rises_with_persons_and_with_effect(effect, total, more, alpha, sided, allocation, reference):
    asked = {"sd": 2.4, "alpha": alpha, "sided": sided, "allocation": allocation, "reference": reference}
    power = two_means(difference=effect, total=total, **asked).power
    assert two_means(difference=effect, total=more * total, **asked).power >= power
    assert two_means(difference=more * effect, total=total, **asked).power >= power
    shares = {"control_share": 0.3, "alpha": alpha, "sided": sided, "allocation": allocation}
    small = two_shares(active_share=0.5, total=total, **shares).power
    assert two_shares(active_share=0.5, total=more * total, **shares).power >= small
    if small > 0.05:
        assert two_shares(active_share=0.5 + 0.1 * (more - 1), total=total, **shares).power >= small


@QUICK
@given(power=POWERS, alpha=ALPHAS, sided=SIDES, allocation=RATIOS, reference=REFERENCES, effect=st.floats(0.3, 3.0))
def test_solving_for_the_size_and_then_for_power_returns_the_power(power, alpha, sided, allocation, reference, effect):
    if power <= alpha:
        return
    common = {"alpha": alpha, "sided": sided, "allocation": allocation}
    questions = [
        lambda **size: two_means(difference=effect, sd=2.4, reference=reference, **common, **size),
        lambda **size: means_given_baseline(
            difference=effect, sd=2.4, correlation=0.5, reference=reference, **common, **size
        ),
        lambda **size: two_shares(active_share=0.55, control_share=0.3, test=ShareTest.UNPOOLED, **common, **size),
        lambda **size: negative_binomial_rates(active_rate=2, control_rate=3, dispersion=0.6, **common, **size),
        lambda **size: bounded_days(
            active_days=18, control_days=22, days_observed=28, overdispersion=5, **common, **size
        ),
        lambda **size: log_rank(hazard_ratio=0.6, times=TIMES, **common, **size),
    ]
    for question in questions:
        size = question(power=power)
        if size.power > power + 1e-6:  # the least persons that the test can have are more than enough
            continue
        assert question(total=size.total).power == pytest.approx(power, abs=1e-9)
        assert size.power_rounded >= power - 1e-9


@st.composite
def rated_arms(draw):
    visits = draw(st.integers(2, 5))
    seed = draw(st.integers(0, 10_000))
    root = np.random.default_rng(seed).normal(size=(visits, visits)) + 1.0 * np.eye(visits)
    lost = draw(st.lists(st.floats(0.0, 0.3), min_size=visits - 1, max_size=visits - 1))
    return arm_leaving(root @ root.T + 0.3 * np.eye(visits), np.append(1.0, np.cumprod(1 - np.array(lost))))


@QUICK
@given(arm=rated_arms())
def test_phi_lies_between_1_and_1_over_the_share_that_is_left(arm):
    phi = variance_inflation(arm, np.eye(arm.visit_count)[-1])
    assert 1 - 1e-9 <= phi <= 1 / arm.seen_at_each()[-1] + 1e-9


@QUICK
@given(arm=rated_arms(), power=st.floats(0.5, 0.95))
def test_a_mixed_model_by_t_needs_more_than_by_normal_and_has_its_power(arm, power):
    asked = {
        "effect": float(np.sqrt(arm.covariance[-1, -1])) / 2,
        "weights": np.eye(arm.visit_count)[-1],
        "active": arm,
        "control": arm,
    }
    by_t = contrast_over_visits(power=power, reference=Reference.T, **asked)
    assert by_t.total >= contrast_over_visits(power=power, **asked).total
    assert contrast_over_visits(total=by_t.total, reference=Reference.T, **asked).power == pytest.approx(
        power, abs=1e-9
    )


@QUICK
@given(mean=st.floats(-1.0, 3.0), sd=st.floats(0.05, 2.0), mass=st.floats(0.0, 0.9), total=st.floats(4, 1e5))
def test_assurance_does_not_pass_its_limit(mean, sd, mass, total):
    "For an effect that is more likely there than not; else a small trial succeeds by chance more often than a large one."
    found = assurance_of_means(EffectPrior(mean=max(mean, 0.0), sd=sd, no_effect_chance=mass), sd=2.2, total=total)
    assert found.assurance <= found.limit + 1e-12
    assert 0 <= found.assurance <= 1


@QUICK
@given(z=st.floats(2.0, 6.0), critical=st.floats(0.5, 1.99))
def test_the_winners_curse_only_takes_off(z, critical):
    assert conditional_estimate(z, 1.0, critical) < z
