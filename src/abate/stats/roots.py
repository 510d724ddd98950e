"""Where does a function that falls, or one that rises, cross 0?"""

from __future__ import annotations

import math
from collections.abc import Callable

_MOST_HALVINGS = 200


def crossing(function: Callable[[float], float], lower: float, upper: float) -> float:
    """Return where ``function`` crosses 0 between ``lower`` and ``upper``, to the last digits, by halving.

    Where it has the same sign at both ends, it does not cross, and the answer is the end at which it is nearer to 0.

    Examples
    --------
    >>> round(crossing(lambda x: 2 - x * x, 0, 2), 12)
    1.414213562373
    """
    at_lower, at_upper = function(lower), function(upper)
    if at_lower * at_upper > 0:
        return lower if abs(at_lower) < abs(at_upper) else upper
    low, high = lower, upper
    for _ in range(_MOST_HALVINGS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if math.copysign(1.0, function(middle)) == math.copysign(1.0, at_lower):
            low = middle
        else:
            high = middle
    return (low + high) / 2
