"""What always holds of the order of designs, whatever is asked and whatever the study saw?"""

from __future__ import annotations

from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from abate.contracts.plan_file import DesignKind, Question
from abate.trial.designs.facts import facts_of
from abate.trial.designs.ranking import rank_designs
from abate.trial.designs.sized_design import SizedDesign
from tests.unit.trial.designs.plans import follow_up, plan, share

KINDS = get_args(DesignKind)
AIMS = get_args(Question.model_fields["aim"].annotation)


@st.composite
def cases(draw):
    question = {
        "aim": draw(st.sampled_from(AIMS)),
        "can_be_blinded": draw(st.booleans()),
        "centres": draw(st.integers(1, 12)),
        "per_month": draw(st.floats(0.1, 50)),
        "dose_follows_pain": draw(st.sampled_from([None, True, False])),
    }
    sustained, day = draw(st.floats(0, 1)), draw(st.sampled_from([None, 20.0, 90.0]))
    response = draw(st.sampled_from([None, {"rule": "points_2", "control": share(0.3)}]))
    the_plan = plan(question=question, follow_up=follow_up(sustained=sustained, day=day), response=response)
    totals = draw(st.lists(st.none() | st.integers(10, 500).map(float), min_size=len(KINDS), max_size=len(KINDS)))
    sizes = {
        kind: SizedDesign(kind=kind, total=total, in_words="n", reason=None if total else "none")
        for kind, total in zip(KINDS, totals, strict=True)
    }
    return the_plan, sizes


def points(row):
    return int(row.reasons[-1].removeprefix("sum of points: ")) if row.can_answer else None


@settings(max_examples=60, deadline=None)
@given(cases())
def test_every_design_once_those_that_answer_first_and_points_never_rise(case):
    the_plan, sizes = case
    rows = rank_designs(the_plan, facts_of(the_plan), sizes)
    assert sorted(row.kind for row in rows) == sorted(KINDS)
    assert [row.rank for row in rows] == list(range(1, len(KINDS) + 1))
    answering = [row for row in rows if row.can_answer]
    assert answering == list(rows[: len(answering)])
    scores = [points(row) for row in answering]
    assert scores == sorted(scores, reverse=True)


@settings(max_examples=60, deadline=None)
@given(cases())
def test_no_reason_is_empty_and_who_cannot_answer_says_first_why(case):
    the_plan, sizes = case
    for row in rank_designs(the_plan, facts_of(the_plan), sizes):
        assert all(row.reasons)
        assert ("(stops it)" in row.reasons[0]) == (not row.can_answer)


@settings(max_examples=30, deadline=None)
@given(cases())
def test_the_order_of_the_sizes_given_does_not_matter(case):
    the_plan, sizes = case
    turned = dict(reversed(sizes.items()))
    facts = facts_of(the_plan)
    assert rank_designs(the_plan, facts, sizes) == rank_designs(the_plan, facts, turned)
