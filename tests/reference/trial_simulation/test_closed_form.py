"""Does the simulation come to the published closed form where that is nearly exact: hundreds of patients, drop-out by chance?"""

from __future__ import annotations

import math

import numpy as np
import pytest

from abate.stats.sizes.longitudinal import contrast_over_visits
from abate.stats.sizes.rated_arm import arm_leaving
from abate.trial.simulate import Analysis, AsIs, Leaving, TrialModel, simulate

TRIALS, PER_ARM = 1_000, 250
SD = np.array([1.6, 2.0, 2.2, 2.3, 2.4])
COVARIANCE = 0.7 ** np.abs(np.subtract.outer(np.arange(5), np.arange(5))) * np.outer(SD, SD)
RETENTION = np.array([[1, 0.95, 0.9, 0.8], [1, 0.9, 0.8, 0.65]])
EFFECT = 0.45


@pytest.mark.parametrize("weights", [(0, 0, 0, 1), (0, 0, 0.5, 0.5)])
@pytest.mark.parametrize("kind", ["mmrm", "constrained"])
def test_standard_error_and_power_of_lu_luo_and_chen(kind, weights):
    given_baseline = COVARIANCE[1:, 1:] - np.outer(COVARIANCE[1:, 0], COVARIANCE[0, 1:]) / COVARIANCE[0, 0]
    control, active = (arm_leaving(given_baseline, retention) for retention in RETENTION)
    closed = contrast_over_visits(
        effect=EFFECT, weights=weights, active=active, control=control, total=2 * PER_ARM, alpha=0.05
    )
    mean = np.array([[7.5, 6.5, 6.0, 5.8, 5.6]] * 2)
    mean[1, 1:] -= EFFECT
    model = TrialModel(
        per_arm=(PER_ARM, PER_ARM), mean=mean, covariance=COVARIANCE, retention=RETENTION, rating_map=AsIs()
    )
    found = simulate(model, Analysis(kind=kind, day_weights=weights), seed=17, trials=TRIALS).summary
    # An SD of 1,000 estimates is known to 2.2 %.
    assert found.standard_error.value == pytest.approx(closed.standard_error, rel=0.01)
    assert found.sd_of_estimates == pytest.approx(closed.standard_error, rel=0.066)
    assert abs(found.success.value - closed.power) < 3 * math.sqrt(closed.power * (1 - closed.power) / TRIALS) + 0.005


def test_leaving_by_the_last_rating_costs_no_bias():
    mean = np.array([[7.5, 6.5, 6.0, 5.8, 5.6]] * 2)
    mean[1, 1:] -= EFFECT
    model = TrialModel(
        per_arm=(PER_ARM, PER_ARM),
        mean=mean,
        covariance=COVARIANCE,
        retention=RETENTION,
        rating_map=AsIs(),
        leaving=Leaving(depends_on="last rating", slope=0.6),
    )
    found = simulate(model, seed=18, trials=600).summary
    assert abs(found.bias.value) < 3 * found.bias.monte_carlo_se
    assert abs(found.coverage.value - 0.95) < 3 * math.sqrt(0.05 * 0.95 / 600)
