"""How many persons do tests of shares need that hold alpha exactly, without a normal approximation?

Their power does not rise steadily with the size: it falls by a step wherever the test must ask for one responder more. The
size given is the smallest that has the power.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from abate.base.errors import ParameterError
from abate.stats.arrays import Array
from abate.stats.distributions import binomial_cdf
from abate.stats.sizes.checks import arm_shares, require_rate, require_share
from abate.stats.sizes.errors import UnreachableError
from abate.stats.sizes.responders import difference_of_shares, two_shares
from abate.stats.sizes.size import Size, Unknown, fields_of, rounded_up
from abate.stats.sizes.solving import Arms, Question, answer

_LARGEST_GROUP = 5000
_LARGEST_EXACT_TOTAL = 4000
# Exact sizes are hardly ever below this share of the approximate one.
_START_SHARE = 0.75
_TAIL_ROUNDING = 1e-12


@dataclass(frozen=True, kw_only=True)
class OneGroupSize(Size):
    """A size of one group, with the count that decides.

    Attributes
    ----------
    least_responders : int
        From so many responders on the test rejects.
    attained_alpha : float
        Chance of so many where the null share is true; at most alpha.
    """

    least_responders: int
    attained_alpha: float


def one_share_exact(
    *,
    share: float | None,
    null_share: float,
    total: int | None = None,
    power: float | None = None,
    alpha: float | None = 0.05,
) -> OneGroupSize:
    """Return size, difference, power or alpha of an exact one-sided binomial test in one group.

    Parameters
    ----------
    share : float or None
        True share of responders, above ``null_share``.
    null_share : float
        Share to be excluded, between 0 and 1.
    total : int or None
        Persons.
    power, alpha : float or None
        Between 0 and 1; alpha is one-sided.

    Returns
    -------
    OneGroupSize

    Raises
    ------
    UnreachableError
        If no group of up to 5000 has the power.
    UnknownCountError, EffectError, ErrorRateError, ParameterError
        As their names say.

    References
    ----------
    A'Hern (2001), Statistics in Medicine 20(6), 859-866. https://doi.org/10.1002/sim.721

    Examples
    --------
    >>> found = one_share_exact(share=0.4, null_share=0.2, power=0.8)
    >>> found.total_rounded, found.least_responders, round(found.attained_alpha, 4)
    (35, 12, 0.0344)
    """
    require_share(null_share, "null_share")

    def power_of(arms: Arms, difference: float, alpha: float) -> float:
        count = rounded_up(arms[0])
        return _tail(least_responders(count, null_share, alpha), count, null_share + difference)

    question = Question(
        power_of=power_of,
        shares=(1.0,),
        sided=1,
        effect_is="difference of shares",
        largest_effect=1 - null_share,
        size_is="persons",
    )
    size = _exact_answer(
        question,
        [(float(count),) for count in range(1, _LARGEST_GROUP + 1)],
        total=total,
        effect=difference_of_shares(share, null_share),
        power=power,
        alpha=alpha,
        method="one share, exact binomial test",
        source="A'Hern (2001)",
    )
    count = size.total_rounded
    least = least_responders(count, null_share, size.alpha)
    return OneGroupSize(**fields_of(size), least_responders=least, attained_alpha=_tail(least, count, null_share))


def least_responders(count: int, null_share: float, alpha: float) -> int:
    """Return the smallest number of responders whose chance under the null share, or more, is at most alpha.

    Examples
    --------
    >>> least_responders(35, 0.2, 0.05)
    12
    """
    low, high = 0, count + 1
    while low < high:
        middle = (low + high) // 2
        if _tail(middle, count, null_share) <= alpha:
            high = middle
        else:
            low = middle + 1
    return low


def two_shares_exact(
    *,
    active_share: float | None,
    control_share: float,
    total: int | None = None,
    power: float | None = None,
    alpha: float | None = 0.05,
    sided: int = 2,
    allocation: float = 1.0,
) -> Size:
    """Return size, difference, power or alpha of Fisher's exact test, a two-sided one having alpha/2 on each side.

    Parameters
    ----------
    active_share, control_share, power, alpha, sided, allocation
        As for :func:`abate.stats.sizes.responders.two_shares`.
    total : int or None
        Persons in both arms, divided by the allocation and each arm rounded up.

    Returns
    -------
    Size

    Raises
    ------
    UnreachableError
        If no trial of up to 4000 has the power.
    UnknownCountError, EffectError, ErrorRateError, ParameterError
        As their names say.

    References
    ----------
    Bennett & Hsu (1960), Biometrika 47(3-4), 393-398.

    Examples
    --------
    >>> two_shares_exact(active_share=0.8, control_share=0.3, power=0.8).per_arm_rounded
    (18, 18)
    """
    require_share(control_share, "control_share")
    shares = arm_shares(allocation)

    def power_of(arms: Arms, difference: float, alpha: float) -> float:
        return fisher_power(
            rounded_up(arms[0]), rounded_up(arms[1]), control_share + difference, control_share, alpha / sided
        )

    question = Question(
        power_of=power_of,
        shares=shares,
        sided=sided,
        effect_is="difference of shares",
        largest_effect=1 - control_share,
    )
    sizes: list[Arms] = []
    if total is None and active_share is not None and power is not None and alpha is not None:
        approximate = two_shares(
            active_share=active_share,
            control_share=control_share,
            power=power,
            alpha=alpha,
            sided=sided,
            allocation=allocation,
        )
        first = max(1, int(_START_SHARE * min(approximate.per_arm)))
        smaller, larger = min(shares), max(shares)
        counts = range(first, int(_LARGEST_EXACT_TOTAL * smaller) + 1)
        sizes = [_arms_from(count, larger / smaller, allocation) for count in counts]
    return _exact_answer(
        question,
        sizes,
        total=total,
        effect=difference_of_shares(active_share, control_share),
        power=power,
        alpha=alpha,
        method="two shares, Fisher's exact test",
        source="Bennett & Hsu (1960)",
    )


def fisher_power(count_1: int, count_0: int, share_1: float, share_0: float, alpha: float) -> float:
    """Return the chance that Fisher's one-sided exact test finds share 1 above share 0.

    Parameters
    ----------
    count_1, count_0 : int
        Persons in the arms, at least 1.
    share_1, share_0 : float
        True shares, between 0 and 1.
    alpha : float
        One-sided, between 0 and 1.

    Examples
    --------
    >>> round(fisher_power(19, 19, 0.8, 0.3, 0.025), 4)
    0.8517
    """
    chance_1, chance_0 = _binomial(count_1, share_1), _binomial(count_0, share_0)
    ways_1, ways_0 = _log_ways(count_1), _log_ways(count_0)
    power = 0.0
    for responders in range(count_1 + count_0 + 1):
        in_1 = np.arange(max(0, responders - count_0), min(count_1, responders) + 1)
        log_weight = ways_1[in_1] + ways_0[responders - in_1]
        weight = np.exp(log_weight - log_weight.max())
        tail = np.cumsum(weight[::-1])[::-1] / weight.sum()
        rejected = in_1[tail <= alpha * (1 + _TAIL_ROUNDING)]
        power += float(chance_1[rejected] @ chance_0[responders - rejected])
    return power


def _exact_answer(
    question: Question,
    sizes: list[Arms],
    *,
    total: int | None,
    effect: float | None,
    power: float | None,
    alpha: float | None,
    method: str,
    source: str,
) -> Size:
    if total is not None and total != int(total):
        raise ParameterError(f"total must be a whole number for an exact test; got {total!r}.")

    def answered(total: float | None, power: float | None) -> Size:
        return answer(
            question, total=total, effect=effect, power=power, alpha=alpha, method=method, source=source, notes=_NOTES
        )

    if total is None and effect is not None and power is not None and alpha is not None:
        require_rate(power, "power")
        require_rate(alpha, "alpha")
        arms = _first_size(question.power_of, sizes, effect, power, alpha)
        return replace(
            answered(math.fsum(arms), None),
            solved_for=Unknown.SIZE,
            per_arm=arms,
            per_arm_rounded=tuple(map(int, arms)),
        )
    return answered(None if total is None else float(total), power)


_NOTES = ("power moves in steps: it is at least what was asked for at this size, and may fall below it at one more",)


def _first_size(
    power_of: Callable[[Arms, float, float], float], sizes: list[Arms], effect: float, power: float, alpha: float
) -> Arms:
    for arms in sizes:
        if power_of(arms, effect, alpha) >= power:
            return arms
    raise UnreachableError(
        f"a power of {power:g} is not reached by an exact test with up to {math.fsum(sizes[-1]) if sizes else 0:g} persons; "
        "use the score test for a trial as large as that, or plan on a larger difference."
    )


def _arms_from(smaller_arm: int, times: float, allocation: float) -> Arms:
    larger_arm = float(rounded_up(smaller_arm * times))
    return (larger_arm, float(smaller_arm)) if allocation >= 1 else (float(smaller_arm), larger_arm)


def _tail(least: int, count: int, share: float) -> float:
    """Return the chance of ``least`` or more of ``count``."""
    if least <= 0:
        return 1.0
    # Of those who do not respond there are then at most count - least.
    return 0.0 if least > count else binomial_cdf(count - least, count, 1 - share)


def _log_ways(count: int) -> Array:
    from scipy.special import gammaln

    chosen = np.arange(count + 1)
    ways: Array = gammaln(count + 1) - gammaln(chosen + 1) - gammaln(count - chosen + 1)
    return ways


def _binomial(count: int, share: float) -> Array:
    chosen = np.arange(count + 1)
    chance: Array = np.exp(_log_ways(count) + chosen * math.log(share) + (count - chosen) * math.log1p(-share))
    return chance
