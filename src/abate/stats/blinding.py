"""Did the blinding hold? Bang's index of each arm, James's of both, and what unblinding could have done to a difference."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, flag_vector, label_vector, require_level, require_same_length
from abate.stats.distributions import normal_quantile
from abate.stats.intervals import IntervalEstimate
from abate.stats.proportions import newcombe_difference

#: The guesses that a table by arm and response knows.
GUESSES = ("active", "control", "do not know")


class GuessCountError(ParameterError):
    """A number of guesses is negative or no whole number."""


class GuessShareError(ParameterError):
    """Shares of right and wrong guesses do not lie from 0 to 1 together."""


class GuessWordError(ParameterError):
    """A guess is none of active, control, do not know."""


class BeliefEffectError(ParameterError):
    """An effect of belief is missing or infinite, or none is given."""


@dataclass(frozen=True, kw_only=True)
class Guesses:
    """How many of one arm guessed what.

    Attributes
    ----------
    active, control, do_not_know : int
        Whole numbers of at least 0.

    Raises
    ------
    GuessCountError
        If one is not.
    """

    active: int
    control: int
    do_not_know: int = 0

    def __post_init__(self) -> None:
        for name, count in (
            ("active", self.active),
            ("control", self.control),
            ("do not know", self.do_not_know),
        ):
            if not (count >= 0 and float(count).is_integer()):
                raise GuessCountError(
                    f"the number who guessed {name!r} must be a whole number of at least 0; got {count!r}. Count again."
                )

    @property
    def count(self) -> int:
        """All who were asked and answered."""
        return self.active + self.control + self.do_not_know


@dataclass(frozen=True, kw_only=True)
class BlindingIndex(IntervalEstimate):
    """An index of blinding with its interval.

    Attributes
    ----------
    standard_error : float or None
    count : int
        Who answered.
    """

    standard_error: float | None = None
    count: int


@dataclass(frozen=True, kw_only=True)
class BeliefBias:
    """What belief could have added to a difference between arms.

    Attributes
    ----------
    belief_difference : float or None
        Share who believe they have the drug: active arm less control arm, of all who answered; None where an arm is empty.
    lower, upper : float or None
        Newcombe's interval of it.
    effects : tuple of float
        Effects of belief that were asked about, in the outcome's unit.
    biases : tuple of float
        Each effect times the difference.
    reason : str or None
        Why there are no numbers.
    """

    belief_difference: float | None
    lower: float | None
    upper: float | None
    effects: tuple[float, ...]
    biases: tuple[float, ...]
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class GuessLine:
    """Guesses of one arm among those with, or those without, response."""

    is_active_arm: bool
    is_responder: bool
    guesses: Guesses
    index: BlindingIndex


def bang_index(guesses: Guesses, *, is_active_arm: bool, level: float = 0.95) -> BlindingIndex:
    """Return Bang's index of one arm: share right less share wrong, of all who answered.

    1: all guess right; 0: as by chance, or nobody guesses; -1: all guess wrong. Within 0.2 of 0 is plausible blinding, by convention.
    With ``p`` right and ``q`` wrong, the variance is ``(p(1-p) + q(1-q) + 2pq)/n``.

    Parameters
    ----------
    guesses : Guesses
    is_active_arm : bool
        Which guess is the right one.
    level : float
        Coverage of the interval, between 0 and 1. It is cut at -1 and 1.

    Returns
    -------
    BlindingIndex
        Without numbers, and with a reason, where nobody answered.

    Raises
    ------
    ParameterError
        If ``level`` is outside its range.

    References
    ----------
    Bang, Ni & Davis (2004), Controlled Clinical Trials 25(2), 143-156. https://doi.org/10.1016/j.cct.2003.10.016

    Examples
    --------
    >>> index = bang_index(Guesses(active=82, control=25, do_not_know=170), is_active_arm=True)
    >>> round(index.value, 3), round(index.standard_error, 3)
    (0.206, 0.035)
    """
    require_level(level)
    method = "Bang's index, multinomial variance"
    n = guesses.count
    if n == 0:
        return BlindingIndex(level=level, method=method, count=0, reason="nobody of this arm answered")
    right, wrong = (guesses.active, guesses.control) if is_active_arm else (guesses.control, guesses.active)
    standard_error = _bang_error(right / n, wrong / n, n)
    return _index((right - wrong) / n, standard_error, n, level, method, lowest=-1.0)


def james_index(active_arm: Guesses, control_arm: Guesses, level: float = 0.95) -> BlindingIndex:
    """Return James's index of both arms: 1 where nobody knows, 0 where everybody guesses right; below 0.5 is unblinded.

    A right guess weighs 0, a wrong one 1/2, do not know 1. With ``d`` the share who do not know, ``u = 1 - d``, ``w`` the share of
    wrong guesses and ``e`` the share to be expected of wrong ones if guess and arm were independent among those who guess,
    the index ``(1 + d + u (w/u - e)/e)/2`` is ``d + w/(2e)``. The standard error is by the delta method, with the six cells of guess
    and arm as one multinomial.

    Parameters
    ----------
    active_arm, control_arm : Guesses
    level : float
        Coverage of the interval, between 0 and 1. It is cut at 0 and 1. Blinding has failed where the upper limit is below 0.5.

    Returns
    -------
    BlindingIndex
        Without an interval, and with a reason, where nobody guessed (the index is 1); without a value where all guesses are of one kind in
        one arm, so that no wrong one was to be expected, or nobody answered.

    Raises
    ------
    ParameterError
        If ``level`` is outside its range.

    References
    ----------
    James, Bloch, Lee, Kraemer & Fuller (1996), Statistics in Medicine 15(13), 1421-1434.

    Examples
    --------
    >>> index = james_index(Guesses(active=82, control=25, do_not_know=170), Guesses(active=27, control=29, do_not_know=83))
    >>> round(index.value, 3), round(index.standard_error, 3)
    (0.748, 0.022)
    """
    require_level(level)
    method = "James's index, delta-method standard error"
    n = active_arm.count + control_arm.count
    if n == 0:
        return BlindingIndex(level=level, method=method, count=0, reason="nobody answered")
    guessed = np.array([[active_arm.active, control_arm.active], [active_arm.control, control_arm.control]]) / n
    unknown = np.array([active_arm.do_not_know, control_arm.do_not_know]) / n
    if not guessed.any():
        return BlindingIndex(value=1.0, level=level, method=method, count=n, reason="nobody guessed, so nothing varies")
    by_guess, by_arm = guessed.sum(axis=1), guessed.sum(axis=0)
    crossed = float(by_guess[0] * by_arm[1] + by_guess[1] * by_arm[0])  # e u², before division
    if crossed == 0:
        reason = "all guesses are of one kind in one arm; no wrong one was to be expected"
        return BlindingIndex(level=level, method=method, count=n, reason=reason)
    u, wrong = float(guessed.sum()), float(guessed[0, 1] + guessed[1, 0])
    value = float(unknown.sum()) + wrong * u**2 / (2 * crossed)
    slopes = _james_slopes(by_guess, by_arm, u, wrong, crossed)
    mean_slope = float((slopes * guessed).sum() + unknown.sum())
    variance = float((slopes**2 * guessed).sum() + unknown.sum()) - mean_slope**2
    return _index(value, math.sqrt(max(0.0, variance) / n), n, level, method, lowest=0.0)


def bang_half_width(count: int, right: float, wrong: float, level: float = 0.95) -> float:
    """Return half the width of the interval of Bang's index to be expected with ``count`` answers in an arm.

    Parameters
    ----------
    count : int
        At least 1.
    right, wrong : float
        Shares of all answers, at least 0 and together at most 1; what is left does not know.
    level : float
        Coverage, between 0 and 1.

    Returns
    -------
    float
        On the scale of the index.

    Raises
    ------
    GuessCountError, GuessShareError
        If an argument is outside its range.

    Examples
    --------
    >>> round(bang_half_width(60, right=0.3, wrong=0.3), 3)
    0.196
    """
    require_level(level)
    if not (count >= 1 and float(count).is_integer()):
        raise GuessCountError(f"the number of answers must be a whole number of at least 1; got {count!r}.")
    if not (right >= 0 and wrong >= 0 and right + wrong <= 1 + 1e-12):
        raise GuessShareError(
            f"shares of right and wrong guesses must be at least 0 and together at most 1; got {right!r} and {wrong!r}."
        )
    return normal_quantile((1 + level) / 2) * _bang_error(right, wrong, count)


def belief_bias(active_arm: Guesses, control_arm: Guesses, effects: Sequence[float], level: float = 0.95) -> BeliefBias:
    """Return what belief could have added to the difference between arms: ``e (pA - pC)`` for each effect of belief ``e``.

    Parameters
    ----------
    active_arm, control_arm : Guesses
        ``pA`` and ``pC`` are the shares who believe they have the drug, of all who answered.
    effects : sequence of float
        Effects of believing that one has the drug, in the outcome's unit; several, since none is known.
    level : float
        Coverage of the interval of ``pA - pC``.

    Returns
    -------
    BeliefBias
        Without numbers, and with a reason, where nobody of an arm answered.

    Raises
    ------
    BeliefEffectError
        If no effect is given, or one is missing or infinite.

    Examples
    --------
    >>> bias = belief_bias(Guesses(active=46, control=4, do_not_know=10), Guesses(active=12, control=36, do_not_know=12), [0.5, 1.5])
    >>> [round(value, 3) for value in bias.biases]
    [0.283, 0.85]
    """
    if not effects or not all(math.isfinite(effect) for effect in effects):
        raise BeliefEffectError("effects of belief must be finite numbers, one at least, such as [0, 0.5, 1, 1.5].")
    difference = newcombe_difference(active_arm.active, active_arm.count, control_arm.active, control_arm.count, level)
    given = tuple(float(effect) for effect in effects)
    return BeliefBias(
        belief_difference=difference.value,
        lower=difference.lower,
        upper=difference.upper,
        effects=given,
        biases=() if difference.value is None else tuple(effect * difference.value for effect in given),
        reason=difference.reason,
    )


def guesses_by_response(
    is_active_arm: ArrayLike, guess: ArrayLike, is_responder: ArrayLike, level: float = 0.95
) -> tuple[GuessLine, ...]:
    """Return the guesses by arm and response, since response makes for right guesses too.

    An index alone does not prove unblinding: where responders of both arms believe they had the drug, and others that they had not, the
    guesses follow the relief.

    Parameters
    ----------
    is_active_arm, is_responder : array-like of 0 and 1, shape (n,)
    guess : array-like of words, shape (n,)
        ``active``, ``control`` or ``do not know``.
    level : float
        Coverage of the intervals of Bang's index.

    Returns
    -------
    tuple of four GuessLine
        Active arm with and without response, control arm with and without.

    Raises
    ------
    GuessWordError
        If a guess is another word.
    ParameterError
        If lengths differ, or a flag is neither 0 nor 1.

    Examples
    --------
    >>> lines = guesses_by_response([1, 1, 0, 0], ["active", "control", "active", "do not know"], [1, 0, 1, 0])
    >>> [(line.guesses.active, line.guesses.control, line.index.value) for line in lines]
    [(1, 0, 1.0), (0, 1, -1.0), (1, 0, -1.0), (0, 0, 0.0)]
    """
    active, responded = flag_vector(is_active_arm, "is_active_arm"), flag_vector(is_responder, "is_responder")
    words = label_vector(guess, "guess")
    require_same_length(is_active_arm=active, guess=words, is_responder=responded)
    other = sorted(set(words.tolist()) - set(GUESSES))
    if other:
        raise GuessWordError(
            f"a guess is active, control or do not know; found {len(other)} other word(s). Translate them first."
        )
    return tuple(
        _guess_line(words[(active == in_active) & (responded == with_response)], in_active, with_response, level)
        for in_active in (True, False)
        for with_response in (True, False)
    )


def _guess_line(words: ArrayLike, is_active_arm: bool, is_responder: bool, level: float) -> GuessLine:
    active, control, unknown = (int(np.count_nonzero(np.asarray(words) == word)) for word in GUESSES)
    guesses = Guesses(active=active, control=control, do_not_know=unknown)
    index = bang_index(guesses, is_active_arm=is_active_arm, level=level)
    return GuessLine(is_active_arm=is_active_arm, is_responder=is_responder, guesses=guesses, index=index)


def _bang_error(p: float, q: float, n: int) -> float:
    return math.sqrt((p * (1 - p) + q * (1 - q) + 2 * p * q) / n)


def _james_slopes(by_guess: Array, by_arm: Array, u: float, wrong: float, crossed: float) -> Array:
    """Return how fast ``d + w u²/(2 crossed)`` rises with each of the four cells of a guess; with a cell of do not know it rises by 1."""
    of_crossed = by_arm[::-1][:, None] + by_guess[::-1][None, :]  # of cell (i, j): how fast crossed rises with it
    is_wrong = 1.0 - np.eye(2)
    slopes: Array = is_wrong * u**2 / (2 * crossed) + wrong * u / crossed - wrong * u**2 / (2 * crossed**2) * of_crossed
    return slopes


def _index(value: float, standard_error: float, n: int, level: float, method: str, lowest: float) -> BlindingIndex:
    half_width = normal_quantile((1 + level) / 2) * standard_error
    return BlindingIndex(
        value=value,
        lower=max(lowest, value - half_width),
        upper=max(value, min(1.0, value + half_width)),
        level=level,
        method=method,
        count=n,
        standard_error=standard_error,
    )
