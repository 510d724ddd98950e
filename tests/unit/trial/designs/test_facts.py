"""What does a plan file say that decides between designs?"""

from __future__ import annotations

import pytest

from abate.base.errors import ParameterError
from abate.contracts.plan_values import Share
from abate.trial.designs.facts import ASSUMED_WASHOUT_DAYS, facts_of, shown_share
from abate.trial.designs.lengths import days_in, in_words
from tests.unit.trial.designs.plans import follow_up, plan, share

ACCRUAL = {
    "seen": 72,
    "months": 36,
    "consent": share(0.5),
    "centres": 2,
    "basis": "study",
    "source": "made up for a test",
}


def test_participants_a_month_come_from_eligible_courses_consent_and_centres():
    "72 in 36 months at 2 centres is 1 a month and centre; half consent; 3 centres: 1.5."
    facts = facts_of(plan(question={"per_month": None, "centres": 3}, accrual=ACCRUAL))
    assert facts.per_month == pytest.approx(1.5)


def test_participants_a_month_as_typed_go_before_the_study():
    assert facts_of(plan(accrual=ACCRUAL)).per_month == 3


def test_nobody_seen_means_that_accrual_is_not_known():
    nobody = {**ACCRUAL, "seen": 0}
    assert facts_of(plan(question={"per_month": None}, accrual=nobody)).per_month is None


def test_nine_are_in_the_pipeline_with_three_a_month_and_twelve_weeks():
    "84 days are 2.76 months; 3 a month are 8.28, the ninth is under way."
    facts = facts_of(plan(question={"aim": "durability", "must_last": "12 weeks"}))
    assert facts.in_pipeline == pytest.approx(3 * 84 / 30.4375)
    assert facts.outcome_days == 84


def test_the_outcome_is_as_late_as_the_primary_day_where_lasting_is_not_the_question():
    assert facts_of(plan()).outcome_days == 5


def test_who_is_no_longer_rated_is_counted_on_the_primary_day():
    ratings = {"days": [0, 1, 5], "mean": [7, 6, 5], "covariance": [[4, 2, 2], [2, 4, 3], [2, 3, 4]]}
    changed = plan(ratings=ratings, retention={"seen": [0.95, 0.8]}, design={"primary_day": 1})
    assert facts_of(changed).stopped == pytest.approx(0.05)


def test_a_washout_that_is_not_typed_is_assumed():
    assert facts_of(plan()).washout_is_assumed
    assert facts_of(plan()).washout_days == ASSUMED_WASHOUT_DAYS
    assert facts_of(plan(design={"washout": "4 weeks"})).washout_days == 28


def test_p0_as_typed_goes_before_the_study():
    response = {"rule": "points_2", "control": share(0.33, n=61)}
    assert facts_of(plan(response=response)).control_response.value == 0.33
    assert facts_of(plan(response=response, design={"p0": share(0.4)})).control_response.value == 0.4


def test_floor_and_ceiling_are_of_whole_scores():
    "Mean 5, SD 2: 0.5 lies 2.25 SD below the mean, Phi(-2.25) = 0.01222; mean 7: 9.5 lies 1.25 above, 0.10565."
    facts = facts_of(plan())
    assert facts.at_floor == pytest.approx(0.012224, abs=1e-6)
    assert facts.at_ceiling == pytest.approx(0.105650, abs=1e-6)


@pytest.mark.parametrize(
    ("value", "n", "shown"),
    [
        (19 / 48, 48, "40 % (19/48)"),
        (3 / 48, 48, "6 %"),
        (45 / 48, 48, "94 %"),
        (0.0, 48, "0 % (0/48)"),
        (0.4, None, "40 %"),
    ],
)
def test_a_share_is_shown_with_its_counts_unless_one_is_small(value, n, shown):
    assert shown_share(Share(value=value, n=n, basis="study", source="made up"), smallest_count=5) == shown


def test_an_assumed_share_says_so_and_has_no_counts():
    assert shown_share(Share(value=0.4, n=10, basis="assumed", source="a guess"), 5) == "40 % (unverified)"


@pytest.mark.parametrize(
    ("text", "days"), [("28d", 28), ("4 weeks", 28), ("1 week", 7), ("3 months", 91.3125), ("48h", 2), ("2w", 14)]
)
def test_lengths_are_read_as_a_protocol_writes_them(text, days):
    assert days_in(text, "question.must_last") == days


@pytest.mark.parametrize("text", ["", "a while", "4", "weeks 4", "0 days", "4 fortnights"])
def test_what_is_no_length_is_refused_with_its_place(text):
    with pytest.raises(ParameterError, match=r"question\.must_last"):
        facts_of(plan(question={"must_last": text}))


def test_an_unreadable_washout_is_named():
    with pytest.raises(ParameterError, match=r"design\.washout"):
        facts_of(plan(design={"washout": "long"}))


def test_days_become_words():
    assert [in_words(days) for days in (1, 5, 38, 56, 91.3125)] == [
        "1 day",
        "5 days",
        "38 days",
        "8 weeks",
        "91.3 days",
    ]


def test_what_is_not_in_the_plan_is_none():
    facts = facts_of(plan(looks=None, follow_up=None))
    assert (facts.sustained, facts.look, facts.control_response, facts.belief, facts.margin) == (None,) * 5


def test_follow_up_is_carried_over():
    facts = facts_of(plan(follow_up=follow_up()))
    assert (facts.sustained.value, facts.visit_day) == (19 / 48, 38)


def test_a_share_from_a_model_is_told_without_counts():
    share = Share(value=0.3, low=0.25, high=0.36, n=49, basis="study", source="response.points_2.expected")
    assert shown_share(share, smallest_count=5) == "30 %"
