"""Which size or power has a parallel trial by closed form? By the analysis that the plan names, and by the others beside it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np

from abate.base.errors import ParameterError
from abate.contracts.plan_file import PlanFile
from abate.contracts.result import Estimate
from abate.stats.arrays import Array
from abate.stats.sizes.ancova import means_given_baseline
from abate.stats.sizes.checks import checked_covariance
from abate.stats.sizes.errors import NotPositiveDefiniteError, RetentionError
from abate.stats.sizes.longitudinal import LongitudinalSize, contrast_over_visits
from abate.stats.sizes.means import two_means
from abate.stats.sizes.rated_arm import RatedArm, arm_with_patterns, given_baseline
from abate.stats.sizes.rejection import Reference
from abate.stats.sizes.responders import two_shares
from abate.stats.sizes.size import Size, with_dropout
from abate.trial.assumptions import primary_place

POINTS = "{points}"
PERSONS = "{persons}"
_INSIDE = 0.999
_Made = TypeVar("_Made")


@dataclass(frozen=True, kw_only=True, eq=False)
class RatedTrial:
    """What a closed form needs of a parallel trial.

    Attributes
    ----------
    covariance : array, shape (1 + day, 1 + day)
        Baseline and the days to the primary one.
    retention : array, shape (day,)
    allocation : float
        Active to control.
    """

    covariance: Array
    retention: Array
    allocation: float

    @property
    def sd(self) -> float:
        """SD of the primary rating between persons of one arm."""
        return math.sqrt(float(self.covariance[-1, -1]))

    @property
    def correlation(self) -> float:
        """Correlation of the primary rating with the baseline."""
        return float(self.covariance[0, -1] / math.sqrt(self.covariance[0, 0] * self.covariance[-1, -1]))

    @property
    def arm(self) -> RatedArm:
        """An arm, given the baseline; who is never rated after it tells nothing."""
        leaving = self.retention - np.append(self.retention[1:], 0.0)
        some = leaving > 0
        return arm_with_patterns(given_baseline(self.covariance), np.tri(len(leaving))[some], leaving[some])


def rated_trial(plan: PlanFile) -> RatedTrial:
    """Return the ratings of a plan to its primary day.

    Raises
    ------
    RetentionError
        If the share still rated is no share, or rises.
    """
    last = primary_place(plan)
    _check_retention(plan)
    _check_covariance(plan)
    return RatedTrial(
        covariance=np.asarray(plan.ratings.covariance, dtype=np.float64)[: last + 1, : last + 1],
        retention=np.asarray(plan.retention.seen, dtype=np.float64)[:last],
        allocation=allocation_of(plan),
    )


def _check_covariance(plan: PlanFile) -> None:
    """Refuse a covariance that no ratings can have; the nearest one that they can is printed for the file, never taken."""
    covariance = np.asarray(plan.ratings.covariance, dtype=np.float64)
    try:
        checked_covariance(covariance, "ratings.covariance")
    except NotPositiveDefiniteError as error:
        sd = np.sqrt(np.diagonal(covariance))
        # A little towards no correlation at all, so that rounding for the file does not take it out again.
        offered = _INSIDE * error.nearest + (1 - _INSIDE) * np.eye(len(sd))
        nearest = np.round(offered * np.outer(sd, sd), 4)
        rows = ", ".join(f"[{', '.join(f'{value:g}' for value in row)}]" for row in nearest)
        raise NotPositiveDefiniteError(
            "ratings.covariance is not positive definite, so that no ratings can have it; mend the correlations, or write the nearest one that "
            f"they can have: covariance = [{rows}].",
            error.nearest,
        ) from None


def _check_retention(plan: PlanFile) -> None:
    seen = plan.retention.seen
    if not all(0 < share <= 1 for share in seen):
        raise RetentionError(
            f"retention.seen must be shares above 0 and at most 1; found {', '.join(f'{share:g}' for share in seen)}."
        )
    for place, (earlier, later) in enumerate(pairwise(seen), start=2):
        if later > earlier:
            raise RetentionError(
                f"retention.seen rises from {earlier:g} to {later:g} on day {plan.ratings.days[place]:g}, and nobody comes back; "
                "give the share still rated on each day."
            )


def allocation_of(plan: PlanFile) -> float:
    """Return how many are given to the first active arm for each in the control; 1 where a role is missing."""
    active = next((arm for arm in plan.arms if arm.role == "active"), None)
    other = next((arm for arm in plan.arms if arm.role != "active"), None)
    return 1.0 if active is None or other is None else active.weight / other.weight


def mmrm_size(
    trial: RatedTrial,
    plan: PlanFile,
    *,
    effect: float | None,
    power: float | None = None,
    total: float | None = None,
    reference: Reference = Reference.T,
) -> LongitudinalSize:
    """Return size, power or effect of the difference on the primary day by a mixed model, whichever is not given.

    The baseline is a covariate by day; drop-out is in the formula.
    """
    return contrast_over_visits(
        effect=effect,
        weights=np.eye(len(trial.retention))[-1],
        active=trial.arm,
        control=trial.arm,
        total=total,
        power=power,
        alpha=plan.design.alpha,
        sided=plan.design.sided,
        allocation=trial.allocation,
        reference=reference,
    )


def ancova_size(
    trial: RatedTrial, plan: PlanFile, *, effect: float | None, power: float | None = None, total: float | None = None
) -> Size:
    """Return the same by analysis of covariance of those who are rated on the primary day; drop-out is added once."""
    lost = 1 - float(trial.retention[-1])
    size = means_given_baseline(
        difference=effect,
        sd=trial.sd,
        correlation=trial.correlation,
        total=None if total is None else total * (1 - lost),
        power=power,
        alpha=plan.design.alpha,
        sided=plan.design.sided,
        allocation=trial.allocation,
        reference=Reference.T,
    )
    return with_dropout(size, lost)


def unadjusted_size(
    trial: RatedTrial, plan: PlanFile, *, effect: float | None, power: float | None = None, total: float | None = None
) -> Size:
    """Return the same by a t test of the primary rating that takes no notice of the baseline."""
    lost = 1 - float(trial.retention[-1])
    size = two_means(
        difference=effect,
        sd=trial.sd,
        total=None if total is None else total * (1 - lost),
        power=power,
        alpha=plan.design.alpha,
        sided=plan.design.sided,
        allocation=trial.allocation,
    )
    return with_dropout(size, lost)


def responder_size(
    plan: PlanFile, active: float, control: float, *, power: float | None = None, total: float | None = None
) -> Size:
    """Return size or power of a comparison of two shares of responders, whichever is not given; who is not rated is no responder."""
    return two_shares(
        active_share=active,
        control_share=control,
        total=total,
        power=power,
        alpha=plan.design.alpha,
        sided=plan.design.sided,
        allocation=allocation_of(plan),
    )


def size_rows(id: str, words: str, size: Size | None, reason: str | None = None) -> tuple[Estimate, ...]:
    """Return a size as results: per arm (the larger one), and in all, both rounded up."""
    if size is None:
        return (
            Estimate(
                id=f"size.{id}.total", quantity=f"participants in all, {words}", value=None, unit=PERSONS, reason=reason
            ),
        )
    more = f"; {size.dropout}"
    return (
        Estimate(
            id=f"size.{id}.per_arm",
            quantity=f"participants an arm, {words}",
            value=float(max(size.per_arm_rounded)),
            unit=PERSONS,
            method=f"{size.method}, {size.source}{more}; {max(size.per_arm):.2f} before rounding up",
        ),
        Estimate(
            id=f"size.{id}.total",
            quantity=f"participants in all, {words}",
            value=float(size.total_rounded),
            unit=PERSONS,
            method=f"{size.method}, {size.source}{more}; {size.total:.2f} before rounding up",
        ),
    )


def attempted(make: Callable[..., _Made], *args: Any, **kwargs: Any) -> tuple[_Made | None, str | None]:
    """Return what is made, such as a size, or the sentence that says why there is none."""
    try:
        return make(*args, **kwargs), None
    except ParameterError as error:
        return None, str(error)
