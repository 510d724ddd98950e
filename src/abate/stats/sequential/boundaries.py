"""How far must the statistic be at each look for the trial to stop with its question answered?

Two rules lead to critical values: an error spent look by look, or a shape (Pocock's and its kin) that is raised until the whole error
is right. Either is asked with bounds below, as a binding futility bound lowers what is needed above.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from abate.stats.arrays import Array
from abate.stats.distributions import normal_quantile
from abate.stats.sequential.errors import SpendingError
from abate.stats.sequential.recursion import begin, chance_above, follow, proceed, upper_bound
from abate.stats.sequential.rising_chances import where_chance_is
from abate.stats.sequential.spending import Spending, cumulative_spent


class EfficacyRule(Protocol):
    """What leads from looks and an error to critical values."""

    @property
    def name(self) -> str:
        """Return what to call the rule in a table."""

    def critical_values(self, information: Array, level: float, sided: int, lower: Array) -> Array:
        """Return the z to be reached at each look, for an error ``level`` on each side."""


@dataclass(frozen=True, kw_only=True)
class SpendingRule:
    """Critical values that spend the error by a function of the information.

    References
    ----------
    Lan & DeMets (1983), Biometrika 70(3), 659-663. https://doi.org/10.1093/biomet/70.3.659
    """

    spending: Spending

    @property
    def name(self) -> str:
        """Return what to call the rule in a table."""
        parameter = "" if self.spending.parameter is None else f" ({self.spending.parameter:g})"
        return f"{self.spending.name} spending{parameter}"

    def critical_values(self, information: Array, level: float, sided: int, lower: Array) -> Array:
        """Return the z to be reached at each look; see :func:`spend`."""
        return spend(information, cumulative_spent(self.spending, information, level), sided, lower)


@dataclass(frozen=True, kw_only=True)
class ShapeRule:
    """Critical values of one shape, raised or lowered until the whole error is the one asked for.

    References
    ----------
    Pocock (1977), Biometrika 64(2), 191-199. https://doi.org/10.1093/biomet/64.2.191
    O'Brien & Fleming (1979), Biometrics 35(3), 549-556. https://doi.org/10.2307/2530245
    Wang & Tsiatis (1987), Biometrics 43(1), 193-199. https://doi.org/10.2307/2531959
    """

    name: str
    exponent: float  # critical value at t is a constant times t ** exponent

    def critical_values(self, information: Array, level: float, sided: int, lower: Array) -> Array:
        """Return the z to be reached at each look."""
        shape: Array = (information / information[-1]) ** self.exponent

        def error(lowered: float) -> float:
            return _error(information, -lowered * shape, sided, lower)

        found = where_chance_is(error, level, -normal_quantile(1 - level))
        if found is None:
            raise SpendingError(
                f"no constant gives the shape {self.name} an error of {level:g} on one side; change the shape."
            )
        critical: Array = -found * shape
        return critical

    def interim_value(self, information: float, planned_last: float) -> float:
        """Return the critical value of a look at other information than planned; the last one is solved."""
        return float(planned_last * information**self.exponent)


@dataclass(frozen=True, kw_only=True)
class FixedInterimRule:
    """One high critical value at every look but the last, where the value is solved (Haybittle 1971; Peto 1976).

    References
    ----------
    Haybittle (1971), British Journal of Radiology 44(526), 793-797. https://doi.org/10.1259/0007-1285-44-526-793
    """

    name: str
    interim_z: float

    def critical_values(self, information: Array, level: float, sided: int, lower: Array) -> Array:
        """Return the z to be reached at each look.

        Raises
        ------
        SpendingError
            If the interim looks alone spend the whole error.
        """
        interim = np.full(len(information) - 1, self.interim_z)
        return np.append(interim, last_critical_value(information, interim, level, sided, lower))

    def interim_value(self, information: float, planned_last: float) -> float:
        """Return the critical value of a look at other information than planned; the last one is solved."""
        return self.interim_z


def pocock() -> ShapeRule:
    """Return Pocock's shape: the same critical value at every look.

    Examples
    --------
    >>> no_bounds = np.full(2, -np.inf)
    >>> pocock().critical_values(np.array([0.5, 1.0]), 0.025, 2, no_bounds).round(3)
    array([2.178, 2.178])
    """
    return ShapeRule(name="Pocock", exponent=0.0)


def obrien_fleming() -> ShapeRule:
    """Return O'Brien and Fleming's shape: a constant over ``sqrt(t)``.

    Examples
    --------
    >>> no_bounds = np.full(2, -np.inf)
    >>> obrien_fleming().critical_values(np.array([0.5, 1.0]), 0.025, 2, no_bounds).round(3)
    array([2.797, 1.977])
    """
    return ShapeRule(name="O'Brien-Fleming", exponent=-0.5)


def wang_tsiatis(delta: float) -> ShapeRule:
    """Return Wang and Tsiatis's shape ``c * t ** (delta - 0.5)``: 0 is O'Brien and Fleming's, 0.5 Pocock's.

    Raises
    ------
    SpendingError
        If ``delta`` is not between -2 and 1.

    Examples
    --------
    >>> wang_tsiatis(0.25).exponent
    -0.25
    """
    if not -2 <= delta <= 1:
        raise SpendingError(f"wang-tsiatis needs a parameter between -2 and 1, such as 0.25; got {delta!r}.")
    return ShapeRule(name=f"Wang-Tsiatis ({delta:g})", exponent=delta - 0.5)


def haybittle_peto(interim_z: float = 3.0) -> FixedInterimRule:
    """Return Haybittle and Peto's rule: 3 at the interim looks, the last solved for the whole error.

    Raises
    ------
    SpendingError
        If ``interim_z`` is not above 0.

    Examples
    --------
    >>> no_bounds = np.full(2, -np.inf)
    >>> haybittle_peto().critical_values(np.array([0.5, 1.0]), 0.025, 2, no_bounds).round(4)
    array([3.    , 1.9673])
    """
    if not (math.isfinite(interim_z) and interim_z > 0):
        raise SpendingError(f"haybittle-peto needs an interim z above 0, such as 3; got {interim_z!r}.")
    return FixedInterimRule(name=f"Haybittle-Peto ({interim_z:g})", interim_z=interim_z)


SHAPES_WITHOUT_PARAMETER: Mapping[str, Callable[[], EfficacyRule]] = {
    "pocock": pocock,
    "obrien-fleming": obrien_fleming,
    "haybittle-peto": haybittle_peto,
}
SHAPES_WITH_PARAMETER: Mapping[str, Callable[[float], EfficacyRule]] = {
    "wang-tsiatis": wang_tsiatis,
    "haybittle-peto": haybittle_peto,
}


def named_shape(name: str, parameter: float | None = None) -> EfficacyRule:
    """Return the classic rule of that name.

    Parameters
    ----------
    name : str
        ``pocock``, ``obrien-fleming``, ``wang-tsiatis`` (with its delta) or ``haybittle-peto`` (interim z, 3 if not given).

    Raises
    ------
    SpendingError
        If the name is not known, or a parameter is missing or too much.

    Examples
    --------
    >>> named_shape("wang-tsiatis", 0.1).name
    'Wang-Tsiatis (0.1)'
    """
    if name not in SHAPES_WITHOUT_PARAMETER and name not in SHAPES_WITH_PARAMETER:
        known = ", ".join(dict.fromkeys([*SHAPES_WITHOUT_PARAMETER, *SHAPES_WITH_PARAMETER]))
        raise SpendingError(f"shape {name!r} is not known; choose one of {known}.")
    if parameter is None:
        if name not in SHAPES_WITHOUT_PARAMETER:
            raise SpendingError(f"shape {name} needs a parameter, such as 0.25.")
        return SHAPES_WITHOUT_PARAMETER[name]()
    if name not in SHAPES_WITH_PARAMETER:
        raise SpendingError(f"shape {name} has no parameter; got {parameter!r}. Leave it out.")
    return SHAPES_WITH_PARAMETER[name](parameter)


def no_lower_bounds(look_count: int) -> Array:
    """Return a lower bound of minus infinity for each look: nobody leaves downwards.

    Examples
    --------
    >>> no_lower_bounds(2)
    array([-inf, -inf])
    """
    return np.full(look_count, -np.inf)


def spend(information: Array, spent: Array, sided: int, lower: Array) -> Array:
    """Return the critical values that spend an error look by look.

    Parameters
    ----------
    information : array of float64, shape (looks,)
        Rising, above 0; only ratios count.
    spent : array of float64, shape (looks,)
        Cumulative error on the upper side, never falling.
    sided : int
        2 where the same values, with the other sign, end the trial too.
    lower : array of float64, shape (looks,)
        Lower bounds that are obeyed without fail, ``-inf`` for none; only read where ``sided`` is 1.

    Returns
    -------
    array of float64, shape (looks,)
        ``inf`` at a look that spends nothing.

    Examples
    --------
    >>> spend(np.array([0.5, 1.0]), np.array([0.01, 0.025]), 1, no_lower_bounds(2)).round(4)
    array([2.3263, 2.0758])
    """
    walk, critical, before = begin(), [], 0.0
    for k, t in enumerate(information):
        z = upper_bound(walk, t, spent[k] - before)
        critical.append(z)
        before = spent[k]
        if k + 1 < len(information):
            walk = proceed(walk, t, -z if sided == 2 else lower[k], z, information[k + 1])
    return np.array(critical)


def last_critical_value(information: Array, interim: Array, level: float, sided: int, lower: Array) -> float:
    """Return the last critical value for which the whole error on one side is ``level``, given those before.

    Raises
    ------
    SpendingError
        If the looks before alone spend ``level`` or more.

    Examples
    --------
    >>> round(last_critical_value(np.array([0.5, 1.0]), np.array([3.0]), 0.025, 1, no_lower_bounds(2)), 4)
    1.9673
    """
    walk, spent = begin(), 0.0
    for k, t in enumerate(information[:-1]):
        below = -interim[k] if sided == 2 else lower[k]
        spent += chance_above(walk, t, interim[k])
        walk = proceed(walk, t, below, interim[k], information[k + 1])
    if spent >= level:
        raise SpendingError(
            f"the interim looks spend {spent:.4g} of an error of {level:g} on one side, so nothing is left "
            "for the last; raise the interim critical values."
        )
    return upper_bound(walk, information[-1], level - spent)


def _error(information: Array, critical: Array, sided: int, lower: Array) -> float:
    """Return the chance, with no effect, to leave upwards at any look."""
    return float(follow(information, -critical if sided == 2 else lower, critical, 0.0).above.sum())
