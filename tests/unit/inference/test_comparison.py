"""The comparison with another treatment: what is found where the truth is known, and what stands where nothing can be."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from abate.contracts.definition import Study
from abate.contracts.result import Compared, Estimate
from abate.inference.compared_courses import find_compared
from abate.inference.comparison import compare_treatments
from tests.outcome_tables import START, small_study
from tests.two_treatments import TRUE_DIFFERENCE, rows_of_two, study_of_two

NOT_TO_BE_USED = "not to be used"


def compared(study: Study, **changes) -> tuple[dict[str, Estimate], Compared]:
    rows = rows_of_two(study, **changes)
    estimates, beside = compare_treatments(study, rows["outcomes"], rows["daily"])
    assert beside is not None
    return {row.id: row for row in estimates}, beside


@pytest.fixture(scope="module")
def found() -> tuple[dict[str, Estimate], Compared]:
    return compared(study_of_two(), count=300, seed=11)


def test_the_difference_is_near_the_truth_where_the_plain_one_is_not(found):
    "The iller got ketamine more often: 0.8 points of baseline times their surplus is taken for the drug's."
    rows, _ = found
    final, plain = rows["comparison.final"], rows["comparison.final.plain"]
    assert final.lower < TRUE_DIFFERENCE < final.upper
    assert not plain.lower < TRUE_DIFFERENCE < plain.upper
    assert abs(rows["comparison.final.augmented"].value - final.value) < 2 * final.standard_error
    drawn = rows["comparison.final.bootstrap"]
    assert drawn.value == pytest.approx(final.value, abs=1e-9)
    assert 0.6 < drawn.standard_error / final.standard_error < 1.6
    assert final.value == pytest.approx(
        rows["comparison.final.treated"].value - rows["comparison.final.comparator"].value, abs=1e-12
    )


def test_every_way_of_weighting_stands_beside_the_declared_one(found):
    rows, _ = found
    ways = [id for id in rows if id.startswith("comparison.final.by_")]
    assert ways == [f"comparison.final.by_{way}" for way in ("matching", "strata", "entropy", "everybody")]
    for row in (rows[id] for id in ways):
        if row.value is None:  # pairs and strata may leave a covariate further apart than is allowed
            assert row.id.endswith(("strata", "matching"))
            assert "out of balance" in row.reason
        else:
            assert row.lower < TRUE_DIFFERENCE < row.upper


def test_balance_is_better_with_weights_and_what_says_nothing_is_named(found):
    rows, beside = found
    baseline = next(line for line in beside.balance if line.name == "baseline rating")
    assert baseline.before > 0.4
    assert abs(baseline.after) < 0.01
    assert beside.left_out == {"setting": "the same in all courses", "an earlier course": "the same in all courses"}
    assert sum(beside.treated_shares) == pytest.approx(1)
    assert rows["comparison.check.treated"].value + rows["comparison.check.comparator"].value == 300


def test_return_to_care_and_days_are_compared(found):
    rows, _ = found
    assert rows["comparison.return_90"].value == pytest.approx(
        rows["comparison.return_90.treated"].value - rows["comparison.return_90.comparator"].value, abs=1e-12
    )
    assert rows["comparison.return_90"].upper < 0  # 160 days on average against 90
    days = [rows[f"comparison.day_{day}"].value for day in (1, 2, 3, 4)]
    assert days == sorted(days, reverse=True)  # the difference grows evenly over four days
    assert "comparison.day_5" not in rows  # nobody was rated on it


def test_what_would_overturn_it_stands_beside_it(found):
    rows, _ = found
    assert rows["comparison.final.e_value"].value > rows["comparison.final.e_value_limit"].value > 1
    # 1 point for 0.2 more of it: the difference moves towards 0 by 0.2
    assert rows["comparison.final.hidden"].value == pytest.approx(rows["comparison.final"].value + 0.2)
    # 2 and 2 give a bounding factor of 4/3
    ratio = rows["comparison.response.ratio"].value
    assert rows["comparison.response.hidden"].value == pytest.approx(ratio / (4 / 3))


def test_every_row_without_a_value_says_why(found):
    rows, _ = found
    assert all(row.reason for row in rows.values() if row.value is None)


def test_without_a_comparator_nothing_is_compared():
    study = small_study()
    rows = rows_of_two(study)
    assert compare_treatments(study, rows["outcomes"], rows["daily"]) == ((), None)


# --- bad input -------------------------------------------------------------------------------------------------------


def values_of(rows: dict[str, Estimate]) -> list[str]:
    """Ids of differences that have a value; counts and checks do not count."""
    return [id for id, row in rows.items() if not id.startswith("comparison.check.") and row.value is not None]


def test_no_course_of_the_comparator():
    rows, beside = compared(study_of_two(), count=30, treatment=["ketamine"] * 30)
    assert rows["comparison.final"].reason == "no course of lidocaine can be compared"
    assert values_of(rows) == []
    assert beside.balance == ()


def test_perfect_separation():
    "Everybody with ketamine has a baseline of 9, everybody with lidocaine one of 5."
    study = study_of_two()
    treatment = ["ketamine", "lidocaine"] * 20
    rows, _ = compared(study, count=40, treatment=treatment, baseline=[9.0, 5.0] * 20)
    assert "tells the groups apart without error" in rows["comparison.final"].reason
    assert values_of(rows) == []


def test_no_overlap_is_not_to_be_used():
    "Two courses only lie on the other's side: a score exists, and nearly nobody is in equipoise."
    study = study_of_two(comparison={"covariates": ["baseline"]})
    draw = np.random.default_rng(3)
    baseline = [*draw.normal(9, 0.4, 60), *draw.normal(6, 0.4, 60)]
    treatment = ["ketamine"] * 59 + ["lidocaine"] + ["lidocaine"] * 59 + ["ketamine"]
    rows, _ = compared(study, count=120, treatment=treatment, baseline=baseline)
    assert rows["comparison.check.equipoise"].value < 0.1
    assert rows["comparison.final"].reason.startswith(NOT_TO_BE_USED)
    assert "equipoise" in rows["comparison.final"].reason
    assert values_of(rows) == []


def test_all_weight_on_one_person():
    "One person has 38 of the 40 courses of lidocaine."
    study = study_of_two(comparison={"covariates": ["age"]})
    treatment = ["ketamine"] * 40 + ["lidocaine"] * 40
    person = [*range(1, 41), *([41] * 38), 42, 43]
    rows, _ = compared(study, count=80, treatment=treatment, person_id=person)
    reason = rows["comparison.final"].reason
    assert "one person carries a share of a group's weight" in reason
    assert values_of(rows) == []


def test_a_constant_outcome_has_no_interval_and_says_so():
    rows, _ = compared(study_of_two(), final=[4.0] * 160, response_points_2=[True] * 160)
    final = rows["comparison.final"]
    assert (final.value, final.lower) == (pytest.approx(0.0, abs=1e-12), None)
    assert final.reason == "nothing varies within the groups"
    assert rows["comparison.final.e_value"].reason
    assert rows["comparison.response.difference"].reason == "nothing varies within the groups"


def test_a_group_in_which_all_respond_is_said_to_add_no_uncertainty():
    treatment = ["ketamine", "lidocaine"] * 80
    responded = [True, False, True, True] * 40  # half of lidocaine
    rows, _ = compared(study_of_two(), treatment=treatment, response_points_2=responded)
    found = rows["comparison.response.difference"]
    assert found.value == pytest.approx(0.5, abs=0.1)
    assert "every outcome of the ketamine group is the same, so its own uncertainty is not counted" in found.method


def test_nobody_responds_and_the_ratio_says_why():
    rows, _ = compared(study_of_two(), response_points_2=[False] * 160)
    assert (
        rows["comparison.response.ratio"].reason
        == "the mean of the ketamine group is not above 0, so there is no ratio"
    )
    assert rows["comparison.response.e_value"].value is None


def test_no_final_rating_at_all():
    rows, _ = compared(study_of_two(), final=[None] * 160, response_points_2=[None] * 160)
    assert rows["comparison.final"].reason == "no course has this outcome"
    assert rows["comparison.response.difference"].reason == "no course has this outcome"
    assert rows["comparison.check.no_final_treated"].value > 0


TERMS = ("a", "b", "c", "d", "e", "f")


def with_controls(**shares: float):
    """A study with six negative controls, each in a third of all courses, but for ``shares`` of ketamine."""
    study = study_of_two(
        events={"terms": {term: {"snomed": ["1"]} for term in TERMS}},
        comparison={"covariates": ["age"], "negative_controls": list(TERMS)},
    )
    treatment = ["ketamine", "lidocaine"] * 150
    columns = {}
    for term in TERMS:
        draw = np.random.default_rng(sum(map(ord, term)))
        shown = np.where(np.array(treatment) == "ketamine", shares.get(term, 0.33), 0.33)
        columns[f"event_{term}"] = (draw.random(300) < shown).astype(int).tolist()
    return compared(study, count=300, treatment=treatment, **columns)


def test_negative_controls_widen_the_interval():
    rows, _ = with_controls()
    plain, calibrated = rows["comparison.response.difference"], rows["comparison.response.calibrated"]
    assert calibrated.standard_error >= plain.standard_error
    assert "6 negative controls are few" in calibrated.method
    assert rows["comparison.check.controls_excluding"].value <= 1


def test_an_affected_negative_control_forbids_the_calibration_and_is_named():
    rows, _ = with_controls(c=0.98)
    assert rows["comparison.response.calibrated"].value is None
    assert rows["comparison.response.calibrated"].reason.startswith("c lies far from the other negative controls")


def test_controls_without_events_leave_nothing_to_calibrate():
    study = study_of_two(events={"terms": {"a": {"snomed": ["1"]}}}, comparison={"negative_controls": ["a"]})
    rows, _ = compared(study)
    assert rows["comparison.control.a"].reason == "events were not recorded"
    assert rows["comparison.response.calibrated"].reason == "there are 0 negative controls, fewer than 5"


# --- time zero and line of treatment -----------------------------------------------------------------------------------


def line_of(users: str, **columns):
    """Six courses of four persons: 1 has lidocaine on day 0 and ketamine on day 30, 2 the other way round, 3 and 4 one each."""
    study = study_of_two(comparison={"users": users, "covariates": ["earlier_course", "age"]})
    starts = [START + dt.timedelta(days=day) for day in (0, 30, 0, 30, 0, 0)]
    return study, rows_of_two(
        study,
        count=6,
        person_id=[1, 1, 2, 2, 3, 4],
        treatment=["lidocaine", "ketamine", "ketamine", "lidocaine", "ketamine", "lidocaine"],
        start=starts,
        response_points_2=[False, True, True, False, True, True],
        **columns,
    )["outcomes"]


def test_a_course_after_the_other_treatment_is_left_out_of_new_users():
    study, outcomes = line_of("new")
    courses = find_compared(study, outcomes)
    assert courses.rows["course_id"].to_pylist() == [1, 3, 5, 6]
    assert (courses.has_both, courses.earlier_other) == (2, 2)
    assert courses.after_failed == 1  # person 1: lidocaine without response 30 days before
    assert courses.comparator_after_failed == 0  # person 2 had responded to ketamine


def test_whoever_was_untreated_before_is_a_new_user_all_the_same():
    "Person 1 was untreated on day 0; person 2 never is after ketamine, and would be left out."
    _, outcomes = line_of("new")
    untreated = {"name": "lidocaine", "untreated": {}}
    asked = study_of_two(comparator=untreated, condition={"name": "migraine"}, comparison={"covariates": ["age"]})
    courses = find_compared(asked, outcomes)
    assert courses.rows["course_id"].to_pylist() == [1, 2, 3, 5, 6]
    assert (courses.has_both, courses.earlier_other, courses.after_failed) == (2, 1, 1)


def test_a_baseline_after_admission_holds_no_effect_where_there_is_no_dose():
    asked = study_of_two(comparator={"name": "lidocaine", "untreated": {}}, condition={"name": "migraine"})
    treatment = ["ketamine", "lidocaine"] * 80
    admission = [START - dt.timedelta(hours=6)] * 160
    rows, _ = compared(
        asked, treatment=treatment, baseline_rule=["first in course"] * 160, admission=admission, start=[START] * 160
    )
    assert rows["comparison.check.baseline_after_start"].value == 80
    assert rows["comparison.check.days_waited_treated"].value == pytest.approx(0.25)
    drugs, _ = compared(study_of_two(), treatment=treatment, baseline_rule=["first in course"] * 160)
    assert drugs["comparison.check.baseline_after_start"].value == 160
    assert "comparison.check.days_waited_treated" not in drugs


def test_all_users_keep_it_and_an_earlier_course_is_a_covariate():
    study, outcomes = line_of("all")
    courses = find_compared(study, outcomes)
    assert courses.rows.num_rows == 6
    assert courses.covariates.names[0] == "an earlier course"
    assert courses.covariates.values[:, 0].tolist() == [0, 1, 0, 1, 0, 0]


@pytest.mark.parametrize(("recent", "count"), [("30d", 1), ("29d", 0)])
def test_just_failed_includes_the_limit(recent, count):
    study, outcomes = line_of("new")
    design = study.target_trial.model_copy(update={"recent": recent})
    assert find_compared(study.model_copy(update={"comparison": design}), outcomes).after_failed == count


def test_an_ineligible_earlier_course_still_counts_as_earlier():
    study, outcomes = line_of("new", is_eligible=[False, True, True, True, True, True])
    courses = find_compared(study, outcomes)
    assert courses.rows["course_id"].to_pylist() == [3, 5, 6]


def test_a_baseline_after_the_first_dose_is_counted():
    rows, _ = compared(study_of_two(), baseline_rule=["first in course"] * 3 + ["window"] * 157)
    assert rows["comparison.check.baseline_after_start"].value == 3


def test_a_gap_in_a_covariate_is_filled_and_marked():
    ages = [None] * 8 + [40.0 + (place % 7) for place in range(152)]
    _, beside = compared(study_of_two(), age_years=ages)
    assert {"age, years", "age, years not recorded"} <= {line.name for line in beside.balance}


def test_a_switch_ends_follow_up_where_the_strategy_is_hypothetical():
    "Person 1's return on day 40 comes after lidocaine on day 20: it does not count as ketamine's."
    from abate.inference.compared_courses import days_to_switch

    study = study_of_two(comparison={"covariates": ["age"]})
    starts = [START, START + dt.timedelta(days=24, hours=6), START]
    outcomes = rows_of_two(
        study, count=3, person_id=[1, 1, 2], treatment=["ketamine", "lidocaine", "lidocaine"], start=starts,
        discharge=[START + dt.timedelta(days=4, hours=6)] * 3,
    )["outcomes"]  # fmt: skip
    courses = find_compared(study, outcomes)
    assert days_to_switch(courses, outcomes).tolist() == [20.0, np.inf]
