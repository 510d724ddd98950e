"""What would each design take at the planned effect? Its closed-form size, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from abate.base.errors import ParameterError
from abate.contracts.plan_file import DesignKind, PlanFile
from abate.trial.designs.catalogue import catalogue
from abate.trial.designs.planned_comparison import PlannedComparison
from abate.trial.designs.sized_design import SizedDesign, no_size
from abate.trial.designs.sizes_of_centres import size_of_clusters, size_of_stepped_wedge
from abate.trial.designs.sizes_of_doses import size_of_doses
from abate.trial.designs.sizes_of_one_arm import size_in_two_stages
from abate.trial.designs.sizes_of_parallel import (
    size_of_non_inferiority,
    size_of_other_drug,
    size_of_parallel,
    size_of_three_arms,
    size_with_blinded_look,
    size_with_looks,
    size_with_unblinded_look,
)
from abate.trial.designs.sizes_of_relapse import size_of_withdrawal
from abate.trial.designs.sizes_within_persons import size_of_crossover, size_of_cycles

SIZERS: Mapping[DesignKind, Callable[[PlannedComparison], SizedDesign]] = {
    "parallel": size_of_parallel,
    "parallel, other drug": size_of_other_drug,
    "three arms": size_of_three_arms,
    "crossover": size_of_crossover,
    "randomised withdrawal": size_of_withdrawal,
    "dose-ranging": size_of_doses,
    "group-sequential": size_with_looks,
    "re-estimation, blinded": size_with_blinded_look,
    "re-estimation, unblinded": size_with_unblinded_look,
    "non-inferiority": size_of_non_inferiority,
    "single-arm two-stage": size_in_two_stages,
    "cluster": size_of_clusters,
    "stepped wedge": size_of_stepped_wedge,
    "n-of-1": size_of_cycles,
}


#: Sized on the difference from a placebo, whatever is asked.
PLACEBO_ONLY: frozenset[DesignKind] = frozenset({"parallel", "dose-ranging"})
#: Sized on the difference from whichever control answers the question.
EITHER_CONTROL: frozenset[DesignKind] = frozenset(
    {
        "three arms",
        "crossover",
        "group-sequential",
        "re-estimation, blinded",
        "re-estimation, unblinded",
        "cluster",
        "stepped wedge",
        "n-of-1",
    }
)


def size_designs(plan: PlanFile, effect: float) -> Mapping[DesignKind, SizedDesign]:
    """Return the closed-form size of every design of the catalogue at the planned effect.

    Parameters
    ----------
    plan : PlanFile
    effect : float
        Difference of means on the primary day, in points; above 0 where the drug does better. Designs that are not
        sized on a difference of means (time to relapse, response in one arm, non-inferiority) do not use it.

    Returns
    -------
    mapping of str to SizedDesign
        In the order of the catalogue. A size that cannot be had has a ``reason``; nothing is raised for it.
    """
    return {kind: sized_design(kind, plan, effect) for kind in catalogue()}


def sized_design(kind: DesignKind, plan: PlanFile, effect: float) -> SizedDesign:
    """Return the size of one design, as :func:`size_designs` does for all."""
    wrong_difference = _wrong_difference(kind, plan)
    if wrong_difference is not None:
        return no_size(kind, wrong_difference)
    try:
        return SIZERS[kind](PlannedComparison(plan=plan, effect=effect))
    except ParameterError as error:
        return no_size(kind, str(error))


def _wrong_difference(kind: DesignKind, plan: PlanFile) -> str | None:
    """A difference from a placebo does not size a comparison of two drugs, nor the other way round."""
    is_between_drugs = plan.question.aim == "comparison" and plan.effect.plan_on == "typed"
    if is_between_drugs and kind in PLACEBO_ONLY:
        return "effect.typed is the difference from the other drug; the difference from a placebo is another one."
    against_other_drug = kind == "parallel, other drug" or (
        plan.question.aim == "comparison" and kind in EITHER_CONTROL
    )
    if against_other_drug and not is_between_drugs:
        return (
            "the planned effect is the difference from a placebo; give the difference from the other drug as effect.typed"
            ' with plan_on = "typed" and question.aim = "comparison".'
        )
    return None
