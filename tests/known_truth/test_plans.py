"""Does the frame around planned trials hold: the truth drawn as stated, the study's tables, the trial, a run that goes on, its page?"""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from abate.sources.simulated import simulate_hospital
from abate.trial.effect import PRE_POST
from tests.known_truth import plans
from tests.known_truth.plan_summaries import refusals, summarise_falls, summarise_plans
from tests.known_truth.planned_hospitals import (
    COURSES,
    PLANNED_DAY,
    Effects,
    felt_points,
    rating_map,
    study_tables,
    trial_ratings,
    true_spread,
    with_effects,
)
from tests.known_truth.planned_trials import naive, plan_of_study, promise_of, size_plan, with_beliefs
from tests.known_truth.plans import BY_NAME, ROWS, draw_truth, evaluate, read_lines, run_row
from tests.known_truth.plans_page import PAGE, render_page

PRIOR, FIXED, NEARLY = ROWS[0], BY_NAME["plans-fixed-1"], BY_NAME["plans-ward-known"]
ELSEWHERE = 4_000  # none of the repetitions of the full run


# ---- the truth -------------------------------------------------------------------------------------------------------


def test_the_truth_has_the_moments_that_the_plan_states():
    "Ward 1.8 + 0.3 with SD of 0.6 and 0.3 together, drug 1.5 with SD 0.5, the study's 0.3 more; four standard errors of 1,000 draws."
    drawn = [draw_truth(PRIOR, number) for number in range(1_000)]
    ward, drug = (np.array([getattr(truth.trial, name) for truth in drawn]) for name in ("ward", "drug"))
    apart = np.array([truth.study.drug - truth.trial.drug for truth in drawn])
    for values, mean, sd in ((ward, 2.1, np.hypot(0.6, 0.3)), (drug, 1.5, 0.5), (apart, 0.0, 0.3)):
        assert values.mean() == pytest.approx(mean, abs=4 * sd / np.sqrt(1_000))
        assert values.std() == pytest.approx(sd, rel=4 / np.sqrt(2_000))
    assert 0 < sum(truth.cut for truth in drawn) < 20
    assert abs(np.corrcoef(ward, drug)[0, 1]) < 4 / np.sqrt(1_000)


def test_a_fixed_effect_is_the_same_in_the_study_and_in_the_trial():
    assert {(draw_truth(FIXED, n).study.drug, draw_truth(FIXED, n).trial.drug) for n in range(20)} == {(1.0, 1.0)}


def test_points_rated_are_fewer_than_points_felt_at_the_floor_and_the_map_inverts():
    found = rating_map()
    assert found.rated[0] == 0
    assert np.all(np.diff(found.rated) > 0)
    assert found.rated[60] < 5.7 < found.felt[60] == pytest.approx(6.0)
    assert felt_points(found.rated[20]) == pytest.approx(found.felt[20])
    assert found.spread[60] < 0.9 * found.spread[20]


def test_a_trial_measures_the_effects_asked_for():
    "2,500 in each arm, SD 1.7: three standard errors of the difference are 0.14."
    (ratings,) = trial_ratings(Effects(ward=2.0, drug=1.5), 2_500, 1, 271)
    control, active = ratings[::2], ratings[1::2]
    assert np.nanmean(control[:, -1]) - np.nanmean(active[:, -1]) == pytest.approx(1.5, abs=0.15)
    assert control[:, 0].mean() == pytest.approx(active[:, 0].mean(), abs=0.15)
    spread = np.sqrt(np.mean([residual_variance(each) for each in (control, active)]))
    assert spread == pytest.approx(true_spread(Effects(ward=2.0, drug=1.5)), rel=0.04)
    left = [np.isnan(each[:, -1]).mean() for each in (control, active)]
    assert left == pytest.approx([0.04, 0.04], abs=0.013)
    assert not np.isnan(ratings[:, 0]).any()


