"""An estimate is complete, or says why it is not."""

from __future__ import annotations

import dataclasses

import pytest

from abate.stats.intervals import IntervalEstimate


def test_a_missing_number_needs_a_reason():
    with pytest.raises(ValueError, match="a reason stands exactly where a number is missing"):
        IntervalEstimate(value=1.0, lower=None, upper=2.0, level=0.95, method="none")


def test_a_reason_needs_a_missing_number():
    with pytest.raises(ValueError, match="a reason stands exactly where a number is missing"):
        IntervalEstimate(value=1.0, lower=0.0, upper=2.0, level=0.95, method="none", reason="no idea")


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_nan_and_infinity_never_leave(bad):
    with pytest.raises(ValueError, match="finite or None"):
        IntervalEstimate(value=1.0, lower=0.0, upper=bad, level=0.95, method="none")


def test_an_estimate_cannot_be_changed():
    estimate = IntervalEstimate(value=1.0, lower=0.0, upper=2.0, level=0.95, method="none")
    with pytest.raises(dataclasses.FrozenInstanceError):
        estimate.value = 2.0
