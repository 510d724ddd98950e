"""Do three arms and a margin of non-inferiority keep alpha, and does a larger effect or trial never do worse with the same numbers?"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from abate.stats.dunnett import many_to_one_level
from abate.trial.designs.planned_comparison import PlannedComparison
from abate.trial.designs.sizes_of_parallel import size_of_non_inferiority, size_of_three_arms
from abate.trial.effect import plan_effect
from abate.trial.planning.played_arms import play_non_inferiority, play_three_arms
from abate.trial.planning.simulated import Simulator
from abate.trial.simulate import simulate
from abate.trial.simulate_designs import Crossover, Cycles, RandomisedClusters, simulate_design
from abate.trial.two_arms.looks import TrialSize
from tests.unit.trial.plans import number, plan_of

TRIALS = 1_000
ERROR = math.sqrt(0.025 * 0.975 / TRIALS)


def comparison(effect, **sections):
    settings = {"simulation": {"trials": TRIALS, "seed": 2}, "effect": {"plan_on": "typed", "typed": number(1.2)}}
    return PlannedComparison(plan=plan_of(**{**settings, **sections}), effect=effect)


def test_three_arms_without_an_effect_show_either_dose_in_one_of_forty_trials():
    "Dunnett's level keeps the chance of any false claim at 0.05 on two sides, so at 0.025 on that of benefit."
    sized = size_of_three_arms(comparison(1.2))
    played = play_three_arms(comparison(1e-9), replace(sized, parts={**sized.parts, "per_arm": 50}))
    either = next(row for row in played.more() if row.id == "power.either_dose.simulated")
    assert abs(either.value - 0.025) < 3 * ERROR
    assert played.power().success.value < either.value + 1e-12
    assert sized.parts["level"] == many_to_one_level(comparison_count=2, alpha=0.05, sided=2)


def test_a_drug_worse_by_the_margin_passes_in_one_of_forty_trials():
    given = comparison(1.2, design={"kind": "non-inferiority", "margin": number(1.0)})
    played = play_non_inferiority(given, size_of_non_inferiority(given))
    assert abs(played.power().success.value - played.closed) < 3 * played.power().monte_carlo_se + 0.02
    simulator = Simulator(plan=given.plan, effect=plan_effect(given.plan.effect), design=None, pace=None)
    at_margin = simulator.model(TrialSize(per_arm=(60, 60), standard_error=math.nan), -1.0)
    found = simulate(at_margin, replace(simulator.analysis, null=1.0), seed=3, trials=TRIALS).summary
    assert abs(found.success.value - 0.025) < 3 * ERROR
    assert abs(found.bias.value) < 4 * found.bias.monte_carlo_se


@pytest.mark.parametrize(
    "design",
    [
        Crossover(per_sequence=8, effect=1.0, sd_within=1.5, seen=0.9),
        Cycles(persons=8, cycles=2, effect=1.0, effect_sd=0.5, sd_within=1.5),
        RandomisedClusters(clusters=(4, 4), per_cluster=5, effect=1.0, sd=2.0, icc=0.05),
    ],
    ids=lambda design: type(design).__name__,
)
def test_power_rises_with_the_effect_on_the_same_patients(design):
    shares = [
        simulate_design(design, seed=4, trials=200, effects=[effect]).success.value for effect in (-1, 0, 0.5, 1, 3)
    ]
    assert shares == sorted(shares)
    assert shares[-1] - shares[0] > 0.5


def test_the_first_persons_of_a_larger_crossover_are_those_of_the_smaller():
    "One person more of 400 moves the estimate by some thousandths; other patients would move it by 0.07, a standard deviation."
    small, large = (Crossover(per_sequence=n, effect=0.0, sd_within=1.0) for n in (400, 401))
    means = [simulate_design(each, seed=5, trials=1).estimate.value for each in (small, large)]
    assert np.ptp(means) < 0.02
