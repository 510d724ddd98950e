"""Race in the right heart catheterisation study: R's tableone."""

from __future__ import annotations

import numpy as np
import pytest

from abate.stats.balance import standardised_difference_of_categories
from tests.reference.case import read_case

CASE = read_case(__file__)


def test_r():
    race = CASE["race"]
    first, second = (np.repeat(race["labels"], race[group]) for group in ("without", "with"))
    difference = standardised_difference_of_categories(first, second)
    assert difference.value == pytest.approx(race["value"], abs=race["tolerance"])
    assert difference.value**2 == pytest.approx(CASE["race_in_full"]["squared"], abs=CASE["race_in_full"]["tolerance"])


def test_r_by_weights():
    "The same table as three weighted rows a group."
    race = CASE["race"]
    difference = standardised_difference_of_categories(race["labels"], race["labels"], race["without"], race["with"])
    assert difference.value == pytest.approx(race["value"], abs=race["tolerance"])
