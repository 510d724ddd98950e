import numpy as np
import pytest

from abate.sources.simulated import parameters_of
from abate.sources.simulated.ratings import (
    ADMISSION_RULES,
    COMPLETED,
    STOPPED,
    Traits,
    draw_paths,
    draw_traits,
    effect_share,
    find_departures,
    origin_step,
    rate_in_worlds,
)


@pytest.fixture(scope="module")
def swings():
    "Swings around a level of 0, with set D's time constants, 2,000 persons."
    parameters = parameters_of("D", {"history_days": 40, "follow_up_2_days": 40.0})
    return draw_paths(np.random.default_rng(1), parameters, np.zeros(2_000)).felt


def test_swings_have_mean_0_and_the_sd_asked_for_at_every_time(swings):
    assert np.abs(swings.mean()) < 0.03
    assert swings.std() == pytest.approx(1.45, rel=0.02)
    assert swings[0].std() == pytest.approx(swings[-1].std(), rel=0.1)


def test_swings_are_skewed_to_the_right(swings):
    "Skewness of a shifted lognormal with k = 0.28: (exp(k^2) + 2) sqrt(exp(k^2) - 1) = 0.89."
    standard = (swings - swings.mean()) / swings.std()
    assert (standard**3).mean() == pytest.approx(0.89, abs=0.1)


def test_correlation_over_days_is_that_of_the_two_time_constants():
    "Without skew: 0.6 exp(-2/6.5) + 0.4 exp(-2/1) = 0.495 two days apart."
    parameters = parameters_of("D", {"skew": 0.0, "history_days": 40, "follow_up_2_days": 40.0})
    felt = draw_paths(np.random.default_rng(2), parameters, np.zeros(3_000)).felt
    assert np.corrcoef(felt[100], felt[108])[0, 1] == pytest.approx(0.495, abs=0.04)


def test_a_lasting_rise_is_reached_on_the_first_candidate_day():
    parameters = parameters_of("D", {"swing_sd": 0.0, "rise_points": 1.5})
    felt = draw_paths(np.random.default_rng(3), parameters, np.array([5.0])).felt[:, 0]
    first = origin_step(parameters)
    assert felt[[0, first - 4 * 45, first - 90, first, -1]] == pytest.approx([5.0, 5.0, 5.75, 6.5, 6.5])


def test_effects_are_never_negative_and_some_persons_resist():
    traits = draw_traits(np.random.default_rng(4), parameters_of("D"), 20_000)
    assert traits.drug_effect.min() == 0
    assert (traits.drug_effect == 0).mean() == pytest.approx(0.24, abs=0.015)
    assert traits.hospital_effect.min() >= 0


def test_an_effect_rises_in_hospital_and_fades_after():
    "1 - 1/e at the time constant; from a stay of 5 days what was reached fades to 1/e of itself in 14 days."
    share = effect_share(np.array([-1.0, 0.0, 2.5, 5.0, 19.0]), np.array(5.0), 2.5, 1.6, 14.0)
    reached = 1 - np.exp(-(2**1.6))
    assert share == pytest.approx([0, 0, 1 - np.exp(-1), reached, reached / np.e])


def test_worlds_differ_by_the_effects_alone():
    "Pain 8.2, error 0.1: 8 with nothing done; two days of a hospital effect of 1 and a drug effect of 4 below it."
    parameters = parameters_of("D")
    traits = Traits(level=np.zeros(1), hospital_effect=np.array([1.0]), drug_effect=np.array([4.0]))
    worlds = rate_in_worlds(np.array([8.2]), np.array([0.1]), np.array([2.0]), np.array([5.0]), traits, parameters)
    hospital = 1 - np.exp(-2 / 0.8)
    drug = 4 * (1 - np.exp(-((2 / 2.5) ** 1.6)))
    expected = [8, round(8.3 - hospital), round(8.3 - hospital - drug)]
    assert [worlds.nothing[0], worlds.hospital[0], worlds.treated[0]] == expected == [8, 7, 5]


# ---- admission: three days before the window, four in it -------------------------------------------------------

BEFORE = [5, 6, 4]


def admit(rule, window, chance=0.5, **changes):
    parameters = parameters_of("D", {"record_days": 3, "candidate_days": 4, **changes})
    daily = np.array([*BEFORE, *window], dtype=float)[:, None]
    return int(ADMISSION_RULES[rule](daily, np.full((4, 1), chance), parameters)[0])


def test_threshold_admits_on_the_first_day_at_it():
    assert admit("threshold", [7, 8, 9, 8]) == 1
    assert admit("threshold", [7, 7, 7, 7]) == -1


def test_record_admits_when_at_7_and_as_bad_as_the_days_before():
    assert admit("record", [5, 7, 8, 9]) == 1
    assert admit("record", [6, 6, 6, 6]) == -1


def test_worst_looks_forward_too():
    assert admit("worst", [8, 7, 9, 9]) == 2


def test_hazard_admits_when_the_chance_falls_below_it():
    "At a rating of 7 the daily chance is 1 - exp(-0.04) = 0.0392; at 9 it is 1 - exp(-0.04 exp(0.7)) = 0.0774."
    assert admit("hazard", [7, 7, 9, 9], chance=0.06) == 2
    assert admit("hazard", [7, 7, 7, 7], chance=0.06) == -1


def test_random_looks_at_nothing():
    assert admit("random", [0, 0, 0, 0], chance=0.6) == 2


# ---- discharge -------------------------------------------------------------------------------------------------

ONLY_DAY_6 = {f"planned_day_{day}": 0.0 for day in (3, 4, 5, 7)}


def depart(rating_by_day, can_leave=True, can_stop=True, **changes):
    parameters = parameters_of("D", {**ONLY_DAY_6, "stop_hazard": 0.0, **changes})
    ratings = np.array([9.0, *np.repeat(rating_by_day, 4)])[:, None]
    found = find_departures(np.random.default_rng(5), parameters, ratings, np.array([can_leave]), np.array([can_stop]))
    return int(found.last_day[0]), int(found.reason[0])


def test_who_is_not_better_stays_to_the_planned_day():
    assert depart([8] * 7, leave_early_share=1.0) == (6, COMPLETED)


def test_who_is_better_leaves_from_day_3_on():
    assert depart([2] * 7, leave_early_share=1.0) == (3, COMPLETED)
    assert depart([8, 8, 8, 3, 8, 8, 8], leave_early_share=1.0) == (4, COMPLETED)
    assert depart([2] * 7, leave_early_share=1.0, can_leave=False) == (6, COMPLETED)


def test_a_stop_for_an_adverse_event_comes_from_day_2_on():
    assert depart([8] * 7, stop_hazard=1.0) == (2, STOPPED)
    assert depart([8] * 7, stop_hazard=1.0, can_stop=False) == (6, COMPLETED)
