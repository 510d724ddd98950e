"""Published series beside a study: what enters, what is borrowed, and the pooled numbers against hand and a second program."""

import math

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import t

from abate.inference.published import borrowed_sd, estimate_published
from abate.knowledge.facts import read_facts
from abate.knowledge.published_series import published_series
from abate.stats.count_percent import check_count_percent
from abate.stats.printed_numbers import Fit, read_printed
from tests.outcome_tables import small_study

MIGRAINE = {"name": "migraine", "concepts": [318736]}


def published(**sections):
    study = small_study(**{"condition": MIGRAINE, **sections})
    return {row.id.removeprefix("published."): row for row in estimate_published(study)}


@pytest.fixture(scope="module")
def ketamine():
    return published()


@pytest.mark.parametrize(
    "sections",
    [
        {"condition": {"name": "CRPS", "icd10cm": ["G90.5"]}},
        {"treatment": {"name": "magnesium"}},
        {"rating": {"scale": "madrs"}, "response": {"primary": {"percent": 50}}},
    ],
)
def test_series_stand_only_beside_a_study_of_their_drug_condition_and_scale(sections):
    assert published(**sections) == {}
    assert estimate_published(small_study()) == []


def test_what_a_series_prints_stands_as_it_is(ketamine):
    row = ketamine["baseline.schwenk_2021_ketamine"]
    assert (row.value, row.sd, row.n) == (7.4, 1.4, 6)
    assert "SD as printed" in row.method
    "7.4 ± 2.5706 * 1.4 / sqrt(6), t on 5 degrees of freedom."
    assert (row.lower, row.upper) == pytest.approx((5.9308, 8.8692), abs=1e-4)


def test_an_sd_that_is_not_printed_is_borrowed_and_the_method_says_so(ketamine):
    "sqrt((5 * 1.4² + 5 * 2.2² + 3 * 1.0²) / 13) = sqrt(37 / 13); final: sqrt(70.72 / 13)."
    row = ketamine["baseline.schwenk_2018"]
    assert (row.value, row.n) == (7.5, 61)
    assert row.sd == pytest.approx(math.sqrt(37 / 13))
    assert row.standard_error == pytest.approx(math.sqrt(37 / 13 / 61))
    assert "SD borrowed: 1.69, from the 3 series that print one (16 patients, of any drug)" in row.method
    assert "verified: press text only" in row.method
    assert ketamine["final.pomeroy_2017"].sd == pytest.approx(math.sqrt(70.72 / 13))


def test_the_fall_is_the_difference_of_printed_means_unless_it_is_printed(ketamine):
    assert ketamine["fall.schwenk_2018"].value == pytest.approx(4.1)
    assert "difference of the printed means" in ketamine["fall.schwenk_2018"].method
    printed = ketamine["fall.kim_2023"]
    assert (printed.value, printed.sd) == (7.5, 2.1)
    assert "from the one series that prints one (4 patients" in ketamine["fall.pomeroy_2017"].method


def test_nothing_is_borrowed_where_nobody_prints_one():
    assert borrowed_sd("response", published_series(small_study(condition=MIGRAINE).condition)) is None


@pytest.mark.parametrize(
    ("id", "reason"),
    [
        ("baseline.lauritsen_2016", "a range is printed, 9 to 10, and no mean"),
        ("response.kim_2023", "another rule (a fall of more than 50 %): 4 of 4"),
        ("response.lauritsen_2016", "another rule (pain of 3 or less held for 8 hours): 6 of 6"),
        ("fall.rosenthal_2023", "no rating is printed, only a median change of 50 %"),
    ],
)
def test_what_cannot_be_pooled_is_left_out_with_its_reason(ketamine, id, reason):
    assert (ketamine[id].value, ketamine[id].reason) == (None, reason)


