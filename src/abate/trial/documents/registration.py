"""What can be registered already? The fields of a register; what the plan does not know is null and named under "needs author"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from abate.base.numbers import describe_short
from abate.contracts.plan_view import OPEN_KINDS, UNMASKED_KINDS, PlanView
from abate.contracts.plan_words import planned_total
from abate.trial.documents.design_models import MODELS, assigned_by, is_rated, planned_arms
from abate.trial.documents.items import aim_in_words, of_part, of_plan
from abate.trial.documents.said import estimand_of, primary_day, say_primary, say_rule

#: Fields that no plan can know.
UNKNOWN = (
    "acronym", "identifiers", "sponsor", "responsible_party", "phase", "keywords", "sex", "minimum_age", "maximum_age", "start_date",
    "primary_completion_date", "completion_date", "sites", "contacts", "data_sharing_statement",
)  # fmt: skip

_NUMBERING = "The data set of the WHO has 24 items (unverified); check the fields against the register before use."


def describe_registration(view: PlanView) -> Mapping[str, Any]:
    """Return the fields of registration.json with the origin of each that is filled."""
    known = _known(view)
    fields = {
        **{name: value for name, (value, _) in known.items()},
        **dict.fromkeys(UNKNOWN),
        "oversight": {"ind": None, "device": None},
    }
    lacking = [name for name, value in fields.items() if value is None or value == []]
    return {
        "note": _NUMBERING,
        "warnings": list(view.plan.warnings),
        **fields,
        "needs author": sorted([*lacking, "oversight"]),
        "origins": {name: origin for name, (value, origin) in known.items() if value not in (None, [])},
    }


def _known(view: PlanView) -> dict[str, tuple[Any, str]]:
    file = view.file
    total = planned_total(view.plan)
    count = None if total is None else round(total)
    return {
        "brief_title": (view.plan.title, of_part("title")),
        "official_title": (None, ""),
        "brief_summary": (f"The trial asks {aim_in_words(view)}, in {file.condition}.", of_plan("question.aim")),
        "conditions": ([file.condition], of_plan("condition")),
        "study_type": ("interventional", of_part("designs")),
        "model": (MODELS.get(view.kind), of_part("designs")),
        "allocation": (_allocation(view), of_plan("arms")),
        "masking": _masking(view),
        "enrolment": ({"count": count, "type": "anticipated"} if count is not None else None, of_part("designs")),
        "arms": (
            [{"name": arm.name, "role": arm.role, "intervention": arm.text} for arm in planned_arms(view)],
            of_plan("arms"),
        ),
        "primary_outcomes": (_primary(view), of_plan("estimand.variable")),
        "secondary_outcomes": (_secondary(view), of_plan("response")),
        "eligibility": ({"population": file.estimand.population, "criteria": None}, of_plan("estimand.population")),
        "documents": (["protocol (draft)", "statistical analysis plan (draft)"], of_part("provenance")),
    }


def _allocation(view: PlanView) -> str:
    return "not randomised" if assigned_by(view) == "nobody" or len(view.file.arms) == 1 else "randomised"


def _masking(view: PlanView) -> tuple[Any, str]:
    """Return who is kept from knowing; null where each person has both, for an author to say."""
    if view.kind in UNMASKED_KINDS and view.file.question.can_be_blinded:
        return None, ""
    can = view.is_masked and len(view.file.arms) > 1
    masked = ["participant", "care provider", "outcomes assessor"] if can else ["none"]
    return masked, of_plan("question.can_be_blinded") if view.kind not in OPEN_KINDS else of_part("designs")


def _primary(view: PlanView) -> list[dict[str, str | None]]:
    frame = f"day {describe_short(primary_day(view))}" if is_rated(view) else None
    return [{"measure": estimand_of(view)["variable"], "description": say_primary(view).text, "time_frame": frame}]


def _secondary(view: PlanView) -> list[dict[str, str | None]]:
    found: list[dict[str, str | None]] = []
    if view.file.response is not None:
        found.append(
            {
                "measure": say_rule(view.file.response.rule),
                "description": None,
                "time_frame": f"day {describe_short(primary_day(view))}",
            }
        )
    if view.file.follow_up is not None:
        found.append(
            {
                "measure": "rating after discharge",
                "description": None,
                "time_frame": view.file.follow_up.visit.replace("_", " "),
            }
        )
    return found
