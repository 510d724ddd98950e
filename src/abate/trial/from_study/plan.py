"""What is the first plan that a study gives? Every assumption from its estimates where it has them, marked where it has not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from abate.contracts.definition import Attribution, Disclosure
from abate.contracts.plan_assumptions import Effect, Ratings, Repeats, Retention
from abate.contracts.plan_file import Arm, Design, HarmRule, Looks, PlanDisclosure, PlanFile, Question
from abate.contracts.result import StudyResult
from abate.knowledge.scales import scale as scale_of
from abate.trial.designs.default_arms import Course, default_arms
from abate.trial.designs.estimand import default_estimand
from abate.trial.errors import PlanFileError
from abate.trial.from_study.courses import first_courses
from abate.trial.from_study.effect import carry_effect
from abate.trial.from_study.flow import (
    carry_accrual,
    carry_centres,
    carry_follow_up,
    carry_repeats,
    carry_response,
    carry_stay,
)
from abate.trial.from_study.ratings import carry_ratings, carry_retention

if TYPE_CHECKING:
    from abate.contracts.definition import Study
    from abate.contracts.plan_file import Estimand

#: Share of participants with such an event that may not be passed; the committee sets its own.
_HARM = HarmRule(
    event="serious psychiatric, respiratory or liver event, or stop for harm",
    limit=0.05,
    source="a starting value without evidence; the committee sets its own",
)


def plan_from_study(
    study: Study, result: StudyResult, outcomes: pa.Table, daily: pa.Table, results_hash: str
) -> PlanFile:
    """Return a plan of two arms in parallel, filled from a study's run.

    Parameters
    ----------
    study : Study
    result : StudyResult
        As results.json has it: of the site's edition.
    outcomes, daily : Table
        As the run left them.
    results_hash : str
        SHA-256 of results.json.

    Raises
    ------
    PlanFileError
        If the scale's better end is the upper one, or the study has too few courses or no ratings by day.
    """
    rule = _disclosure(study)
    lowest, highest = _ends(study)
    courses = first_courses(study, outcomes, daily, (study.attribution or Attribution()).planned_day)
    ratings = carry_ratings(courses, study.rating.scale, lowest, highest)
    retention = carry_retention(courses, rule)
    repeats = carry_repeats(study, outcomes, rule)
    arms = default_arms("parallel", Course(drug=study.treatment.name, days=ratings.days[-1]))
    return PlanFile(
        title=f"{study.treatment.name.capitalize()} against an active placebo: a trial planned from “{study.title}”"[
            :300
        ],
        condition=_condition(study),
        question=Question(),
        arms=arms,
        estimand=_estimand(study, arms, ratings, retention, repeats),
        design=Design(),
        looks=Looks(),
        effect=_effect(result, highest - lowest),
        ratings=ratings,
        retention=retention,
        response=carry_response(study, result, rule),
        follow_up=carry_follow_up(study, result, courses, rule),
        accrual=carry_accrual(courses),
        stay=carry_stay(courses),
        repeats=repeats,
        centre_sd=carry_centres(courses, rule.smallest_count),
        harm=(_HARM,),
        disclosure=rule,
        study=_origin(study, result, results_hash),
    )


def _disclosure(study: Study) -> PlanDisclosure:
    asked = study.disclosure or Disclosure()
    return PlanDisclosure(smallest_count=asked.smallest_count, rounding=asked.rounding)


def _ends(study: Study) -> tuple[float, float]:
    scale = scale_of(study.rating.scale)
    if not scale.lower_is_better:
        raise PlanFileError(
            f"on the scale {scale.id!r} higher is better, and a plan is made for scales on which lower is; write a plan file by hand "
            "with the ratings turned round ('abate plan --example')."
        )
    return scale.minimum, scale.maximum


def _effect(result: StudyResult, scale_range: float) -> Effect:
    if result.estimate("change.mean") is None and result.estimate("regression.fall") is None:
        raise PlanFileError("the results hold no mean fall; run the study again with this abate.")
    return carry_effect(result, scale_range)


def _condition(study: Study) -> str:
    return "the condition treated" if study.condition is None else study.condition.name


def _estimand(
    study: Study, arms: tuple[Arm, ...], ratings: Ratings, retention: Retention, repeats: Repeats | None
) -> Estimand:
    entry = study.eligibility
    is_adult = entry is not None and entry.age is not None and entry.age[0] >= 18
    return default_estimand(
        kind="parallel",
        condition=_condition(study),
        arms=arms,
        ratings=ratings,
        retention=retention,
        failed_classes=None if entry is None else entry.failed_preventive_classes,
        persons="Adults" if is_adult else "Persons",
        repeats=repeats,
    )


def _origin(study: Study, result: StudyResult, results_hash: str) -> dict[str, str]:
    return {
        "title": study.title,
        "study_hash": result.provenance.study_hash,
        "results_hash": results_hash,
        "records": "simulated" if result.provenance.is_simulated else "recorded",
    }
