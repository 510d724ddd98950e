"""A likelihood searched by base R, and the numbers of two R packages."""

from __future__ import annotations

import pytest

from abate.stats.proportion_differences import miettinen_nurminen_difference, paired_newcombe_difference
from tests.reference.case import read_case

CASE = read_case(__file__)


@pytest.mark.parametrize("row", CASE["searched"]["rows"])
def test_miettinen_nurminen_where_r_searches(row):
    difference = miettinen_nurminen_difference(*row["counts"], level=row["level"])
    expected = (row["lower"], row["upper"])
    assert (difference.lower, difference.upper) == pytest.approx(expected, abs=CASE["searched"]["tolerance"])


@pytest.mark.parametrize("row", CASE["printed"]["rows"])
def test_miettinen_nurminen_as_printed(row):
    difference = miettinen_nurminen_difference(*row["counts"])
    expected = (row["lower"], row["upper"])
    assert (difference.lower, difference.upper) == pytest.approx(expected, abs=CASE["printed"]["tolerance"])


def test_paired_newcombe_as_printed():
    case = CASE["paired"]
    difference = paired_newcombe_difference(*case["counts"])
    expected = (case["value"], case["lower"], case["upper"])
    assert (difference.value, difference.lower, difference.upper) == pytest.approx(expected, abs=case["tolerance"])
