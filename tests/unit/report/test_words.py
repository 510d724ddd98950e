"""Which words are used: by hand."""

import pytest

from abate.contracts.definition import ResponseRule
from abate.knowledge.scales import SCALES
from abate.report.words import (
    clean,
    describe_meeting,
    describe_rule,
    label_rule,
    listed,
    of_those,
    of_words,
    plural,
    rating_noun,
    sentence,
    shown,
)


@pytest.mark.parametrize(
    ("numerator", "denominator", "text"),
    [(0, 59, "none of 59"), (59, 59, "all 59"), (45, 59, "45 of 59"), (2, 2, "both"), (1, 1, "the one"), (0, 1, "none of the one")],
)  # fmt: skip
def test_none_and_all_have_exact_words(numerator, denominator, text):
    assert of_words(numerator, denominator) == text


@pytest.mark.parametrize(
    ("numerator", "judged", "text"),
    [(45, 59, "45 of the 59 that can be judged"), (0, 59, "none of the 59 that can be judged"), (59, 59, "all 59 that can be judged"), (1, 1, "the one that can be judged")],
)  # fmt: skip
def test_the_denominator_is_named_where_it_is_not_everybody(numerator, judged, text):
    assert of_those(numerator, judged, 61) == text


def test_rules_are_words_without_a_cause():
    rules = [ResponseRule(points=2), ResponseRule(points=1), ResponseRule(percent=50), ResponseRule(at_most=3)]
    assert [describe_meeting(rule) for rule in rules] == [
        "fell by 2 points or more", "fell by 1 point or more", "fell by 50\u202f% or more", "ended at 3 or less",
    ]  # fmt: skip
    assert describe_rule(rules[0]) == "a fall of 2 points or more"
    assert label_rule(rules[3]) == "Final rating of 3 or less"


def test_lists_plurals_and_sentences():
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert (plural(1, "course"), plural(61, "course")) == ("1 course", "61 courses")
    assert sentence("the rule") == "The rule."


def test_a_numeric_rating_is_of_pain_and_another_scale_of_what_it_is():
    assert rating_noun(SCALES["nrs"]) == "pain"
    assert rating_noun(SCALES["madrs"]) == SCALES["madrs"].name


def test_what_nobody_can_see_is_replaced_and_what_runs_the_other_way_stays_in_its_place():
    assert clean("a\x00b\nc\ud800") == "a\ufffdb c\ufffd"
    assert shown("ketamine") == "ketamine"
    assert shown("\u202eevil") == "\u2068\u202eevil\u2069"
    assert shown("\u05e9\u05dc\u05d5\u05dd") == "\u2068\u05e9\u05dc\u05d5\u05dd\u2069"
