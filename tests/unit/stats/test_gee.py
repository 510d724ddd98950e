"""Generalised estimating equations by hand, at their edges, and with a known truth."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats.gee import OutcomeKind, WorkingCorrelation, fit_gee

pytest.importorskip("statsmodels")
INDEPENDENCE, EXCHANGEABLE = WorkingCorrelation.INDEPENDENCE, WorkingCorrelation.EXCHANGEABLE


def test_two_groups_of_single_values_by_hand():
    """Leverage 1/3 each, so residuals times 3/2: the variance of a mean is the sum of their squares over 9.

    Group 1 has 1, 2, 6 (residuals -2, -1, 3), group 0 has 4, 4, 7 (-1, -1, 2): (9/4) (14 + 6) / 9 = 5.
    """
    fit = fit_gee([1, 2, 6, 4, 4, 7], [1, 1, 1, 0, 0, 0], np.arange(6), OutcomeKind.GAUSSIAN, ["x"], INDEPENDENCE)
    x = fit.coefficient("x")
    assert x.value == pytest.approx(-2)
    assert x.standard_error == pytest.approx(5**0.5, rel=1e-9)
    assert fit.degrees_of_freedom == 4
    assert x.upper == pytest.approx(-2 + 2.776445 * 5**0.5, abs=1e-5)
    assert fit.caution == "6 clusters are few: the interval may be too narrow"


def test_order_of_rows_and_kind_of_labels_do_not_matter():
    rng = np.random.default_rng(1)
    person = np.repeat(np.arange(15), 3)
    x, y = rng.normal(size=45), rng.integers(0, 2, 45)
    plain = fit_gee(y, x, person, OutcomeKind.BINARY)
    order = rng.permutation(45)
    words = np.array([f"p{p}" for p in person])
    mixed = fit_gee(y[order], x[order], words[order], OutcomeKind.BINARY)
    assert mixed.coefficients[1].standard_error == pytest.approx(plain.coefficients[1].standard_error, rel=1e-7)
    assert plain.caution is None


def test_units_do_not_matter():
    rng = np.random.default_rng(2)
    person, x, y = np.repeat(np.arange(12), 3), rng.normal(size=36), rng.poisson(2, 36)
    plain, moved = (fit_gee(y, column, person, OutcomeKind.POISSON).coefficients[1] for column in (x, x * 1e6 + 3e8))
    assert (moved.value * 1e6, moved.standard_error * 1e6) == pytest.approx(
        (plain.value, plain.standard_error), rel=1e-6
    )


@pytest.mark.parametrize("working", [INDEPENDENCE, EXCHANGEABLE])
@pytest.mark.parametrize(
    ("outcome", "x", "cluster", "kind", "reason"),
    [
        ([1, 1, 1, 1], [0, 1, 0, 1], [1, 2, 3, 4], OutcomeKind.BINARY, "all 4 outcomes are equal"),
        ([1, 0, 1, 1], [0, 1, 0, 1], [1, 1, 2, 2], OutcomeKind.GAUSSIAN, "2 clusters are too few for 2 coefficients"),
        ([1, 1, 1, 0, 0, 0], [1, 1, 1, 0, 0, 0], range(6), OutcomeKind.BINARY, "a covariate separates"),
        ([2, 1, 1, 0, 0, 0], [1, 1, 1, 0, 0, 0], range(6), OutcomeKind.POISSON, "a covariate separates"),
        (
            [0, 2, 2, 0, 2, 0, 0, 2],
            [1, 1, 2, 2, 1, 1, 2, 2],
            [1, 1, 2, 2, 3, 3, 4, 4],
            OutcomeKind.GAUSSIAN,
            "the outcomes of",
        ),
    ],
)
def test_no_estimate_says_why(outcome, x, cluster, kind, reason, working):
    fit = fit_gee(outcome, x, list(cluster), kind, working_correlation=working)
    assert fit.reason.startswith(reason)
    assert {coefficient.reason for coefficient in fit.coefficients} == {fit.reason}
    assert (fit.covariance, fit.converged) == (None, False)


def test_refused():
    with pytest.raises(ParameterError, match="whole numbers of at least 0"):
        fit_gee([0.5, 1], [0, 1], [1, 2], OutcomeKind.POISSON)
    with pytest.raises(ParameterError, match="outcome must be 0 or 1"):
        fit_gee([3, 1], [0, 1], [1, 2], OutcomeKind.BINARY)


def test_without_statsmodels_one_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "statsmodels.genmod.generalized_estimating_equations", None)
    with pytest.raises(ParameterError, match=r"pip install abate\[models\]"):
        fit_gee([1, 2, 6, 4], [1, 1, 0, 0], np.arange(4), OutcomeKind.GAUSSIAN)


def test_intervals_hold_the_truth_with_16_clusters():
    rng = np.random.default_rng(3)
    person = np.repeat(np.arange(16), np.tile([1, 2, 3, 6], 4))
    treated = (np.arange(16) % 8 < 4)[person].astype(float)
    held = 0
    for _ in range(250):
        outcome = 5 - treated + rng.normal(0, 1.5, 16)[person] + rng.normal(0, 1, person.size)
        x = fit_gee(outcome, treated, person, OutcomeKind.GAUSSIAN).coefficients[1]
        held += x.lower <= -1 <= x.upper
    assert held / 250 == pytest.approx(0.95, abs=0.035)
