"""What is left of an effect that was chosen for being significant."""

from __future__ import annotations

import numpy as np
import pytest

from abate.stats.sizes.errors import EffectError
from abate.stats.winners_curse import conditional_effect, conditional_estimate, exaggeration, z_of_power


def test_the_estimate_is_the_effect_whose_significant_estimates_average_the_observed_one():
    "Two million normal numbers around the estimate, of which those above 1.96 are averaged."
    estimate = conditional_estimate(2.6, 1.0, 1.96)
    drawn = np.random.default_rng(3).normal(estimate, 1.0, 2_000_000)
    assert drawn[drawn > 1.96].mean() == pytest.approx(2.6, abs=0.003)


def test_far_beyond_the_limit_nothing_is_taken_off():
    found = conditional_effect(8.0, 1.0)
    assert found.estimate == pytest.approx(8.0, abs=1e-6)
    assert (found.lower, found.upper) == (pytest.approx(8 - 1.95996, abs=1e-2), pytest.approx(8 + 1.95996, abs=1e-3))


def test_just_beyond_the_limit_nothing_is_left():
    assert conditional_estimate(1.9601, 1.0, 1.96) < -1000


def test_the_unit_is_kept():
    assert conditional_estimate(5.0, 2.0, 1.96) == pytest.approx(2 * conditional_estimate(2.5, 1.0, 1.96))


def test_a_result_that_was_not_significant_was_not_chosen_for_it():
    with pytest.raises(EffectError, match="use it as it is"):
        conditional_effect(1.5, 1.0)


def test_a_one_sided_test_has_no_wrong_sign():
    found = exaggeration(z_of_power(0.35, 0.025, 1), 0.025, 1)
    assert found.type_s == 0
    assert found.type_m == pytest.approx(found.exaggeration_same_sign)


def test_a_true_effect_points_somewhere():
    with pytest.raises(EffectError):
        exaggeration(0.0)
