"""Untreated episodes: a line through each group by hand, statsmodels' HC3, coverage, and reasons."""

from __future__ import annotations

import math

import numpy as np
import pytest
import statsmodels.api as sm

from abate.base.errors import ParameterError
from abate.stats.regression_to_mean_controls import compare_with_untreated


def episodes(seed=1, treated=40, untreated=60, effect=1.0):
    rng = np.random.default_rng(seed)
    is_treated = np.arange(treated + untreated) < treated
    first = np.clip(np.round(rng.normal(7.5, 1, len(is_treated))), 4, 10)
    final = 5.5 + 0.5 * (first - 6) - effect * is_treated + rng.normal(0, 0.4 * (first - 3), len(is_treated))
    return first, final, is_treated


def test_by_hand():
    "Untreated: slope 3.25 / 2.75 through (7.75, 6.25); at the treated mean of 8 that is 6.545."
    result = compare_with_untreated([7, 8, 8, 9, 7, 7, 8, 9], [3, 4, 3, 5, 6, 5, 6, 8], [1, 1, 1, 1, 0, 0, 0, 0])
    expected = 6.25 + 0.25 * 3.25 / 2.75
    assert result.natural.value == pytest.approx(8 - expected)
    assert result.left.value == pytest.approx(expected - 3.75)
    assert result.slope_difference.value == pytest.approx(1 - 3.25 / 2.75)
    assert result.natural.value + result.left.value == pytest.approx(result.observed.value)


def test_statsmodels_agrees():
    first, final, treated = episodes()
    centred = first - first[treated].mean()
    fit = sm.OLS(final, np.column_stack([np.ones(100), treated, centred, treated * centred])).fit(cov_type="HC3")
    result = compare_with_untreated(first, final, treated)
    assert result.left.value == pytest.approx(-fit.params[1])
    assert result.left.standard_error == pytest.approx(fit.bse[1])
    assert result.natural.standard_error == pytest.approx(fit.bse[0])
    assert result.slope_difference.standard_error == pytest.approx(fit.bse[3])


def test_the_truth_is_covered():
    results = [compare_with_untreated(*episodes(seed)) for seed in range(500)]
    values = np.array([result.left.value for result in results])
    assert values.mean() == pytest.approx(1, abs=3 * values.std() / math.sqrt(500))
    assert np.mean([result.left.lower <= 1 <= result.left.upper for result in results]) == pytest.approx(0.95, abs=0.03)


def test_a_person_given_twice_counts_once():
    first, final, treated = episodes()
    person = np.arange(100)
    once = compare_with_untreated(first, final, treated, person)
    twice = compare_with_untreated(*(np.tile(x, 2) for x in (first, final, treated, person)))
    assert twice.left.value == pytest.approx(once.left.value)
    assert twice.left.standard_error == pytest.approx(once.left.standard_error, rel=0.1)


def test_missing_ratings_are_left_out_and_counted():
    first, final, treated = episodes()
    first[0] = final[-1] = math.nan
    result = compare_with_untreated(first, final, treated)
    assert (result.left_out_count, result.treated_count, result.untreated_count) == (2, 39, 59)


@pytest.mark.parametrize(
    ("first", "final", "treated", "reason"),
    [
        ([7, 8, 9, 8], [4, 5, 5, 4], [1, 1, 1, 1], "0 untreated episodes are too few"),
        ([], [], [], "0 treated episodes are too few"),
        (
            [8, 8, 8, 7, 8, 9],
            [4, 5, 5, 4, 5, 6],
            [1, 1, 1, 0, 0, 0],
            "first ratings of the treated episodes are all equal",
        ),
        ([7, 7, 7, 9, 7, 8, 9, 9], [4, 5, 5, 4, 5, 6, 5, 4], [1, 1, 1, 1, 0, 0, 0, 0], "one episode alone decides"),
    ],
)
def test_no_number_has_a_reason(first, final, treated, reason):
    result = compare_with_untreated(first, final, treated)
    assert reason in result.reason
    assert (result.left.value, result.natural.value) == (None, None)


def test_an_exact_fit_has_no_interval():
    result = compare_with_untreated([7, 8, 9, 6, 7, 8, 9, 6], [4, 5, 6, 3, 6, 7, 8, 5], [1] * 4 + [0] * 4)
    assert result.left.value == pytest.approx(2)
    assert result.left.reason == "the fit leaves no residuals"


def test_wrong_arguments_are_refused():
    with pytest.raises(ParameterError, match="one entry an episode"):
        compare_with_untreated([7, 8], [4], [1, 0])
    with pytest.raises(ParameterError, match="0 or 1"):
        compare_with_untreated([7, 8], [4, 3], [1, 2])
    with pytest.raises(ParameterError, match="finite or nan"):
        compare_with_untreated([7, math.inf], [4, 3], [1, 0])
