"""Are the derivatives those of the likelihood? Against differences of it, away from the maximum."""

from __future__ import annotations

import numpy as np
import pytest

from abate.stats.mmrm.inputs import check_repeated_data
from abate.stats.mmrm.likelihood import Model, likelihood_at, slopes_at
from abate.stats.mmrm.maximum import starting_values
from abate.stats.mmrm.patterns import find_patterns
from abate.stats.mmrm.spatial import SpatialExponential
from abate.stats.mmrm.structures import STRUCTURES
from tests.unit.stats.mmrm.trial import simulated_trial

STEP = 1e-5


def model_of(structure, *, reml=True, groups=1):
    trial = simulated_trial(seed=3, subject_count=40, visit_count=4)
    data = check_repeated_data(trial.outcome, trial.design, trial.subject, trial.visit)
    patterns = find_patterns(data.rows)
    if groups == 2:
        rows = data.rows
        halves = type(rows)(values=rows.values, seen=rows.seen, group=np.arange(40) % 2)
        patterns = find_patterns(halves)
    made = SpatialExponential(_distances(patterns)) if structure == "spatial" else STRUCTURES[structure](4)
    return Model(patterns=patterns, structures=(made,) * groups, reml=reml, observation_count=len(trial.outcome))


def _distances(patterns):
    place = np.array([0.0, 1.0, 2.5, 4.0])
    both = patterns.seen[:, :, None] & patterns.seen[:, None, :]
    return np.where(both, np.abs(place[:, None] - place[None, :]), 0.0)


def theta_of(model):
    start = starting_values(model)
    return start + 0.1 * np.sin(1 + np.arange(start.size))


def sides(function, theta, k):
    moved = STEP * np.eye(theta.size)[k]
    return (function(theta + moved) - function(theta - moved)) / (2 * STEP)


CASES = [(name, reml, 1) for name in (*STRUCTURES, "spatial") for reml in (True, False)] + [("unstructured", True, 2)]


@pytest.mark.parametrize(("structure", "reml", "groups"), CASES)
def test_gradient_and_hessian(structure, reml, groups):
    model = model_of(structure, reml=reml, groups=groups)
    theta = theta_of(model)
    slopes = slopes_at(model, likelihood_at(model, theta))
    value = [sides(lambda at: likelihood_at(model, at).value, theta, k) for k in range(theta.size)]
    assert slopes.gradient == pytest.approx(np.array(value), abs=1e-5)
    bent = [sides(lambda at: slopes_at(model, likelihood_at(model, at)).gradient, theta, k) for k in range(theta.size)]
    assert slopes.hessian == pytest.approx(np.array(bent), abs=1e-5)


@pytest.mark.parametrize("name", STRUCTURES)
@pytest.mark.parametrize("visit_count", [1, 2, 5])
def test_both_ways_to_add_up_second_derivatives_agree(name, visit_count):
    "Weights on pairs of parameters and on pairs of visits: the same sum in another order."
    structure = STRUCTURES[name](visit_count)
    rng = np.random.default_rng(1)
    theta = 0.3 * rng.normal(size=structure.parameter_count)
    on_visits, on_parameters = rng.normal(size=(visit_count,) * 2), rng.normal(size=(structure.parameter_count,) * 2)
    on_visits, on_parameters = on_visits + on_visits.T, on_parameters + on_parameters.T
    first = np.sum(on_parameters * structure.curvature(theta, on_visits[None]))
    assert first == pytest.approx(np.sum(on_visits * structure.weighted_curvature(theta, on_parameters)))
