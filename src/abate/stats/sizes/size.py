"""What is the answer to a question about a trial's size, and what does it rest on?"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from enum import Enum
from typing import Any

from abate.base.errors import ParameterError
from abate.stats.sizes.errors import DropoutTwiceError

# A root that misses a whole number by its last digits is that whole number.
_ROUNDING_SHARE = 1e-9


class Unknown(Enum):
    """Which of the four numbers was solved for."""

    SIZE = "size"
    EFFECT = "effect"
    POWER = "power"
    ALPHA = "alpha"


@dataclass(frozen=True, kw_only=True)
class Size:
    """Size, effect, power and alpha that belong together, one of them solved for.

    Attributes
    ----------
    method : str
        The test, in words.
    source : str
        Where the formula stands.
    solved_for : Unknown
    effect : float
        True effect, in the unit that ``effect_is`` names.
    effect_is : str
    alpha : float
        Of all sides of the test together.
    sided : int
        1 or 2.
    power : float
        Chance of a significant result on the side of benefit, at the unrounded size.
    power_either_side : float or None
        Chance of a significant result on any side that the test has; None where the method has no formula for it.
    per_arm : tuple of float
        Unrounded, arm 1 first.
    per_arm_rounded : tuple of int
        Each arm rounded up.
    power_rounded : float
        At the rounded size.
    is_dropout_counted : bool
        Are those who leave in ``per_arm`` already?
    dropout : str
        The same in words.
    notes : tuple of str
        What a reader must know before using the number.
    """

    method: str
    source: str
    solved_for: Unknown
    effect: float
    effect_is: str
    alpha: float
    sided: int
    power: float
    power_either_side: float | None
    per_arm: tuple[float, ...]
    per_arm_rounded: tuple[int, ...]
    power_rounded: float
    is_dropout_counted: bool = False
    dropout: str = "no drop-out is counted"
    notes: tuple[str, ...] = ()

    @property
    def total(self) -> float:
        """Return the unrounded size of all arms."""
        return math.fsum(self.per_arm)

    @property
    def total_rounded(self) -> int:
        """Return the sum of the rounded arms."""
        return sum(self.per_arm_rounded)


def rounded_up(count: float) -> int:
    """Return the whole number of persons that is enough.

    Examples
    --------
    >>> rounded_up(91.39), rounded_up(60.00000000001)
    (92, 60)
    """
    nearest = round(count)
    return nearest if abs(count - nearest) <= _ROUNDING_SHARE * max(1.0, count) else math.ceil(count)


def fields_of(size: Size) -> dict[str, Any]:
    """Return the fields by name, for a result that adds to them.

    Examples
    --------
    >>> from abate.stats.sizes.means import two_means
    >>> fields_of(two_means(difference=1.3, sd=2.4, total=60))["sided"]
    2
    """
    return {field.name: getattr(size, field.name) for field in fields(size)}


def with_dropout(size: Size, lost_share: float) -> Size:
    """Return a size raised for persons whose outcome will be missing: each arm divided by ``1 - lost_share``.

    Power stays that of the persons who are left. It can be counted once only.

    Parameters
    ----------
    size : Size
        Of a method whose formula does not know of drop-out.
    lost_share : float
        Share of the randomised who give no outcome, from 0 (included) to 1.

    Returns
    -------
    Size

    Raises
    ------
    DropoutTwiceError
        If drop-out is in the size already.
    ParameterError
        If ``lost_share`` is outside its range.

    Examples
    --------
    >>> from abate.stats.sizes.means import two_means
    >>> planned = with_dropout(two_means(difference=1.3, sd=2.4, power=0.8), 0.15)
    >>> planned.per_arm_rounded, planned.dropout
    ((65, 65), 'raised for a share of 0.15 without an outcome')
    """
    if size.is_dropout_counted:
        raise DropoutTwiceError(f"drop-out is in this size already ({size.dropout}); use the size as it is.")
    if not 0 <= lost_share < 1:
        raise ParameterError(f"lost_share must be from 0 to below 1, such as 0.15; got {lost_share!r}.")
    per_arm = tuple(arm / (1 - lost_share) for arm in size.per_arm)
    return replace(
        size,
        per_arm=per_arm,
        per_arm_rounded=tuple(rounded_up(arm) for arm in per_arm),
        is_dropout_counted=True,
        dropout=f"raised for a share of {lost_share:g} without an outcome",
    )
