"""Do simulated scenarios agree with those simulated and fitted in R, within 3 standard errors of the difference?"""

from __future__ import annotations

import math

import pytest

from abate.trial.simulate import simulate
from tests.reference.trial_simulation.reference import read_scenario

pytestmark = pytest.mark.data

TRIALS = 3_000


@pytest.mark.parametrize("name", ["A", "B", "C", "N"])
def test_power_and_type_one_error(abate_data, name):
    model, expected = read_scenario(abate_data, name)
    found = simulate(model, seed=20261127, trials=TRIALS).summary
    error = math.hypot(found.monte_carlo_se, expected["monte_carlo_se"])
    assert abs(found.success.value - expected["reject_share"]) < 3 * error
    of_mean = math.hypot(found.estimate.monte_carlo_se, expected["monte_carlo_se_of_mean_estimate"])
    assert abs(found.estimate.value - expected["mean_estimate"]) < 3 * of_mean
    of_coverage = math.hypot(*(math.sqrt(0.05 * 0.95 / count) for count in (TRIALS, expected["replicates"])))
    assert abs(found.coverage.value - expected["coverage_95"]) < 3 * of_coverage
    assert found.standard_error.value == pytest.approx(expected["mean_standard_error"], rel=0.01)
    assert found.df.value == pytest.approx(expected["mean_df"], rel=0.01)
    assert found.failed.numerator == expected["failed"] == 0
