"""Which numbers of a plan does the size of a comparison rest on? The planned effect, the errors, one arm's ratings."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from abate.base.errors import ParameterError
from abate.contracts.plan_file import PlanFile
from abate.stats.sizes.checks import checked_covariance
from abate.stats.sizes.longitudinal import LongitudinalSize
from abate.stats.sizes.size import Size
from abate.trial.two_arms.closed import RatedTrial, ancova_size, mmrm_size, rated_trial

#: Taken where a plan gives the size and leaves the power open: designs are compared at one power.
COMPARED_AT_POWER = 0.8


@dataclass(frozen=True, kw_only=True)
class PlannedComparison:
    """A plan with the effect it is sized for.

    Attributes
    ----------
    plan : PlanFile
    effect : float
        Difference of means on the primary day, in points; above 0 where the drug does better.
    """

    plan: PlanFile
    effect: float

    @property
    def alpha(self) -> float:
        """Of all sides of the test together."""
        return self.plan.design.alpha

    @property
    def one_sided_alpha(self) -> float:
        """Of one side."""
        return self.alpha / self.plan.design.sided

    @property
    def sided(self) -> int:
        """1 or 2."""
        return self.plan.design.sided

    @property
    def power(self) -> float:
        """As asked for; where the plan gives the size instead, the power at which designs are compared."""
        return COMPARED_AT_POWER if self.plan.design.power is None else self.plan.design.power

    @property
    def notes(self) -> tuple[str, ...]:
        """What was taken without having been asked for."""
        if self.plan.design.power is not None:
            return ()
        return (f"the plan gives a size and no power; designs are compared at a power of {COMPARED_AT_POWER:g}",)

    @cached_property
    def trial(self) -> RatedTrial:
        """Ratings and drop-out to the primary day.

        Raises
        ------
        ParameterError
            If the covariance is none that ratings can have.
        """
        trial = rated_trial(self.plan)
        checked_covariance(trial.covariance, "ratings.covariance")
        return trial

    @property
    def seen(self) -> float:
        """Share still rated on the primary day."""
        return float(self.trial.retention[-1])

    @property
    def sd_of_fall(self) -> float:
        """Of the fall from baseline to the primary day."""
        matrix = self.trial.covariance
        return math.sqrt(matrix[0, 0] + matrix[-1, -1] - 2 * matrix[0, -1])

    @property
    def sd_given_baseline(self) -> float:
        """Of the rating on the primary day, given the baseline."""
        return self.trial.sd * math.sqrt(1 - self.trial.correlation**2)

    @property
    def sd_within(self) -> tuple[float, str]:
        """SD of the fall between courses of one person, and where it comes from.

        Raises
        ------
        ParameterError
            If the plan has neither ``design.within_sd`` nor ``repeats.icc``.
        """
        typed, repeats = self.plan.design.within_sd, self.plan.repeats
        if typed is not None:
            return typed.value, f"SD within a person {typed.value:.3g} ({typed.source})"
        if repeats is None or repeats.icc is None:
            raise ParameterError(
                "how much falls of one person's courses differ is not known; give design.within_sd, or repeats.icc from repeat courses."
            )
        sd = self.sd_of_fall * math.sqrt(1 - repeats.icc)
        return sd, f"SD within a person {sd:.3g}, from an ICC of {repeats.icc:g} between courses ({repeats.source})"

    def by_mixed_model(self) -> LongitudinalSize:
        """Return the size of a comparison on the primary day by the mixed model, held against t."""
        return mmrm_size(self.trial, self.plan, effect=self.effect, power=self.power)

    def by_covariance_analysis(self) -> Size:
        """Return the same by analysis of covariance, raised once for those not rated then."""
        return ancova_size(self.trial, self.plan, effect=self.effect, power=self.power)

    def as_analysed(self) -> Size:
        """Return the size by the analysis that the plan names."""
        return self.by_covariance_analysis() if self.plan.design.analysis == "ancova" else self.by_mixed_model()

    def with_design(self, **changes: Any) -> PlannedComparison:
        """Return the same question with other values of the plan's section ``design``."""
        design = self.plan.design.model_copy(update=changes)
        return replace(self, plan=self.plan.model_copy(update={"design": design}))

    def with_equal_arms(self) -> PlannedComparison:
        """Return the same question with as many persons in each arm."""
        arms = tuple(arm.model_copy(update={"weight": 1}) for arm in self.plan.arms)
        return replace(self, plan=self.plan.model_copy(update={"arms": arms}))
