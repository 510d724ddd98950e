"""What power has a trial at any difference, and what does it come to when the difference is not known?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from abate.contracts.plan_file import PlanFile
from abate.stats.arrays import Array
from abate.stats.assurance import EffectPrior, averaged_power, limit_of_assurance
from abate.stats.distributions import normal_cdf, normal_quantile
from abate.stats.sequential.boundaries import no_lower_bounds
from abate.stats.sequential.design import GroupSequentialDesign
from abate.stats.sequential.recursion import follow
from abate.trial.effect import PlannedEffect
from abate.trial.two_arms.closed import RatedTrial, mmrm_size

#: With looks power is interpolated on the scale of normal quantiles, on which it is nearly a straight line in the drift.
_STEP, _FARTHEST = 0.2, 9.0
_SMALLEST = 1e-12


@dataclass(frozen=True, kw_only=True, eq=False)
class ClosedPower:
    """Power as a function of the difference, for one size and one set of assumptions.

    Attributes
    ----------
    standard_error : float
        Of the difference at the end, in points.
    degrees_of_freedom : float
        Expected, by Satterthwaite.
    level : float
        Error of the first kind on the side of benefit.
    design : GroupSequentialDesign or None
        Bounds, where there are looks.
    """

    standard_error: float
    degrees_of_freedom: float
    level: float
    design: GroupSequentialDesign | None = None

    def at(self, effect: ArrayLike) -> Array:
        """Return the chance to show a benefit at each difference, shape as ``effect``; 0 or below is allowed.

        With looks, the t test at the end is carried to the scale of z by its power.
        """
        at_the_end = self._at_the_end(np.asarray(effect, dtype=np.float64))
        if self.design is None:
            return at_the_end
        return self._with_looks(self._drift(at_the_end))

    def _at_the_end(self, effect: Array) -> Array:
        from scipy.special import nctdtr, stdtrit

        critical = float(stdtrit(self.degrees_of_freedom, 1 - self.level))
        shape = np.clip(effect / self.standard_error, -_FARTHEST, 30.0)
        return np.asarray(
            np.clip(1.0 - nctdtr(self.degrees_of_freedom, shape, critical), _SMALLEST, 1.0), dtype=np.float64
        )

    def _drift(self, power: Array) -> Array:
        from scipy.special import ndtri

        drift = normal_quantile(1 - self.level) + ndtri(np.minimum(power, 1 - _SMALLEST))
        return np.asarray(np.clip(drift, -_FARTHEST, _FARTHEST), dtype=np.float64)

    def _with_looks(self, drift: Array) -> Array:
        from scipy.special import ndtr

        assert self.design is not None
        grid, quantile = _quantiles_with_looks(self.design.information, self.design.efficacy_z, self.design.futility_z)
        return np.asarray(ndtr(np.interp(drift, grid, quantile)), dtype=np.float64)


_Bounds = tuple[float, ...]


@lru_cache(maxsize=32)
def _quantiles_with_looks(information: _Bounds, efficacy: _Bounds, futility: _Bounds) -> tuple[Array, Array]:
    """Return drifts, and the normal quantile of the power with these bounds at each."""
    from scipy.special import ndtri

    lower = np.append(futility, -np.inf) if futility else no_lower_bounds(len(information))
    grid = np.arange(-_FARTHEST, _FARTHEST + _STEP, _STEP)
    power = np.array(
        [follow(np.array(information), lower, np.array(efficacy), float(drift)).above.sum() for drift in grid]
    )
    return grid, np.asarray(ndtri(np.clip(power, _SMALLEST, 1 - _SMALLEST)), dtype=np.float64)


def closed_power(trial: RatedTrial, plan: PlanFile, total: float, design: GroupSequentialDesign | None) -> ClosedPower:
    """Return the power function of a mixed model for so many participants in all."""
    found = mmrm_size(trial, plan, effect=1.0, total=total)
    assert found.degrees_of_freedom is not None  # with the t reference
    return ClosedPower(
        standard_error=found.standard_error,
        degrees_of_freedom=found.degrees_of_freedom,
        level=plan.design.alpha / plan.design.sided,
        design=design,
    )


def assurance_of(power: ClosedPower, effect: PlannedEffect) -> float:
    """Return the chance of success averaged over what is believed of the difference.

    References
    ----------
    O'Hagan, Stevens & Campbell (2005), Pharmaceutical Statistics 4, 187-201.
    """
    return averaged_power(_prior(effect), lambda difference: float(power.at(difference)))


def assurance_through(effect: PlannedEffect, power: float, level: float) -> float:
    """Return the assurance of a one-sided test whose power is known at the planned difference only.

    At others the power is that of a normal statistic: ``Phi(d / s - z)``, with the standard error s that gives the known power.
    """
    bound = normal_quantile(1 - level)
    error = effect.mean / (bound + normal_quantile(min(power, 1 - _SMALLEST)))
    return averaged_power(_prior(effect), lambda difference: normal_cdf(difference / error - bound))


def assurance_limit(power: ClosedPower, effect: PlannedEffect) -> float:
    """Return the assurance that no size can pass: in the main the chance that there is a benefit at all."""
    return chance_of_benefit(effect, power.level)


def chance_of_benefit(effect: PlannedEffect, level: float) -> float:
    """Return what the assurance of a one-sided test at ``level`` goes to as a trial grows without end."""
    return limit_of_assurance(_prior(effect), level, sided=1)


def _prior(effect: PlannedEffect) -> EffectPrior:
    return EffectPrior(mean=effect.mean, sd=effect.sd, no_effect_chance=effect.no_effect)


def power_needed(plan: PlanFile, design: GroupSequentialDesign | None) -> float:
    """Return the power that the test at the end must have so that the trial with its looks has the one asked for."""
    from scipy.special import ndtr

    asked = plan.design.power
    assert asked is not None
    if design is None:
        return asked
    return float(ndtr(design.drift - normal_quantile(1 - plan.design.alpha / plan.design.sided)))