def residual_variance(ratings):
    rated = np.isfinite(ratings[:, -1])
    slope, intercept = np.polyfit(ratings[rated, 0], ratings[rated, -1], 1)
    return np.var(ratings[rated, -1] - slope * ratings[rated, 0] - intercept)


# ---- the study -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tables():
    return study_tables(plans._study(), with_effects(Effects(ward=2.1, drug=1.5)), 4_711)


def test_the_study_has_the_courses_that_the_simulator_writes_as_records(tables):
    "The simulator's own table of truth: what was rated before and last, from when to when."
    hospital = simulate_hospital(with_effects(Effects(ward=2.1, drug=1.5)), course_count=COURSES, seed=4_711)
    ours, theirs = tables.outcomes.sort_by("start"), hospital.courses.sort_by("start")
    for name in ("admission", "start", "discharge", "baseline", "final"):
        assert ours[name].to_pylist() == theirs[name].to_pylist(), name
    assert tables.ratings.num_rows == sum(
        hospital.tables[name].filter(hospital.tables[name][f"{name}_concept_id"].is_valid()).num_rows
        for name in ("measurement", "observation")
    ) - weights_of(hospital)


def weights_of(hospital):
    return sum("weight" in text for text in hospital.tables["measurement"]["measurement_source_value"].to_pylist())


@pytest.fixture(scope="module")
def plan(tables):
    return plan_of_study(plans._study(), tables)


def test_the_plan_believes_what_the_truth_is_drawn_from(plan):
    believed = with_beliefs(plan, PRIOR.stated).effect
    assert (believed.context, believed.bundle) == (plan.effect.context, plan.effect.bundle)
    assert (believed.prior.value, believed.prior.se) == (1.5, 0.5)
    assert believed.fall_left == plan.effect.fall_left
    assert with_beliefs(plan, NEARLY.stated).effect.context.se == 0.2
    assert plan.ratings.days[-1] == PLANNED_DAY


def test_a_naive_plan_is_smaller_and_promises_what_it_does_not_keep(plan):
    effects = Effects(ward=2.1, drug=1.5)
    careful, small = size_plan(with_beliefs(plan, PRIOR.stated), 1), size_plan(naive(plan), 1)
    assert naive(plan).effect.plan_on == PRE_POST
    assert small.per_arm < careful.per_arm
    promise = promise_of(small, effects)
    assert promise["power"] > 0.8 > 0.6 > promise["power_at_truth"]
    assert not promise["covers"]


# ---- the figures -----------------------------------------------------------------------------------------------------


def line(number, *, succeeded, effect=1.0, **changes):
    plan = {
        "mean": 1.5, "sd": 0.4, "covers": True, "per_arm": 20 + number, "power": 0.8, "assurance": 0.7,
        "power_at_truth": 0.6, "power_in_truth": 0.55, "power_without_looks": 0.65, "spread": 1.2, "spread_in_truth": 1.5, "succeeded": succeeded, "look": 2, "estimate": 1.0,
        "without_looks": succeeded, "again": 7, "again_without_looks": 8, "power_simulated": 0.75,
        "assurance_simulated": 0.5, **changes,
    }  # fmt: skip
    return {
        "repetition": number, "truth": {"effect": effect, "ward": 2.0, "left": 3.0}, "cut": False,
        "left": {"value": 3.4, "se": 0.2}, "observed": {"value": 4.0, "se": 0.2}, "plan": plan,
        "naive": plan | {"power": 0.95}, "seconds": 0.5,
    }  # fmt: skip


def test_figures_of_a_row_by_hand():
    "70 of 100 succeed: standard error 0.0458; an assurance of 0.83 is 2.8 of them away, one of 0.84 is 3.1."
    found = summarise_plans([line(n, succeeded=n < 70) for n in range(100)], "plan")
    assert found.success.value == 0.7
    assert found.success.error == pytest.approx(0.045826, abs=1e-6)
    assert (found.is_kept(0.83), found.is_kept(0.84)) == (True, False)
    assert found.bias.value == pytest.approx(0.5)
    assert (found.per_arm, found.per_arm_median) == (69.5, 69.5)
    parts = [each.value for each in (found.beliefs, found.spread, found.trial, found.trial_without_looks)]
    assert parts == pytest.approx([-0.1, -0.05, 0.15, 0.15])
    assert found.again_less_assurance.value == pytest.approx(sum(parts[:3]))
    assert found.spread_ratio == pytest.approx(0.8)


