"""When may a trial stop because it has little chance left to answer its question?

A futility bound is a z at each look but the last. It is obeyed without fail (binding: the efficacy boundary may then be lower) or may be
overruled (non-binding: the efficacy boundary takes no notice of it, and the error of the first kind is safe either way).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from abate.stats.arrays import Array
from abate.stats.distributions import normal_quantile
from abate.stats.sequential.errors import FutilityBoundError
from abate.stats.sequential.looks import require_error_rate
from abate.stats.sequential.recursion import begin, lower_bound, proceed
from abate.stats.sequential.spending import Spending, cumulative_spent

# Bounds nearer to each other than this have met: they are roots, known to about so many digits.
_ROUNDING = 1e-9


@runtime_checkable
class FutilityRule(Protocol):
    """What leads from an efficacy boundary to bounds below it."""

    @property
    def name(self) -> str:
        """Return what to call the rule in a table."""

    def bounds(self, information: Array, critical: Array, drift: float, beta: float) -> Array:
        """Return the z at or below which each look but the last stops; -inf where it never does."""


@dataclass(frozen=True, kw_only=True)
class FixedBounds:
    """Stop at or below these z values; 0 stops where the difference points the wrong way."""

    z: tuple[float, ...]

    def __post_init__(self) -> None:
        if not all(z < math.inf for z in self.z):
            raise FutilityBoundError(
                f"futility bounds must be numbers, or -inf for a look without one; got {list(self.z)}."
            )

    @property
    def name(self) -> str:
        """Return what to call the rule in a table."""
        return f"z at or below {', '.join(f'{z:g}' for z in dict.fromkeys(self.z))}"

    def bounds(self, information: Array, critical: Array, drift: float, beta: float) -> Array:
        """Return the bounds as they are given.

        Raises
        ------
        FutilityBoundError
            If there is not one for each look but the last.
        """
        if len(self.z) != len(information) - 1:
            raise FutilityBoundError(
                f"futility needs one z for each look but the last, {len(information) - 1}; got {len(self.z)}."
            )
        return np.array(self.z, dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class BetaSpendingRule:
    """Bounds that spend the error of the second kind, at the planned drift, by a function of the information.

    References
    ----------
    Pampallona, Tsiatis & Kim (2001), Drug Information Journal 35(4), 1113-1121. https://doi.org/10.1177/009286150103500408
    """

    spending: Spending

    @property
    def name(self) -> str:
        """Return what to call the rule in a table."""
        parameter = "" if self.spending.parameter is None else f" ({self.spending.parameter:g})"
        return f"beta: {self.spending.name} spending{parameter}"

    def bounds(self, information: Array, critical: Array, drift: float, beta: float) -> Array:
        """Return the bounds; one that reaches its critical value is that value: nobody goes on."""
        spent = np.diff(np.append(0.0, cumulative_spent(self.spending, information, beta)))
        walk, found = begin(drift), []
        for k, t in enumerate(information[:-1]):
            found.append(min(lower_bound(walk, t, spent[k]), critical[k]))
            walk = proceed(walk, t, found[k], critical[k], information[k + 1])
        return np.array(found, dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class ConditionalPowerRule:
    """Stop where the power that is left, given what was seen, is below a threshold.

    ``under`` says what is taken as true from the look on: the ``plan``, the ``trend`` seen so far, ``null`` (no effect), or
    ``predictive`` (all effects that agree with the trend, by their likelihood).

    References
    ----------
    Lan & Wittes (1988), Biometrics 44(2), 579-585.
    """

    threshold: float
    under: str = "trend"

    def __post_init__(self) -> None:
        require_error_rate(self.threshold, "the threshold of conditional power")
        if self.under not in LOWEST_PROMISING:
            raise FutilityBoundError(
                f"conditional power is taken under {', '.join(LOWEST_PROMISING)}; got {self.under!r}. Choose one of them."
            )

    @property
    def name(self) -> str:
        """Return what to call the rule in a table."""
        return f"conditional power below {self.threshold:g} ({self.under})"

    def bounds(self, information: Array, critical: Array, drift: float, beta: float) -> Array:
        """Return the z at which the power left for the last look is the threshold."""
        t = information[:-1] / information[-1]
        distance = normal_quantile(1 - self.threshold)
        return LOWEST_PROMISING[self.under](t, float(critical[-1]), distance, drift * math.sqrt(information[-1]))


def _under_plan(t: Array, last: float, distance: float, drift: float) -> Array:
    return np.asarray((last - distance * np.sqrt(1 - t) - drift * (1 - t)) / np.sqrt(t), dtype=np.float64)


def _under_trend(t: Array, last: float, distance: float, drift: float) -> Array:
    return np.asarray(np.sqrt(t) * (last - distance * np.sqrt(1 - t)), dtype=np.float64)


def _under_null(t: Array, last: float, distance: float, drift: float) -> Array:
    return _under_plan(t, last, distance, 0.0)


def _predictive(t: Array, last: float, distance: float, drift: float) -> Array:
    return np.asarray(np.sqrt(t) * last - distance * np.sqrt(1 - t), dtype=np.float64)


#: The z at which a look leaves just the threshold: fraction, last critical value, normal quantile of 1 - threshold, drift.
LOWEST_PROMISING: Mapping[str, Callable[[Array, float, float, float], Array]] = {
    "plan": _under_plan,
    "trend": _under_trend,
    "null": _under_null,
    "predictive": _predictive,
}


def require_below(futility: Array, critical: Array) -> None:
    """Refuse a futility bound that is not below the efficacy bound of its look.

    Raises
    ------
    FutilityBoundError
        If one is at or above it.

    Examples
    --------
    >>> require_below(np.array([0.0]), np.array([2.9, 1.97]))
    """
    wrong = futility >= critical[: len(futility)] - _ROUNDING
    if np.any(wrong):
        k = int(np.argmax(wrong))
        raise FutilityBoundError(
            f"the futility bound {futility[k]:.4g} at look {k + 1} is not below the efficacy bound {critical[k]:.4g}; "
            "lower the bound, or spend less on futility that early."
        )
