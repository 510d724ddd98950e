"""Which plan does a study give, what does it promise, and does the trial it asks for succeed? One study, one plan, one trial."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from abate.contracts.definition import Study
from abate.contracts.plan_assumptions import Effect
from abate.contracts.plan_file import PlanFile
from abate.contracts.plan_values import Number
from abate.contracts.result import Estimate, Provenance, StudyResult
from abate.inference.attribution.estimate import estimate_attribution
from abate.inference.change import estimate_change
from abate.inference.columns import eligible_courses
from abate.stats.trials.analyse import analyse
from abate.stats.trials.looks import find_stops, only_look
from abate.trial.effect import PRE_POST, PlannedEffect, plan_effect
from abate.trial.from_study.effect import carry_effect
from abate.trial.from_study.plan import plan_from_study
from abate.trial.planning.power import ClosedPower, assurance_of, closed_power, power_needed
from abate.trial.planning.simulated import Simulator, share_of, simulated_assurance
from abate.trial.two_arms.closed import mmrm_size, rated_trial
from abate.trial.two_arms.looks import TrialSize, plan_looks
from tests.known_truth.planned_hospitals import Effects, StudyTables, trial_ratings, true_spread

_NORMAL_975 = 1.959963984540054
_SCALE_RANGE = 10.0
#: Of each plan: few, because hundreds of plans are averaged.
SIMULATED_TRIALS = 100
#: What the section [effect] says that no study gives; the truth is drawn from it.
STATED = ("context", "bundle", "between_populations_sd", "prior")


# ---- what is believed, before and after the study --------------------------------------------------------------------


def believed(value: float, se: float | None) -> Number:
    """Return a number that a reader writes into the plan file."""
    return Number(value=value, se=se, basis="typed", source="the truth is drawn from it")


def as_written(**edited: Number | None) -> Effect:
    """Return the section [effect] as a first plan has it, but for what a reader edits; of its own it has context and bundle."""
    any_fall = Estimate(id="change.mean", quantity="mean change", value=-4.0, standard_error=1.0)
    return carry_effect(_result((any_fall,)), _SCALE_RANGE).model_copy(update=edited)


def draw_from(stated: Number | None, random: np.random.Generator) -> float:
    """Draw from what a plan says of a number: normal with its standard error; 0 where it says nothing."""
    return 0.0 if stated is None else stated.value + (stated.se or 0.0) * random.standard_normal()


# ---- the study and its plan ------------------------------------------------------------------------------------------


def plan_of_study(study: Study, tables: StudyTables) -> PlanFile:
    """Return the first plan of a study, as ``abate plan RUN`` makes it."""
    courses = eligible_courses(study, tables.outcomes)
    estimates = (
        *estimate_change(courses),
        *estimate_attribution(study, tables.outcomes, tables.daily, tables.ratings),
    )
    return plan_from_study(study, _result(estimates), tables.outcomes, tables.daily, "0" * 64)


def _result(estimates: tuple[Estimate, ...]) -> StudyResult:
    """Return a result with what a plan reads."""
    return StudyResult(
        study={}, explanation=(), estimates=estimates, attrition=(), characteristics=(), findings=(), sensitivity=(),
        provenance=Provenance(
            abate_version="", study_hash="0" * 64, data_fingerprint="", source_kind="course tables", is_simulated=True
        ),
    )  # fmt: skip


def with_beliefs(plan: PlanFile, stated: Effect) -> PlanFile:
    """Return the plan with what a reader believes in its section [effect]."""
    return _with_effect(plan, {name: getattr(stated, name) for name in STATED})


def naive(plan: PlanFile) -> PlanFile:
    """Return the plan that takes the change from before to after for the effect."""
    return _with_effect(plan, {"plan_on": PRE_POST, "prior": None, "between_populations_sd": None})


def _with_effect(plan: PlanFile, changes: dict[str, Any]) -> PlanFile:
    return plan.model_copy(update={"effect": plan.effect.model_copy(update=changes)})


# ---- what a plan promises, and one trial ------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, eq=False)
class SizedPlan:
    """A plan with the size that the closed form gives it: the search by simulated trials that follows in ``abate plan`` is left out.

    ``spread`` is the SD of the rating of the planned day given the baseline, in points, as the plan has it.
    """

    simulator: Simulator
    size: TrialSize
    power: ClosedPower
    spread: float

    @property
    def effect(self) -> PlannedEffect:
        """The difference that is planned on."""
        return self.simulator.effect

    @property
    def per_arm(self) -> int:
        """Persons in each arm."""
        return self.size.per_arm[0]


def size_plan(plan: PlanFile, seed: int) -> SizedPlan:
    """Return a plan with its size; the seed is that of its simulated trials.

    Raises
    ------
    AbateError
        Where there is no plan to be had, such as a difference of 0 or below.
    """
    effect = plan_effect(plan.effect)
    design, trial = plan_looks(plan), rated_trial(plan)
    per_arm = mmrm_size(trial, plan, effect=effect.mean, power=power_needed(plan, design)).per_arm_rounded
    power = closed_power(trial, plan, sum(per_arm), design)
    asked = plan.simulation.model_copy(update={"trials": SIMULATED_TRIALS, "seed": seed})
    return SizedPlan(
        simulator=Simulator(
            plan=plan.model_copy(update={"simulation": asked}), effect=effect, design=design, pace=None
        ),
        size=TrialSize(
            per_arm=per_arm, standard_error=power.standard_error, degrees_of_freedom=power.degrees_of_freedom
        ),
        power=power,
        spread=trial.sd * math.sqrt(1 - trial.correlation**2),
    )


def promise_of(sized: SizedPlan, effects: Effects) -> dict[str, Any]:
    """Return what a plan promises by closed form, and how that looks to someone who knows the truth.

    ``mean`` and ``sd`` of the planned difference in points, ``covers`` (its 95 % interval holds the true one), ``per_arm``, ``power`` at the
    planned difference and ``assurance``; ``power_at_truth`` at the true difference, ``power_in_truth`` there with the true spread of the
    ratings too, ``power_without_looks`` the same had nobody looked before the end; ``spread`` less ``spread_in_truth`` is what the plan has
    wrong of it.
    """
    effect, spread = sized.effect, true_spread(effects)
    in_truth = replace(sized.power, standard_error=sized.power.standard_error * spread / sized.spread)
    return {
        "mean": effect.mean,
        "sd": effect.sd,
        "covers": bool(abs(effect.mean - effects.drug) <= _NORMAL_975 * effect.sd),
        "per_arm": sized.per_arm,
        "power": float(sized.power.at(effect.mean)),
        "assurance": assurance_of(sized.power, effect),
        "power_at_truth": float(sized.power.at(effects.drug)),
        "power_in_truth": float(in_truth.at(effects.drug)),
        "power_without_looks": float(replace(in_truth, design=None).at(effects.drug)),
        "spread": sized.spread,
        "spread_in_truth": spread,
    }


def simulated_promise(sized: SizedPlan) -> dict[str, Any]:
    """Return power at the planned difference and assurance by simulated trials; the second draws covariance and drop-out too."""
    return {
        "power_simulated": share_of(sized.simulator.run(sized.size).summary),
        "assurance_simulated": simulated_assurance(sized.simulator, sized.size).value,
    }


def trials_of(sized: SizedPlan, effects: Effects, seed: int, count: int) -> list[dict[str, Any]]:
    """Do the trial so many times in such a hospital, each in patients of its own, with the looks and the analysis of the plan.

    Of each, ``succeeded``, ``look`` at which it ended (from 1), ``estimate`` there, above 0 where the drug does something and None where
    the fit failed; ``without_looks`` says whether it would have succeeded had nobody looked before the end.
    """
    ratings = trial_ratings(effects, sized.per_arm, count, seed)
    arm = np.tile([0, 1], sized.per_arm)
    analysis = sized.simulator.analysis
    looks = sized.simulator.looks or only_look(analysis)
    at_looks = [2 * int(patients[0]) for patients in looks.patients(np.array(sized.size.per_arm))]
    answers = [analyse(analysis, ratings[:, :n], arm[:n], np.zeros(n, dtype=np.int64)) for n in at_looks]
    stops, at_end = find_stops(looks, analysis, answers), find_stops(only_look(analysis), analysis, answers[-1:])
    estimate = -np.stack([each.estimate for each in answers], axis=1)
    return [
        {
            "succeeded": bool(stops.succeeded[trial]),
            "look": int(stops.look[trial]) + 1,
            "estimate": None if math.isnan(found := float(estimate[trial, stops.look[trial]])) else found,
            "without_looks": bool(at_end.succeeded[trial]),
        }
        for trial in range(count)
    ]
