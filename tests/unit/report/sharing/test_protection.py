"""Which counts must be hidden so that no small one can be worked out: by hand, and attacked by integer programming."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from abate.report.sharing.protection import CORE, CannotProtectError, Count, Mark, Sum, hide_counts


def counts_of(important=(), **values):
    return {key: Count(value=value, importance=100 if key in important else 0) for key, value in values.items()}


def hidden(counts, *sums, smallest=5):
    return {key: mark.value for key, mark in hide_counts(counts, sums, smallest=smallest).items()}


def test_a_small_part_and_one_beside_it():
    counts = counts_of(("all",), all=43, women=40, men=3)
    assert hidden(counts, Sum("all", ("women", "men"))) == {"men": "small", "women": "other"}


def test_nothing_is_hidden_where_nothing_is_small():
    assert hidden(counts_of(all=12, women=7, men=5), Sum("all", ("women", "men"))) == {}


def test_none_is_no_small_count():
    assert hidden(counts_of(all=12, women=12, men=0), Sum("all", ("women", "men"))) == {}


def test_two_small_parts_protect_each_other_where_their_sum_leaves_all_values_open():
    # 5 = 1 + 4 = 2 + 3 = 3 + 2 = 4 + 1
    assert hidden(counts_of(all=5, women=4, men=1), Sum("all", ("women", "men"))) == {"women": "small", "men": "small"}


def test_two_small_parts_whose_sum_would_tell_them_take_the_total_with_them():
    # 8 can only be 4 + 4
    found = hidden(counts_of(all=8, women=4, men=4), Sum("all", ("women", "men")))
    assert found == {"women": "small", "men": "small", "all": "other"}


def test_the_core_is_hidden_only_where_a_count_would_be_known_exactly():
    # 7 is 4 + 3 or 3 + 4: two possible values, and the total is wanted
    counts = {"all": Count(value=7, importance=CORE), "women": Count(value=4), "men": Count(value=3)}
    assert hidden(counts, Sum("all", ("women", "men"))) == {"women": "small", "men": "small"}
    counts["women"], counts["all"] = Count(value=4), Count(value=8, importance=CORE)
    counts["men"] = Count(value=4)
    assert hidden(counts, Sum("all", ("women", "men")))["all"] == "other"


def test_of_two_the_less_important_is_hidden():
    counts = counts_of(all=51, met=41, not_met=8, unknown=2) | {"met": Count(value=41, importance=9)}
    counts["all"] = Count(value=51, importance=10)
    found = hidden(counts, Sum("all", ("met", "not_met", "unknown")))
    assert found == {"unknown": "small", "not_met": "other"}


def test_what_nobody_states_is_protected_too():
    # 61 and 59 stand side by side; the 2 between them do not, and are small all the same
    counts = {"all": Count(value=61, importance=9), "rated": Count(value=59), "unrated": Count(value=2, is_shown=False)}
    assert hidden(counts, Sum("all", ("rated", "unrated"))) == {"rated": "other"}


def test_equal_counts_are_hidden_together():
    counts = counts_of(("all",), all=49, day_4=48, rated_4=48) | {"gone": Count(value=1, is_shown=False)}
    found = hidden(counts, Sum("all", ("day_4", "gone")), Sum("day_4", ("rated_4",)))
    assert found == {"day_4": "other", "rated_4": "other"}


def test_a_table_of_two_ways_is_not_worked_out_through_its_margins():
    rows, columns = ("women", "men"), ("met", "not")
    values = {("women", "met"): 30, ("women", "not"): 12, ("men", "met"): 11, ("men", "not"): 2}
    counts = {key: Count(value=value) for key, value in values.items()}
    counts |= {(row, ""): Count(value=sum(values[row, column] for column in columns), importance=5) for row in rows}
    counts |= {("", column): Count(value=sum(values[row, column] for row in rows), importance=5) for column in columns}
    sums = [Sum((row, ""), tuple((row, column) for column in columns)) for row in rows]
    sums += [Sum(("", column), tuple((row, column) for row in rows)) for column in columns]
    assert set(hide_counts(counts, sums, smallest=5)) == set(values)


def test_what_is_known_already_cannot_be_protected():
    counts = {"now": Count(value=23, is_fixed=True), "then": Count(value=20, is_fixed=True), "new": Count(value=3)}
    with pytest.raises(CannotProtectError, match="new"):
        hide_counts(counts, [Sum("now", ("then", "new"))], smallest=5)


def test_a_sum_that_is_not_true_is_a_mistake():
    with pytest.raises(ValueError, match="not true"):
        hide_counts(counts_of(all=4, women=1, men=1), [Sum("all", ("women", "men"))], smallest=5)


tables = st.integers(2, 3).flatmap(
    lambda rows: st.integers(2, 4).flatmap(
        lambda columns: st.lists(
            st.lists(st.integers(0, 12), min_size=columns, max_size=columns), min_size=rows, max_size=rows
        )
    )
)


@settings(max_examples=30, deadline=None)
@given(cells=tables, smallest=st.sampled_from([5, 6, 11]))
def test_every_hidden_small_count_could_be_another_number(cells, smallest):
    counts, sums = table_of(np.array(cells))
    marks = hide_counts(counts, sums, smallest=smallest)
    for key, mark in marks.items():
        if mark is Mark.SMALL or counts[key].value < smallest:
            assert possible_values(key, counts, sums, marks, smallest) > 1, key


@settings(max_examples=30, deadline=None)
@given(cells=tables)
def test_a_mark_says_small_of_small_counts_only(cells):
    counts, sums = table_of(np.array(cells))
    for key, mark in hide_counts(counts, sums, smallest=5).items():
        assert counts[key].value > 0
        if mark is Mark.SMALL:
            assert counts[key].value < 5


def table_of(cells):
    """The counts and sums of a table with its margins."""
    rows, columns = (range(size) for size in cells.shape)
    counts = {(row, column): Count(value=int(cells[row, column])) for row, column in itertools.product(rows, columns)}
    counts |= {(row, "all"): Count(value=int(cells[row].sum()), importance=10) for row in rows}
    counts |= {("all", column): Count(value=int(cells[:, column].sum()), importance=10) for column in columns}
    counts["all", "all"] = Count(value=int(cells.sum()), importance=CORE)
    sums = [Sum((row, "all"), tuple((row, column) for column in columns)) for row in (*rows, "all")]
    sums += [Sum(("all", column), tuple((row, column) for row in rows)) for column in (*columns, "all")]
    return counts, sums


def possible_values(key, counts, sums, marks, smallest):
    """How many whole numbers a reader must still hold possible, from all that is shown: by integer programming."""
    names = list(counts)
    equations = np.zeros((len(sums), len(names)))
    for at, one in enumerate(sums):
        equations[at, names.index(one.total)] -= 1
        for part in one.parts:
            equations[at, names.index(part)] += 1
    lower = [known_bounds(name, counts, marks, smallest)[0] for name in names]
    upper = [known_bounds(name, counts, marks, smallest)[1] for name in names]
    ends = []
    for direction in (1, -1):
        aim = np.array([direction * (name == key) for name in names], dtype=float)
        found = milp(aim, constraints=LinearConstraint(equations, 0, 0), bounds=Bounds(lower, upper), integrality=np.ones(len(names)))  # fmt: skip
        ends.append(direction * found.fun if found.success else direction * -np.inf)
    return ends[1] - ends[0] + 1


def known_bounds(name, counts, marks, smallest):
    if name not in marks:
        return counts[name].value, counts[name].value
    if marks[name] is Mark.SMALL:
        return 1, smallest - 1
    return (1 if counts[name].value < smallest else smallest), np.inf
