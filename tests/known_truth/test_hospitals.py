"""Are the hospitals of known truth those of the simulator, and do the other families move as they say?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from abate.sources.simulated import simulate_hospital
from tests.known_truth.comparisons import draw_two_drugs
from tests.known_truth.families import FAMILIES, admit_family, draw_paths_of
from tests.known_truth.hospitals import PLANNED_DAY, draw_hospital
from tests.known_truth.scenarios import BY_NAME, SCENARIOS, Scenario

NULLS = [s for s in SCENARIOS if s.title.startswith("no effect") and s.course_count == 61]
ALONE = {
    "others_per_course": 0.0, "repeat_share": 0.0, "after_lidocaine_share": 0.0, "lidocaine_per_course": 0.0,
    "dihydroergotamine_per_course": 0.0, "untreated_ward_per_course": 0.0, "untreated_home_per_course": 0.0,
}  # fmt: skip


def test_names_numbers_and_seeds_are_all_different():
    assert len({scenario.name for scenario in SCENARIOS}) == len(SCENARIOS)
    assert len({scenario.number for scenario in SCENARIOS}) == len(SCENARIOS)
    seeds = {scenario.seed_of(hospital) for scenario in SCENARIOS for hospital in (0, 199, 9_999)}
    assert len(seeds) == 3 * len(SCENARIOS)


@pytest.mark.parametrize("name", ["set-D", "set-N-high"])
def test_arrays_are_what_the_simulator_writes_as_records(name):
    scenario = replace(BY_NAME[name], controls=())
    courses = draw_hospital(scenario, 4000).courses
    parameters = replace(scenario.parameters, **ALONE)
    truth = simulate_hospital(parameters, course_count=61, seed=scenario.seed_of(4000)).courses.to_pylist()
    ours = sorted(zip(*(getattr(courses, n).tolist() for n in ("first", "final", "nothing", "hospital")), strict=True))
    assert ours == sorted((row["baseline"], row["final"], row["final_nothing"], row["final_hospital"]) for row in truth)


def test_ratings_before_lie_before_and_the_stay_ends_with_the_final():
    courses = draw_hospital(BY_NAME["effect-2.5"], 4000).courses
    seen = np.isfinite(courses.rating)
    assert np.all(courses.day[seen] < 0)
    assert np.all(courses.day[seen] >= -127)
    assert np.all((seen & ~courses.is_visit).sum(axis=1) == 10)  # the diary
    last = courses.stay[np.arange(61), 4 * courses.last_day]
    assert np.array_equal(last, courses.final)
    assert np.array_equal(courses.stay[:, 0], courses.first)
    assert np.all(
        np.isnan(courses.stay[np.arange(61), np.minimum(4 * courses.last_day + 1, 28)]) | (courses.last_day == 7)
    )


def test_day_five_is_the_final_of_who_left_then():
    courses = draw_hospital(BY_NAME["effect-2.5-leaving"], 4000).courses
    then = courses.last_day == PLANNED_DAY
    assert then.any()
    assert np.array_equal(courses.day_5[then], courses.final[then])


@pytest.mark.parametrize("scenario", NULLS, ids=lambda s: s.name)
def test_where_nothing_was_done_the_truth_is_nothing(scenario: Scenario):
    truth = draw_hospital(scenario, 4000).truth
    assert (truth["left"], truth["drug"], truth["day_5"]) == (0, 0, 0)


def test_a_fading_effect_is_gone_at_follow_up():
    courses = draw_hospital(BY_NAME["fading"], 4000).courses
    assert np.mean(courses.day_5_nothing - courses.day_5) > 2
    assert abs(np.mean(courses.nothing - courses.final)) < 0.1
    assert courses.final_day.min() > 10


def test_half_of_the_persons_come_twice():
    person = draw_hospital(BY_NAME["repeat"], 4000).courses.person
    _, counts = np.unique(person, return_counts=True)
    assert (len(person), sorted(set(counts.tolist())), int((counts == 2).sum())) == (61, [1, 2], 20)


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_a_family_fills_its_roles(family):
    parameters = BY_NAME[family].parameters
    blocks = list(admit_family(parameters, family, np.array([0] * 150 + [3] * 50), seed=7))
    assert np.concatenate([stays.role for stays in blocks]).tolist() == [0] * 150 + [3] * 50
    assert len(set(np.concatenate([stays.person_id for stays in blocks]).tolist())) == 200


def test_regimes_have_two_levels_attacks_have_days_without_pain_and_a_trend_rises():
    parameters, level = BY_NAME["regimes"].parameters, np.full(300, 6.0)
    felt = {f: draw_paths_of(np.random.default_rng(5), parameters, f, level).felt for f in FAMILIES}
    assert np.mean(felt["regimes"]) == pytest.approx(6, abs=0.1)
    slow = felt["regimes"][:800].reshape(100, 8, 300).mean(axis=1)
    assert np.mean(np.abs(slow - 6.5) < 0.3) < 0.5 * np.mean(np.abs(slow - 5) < 0.3)  # a valley between 5 and 8
    assert 0.5 < np.mean(felt["attacks"] < 0.5) < 0.95
    assert felt["attacks"].max() > 8
    steps = len(felt["trend"])
    assert felt["trend"][-40:].mean() - felt["trend"][:40].mean() == pytest.approx((steps - 40) / 4 / 90, abs=0.4)


def test_two_equal_drugs_differ_in_nobody_and_the_sicker_get_the_first():
    drugs = [draw_two_drugs(BY_NAME["choice-same"], number) for number in range(4000, 4005)]
    assert all((d.truth_everybody, d.truth_overlap) == (0, 0) for d in drugs)
    covariates, treated = np.concatenate([d.covariates for d in drugs]), np.concatenate([d.treated for d in drugs]) == 1
    assert np.all(covariates[treated].mean(axis=0) > covariates[~treated].mean(axis=0))


def test_a_weaker_second_drug_is_the_truth_and_fades():
    near, far = (draw_two_drugs(BY_NAME[name], 4000) for name in ("choice-1-point", "choice-fading"))
    assert near.truth_everybody == pytest.approx(0.95, abs=0.2)
    assert 0 <= far.truth_everybody < 0.3


def test_who_comes_twice_gets_the_same_drug_twice():
    drugs = draw_two_drugs(BY_NAME["choice-repeat"], 4000)
    for person in np.unique(drugs.person):
        assert len(set(drugs.treated[drugs.person == person].tolist())) == 1
