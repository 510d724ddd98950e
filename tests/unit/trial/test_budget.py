"""The budget, line by line."""

from __future__ import annotations

import pytest

from abate.trial.budget import BudgetError, CostItem, estimate_budget

ARMS = {"ketamine": 10, "midazolam": 20}


def budget(*items):
    return estimate_budget(items, ARMS, bed_days_each=5, months=12, centres=2)


def test_every_way_of_counting():
    items = [
        CostItem(item=per, per=per, low=1, likely=2, high=3)
        for per in ("participant", "bed-day", "month", "centre", "trial")
    ]
    found = budget(*items, CostItem(item="kit", per="participant", low=1, likely=1, high=1, arm="ketamine"))
    assert [line.times for line in found.lines] == [30, 150, 12, 2, 1, 10]
    assert found.total.likely == 2 * (30 + 150 + 12 + 2 + 1) + 10
    assert found.by_arm == {"ketamine": 2 * (10 + 50) + 10, "midazolam": 2 * (20 + 100)}


@pytest.mark.parametrize(
    "item",
    [
        {"per": "bed-day", "low": 3, "likely": 2, "high": 3},
        {"per": "bed-day", "low": -1, "likely": 2, "high": 3},
        {"per": "bed-day", "low": 1, "likely": 2, "high": 3, "arm": "placebo"},
        {"per": "month", "low": 1, "likely": 2, "high": 3, "arm": "ketamine"},
        {"per": "week", "low": 1, "likely": 2, "high": 3},
    ],
)
def test_mistakes(item):
    with pytest.raises(BudgetError):
        budget(CostItem(item="rating", **item))


def test_no_prices_no_budget():
    with pytest.raises(BudgetError, match="ships no prices"):
        budget()
