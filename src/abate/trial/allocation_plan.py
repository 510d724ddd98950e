"""What is a list of allocation to be? A whole specification from the plan's section, or the reason why there can be none."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from abate.base.errors import AllocationError
from abate.contracts.randomisation import Method, Randomisation
from abate.stats.minimisation import MinimisationError
from abate.stats.permuted_blocks import RatioError, check_block_sizes, check_ratio
from abate.stats.restricted_lists import require_equal_parts

#: Pocock & Simon's probability of the better arm.
BETTER_ARM = 0.8
#: Centre and two more factors.
_MANY_FACTORS = 3
#: Longer lists are a mistake.
_MOST_ROWS = 200_000


class AllocationPlanError(AllocationError):
    """What is asked of an allocation list is incomplete, or contradicts itself."""


class TooManyStrataError(AllocationError):
    """There are more strata than the participants can fill."""


@dataclass(frozen=True, kw_only=True)
class Factor:
    """One factor of strata: its levels, and the share of the participants in each."""

    name: str
    levels: tuple[str, ...]
    shares: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class AllocationPlan:
    """The whole specification of a list: with a key, it gives the list.

    Attributes
    ----------
    title : str
    method : str
    arms : tuple of str
    ratio : tuple of int
    participants : int
    rows_per_stratum : int
        Lines of each stratum's list, at least; blocks are whole.
    block_sizes : tuple of int
        Of permuted blocks, else empty.
    factors : tuple of Factor
    largest_imbalance : int or None
        Of a big stick.
    probability : float or None
        Of minimisation.
    """

    title: str
    method: Method
    arms: tuple[str, ...]
    ratio: tuple[int, ...]
    participants: int
    rows_per_stratum: int
    block_sizes: tuple[int, ...] = ()
    factors: tuple[Factor, ...] = ()
    largest_imbalance: int | None = None
    probability: float | None = None

    @property
    def strata(self) -> tuple[tuple[str, ...], ...]:
        """Every combination of levels; one empty combination where nothing is stratified."""
        return tuple(itertools.product(*(factor.levels for factor in self.factors)))

    @property
    def stratum_shares(self) -> tuple[float, ...]:
        """Share of the participants in each of the strata, factors taken as independent."""
        return tuple(math.prod(shares) for shares in itertools.product(*(factor.shares for factor in self.factors)))

    @property
    def smallest_unit(self) -> int:
        """Participants that the smallest balanced group has."""
        return min(self.block_sizes, default=sum(self.ratio))


def plan_allocation(
    section: Randomisation,
    *,
    title: str,
    arms: Sequence[str] | None = None,
    weights: Sequence[int] | None = None,
    participants: int | None = None,
) -> AllocationPlan:
    """Return the specification of a list, from the section and what the rest of the plan says.

    Parameters
    ----------
    section : Randomisation
        What it says goes before the rest.
    title : str
        Of the trial.
    arms, weights, participants
        As the plan gives them, where the section leaves them out; without weights, arms are equal.

    Returns
    -------
    AllocationPlan

    Raises
    ------
    AllocationPlanError
        If arms, ratio or size are missing or do not fit each other.
    RatioError, BlockSizeError
        If ratio or block sizes are impossible, or the method knows no such ratio.
    TooManyStrataError
        If the participants cannot fill one smallest block in each stratum.

    Examples
    --------
    >>> plan = plan_allocation(Randomisation(arms=("ketamine", "midazolam"), participants=120), title="Next trial")
    >>> plan.block_sizes, plan.strata
    ((2, 4, 6), ((),))
    """
    names = section.arms or tuple(arms or ())
    if len(names) < 2:
        raise AllocationPlanError("the plan names no two arms; write arms under [randomisation], or [[arms]].")
    ratio = section.ratio or (tuple(weights) if weights and section.arms is None else (1,) * len(names))
    if len(ratio) != len(names):
        raise AllocationPlanError(f"there are {len(names)} arms and {len(ratio)} parts in ratio; give one each.")
    size = section.participants or participants
    if size is None:
        raise AllocationPlanError("the plan gives no size; write participants under [randomisation].")
    check_ratio(ratio)
    plan = AllocationPlan(
        title=title,
        method=section.method,
        arms=names,
        ratio=ratio,
        participants=size,
        rows_per_stratum=section.rows_per_stratum or size,
        block_sizes=_block_sizes(section, ratio),
        factors=tuple(
            Factor(
                name=factor.name,
                levels=factor.levels,
                shares=factor.shares or (1 / len(factor.levels),) * len(factor.levels),
            )
            for factor in section.strata
        ),
        largest_imbalance=section.largest_imbalance,
        probability=(section.probability or BETTER_ARM) if section.method == "minimisation" else None,
    )
    _check_method(plan)
    _check_strata(plan)
    return plan


def warnings_of(plan: AllocationPlan) -> tuple[str, ...]:
    """Return what speaks against a specification without forbidding it, one sentence each.

    Examples
    --------
    >>> section = Randomisation(arms=("a", "b"), participants=40, strata=({"name": "centre", "levels": list("ABCDE")},))
    >>> warnings_of(plan_allocation(section, title="Next trial"))[0]
    '5 strata are many for 40 participants: more than 3, the size over twice the largest block, leave blocks open; stratify by fewer factors.'
    """
    said = []
    strata, largest = len(plan.strata), max(plan.block_sizes, default=0)
    if largest and strata > 1 and strata > plan.participants / (2 * largest):
        most = plan.participants // (2 * largest)
        said.append(
            f"{strata} strata are many for {plan.participants} participants: more than {most}, the size over twice the largest block, "
            "leave blocks open; stratify by fewer factors."
        )
    if len(plan.factors) > _MANY_FACTORS:
        said.append(f"{len(plan.factors)} factors are many; centre and at most two more are usual.")
    if plan.block_sizes and len(set(plan.block_sizes)) == 1:
        said.append("with one block size only, the last line of each block can be known; give several block sizes.")
    if plan.block_sizes and max(plan.block_sizes) == sum(plan.ratio):
        said.append(
            "blocks of the smallest size only let half of the lines or more be guessed; give larger ones as well."
        )
    if plan.method == "simple":
        said.append(_spread_of_simple(plan))
    if plan.method == "simple" and plan.factors:
        said.append("simple randomisation does nothing with strata; they are written into the list only.")
    if plan.rows_per_stratum < plan.participants * max(plan.stratum_shares):
        said.append("the largest stratum will run out of lines; raise rows_per_stratum, or leave it out.")
    return tuple(said)


def _spread_of_simple(plan: AllocationPlan) -> str:
    share = plan.ratio[0] / sum(plan.ratio)
    half_width = 1.96 * math.sqrt(share * (1 - share) / plan.participants)
    low, high = (100 * min(1.0, max(0.0, share + sign * half_width)) for sign in (-1, 1))
    return (
        f"simple randomisation gives the first arm {low:.0f} to {high:.0f} % of the participants in 19 of 20 trials; "
        "permuted blocks hold it to its part."
    )


def _block_sizes(section: Randomisation, ratio: tuple[int, ...]) -> tuple[int, ...]:
    if section.method != "permuted blocks":
        return ()
    sizes = section.block_sizes or tuple(times * sum(ratio) for times in (1, 2, 3))
    check_block_sizes(sizes, ratio)
    return tuple(sorted(set(sizes)))


def _check_method(plan: AllocationPlan) -> None:
    """Refuse a ratio that the method does not know, before any work is done."""
    if plan.method in ("urn", "big stick", "minimisation"):
        require_equal_parts(plan.ratio, f"method = {plan.method!r}")
    if plan.method == "big stick" and len(plan.arms) != 2:
        raise RatioError(f"the big stick knows two arms; the plan has {len(plan.arms)}. Take permuted blocks.")
    if plan.probability is not None and plan.probability <= 1 / len(plan.arms):
        raise MinimisationError(
            f"probability must lie above {1 / len(plan.arms):.3g}, which is chance among {len(plan.arms)} arms; got {plan.probability:g}."
        )


def _check_strata(plan: AllocationPlan) -> None:
    strata, smallest = len(plan.strata), plan.smallest_unit
    if plan.method != "minimisation" and strata > 1 and strata * smallest > plan.participants:
        raise TooManyStrataError(
            f"{strata} strata cannot be filled by {plan.participants} participants: with blocks of {smallest} at least, "
            f"{plan.participants // smallest} strata are the most; take factors or levels out, or minimise."
        )
    if plan.method != "minimisation" and strata * plan.rows_per_stratum > _MOST_ROWS:
        raise AllocationPlanError(
            f"{strata} strata of {plan.rows_per_stratum} lines each are more than {_MOST_ROWS:,}; write a smaller rows_per_stratum."
        )