def test_a_fall_that_is_two_standard_errors_off_is_seen():
    found = summarise_falls([line(n, succeeded=True) for n in range(4)])
    assert found.bias.value == pytest.approx(0.4)
    assert found.error_sd == pytest.approx(2.0)


def test_refused_plans_count_nowhere():
    refused = {**line(0, succeeded=True), "plan": {"refused": "DirectionError"}}
    assert summarise_plans([refused], "plan") is None
    assert summarise_plans([refused, line(1, succeeded=True)], "plan").planned == 1
    assert refusals([refused], "plan") == {"DirectionError": 1}


# ---- a run that goes on, and its page --------------------------------------------------------------------------------


def test_a_run_goes_on_where_it_stopped_and_its_page_says_how_far_it_came(tmp_path):
    run_row(tmp_path, FIXED, 1, None)
    file = tmp_path / f"{FIXED.name}.jsonl"
    first = file.read_text(encoding="utf-8")
    file.write_text(first + '{"repetition": 1, "se', encoding="utf-8")  # stopped in the middle of a line
    run_row(tmp_path, FIXED, 2, None)
    assert [each["repetition"] for each in read_lines(tmp_path, FIXED)] == [0, 1]
    assert file.read_text(encoding="utf-8").startswith(first)
    again = evaluate(FIXED, 0)
    assert {**again, "seconds": 0} == {**json.loads(first), "seconds": 0}
    page = render_page(tmp_path)
    assert "**only 2**" in page
    assert page.count("not run") == len(ROWS) - 1
    assert "nothing was run" in page
    assert "minutes on two cores" in page
    assert render_page(tmp_path) == page


def written(folder, lines):
    text = "".join(json.dumps(each) + "\n" for each in lines)
    (folder / f"{PRIOR.name}.jsonl").write_text(text, encoding="utf-8")


def test_a_broken_promise_is_told_first(tmp_path):
    "Half succeed where 70 % were promised by one way and 50 % by the other."
    written(tmp_path, [line(n, succeeded=n % 2 == 0) for n in range(200)])
    opening = render_page(tmp_path).split("## ")[0]
    assert "the mean assurance by closed form is 70.0 %, 5.7 standard errors above: **does not hold**" in opening
    assert "the mean assurance by simulated trials is 50.0 %, 0.0 standard errors" in opening
    assert "Only" not in opening


def test_more_repetitions_do_not_replace_those_that_were_asked_for(tmp_path):
    written(tmp_path, [line(n, succeeded=n >= 200 or n % 2 == 0) for n in range(400)])
    opening = render_page(tmp_path).split("## ")[0]
    assert opening.index("50.0 % ± 3.5 of 200 trials") < opening.index("With 400 repetitions")
    assert "75.0 % ± 2.2 of 400 trials" in opening


VERDICT = re.compile(
    r"^\| assurance by (.+?) \| ([\d.]+) % \| ([\d.]+) % ± ([\d.]+) \| ([+−][\d.]+) \| (.+?) \|$", re.MULTILINE
)


def test_the_verdicts_of_the_page_follow_from_its_numbers():
    found = VERDICT.findall(PAGE.read_text(encoding="utf-8"))
    assert [words for words, *_ in found][:2] == ["closed form", "simulated trials"]
    for _, promised, realised, error, _, verdict in found:
        apart = abs(float(realised) - float(promised)) / float(error)
        if abs(apart - 3) > 0.1:  # the page rounds
            assert verdict == ("holds" if apart <= 3 else "**does not hold**")
