"""What does every estimate with an interval carry?"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class IntervalEstimate:
    """A number with its interval, or the reason why there is none.

    What the data cannot give is ``None``, and then ``reason`` says why; ``reason`` is ``None`` exactly when ``value``,
    ``lower`` and ``upper`` are all there. Nothing in it is ever ``nan`` or infinite.

    Attributes
    ----------
    value : float or None
        The estimate, in the unit of the data (a proportion from 0 to 1).
    lower, upper : float or None
        Ends of the interval, in the same unit.
    level : float
        Nominal coverage of the interval, 0.95 for 95 %.
    method : str
        How the interval was found.
    reason : str or None
        Why a number is missing, as a clause without a full stop.
    """

    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    level: float
    method: str
    reason: str | None = None

    def __post_init__(self) -> None:
        numbers = (self.value, self.lower, self.upper)
        if any(number is not None and not math.isfinite(number) for number in numbers):
            raise ValueError(f"an estimate must be finite or None with a reason; got {numbers}")
        if (self.reason is None) != (None not in numbers):
            raise ValueError(f"a reason stands exactly where a number is missing; got {numbers}, {self.reason!r}")
