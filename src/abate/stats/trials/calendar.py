"""When does each patient enter, when can a look take place, and who is already in by then?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from abate.stats.arrays import Array, IntArray
from abate.stats.trials.errors import AccrualError


@dataclass(frozen=True, kw_only=True)
class Accrual:
    """Patients enter at random (a Poisson process) with a rate that may differ by month.

    Attributes
    ----------
    per_month : tuple of float
        Patients expected in the 1st, 2nd, ... month; the last goes on for ever. A start-up is a first month or two with fewer.
    months_to_outcome : float
        From entry to the primary outcome, 0 or more: 5 days are 0.164, 12 weeks 2.76.
    """

    per_month: tuple[float, ...]
    months_to_outcome: float

    def __post_init__(self) -> None:
        if not self.per_month or not all(0 <= rate < math.inf for rate in self.per_month) or self.per_month[-1] <= 0:
            raise AccrualError(
                f"accrual must be at least 0 a month and above 0 in the last month given; got {self.per_month}. "
                "A trial that admits nobody never ends."
            )
        if not 0 <= self.months_to_outcome < math.inf:
            raise AccrualError(f"months_to_outcome must be at least 0; got {self.months_to_outcome!r}.")

    def entries(self, waits: Array) -> Array:
        """Return entry times in months, rising, from standard exponential waits (..., patient).

        Examples
        --------
        >>> Accrual(per_month=(1, 4), months_to_outcome=0).entries(np.ones(4))
        array([1.  , 1.25, 1.5 , 1.75])
        """
        expected = np.concatenate([[0.0], np.cumsum(self.per_month)])
        total = np.cumsum(waits, axis=-1)
        months = np.interp(total, expected, np.arange(len(expected), dtype=np.float64))
        late = len(self.per_month) + (total - expected[-1]) / self.per_month[-1]
        return np.where(total > expected[-1], late, months)

    def looks(self, entries: Array, with_outcome: IntArray) -> tuple[Array, IntArray]:
        """Return when each look takes place and how many patients have entered by then, both (trial, look).

        ``with_outcome`` are the patients whose primary time must have come; those who entered and are not among them are the
        overrun. Patients lost on the way count from the time at which they would have been seen.
        """
        months = entries[:, with_outcome - 1] + self.months_to_outcome
        entered = np.stack([np.sum(entries <= each[:, None], axis=1) for each in months.T], axis=1)
        return months, np.asarray(entered, dtype=np.int64)
