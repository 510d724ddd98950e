"""What is hidden cannot be reckoned back, and no more is hidden than needs be."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abate.contracts.burden import RefractoryCount
from abate.report.burden_counts import hide_refractory
from abate.report.small_counts import hide_small_counts


def table(rows):
    """Return counts and sums of a table of numbers, with totals of rows, of columns and of all."""
    height, width = len(rows), len(rows[0])
    counts = {(r, c): rows[r][c] for r, c in product(range(height), range(width))}
    counts |= {(r, "all"): sum(rows[r]) for r in range(height)}
    counts |= {("all", c): sum(row[c] for row in rows) for c in range(width)}
    counts["all", "all"] = sum(map(sum, rows))
    lines = [*range(height), "all"]
    sums = [((r, "all"), [(r, c) for c in range(width)]) for r in lines]
    sums += [(("all", c), [(r, c) for r in range(height)]) for c in [*range(width), "all"]]
    return counts, sums


def hidden(rows, smallest=5):
    counts, sums = table(rows)
    return hide_small_counts(counts, sums, smallest=smallest)


def test_nothing_small_nothing_hidden():
    assert hidden([[5, 0], [10, 20]]) == set()


@pytest.mark.parametrize(("count", "is_hidden"), [(0, False), (1, True), (4, True), (5, False)])
def test_from_one_to_below_the_limit_is_small(count, is_hidden):
    assert ((0, 0) in hidden([[count, 50], [60, 70]])) is is_hidden


def test_with_a_limit_of_one_nothing_is_small():
    assert hidden([[1, 1], [1, 0]], smallest=1) == set()


def test_one_small_cell_takes_three_others_with_it():
    "Its row and its column need another each, and those two a fourth between them."
    assert hidden([[3, 50], [60, 70]]) == {(0, 0), (0, 1), (1, 0), (1, 1)}


def test_the_smallest_others_are_taken():
    assert hidden([[3, 50, 20], [60, 70, 80], [10, 90, 95]]) == {(0, 0), (0, 2), (2, 0), (2, 2)}


def test_two_that_are_small_together_take_a_third():
    "1 and 2 in a row of 53: the total less the 50 would tell that there are 3 of them."
    found = hide_small_counts({"a": 1, "b": 2, "c": 50, "all": 53}, [("all", "abc")], smallest=5)
    assert found == {"a", "b", "c"}


def test_two_that_are_one_each_take_a_third_under_a_low_limit():
    "Whoever is hidden counts at least 1: two of them that make 2 would be known."
    found = hide_small_counts({"a": 1, "b": 1, "c": 50, "all": 52}, [("all", "abc")], smallest=2)
    assert found == {"a", "b", "c"}


def test_where_a_part_is_the_whole_the_total_is_hidden_too():
    found = hide_small_counts({"a": 3, "b": 0, "all": 3}, [("all", "ab")], smallest=5)
    assert found == {"a", "all"}


def test_a_zero_never_stands_in_for_a_count():
    "Hiding the 0 beside the 3 would hide nothing: its column is empty."
    counts, sums = table([[3, 0], [60, 0]])
    assert {key for key in hide_small_counts(counts, sums, smallest=5) if counts[key] == 0} == set()


def test_a_count_that_only_all_sums_together_tell_is_found():
    """Two blocks of two by two, joined by one cell of 2: every row and column has at least two hidden, yet the sums of the
    first block less those of its columns leave the joining cell alone."""
    rows = [[9, 9, 0, 0], [9, 9, 2, 0], [0, 0, 9, 9], [0, 0, 9, 9]]
    counts, sums = table(rows)
    block = [(0, 0), (0, 1), (1, 0), (1, 1), (2, 2), (2, 3), (3, 2), (3, 3)]
    found = hide_small_counts(counts, sums, smallest=5, also=block)
    assert found > {*block, (1, 2)}
    assert another_table(counts, sums, found, (1, 2))


def another_table(counts, sums, hidden_keys, key):
    """Return whether some whole numbers above 0 for the hidden counts leave every sum true and give ``key`` another value.

    Told by integer programming, which the module does not use.
    """
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, milp

    names = sorted(hidden_keys, key=str)
    place = {name: number for number, name in enumerate(names)}
    rows, sides = [], []
    for total, parts in sums:
        row, side = np.zeros(len(names)), 0
        for name, sign in ((total, -1), *((part, 1) for part in parts)):
            if name in place:
                row[place[name]] += sign
            else:
                side -= sign * counts[name]
        rows.append(row)
        sides.append(side)
    ends = []
    for sign in (1, -1):
        aim = np.zeros(len(names))
        aim[place[key]] = sign
        found = milp(aim, integrality=np.ones(len(names)), bounds=Bounds(1, 500),
                     constraints=LinearConstraint(np.vstack(rows), sides, sides))  # fmt: skip
        assert found.success
        ends.append(round(found.x[place[key]]))
    return ends[0] < ends[1]


def test_three_of_one_each_are_not_told_by_their_total():
    "All six sums of single persons are hidden; three hidden persons in three cells would still be one each."
    found = hidden([[0, 1], [1, 1]], smallest=2)
    counts, sums = table([[0, 1], [1, 1]])
    assert ("all", "all") in found
    assert all(another_table(counts, sums, found, key) for key in found)


COUNTS = st.one_of(st.just(0), st.integers(1, 6), st.integers(5, 60))
TABLES = st.tuples(st.integers(1, 4), st.integers(1, 4)).flatmap(
    lambda size: st.lists(st.lists(COUNTS, min_size=size[1], max_size=size[1]), min_size=size[0], max_size=size[0])
)


@settings(deadline=None, max_examples=60)
@given(TABLES, st.integers(2, 6))
def test_every_hidden_count_could_be_another_number(rows, smallest):
    counts, sums = table(rows)
    found = hide_small_counts(counts, sums, smallest=smallest)
    assert {key for key, count in counts.items() if 0 < count < smallest} <= found
    assert all(counts[key] > 0 for key in found)
    for key in found:
        assert another_table(counts, sums, found, key), (rows, key)


def test_who_is_refractory_cannot_be_reckoned_back():
    "Two met of 100: hidden, with another of its row; 0 stays, and the rows without small counts do."
    counts = [
        RefractoryCount(id="a", name="a", source="s", tag="verified", persons=100, met=2, not_met=90, not_known=8),
        RefractoryCount(id="b", name="b", source="s", tag="verified", persons=100, met=0, not_met=60, not_known=40),
    ]
    first, second = hide_refractory(counts, smallest=5, rounding=1)
    assert (first.persons, first.met) == (100, None)
    assert [first.not_met, first.not_known].count(None) == 1
    assert (second.met, second.not_met, second.not_known) == (0, 60, 40)
    assert hide_refractory(counts, smallest=1, rounding=1) == tuple(counts)
