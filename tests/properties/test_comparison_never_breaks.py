"""Whatever two groups look like, a comparison gives finite numbers or a reason, and no warning."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from abate.stats.balancing_weights import Population, balancing_weights
from abate.stats.contrasts import difference_of, ratio_of
from abate.stats.doubly_robust import doubly_robust_means
from abate.stats.entropy_balancing import entropy_weights
from abate.stats.matching import match_nearest
from abate.stats.propensity import PenaltyChoice, estimate_propensity
from abate.stats.stratification import stratum_weights
from abate.stats.weighted_comparison import weighted_means, weighted_shares_free

CHOICES = [0.0, 0.1, 1.0, *PenaltyChoice]


@settings(deadline=None, max_examples=80, derandomize=True)
@given(
    st.integers(0, 10**6),
    st.integers(1, 24),
    st.integers(0, 5),
    st.sampled_from([0.0, 0.2, 0.5, 0.9, 1.0]),
    st.sampled_from(["plain", "separated", "twice", "coarse"]),
    st.sampled_from(CHOICES),
    st.sampled_from(Population),
)
def test_a_number_or_a_reason(seed, row_count, covariate_count, share, kind, penalty, population):
    random = np.random.default_rng(seed)
    treated = (random.random(row_count) < share).astype(float)
    x = random.normal(size=(row_count, covariate_count)) * 10.0 ** random.integers(-6, 7)
    if covariate_count > 1 and kind != "plain":
        x[:, 0] = {"separated": treated * 1e3, "twice": x[:, 1], "coarse": np.round(x[:, 0])}[kind]
    outcome = [random.normal(size=row_count), np.full(row_count, 3.0), treated][seed % 3]
    person = random.integers(0, row_count // 2 + 1, size=row_count)
    propensity = estimate_propensity(treated, x, person, penalty=penalty)
    weightings = [
        balancing_weights(propensity, population),
        stratum_weights(propensity, 3),
        match_nearest(propensity).weights,
        entropy_weights(treated, x, person),
    ]
    means = [weighted_means(outcome, treated, weights, person) for weights in weightings]
    means += [weighted_shares_free(abs(outcome), treated, treated, weights, 0.5, person) for weights in weightings]
    means.append(doubly_robust_means(outcome, treated, x, person, population=population, penalty=penalty))
    for estimate in [difference_of(mean) for mean in means] + [ratio_of(mean) for mean in means]:
        numbers = (estimate.value, estimate.lower, estimate.upper, estimate.standard_error, estimate.p_value)
        assert all(number is None or math.isfinite(number) for number in numbers)
        assert (estimate.reason is None) == (estimate.lower is not None)
