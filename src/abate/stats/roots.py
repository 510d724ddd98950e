"""Where does a function that falls, or one that rises, cross 0?"""

from __future__ import annotations

from collections.abc import Callable

# As near as the numbers of the machine allow.
_NEAREST = 1e-300
_NEAREST_SHARE = 1e-15


def crossing(function: Callable[[float], float], lower: float, upper: float, nearest: float = _NEAREST) -> float:
    """Return where ``function`` crosses 0 between ``lower`` and ``upper``, to the last digits or within ``nearest``.

    Where it has the same sign at both ends, it does not cross, and the answer is the end at which it is nearer to 0.

    Examples
    --------
    >>> round(crossing(lambda x: 2 - x * x, 0, 2), 12)
    1.414213562373
    """
    from scipy.optimize import brentq

    at_lower, at_upper = function(lower), function(upper)
    if at_lower * at_upper > 0:
        return lower if abs(at_lower) < abs(at_upper) else upper
    return float(brentq(function, lower, upper, xtol=nearest, rtol=_NEAREST_SHARE, maxiter=500))
