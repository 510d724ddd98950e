"""How is a list made without blocks? By simple chance, by Wei's urn, or by a big stick that keeps the imbalance in bounds."""

from __future__ import annotations

from collections.abc import Sequence

from abate.base.errors import ExitCode, ParameterError
from abate.stats.keyed_stream import KeyedStream
from abate.stats.permuted_blocks import RatioError, check_length, check_ratio


class ImbalanceError(ParameterError):
    """The largest imbalance of a big stick is below 1."""

    exit_code = ExitCode.ALLOCATION


def simple_list(stream: KeyedStream, length: int, ratio: Sequence[int]) -> tuple[int, ...]:
    """Return a list in which each line is drawn on its own, in the ratio.

    Parameters
    ----------
    stream, length, ratio
        As for :func:`abate.stats.permuted_blocks.permuted_blocks`.

    Returns
    -------
    tuple of int
        Arm of each line, from 0.

    Raises
    ------
    RatioError, ListLengthError
        If an argument is outside its range.

    Examples
    --------
    >>> len(simple_list(KeyedStream(bytes(32), "example"), 10, [2, 1]))
    10
    """
    check_length(length)
    check_ratio(ratio)
    balls = [arm for arm, part in enumerate(ratio) for _ in range(part)]
    return tuple(balls[stream.below(len(balls))] for _ in range(length))


def urn_list(stream: KeyedStream, length: int, ratio: Sequence[int]) -> tuple[int, ...]:
    """Return a list by Wei's urn: one ball for each arm, and after each line one more for every other arm.

    Parameters
    ----------
    stream, length
        As for :func:`abate.stats.permuted_blocks.permuted_blocks`.
    ratio : sequence of int
        Equal parts; the urn knows no other ratio.

    Returns
    -------
    tuple of int
        Arm of each line, from 0.

    Raises
    ------
    RatioError, ListLengthError
        If an argument is outside its range.

    References
    ----------
    Wei (1978), Journal of the American Statistical Association 73(363), 559-563.

    Examples
    --------
    >>> len(urn_list(KeyedStream(bytes(32), "example"), 10, [1, 1, 1]))
    10
    """
    check_length(length)
    require_equal_parts(ratio, "the urn")
    balls = [1] * len(ratio)
    arms: list[int] = []
    for _ in range(length):
        arm = _drawn(stream, balls)
        balls = [count + (other != arm) for other, count in enumerate(balls)]
        arms.append(arm)
    return tuple(arms)


def big_stick_list(stream: KeyedStream, length: int, ratio: Sequence[int], largest_imbalance: int) -> tuple[int, ...]:
    """Return a list of two arms by a fair coin, except where one arm is ahead by the largest imbalance: then the other follows.

    Parameters
    ----------
    stream, length
        As for :func:`abate.stats.permuted_blocks.permuted_blocks`.
    ratio : sequence of int
        Of two arms, equal.
    largest_imbalance : int
        At least 1.

    Returns
    -------
    tuple of int
        Arm of each line, 0 or 1.

    Raises
    ------
    RatioError, ImbalanceError, ListLengthError
        If an argument is outside its range.

    References
    ----------
    Soares & Wu (1983), Communications in Statistics 12(17), 2017-2034. https://doi.org/10.1080/03610928308828586

    Examples
    --------
    >>> made = big_stick_list(KeyedStream(bytes(32), "example"), 100, [1, 1], largest_imbalance=2)
    >>> abs(sum(made) * 2 - 100) <= 2
    True
    """
    check_length(length)
    require_equal_parts(ratio, "the big stick")
    if len(ratio) != 2:
        raise RatioError(f"the big stick knows two arms; got {len(ratio)}. Take permuted blocks.")
    if not float(largest_imbalance).is_integer() or largest_imbalance < 1:
        raise ImbalanceError(f"the largest imbalance is a whole number of at least 1; got {largest_imbalance!r}.")
    ahead = 0  # lines of arm 1 less lines of arm 0
    arms: list[int] = []
    for _ in range(length):
        tossed = stream.below(2)
        arm = tossed if abs(ahead) < largest_imbalance else int(ahead < 0)
        ahead += 1 if arm else -1
        arms.append(arm)
    return tuple(arms)


def require_equal_parts(ratio: Sequence[int], method: str) -> None:
    """Refuse a ratio with unequal parts, for a method that knows none."""
    check_ratio(ratio)
    if len(set(ratio)) > 1:
        written = ":".join(map(str, ratio))
        raise RatioError(f"{method} knows equal arms only; got {written}. Take permuted blocks for another ratio.")


def _drawn(stream: KeyedStream, balls: Sequence[int]) -> int:
    """Return the arm of a ball drawn from the urn."""
    ball, arm = stream.below(sum(balls)), 0
    while ball >= balls[arm]:
        ball -= balls[arm]
        arm += 1
    return arm
