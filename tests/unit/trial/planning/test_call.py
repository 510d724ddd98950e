"""Does the call that a plan prints run on simulated data, and say what the simulation says?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from abate.stats.trials.analyse import analyse
from abate.stats.trials.generate import draw_trials
from abate.stats.trials.scenario import prepare
from abate.stats.trials.streams import Streams
from abate.trial.effect import plan_effect
from abate.trial.planning.simulated import Simulator
from abate.trial.planning.words import analysis_call
from abate.trial.simulate import scenario_of
from abate.trial.two_arms.looks import TrialSize
from tests.unit.trial.plans import plan_of


def one_trial(plan):
    """Ratings (patient, visit) and arm of one simulated trial, and what the simulation says of it."""
    simulator = Simulator(plan=plan, effect=plan_effect(plan.effect), design=None, pace=None)
    scenario = scenario_of([simulator.model(TrialSize(per_arm=(40, 40), standard_error=1.0), 1.2)])
    drawn = draw_trials(scenario, prepare(scenario), range(1), Streams(seed=3, scenario=0))
    answer = analyse(simulator.analysis, drawn.ratings, drawn.arm, drawn.centre)
    return drawn.ratings[0], drawn.arm, float(answer.estimate[0])


def as_frame(ratings, arm):
    """One row a patient and day with a rating; day as text, arm by name."""
    patient, day = np.nonzero(np.isfinite(ratings))
    names = np.array(["control", "ketamine"])
    frame = pd.DataFrame(
        {"person": patient, "day": day.astype(str), "arm": names[arm[patient]], "rating": ratings[patient, day]}
    )
    frame["baseline"] = ratings[patient, 0]
    return frame


def run_call(plan, ratings):
    scope = {"ratings": ratings}
    exec(analysis_call(plan), scope)
    return scope


@pytest.mark.parametrize("df", ["satterthwaite", "kenward-roger-linear"])
def test_the_mixed_model_says_what_the_simulation_says(df):
    plan = plan_of(design={"df": df})
    ratings, arm, estimate = one_trial(plan)
    frame = as_frame(ratings, arm)
    found = run_call(plan, frame[frame["day"] != "0"])["differences"]
    primary = list(found.columns["day"]).index("3")
    assert found.columns["difference"][primary] == pytest.approx(estimate, abs=1e-6)


def test_the_analysis_of_covariance_says_what_the_simulation_says():
    plan = plan_of(design={"analysis": "ancova"})
    ratings, arm, estimate = one_trial(plan)
    frame = as_frame(ratings, arm)
    found = run_call(plan, frame[frame["day"] == "3"])["differences"]
    assert found.columns["difference"][0] == pytest.approx(estimate, abs=1e-6)


def test_the_constrained_model_says_what_the_simulation_says():
    plan = plan_of(design={"analysis": "constrained longitudinal"})
    ratings, arm, estimate = one_trial(plan)
    frame = as_frame(ratings, arm)
    is_treated = (frame["day"] != "0") & (frame["arm"] == "ketamine")
    frame["given"] = np.where(is_treated, frame["arm"] + " on day " + frame["day"], "control")
    fit = run_call(plan, frame)["fit"].fit
    name = next(name for name in fit.names if name.endswith("ketamine on day 3"))
    assert fit.estimate[list(fit.names).index(name)] == pytest.approx(estimate, abs=1e-6)
