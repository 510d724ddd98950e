"""Sizes for repeated ratings agree with Lu, Luo & Chen (2008), Diggle et al. (1994) and longpower, to 1e-8."""

from __future__ import annotations

import numpy as np
import pytest

from abate.stats.sizes.longitudinal import (
    LongitudinalSize,
    contrast_over_visits,
    difference_given_inflation,
    difference_of_slopes,
    total_by_one_step_of_t,
)
from abate.stats.sizes.rated_arm import RatedArm, arm_leaving, arm_with_patterns, given_baseline, variance_inflation
from abate.stats.sizes.rejection import Reference, normal_power, t_power
from tests.reference.trial_sizes.cases import Case, read_cases

TOLERANCE = 1e-8
SCENARIOS = ("A", "B", "C", "N")


@pytest.fixture(scope="module")
def cases(abate_data) -> dict[str, Case]:
    return read_cases(abate_data, "longitudinal")


def test_no_case_is_without_a_test(cases):
    named = {"lu-luo-chen-2008-table-1", "lu-luo-chen-2008-table-2", "diggle-slopes", "random-slope-longpower"}
    exchangeable = {"lu-luo-chen-exchangeable-0.25-lambda1", "lu-luo-chen-exchangeable-0.6-lambda1"}
    assert set(cases) == named | exchangeable | {f"mmrm-simulated-{scenario}" for scenario in SCENARIOS}


def test_table_1_of_lu_luo_and_chen(cases):
    given, expected = cases["lu-luo-chen-2008-table-1"]["inputs"], cases["lu-luo-chen-2008-table-1"]["outputs"]
    rows = zip(
        given["phi_a"],
        given["phi_b"],
        given["lambda_a_to_b"],
        expected["total_z"],
        expected["total_t_one_step"],
        strict=True,
    )
    for phi_a, phi_b, allocation, total, total_t in rows:
        asked = {
            "effect_over_sd": given["effect_over_sd"],
            "inflation": (phi_a, phi_b),
            "power": given["power"],
            "alpha": given["alpha"],
            "allocation": allocation,
        }
        assert difference_given_inflation(**asked).total == pytest.approx(total, abs=TOLERANCE)
        assert total_by_one_step_of_t(**asked) == pytest.approx(total_t, abs=TOLERANCE)


def test_table_2_of_lu_luo_and_chen(cases):
    rows = cases["lu-luo-chen-2008-table-2"]["outputs"]["rows"]
    assert len(rows) == 48
    for row in rows:
        visits = row["visits"]
        neighbours = row["corr_first_last"] ** (1 / (visits - 1))
        apart = np.abs(np.subtract.outer(np.arange(visits), np.arange(visits)))
        arm = arm_leaving(neighbours**apart, np.linspace(1, 1 - row["dropout_at_last"], visits))
        assert variance_inflation(arm, np.eye(visits)[-1]) == pytest.approx(row["phi"], abs=TOLERANCE)


def test_slopes_of_diggle(cases):
    given, expected = cases["diggle-slopes"]["inputs"], cases["diggle-slopes"]["outputs"]
    for rho, sizes, rounded in zip(
        given["exchangeable_rho"], expected["per_arm"], expected["per_arm_rounded_up"], strict=True
    ):
        for variance, per_arm, whole in zip(given["variance"], sizes, rounded, strict=True):
            arm = complete_arm(variance * (rho + (1 - rho) * np.eye(3)))
            size = difference_of_slopes(
                slope_difference=given["slope_difference"],
                times=given["times"],
                active=arm,
                control=arm,
                power=given["power"],
                alpha=given["alpha"],
                sided=given["sided"],
            )
            assert size.per_arm[0] == pytest.approx(per_arm, abs=TOLERANCE)
            assert size.per_arm_rounded == (whole, whole)


