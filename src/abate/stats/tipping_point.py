"""How wrong may the imputation be before the conclusion changes?"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from abate.base.errors import ParameterError
from abate.stats.analysis_of_covariance import covariance_analysis
from abate.stats.arrays import require_level
from abate.stats.imputation import ImputedOutcomes
from abate.stats.repeated_outcomes import checked_visit
from abate.stats.roots import crossing
from abate.stats.rubin import PooledEstimate, pool_estimates

_GRID_STEPS = 200


@dataclass(frozen=True, kw_only=True)
class TippingPoint:
    """The smallest shift of what was imputed that turns the conclusion.

    Attributes
    ----------
    delta : float or None
        Added to every imputed value of the arm at the visit, in the outcome's unit; None where no shift up to
        ``largest_delta`` turns the conclusion.
    largest_delta : float
        How far was looked, with its direction.
    is_significant : bool
        The conclusion without a shift: does the interval of the estimate exclude 0?
    unshifted : PooledEstimate
        The estimate without a shift.
    at_tip : PooledEstimate or None
        The estimate at the tipping point, with an end of its interval at 0.
    reason : str or None
        Why there is no tipping point.
    """

    delta: float | None
    largest_delta: float
    is_significant: bool
    unshifted: PooledEstimate
    at_tip: PooledEstimate | None = None
    reason: str | None = None


def tipping_point(
    imputed: ImputedOutcomes,
    arm: Any,
    largest_delta: float,
    visit: int = -1,
    covariates: ArrayLike | None = None,
    level: float = 0.95,
) -> TippingPoint:
    """Return the smallest shift of an arm's imputed values at which the conclusion on its difference changes.

    The conclusion is whether the interval of the difference excludes 0. The imputations stay the same for every shift, so
    that chance plays no part in the search: 200 steps towards ``largest_delta`` find the first change (also one from
    above 0 to below it), and a root finder the shift at which an end of the interval is 0.

    Parameters
    ----------
    imputed : ImputedOutcomes
    arm : label
        The arm whose imputed values are shifted and whose difference is looked at; not the reference.
    largest_delta : float
        How far to look, in the outcome's unit; above 0 where a higher outcome speaks against the arm.
    visit, covariates, level
        As in :func:`compare_imputed`.

    Returns
    -------
    TippingPoint

    Raises
    ------
    ParameterError
        If the arm is unknown or the reference, or ``largest_delta`` is 0 or not finite.

    References
    ----------
    Permutt (2016), Statistics in Medicine 35(17), 2876-2879.

    Examples
    --------
    >>> from abate.stats.imputation import impute_outcomes
    >>> from abate.stats.repeated_outcomes import checked_outcomes
    >>> nan = float("nan")
    >>> outcomes = [[7, 3], [8, nan], [6, 2], [7, 2], [5, 1], [8, 7], [7, nan], [6, 6], [9, 7], [5, 5]]
    >>> data = checked_outcomes(outcomes, ["drug"] * 5 + ["none"] * 5, "none")
    >>> tip = tipping_point(impute_outcomes(data, seed=1), "drug", largest_delta=20)
    >>> tip.is_significant, 0 < tip.delta < 20, abs(tip.at_tip.upper) < 1e-6
    (True, True, True)
    """
    if arm not in imputed.data.arms[1:]:
        raise ParameterError(f"arm must be one of {', '.join(map(repr, imputed.data.arms[1:]))}; got {arm!r}.")
    which = imputed.data.arms.index(arm)
    estimate = covariance_analysis(imputed.data, covariates).place_of_difference(which)
    return _tip(imputed, which, estimate, largest_delta, visit, covariates, level)


def tipping_point_of_mean(
    imputed: ImputedOutcomes,
    arm: Any,
    largest_delta: float,
    visit: int = -1,
    covariates: ArrayLike | None = None,
    level: float = 0.95,
) -> TippingPoint:
    """Return the same for an arm's own mean, at the average of the covariates, in place of its difference.

    For outcomes that are changes from baseline: the shift at which the arm's change is no longer told from 0. It needs no
    second arm.

    Parameters
    ----------
    imputed, largest_delta, visit, covariates, level
        As in :func:`tipping_point`.
    arm : label
        Any arm; that of everybody is ``imputed.data.arms[0]``.

    Returns
    -------
    TippingPoint

    Raises
    ------
    ParameterError
        As :func:`tipping_point`.

    Examples
    --------
    >>> from abate.stats.imputation import impute_outcomes
    >>> from abate.stats.repeated_outcomes import checked_outcomes
    >>> change = [[-1, -4], [0, float("nan")], [-2, -3], [-1, -5], [0, -2], [-3, float("nan")], [-1, -3]]
    >>> imputed = impute_outcomes(checked_outcomes(change), seed=1)
    >>> tip = tipping_point_of_mean(imputed, "all", largest_delta=20)
    >>> tip.is_significant, 0 < tip.delta < 20
    (True, True)
    """
    if arm not in imputed.data.arms:
        raise ParameterError(f"arm must be one of {', '.join(map(repr, imputed.data.arms))}; got {arm!r}.")
    which = imputed.data.arms.index(arm)
    estimate = covariance_analysis(imputed.data, covariates).place_of_mean(which)
    return _tip(imputed, which, estimate, largest_delta, visit, covariates, level)


def _tip(
    imputed: ImputedOutcomes,
    arm: int,
    estimate: int,
    largest_delta: float,
    visit: int,
    covariates: ArrayLike | None,
    level: float,
) -> TippingPoint:
    require_level(level)
    if largest_delta == 0 or not math.isfinite(largest_delta):
        raise ParameterError(f"largest_delta must be a finite number other than 0; got {largest_delta!r}.")
    place, analysis = checked_visit(visit, imputed.data), covariance_analysis(imputed.data, covariates)
    shifted = (~imputed.data.seen[:, place] & (imputed.data.arm_place == arm)).astype(np.float64)

    def pooled(delta: float) -> PooledEstimate:
        estimates, variances = analysis.of(imputed.values[:, :, place] + delta * shifted)
        return pool_estimates(estimates[:, estimate], variances[:, estimate], analysis.degrees_of_freedom, level)

    return _search(pooled, largest_delta, bool(np.any(shifted)))


def _search(pooled: Callable[[float], PooledEstimate], largest_delta: float, any_imputed: bool) -> TippingPoint:
    unshifted = pooled(0.0)
    conclusion = _conclusion(unshifted)

    def no_tip(reason: str) -> TippingPoint:
        return TippingPoint(
            delta=None, largest_delta=largest_delta, is_significant=conclusion != 0, unshifted=unshifted, reason=reason
        )

    if unshifted.reason is not None:
        return no_tip(unshifted.reason)
    if not any_imputed:
        return no_tip("nothing was imputed in that arm at that visit")
    before = 0.0
    for step in range(1, _GRID_STEPS + 1):
        delta = largest_delta * step / _GRID_STEPS
        here = pooled(delta)
        if here.reason is not None:
            return no_tip(f"at a shift of {delta:g} {here.reason}")
        if _conclusion(here) != conclusion:
            break
        before = delta
    else:
        return no_tip(f"the conclusion stays the same up to a shift of {largest_delta:g}")
    # A step may cross all shifts at which the interval holds 0: what turns is the end that was, or comes to be, nearest to 0.
    is_lower = (conclusion or _conclusion(here)) > 0

    def nearest_end(shift: float) -> float:
        estimate = pooled(shift)
        assert estimate.lower is not None
        assert estimate.upper is not None
        return estimate.lower if is_lower else estimate.upper

    tip = crossing(nearest_end, before, delta, nearest=1e-12)
    return TippingPoint(
        delta=tip,
        largest_delta=largest_delta,
        is_significant=conclusion != 0,
        unshifted=unshifted,
        at_tip=pooled(tip),
    )


def _conclusion(estimate: PooledEstimate) -> int:
    """Return 1 where the interval lies above 0, -1 where below, and 0 where it holds 0 or is not there."""
    if estimate.lower is None or estimate.upper is None:
        return 0
    return int(estimate.lower > 0) - int(estimate.upper < 0)
