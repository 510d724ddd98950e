"""What do the report and the drafts of a plan look up in it? Its numbers by id, its plan file, the design that was chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from abate.base.words import shown
from abate.contracts.plan_file import PlanFile
from abate.contracts.plan_words import chosen_design
from abate.contracts.result import Estimate
from abate.contracts.trial_plan import Curve, DesignRow, HarmTable, TrialPlan

#: What the plan file says where the pre-post change is planned on.
PRE_POST = "pre-post (not recommended)"


@dataclass(frozen=True)
class PlanView:
    """A plan with its file read once and its numbers at hand by id."""

    plan: TrialPlan

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
