"""Did the blinding hold, how precisely will a trial know, and how much of a difference could belief explain?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from abate.base.errors import ParameterError
from abate.stats.blinding import (
    BeliefBias,
    BlindingIndex,
    GuessCountError,
    Guesses,
    GuessLine,
    bang_half_width,
    bang_index,
    belief_bias,
    guesses_by_response,
    james_index,
)

__all__ = [
    "BlindingReport",
    "BlindingRoom",
    "GuessCountError",
    "GuessLine",
    "Guesses",
    "PlannedPrecision",
    "assess_blinding",
    "bang_half_width",
    "bang_index",
    "belief_bias",
    "blinding_room",
    "guesses_by_response",
    "james_index",
    "plan_precision",
]

#: Within so much of 0, Bang's index counts as plausible blinding; a convention.
PLAUSIBLE_BANG = 0.2
#: Below it the upper limit of James's index counts as failed blinding; a convention.
UNBLINDED_JAMES = 0.5


@dataclass(frozen=True, kw_only=True)
class BlindingReport:
    """Both indices of a trial, and what belief could have added.

    Attributes
    ----------
    bang_active, bang_control, james : BlindingIndex
    bias : BeliefBias
        Zero to the largest effect of belief that was asked about.
    is_plausible : bool or None
        Whether Bang's index is within 0.2 of 0 in both arms; a convention, None where an index is missing.
    has_failed_overall : bool or None
        Whether the upper limit of James's index is below 0.5; a convention, None where there is no limit.
    """

    bang_active: BlindingIndex
    bang_control: BlindingIndex
    james: BlindingIndex
    bias: BeliefBias
    is_plausible: bool | None
    has_failed_overall: bool | None


@dataclass(frozen=True, kw_only=True)
class PlannedPrecision:
    """How wide the interval of Bang's index will be in an arm with so many answers and these shares."""

    count: int
    right: float
    wrong: float
    half_width: float


@dataclass(frozen=True, kw_only=True)
class BlindingRoom:
    """How much of a measured difference is left when belief is taken off, by effect of belief.

    Attributes
    ----------
    measured : float
        Difference between arms, in the outcome's unit; below 0 where the active arm does better.
    effects, left : tuple of float
        Effects of belief (of the same sign as a benefit), and what is left of the difference at each.
    tipping_effect : float or None
        The effect of belief that would explain the whole difference; None where belief is the same in both arms.
    """

    measured: float
    effects: tuple[float, ...]
    left: tuple[float, ...]
    tipping_effect: float | None


def assess_blinding(
    active_arm: Guesses, control_arm: Guesses, effects: Sequence[float] = (0.0, 0.5, 1.0, 1.5), level: float = 0.95
) -> BlindingReport:
    """Return both indices of a table of guesses, and what belief could have added to a difference.

    Parameters
    ----------
    active_arm, control_arm : Guesses
    effects : sequence of float
        Effects of believing that one has the drug, in the outcome's unit. None is known; the four that stand here are a range to look
        at, not an estimate.
    level : float
        Coverage of the intervals, between 0 and 1.

    Returns
    -------
    BlindingReport

    Raises
    ------
    GuessCountError, BeliefEffectError
        If a count or an effect is impossible.

    Examples
    --------
    >>> report = assess_blinding(Guesses(active=46, control=4, do_not_know=10), Guesses(active=12, control=36, do_not_know=12))
    >>> round(report.james.value, 3), report.is_plausible, report.has_failed_overall
    (0.317, False, True)
    """
    bang_active = bang_index(active_arm, is_active_arm=True, level=level)
    bang_control = bang_index(control_arm, is_active_arm=False, level=level)
    james = james_index(active_arm, control_arm, level)
    values = (bang_active.value, bang_control.value)
    return BlindingReport(
        bang_active=bang_active,
        bang_control=bang_control,
        james=james,
        bias=belief_bias(active_arm, control_arm, effects, level),
        is_plausible=None if None in values else all(abs(value or 0.0) <= PLAUSIBLE_BANG for value in values),
        has_failed_overall=None if james.upper is None else james.upper < UNBLINDED_JAMES,
    )


def plan_precision(
    per_arm: int,
    shares: Sequence[tuple[float, float]] = ((0.25, 0.25), (0.5, 0.5), (0.6, 0.2), (0.8, 0.1)),
    level: float = 0.95,
) -> tuple[PlannedPrecision, ...]:
    """Return how precisely a planned trial will know Bang's index of an arm, at several shares of right and wrong guesses.

    Parameters
    ----------
    per_arm : int
        Answers to be expected in an arm.
    shares : sequence of (right, wrong)
        The rest does not know.
    level : float
        Coverage, between 0 and 1.

    Returns
    -------
    tuple of PlannedPrecision

    Raises
    ------
    GuessCountError, GuessShareError
        If an argument is outside its range.

    Examples
    --------
    >>> [round(line.half_width, 2) for line in plan_precision(60)]
    [0.18, 0.25, 0.2, 0.16]
    """
    return tuple(
        PlannedPrecision(
            count=per_arm, right=right, wrong=wrong, half_width=bang_half_width(per_arm, right, wrong, level)
        )
        for right, wrong in shares
    )


def blinding_room(measured: float, belief_difference: float, effects: Sequence[float]) -> BlindingRoom:
    """Return what is left of a difference when belief is taken off: measured less ``e (pA - pC)``.

    Parameters
    ----------
    measured : float
        Difference between arms, in the outcome's unit.
    belief_difference : float
        Share who believe they have the drug, active less control arm, from -1 to 1.
    effects : sequence of float
        Effects of belief, in the outcome's unit, with the sign of a benefit (negative where lower is better).

    Returns
    -------
    BlindingRoom

    Raises
    ------
    ParameterError
        If ``belief_difference`` is outside its range.

    Examples
    --------
    >>> room = blinding_room(-1.2, belief_difference=0.567, effects=[0, -1])
    >>> [round(value, 3) for value in room.left], round(room.tipping_effect, 2)
    ([-1.2, -0.633], -2.12)
    """
    if not -1 <= belief_difference <= 1:
        raise ParameterError(f"belief_difference is a difference of shares, from -1 to 1; got {belief_difference!r}.")
    return BlindingRoom(
        measured=measured,
        effects=tuple(effects),
        left=tuple(measured - effect * belief_difference for effect in effects),
        tipping_effect=measured / belief_difference if belief_difference else None,
    )
