"""How is a list made of permuted blocks of random sizes, in any ratio?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from abate.base.errors import ExitCode, ParameterError
from abate.stats.keyed_stream import KeyedStream


class RatioError(ParameterError):
    """A ratio of allocation is impossible, or a method does not know it."""

    exit_code = ExitCode.ALLOCATION


class BlockSizeError(ParameterError):
    """A block size is not a multiple of the sum of the ratio."""

    exit_code = ExitCode.ALLOCATION


class ListLengthError(ParameterError):
    """A list has no line."""

    exit_code = ExitCode.ALLOCATION


@dataclass(frozen=True, kw_only=True)
class BlockedList:
    """A list of whole blocks.

    Attributes
    ----------
    arms : tuple of int
        Arm of each line, from 0.
    blocks, block_sizes : tuple of int
        Number of each line's block, from 1, and its size.
    """

    arms: tuple[int, ...]
    blocks: tuple[int, ...]
    block_sizes: tuple[int, ...]


def permuted_blocks(stream: KeyedStream, length: int, ratio: Sequence[int], block_sizes: Sequence[int]) -> BlockedList:
    """Return a list of at least ``length`` lines; the last block is whole.

    The size of each block is drawn from ``block_sizes``, each as likely as the other; within a block every order is as likely as any.

    Parameters
    ----------
    stream : KeyedStream
        The random numbers; the same key and purpose give the same list.
    length : int
        At least 1.
    ratio : sequence of int
        Of the arms, each at least 1; two arms at least.
    block_sizes : sequence of int
        Each a multiple of the sum of the ratio.

    Returns
    -------
    BlockedList

    Raises
    ------
    RatioError, BlockSizeError, ListLengthError
        If an argument is outside its range.

    References
    ----------
    Zelen (1974), Journal of Chronic Diseases 27(7-8), 365-375.

    Examples
    --------
    >>> made = permuted_blocks(KeyedStream(bytes(32), "example"), 6, [1, 1], [2, 4])
    >>> len(made.arms), sum(made.arms) * 2 == len(made.arms)
    (6, True)
    """
    check_length(length)
    check_ratio(ratio)
    check_block_sizes(block_sizes, ratio)
    sizes = sorted(set(block_sizes))
    arms: list[int] = []
    blocks: list[int] = []
    size_of_line: list[int] = []
    while len(arms) < length:
        size = sizes[stream.below(len(sizes))]
        block = [arm for arm, part in enumerate(ratio) for _ in range(part * size // sum(ratio))]
        stream.shuffle(block)
        arms += block
        blocks += [blocks[-1] + 1 if blocks else 1] * size
        size_of_line += [size] * size
    return BlockedList(arms=tuple(arms), blocks=tuple(blocks), block_sizes=tuple(size_of_line))


def check_ratio(ratio: Sequence[int]) -> None:
    """Refuse a ratio of fewer than two arms, or with a part that is no whole number of at least 1."""
    if len(ratio) < 2 or any(not float(part).is_integer() or part < 1 for part in ratio):
        raise RatioError(
            f"a ratio has a whole number of at least 1 for each of two arms or more; got {list(ratio)}. Write 2:1 as [2, 1]."
        )


def check_block_sizes(block_sizes: Sequence[int], ratio: Sequence[int]) -> None:
    """Refuse a block size that cannot hold the arms in their ratio."""
    whole = sum(ratio)
    wrong = [size for size in block_sizes if size < 1 or size % whole]
    if wrong or not block_sizes:
        found = f"got {', '.join(map(str, wrong))}" if wrong else "got none"
        written = ":".join(map(str, ratio))
        raise BlockSizeError(
            f"a block size must be a multiple of {whole}, the sum of the ratio {written}; {found}. Write {whole}, {2 * whole} or {3 * whole}."
        )


def check_length(length: int) -> None:
    """Refuse a list without a line."""
    if not float(length).is_integer() or length < 1:
        raise ListLengthError(f"a list has at least 1 line; got {length!r}.")
