"""Which bounds belong to a plan of looks, errors and power, and how much larger does it make the trial?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from abate.stats.arrays import Array
from abate.stats.distributions import normal_quantile
from abate.stats.sequential.boundaries import EfficacyRule, SpendingRule, no_lower_bounds
from abate.stats.sequential.errors import FutilityBoundError, PowerNotReachableError
from abate.stats.sequential.futility import BetaSpendingRule, FutilityRule, require_below
from abate.stats.sequential.looks import planned_looks, require_error_rate, require_sides
from abate.stats.sequential.recursion import begin, follow, lower_bound, proceed, upper_bound
from abate.stats.sequential.rising_chances import where_chance_is
from abate.stats.sequential.spending import cumulative_spent

# Bounds that depend on each other are found by turns until none moves by more than this.
_SETTLED = 1e-11
_MOST_TURNS = 100


@dataclass(frozen=True, kw_only=True)
class GroupSequentialDesign:
    """Bounds on the z scale at each look, and what they cost.

    ``drift`` is the mean of Z at the final look that gives the power; its square is effect squared times final information.
    ``efficacy_z`` is ``inf`` at a look that cannot stop for efficacy, ``futility_z`` ``-inf`` at one that cannot stop for futility.
    """

    information: tuple[float, ...]
    alpha: float
    sided: int
    power: float
    efficacy_rule: EfficacyRule
    futility_rule: FutilityRule | None
    is_binding: bool
    efficacy_z: tuple[float, ...]
    futility_z: tuple[float, ...]  # of every look but the last; empty where there is none
    nominal_p: tuple[float, ...]  # one-sided p-value that each critical value stands for
    alpha_spent: tuple[float, ...]  # cumulative, both sides together
    beta_spent: tuple[float, ...]  # cumulative, at the planned drift
    drift: float
    inflation_factor: float  # of the final information, against a design without looks


def plan_design(
    information: Array | tuple[float, ...],
    *,
    alpha: float,
    sided: int,
    power: float,
    efficacy: EfficacyRule,
    futility: FutilityRule | None = None,
    is_binding: bool = False,
) -> GroupSequentialDesign:
    """Return the bounds of a group-sequential design and the drift that gives its power.

    Parameters
    ----------
    information : sequence of float, shape (looks,)
        Rising within (0, 1], the last 1.
    alpha : float
        Whole error of the first kind, in (0, 1); a two-sided design gives half of it to each side.
    sided : int
        1 or 2.
    power : float
        Chance to end above the upper bounds at the drift sought; more than ``alpha / sided``. Futility bounds are obeyed.
    efficacy : EfficacyRule
    futility : FutilityRule, optional
        Only where ``sided`` is 1.
    is_binding : bool
        Whether futility bounds are obeyed without fail, so that critical values may take notice of them.

    Raises
    ------
    InformationError, TooManyLooksError, ErrorRateError, SpendingError
        If an argument is outside its range.
    FutilityBoundError
        If a futility bound is not below the critical value, or the design has two sides.
    PowerNotReachableError
        If the power is not above the error of the first kind.

    References
    ----------
    Jennison & Turnbull (2000), Group Sequential Methods with Applications to Clinical Trials.

    Examples
    --------
    >>> from abate.stats.sequential.spending import obrien_fleming_type
    >>> design = plan_design((0.5, 1), alpha=0.025, sided=1, power=0.9, efficacy=SpendingRule(spending=obrien_fleming_type()))
    >>> [round(z, 4) for z in design.efficacy_z], round(design.inflation_factor, 4)
    ([2.9626, 1.9686], 1.0034)
    """
    t = planned_looks(information)
    _check(alpha, sided, power, futility)
    planned = _Plan(t, alpha / sided, sided, 1 - power, efficacy, futility, is_binding)
    drift = planned.drift()
    critical, below = planned.bounds(drift)
    require_below(below, critical)
    return _described(planned, power, drift, critical, below)


def _check(alpha: float, sided: int, power: float, futility: FutilityRule | None) -> None:
    require_error_rate(alpha, "alpha")
    require_error_rate(power, "power")
    require_sides(sided)
    if sided == 2 and futility is not None:
        raise FutilityBoundError(
            "futility bounds are for one-sided designs; plan one-sided at half of alpha, or leave futility out (None)."
        )
    if power <= alpha / sided:
        raise PowerNotReachableError(
            f"power {power:g} is not above the error of the first kind, {alpha / sided:g} on one side, "
            "which a trial has without any effect; ask for more."
        )


@dataclass(frozen=True, eq=False)
class _Plan:
    """The question, and the two unknowns that answer it: bounds for a drift, and the drift for the power."""

    information: Array
    level: float
    sided: int
    beta: float
    efficacy: EfficacyRule
    futility: FutilityRule | None
    is_binding: bool

    def drift(self) -> float:
        """Return the drift at which the trial ends above its upper bounds with the power asked for."""
        found = where_chance_is(self._power, 1 - self.beta, _fixed_drift(self.level, 1 - self.beta))
        if found is None:
            raise PowerNotReachableError(
                f"no effect gives a power of {1 - self.beta:g} with these futility bounds; "
                "lower the bounds, or spend less on futility early."
            )
        return found

    def _power(self, drift: float) -> float:
        critical, below = self.bounds(drift)
        return float(follow(self.information, self.lower(critical, below), critical, drift).above.sum())

    def lower(self, critical: Array, below: Array) -> Array:
        """Return what ends the trial downwards: the other side, futility before the last look, or nothing."""
        if self.sided == 2:
            return -critical
        return np.append(below, -np.inf) if below.size else no_lower_bounds(len(critical))

    def bounds(self, drift: float) -> tuple[Array, Array]:
        """Return critical values and futility bounds (none: empty) for a drift."""
        if self.futility is None:
            return self.free_critical, np.zeros(0)
        if not self.is_binding:
            below = self.futility.bounds(self.information, self.free_critical, drift, self.beta)
            return self.free_critical, below
        if isinstance(self.efficacy, SpendingRule) and isinstance(self.futility, BetaSpendingRule):
            return spend_both(self.information, self.efficacy, self.futility, self.level, self.beta, drift)
        return self._by_turns(drift)

    @cached_property
    def free_critical(self) -> Array:
        """Return the critical values that take no notice of futility."""
        return self._critical(np.zeros(0))

    def _critical(self, below: Array) -> Array:
        count = len(self.information)
        lower = np.append(below, -np.inf) if below.size else no_lower_bounds(count)
        return self.efficacy.critical_values(self.information, self.level, self.sided, lower)

    def _by_turns(self, drift: float) -> tuple[Array, Array]:
        assert self.futility is not None
        critical = self.free_critical
        below = self.futility.bounds(self.information, critical, drift, self.beta)
        for _ in range(_MOST_TURNS):
            critical = self._critical(np.minimum(below, critical[:-1]))
            moved = self.futility.bounds(self.information, critical, drift, self.beta)
            if np.all(np.abs(moved - below) <= _SETTLED):
                break
            below = moved
        return critical, below


def spend_both(
    information: Array, efficacy: SpendingRule, futility: BetaSpendingRule, level: float, beta: float, drift: float
) -> tuple[Array, Array]:
    """Return bounds that spend both errors look by look, each taking notice of the other.

    Parameters
    ----------
    information : array of float64, shape (looks,)
    level, beta : float
        Errors of the first and second kind to be spent on one side.
    drift : float
        At which the error of the second kind is spent.

    Returns
    -------
    tuple of array of float64, shapes (looks,) and (looks - 1,)
        Critical values and futility bounds; a bound that reaches its critical value is that value.

    Examples
    --------
    >>> from abate.stats.sequential.spending import obrien_fleming_type
    >>> rules = SpendingRule(spending=obrien_fleming_type()), BetaSpendingRule(spending=obrien_fleming_type())
    >>> critical, below = spend_both(np.array([0.5, 1.0]), *rules, 0.025, 0.2, 2.848278)
    >>> critical.round(4), below.round(4)
    (array([2.9626, 1.9376]), array([0.5377]))
    """
    first = np.diff(np.append(0.0, cumulative_spent(efficacy.spending, information, level)))
    second = np.diff(np.append(0.0, cumulative_spent(futility.spending, information, beta)))
    null, planned, critical, below = begin(), begin(drift), [], []
    for k, t in enumerate(information):
        critical.append(upper_bound(null, t, first[k]))
        if k + 1 == len(information):
            break
        below.append(min(lower_bound(planned, t, second[k]), critical[k]))
        null = proceed(null, t, below[k], critical[k], information[k + 1])
        planned = proceed(planned, t, below[k], critical[k], information[k + 1])
    return np.array(critical), np.array(below)


def _fixed_drift(level: float, power: float) -> float:
    """Return the drift of a design without looks: ``z(1 - level) + z(power)``."""
    return normal_quantile(1 - level) + normal_quantile(power)


def _described(plan: _Plan, power: float, drift: float, critical: Array, below: Array) -> GroupSequentialDesign:
    from scipy.special import ndtr

    obeyed = plan.lower(critical, below)
    ignored = obeyed if plan.is_binding or plan.sided == 2 else no_lower_bounds(len(critical))
    error = np.cumsum(follow(plan.information, ignored, critical, 0.0).above) * plan.sided
    missed = np.cumsum(follow(plan.information, obeyed, critical, drift).below)[:-1] if below.size else np.zeros(0)
    return GroupSequentialDesign(
        information=_numbers(plan.information),
        alpha=plan.level * plan.sided,
        sided=plan.sided,
        power=power,
        efficacy_rule=plan.efficacy,
        futility_rule=plan.futility,
        is_binding=plan.is_binding and plan.futility is not None,
        efficacy_z=_numbers(critical),
        futility_z=_numbers(below),
        nominal_p=_numbers(ndtr(-critical)),
        alpha_spent=_numbers(error),
        beta_spent=(*_numbers(missed), 1 - power) if below.size else (),
        drift=drift,
        inflation_factor=(drift / _fixed_drift(plan.level, power)) ** 2,
    )


def _numbers(values: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
