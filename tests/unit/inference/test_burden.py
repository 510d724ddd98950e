"""Totals add up, and each estimate has its numbers or the reason why not."""

import datetime as dt

import pytest

from abate.contracts.burden import BurdenRow, Period
from abate.inference.burden import add_totals, estimate_burden, name_bands, sums_of, sums_over_years

YEAR = Period(name="2020", first=dt.date(2020, 1, 1), last=dt.date(2020, 12, 31))
NEXT = Period(name="2021", first=dt.date(2021, 1, 1), last=dt.date(2021, 12, 31))
WHOLE = Period(name="2020 to 2021", first=dt.date(2020, 1, 1), last=dt.date(2021, 12, 31))


def cell(sex, age_from, persons=10, period="2020", **counts):
    numbers = {
        "person_days": 1461,
        "days_at_risk": 0,
        "recorded_in_period": 0,
        "recorded_ever": 0,
        "new_cases": 0,
        "chronic_ever": 0,
    }
    return {"period": period, "sex": sex, "age_from": age_from, "persons": persons, **numbers, **counts}


def row(sex="all", age="all", period="2020", at_risk=1000.0, **counts):
    numbers = {"persons": 100, "recorded_in_period": 10, "recorded_ever": 20, "new_cases": 5, **counts}
    return BurdenRow(period=period, sex=sex, age=age, counts=numbers, person_years=100.0, person_years_at_risk=at_risk)


def find(estimates, quantity, sex="all"):
    return next(found for found in estimates if (found.quantity, found.sex) == (quantity, sex))


def test_bands_are_named_by_their_ages():
    assert list(name_bands((0, 1, 18)).values()) == ["0 to 0", "1 to 17", "18 and over", "unknown"]


def test_rows_are_cells_with_totals_and_what_nobody_has_is_left_out():
    cells = [cell("male", 18, persons=3), cell("female", 0, persons=5), cell("female", -1, persons=7, chronic_ever=2)]
    rows = add_totals(cells, [YEAR, NEXT], (0, 18, 40))
    assert {(r.sex, r.age): r.counts["persons"] for r in rows} == {
        ("all", "all"): 15, ("all", "0 to 17"): 5, ("all", "18 to 39"): 3, ("all", "unknown"): 7,
        ("female", "all"): 12, ("female", "0 to 17"): 5, ("female", "18 to 39"): 0, ("female", "unknown"): 7,
        ("male", "all"): 3, ("male", "0 to 17"): 0, ("male", "18 to 39"): 3, ("male", "unknown"): 0,
    }  # fmt: skip
    assert rows[0].person_years == pytest.approx(12)  # three cells of 1461 days, by 365.25
    assert rows[0].counts["chronic_ever"] == 2
    assert set(rows[0].counts) == {"persons", "recorded_in_period", "recorded_ever", "new_cases", "chronic_ever"}


def test_the_sums_are_true_and_hold_every_row():
    cells = [
        cell(sex, age, persons=p)
        for p, (sex, age) in enumerate([("male", 18), ("female", 0), ("other", 18), ("female", 40)], 3)
    ]
    rows = add_totals(cells, [YEAR], (0, 18, 40))
    counts = {(r.period, r.sex, r.age): r.counts["persons"] for r in rows}
    sums = sums_of(rows, [YEAR])
    assert all(counts[total] == sum(counts[part] for part in parts) for total, parts in sums)
    assert {key for total, parts in sums for key in (total, *parts)} == set(counts)


def test_new_cases_of_the_years_add_up_to_the_whole():
    rows = [row(period=name, sex=sex) for name in ("2020 to 2021", "2020", "2021") for sex in ("all", "female")]
    assert sums_over_years(rows, WHOLE, [YEAR, NEXT]) == [
        (("2020 to 2021", sex, "all"), [("2020", sex, "all"), ("2021", sex, "all")]) for sex in ("all", "female")
    ]


def test_a_year_in_which_nobody_is_observed_is_no_part_of_the_whole():
    rows = [row(period="2020 to 2021"), row(period="2021")]
    assert sums_over_years(rows, WHOLE, [YEAR, NEXT]) == [(("2020 to 2021", "all", "all"), [("2021", "all", "all")])]


def test_prevalence_has_wilsons_interval_and_incidence_the_exact_one():
    """Wilson, 10 of 100: 0.0552 to 0.1744. Garwood, 5 events: 1.6235 to 11.6683, here in a thousand person-years."""
    estimates = estimate_burden([row()])
    share, rate = find(estimates, "prevalence in period"), find(estimates, "incidence")
    assert (share.value, share.numerator, share.denominator) == (0.1, 10, 100)
    assert (share.lower, share.upper) == (pytest.approx(0.0552, abs=5e-5), pytest.approx(0.1744, abs=5e-5))
    assert (rate.value, rate.unit) == (5.0, "per 1,000 person-years")
    assert (rate.lower, rate.upper) == (pytest.approx(1.6235, abs=5e-5), pytest.approx(11.6683, abs=5e-5))
    assert find(estimates, "prevalence ever").value == 0.2


def test_women_are_compared_with_men():
    women = row("female", recorded_in_period=30, new_cases=12, at_risk=600.0)
    men = row("male", recorded_in_period=10, new_cases=4, at_risk=800.0)
    estimates = estimate_burden([women, men])
    sexes = "female to male"
    assert find(estimates, "difference of prevalence in period", sexes).value == pytest.approx(0.2)
    ratio = find(estimates, "ratio of prevalence in period", sexes)
    assert (ratio.value, ratio.lower, ratio.upper) == (pytest.approx(3), None, None)
    assert "no interval" in ratio.reason
    incidence = find(estimates, "ratio of incidence", sexes)
    assert incidence.value == pytest.approx(4)
    assert incidence.lower < 4 < incidence.upper


def test_what_needs_a_hidden_count_is_not_estimated_and_says_so():
    estimates = estimate_burden([row("female", recorded_in_period=None), row("male")])
    for quantity, sex in (("prevalence in period", "female"), ("difference of prevalence in period", "female to male"),
                          ("ratio of prevalence in period", "female to male")):  # fmt: skip
        found = find(estimates, quantity, sex)
        assert (found.value, found.lower, found.upper) == (None, None, None)
        assert "hidden" in found.reason
    assert find(estimates, "prevalence ever", "female").value == 0.2


def test_without_time_at_risk_there_is_no_rate_and_a_reason():
    found = find(estimate_burden([row(new_cases=0, at_risk=0.0)]), "incidence")
    assert (found.value, found.reason) == (None, "there is no exposure")


def test_nobody_ill_among_men_leaves_no_ratio():
    estimates = estimate_burden([row("female"), row("male", recorded_in_period=0)])
    found = find(estimates, "ratio of prevalence in period", "female to male")
    assert (found.value, found.reason) == (None, "there is no share to divide by")
