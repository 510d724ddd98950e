"""Accrual and beds against base R's closed forms (accrual-and-beds.json)."""

from __future__ import annotations

import pytest

from abate.stats.accrual import months_until, patients_within, rate_after
from abate.stats.accrual_centres import Centre, months_to_finish
from abate.stats.queues import erlang_queue
from tests.reference.trial_conduct.cases import ids_not_tested, read_cases

ACCRUAL = ("accrual-61-in-36-need-120", "accrual-20-in-12-need-90", "accrual-45-in-18-need-60")
BEDS = (
    "beds-4-admissions3-per-week-stay5",
    "beds-6-admissions6-per-week-stay5.1",
    "beds-3-admissions2-per-week-stay4.6",
)
TOLERANCE = 1e-8  # README


def test_every_case_is_tested(abate_data):
    assert not ids_not_tested(abate_data, "accrual-and-beds", ACCRUAL + BEDS)


@pytest.mark.parametrize("case", ACCRUAL)
def test_accrual(abate_data, case):
    found = read_cases(abate_data, "accrual-and-beds")[case]
    asked, expected = found["inputs"], found["outputs"]
    rate = rate_after(asked["seen"], asked["months"], asked["prior_shape"], asked["prior_months"])
    rate = rate.thinned(asked["thinning"])
    forecast = months_until(rate, asked["needed"], expected["quantiles"])
    assert forecast.months == pytest.approx(expected["months_until_needed"], rel=TOLERANCE)
    assert forecast.mean == pytest.approx(expected["months_mean"], rel=TOLERANCE)
    assert list(patients_within(rate, 24, expected["quantiles"])) == expected["patients_in_24_months"]
    # The way for several centres, with one: by folding and root finding.
    folded = months_to_finish([Centre(rate=rate)], asked["needed"], expected["quantiles"])
    assert folded.months == pytest.approx(expected["months_until_needed"], rel=TOLERANCE)


@pytest.mark.parametrize("case", BEDS)
def test_beds(abate_data, case):
    found = read_cases(abate_data, "accrual-and-beds")[case]
    asked, expected = found["inputs"], found["outputs"]
    queue = erlang_queue(asked["beds"], asked["admissions_per_week"] / 7, asked["mean_stay_days"])
    ours = (
        queue.offered_load,
        queue.occupancy,
        queue.refused,
        queue.waits,
        queue.mean_wait,
        queue.mean_wait_constant,
    )
    names = (
        "offered_load",
        "occupancy",
        "erlang_b_refused",
        "erlang_c_waits",
        "mean_wait_days_mmc",
        "mean_wait_days_deterministic_half",
    )
    assert ours == pytest.approx([expected[name] for name in names], abs=TOLERANCE)
