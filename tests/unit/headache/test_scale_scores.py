"""Answers to a scale: totals by hand, each band on both sides of its limits, what is missing and what is impossible."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abate.base.errors import AnswersError, ParameterError
from abate.headache.scale_scores import (
    band_of,
    check_hit6_total,
    is_pgic_responder,
    number_of_word,
    score_hit6,
    score_items,
    score_midas,
    score_phq9,
    score_total,
    vas_to_ten,
)
from abate.headache.verdicts import Verdict


def label_of(name, total):
    band = band_of(name, total)
    return None if band is None else band.label


def test_midas_adds_up_the_days():
    score = score_midas([3, 5, 2, 0, 4])
    assert (score.total, score.band.label, score.missing) == (14, "III", ())


@pytest.mark.parametrize(
    ("total", "grade"),
    [(0, "I"), (5, "I"), (6, "II"), (10, "II"), (11, "III"), (20, "III"), (21, "IV"), (460, "IV")],
)
def test_midas_grades_at_their_limits(total, grade):
    assert label_of("midas", total) == grade


@pytest.mark.parametrize(("total", "part"), [(20, []), (21, ["IV-A"]), (40, ["IV-A"]), (41, ["IV-B"])])
def test_grade_four_is_split_apart_from_the_grade(total, part):
    assert [band.label for band in score_total("midas", total).parts] == part


@pytest.mark.parametrize(
    ("total", "band"),
    [
        (36, "little or none"),
        (49, "little or none"),
        (50, "some"),
        (55, "some"),
        (56, "substantial"),
        (59, "substantial"),
        (60, "severe"),
        (78, "severe"),
    ],
)
def test_hit6_bands_at_their_limits(total, band):
    assert label_of("hit6", total) == band


@pytest.mark.parametrize(
    ("total", "ends"),
    [
        (0, (0, 4)),
        (4, (0, 4)),
        (5, (5, 9)),
        (9, (5, 9)),
        (10, (10, 14)),
        (14, (10, 14)),
        (15, (15, 19)),
        (19, (15, 19)),
        (20, (20, 27)),
        (27, (20, 27)),
    ],
)
def test_phq9_bands_at_their_limits(total, ends):
    band = band_of("phq9", total)
    assert (band.low, band.high) == ends


@pytest.mark.parametrize(("total", "count"), [(10, 2), (11, 1), (12, 1), (13, 0)])
def test_the_two_remission_limits_of_madrs_are_both_told(total, count):
    assert len(score_total("madrs", total).parts) == count


def test_a_scale_without_bands_has_none():
    assert band_of("nrs", 5) is None
    assert band_of("midas", None) is None
    assert band_of("midas", float("nan")) is None


def test_a_missing_answer_leaves_the_total_open_and_counts_as_nothing_less():
    score = score_midas([3, None, 2, 0, 4])
    assert (score.total, score.missing, score.least, score.most) == (None, (2,), 9, 101)
    assert score.band is None


def test_a_grade_stays_where_the_other_answers_leave_only_one():
    assert score_midas([21, None, None, None, None]).band.label == "IV"
    assert score_midas([20, None, 0, 0, 0]).band is None


def test_hit6_needs_all_six():
    score = score_hit6([13, 13, 13, 13, 13, None])
    assert (score.total, score.band, score.least, score.most) == (None, None, 71, 78)


def test_not_a_number_is_a_missing_answer():
    assert score_phq9([0] * 8 + [float("nan")]).missing == (9,)


def test_hit6_and_phq9_add_up():
    assert score_hit6([6, 8, 10, 11, 13, 6]).total == 54
    assert score_phq9([3] * 9).total == 27


@pytest.mark.parametrize(
    ("score", "items"),
    [
        (score_midas, [93, 0, 0, 0, 0]),
        (score_midas, [-1, 0, 0, 0, 0]),
        (score_midas, [2.5, 0, 0, 0, 0]),
        (score_midas, [True, 0, 0, 0, 0]),
        (score_midas, ["3", 0, 0, 0, 0]),
        (score_midas, [0, 0, 0, 0]),
        (score_midas, [0] * 6),
        (score_hit6, [7, 6, 6, 6, 6, 6]),
        (score_hit6, [12, 6, 6, 6, 6, 6]),
        (score_hit6, [0, 6, 6, 6, 6, 6]),
        (score_hit6, [6] * 5),
        (score_phq9, [4] + [0] * 8),
    ],
)
def test_an_impossible_answer_is_refused(score, items):
    with pytest.raises(AnswersError):
        score(items)


def test_the_ends_of_an_item_are_answers():
    assert score_midas([92, 0, 0, 0, 0]).total == 92


def test_a_refusal_names_the_item_and_no_answer():
    with pytest.raises(AnswersError, match="item 2 of MIDAS is not a whole number from 0 to 92") as refusal:
        score_midas([0, 777, 0, 0, 0])
    assert "777" not in str(refusal.value)


def test_days_that_do_not_fit_into_three_months_are_remarked():
    assert score_midas([60, 32, 0, 0, 0]).remarks == ()
    (remark,) = score_midas([60, 33, 0, 0, 0]).remarks
    assert remark.startswith("questions 1 and 2 come to more than 92 days")
    (remark,) = score_midas([0, 0, 50, 50, 0]).remarks
    assert remark.startswith("questions 3 and 4")


@pytest.mark.parametrize("total", [35, 37, 39, 77, 79, 60.5, float("nan")])
def test_an_impossible_hit6_total_is_refused(total):
    with pytest.raises(AnswersError):
        check_hit6_total(total)


@pytest.mark.parametrize("total", [36, 38, 40, 76, 78])
def test_a_possible_hit6_total_passes(total):
    assert check_hit6_total(total) == total


@given(st.lists(st.sampled_from([6, 8, 10, 11, 13]), min_size=6, max_size=6))
def test_whatever_six_answers_add_up_to_is_a_possible_total(answers):
    assert check_hit6_total(score_hit6(answers).total) == sum(answers)


@given(st.lists(st.one_of(st.none(), st.integers(0, 92)), min_size=5, max_size=5), st.data())
def test_one_more_answer_never_changes_a_grade_that_is_known(items, data):
    score = score_midas(items)
    filled = [data.draw(st.integers(0, 92)) if item is None else item for item in items]
    complete = score_midas(filled)
    assert score.least <= complete.total <= score.most
    assert score.band in (None, complete.band)


@given(st.permutations([1, 4, 9, 16, 25]))
def test_the_order_of_answers_is_of_no_account(items):
    assert score_midas(items).total == 55


def test_millimetres_become_a_number_from_0_to_10():
    assert [vas_to_ten(mm) for mm in (0, 43.5, 100)] == [0, 4.35, 10]
    with pytest.raises(AnswersError):
        vas_to_ten(100.5)


def test_words_become_numbers():
    assert [number_of_word("verbal", word) for word in ("none", "Mild", " moderate ", "severe")] == [0, 1, 2, 3]
    assert number_of_word("pgic", "very much  improved") == 1
    assert number_of_word("pgic", "no change") == 4
    assert number_of_word("pgic", "very much worse") == 7
    with pytest.raises(AnswersError, match="its words are none, mild"):
        number_of_word("verbal", "awful")
    with pytest.raises(ParameterError, match="has no words"):
        number_of_word("nrs", "awful")


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [(1, Verdict.MET), (2, Verdict.MET), (3, Verdict.NOT_MET), (7, Verdict.NOT_MET), (None, Verdict.NOT_KNOWN)],
)
def test_the_two_best_impressions_are_responders(answer, verdict):
    assert is_pgic_responder(answer) is verdict


def test_items_of_a_scale_that_are_not_known_are_not_scored():
    with pytest.raises(ParameterError, match="items of the MADRS total are not known"):
        score_items("madrs", [0] * 10)
