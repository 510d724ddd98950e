"""Accrual of one centre and of several: by hand, against scipy's distributions, and against drawn trials."""

from __future__ import annotations

import numpy as np
import pytest

from abate.stats.accrual import (
    AccrualNeedError,
    AccrualRateError,
    AccrualZeroError,
    ConsentError,
    GammaRate,
    fit_centre_rates,
    months_until,
    patients_within,
    rate_after,
)
from abate.stats.accrual_centres import (
    Centre,
    accrual_fan,
    centres_needed,
    months_to_finish,
    probability_to_finish,
)
from abate.stats.consent_share import ConsentShare, consent_between, share_points


def test_patients_within_are_scipys_negative_binomial():
    stats = pytest.importorskip("scipy.stats")
    for shape, months, time in ((0.7, 3.0, 24.0), (61.5, 36.0, 12.0), (5.0, 1.0, 0.5)):
        theirs = stats.nbinom.ppf([0.01, 0.5, 0.99], shape, months / (months + time))
        assert patients_within(GammaRate(shape=shape, months=months), time, [0.01, 0.5, 0.99]) == tuple(theirs)


def test_no_time_no_patients():
    assert patients_within(rate_after(10, 5), 0) == (0, 0, 0, 0, 0)
    assert probability_to_finish([Centre(rate=rate_after(10, 5))], 1, 0) == 0


def test_a_mean_that_is_infinite_is_said():
    forecast = months_until(GammaRate(shape=0.9, months=3), 5)
    assert (forecast.mean, forecast.reason) == (None, "so few were seen that the mean is infinite")


def test_two_alike_centres_are_as_two_that_differ_by_nothing():
    "Alike centres are folded by adding sizes, others one by one."
    rate = rate_after(20, 12)
    nearly = GammaRate(shape=rate.shape, months=rate.months * (1 + 1e-12))
    alike = probability_to_finish([Centre(rate=rate)] * 2, 40, 15)
    apart = probability_to_finish([Centre(rate=rate), Centre(rate=nearly)], 40, 15)
    assert alike == pytest.approx(apart, abs=1e-9)


def test_long_sums_are_the_same_by_fourier_transform(monkeypatch):
    centres = [Centre(rate=rate_after(61, 36)), Centre(rate=rate_after(40, 30), opens_month=3)]
    directly = probability_to_finish(centres, 100, 40)
    monkeypatch.setattr("abate.stats.accrual_centres._LONG", 10)
    assert probability_to_finish(centres, 100, 40) == pytest.approx(directly, abs=1e-12)


def test_centres_and_consent_against_drawn_trials():
    rng = np.random.default_rng(5)
    draws = 40_000
    consent = ConsentShare(agreed=6, declined=9)
    centres = [
        Centre(rate=rate_after(61, 36)),
        Centre(rate=GammaRate(shape=2.0, months=1.5), opens_month=6),
        Centre(rate=GammaRate(shape=2.0, months=1.5), opens_month=14),
    ]
    share = rng.beta(6, 9, draws)
    patients = sum(
        rng.poisson(rng.gamma(c.rate.shape, 1 / c.rate.months, draws) * share * (30 - c.opens_month)) for c in centres
    )
    chance = probability_to_finish(centres, 40, 30, consent)
    assert np.mean(patients >= 40) == pytest.approx(chance, abs=4 * 0.5 / np.sqrt(draws))
    fan = accrual_fan(centres, [30], [0.1, 0.5, 0.9], consent)[0]
    for count, probability in zip(fan, (0.1, 0.5, 0.9), strict=True):
        slack = 4 * 0.5 / np.sqrt(draws)
        assert np.mean(patients < count) - slack <= probability <= np.mean(patients <= count) + slack


def test_consent_as_good_as_known_is_a_known_share():
    rate, known = rate_after(61, 36), 0.4
    narrow = ConsentShare(agreed=known * 1e6, declined=(1 - known) * 1e6)
    forecast = months_to_finish([Centre(rate=rate)], 60, [0.1, 0.5, 0.9], narrow)
    assert forecast.months == pytest.approx(months_until(rate.thinned(known), 60, [0.1, 0.5, 0.9]).months, rel=1e-4)
    assert forecast.reason


