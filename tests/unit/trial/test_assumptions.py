"""Is every assumption shown with its uncertainty, its source and whether anybody has measured it?"""

from __future__ import annotations

import pytest

from abate.trial.assumptions import beta_of, describe_assumptions
from tests.unit.trial.plans import number, plan_of, share


def rows_of(plan):
    return {row.id: row for row in describe_assumptions(plan)}


def test_what_nobody_has_measured_says_so():
    rows = rows_of(plan_of())
    assert rows["effect.context"].is_unverified
    assert not rows["effect.observed_fall"].is_unverified


def test_a_number_is_shown_with_its_interval():
    assert rows_of(plan_of())["effect.observed_fall"].shown == "4.10 (3.47 to 4.73)"


def test_a_number_without_an_error_is_taken_as_known_and_says_so():
    rows = rows_of(plan_of(centre_sd=number(0.4)))
    assert rows["centre_sd"].distribution == "taken as known"
    assert rows["centre_sd"].shown == "0.40"


def test_a_share_of_persons_is_drawn_from_a_beta():
    "statsmodels 0.15, proportion_confint(20, 50, method='jeffreys'): 0.27295 and 0.53826."
    row = rows_of(plan_of(follow_up={"lost": share(0.4, 50)}))["follow_up.lost"]
    assert (row.lower, row.upper) == (pytest.approx(0.27295, abs=1e-5), pytest.approx(0.53826, abs=1e-5))


def test_a_range_gives_a_beta_of_that_mean():
    a, b = beta_of(plan_of(follow_up={"lost": share(0.45, low=0.3, high=0.6)}).follow_up.lost)
    assert a / (a + b) == pytest.approx(0.45)


def test_the_spread_given_the_baseline_is_less_by_the_correlation():
    rows = rows_of(plan_of())
    assert rows["ratings.sd.primary"].value == pytest.approx(2.0)
    assert rows["ratings.correlation.primary"].value == pytest.approx(0.3)
    assert rows["ratings.sd.given_baseline"].value == pytest.approx(2 * (1 - 0.09) ** 0.5)


def test_the_primary_day_is_the_one_the_design_names():
    rows = rows_of(plan_of(design={"primary_day": 2}))
    assert rows["retention.primary"].quantity == "share still rated on day 2"
    assert rows["retention.primary"].value == pytest.approx(0.95)


def test_costs_are_shown_from_low_to_high():
    cost = {"item": "bed", "per": "bed-day", "low": 500, "likely": 800, "high": 1200}
    assert rows_of(plan_of(costs=[cost]))["costs.1"].shown == "800 (500 to 1200)"


def test_every_id_stands_once():
    rows = describe_assumptions(
        plan_of(
            follow_up={"lost": share(0.4, 50)},
            centre_sd=number(0.4),
            accrual={"basis": "typed", "source": "made up", "seen": 50, "months": 30, "consent": share(0.5)},
        )
    )
    assert len({row.id for row in rows}) == len(rows)


def test_what_simulated_trials_do_not_draw_is_not_called_drawn():
    accrual = {"basis": "typed", "source": "made up", "seen": 50, "months": 30, "consent": share(0.5, 20)}
    rows = rows_of(plan_of(follow_up={"lost": share(0.4, 50)}, accrual=accrual))
    assert rows["follow_up.lost"].distribution == "taken as known"
    assert rows["accrual.consent"].distribution.startswith("taken as known; in forecasts Beta")
    assert rows["effect.context"].distribution == "normal"
