"""Bed-days and weekdays."""

from __future__ import annotations

import pytest

from abate.trial.beds import AdmissionsError, CalendarError, StayError, bed_days, load_of_trial, rating_days


def test_bed_days_by_hand():
    "100 stays of 4 days, SD 1, from 25: variance 100 + 10000/25 = 500."
    beds = bed_days(100, 4, 1, 25)
    assert beds.value == 400
    assert beds.upper - beds.value == pytest.approx(1.959964 * 500**0.5, rel=1e-6)
    assert bed_days(100, 4, 0).lower == 400


def test_load_adds_up():
    unit = load_of_trial(6, 6, 2, 5.0, trial_stay=7.0)
    assert unit.with_trial.offered_load == pytest.approx(unit.without_trial.offered_load + 2 / 7 * 7)


def test_weekdays():
    assert [day.weekday for day in rating_days("friday", [1, 2, 4])] == ["Friday", "Saturday", "Monday"]


def test_mistakes():
    with pytest.raises(CalendarError):
        rating_days("Funday", [1])
    with pytest.raises(StayError):
        bed_days(0, 4, 1)
    with pytest.raises(StayError):
        bed_days(10, 4, -1)
    with pytest.raises(AdmissionsError):
        load_of_trial(6, 6, -1, 5.0)