def test_two_shares_are_pooled_on_log_odds_by_hand(ketamine):
    """48/61 and 55/77: log odds 1.3063 and 0.9163, variances 0.09776 and 0.06364; Q = 0.94 below 1, so tau² = 0.

    Mean 1.07006, standard error 1 / sqrt(25.944) = 0.19633 (that of Hartung-Knapp, 0.19057, is narrower), t on 1 df 12.706.
    """
    pooled = ketamine["response.pooled"]
    assert pooled.value == pytest.approx(1 / (1 + math.exp(-1.07006)), abs=1e-5)
    assert pooled.lower == pytest.approx(1 / (1 + math.exp(-(1.07006 - 12.7062 * 0.19633))), abs=1e-4)
    assert pooled.n == 138
    assert ketamine["response.between_sd"].value == 0
    assert ketamine["response.prediction"].reason == "it takes three series, and 2 can be pooled"


@pytest.mark.parametrize("quantity", ["baseline", "final", "fall"])
def test_pooled_means_are_those_of_a_second_program(ketamine, quantity):
    "Restricted likelihood on a line, Hartung and Knapp's standard error, prediction with t on k - 2."
    means = {
        "baseline": [7.5, 7.1, 7.4, 9.3],
        "final": [3.4, 3.8, 3.7, 1.8],
        "fall": [4.1, 3.3, 3.7, 7.5],
    }[quantity]
    sds = {
        "baseline": [math.sqrt(37 / 13)] * 2 + [1.4, 1.0],
        "final": [math.sqrt(70.72 / 13)] * 2 + [2.3, 1.3],
        "fall": [2.1] * 4,
    }[quantity]
    y, v = np.array(means), np.array(sds) ** 2 / np.array([61, 77, 6, 4])

    def minus_restricted_likelihood(tau_squared):
        w = 1 / (v + tau_squared)
        m = np.sum(w * y) / np.sum(w)
        return 0.5 * (np.sum(np.log(v + tau_squared)) + np.log(np.sum(w)) + np.sum(w * (y - m) ** 2))

    tau_squared = minimize_scalar(
        minus_restricted_likelihood, bounds=(0, 30), method="bounded", options={"xatol": 1e-10}
    ).x
    w = 1 / (v + tau_squared)
    m = np.sum(w * y) / np.sum(w)
    se = max(math.sqrt(np.sum(w * (y - m) ** 2) / 3 / np.sum(w)), 1 / math.sqrt(np.sum(w)))
    pooled, predicted = ketamine[f"{quantity}.pooled"], ketamine[f"{quantity}.prediction"]
    assert pooled.value == pytest.approx(m, abs=1e-5)
    assert (pooled.lower, pooled.upper) == pytest.approx((m - t.ppf(0.975, 3) * se, m + t.ppf(0.975, 3) * se), abs=1e-4)
    reach = t.ppf(0.975, 2) * math.sqrt(se**2 + tau_squared)
    assert (predicted.lower, predicted.upper) == pytest.approx((m - reach, m + reach), abs=1e-4)
    assert ketamine[f"{quantity}.between_sd"].value == pytest.approx(math.sqrt(tau_squared), abs=1e-4)
    assert "borrowed SD" in pooled.method


def test_a_drug_whose_series_print_no_rating_has_no_pooled_number():
    found = published(treatment={"name": "dihydroergotamine"})
    assert found["fall.pooled"].value is None
    assert found["fall.pooled"].reason == "no series prints it"


def test_the_name_of_the_drug_may_be_written_large():
    assert published(treatment={"name": "Ketamine"})["baseline.schwenk_2018"].value == 7.5


def test_every_number_belongs_to_a_series_and_has_a_value_or_says_why_not():
    series = {row["series"] for row in read_facts("published_series.csv")}
    numbers = read_facts("published_numbers.csv")
    assert {row["series"] for row in numbers} == series
    assert all(bool(row["value"] or row["count"]) != bool(row["missing"]) for row in numbers)
    assert {row["quantity"] for row in numbers} == {"baseline", "final", "fall", "response"}


def test_the_counts_of_the_file_fit_what_is_printed():
    "Where the abstract's percentage does not fit its count, the row's note says so."
    assert check_count_percent(48, 61, read_printed("77")).fit is Fit.DOES_NOT_FIT
    assert "77 %" in next(
        number.note
        for one in published_series(small_study(condition=MIGRAINE).condition)
        for number in one.numbers
        if number.count == 48
    )
    assert check_count_percent(None, 609, read_printed("87.8")).fitting_counts == (535,)
