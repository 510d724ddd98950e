"""The tables of scales fit together: possible totals, bands without gaps, limits with their sources."""

import itertools

import pytest

from abate.base.errors import ParameterError
from abate.knowledge.scale_bands import bands_of, dividing_bands
from abate.knowledge.scale_changes import changes_of
from abate.knowledge.scales import SCALES, scale


def test_the_totals_of_hit6_are_all_sums_of_six_answers_and_no_others():
    by_hand = {sum(answers) for answers in itertools.product((6, 8, 10, 11, 13), repeat=6)}
    assert SCALES["hit6"].totals == by_hand
    assert SCALES["hit6"].impossible_totals == (37, 39, 77)


def test_midas_and_phq9_can_total_every_whole_number_of_their_range():
    assert SCALES["midas"].totals == set(range(461))
    assert SCALES["phq9"].totals == set(range(28))


@pytest.mark.parametrize(
    ("name", "value", "is_possible"),
    [
        ("hit6", 35, False),
        ("hit6", 36, True),
        ("hit6", 37, False),
        ("hit6", 38, True),
        ("hit6", 39, False),
        ("hit6", 40, True),
        ("hit6", 76, True),
        ("hit6", 77, False),
        ("hit6", 78, True),
        ("hit6", 79, False),
        ("hit6", 60.5, False),
        ("midas", 2.5, False),
        ("nrs", 7.5, True),
        ("nrs", 10, True),
        ("nrs", 10.1, False),
        ("vas", 63.5, True),
        ("verbal", 1.5, False),
        ("pgic", 0, False),
        ("pgic", 1, True),
        ("nrs", float("nan"), False),
        ("hit6", float("inf"), False),
    ],
)
def test_a_scale_knows_what_it_can_give(name, value, is_possible):
    assert SCALES[name].is_possible(value) is is_possible


@pytest.mark.parametrize("name", ["hit6", "midas", "phq9", "verbal", "pgic"])
def test_bands_divide_a_scale_without_gap_or_overlap(name):
    bands = dividing_bands(name)
    assert (bands[0].low, bands[-1].high) == (SCALES[name].minimum, SCALES[name].maximum)
    assert all(upper.low == lower.high + 1 for lower, upper in itertools.pairwise(bands))


@pytest.mark.parametrize("name", SCALES)
def test_bands_lie_within_the_scale_and_each_scale_says_what_is_known_of_change(name):
    assert all(SCALES[name].minimum <= band.low <= band.high <= SCALES[name].maximum for band in bands_of(name))
    assert changes_of(name)


def test_what_was_not_found_has_no_number():
    assert [rule.limit for rule in changes_of("midas") if rule.kind == "within person"] == ["not found"]
    assert [name for name in SCALES if any(rule.decides for rule in changes_of(name))] == ["nrs", "hit6", "pgic"]


def test_the_split_of_grade_four_is_marked_as_recalled():
    assert {band.label: band.tag for band in bands_of("midas") if band.kind == "part of a grade"} == {
        "IV-A": "unverified: recalled",
        "IV-B": "unverified: recalled",
    }


@pytest.mark.parametrize("spelling", ["hit6", "HIT-6", "Hit 6", "HIT_6"])
def test_a_scale_is_known_in_any_spelling(spelling):
    assert scale(spelling).id == "hit6"


@pytest.mark.parametrize(("name", "hint"), [("mdas", "did you mean 'midas'"), ("smiley", "known are nrs, vas")])
def test_an_unknown_scale_is_refused_with_the_nearest(name, hint):
    with pytest.raises(ParameterError, match=hint):
        scale(name)
