"""Would a trialist agree with the order of designs, and are the reasons those of the case at hand?"""

from __future__ import annotations

from typing import get_args

import pytest

from abate.contracts.plan_file import DesignKind
from abate.trial.designs.criteria import CRITERIA
from abate.trial.designs.facts import facts_of
from abate.trial.designs.ranking import rank_designs
from abate.trial.designs.sized_design import SizedDesign, no_size
from tests.unit.trial.designs.plans import follow_up, number, plan, share

PARALLEL_SIZES = {
    "parallel": 96,
    "parallel, other drug": 96,
    "three arms": 174,
    "crossover": 40,
    "randomised withdrawal": 110,
    "dose-ranging": 150,
    "group-sequential": 100,
    "re-estimation, blinded": 96,
    "re-estimation, unblinded": 96,
    "non-inferiority": 400,
    "single-arm two-stage": 46,
    "cluster": 200,
    "stepped wedge": 180,
    "n-of-1": 20,
}


def sizes(**changes):
    return {
        kind: SizedDesign(kind=kind, total=total, in_words=f"{total} persons")
        for kind, total in {**PARALLEL_SIZES, **changes}.items()
    }


def ranked(the_plan, the_sizes=None):
    return {row.kind: row for row in rank_designs(the_plan, facts_of(the_plan), the_sizes or sizes())}


def reason(row, criterion):
    return next((text for text in row.reasons if text.startswith(criterion + " (")), "")


def test_all_designs_are_ranked_once_and_those_that_answer_come_first():
    rows = rank_designs(plan(), facts_of(plan()), sizes())
    assert {row.kind for row in rows} == set(get_args(DesignKind))
    assert [row.rank for row in rows] == list(range(1, 15))
    answers = [row.can_answer for row in rows]
    assert answers == sorted(answers, reverse=True)


def test_one_centre_relief_that_lasts_and_a_question_of_effect_ask_for_two_arms_in_parallel():
    rows = ranked(plan(follow_up=follow_up(), response={"rule": "points_2", "control": share(20 / 61, n=61)}))
    assert rows["parallel"].rank == 1
    assert rows["crossover"].rank > rows["three arms"].rank
    assert not any(
        rows[kind].can_answer
        for kind in ("cluster", "stepped wedge", "non-inferiority", "single-arm two-stage", "n-of-1")
    )
    assert "one centre" in rows["stepped wedge"].reasons[0]
    assert "would have to beat p0 of 33 % (20/61) that comes with nothing done" in reason(
        rows["single-arm two-stage"], "p0"
    )
    assert "no assay sensitivity, and no placebo-controlled base for a margin" in reason(
        rows["non-inferiority"], "assay sensitivity"
    )


def test_stable_pain_with_relief_that_is_gone_asks_for_a_crossover():
    rows = ranked(plan(follow_up=follow_up(sustained=1 / 48)))
    assert rows["crossover"].rank == 1
    assert "+1" in reason(rows["crossover"], "size")


def test_a_question_of_comparison_asks_for_the_other_drug():
    rows = ranked(plan(question={"aim": "comparison"}, follow_up=follow_up()))
    assert rows["parallel, other drug"].rank == 1
    assert not rows["parallel"].can_answer
    assert not rows["non-inferiority"].can_answer


def test_a_margin_with_a_base_lets_non_inferiority_answer_a_comparison():
    margin = number(0.8, basis="literature", source="a placebo-controlled trial")
    assert ranked(plan(question={"aim": "comparison"}, design={"margin": margin}))["non-inferiority"].can_answer
    assumed = {**margin, "basis": "assumed"}
    assert not ranked(plan(question={"aim": "comparison"}, design={"margin": assumed}))["non-inferiority"].can_answer


def test_a_size_from_the_course_is_not_passed_off_as_that_of_lasting_relief():
    late, during = (ranked(plan(question={"aim": aim}))["parallel"] for aim in ("durability", "effect"))
    assert "sized on the ratings of day 5, not of 4 weeks" in reason(late, "size")
    assert "sized on" not in reason(during, "size")


def test_a_question_of_durability_asks_for_randomised_withdrawal():
    rows = ranked(plan(question={"aim": "durability", "must_last": "12 weeks"}, follow_up=follow_up(day=90)))
    assert rows["randomised withdrawal"].rank == 1
    assert not rows["crossover"].can_answer
    assert "9 participants would be in the pipeline at the look (3 a month, 12 weeks to the outcome)" in reason(
        rows["group-sequential"], "looks"
    )


@pytest.mark.parametrize(("follows", "first"), [(False, "dose-ranging"), (True, "three arms")])
def test_a_question_of_dose_asks_for_ceilings_unless_dose_follows_pain(follows, first):
    rows = ranked(plan(question={"aim": "dose", "dose_follows_pain": follows}, follow_up=follow_up()))
    assert rows[first].rank == 1


def test_a_question_of_feasibility_asks_for_one_arm():
    response = {"rule": "points_2", "control": share(0.15, n=61)}
    assert ranked(plan(question={"aim": "feasibility"}, response=response))["single-arm two-stage"].rank == 1


def test_relief_longer_than_the_washout_is_said_with_its_counts():
    row = ranked(plan(follow_up=follow_up(), design={"washout": "28d"}))["crossover"]
    assert "relief lasted longer than the washout (4 weeks) in 40 % (19/48)" in reason(row, "carry-over")
    assert not row.can_answer


