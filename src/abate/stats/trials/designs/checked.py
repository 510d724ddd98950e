"""Which numbers of a simulated design cannot be as said? One sentence each."""

from __future__ import annotations

import math

from abate.stats.sizes.checks import require_rate
from abate.stats.trials.errors import ArmError, RetentionError


def require_design(*, alpha: float, effect: float, seen: float = 1.0, **counts: int) -> None:
    """Refuse an alpha, an effect, a share or a count of persons that no trial can have.

    Raises
    ------
    ErrorRateError
        If alpha is not between 0 and 1.
    RetentionError
        If the share seen is not above 0 and at most 1.
    ArmError
        If the effect is not finite, or a group has less than one person.

    Examples
    --------
    >>> require_design(alpha=0.025, effect=1.0, per_sequence=10)
    """
    require_rate(alpha, "alpha")
    if not math.isfinite(effect):
        raise ArmError(f"the true effect must be a finite number; got {effect!r}.")
    if not 0 < seen <= 1:
        raise RetentionError(f"the share seen must be above 0 and at most 1; got {seen!r}.")
    for name, count in counts.items():
        if count != int(count) or count < 1:
            raise ArmError(f"{name} must be a whole number of at least 1; got {count!r}.")
