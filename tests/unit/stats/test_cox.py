"""Cox regression by hand, at its edges, and with a known truth."""

from __future__ import annotations

import math
import sys

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats.cox import Ties, fit_cox, score_residuals

pytest.importorskip("statsmodels")


def test_two_events_by_hand():
    """The first event falls on x = 1 of x = 1, 0, 0, the second on x = 0 of 0, 0: the likelihood is r / (r + 2) / 2 and
    rises for ever; with a third unit of x = 1 that outlives it, r / (2 r + 2) * 1 / (r + 2) is highest at r = sqrt 2."""
    fit = fit_cox([1, 2, 3, 3], [1, 1, 0, 0], [1, 0, 0, 1], ["x"])
    assert fit.coefficients[0].value == pytest.approx(math.log(2) / 2, abs=1e-10)
    assert fit.log_likelihood == pytest.approx(math.log(2**0.5 / (2 * 2**0.5 + 2) / (2**0.5 + 2)), abs=1e-12)
    assert fit.null_log_likelihood == pytest.approx(math.log(1 / 12))


@pytest.mark.parametrize("ties", list(Ties))
def test_score_residuals_sum_to_the_slope_by_differences(ties):
    rng = np.random.default_rng(1)
    time, event, x = (
        rng.integers(1, 6, 30).astype(float),
        rng.integers(0, 2, 30).astype(float),
        rng.normal(size=(30, 1)),
    )

    def log_likelihood(b):
        risk, total = np.exp(x[:, 0] * b), 0.0
        for moment in np.unique(time[event == 1]):
            dies = (time == moment) & (event == 1)
            share = np.arange(dies.sum()) / dies.sum() if ties is Ties.EFRON else np.zeros(dies.sum())
            total += (x[dies, 0] * b).sum() - np.log(risk[time >= moment].sum() - share * risk[dies].sum()).sum()
        return total

    slope = (log_likelihood(0.3 + 1e-5) - log_likelihood(0.3 - 1e-5)) / 2e-5
    assert score_residuals(time, event, x, np.array([0.3]), ties).sum() == pytest.approx(slope, abs=1e-7)


def test_every_course_twice_in_its_cluster_is_worth_no_more_than_once():
    rng = np.random.default_rng(2)
    time, event, x = rng.exponential(5, 25), rng.integers(0, 2, 25), rng.normal(size=25)
    once = fit_cox(time, event, x, cluster=np.arange(25), ties=Ties.BRESLOW)
    twice = fit_cox(
        np.tile(time, 2), np.tile(event, 2), np.tile(x, 2), cluster=np.tile(np.arange(25), 2), ties=Ties.BRESLOW
    )
    assert twice.coefficients[0].standard_error == pytest.approx(once.coefficients[0].standard_error, rel=1e-9)
    assert (twice.cluster_count, twice.count) == (25, 50)


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ([0, 0, 0, 0], "there are no events"),
        ([0, 0, 0, 1], "at no event is anybody at risk whose covariates differ"),
        ([1, 0, 0, 0], "runs off"),
    ],
)
def test_no_estimate_says_why(event, reason):
    fit = fit_cox([1, 2, 3, 4], event, [1, 0, 1, 0])
    assert fit.coefficients[0].value is None
    assert fit.coefficients[0].reason == fit.reason
    if reason == "runs off":
        assert fit.reason.startswith("the likelihood keeps rising")
    else:
        assert fit.reason == reason


def test_only_the_covariate_that_separates_is_lost():
    rng = np.random.default_rng(3)
    age, event = rng.normal(50, 10, 40), np.repeat([1, 0], 20)
    fit = fit_cox(rng.exponential(4, 40), event, np.column_stack([event, age]), ["drug", "age"])
    assert fit.coefficient("drug").value is None
    assert fit.coefficient("age").value is not None
    assert not fit.converged


def test_units_do_not_matter():
    rng = np.random.default_rng(4)
    time, event, x = rng.exponential(5, 60), rng.integers(0, 2, 60), rng.normal(size=60)
    plain, moved = fit_cox(time, event, x), fit_cox(time * 24, event, x * 1e-6 + 70)
    assert moved.coefficients[0].value == pytest.approx(plain.coefficients[0].value * 1e6, rel=1e-6)


def test_refused():
    with pytest.raises(ParameterError, match="1 values below 0"):
        fit_cox([-1, 2], [1, 1], [0, 1])
    with pytest.raises(ParameterError, match="cluster has 1"):
        fit_cox([1, 2], [1, 1], [0, 1], cluster=["a"])
    with pytest.raises(ParameterError, match="had_event must be 0 or 1"):
        fit_cox([1, 2], [1, 2], [0, 1])


def test_without_statsmodels_one_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "statsmodels.duration.hazard_regression", None)
    with pytest.raises(ParameterError, match=r"pip install abate\[models\]"):
        fit_cox([1, 2, 3, 3], [1, 1, 0, 0], [1, 0, 0, 1])


def test_the_robust_interval_holds_the_truth_and_the_plain_one_does_not():
    "Forty persons with one, two or six courses, alike within the person."
    rng = np.random.default_rng(5)
    person = np.repeat(np.arange(42), np.tile([1, 2, 6], 14))
    treated = (person % 2).astype(float)
    held = np.zeros(2)
    for _ in range(60):
        time = rng.exponential(10 / rng.gamma(0.7, 1 / 0.7, 42)[person])
        for k, cluster in enumerate([None, person]):
            fit = fit_cox(np.minimum(time, 12), time < 12, treated, cluster=cluster).coefficients[0]
            held[k] += fit.lower <= 0 <= fit.upper
    assert held[0] / 60 < 0.85
    assert held[1] / 60 > 0.88