def test_random_slopes_of_longpower(cases):
    given, expected = cases["random-slope-longpower"]["inputs"], cases["random-slope-longpower"]["outputs"]
    times = np.array(given["times"])
    line = np.column_stack([np.ones(len(times)), times])
    covariance = given["corr_intercept_slope"] * np.sqrt(given["var_intercept"] * given["var_slope"])
    of_line = np.array([[given["var_intercept"], covariance], [covariance, given["var_slope"]]])
    arm = complete_arm(line @ of_line @ line.T + given["var_residual"] * np.eye(len(times)))
    size = difference_of_slopes(
        slope_difference=given["slope_difference"], times=times, active=arm, control=arm, power=given["power"]
    )
    assert size.per_arm[0] == pytest.approx(expected["per_arm"], abs=TOLERANCE)


@pytest.mark.parametrize("rho", ["0.25", "0.6"])
def test_exchangeable_correlation(cases, rho):
    case = cases[f"lu-luo-chen-exchangeable-{rho}-lambda1"]
    given, expected = case["inputs"], case["outputs"]
    visits = len(given["retention"])
    arm = arm_leaving(given["corr"] + (1 - given["corr"]) * np.eye(visits), given["retention"])
    size = contrast_over_visits(
        effect=given["effect_over_sd"],
        weights=np.eye(visits)[-1],
        active=arm,
        control=arm,
        power=given["power"],
        alpha=given["alpha"],
        allocation=given["lambda_a_to_b"],
    )
    assert size.inflation[0] == pytest.approx(expected["phi"], abs=TOLERANCE)
    assert list(size.per_arm) == pytest.approx([expected["arm_a"], expected["arm_b"]], abs=TOLERANCE)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_closed_form_beside_the_simulated_scenarios(cases, scenario):
    given, outputs = cases[f"mmrm-simulated-{scenario}"]["inputs"], cases[f"mmrm-simulated-{scenario}"]["outputs"]
    expected, shift_of = outputs["closed_form"], abs(given["effect_by_day"][-1])
    size = planned(given, Reference.NORMAL)
    assert size.standard_error == pytest.approx(expected["se_of_day5_difference"], abs=TOLERANCE)
    shift = shift_of / size.standard_error
    assert either_side(normal_power, shift) == pytest.approx(expected["power_z"], abs=TOLERANCE)
    by_t = t_power(shift, expected["rough_df"], 0.05, 2) + t_power(-shift, expected["rough_df"], 0.05, 2)
    assert by_t == pytest.approx(expected["power_t_rough_df"], abs=TOLERANCE)
    complete = planned(given, Reference.NORMAL, is_complete_case=True)
    assert complete.standard_error == pytest.approx(expected["complete_case_se"], abs=TOLERANCE)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_expected_degrees_of_freedom_are_those_of_the_simulated_fits(cases, scenario):
    "The mean of 1000 fits' Satterthwaite degrees; 1 % is what the curvature of the formula leaves between the two means."
    case = cases[f"mmrm-simulated-{scenario}"]
    size = planned(case["inputs"], Reference.T)
    assert size.degrees_of_freedom == pytest.approx(case["outputs"]["mean_df"], rel=0.01)


def either_side(power, shift: float) -> float:
    return power(shift, 0.05, 2) + power(-shift, 0.05, 2)


def planned(given: Case, reference: Reference, *, is_complete_case: bool = False) -> LongitudinalSize:
    "Scenario N has no effect, which cannot be planned on: its standard error is asked for with an effect of 1."
    sds = np.array(given["sd_baseline_then_days"])
    covariance = given_baseline(np.outer(sds, sds) * np.array(given["correlation_6x6"]))
    retentions = given["retention_active_by_day"], given["retention_control_by_day"]
    active, control = (
        arm_with_patterns(covariance, np.ones((1, 5)), [retention[-1]])
        if is_complete_case
        else arm_leaving(covariance, retention)
        for retention in retentions
    )
    return contrast_over_visits(
        effect=abs(given["effect_by_day"][-1]) or 1.0,
        weights=np.eye(5)[-1],
        active=active,
        control=control,
        total=given["per_arm_active"] + given["per_arm_control"],
        reference=reference,
    )


def complete_arm(covariance) -> RatedArm:
    return arm_leaving(covariance, np.ones(len(covariance)))
