"""What may be answered, and which answers contradict each other?"""

from __future__ import annotations

import pytest

from abate.base.errors import AnswersError
from abate.headache.answers import make_answers

CONTRADICTIONS = [
    ({"headache_days": 0, "migraine_days": 20}, "headache_days and migraine_days"),
    ({"headache_days": 10, "migraine_days": 11}, "contradict"),
    ({"continuous": "yes", "headache_days": 20}, "headache_days and continuous"),
    ({"continuous": "yes", "pain_free_day": "yes"}, "pain_free_day and continuous"),
    ({"aura_symptoms": "none", "aura_count": 3}, "aura_count and aura_symptoms"),
    ({"aura_count": 0, "aura_symptoms": ["visual"]}, "contradict"),
    ({"acute_days": 5, "triptan_days": 6}, "acute_days and triptan_days"),
    ({"headache_days": 10, "pain_free_day": "no"}, "headache_days and pain_free_day"),
    ({"headache_days": 5, "this_kind_days": 6}, "headache_days and this_kind_days"),
    ({"age": 20, "onset_age": 50}, "age and onset_age"),
    ({"pregnancy": "pregnant", "childbearing_potential": "no"}, "childbearing_potential and pregnancy"),
]

IMPOSSIBLE = [
    ({"attack_hours": 0}, "no more than 0"),
    ({"headache_days": 35}, "above 31"),
    ({"headache_days": -1}, "below 0"),
    ({"headache_days": "many"}, "is no number"),
    ({"headache_days": True}, "found yes or no"),
    ({"headache_days": [9, 4]}, "upside down"),
    ({"headache_days": [1, 2, 3]}, "found 3"),
    ({"headache_days": float("inf")}, "infinite"),
    ({"attack_count": 4.5}, "a fraction"),
    ({"hit6": 37}, "no answers add up to"),
    ({"hit6": 39}, "no answers add up to"),
    ({"hit6": 77}, "no answers add up to"),
    ({"hit6": 35}, "below 36"),
    ({"vomiting": "sometimes"}, "must be yes or no"),
    ({"location": "unilateraal"}, "near 'unilateral'"),
    ({"location": "unilateral;bilateral"}, "found 2 of them"),
    ({"headache_day": 3}, "did you mean 'headache_days'"),
    ({"Jones Mary": 3}, "question or column 1 is not known"),
    ({"attack_count": {"a": 1}}, "something nested"),
    ({"attack_count": [[4], 5]}, "something nested"),
    ({"location": {"unilateral"}, "attack_hours": -1}, "found a number that is below 0|no more than 0"),
]


@pytest.mark.parametrize(("answers", "words"), [*CONTRADICTIONS, *IMPOSSIBLE])
def test_a_mistake_is_told_without_the_answer(answers, words):
    with pytest.raises(AnswersError, match=words) as told:
        make_answers({question: [answer] for question, answer in answers.items()})
    assert "35" not in str(told.value)
    assert "sometimes" not in str(told.value)
    assert "Jones" not in str(told.value)


def test_a_mistake_in_a_table_says_in_which_rows():
    with pytest.raises(AnswersError, match=r"in 2 of 4 rows, first in row 2"):
        make_answers({"headache_days": [3, 35, 4, 40]})
    with pytest.raises(AnswersError, match=r"contradict each other in 1 of 3 rows, first in row 3"):
        make_answers({"headache_days": [3, 5, 4], "migraine_days": [3, None, 5]})


@pytest.mark.parametrize("empty", [None, "", " ", "not known", "NA", float("nan")])
def test_no_answer_is_never_a_no(empty):
    answers = make_answers(
        {"vomiting": [empty], "location": [empty], "headache_days": [empty], "aura_symptoms": [empty]}
    )
    assert answers.flag("vomiting").tolist() == [-1]
    assert answers.is_choice("location", "bilateral").tolist() == [-1]
    assert answers.is_choice("aura_symptoms", "visual").tolist() == [-1]
    assert [end.tolist() for end in answers.bounds("headache_days")] == [[0], [31]]


def test_answers_in_their_many_spellings():
    answers = make_answers({
        "vomiting": ["Yes", True, 1, "0", "false"], "aura_symptoms": ["visual; speech", ["visual"], [], "none", "Visual"],
        "headache_days": ["4 to 6", [4, 6], "4-6", "4", "4.0"],
    })  # fmt: skip
    assert answers.flag("vomiting").tolist() == [1, 1, 1, 0, 0]
    assert answers.is_choice("aura_symptoms", "visual").tolist() == [1, 1, 0, 0, 1]
    assert answers.is_choice("aura_symptoms", "speech").tolist() == [1, 0, 0, 0, 0]
    low, high = answers.bounds("headache_days")
    assert low.tolist() == [4, 4, 4, 4, 4]
    assert high.tolist() == [6, 6, 6, 4, 4]


def test_what_one_answer_says_of_others():
    answers = make_answers(
        {"migraine_days": [16], "triptan_days": [12], "opioid_days": [14], "aura_symptoms": ["none"]}
    )
    assert answers.bounds("headache_days")[0].tolist() == [16]
    assert answers.bounds("acute_days")[0].tolist() == [14]
    assert answers.flag("aura_spreads").tolist() == [0]
    assert answers.words("aura_count", 0) == "0"
    assert answers.words("acute_days", 0) == "14 or more"


def test_what_would_contradict_is_the_other_answer():
    "Fewer than 28 days: not continuous, and with days without pain."
    answers = make_answers({"headache_days": [10, 28, [5, 30]]})
    assert answers.flag("continuous").tolist() == [0, -1, -1]
    assert answers.flag("pain_free_day").tolist() == [1, -1, -1]


def test_columns_of_other_lengths():
    with pytest.raises(AnswersError, match="not equally long; found 1, 2"):
        make_answers({"vomiting": ["yes"], "age": [1, 2]})
