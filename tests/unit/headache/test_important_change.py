"""Important change: each limit on both sides, by direction, and not known where nothing verified was published."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abate.base.errors import AnswersError
from abate.headache.important_change import improvement_of, is_important_change
from abate.headache.verdicts import Verdict
from abate.knowledge import scales

MET, NOT_MET, NOT_KNOWN = Verdict.MET, Verdict.NOT_MET, Verdict.NOT_KNOWN


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        (9, 7, MET),  # 2 points, 22 per cent
        (9, 7.1, NOT_MET),  # 1.9 points, 21 per cent
        (7.1, 5.1, MET),  # 2 points, but for floating point
        (5, 3.5, MET),  # 1.5 points, 30 per cent
        (5, 3.6, NOT_MET),  # 28 per cent
        (5, 5, NOT_MET),
        (5, 8, NOT_MET),  # worse
        (0, 0, NOT_MET),
        (0, 3, NOT_MET),
        (None, 3, NOT_KNOWN),
        (8, None, NOT_KNOWN),
        (8, float("nan"), NOT_KNOWN),
    ],
)
def test_two_points_or_thirty_per_cent_on_the_numeric_scale(before, after, verdict):
    assert is_important_change("nrs", before, after).verdict is verdict


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [(60, 58, NOT_MET), (60, 57, NOT_KNOWN), (60, 55, NOT_KNOWN), (60, 54, MET), (60, 66, NOT_MET)],
)
def test_between_published_limits_of_hit6_nothing_is_known(before, after, verdict):
    assert is_important_change("hit6", before, after).verdict is verdict


def test_the_source_of_the_limit_is_named():
    assert "Farrar 2001" in is_important_change("nrs", 8, 5).reason
    assert "Smelt" in is_important_change("hit6", 60, 50).reason


@pytest.mark.parametrize(
    ("name", "before", "after"), [("midas", 40, 0), ("phq9", 20, 1), ("madrs", 40, 2), ("vas", 90, 1)]
)
def test_without_a_verified_limit_it_is_not_known(name, before, after):
    change = is_important_change(name, before, after)
    assert change.verdict is NOT_KNOWN
    assert change.decided_by == ()
    assert "no verified limit" in change.reason


@pytest.mark.parametrize(
    ("before", "after", "verdicts"),
    [
        (10, 0, (NOT_KNOWN, NOT_KNOWN)),
        (11, 6, (MET, NOT_KNOWN)),
        (20, 16, (NOT_MET, NOT_KNOWN)),
        (20, 15, (MET, NOT_KNOWN)),
        (21, 14, (NOT_KNOWN, MET)),  # a third
        (30, 21, (NOT_KNOWN, MET)),  # 30 per cent
        (30, 22, (NOT_KNOWN, NOT_MET)),
    ],
)
def test_what_others_use_for_midas_is_listed_by_baseline_and_marked(before, after, verdicts):
    others = is_important_change("midas", before, after).others
    assert tuple(one.verdict for one in others) == verdicts
    assert {one.rule.tag for one in others} == {"unverified: recalled"}


def test_limits_between_groups_are_not_held_against_one_patient():
    change = is_important_change("hit6", 60, 58)
    assert {one.rule.kind for one in (*change.decided_by, *change.others)} == {"within person"}


@pytest.mark.parametrize(("answer", "verdict"), [(2, MET), (3, NOT_MET), (None, NOT_KNOWN)])
def test_an_impression_of_change_is_judged_by_itself(answer, verdict):
    assert is_important_change("pgic", None, answer).verdict is verdict


def test_an_impression_of_change_has_no_rating_before():
    with pytest.raises(AnswersError, match="rates a change itself"):
        is_important_change("pgic", 4, 2)


def test_an_impossible_rating_is_refused():
    with pytest.raises(AnswersError):
        is_important_change("hit6", 60, 37)


def test_where_higher_is_better_a_rise_is_the_improvement(monkeypatch):
    upside_down = replace(scales.SCALES["nrs"], lower_is_better=False)
    assert improvement_of(upside_down, 3, 8) == 5
    monkeypatch.setattr(scales, "SCALES", {**scales.SCALES, "nrs": upside_down})
    assert is_important_change("nrs", 5, 8).verdict is MET
    assert is_important_change("nrs", 8, 5).verdict is NOT_MET


@given(st.integers(0, 10), st.integers(0, 10), st.integers(0, 10))
def test_a_larger_fall_is_never_less_important(before, after, lower):
    first = is_important_change("nrs", before, max(after, lower)).verdict
    second = is_important_change("nrs", before, min(after, lower)).verdict
    assert not (first is MET and second is not MET)
