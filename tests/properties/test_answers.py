"""Learning more never takes back what was known, and the order of answers and patients is of no account."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from abate.base.errors import AnswersError
from abate.headache.answers import make_answers
from abate.headache.deciding import find_one_more
from abate.headache.diagnosis import diagnose
from abate.knowledge.ichd3 import disorders
from abate.knowledge.questions import CHOICE, FLAG, NUMBER, questionnaire

QUESTIONS = questionnaire().questions
NEAR_LIMITS = (0, 0.25, 0.5, 1, 2, 3, 4, 5, 7, 8, 10, 14, 15, 24, 60, 72, 73)


def answer_to(question):
    if question.kind == FLAG:
        return st.booleans()
    if question.kind == CHOICE:
        return st.sampled_from(question.options)
    if question.kind == NUMBER:
        fit = [value for value in NEAR_LIMITS if question.least <= value <= question.most]
        fit = [value for value in fit if not (question.is_above and value == question.least)]
        return st.sampled_from(
            [int(v) if question.is_whole else v for v in fit if not question.is_whole or v == int(v)]
        )
    return st.lists(st.sampled_from(question.options), unique=True)


ANSWERS = st.fixed_dictionaries({}, optional={id: answer_to(question) for id, question in QUESTIONS.items()})


def checked(answers):
    try:
        return make_answers({question: [answer] for question, answer in answers.items()})
    except AnswersError:
        assume(False)


@settings(max_examples=150, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow], deadline=None)
@given(answers=ANSWERS, kept=st.sets(st.sampled_from(sorted(QUESTIONS))))
def test_learning_more_never_takes_back_what_was_known(answers, kept):
    more = diagnose(checked(answers))
    less = diagnose(checked({question: answer for question, answer in answers.items() if question in kept}))
    for found_less, found_more in ((less.criteria, more.criteria), (less.met, more.met), (less.coded, more.coded)):
        for key, verdicts in found_less.items():
            if verdicts[0] != -1:
                assert found_more[key][0] == verdicts[0], key


@settings(max_examples=60, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow], deadline=None)
@given(patients=st.lists(ANSWERS, min_size=2, max_size=4), random=st.randoms(use_true_random=False))
def test_order_of_answers_and_patients_is_of_no_account(patients, random):
    alone = [diagnose(checked(answers)).met for answers in patients]
    names = list(QUESTIONS)
    random.shuffle(names)
    together = diagnose(make_answers({name: [answers.get(name) for answers in patients] for name in names})).met
    for code in disorders():
        assert together[code].tolist() == [int(met[code][0]) for met in alone]


@settings(max_examples=25, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow], deadline=None)
@given(answers=ANSWERS)
def test_one_more_answer_does_what_is_said_of_it(answers):
    before = diagnose(checked(answers))
    for more in find_one_more(answers):
        assert before.met[more.code][0] == -1
        question = QUESTIONS[more.question]
        if question.kind in (FLAG, CHOICE):
            decided = {1: [], 0: [], -1: []}
            for answer in ("yes", "no") if question.kind == FLAG else question.options:
                after = with_one_more(answers, more.question, answer)
                if after is not None:
                    decided[int(after.met[more.code][0])].append(answer)
            assert (more.if_met, more.if_not_met) == (" or ".join(decided[1]), " or ".join(decided[0]))


def with_one_more(answers, question, answer):
    "None where the answer contradicts the others."
    try:
        return diagnose(make_answers({**{q: [a] for q, a in answers.items()}, question: [answer]}))
    except AnswersError:
        return None


def test_a_missing_answer_is_never_a_no():
    "Without any answer nothing is met and nothing is ruled out."
    nothing = diagnose(make_answers({"age": [None] * 3}))
    for verdicts in (*nothing.met.values(), *nothing.criteria.values()):
        assert np.all(verdicts == -1)
