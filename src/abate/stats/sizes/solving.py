"""Which size, effect, power or alpha belongs to the other three?"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from abate.base.errors import ParameterError
from abate.stats.roots import crossing
from abate.stats.sizes.checks import require_rate, require_sided
from abate.stats.sizes.errors import EffectError, ErrorRateError, UnknownCountError, UnreachableError
from abate.stats.sizes.size import Size, Unknown, rounded_up

# More persons than live: what needs more cannot be reached.
_LARGEST_TOTAL = 1e10
_SMALLEST = 1e-12
_LEAST_ALPHA = 1e-15

Arms = tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Question:
    """A test, as its power at given arms, effect and alpha.

    Attributes
    ----------
    power_of : function of (arms, effect, alpha)
        Rises with each of them.
    shares : tuple of float
        Of all persons in each arm; they sum to 1.
    sided : int
        1 or 2.
    effect_is : str
        What the effect is and from where it is counted, for a reader.
    least_total : float
        Below it the test does not exist.
    largest_effect : float
        Above it no effect exists.
    size_is : str
        What the size counts, for a reader.
    other_side_of : function of (arms, effect, alpha), optional
        Chance that a two-sided test rejects on the side against benefit, where it has a formula.
    """

    power_of: Callable[[Arms, float, float], float]
    shares: tuple[float, ...]
    sided: int
    effect_is: str
    least_total: float = 0.0
    largest_effect: float = math.inf
    size_is: str = "persons in all arms"
    other_side_of: Callable[[Arms, float, float], float] | None = None


def answer(
    question: Question,
    *,
    total: float | None,
    effect: float | None,
    power: float | None,
    alpha: float | None,
    method: str,
    source: str,
    notes: tuple[str, ...] = (),
    dropout: str | None = None,
) -> Size:
    """Return the four numbers, the one that is ``None`` solved for.

    Parameters
    ----------
    question : Question
    total : float or None
        Persons in all arms, above 0; a fraction is allowed.
    effect : float or None
        Above 0, counted in the direction of benefit.
    power, alpha : float or None
        Between 0 and 1.
    method, source : str
        For the result.
    notes : tuple of str
        For the result.
    dropout : str, optional
        How the method counts drop-out, where it does.

    Returns
    -------
    Size

    Raises
    ------
    UnknownCountError
        If not exactly one is None.
    EffectError
        If the effect is not above 0, or beyond the largest.
    ErrorRateError
        If power or alpha is not between 0 and 1, or power is not above the chance without an effect.
    UnreachableError
        If no size, effect or alpha gives the power.
    """
    unknown = _the_unknown(total=total, effect=effect, power=power, alpha=alpha)
    _check(question, total=total, effect=effect, power=power, alpha=alpha)
    known = _Numbers(total=_or_nan(total), effect=_or_nan(effect), power=_or_nan(power), alpha=_or_nan(alpha))
    found = _SOLVERS[unknown](question, known)
    effect, alpha = found.effect, found.alpha
    arms = arms_of(question.shares, found.total)
    whole = tuple(rounded_up(arm) for arm in arms)
    return Size(
        method=method,
        source=source,
        solved_for=unknown,
        effect=effect,
        effect_is=question.effect_is,
        alpha=alpha,
        sided=question.sided,
        power=question.power_of(arms, effect, alpha),
        power_either_side=_either_side(question, arms, effect, alpha),
        per_arm=arms,
        per_arm_rounded=whole,
        power_rounded=question.power_of(whole, effect, alpha),
        is_dropout_counted=dropout is not None,
        dropout=dropout or "no drop-out is counted",
        notes=notes,
    )


def _either_side(question: Question, arms: Arms, effect: float, alpha: float) -> float | None:
    power = question.power_of(arms, effect, alpha)
    if question.sided == 1:
        return power
    return None if question.other_side_of is None else power + question.other_side_of(arms, effect, alpha)


def arms_of(shares: tuple[float, ...], total: float) -> Arms:
    """Return how many of ``total`` persons are in each arm.

    Examples
    --------
    >>> arms_of((0.75, 0.25), 80)
    (60.0, 20.0)
    """
    return tuple(share * total for share in shares)


def require_effect(effect: float, effect_is: str) -> None:
    """Refuse an effect that is zero or points away from benefit.

    Raises
    ------
    EffectError
        If ``effect`` is not a finite number above 0.

    Examples
    --------
    >>> require_effect(1.3, "difference of means")
    """
    if effect == 0:
        raise EffectError(f"the effect ({effect_is}) is 0, and no size can show an effect that is not there.")
    if not (math.isfinite(effect) and effect > 0):
        raise EffectError(
            f"the effect ({effect_is}) must be above 0, counted in the direction of benefit; got {effect!r}. "
            "Turn its sign if a smaller outcome is the better one; an effect that harms cannot be planned on."
        )


def _the_unknown(**numbers: float | None) -> Unknown:
    missing = [name for name, number in numbers.items() if number is None]
    if len(missing) != 1:
        found = ", ".join(missing) if missing else "none"
        raise UnknownCountError(
            "of total, effect, power and alpha exactly one must be None, to be solved for; "
            f"None {'are' if len(missing) > 1 else 'is'}: {found}."
        )
    return Unknown("size" if missing[0] == "total" else missing[0])


def _check(
    question: Question, *, total: float | None, effect: float | None, power: float | None, alpha: float | None
) -> None:
    require_sided(question.sided)
    if alpha is not None:
        require_rate(alpha, "alpha")
    if power is not None:
        require_rate(power, "power")
    if effect is not None:
        require_effect(effect, question.effect_is)
        if effect >= question.largest_effect:
            raise EffectError(
                f"the effect ({question.effect_is}) must be below {question.largest_effect:g}; got {effect!r}."
            )
    if total is not None and not (math.isfinite(total) and total > question.least_total):
        raise ParameterError(
            f"the size ({question.size_is}) must be a finite number above {question.least_total:.6g}; got {total!r}."
        )
    if power is not None and alpha is not None and power <= alpha:
        raise ErrorRateError(
            f"power must be above alpha, or chance alone would do; got power {power!r} and alpha {alpha!r}."
        )


def _or_nan(number: float | None) -> float:
    return math.nan if number is None else float(number)


@dataclass(frozen=True, kw_only=True)
class _Numbers:
    """The four numbers; what is not known yet is not a number."""

    total: float
    effect: float
    power: float
    alpha: float


def _solve_total(question: Question, known: _Numbers) -> _Numbers:
    def excess(total: float) -> float:
        return question.power_of(arms_of(question.shares, total), known.effect, known.alpha) - known.power

    lower = question.least_total * (1 + 1e-9) or _SMALLEST
    if excess(lower) >= 0:
        return replace(known, total=lower)
    upper = _first_enough(excess, max(2 * lower, 1.0), _LARGEST_TOTAL)
    if upper is None:
        raise UnreachableError(
            f"a power of {known.power:g} is not reached at any size: {_LARGEST_TOTAL:.0g} {question.size_is} have "
            f"{excess(_LARGEST_TOTAL) + known.power:.4g}; plan on a larger effect, a larger alpha or less power."
        )
    return replace(known, total=crossing(excess, lower, upper))


def _solve_effect(question: Question, known: _Numbers) -> _Numbers:
    arms = arms_of(question.shares, known.total)

    def excess(effect: float) -> float:
        return question.power_of(arms, effect, known.alpha) - known.power

    upper = _first_enough(excess, _SMALLEST, question.largest_effect)
    if upper is None:
        raise UnreachableError(
            f"with {known.total:g} {question.size_is} no effect ({question.effect_is}) is found with a power of "
            f"{known.power:g}; give more persons, a larger alpha or less power."
        )
    return replace(known, effect=crossing(excess, _SMALLEST, upper))


def _solve_power(question: Question, known: _Numbers) -> _Numbers:
    power = question.power_of(arms_of(question.shares, known.total), known.effect, known.alpha)
    return replace(known, power=power)


def _solve_alpha(question: Question, known: _Numbers) -> _Numbers:
    arms = arms_of(question.shares, known.total)

    def excess(alpha: float) -> float:
        return question.power_of(arms, known.effect, alpha) - known.power

    if excess(_LEAST_ALPHA) >= 0 or excess(1 - _LEAST_ALPHA) <= 0:
        raise UnreachableError(
            f"no alpha between {_LEAST_ALPHA:g} and 1 makes the power {known.power:g} for {known.total:g} "
            f"{question.size_is} and an effect of {known.effect:g}; change the size or the power."
        )
    return replace(known, alpha=crossing(excess, _LEAST_ALPHA, 1 - _LEAST_ALPHA))


_SOLVERS: Mapping[Unknown, Callable[[Question, _Numbers], _Numbers]] = {
    Unknown.SIZE: _solve_total,
    Unknown.EFFECT: _solve_effect,
    Unknown.POWER: _solve_power,
    Unknown.ALPHA: _solve_alpha,
}


def _first_enough(excess: Callable[[float], float], start: float, highest: float) -> float | None:
    """Return the first of start, 2 start, 4 start ... at which there is enough, None where even ``highest`` is not."""
    reached = start
    while reached < highest:
        if excess(reached) >= 0:
            return reached
        reached *= 2
    if math.isinf(highest):
        return None
    last = highest * (1 - 1e-12)
    return last if excess(last) >= 0 else None
