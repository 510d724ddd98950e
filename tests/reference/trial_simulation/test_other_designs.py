"""Do simulated designs come to the reference powers: counts fitted by MASS, a stepped wedge, n-of-1, MCP-Mod, Simon's stages?"""

from __future__ import annotations

import math

import numpy as np
import pytest

from abate.stats.sizes.dose_finding import dose_test
from abate.stats.sizes.two_stage import two_stage_designs
from abate.trial.simulate_designs import (
    Cycles,
    DoseRanging,
    EventRates,
    SteppedWedge,
    TwoStages,
    WedgeVariance,
    simulate_design,
)
from tests.reference.trial_sizes.cases import read_cases

TRIALS = 2_000


def check_close(found, power, error=0.0):
    "Three standard errors of the difference; the reference's own is given where it was simulated too."
    assert abs(found.success.value - power) < 3 * math.hypot(error, math.sqrt(power * (1 - power) / TRIALS))


@pytest.mark.parametrize("per_arm", [60, 108])
def test_negative_binomial_rates_fitted_by_mass(abate_data, per_arm):
    case = read_cases(abate_data, "sizes-counts")[f"negative-binomial-simulated-n{per_arm}"]
    given, expected = case["inputs"], case["outputs"]
    design = EventRates(
        per_arm=(per_arm, per_arm),
        active_rate=given["rate1"],
        control_rate=given["rate2"],
        dispersion=given["dispersion"],
    )
    found = simulate_design(design, seed=21, trials=TRIALS)
    check_close(found, expected["power"], expected["monte_carlo_se"])
    check_close(found, expected["closed_form_power"])
    assert found.failed.numerator == expected["failed"] == 0


@pytest.mark.parametrize("name", ["4clusters-5periods", "6clusters-4periods"])
def test_stepped_wedges_with_known_variances(abate_data, name):
    case = read_cases(abate_data, "clusters-and-repeats")[f"stepped-wedge-{name}"]
    given, expected = case["inputs"], case["outputs"]
    variance = given["variance_within"] + given["variance_between_clusters"]
    design = SteppedWedge(
        pattern=given["pattern"],
        per_cell=given["patients_per_cluster_period"],
        effect=given["effect"],
        sd=math.sqrt(variance),
        icc=given["variance_between_clusters"] / variance,
        variance=WedgeVariance.KNOWN,
    )
    found = simulate_design(design, seed=22, trials=TRIALS)
    check_close(found, expected["power"])
    sd = found.estimate.monte_carlo_se * math.sqrt(TRIALS)
    assert sd**2 == pytest.approx(expected["variance_of_effect"], rel=3 * math.sqrt(2 / TRIALS))


@pytest.mark.parametrize("name", ["12persons-3cycles", "20persons-2cycles"])
def test_aggregated_n_of_1(abate_data, name):
    case = read_cases(abate_data, "clusters-and-repeats")[f"n-of-1-{name}"]
    given = case["inputs"]
    design = Cycles(
        persons=given["persons"],
        cycles=given["cycles"],
        effect=given["effect"],
        effect_sd=math.sqrt(given["variance_of_effect_between_persons"]),
        sd_within=math.sqrt(given["variance_within_period"]),
    )
    check_close(simulate_design(design, seed=23, trials=TRIALS), case["outputs"]["power_t"])


@pytest.mark.parametrize("place", range(4))
def test_mcp_mod_under_each_shape(abate_data, place):
    case = read_cases(abate_data, "dose-finding")["mcpmod-five-doses"]
    given, means = case["inputs"], np.array(case["inputs"]["mean_at_each_dose"])
    per_dose, count = given["per_dose"][0], len(given["per_dose"])
    test = dose_test(means, np.eye(count) * given["sd"] ** 2 / per_dose, given["alpha"], count * (per_dose - 1))
    design = DoseRanging(
        per_dose=per_dose,
        effect=given["maximal_effect"],
        profile=means[place] / given["maximal_effect"],
        sd=given["sd"],
        test=test,
    )
    check_close(simulate_design(design, seed=24, trials=TRIALS), case["outputs"]["power_if_shape_true"][place])


def test_simons_two_stages(abate_data):
    case = read_cases(abate_data, "single-arm-two-stage")["simon-0.05-0.25-alpha0.05-beta0.2"]
    design = two_stage_designs(null_share=case["inputs"]["p0"], share=case["inputs"]["p1"]).optimal
    for share, expected in (("p1", "power"), ("p0", "alpha")):
        found = simulate_design(TwoStages(design=design, share=case["inputs"][share]), seed=25, trials=TRIALS)
        check_close(found, case["outputs"]["optimal"][expected])
