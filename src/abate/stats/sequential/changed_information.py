"""Which bounds hold when a look came at other information than was planned?

Critical values that were used stay as they are. A look spends by the function at the information really there; the last look spends all
that is left, and its correlation with the looks before is the real one, even where the trial ends with less or more than planned. A
classic shape keeps its planned constant at interim looks, and its last value is solved anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from abate.stats.arrays import Array
from abate.stats.sequential.boundaries import FixedInterimRule, ShapeRule, SpendingRule
from abate.stats.sequential.design import GroupSequentialDesign
from abate.stats.sequential.errors import FutilityBoundError, InformationError, SpendingError, StageError
from abate.stats.sequential.futility import FixedBounds, FutilityRule, require_below
from abate.stats.sequential.looks import rising_information
from abate.stats.sequential.recursion import Walk, begin, chance_above, proceed, upper_bound
from abate.stats.sequential.spending import cumulative_spent

# An interim look within this share of the end leaves nothing to wait for.
_ROUNDING = 1e-9


@dataclass(frozen=True, kw_only=True)
class BoundsNow:
    """Bounds up to the look that is due, for the information that is really there."""

    information: tuple[float, ...]  # as shares of the planned end
    is_last: bool
    efficacy_z: tuple[float, ...]
    futility_z: tuple[float, ...]  # of every look so far but a last one; empty where there is none
    alpha_spent: tuple[float, ...]  # cumulative, both sides together


def bounds_now(
    design: GroupSequentialDesign,
    information: Sequence[float],
    *,
    is_last: bool,
    used_z: Sequence[float] = (),
    spending_time: Sequence[float] | None = None,
) -> BoundsNow:
    """Return the bounds of the look that is due, for information that changed against the plan.

    Parameters
    ----------
    design : GroupSequentialDesign
    information : sequence of float, shape (looks so far,)
        Seen at each look, as shares of the planned end; the last belongs to the look that is due. Only a last look may pass 1.
    is_last : bool
        Whether the trial ends with this look; it then spends all that is left.
    used_z : sequence of float, shape (looks so far - 1,)
        Critical values of the looks before, as they were used. Where left out: as this function gives them.
    spending_time : sequence of float, shape (looks so far,), optional
        Where the spending function is read, if not at the information: calendar time as a share of the planned time, say.

    Raises
    ------
    InformationError
        If the information does not rise, or reaches 1 before the last look.
    StageError
        If ``used_z`` or ``spending_time`` does not fit.
    FutilityBoundError
        If a futility bound comes to lie above the critical value, or fixed bounds do not reach this look.
    SpendingError
        If the looks before spent the whole error.

    References
    ----------
    Lan & DeMets (1989), Biometrics 45(3), 1017-1020.

    Examples
    --------
    >>> from abate.stats.sequential.design import plan_design
    >>> from abate.stats.sequential.spending import obrien_fleming_type
    >>> rule = SpendingRule(spending=obrien_fleming_type())
    >>> design = plan_design((0.5, 1), alpha=0.025, sided=1, power=0.9, efficacy=rule)
    >>> now = bounds_now(design, [0.58, 0.94], is_last=True)
    >>> [round(z, 3) for z in now.efficacy_z]
    [2.721, 1.975]
    """
    t = _information_so_far(information, is_last)
    if used_z and len(used_z) != len(t) - 1:
        raise StageError(f"critical values used are needed for the {len(t) - 1} looks before; got {len(used_z)}.")
    step = _Steps(design, t, is_last, tuple(used_z), _error_to_spend(design, t, spending_time))
    critical, below, spent = step.all()
    require_below(np.array(below), np.array(critical))
    return BoundsNow(
        information=tuple(map(float, t)),
        is_last=is_last,
        efficacy_z=tuple(critical),
        futility_z=tuple(below),
        alpha_spent=tuple(one_side * design.sided for one_side in spent),
    )


@dataclass(frozen=True, eq=False)
class _Steps:
    """Look by look: a critical value, a futility bound, and who goes on."""

    design: GroupSequentialDesign
    information: Array
    is_last: bool
    used_z: tuple[float, ...]
    to_spend: Array | None  # cumulative, one side; None for a classic shape

    def all(self) -> tuple[list[float], list[float], list[float]]:
        walk, total = begin(), 0.0
        critical: list[float] = []
        below: list[float] = []
        spent: list[float] = []
        for k, t in enumerate(self.information):
            critical.append(self._critical(walk, k, total))
            total += chance_above(walk, t, critical[k])
            spent.append(total)
            if self.design.futility_rule is not None and not self._ends(k):
                below.append(self._futility(self.design.futility_rule, k, critical))
            if k + 1 < len(self.information):
                walk = proceed(walk, t, self._lower(k, critical, below), critical[k], self.information[k + 1])
        return critical, below, spent

    def _ends(self, k: int) -> bool:
        return self.is_last and k + 1 == len(self.information)

    def _critical(self, walk: Walk, k: int, spent: float) -> float:
        level, rule = self.design.alpha / self.design.sided, self.design.efficacy_rule
        if k < len(self.used_z):
            return float(self.used_z[k])
        if self._ends(k):
            if spent >= level:
                raise SpendingError(
                    f"the looks before spent {spent:.4g} of an error of {level:g} on one side; nothing is left to test with."
                )
            return upper_bound(walk, self.information[k], level - spent)
        if self.to_spend is not None:
            return upper_bound(walk, self.information[k], float(self.to_spend[k]) - spent)
        assert isinstance(rule, ShapeRule | FixedInterimRule)
        return rule.interim_value(float(self.information[k]), self.design.efficacy_z[-1])

    def _futility(self, rule: FutilityRule, k: int, critical: list[float]) -> float:
        seen = np.append(self.information[: k + 1], 1.0)
        asked = _reaching(rule, k + 1)
        planned = self.design
        bounds = asked.bounds(seen, np.append(critical, planned.efficacy_z[-1]), planned.drift, 1 - planned.power)
        return float(bounds[k])

    def _lower(self, k: int, critical: list[float], below: list[float]) -> float:
        if self.design.sided == 2:
            return -critical[k]
        return below[k] if self.design.is_binding else -np.inf


def _reaching(rule: FutilityRule, count: int) -> FutilityRule:
    """Return fixed bounds cut to the looks so far; other rules ask for no number of looks."""
    if not isinstance(rule, FixedBounds):
        return rule
    if len(rule.z) < count:
        raise FutilityBoundError(
            f"the plan has {len(rule.z)} fixed futility bounds and this is look {count} before the last; "
            "make it the last, or plan anew."
        )
    return FixedBounds(z=rule.z[:count])


def _error_to_spend(design: GroupSequentialDesign, t: Array, spending_time: Sequence[float] | None) -> Array | None:
    time = t
    if spending_time is not None:
        time = rising_information(spending_time)
        if len(time) != len(t):
            raise StageError(f"spending_time needs one value for each of {len(t)} looks; got {len(time)}.")
        if time[-1] > 1:
            raise StageError(f"spending_time is a share of the planned time, at most 1; got {time[-1]:g}.")
    if not isinstance(design.efficacy_rule, SpendingRule):
        return None
    level = design.alpha / design.sided
    return cumulative_spent(design.efficacy_rule.spending, np.append(time, 1.0), level)[:-1]


def _information_so_far(information: Sequence[float], is_last: bool) -> Array:
    t = rising_information(information)
    before_last = t[:-1] if is_last else t
    if before_last.size and before_last[-1] >= 1 - _ROUNDING:
        raise InformationError(
            f"information reached {before_last[-1]:g} of what was planned at a look that is not the last; "
            "make that look the last, so that it spends all that is left."
        )
    return t
