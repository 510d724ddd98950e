"""The forecast from a count of the past."""

from __future__ import annotations

import pytest

from abate.trial.accrual import AccrualRateError, AccrualZeroError, ConsentShare, GammaRate, forecast_accrual


def test_consent_makes_it_longer_and_the_fan_rises():
    forecast = forecast_accrual(61, 36, 60, consent=ConsentShare(agreed=18, declined=22))
    assert forecast.months.months > forecast.months_at_full_consent.months
    medians = [line.participants[2] for line in forecast.fan]
    assert medians == sorted(medians)
    assert medians[0] == 0
    assert (forecast.probability_in_time, forecast.centres) == (None, None)


def test_a_further_centre_is_an_average_one():
    "Two centres together saw 60 in 30 months: one more brings one a month, from its opening on."
    forecast = forecast_accrual(60, 30, 90, centre_count=2, by_month=30, probability=0.5)
    assert forecast.centres.added == 1
    typed = forecast_accrual(60, 30, 90, by_month=30, probability=0.5, further=GammaRate(shape=50, months=100))
    assert typed.centres.added == 2


def test_mistakes():
    with pytest.raises(AccrualZeroError, match="nobody was seen"):
        forecast_accrual(0, 36, 60)
    with pytest.raises(AccrualRateError):
        forecast_accrual(5, 36, 60, centre_count=0)
