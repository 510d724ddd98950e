"""Sizes for time to relapse agree with rpact 3.3.4, at the file's tolerance of 1e-5 (absolute)."""

from __future__ import annotations

import pytest

from abate.stats.sizes.relapse import (
    EventFormula,
    Times,
    events_needed,
    hazard_from_median,
    hazard_from_share,
    log_rank,
)
from tests.reference.trial_sizes.cases import Case, is_group_sequential, read_cases

TOLERANCE = 1e-5
FORMULAS = {
    "log-rank (Schoenfeld events), exponential": EventFormula.SCHOENFELD,
    "log-rank (Freedman events), exponential": EventFormula.FREEDMAN,
}


def times_of(given: Case) -> Times:
    median = given.get("median_control_months")
    return Times(
        control_hazard=given["hazard_control_per_month"] if median is None else hazard_from_median(median),
        accrual=given["accrual_months"],
        follow_up=given["follow_up_months"],
        loss_hazard=hazard_from_share(given.get("dropout_in_12_months", 0), 12),
    )


def test_every_case_without_looks(abate_data):
    cases = read_cases(abate_data, "sizes-relapse")
    left = {name: case for name, case in cases.items() if not is_group_sequential(name)}
    assert len(left) == 10
    for case in left.values():
        given, expected = case["inputs"], case["outputs"]
        asked = {
            "hazard_ratio": given["hazard_ratio"],
            "power": given["power"],
            "alpha": given["alpha"],
            "sided": given["sided"],
            "formula": FORMULAS[given["test"]],
        }
        size = log_rank(times=times_of(given), **asked)
        assert size.events == pytest.approx(expected["events"], abs=TOLERANCE)
        assert events_needed(**asked) == pytest.approx(expected["events"], abs=TOLERANCE)
        assert size.total == pytest.approx(expected["total"], abs=TOLERANCE)
