"""Which numbers of a plan does the size of a comparison rest on? The planned effect, the errors, one arm's ratings."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from abate.base.errors import ParameterError
from abate.contracts.plan_file import PlanFile
from abate.stats.sizes.ancova import means_given_baseline
from abate.stats.sizes.checks import checked_covariance
from abate.stats.sizes.errors import RetentionError
from abate.stats.sizes.longitudinal import LongitudinalSize, contrast_over_visits
from abate.stats.sizes.rated_arm import RatedArm, arm_with_patterns, given_baseline
from abate.stats.sizes.rejection import Reference
from abate.stats.sizes.size import Size, with_dropout
from abate.trial.designs.facts import primary_index

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

    @property
    def allocation(self) -> float:
        """Persons with the drug for each in the control arm."""
        active = [arm.weight for arm in self.plan.arms if arm.role == "active"]
        control = [arm.weight for arm in self.plan.arms if arm.role != "active"]
        return active[0] / control[0] if active and control else 1.0

    @property
    def primary(self) -> int:
        """Place of the primary day among the days after the baseline."""
        return primary_index(self.plan) - 1

    @cached_property
    def arm(self) -> RatedArm:
        """One arm's ratings after the baseline, given the baseline, with its drop-out.

        Raises
        ------
        ParameterError
            If the covariance is none that ratings can have, or the shares still seen are no such shares.
        """
        seen = np.array(self.plan.retention.seen)
        if seen.min() <= 0 or seen.max() > 1 or np.any(np.diff(seen) > 0):
            raise RetentionError(
                "retention.seen must lie above 0 and at most at 1 and never rise; who has left does not come back."
            )
        leaving = seen - np.append(seen[1:], 0.0)
        some = leaving > 0
        patterns = np.tri(len(seen), dtype=np.bool_)
        return arm_with_patterns(given_baseline(self.plan.ratings.covariance), patterns[some], leaving[some])

    @property
    def seen(self) -> float:
        """Share still rated on the primary day."""
        return self.plan.retention.seen[self.primary]

    @property
    def sd(self) -> float:
        """Of the rating on the primary day within an arm."""
        return math.sqrt(self._covariance[self.primary + 1, self.primary + 1])

    @property
    def correlation(self) -> float:
        """Of baseline and primary rating."""
        matrix = self._covariance
        return float(matrix[0, self.primary + 1] / math.sqrt(matrix[0, 0]) / self.sd)

    @property
    def sd_of_fall(self) -> float:
        """Of the fall from baseline to the primary day."""
        matrix, place = self._covariance, self.primary + 1
        return math.sqrt(matrix[0, 0] + matrix[place, place] - 2 * matrix[0, place])

    @property
    def sd_given_baseline(self) -> float:
        """Of the rating on the primary day, given the baseline."""
        return self.sd * math.sqrt(1 - self.correlation**2)

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

    def by_mixed_model(
        self, *, effect: float | None = None, alpha: float | None = None, sided: int | None = None
    ) -> LongitudinalSize:
        """Return the size of a comparison on the primary day by the mixed model, held against t."""
        weights = np.zeros(self.arm.visit_count)
        weights[self.primary] = 1.0
        return contrast_over_visits(
            effect=self.effect if effect is None else effect,
            weights=weights,
            active=self.arm,
            control=self.arm,
            power=self.power,
            alpha=self.alpha if alpha is None else alpha,
            sided=self.sided if sided is None else sided,
            allocation=self.allocation,
            reference=Reference.T,
        )

    def equal_arms(self) -> PlannedComparison:
        """Return the same question with as many persons in each arm."""
        arms = tuple(arm.model_copy(update={"weight": 1}) for arm in self.plan.arms)
        return replace(self, plan=self.plan.model_copy(update={"arms": arms}))

    def by_covariance_analysis(self) -> Size:
        """Return the size of a comparison on the primary day by analysis of covariance, raised for those not rated then."""
        size = means_given_baseline(
            difference=self.effect,
            sd=self.sd,
            correlation=self.correlation,
            power=self.power,
            alpha=self.alpha,
            sided=self.sided,
            allocation=self.allocation,
            reference=Reference.T,
        )
        return with_dropout(size, 1 - self.seen)

    def as_analysed(self) -> Size:
        """Return the size by the analysis that the plan names."""
        return self.by_covariance_analysis() if self.plan.design.analysis == "ancova" else self.by_mixed_model()

    @cached_property
    def _covariance(self) -> np.ndarray:
        return checked_covariance(self.plan.ratings.covariance, "ratings.covariance")
