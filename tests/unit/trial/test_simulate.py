"""Does the simulation keep its promises: same numbers on any threads, common random numbers, drawn assumptions, named mistakes?"""

from __future__ import annotations

import math
from dataclasses import fields, replace

import numpy as np
import pytest
from scipy import special

from abate.stats.trials import run
from abate.stats.trials.errors import AccrualError, ArmError, CovarianceError, RetentionError, RunError
from abate.trial.simulate import (
    Accrual,
    Analysis,
    AsIs,
    AssumptionSets,
    Leaving,
    Looks,
    Response,
    TrialModel,
    cost_of_map,
    paired_difference,
    simulate,
)

SD = np.array([1.6, 2.0, 2.2, 2.4])
COVARIANCE = 0.7 ** np.abs(np.subtract.outer(np.arange(4), np.arange(4))) * np.outer(SD, SD)
CONTROL = np.array([7.5, 6.5, 6.0, 5.5])
EFFECT = np.array([0.0, -0.4, -0.9, -1.3])
MODEL = TrialModel(per_arm=(30, 30), mean=[CONTROL, CONTROL + EFFECT], covariance=COVARIANCE, retention=[1, 0.9, 0.8])
FULL = replace(
    MODEL,
    leaving=Leaving(depends_on="last rating", slope=0.3),
    accrual=Accrual(per_month=(2, 4), months_to_outcome=1.0),
    stay_days=(3, 5, 7),
)
LOOKS = Looks(share=(0.5, 1.0), efficacy=(2.963, 1.969), futility=(0.0,))


def same(one, other):
    assert one.summary == other.summary
    for each in fields(one.each):
        assert np.array_equal(getattr(one.each, each.name), getattr(other.each, each.name), equal_nan=True)


@pytest.mark.parametrize("kind", ["mmrm", "responders"])
def test_same_numbers_to_the_bit_on_1_2_and_16_threads(monkeypatch, kind):
    monkeypatch.setattr(run, "_RATINGS_AT_ONCE", 5_000)  # many blocks
    analysis = Analysis(kind=kind, response=Response(points=2) if kind == "responders" else None)
    settings = {"seed": 4, "trials": 130, "looks": LOOKS, "keep_each": True}
    alone, two, many = (simulate(FULL, analysis, threads=threads, **settings) for threads in (1, 2, 16))
    same(alone, two)
    same(alone, many)


def test_each_trial_is_the_same_in_blocks_of_any_size(monkeypatch):
    settings = {"seed": 4, "trials": 50, "looks": LOOKS, "keep_each": True}
    large = simulate(FULL, **settings)
    monkeypatch.setattr(run, "_RATINGS_AT_ONCE", 3_000)
    small = simulate(FULL, **settings)
    for each in fields(large.each):
        assert np.array_equal(getattr(large.each, each.name), getattr(small.each, each.name), equal_nan=True)


def test_two_designs_meet_the_same_patients():
    settings = {"seed": 2, "trials": 400, "keep_each": True}
    small, large = simulate(MODEL, **settings), simulate(replace(MODEL, per_arm=(40, 40)), **settings)
    gain = paired_difference(large, small)
    apart = math.hypot(small.summary.monte_carlo_se, large.summary.monte_carlo_se)
    assert gain.value > 0
    assert gain.monte_carlo_se < 0.8 * apart
    assert np.corrcoef(small.each.estimate, large.each.estimate)[0, 1] > 0.75


def test_what_a_trial_uses():
    found = simulate(FULL, seed=1, trials=300, looks=LOOKS).summary
    first, last = found.looks
    assert (first.patient_count, last.patient_count) == (30, 60)
    ended = [look.succeeded + look.stopped_without_success for look in found.looks]
    assert sum(ended) == 300
    assert min(ended) > 0
    assert found.patient_count.value == pytest.approx((30 * ended[0] + 60 * ended[1]) / 300)
    # About one month's accrual of 4 is in beyond those with an outcome at the first look.
    overrun = (found.entered_count.value - found.patient_count.value) * 300 / ended[0]
    assert overrun == pytest.approx(4, abs=0.8)
    assert found.bed_days.value == pytest.approx(5 * found.entered_count.value, rel=0.02)
    whole = simulate(FULL, seed=1, trials=300).summary
    assert whole.months.value == pytest.approx(2 + (60 - 6) / 4 + 1, abs=0.8)
    assert found.months.value < whole.months.value


def test_assurance_is_its_closed_form_by_a_function_and_by_sets():
    model = TrialModel(per_arm=(80, 80), mean=[[7.0, 6.0], [7.0, 5.0]], covariance=[[1, 0], [0, 4]], rating_map=AsIs())

    def draw(planned, generator):
        effect = generator.normal(-1.0, 0.8)
        return replace(planned, mean=[[7.0, 6.0], [7.0, 6.0 + effect]])

    error, tau = 2 * math.sqrt(2 / 80), 0.8
    # Success in either direction: the other one adds 0.02 %.
    exact = sum(special.ndtr((sign * 1.0 - 1.96 * error) / math.sqrt(error**2 + tau**2)) for sign in (1, -1))
    by_function = simulate(model, Analysis(kind="difference"), seed=3, trials=1_500, draw=draw)
    effects = np.random.default_rng(1).normal(-1.0, 0.8, 1_500)
    means = np.full((1_500, 2, 2), [[7.0, 6.0], [7.0, 6.0]])
    means[:, 1, 1] += effects
    by_sets = simulate(model, Analysis(kind="difference"), seed=3, trials=1_500, draw=AssumptionSets(mean=means))
    for found in (by_function, by_sets):
        assert found.is_drawn
        assert abs(found.summary.success.value - exact) < 3 * math.sqrt(exact * (1 - exact) / 1_500) + 0.003
        assert found.summary.true_value.value == pytest.approx(-1.0, abs=4 * 0.8 / math.sqrt(1_500))
        assert abs(found.summary.bias.value) < 3 * found.summary.bias.monte_carlo_se


