"""What every statistic refuses, and with which sentence."""

from __future__ import annotations

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats.arrays import (
    differences,
    flag_vector,
    is_constant,
    label_vector,
    number_vector,
    require_level,
    require_same_length,
    whole_number,
)


@pytest.mark.parametrize("bad", [[1.0, float("nan")], [1.0, None], [float("inf"), 2.0]])
def test_a_missing_or_infinite_number_is_refused_and_counted(bad):
    with pytest.raises(ParameterError, match="pain has 1 missing or infinite values among 2; leave them out first"):
        number_vector(bad, "pain")


def test_text_among_numbers_is_refused_without_being_repeated():
    with pytest.raises(ParameterError, match="pain must be numbers only") as caught:
        number_vector([3, "secret"], "pain")
    assert "secret" not in str(caught.value)


def test_a_table_is_not_a_column():
    with pytest.raises(ParameterError, match="one dimension; found 2"):
        number_vector([[1, 2], [3, 4]], "pain")
    with pytest.raises(ParameterError, match="one dimension; found 0"):
        label_vector("a", "site")


def test_a_flag_is_0_or_1():
    with pytest.raises(ParameterError, match="found 1 other values"):
        flag_vector([0, 1, 2], "responded")


@pytest.mark.parametrize("labels", [["a", None], [1.0, float("nan")], [None, 2]])
def test_a_missing_label_is_refused(labels):
    with pytest.raises(ParameterError, match="site has 1 missing labels among 2"):
        label_vector(labels, "site")


def test_labels_of_two_kinds_are_refused():
    with pytest.raises(ParameterError, match="found int, str"):
        label_vector(np.array([1, "a"], dtype=object), "site")


def test_labels_from_python_objects_become_plain_labels():
    labels = label_vector(np.array(["b", "a"], dtype=object), "site")
    assert labels.dtype.kind == "U"


def test_unequal_lengths_are_named():
    with pytest.raises(ParameterError, match="before has 2, after has 3"):
        require_same_length(before=np.zeros(2), after=np.zeros(3))


@pytest.mark.parametrize("value", [-1, 2.5, float("nan"), float("inf")])
def test_a_count_is_a_whole_number_of_at_least_0(value):
    with pytest.raises(ParameterError, match="numerator must be a whole number"):
        whole_number(value, "numerator")


@pytest.mark.parametrize("level", [0, 1, 95, -0.1, float("nan")])
def test_a_level_in_per_cent_is_refused(level):
    with pytest.raises(ParameterError, match="level must be between 0 and 1"):
        require_level(level)


def test_rounding_in_the_last_digit_is_no_difference():
    assert is_constant(np.array([0.3, 0.1 + 0.2]))
    assert not is_constant(np.array([0.3, 0.3001]))
    assert differences(np.array([0.3]), np.array([0.1 + 0.2])).tolist() == [0.0]
