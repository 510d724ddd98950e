"""Remission under 6-MP, the best-known survival data: scipy.stats, statsmodels and Stata."""

from __future__ import annotations

import numpy as np
import pytest

from abate.stats import log_rank
from abate.stats.survival import kaplan_meier, median_survival
from tests.reference.case import read_case

CASE = read_case(__file__)
EXPECTED, TOLERANCE = CASE["expected"], CASE["tolerance"]
TREATED = kaplan_meier(CASE["treated"]["weeks"], CASE["treated"]["relapse"])
PLACEBO = kaplan_meier(CASE["placebo"]["weeks"], [1] * 21)
WEEKS = CASE["treated"]["weeks"] + CASE["placebo"]["weeks"]
RELAPSE = CASE["treated"]["relapse"] + [1] * 21


NAMES = ["times", "at_risk", "event_count", "share", "standard_error", "lower", "upper"]


@pytest.mark.parametrize("name", NAMES)
def test_stored_curve(name):
    at_events = TREATED.event_count > 0
    assert getattr(TREATED, name)[at_events] == pytest.approx(np.array(EXPECTED[name]), abs=TOLERANCE["same_formula"])


@pytest.mark.parametrize("name", NAMES)
def test_stata_curve(name):
    assert getattr(PLACEBO, name)[:2] == pytest.approx(np.array(CASE["stata"][name]), abs=TOLERANCE["stata"])


def test_stored_medians():
    treated, placebo = median_survival(TREATED), median_survival(PLACEBO)
    assert (treated.value, treated.lower, treated.upper) == (EXPECTED["median"], EXPECTED["median_lower"], None)
    assert placebo.value == EXPECTED["median_placebo"]
    limits = (EXPECTED["median_placebo_lower"], EXPECTED["median_placebo_upper"])
    assert (placebo.lower, placebo.upper) == limits


def test_stored_log_rank():
    result = log_rank.test_of_log_rank(WEEKS, RELAPSE, ["6-MP"] * 21 + ["placebo"] * 21)
    assert result.statistic == pytest.approx(EXPECTED["log_rank"], abs=TOLERANCE["same_formula"])
    assert result.p_value == pytest.approx(EXPECTED["log_rank_p"], abs=TOLERANCE["same_formula"])
    assert result.observed == (9, 21)


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_scipy_limits(level):
    stats = pytest.importorskip("scipy.stats")
    weeks, relapse = np.array(CASE["treated"]["weeks"]), np.array(CASE["treated"]["relapse"])
    theirs = stats.ecdf(stats.CensoredData.right_censored(weeks, relapse == 0)).sf
    limits = theirs.confidence_interval(level, method="log-log")
    curve = kaplan_meier(weeks, relapse, level=level)
    assert curve.lower == pytest.approx(limits.low.evaluate(curve.times), abs=TOLERANCE["same_formula"])
    assert curve.upper == pytest.approx(limits.high.evaluate(curve.times), abs=TOLERANCE["same_formula"])


def test_statsmodels_curve():
    duration = pytest.importorskip("statsmodels.duration.survfunc")
    theirs = duration.SurvfuncRight(CASE["treated"]["weeks"], CASE["treated"]["relapse"])
    at_events = TREATED.event_count > 0
    assert TREATED.share[at_events] == pytest.approx(theirs.surv_prob, abs=1e-12)
    assert TREATED.standard_error[at_events] == pytest.approx(theirs.surv_prob_se, abs=1e-12)


@pytest.mark.parametrize("group_count", [2, 3, 4])
def test_statsmodels_log_rank(group_count):
    duration = pytest.importorskip("statsmodels.duration.survfunc")
    group = np.arange(42) % group_count
    statistic, p_value = duration.survdiff(np.array(WEEKS), np.array(RELAPSE), group)
    result = log_rank.test_of_log_rank(WEEKS, RELAPSE, group)
    assert (result.statistic, result.p_value) == pytest.approx((statistic, p_value), rel=1e-9)
    assert result.degrees_of_freedom == group_count - 1