def test_drawn_sets_may_hold_covariance_and_retention_alone():
    sets = AssumptionSets(
        covariance=np.stack([COVARIANCE, 2 * COVARIANCE]), retention=np.array([[1, 0.9, 0.8], [1, 1, 1.0]])
    )
    found = simulate(replace(MODEL, rating_map=AsIs()), seed=3, trials=400, draw=sets, keep_each=True)
    even, odd = found.each.standard_error[::2].mean(), found.each.standard_error[1::2].mean()
    assert odd / even == pytest.approx(
        math.sqrt(2) * math.sqrt(0.87), rel=0.06
    )  # twice the variance, but nobody leaves


def test_whole_ratings_keep_means_and_cost_little_power():
    cost = cost_of_map(MODEL, seed=1, trials=1_500)
    assert cost.mean == pytest.approx(np.array(MODEL.mean), abs=1e-9)
    assert cost.sd == pytest.approx(np.stack([SD, SD]), rel=1e-9)
    assert -0.01 < cost.cost.value < 0.04
    assert cost.cost.value == pytest.approx(cost.power_as_is.success.value - cost.power.success.value)


def test_bias_shows_where_those_in_pain_leave_unseen():
    one_leaves = replace(
        MODEL,
        rating_map=AsIs(),
        leaving=Leaving(depends_on="unseen rating", slope=1.0),
        retention=[[1, 1, 1], [1, 0.85, 0.7]],
    )
    bias = simulate(one_leaves, seed=6, trials=400).summary.bias
    assert bias.value < -0.2
    at_random = replace(one_leaves, leaving=Leaving(depends_on="last rating", slope=1.0))
    seen = simulate(at_random, seed=6, trials=400).summary.bias
    assert abs(seen.value) < 3 * seen.monte_carlo_se


def test_power_rises_with_size_and_effect():
    by_size = [replace(MODEL, per_arm=(n, n)) for n in (15, 30, 60)]
    by_effect = [replace(MODEL, mean=[CONTROL, CONTROL + multiple * EFFECT]) for multiple in (0.0, 0.5, 1.0, 1.5)]
    for models in (by_size, by_effect):
        power = [simulate(model, seed=8, trials=400).summary.success.value for model in models]
        assert np.all(np.diff(power) > 0.05)


def test_shares_of_responders_are_held_against_their_own_truth():
    found = simulate(FULL, Analysis(kind="responders", response=Response(percent=30)), seed=9, trials=2_000).summary
    assert abs(found.bias.value) < 3 * found.bias.monte_carlo_se + 0.001
    assert found.true_value.value > 0.1


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"covariance": np.ones((4, 4))}, CovarianceError),
        ({"covariance": np.diag([1.0, 1, 0, 1])}, CovarianceError),
        ({"covariance": np.triu(COVARIANCE)}, CovarianceError),
        ({"covariance": COVARIANCE[:3, :3]}, ArmError),
        ({"retention": [0.9, 0.95, 0.8]}, RetentionError),
        ({"retention": [1, 0.9, 0]}, RetentionError),
        ({"retention": [1, 0.9]}, ArmError),
        ({"per_arm": (30, 1)}, ArmError),
        ({"per_arm": (30.5, 30)}, ArmError),
        ({"per_arm": (30, 30, 30)}, ArmError),
        ({"mean": [[7, 6], [7]]}, ArmError),
        ({"mean": [[7, 6, 5, np.nan], [7, 6, 5, 4]]}, ArmError),
        ({"stay_days": []}, AccrualError),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(change, error):
    with pytest.raises(error) as raised:
        replace(MODEL, **change)
    assert "\n" not in str(raised.value)


def test_the_nearest_covariance_is_offered_and_not_taken():
    correlation = np.array([[1, 0.9, 0.2], [0.9, 1, 0.9], [0.2, 0.9, 1.0]])
    sd = np.array([1.0, 2.0, 3.0])
    with pytest.raises(CovarianceError, match="nearest") as raised:
        replace(MODEL, mean=[[7, 6, 5]] * 2, retention=1.0, covariance=correlation * np.outer(sd, sd))
    nearest = raised.value.nearest
    assert np.sqrt(np.diag(nearest)) == pytest.approx(sd)
    assert replace(MODEL, mean=[[7, 6, 5]] * 2, retention=1.0, covariance=nearest).day_count == 2


@pytest.mark.parametrize("call", [{"trials": 0}, {"threads": 0}, {"seed": -1}, {"scenario": 0.5}])
def test_settings_outside_their_range(call):
    with pytest.raises(RunError):
        simulate(MODEL, **({"seed": 1, "trials": 2} | call))


def test_drawn_assumptions_must_fit():
    with pytest.raises(ArmError):
        simulate(MODEL, seed=1, trials=2, draw=lambda model, _: replace(model, per_arm=(20, 20)))
    with pytest.raises(ArmError):
        simulate(MODEL, seed=1, trials=2, draw=AssumptionSets(mean=np.ones((3, 2, 7))))
    with pytest.raises(ArmError):
        AssumptionSets()
    with pytest.raises(RunError):
        paired_difference(simulate(MODEL, seed=1, trials=2), simulate(MODEL, seed=1, trials=2))
