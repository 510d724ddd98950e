"""Several courses a person: the rows of the study against statsmodels' cluster-robust regressions."""

from __future__ import annotations

import numpy as np
import pytest

from tests.outcome_tables import estimates_of, outcomes_of, small_study

STUDY = small_study(events={"window": ["0h", "end"]})


@pytest.fixture(scope="module")
def review():
    """120 courses of 40 persons, persons differing from each other."""
    rng = np.random.default_rng(11)
    person = rng.integers(0, 40, 120)
    level = rng.normal(0, 2, 40)[person]
    baseline, length = rng.integers(6, 11, 120).astype(float), rng.gamma(5, 1, 120)
    final = np.clip(np.round(3 + level + rng.normal(0, 1, 120)), 0, 10)
    events = rng.poisson(np.exp(level / 2) * length / 5)
    return {"person": person, "baseline": baseline, "final": final, "length": length, "events": events}


@pytest.fixture(scope="module")
def found(review):
    outcomes = outcomes_of(
        STUDY,
        person_id=review["person"],
        baseline=review["baseline"],
        final=review["final"],
        response_points_2=review["baseline"] - review["final"] >= 2,
        length_days=review["length"],
        event_count=review["events"],
    )
    return estimates_of(STUDY, outcomes)


def _fit(values, design, person):
    regression = pytest.importorskip("statsmodels.regression.linear_model")
    return regression.OLS(values, design).fit(cov_type="cluster", cov_kwds={"groups": person}, use_t=True)


def test_the_mean_change(review, found):
    fit, row = _fit(review["final"] - review["baseline"], np.ones(120), review["person"]), found["change.mean"]
    assert (row.value, row.lower, row.upper) == pytest.approx((fit.params[0], *fit.conf_int()[0]))
    assert row.p_value == pytest.approx(fit.pvalues[0])


def test_the_share_of_responders_is_at_least_as_wide(review, found):
    "Persons differ, so here the cluster-robust limits are the wider ones at both ends."
    fit = _fit((review["baseline"] - review["final"] >= 2).astype(float), np.ones(120), review["person"])
    row = found["response.primary"]
    assert (row.value, row.lower, row.upper) == pytest.approx((fit.params[0], *np.clip(fit.conf_int()[0], 0, 1)))


def test_the_rate_of_events(review, found):
    "A ratio of sums is a regression through the origin, weighted by one over the days; its sandwich is by person."
    regression = pytest.importorskip("statsmodels.regression.linear_model")
    days = review["length"]
    fit = regression.WLS(review["events"], days, weights=1 / days).fit(
        cov_type="cluster", cov_kwds={"groups": review["person"]}, use_t=True
    )
    row = found["harm.rate"]
    assert (row.value, row.lower, row.upper) == pytest.approx(
        tuple(100 * np.array([fit.params[0], *fit.conf_int()[0]]))
    )
