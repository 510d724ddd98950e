"""How large is a trial that looks before its end, and how large is it expected to be?

The size without looks is multiplied by the inflation factor of the design; what is known of the statistic at each look is
the same as for any other group-sequential trial.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from abate.base.errors import ParameterError
from abate.stats.distributions import t_quantile
from abate.stats.sequential.characteristics import operating_characteristics
from abate.stats.sequential.design import GroupSequentialDesign
from abate.stats.sizes.checks import require_spread
from abate.stats.sizes.relapse import RelapseSize
from abate.stats.sizes.size import Size, fields_of, rounded_up

_SAME = 1e-9


@dataclass(frozen=True, kw_only=True)
class LookedSize(Size):
    """A size with looks; ``per_arm`` is the largest that the trial can become.

    Attributes
    ----------
    inflation_factor : float
        Of the size without looks.
    total_by_look : tuple of float
        In all arms, unrounded, if the trial goes on that far.
    expected_total_at_none, expected_total_at_half, expected_total_at_plan : float
        At no effect, half of the planned and the planned effect; persons still without an outcome at a look not counted.
    reject_by_look, futility_by_look : tuple of float
        Chances at the planned effect.
    """

    inflation_factor: float
    total_by_look: tuple[float, ...]
    expected_total_at_none: float
    expected_total_at_half: float
    expected_total_at_plan: float
    reject_by_look: tuple[float, ...]
    futility_by_look: tuple[float, ...]


def with_looks(size: Size, design: GroupSequentialDesign) -> LookedSize:
    """Return a size with the looks of a design.

    Parameters
    ----------
    size : Size
        Without looks.
    design : GroupSequentialDesign
        From :func:`abate.stats.sequential.plan_design`, with the same alpha, sides and power.

    Returns
    -------
    LookedSize

    Raises
    ------
    ParameterError
        If alpha, sides or power differ, so that the factor would belong to another question.

    References
    ----------
    Jennison & Turnbull (2000), Group Sequential Methods with Applications to Clinical Trials, section 3.

    Examples
    --------
    >>> from abate.stats.sequential import SpendingRule, named_spending, plan_design
    >>> from abate.stats.sizes.means import two_means
    >>> spending = SpendingRule(spending=named_spending("obrien-fleming"))
    >>> design = plan_design((0.5, 1), alpha=0.025, sided=1, power=0.8, efficacy=spending)
    >>> looked = with_looks(two_means(difference=1.3, sd=2.4, power=0.8, alpha=0.025, sided=1), design)
    >>> round(looked.total, 3), round(looked.expected_total_at_plan, 3)
    (109.365, 100.394)
    """
    _require_same(size, design)
    none, half, plan = operating_characteristics(design, shares=(0.0, 0.5, 1.0))
    per_arm = tuple(arm * design.inflation_factor for arm in size.per_arm)
    total = math.fsum(per_arm)
    grown = fields_of(size) | {
        "per_arm": per_arm,
        "per_arm_rounded": tuple(rounded_up(arm) for arm in per_arm),
        "method": f"{size.method}; {len(design.information)} looks",
        "notes": (*size.notes, "power at the rounded size is that without looks"),
    }
    return LookedSize(
        **{name: grown[name] for name in _PLAIN_FIELDS},
        inflation_factor=design.inflation_factor,
        total_by_look=tuple(share * total for share in design.information),
        expected_total_at_none=none.expected_information * total,
        expected_total_at_half=half.expected_information * total,
        expected_total_at_plan=plan.expected_information * total,
        reject_by_look=plan.reject_by_look,
        futility_by_look=plan.futility_by_look,
    )


def least_differences(size: LookedSize, design: GroupSequentialDesign, sd: float) -> tuple[float, ...]:
    """Return the observed difference of means that just ends the trial at each look, by the t of that look.

    Parameters
    ----------
    size : LookedSize
        Of two arms.
    design : GroupSequentialDesign
        The same as in :func:`with_looks`.
    sd : float
        Within an arm, above 0.

    Returns
    -------
    tuple of float
        In the outcome's unit.

    Raises
    ------
    SpreadError
        If ``sd`` is not above 0.

    Examples
    --------
    >>> from abate.stats.sequential import SpendingRule, named_spending, plan_design
    >>> from abate.stats.sizes.means import two_means
    >>> spending = SpendingRule(spending=named_spending("obrien-fleming"))
    >>> design = plan_design((0.5, 1), alpha=0.025, sided=1, power=0.8, efficacy=spending)
    >>> looked = with_looks(two_means(difference=1.3, sd=2.4, power=0.8, alpha=0.025, sided=1), design)
    >>> [round(least, 3) for least in least_differences(looked, design, sd=2.4)]
    [2.016, 0.914]
    """
    require_spread(sd, "sd")
    found = []
    for share, p_value in zip(design.information, design.nominal_p, strict=True):
        arms = [share * arm for arm in size.per_arm]
        error = sd * math.sqrt(math.fsum(1 / arm for arm in arms))
        found.append(-t_quantile(p_value, math.fsum(arms) - 2) * error)
    return tuple(found)


def largest_hazard_ratios(events: float, design: GroupSequentialDesign, allocation: float = 1.0) -> tuple[float, ...]:
    """Return the observed hazard ratio that just ends the trial at each look.

    Parameters
    ----------
    events : float
        At the end, above 0.
    design : GroupSequentialDesign
    allocation : float
        Persons in arm 1 for each in arm 2.

    Returns
    -------
    tuple of float
        Below 1.

    Raises
    ------
    ParameterError
        If ``events`` or ``allocation`` is not above 0.

    Examples
    --------
    >>> from abate.stats.sequential import SpendingRule, named_spending, plan_design
    >>> spending = SpendingRule(spending=named_spending("pocock"))
    >>> design = plan_design((0.5, 1), alpha=0.025, sided=1, power=0.8, efficacy=spending)
    >>> [round(ratio, 3) for ratio in largest_hazard_ratios(135.06, design)]
    [0.592, 0.685]
    """
    if not (events > 0 and allocation > 0):
        raise ParameterError(f"events and allocation must be above 0; got {events!r} and {allocation!r}.")
    return tuple(
        math.exp(-z * (1 + allocation) / math.sqrt(allocation * share * events))
        for share, z in zip(design.information, design.efficacy_z, strict=True)
    )


def events_by_look(size: RelapseSize, design: GroupSequentialDesign) -> tuple[float, ...]:
    """Return how many relapses each look waits for.

    Examples
    --------
    >>> from abate.stats.sequential import SpendingRule, named_spending, plan_design
    >>> from abate.stats.sizes.relapse import Times, log_rank
    >>> spending = SpendingRule(spending=named_spending("pocock"))
    >>> design = plan_design((0.5, 1), alpha=0.05, sided=2, power=0.8, efficacy=spending)
    >>> monthly = Times(control_hazard=0.3, accrual=24, follow_up=6)
    >>> [round(events, 1) for events in events_by_look(log_rank(hazard_ratio=0.6, times=monthly, power=0.8), design)]
    [67.5, 135.1]
    """
    at_end = size.events * design.inflation_factor
    return tuple(share * at_end for share in design.information)


_PLAIN_FIELDS = tuple(Size.__dataclass_fields__)


def _require_same(size: Size, design: GroupSequentialDesign) -> None:
    pairs = {
        "alpha": (size.alpha, design.alpha),
        "sided": (size.sided, design.sided),
        "power": (size.power, design.power),
    }
    for name, (of_size, of_design) in pairs.items():
        if abs(of_size - of_design) > _SAME:
            raise ParameterError(
                f"size and design must ask the same question, but {name} is {of_size:g} and {of_design:g}; plan both with one."
            )
