"""Blocks, urn, big stick and simple chance; and the checks of a list by hand."""

from __future__ import annotations

import itertools
from collections import Counter
from math import comb

import numpy as np
import pytest

from abate.stats.allocation_checks import (
    StrataShareError,
    final_imbalance,
    largest_imbalance,
    longest_run,
    share_guessed,
    strata_without_a_block,
)
from abate.stats.keyed_stream import KeyedStream
from abate.stats.permuted_blocks import BlockSizeError, ListLengthError, RatioError, permuted_blocks
from abate.stats.restricted_lists import ImbalanceError, big_stick_list, simple_list, urn_list


def stream(name: str = "test") -> KeyedStream:
    return KeyedStream(bytes(range(32)), name)


@pytest.mark.parametrize(
    ("ratio", "sizes"), [((1, 1), (2, 4, 6)), ((2, 1), (3, 6)), ((1, 1, 1), (3, 9)), ((3, 2, 1), (6,))]
)
def test_every_block_holds_the_ratio(ratio, sizes):
    made = permuted_blocks(stream(), 100, ratio, sizes)
    assert len(made.arms) >= 100
    for block, lines in itertools.groupby(
        zip(made.blocks, made.arms, made.block_sizes, strict=True), key=lambda line: line[0]
    ):
        inside = list(lines)
        counts = Counter(arm for _, arm, _ in inside)
        size = len(inside)
        assert {size_told for _, _, size_told in inside} == {size}
        assert [counts[arm] for arm in range(len(ratio))] == [part * size // sum(ratio) for part in ratio], block


def test_every_order_of_a_block_and_every_size_is_as_likely():
    made = permuted_blocks(stream(), 24_000, [1, 1], [4])
    orders = Counter(made.arms[k : k + 4] for k in range(0, len(made.arms), 4))
    assert len(orders) == 6
    assert sum((count - 1000) ** 2 / 1000 for count in orders.values()) < 20.5
    mixed = permuted_blocks(stream("sizes"), 9000, [1, 1], [2, 4])
    sizes = Counter(dict(zip(mixed.blocks, mixed.block_sizes, strict=True)).values())
    assert sizes[2] == pytest.approx(sizes[4], rel=0.12)


def test_the_big_stick_keeps_its_bound_and_touches_it():
    made = big_stick_list(stream(), 500, [1, 1], 3)
    assert largest_imbalance(made, [1, 1]) == 3
    alternating = big_stick_list(stream(), 20, [1, 1], 1)
    assert all(first != second for first, second in zip(alternating[::2], alternating[1::2], strict=True))


def test_the_urn_balances_more_than_chance():
    "Wei 1978: with UD(1, 1) the variance of the difference after n is about n/3."
    ends = [sum(1 if arm else -1 for arm in urn_list(stream(str(k)), 60, [1, 1])) for k in range(400)]
    assert np.mean(np.square(ends)) == pytest.approx(60 / 3, rel=0.25)


def test_the_second_line_of_an_urn_of_two():
    "After one line of arm A the urn has 1 ball of A and 2 of B."
    others = sum(len(set(urn_list(stream(f"urn {k}"), 2, [1, 1]))) == 2 for k in range(3000))
    assert others / 3000 == pytest.approx(2 / 3, abs=4 * (2 / 9 / 3000) ** 0.5)


def test_simple_lists_keep_the_ratio_on_average():
    made = simple_list(stream(), 3000, [2, 1])
    assert made.count(0) / 3000 == pytest.approx(2 / 3, abs=0.035)


@pytest.mark.parametrize("half", [1, 2, 3])
def test_guesses_are_those_of_blackwell_and_hodges(half):
    "In a block of 2b, b + 2**(2b - 1)/C(2b, b) - 1/2 guesses are right; here the mean over all orders."
    blocks = [arms for arms in itertools.product((0, 1), repeat=2 * half) if sum(arms) == half]
    mean = sum(share_guessed(arms, [1, 1]) * 2 * half for arms in blocks) / len(blocks)
    assert mean == pytest.approx(half + 2 ** (2 * half - 1) / comb(2 * half, half) - 0.5)


def test_checks_by_hand():
    assert largest_imbalance([0, 0, 0, 1], [1, 1]) == 3
    assert largest_imbalance([0, 0, 1], [2, 1]) == 1
    assert final_imbalance([0, 0, 1], [2, 1]) == 0
    assert longest_run([]) == 0
    assert longest_run([1, 1, 0, 0, 0, 1]) == 3
    assert share_guessed([0, 0, 1], [2, 1]) == pytest.approx((0.5 + 0 + 1) / 3)  # by chance; B is behind; B again
    assert share_guessed([], [1, 1]) is None


def test_strata_that_stay_open():
    "Four participants, two strata alike, blocks of 2: nobody or one with probability (1 + 4)/16 in each."
    assert strata_without_a_block(4, [0.5, 0.5], 2) == pytest.approx(2 * 5 / 16)
    with pytest.raises(StrataShareError):
        strata_without_a_block(4, [0.5, 0.6], 2)


@pytest.mark.parametrize(
    ("error", "call"),
    [
        (BlockSizeError, lambda: permuted_blocks(stream(), 10, [1, 1], [2, 3])),
        (BlockSizeError, lambda: permuted_blocks(stream(), 10, [1, 1], [])),
        (RatioError, lambda: permuted_blocks(stream(), 10, [1], [2])),
        (RatioError, lambda: permuted_blocks(stream(), 10, [1, 0], [2])),
        (ListLengthError, lambda: permuted_blocks(stream(), 0, [1, 1], [2])),
        (RatioError, lambda: urn_list(stream(), 10, [2, 1])),
        (RatioError, lambda: big_stick_list(stream(), 10, [1, 1, 1], 2)),
        (ImbalanceError, lambda: big_stick_list(stream(), 10, [1, 1], 0)),
    ],
)
def test_mistakes(error, call):
    with pytest.raises(error) as caught:
        call()
    assert caught.value.exit_code == 18
