"""What do the report and the drafts of a plan look up in it? Its numbers by id, its plan file, the design that was chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast

from abate.base.words import shown
from abate.contracts.plan_file import TWO_ARM_KINDS, DesignKind, PlanFile
from abate.contracts.plan_words import chosen_design
from abate.contracts.result import Estimate
from abate.contracts.trial_plan import Curve, DesignRow, HarmTable, TrialPlan

#: What the plan file says where the pre-post change is planned on.
PRE_POST = "pre-post (not recommended)"

#: What is estimated where two arms run at the same time, and what a plan file says where nobody changed it.
PARALLEL_SUMMARY = "difference in means between the arms as assigned"
#: Variable and summary of the designs in which something else is estimated; {rating} is the rating of the primary day.
OTHER_ESTIMANDS: Mapping[DesignKind, tuple[str, str]] = {
    "three arms": ("{rating}", "difference in means of each dose from the control as assigned"),
    "dose-ranging": ("{rating}", "rise of the mean over the doses as assigned"),
    "non-inferiority": (
        "{rating}",
        "difference in means between the arms as assigned, its lower limit against the margin",
    ),
    "cluster": ("{rating}", "difference in means between persons of centres as assigned"),
    "stepped wedge": (
        "{rating}",
        "difference in means with and without the protocol of the centre, the months allowed for",
    ),
    "randomised withdrawal": (
        "time from randomisation to relapse (rating within 1 point of the baseline on 3 of 7 days, or rescue)",
        "hazard ratio between the arms as assigned",
    ),
    "single-arm two-stage": ("response by the study's rule", "share that responds"),
    "crossover": ("{rating} of each period", "mean difference within a person between the treatments as assigned"),
    "n-of-1": ("{rating} of each period", "mean over persons of the difference within a person over the cycles"),
}
_DEGREES = (
    ("satterthwaite", "Satterthwaite"),
    ("kenward-roger", "Kenward\u2013Roger"),
    ("kenward-roger-linear", "Kenward\u2013Roger (linear)"),
)
#: Designs whose assignment cannot be hidden, and those in which each person has both and may tell them apart.
OPEN_KINDS: frozenset[DesignKind] = frozenset(("single-arm two-stage", "cluster", "stepped wedge"))
UNMASKED_KINDS: frozenset[DesignKind] = frozenset(("crossover", "n-of-1"))


@dataclass(frozen=True)
class PlanView:
    """A plan with its file read once and its numbers at hand by id."""

    plan: TrialPlan

    @property
    def has_harm_rules(self) -> bool:
        """Whether the plan file has rules that stop for harm."""
        return bool(self.file.harm)

    @cached_property
    def file(self) -> PlanFile:
        """The plan file, as a checked model."""
        return PlanFile.model_validate(dict(self.plan.plan))

    @property
    def title(self) -> str:
        """The title, so that it can stand in a sentence."""
        return shown(self.plan.title)

    @property
    def is_pre_post(self) -> bool:
        """Whether the plan stands on the pre-post change."""
        return self.file.effect.plan_on == PRE_POST

    @property
    def chosen(self) -> DesignRow | None:
        """The design that is planned."""
        return chosen_design(self.plan)

    @property
    def kind(self) -> DesignKind:
        """The kind of the design that is planned."""
        return self.file.design.kind if self.chosen is None else cast(DesignKind, self.chosen.kind)

    @property
    def is_two_arms(self) -> bool:
        """Whether two arms run at the same time: then the plan's model and call are the primary analysis."""
        return self.kind in TWO_ARM_KINDS

    @property
    def is_simulated(self) -> bool:
        """Whether the design was simulated."""
        return self.value("power.simulated") is not None

    @property
    def has_run(self) -> bool:
        """Whether the plan's call has analysed the simulated trials of this design."""
        return self.is_two_arms and self.is_simulated and bool(self.plan.call)

    @property
    def is_masked(self) -> bool:
        """Whether the arms are to be kept apart from who could tell them: by the design, and by what the plan says."""
        return self.file.question.can_be_blinded and self.kind not in OPEN_KINDS | UNMASKED_KINDS

    @property
    def ignores_looks(self) -> bool:
        """Whether the plan file has looks that the design makes no use of."""
        return self.file.looks is not None and not self.plan.looks

    @property
    def model(self) -> str:
        """The plan's model, names of persons as they are written."""
        text = self.plan.model
        for id, name in _DEGREES:
            text = text.replace(f"{id} degrees of freedom", f"{name} degrees of freedom")
        return text

    @property
    def analysis(self) -> str:
        """Primary outcome and analysis: of two arms the plan's model, of another design what the catalogue says of it."""
        if self.is_two_arms or self.chosen is None:
            return self.model
        return self.chosen.primary

    @cached_property
    def estimand(self) -> Mapping[str, str]:
        """The parts of the estimand; of another design than two arms its own variable and summary where the file has the usual ones."""
        words = dict(self.plan.estimand)
        other = OTHER_ESTIMANDS.get(self.kind)
        if other is not None and words.get("summary", PARALLEL_SUMMARY) == PARALLEL_SUMMARY:
            variable, summary = other
            words |= {"variable": variable.format(rating=words.get("variable", "rating")), "summary": summary}
        if self.kind == "single-arm two-stage" and len(self.file.arms) > 1:
            arm = next((arm for arm in self.file.arms if arm.role == "active"), self.file.arms[0])
            words["treatment"] = f"{arm.text or arm.name}; in everybody"
        return words

    def estimand_with(self, scale_name: str) -> Mapping[str, str]:
        """Return the parts of the estimand with the scale's name in the place of its id."""
        id = self.file.ratings.scale
        return {
            part: text.replace(f"rating of {id} ", f"rating of the {scale_name} ")
            for part, text in self.estimand.items()
        }

    @property
    def harm_rules(self) -> Sequence[HarmTable]:
        """The rules that stop for harm."""
        return self.plan.harm

    @cached_property
    def _by_id(self) -> dict[str, Estimate]:
        return {estimate.id: estimate for estimate in self.plan.estimates}

    def estimate(self, id: str) -> Estimate | None:
        """Return the number with this id, whether it has a value or a reason; None if there is none."""
        return self._by_id.get(id)

    def value(self, id: str) -> float | None:
        """Return the value of the number with this id, if it has one."""
        found = self._by_id.get(id)
        return None if found is None else found.value

    def reason(self, id: str, otherwise: str) -> str:
        """Return why there is no number of this id, in a few words."""
        found = self._by_id.get(id)
        return found.reason.rstrip(".") if found is not None and found.reason else otherwise

    def under(self, prefix: str) -> Sequence[Estimate]:
        """Return the numbers whose ids begin with ``prefix``, in the order of the plan."""
        return [found for found in self.plan.estimates if found.id.startswith(prefix)]

    def curve(self, id: str) -> Curve | None:
        """Return the curve with this id if it has two points or more."""
        found = self.plan.curve(id)
        return found if found is not None and len(found.points) > 1 else None
