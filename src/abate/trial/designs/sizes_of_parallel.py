"""How large are designs whose arms are treated at the same time: two or three arms, other drug, looks, new sizes, non-inferiority?"""

from __future__ import annotations

from dataclasses import replace

from abate.base.errors import ParameterError
from abate.contracts.plan_file import DesignKind
from abate.stats.dunnett import many_to_one_level
from abate.stats.sequential.characteristics import operating_characteristics
from abate.stats.sizes.means import distance_to_margin
from abate.stats.sizes.size import Size, rounded_up
from abate.trial.designs.facts import facts_of
from abate.trial.designs.planned_comparison import PlannedComparison
from abate.trial.designs.sized_design import SizedDesign
from abate.trial.two_arms.looks import plan_looks

#: How far a size may be raised on the way; assumed.
CAP = 1.5
_CAP_NOTE = f"raised at most {CAP:g} times, an assumed cap (unverified)"


def size_of_parallel(comparison: PlannedComparison) -> SizedDesign:
    """Return the size of two arms by the plan's analysis, with that of the other analysis beside it."""
    return _two_arms("parallel", comparison, comparison.as_analysed())


def size_of_other_drug(comparison: PlannedComparison) -> SizedDesign:
    """Return the size of two arms at the difference between two drugs."""
    return _two_arms("parallel, other drug", comparison, comparison.as_analysed())


def size_of_three_arms(comparison: PlannedComparison) -> SizedDesign:
    """Return the size of dose and low dose against one placebo, both at Dunnett's level and with the effect planned for the dose."""
    level = many_to_one_level(comparison_count=2, alpha=comparison.alpha, sided=comparison.sided)
    equal = comparison.with_equal_arms()
    arm = equal.with_design(alpha=level).by_mixed_model().per_arm_rounded[0]
    alone = equal.by_mixed_model().per_arm_rounded[0]
    return SizedDesign(
        kind="three arms",
        total=3.0 * arm,
        in_words=f"3 x {arm}",
        method=f"mixed model, each comparison at Dunnett's level of {level:.4f}, Student's t",
        parts={"per_arm": arm, "level": level, "per_arm_in_order": alone},
        notes=(
            *comparison.notes,
            f"3 x {alone} where the low dose is tested only after the dose has shown its effect",
            "power of each comparison, with the planned effect; a low dose that does less has less",
        ),
    )


def size_of_non_inferiority(comparison: PlannedComparison) -> SizedDesign:
    """Return the size to show that the drug is worse by less than the margin, no true difference assumed."""
    margin = comparison.plan.design.margin
    if margin is None:
        raise ParameterError("design.margin is not given, and no placebo-controlled trial of the other drug gives one.")
    distance = distance_to_margin(margin.value, 0.0)
    one_sided = comparison.with_design(alpha=comparison.one_sided_alpha, sided=1)
    size = replace(one_sided, effect=distance).by_mixed_model()
    sized = _two_arms("non-inferiority", comparison, size, beside_ancova=False)
    return replace(
        sized,
        notes=(
            *sized.notes,
            f"margin {margin.value:g} ({margin.source}); no true difference between the drugs assumed",
        ),
    )


def size_with_looks(comparison: PlannedComparison) -> SizedDesign:
    """Return the largest size with the plan's looks, and the size to be expected at the planned effect and at none."""
    design = plan_looks(comparison.with_design(power=comparison.power).plan)
    if design is None:
        raise ParameterError("the plan has no look before the end; give looks.information, such as [0.5, 1].")
    fixed = comparison.as_analysed()
    arms = tuple(rounded_up(arm * design.inflation_factor) for arm in fixed.per_arm)
    total = float(sum(arms))
    at_none, at_plan = (
        total * row.expected_information for row in operating_characteristics(design, shares=(0.0, 1.0))
    )
    return SizedDesign(
        kind="group-sequential",
        total=total,
        in_words=f"at most {_arms_in_words(arms)}, {at_plan:.0f} expected",
        method=f"{fixed.method}; times the inflation {design.inflation_factor:.4f} of the looks",
        parts={
            "inflation": design.inflation_factor,
            "expected_at_plan": at_plan,
            "expected_at_none": at_none,
            **_parts(fixed),
        },
        notes=(
            *comparison.notes,
            f"expected without those in the pipeline at a look: {at_plan:.0f} at the planned effect, {at_none:.0f} at none",
            *_overrun(comparison),
        ),
    )


def size_with_blinded_look(comparison: PlannedComparison) -> SizedDesign:
    """Return the size to begin with, which blinded ratings may raise up to the cap."""
    return _raised_on_the_way(
        "re-estimation, blinded",
        comparison,
        "size estimated again from blinded ratings",
        "the planned size holds if the standard deviation is as planned",
    )


def size_with_unblinded_look(comparison: PlannedComparison) -> SizedDesign:
    """Return the size to begin with, which a promising interim result may raise up to the cap."""
    return _raised_on_the_way(
        "re-estimation, unblinded",
        comparison,
        "inverse normal combination with the planned weights",
        f"looks with the same largest size, {CAP:g} times the fixed one, gain more",
    )


def _raised_on_the_way(kind: DesignKind, comparison: PlannedComparison, how: str, note: str) -> SizedDesign:
    fixed = comparison.as_analysed()
    arms = fixed.per_arm_rounded
    most = tuple(rounded_up(CAP * arm) for arm in fixed.per_arm)
    return SizedDesign(
        kind=kind,
        total=float(sum(arms)),
        in_words=f"{_arms_in_words(arms)}, up to {_arms_in_words(most)}",
        method=f"{fixed.method}; {how}",
        parts={"largest": sum(most), "cap": CAP, **_parts(fixed)},
        notes=(*comparison.notes, _CAP_NOTE, note),
    )


def _two_arms(
    kind: DesignKind, comparison: PlannedComparison, size: Size, *, beside_ancova: bool = True
) -> SizedDesign:
    parts = _parts(size)
    if beside_ancova:
        parts |= {
            "per_arm.mixed_model": comparison.by_mixed_model().per_arm[0],
            "per_arm.covariance_analysis": comparison.by_covariance_analysis().per_arm[0],
        }
    return SizedDesign(
        kind=kind,
        total=float(size.total_rounded),
        in_words=_arms_in_words(size.per_arm_rounded),
        method=size.method,
        parts=parts,
        notes=(*comparison.notes, *size.notes, size.dropout),
    )


def _parts(size: Size) -> dict[str, float]:
    return {"per_arm": size.per_arm[0], "effect": size.effect, "alpha": size.alpha, "power": size.power}


def _arms_in_words(arms: tuple[int, ...]) -> str:
    if len(set(arms)) == 1:
        return f"{len(arms)} x {arms[0]}"
    return " + ".join(map(str, arms))


def _overrun(comparison: PlannedComparison) -> tuple[str, ...]:
    pipeline = facts_of(comparison.plan).in_pipeline
    if pipeline is None:
        return ("how many are in the pipeline at a look is not known",)
    return (f"{pipeline:.1f} more are in the pipeline at a look",)
