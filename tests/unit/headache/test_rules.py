"""What may a rule say, and what does it come to?"""

from __future__ import annotations

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.headache.answers import make_answers
from abate.headache.rules import parse_rule
from abate.headache.verdicts import at_least, compared, exactly, not_
from abate.knowledge.ichd3 import disorders
from abate.knowledge.questions import CHOICE, CHOICES, FLAG, NUMBER, questionnaire


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os')",
        "age.real",
        "age + 1 > 2",
        "age >",
        "at_least(2.5, vomiting)",
        "'a' == 'b'",
        "1 < 2",
        "age in ages",
        "location in ()",
        "lambda: vomiting",
        "[vomiting]",
        "criterion('1.1')",
        "at_least(two, vomiting)",
        "location in ('unilateral', 3)",
        "True",
    ],
)
def test_nothing_but_statements_is_a_rule(text):
    with pytest.raises(ParameterError, match="rule"):
        parse_rule(text)


def test_every_rule_asks_only_for_what_is_there():
    questions = questionnaire().questions
    for code, disorder in disorders().items():
        for criterion in disorder.criteria:
            rule = parse_rule(criterion.rule)
            assert rule.questions <= set(questions), (code, criterion.letter)
            assert set(rule.limits) <= {id for id, question in questions.items() if question.kind == NUMBER}
            for other, letter in rule.references:
                assert letter in (None, *(each.letter for each in disorders()[other].criteria))
        assert set(disorder.outranked_by) <= set(disorders())
        assert disorder.part_of in (None, *disorders())


def test_every_option_of_a_rule_is_one_that_can_be_answered():
    "An option that is misspelt in a rule is a KeyError here; every rule is evaluated on an empty sheet."
    empty = make_answers({"age": [None]})
    from abate.headache.diagnosis import diagnose

    found = diagnose(empty)
    assert {code for code, verdicts in found.met.items() if verdicts[0] != -1} == set()
    assert {question.kind for question in questionnaire().questions.values()} == {FLAG, NUMBER, CHOICE, CHOICES}


def verdicts(*values):
    return [np.array([value], dtype=np.int8) for value in values]


@pytest.mark.parametrize(
    ("counted", "expected"),
    [
        (at_least(2, verdicts(1, 1, -1)), 1),
        (at_least(2, verdicts(1, -1, -1)), -1),
        (at_least(2, verdicts(1, -1, 0)), -1),
        (at_least(2, verdicts(1, 0, 0)), 0),
        (at_least(2, verdicts(0, -1, 0)), 0),
        (exactly(2, verdicts(1, 1, 0)), 1),
        (exactly(2, verdicts(1, 1, -1)), -1),
        (exactly(2, verdicts(1, 1, 1)), 0),
        (exactly(2, verdicts(1, 0, 0)), 0),
        (not_(np.array([-1], dtype=np.int8)), -1),
        (not_(np.array([0], dtype=np.int8)), 1),
    ],
)
def test_counts_of_what_is_known(counted, expected):
    assert counted.tolist() == [expected]


@pytest.mark.parametrize(
    ("operator", "low", "high", "limit", "expected"),
    [
        (">=", 15, 15, 15, 1), (">=", 14, 14, 15, 0), (">=", 14, 15, 15, -1), (">=", 15, 20, 15, 1),
        (">", 15, 15, 15, 0), (">", 15, 16, 15, -1), ("<", 14, 14, 15, 1), ("<", 15, 15, 15, 0),
        ("<=", 15, 15, 15, 1), ("<=", 15, 16, 15, -1), ("==", 3, 3, 3, 1), ("==", 3, 4, 3, -1), ("!=", 3, 4, 5, 1),
    ],
)  # fmt: skip
def test_numbers_between_bounds(operator, low, high, limit, expected):
    low, high, limit = (np.array([float(value)]) for value in (low, high, limit))
    assert compared(operator, low, high, limit, limit).tolist() == [expected]


def test_the_thresholds_of_overuse_are_those_of_the_diary():
    "The same facts stand in ichd3.toml as rules and in acute_classes.csv as numbers; they must not drift apart."
    from abate.knowledge.facts import read_facts

    for row in read_facts("acute_classes.csv"):
        (rule,) = (one.rule for one in disorders()[row["code"]].criteria if one.letter == "B")
        assert parse_rule(rule).limits[row["question"]] == (float(row["overuse_days"]),)