@pytest.mark.parametrize(("agreed", "declined"), [(0.5, 0.5), (1, 1), (6, 9), (0.3, 4), (400, 600)])
def test_shares_have_the_moments_of_the_beta(agreed, declined):
    shares, weights = share_points(ConsentShare(agreed=agreed, declined=declined))
    mean = agreed / (agreed + declined)
    assert weights.sum() == pytest.approx(1)
    assert weights @ shares == pytest.approx(mean)
    assert weights @ (shares - mean) ** 2 == pytest.approx(mean * (1 - mean) / (agreed + declined + 1))


def test_more_points_of_the_share_change_nothing(monkeypatch):
    centres, consent = [Centre(rate=rate_after(61, 36))], consent_between(0.3, 0.6)
    few = probability_to_finish(centres, 60, 72, consent)
    monkeypatch.setattr("abate.stats.consent_share._SHARE_POINTS", 120)
    assert few == pytest.approx(probability_to_finish(centres, 60, 72, consent), abs=1e-6)


def test_centres_added_one_by_one():
    own = rate_after(61, 36)
    found = centres_needed([Centre(rate=own)], own, 120, 36, start_up_months=6, months_between=3)
    by_hand = [Centre(rate=own)] + [Centre(rate=own, opens_month=6 + 3 * k) for k in range(found.added)]
    assert found.probability == pytest.approx(probability_to_finish(by_hand, 120, 36), abs=1e-12)
    assert found.by_count[-2] < 0.8 <= found.probability


def test_centres_that_open_too_late_are_no_help():
    own = rate_after(61, 36)
    found = centres_needed([Centre(rate=own)], own, 120, 24, start_up_months=24)
    assert found.added is None
    assert found.reason.startswith("0 further centres")


def test_centre_rates_come_back():
    rng = np.random.default_rng(6)
    months = np.full(3000, 24.0)
    seen = rng.poisson(rng.gamma(1.5, 1 / 2.0, 3000) * months)
    found = fit_centre_rates(seen, months)
    assert found.mean == pytest.approx(0.75, rel=0.05)
    assert found.rate.shape == pytest.approx(1.5, rel=0.1)


def test_centres_that_differ_by_chance_only():
    found = fit_centre_rates([20, 21, 19], [10, 10, 10])
    assert (found.mean, found.rate) == (2.0, None)


def test_a_beta_share_has_the_tails_that_were_asked_for():
    stats = pytest.importorskip("scipy.stats")
    share = consent_between(0.05, 0.2, 0.9)
    assert stats.beta.ppf([0.05, 0.95], share.agreed, share.declined) == pytest.approx([0.05, 0.2], abs=1e-8)


@pytest.mark.parametrize(
    ("error", "call"),
    [
        (AccrualZeroError, lambda: rate_after(0, 36)),
        (AccrualZeroError, lambda: fit_centre_rates([0, 0], [3, 3])),
        (AccrualRateError, lambda: rate_after(-1, 36)),
        (AccrualRateError, lambda: rate_after(5, 0)),
        (AccrualRateError, lambda: rate_after(5, 3, prior_shape=-1)),
        (AccrualRateError, lambda: fit_centre_rates([5], [3])),
        (AccrualRateError, lambda: GammaRate(shape=0, months=1)),
        (AccrualNeedError, lambda: months_until(rate_after(5, 3), 0)),
        (AccrualNeedError, lambda: months_until(rate_after(5, 3), 5, [0.5, 1.0])),
        (AccrualNeedError, lambda: patients_within(rate_after(5, 3), -1)),
        (AccrualNeedError, lambda: probability_to_finish([], 5, 3)),
        (AccrualNeedError, lambda: months_to_finish([Centre(rate=GammaRate(shape=0.01, months=9))], 99, [0.99])),
        (AccrualNeedError, lambda: months_until(rate_after(5, 3), float("nan"))),
        (AccrualNeedError, lambda: accrual_fan([Centre(rate=GammaRate(shape=0.01, months=1e-9))], [1e4], [0.999])),
        (AccrualRateError, lambda: rate_after(float("inf"), 3)),
        (ConsentError, lambda: rate_after(5, 3).thinned(0)),
        (ConsentError, lambda: ConsentShare(agreed=0, declined=1)),
        (ConsentError, lambda: consent_between(0.6, 0.3)),
    ],
)
def test_mistakes(error, call):
    with pytest.raises(error) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_a_known_prior_forecasts_even_when_nobody_was_seen():
    assert rate_after(0, 6, prior_shape=4, prior_months=12).mean == pytest.approx(4 / 18)
