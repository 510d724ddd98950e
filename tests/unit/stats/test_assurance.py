"""Assurance: its limit, its mass at no effect, its size, and the sentence where no size will do."""

from __future__ import annotations

import pytest

from abate.base.errors import ParameterError
from abate.stats.assurance import (
    EffectPrior,
    assurance,
    assurance_of_means,
    averaged_power,
    limit_of_assurance,
    size_for_assurance,
)
from abate.stats.sizes.errors import ErrorRateError, SpreadError
from abate.stats.sizes.responders import two_shares

PRIOR = EffectPrior(mean=1.3, sd=0.8)


def test_a_mass_at_no_effect_succeeds_by_chance_only():
    "A = p0 alpha/2 + (1 - p0) A1."
    without = assurance(PRIOR, 0.4).assurance
    with_mass = assurance(EffectPrior(mean=1.3, sd=0.8, no_effect_chance=0.3), 0.4)
    assert with_mass.assurance == pytest.approx(0.3 * 0.025 + 0.7 * without)
    assert with_mass.limit == pytest.approx(0.3 * 0.025 + 0.7 * limit_of_assurance(PRIOR))


def test_an_effect_that_is_known_leaves_power():
    found = assurance_of_means(EffectPrior(mean=1.3, sd=0.0), sd=2.2, total=120)
    assert found.assurance == pytest.approx(found.power_at_mean)
    assert found.limit == 1.0


def test_the_size_has_the_assurance():
    found = size_for_assurance(PRIOR, asked=0.7, sd=2.2, allocation=2.0)
    assert assurance_of_means(PRIOR, sd=2.2, total=found.total, allocation=2.0).assurance == pytest.approx(0.7)
    assert found.reason is None


def test_no_size_reaches_more_than_the_chance_of_an_effect():
    found = size_for_assurance(EffectPrior(mean=0.5, sd=1.0), asked=0.7, sd=2.2)
    assert found.total is None
    assert "not reachable at any size" in found.reason
    assert found.limit == pytest.approx(0.6914624613)


def test_power_averaged_by_nodes_is_the_closed_form():
    averaged = averaged_power(PRIOR, lambda effect: assurance(EffectPrior(mean=effect, sd=0.0), 0.4).assurance)
    assert averaged == pytest.approx(assurance(PRIOR, 0.4).assurance, abs=1e-9)


def test_any_power_curve_can_be_averaged():
    def power_at(effect: float) -> float:
        effect = min(max(effect, 1e-9), 0.69)
        return two_shares(active_share=0.3 + effect, control_share=0.3, total=200).power

    averaged = averaged_power(EffectPrior(mean=0.2, sd=0.08, no_effect_chance=0.1), power_at)
    assert 0.5 < averaged < power_at(0.2)


@pytest.mark.parametrize(
    ("error", "mistake"),
    [
        (ParameterError, lambda: EffectPrior(mean=1.0, sd=-0.1)),
        (ParameterError, lambda: EffectPrior(mean=1.0, sd=0.1, no_effect_chance=1.0)),
        (SpreadError, lambda: assurance(PRIOR, 0.0)),
        (ErrorRateError, lambda: size_for_assurance(PRIOR, asked=1.0, sd=2.2)),
        (ParameterError, lambda: assurance_of_means(PRIOR, sd=2.2, total=0)),
    ],
)
def test_a_mistake_is_one_sentence(error, mistake):
    with pytest.raises(error) as caught:
        mistake()
    assert type(caught.value) is error
