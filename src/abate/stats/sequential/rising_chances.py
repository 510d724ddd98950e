"""Where does a chance that rises with a drift, or with a bound that is lowered, have a given value?"""

from __future__ import annotations

from collections.abc import Callable

from abate.stats.distributions import normal_quantile
from abate.stats.roots import crossing

_DIGITS = 1e-11
# A secant's step this small leaves an error some thousand times smaller.
_LAST_STEP = 1e-8
_MOST_SECANTS = 12
_FARTHEST = 60.0
# A chance nearer to 0 or 1 than this has no probit worth a step.
_LEAST = 1e-12


def where_chance_is(chance: Callable[[float], float], target: float, start: float) -> float | None:
    """Return the place at which ``chance`` is ``target``; None where it never is within 60 of ``start``.

    On the probit scale the chance to pass a bound is nearly a straight line in the drift and in the bound, with a slope near 1; secants
    need few steps. Should they leave the road, the crossing is bracketed.

    Parameters
    ----------
    chance : function of a number
        Never falls.
    target : float
        Between 0 and 1.
    start : float
        To begin with.

    Examples
    --------
    >>> from abate.stats.distributions import normal_cdf
    >>> round(where_chance_is(lambda drift: normal_cdf(drift - 1.959964), 0.9, 3.0), 6)
    3.241516
    """
    goal = normal_quantile(target)

    def missing(place: float) -> float:
        return normal_quantile(min(max(chance(place), _LEAST), 1 - _LEAST)) - goal

    before, at_before = start, missing(start)
    place = before - at_before
    for _ in range(_MOST_SECANTS):
        if abs(place - before) <= _LAST_STEP or at_before == 0:
            return place
        at_place = missing(place)
        slope = (at_place - at_before) / (place - before)
        if not (0.05 < slope < 20 and abs(place - start) < _FARTHEST):
            break
        before, at_before, place = place, at_place, place - at_place / slope
    return _bracketed(missing, start)


def _bracketed(missing: Callable[[float], float], start: float) -> float | None:
    reach = 1.0
    while missing(start - reach) > 0 or missing(start + reach) < 0:
        reach *= 2
        if reach > _FARTHEST:
            return None
    return crossing(missing, start - reach, start + reach, _DIGITS)
