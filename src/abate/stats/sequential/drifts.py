"""At which drift does a chance that rises with the drift have a given value?"""

from __future__ import annotations

from collections.abc import Callable

from abate.stats.distributions import normal_quantile
from abate.stats.roots import crossing

_DIGITS = 1e-11
_MOST_SECANTS = 12
_FARTHEST = 60.0
# A chance nearer to 0 or 1 than this has no probit worth a step.
_LEAST = 1e-12


def drift_with_chance(chance: Callable[[float], float], target: float, start: float) -> float | None:
    """Return the drift at which ``chance`` is ``target``; None where it never is within 60 of ``start``.

    On the probit scale the chance to pass a bound is nearly a straight line in the drift, with slope 1; secants need few steps. Should
    they leave the road, the crossing is bracketed.

    Parameters
    ----------
    chance : function of a drift
        Never falls.
    target : float
        Between 0 and 1.
    start : float
        A drift to begin with.

    Examples
    --------
    >>> from abate.stats.distributions import normal_cdf
    >>> round(drift_with_chance(lambda drift: normal_cdf(drift - 1.959964), 0.9, 3.0), 6)
    3.241516
    """
    goal = normal_quantile(target)

    def missing(drift: float) -> float:
        return normal_quantile(min(max(chance(drift), _LEAST), 1 - _LEAST)) - goal

    before, at_before = start, missing(start)
    drift = before - at_before
    for _ in range(_MOST_SECANTS):
        if abs(drift - before) <= _DIGITS or at_before == 0:
            return drift
        at_drift = missing(drift)
        slope = (at_drift - at_before) / (drift - before)
        if not (0.05 < slope < 20 and abs(drift - start) < _FARTHEST):
            break
        before, at_before, drift = drift, at_drift, drift - at_drift / slope
    return _bracketed(missing, start)


def _bracketed(missing: Callable[[float], float], start: float) -> float | None:
    reach = 1.0
    while missing(start - reach) > 0 or missing(start + reach) < 0:
        reach *= 2
        if reach > _FARTHEST:
            return None
    return crossing(missing, start - reach, start + reach, _DIGITS)