def test_relief_seen_before_the_washout_is_over_is_not_said_to_outlast_it():
    row = ranked(plan(follow_up=follow_up()))["crossover"]
    assert "relief still held after 38 days in 40 % (19/48); the washout is 8 weeks, assumed and unverified" in reason(
        row, "carry-over"
    )


def test_a_smaller_size_does_not_count_where_relief_is_carried_over():
    row = ranked(plan(follow_up=follow_up()))["crossover"]
    assert "(-3)" in reason(row, "carry-over")
    assert "(0)" in reason(row, "size")
    assert row.can_answer


def test_small_counts_of_the_study_do_not_pass_into_a_reason():
    row = ranked(plan(follow_up=follow_up(sustained=4 / 48)))["crossover"]
    assert "8 %" in reason(row, "carry-over")
    assert "48" not in reason(row, "carry-over")


def test_without_a_placebo_blinded_designs_lose_and_a_crossover_loses_more():
    blind, open_ = ranked(plan()), ranked(plan(question={"can_be_blinded": False}))
    assert "(-2)" in reason(open_["parallel"], "blinding")
    assert "(-3)" in reason(open_["crossover"], "blinding")
    assert not reason(blind["parallel"], "blinding")


def test_belief_is_named_with_what_it_makes():
    "0.5 more believe, and belief is worth 1 point: 0.5 points."
    effect = {"belief": {"effect": number(1.0), "in_active": share(0.8), "in_control": share(0.3)}}
    assert "makes 0.5 points" in reason(ranked(plan(effect=effect))["parallel"], "blinding")


def test_many_in_the_pipeline_take_the_gain_from_a_look():
    larger = sizes(parallel=120)
    soon = ranked(plan(), larger)["group-sequential"]
    late = ranked(plan(question={"aim": "durability", "must_last": "12 weeks", "per_month": 20}), larger)[
        "group-sequential"
    ]
    assert "(+1)" in reason(soon, "looks")
    assert "(-2)" in reason(late, "looks")


def test_few_persons_take_the_gain_from_a_look():
    row = ranked(plan(), sizes(parallel=60))["group-sequential"]
    assert "(-1)" in reason(row, "looks")
    assert "fewer than 100 persons" in reason(row, "looks")


def test_a_standard_deviation_from_few_speaks_for_estimating_it_again():
    "df 30: chi-squared quantiles 16.791 and 46.979, so 0.80 to 1.34 times as large."
    row = ranked(plan(ratings={"df": 30}))["re-estimation, blinded"]
    assert "0.80 to 1.34 times" in reason(row, "standard deviation")
    assert "(+1)" in reason(row, "standard deviation")


def test_a_trial_that_takes_years_loses_points():
    "96 at 0.5 a month are 192 months, and 5 days more."
    row = ranked(plan(question={"per_month": 0.5}))["parallel"]
    assert row.months == pytest.approx(192 + 5 / 30.4375)
    assert "(-2)" in reason(row, "months")


def test_the_last_person_of_a_crossover_needs_both_periods_and_the_washout():
    "40 at 3 a month, then 5 + 56 + 5 days."
    row = ranked(plan())["crossover"]
    assert row.months == pytest.approx(40 / 3 + 66 / 30.4375)


def test_the_last_responder_is_followed_as_long_as_relief_is_to_last():
    "110 at 3 a month, then 5 days of the course and 28 of relief."
    row = ranked(plan())["randomised withdrawal"]
    assert row.months == pytest.approx(110 / 3 + 33 / 30.4375)


def test_loss_after_discharge_counts_for_who_must_come_back():
    row = ranked(plan(follow_up=follow_up(sustained=0.0, lost=35 / 61)))["crossover"]
    assert "57 % (35/61) had no rating at the visit; they would have to come back" in reason(row, "stopping")


def test_centres_are_counted():
    few, enough = (ranked(plan(question={"centres": count}))["cluster"] for count in (4, 12))
    assert "fewer than 8" in reason(few, "centres")
    assert few.can_answer
    assert "(+1)" in reason(enough, "centres")


def test_a_design_without_a_size_keeps_its_reason():
    without = {**sizes(), "crossover": no_size("crossover", "repeats.icc is not known")}
    row = ranked(plan(), without)["crossover"]
    assert (row.total, row.size_reason, row.months) == (None, "repeats.icc is not known", None)
    assert "no size: repeats.icc is not known" in reason(row, "size")


def test_the_last_reason_is_the_sum_of_the_points_shown():
    import re

    for row in ranked(plan(follow_up=follow_up())).values():
        points = [int(found) for text in row.reasons[:-1] for found in re.findall(r"\(([+-]?\d)\): ", text)]
        expected = f"sum of points: {sum(points)}" if row.can_answer else "cannot answer the question"
        assert row.reasons[-1] == expected


def test_every_reason_bears_the_name_of_a_criterion():
    for row in ranked(plan(follow_up=follow_up())).values():
        assert all(text.split(" (")[0] in CRITERIA for text in row.reasons[:-1])


def test_the_chosen_design_is_marked_even_where_it_cannot_answer():
    rows = ranked(plan(design={"kind": "cluster"}))
    assert [row.kind for row in rows.values() if row.is_chosen] == ["cluster"]
    assert not rows["cluster"].can_answer
