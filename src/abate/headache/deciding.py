"""Which one answer more would decide a diagnosis that is left open?

Every possible answer is tried on the open question, one patient with one more answer a row, and the rules are asked again:
nothing is guessed from the shape of the rules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from abate.base.errors import AnswersError
from abate.headache.answers import make_answers
from abate.headache.diagnosis import Diagnoses, diagnose, limits_of, questions_of
from abate.headache.verdicts import Verdict
from abate.knowledge.ichd3 import disorders
from abate.knowledge.questions import CHOICE, FLAG, NUMBER, Question, questionnaire


@dataclass(frozen=True, kw_only=True)
class OneMore:
    """A question that is open, and what its answer could make of a diagnosis that is open.

    Attributes
    ----------
    question : str
    code : str
        The disorder.
    if_met, if_not_met : str
        Answers by which the disorder would be met, or would be ruled out, in words; empty where there are none.
    """

    question: str
    code: str
    if_met: str
    if_not_met: str


def find_one_more(given: dict[str, Any], codes: Sequence[str] | None = None) -> list[OneMore]:
    """Return which single further answers would decide the diagnoses that one patient's answers leave open.

    Parameters
    ----------
    given : mapping of question to answer
        One patient's answers, as :func:`abate.headache.answers.make_answers` takes them.
    codes : sequence of str, optional
        The disorders asked about; every one that is open where it is left out.

    Returns
    -------
    list of OneMore
        Those that could confirm a disorder first; a pair of question and disorder in which no single answer decides is not in it.

    Examples
    --------
    >>> found = find_one_more({"attack_count": 5, "attack_hours": 24, "location": "unilateral", "quality": "pulsating",
    ...     "nausea": "none", "vomiting": "no", "photophobia": "yes", "better_explained": "no"}, ["1.1"])
    >>> [(more.question, more.if_met, more.if_not_met) for more in found]
    [('phonophobia', 'yes', 'no')]
    """
    asked = questionnaire().questions
    base = make_answers({question: [answer] for question, answer in given.items()})
    before = diagnose(base)
    wanted = [code for code in (codes or before.coded) if before.met[code][0] == Verdict.NOT_KNOWN]
    open_questions = {
        question for code in wanted for question in questions_of(code) if not base.is_answered(question)[0]
    }
    rows = [
        (question, answer)
        for question in asked
        if question in open_questions
        for answer in _candidates(asked[question])
        if _is_possible({**given, question: answer})
    ]
    after = _diagnose_with(given, rows)
    found = []
    for code in wanted:
        for question in (question for question in asked if question in open_questions):
            verdicts = {row[1]: int(after.met[code][place]) for place, row in enumerate(rows) if row[0] == question}
            if_met, if_not = (_in_words(asked[question], verdicts, said) for said in (Verdict.MET, Verdict.NOT_MET))
            if if_met or if_not:
                found.append(OneMore(question=question, code=code, if_met=if_met, if_not_met=if_not))
    order = list(disorders())
    return sorted(found, key=lambda more: (not more.if_met, order.index(more.code)))


def _diagnose_with(given: dict[str, Any], rows: Sequence[tuple[str, Any]]) -> Diagnoses:
    """Return the diagnoses of one patient with one more answer a row."""
    asked = {*given, *(question for question, _ in rows)}
    columns = {question: [given.get(question)] * len(rows) for question in asked}
    for place, (question, answer) in enumerate(rows):
        columns[question][place] = answer
    return diagnose(make_answers(columns))


def _candidates(question: Question) -> list[Any]:
    """Return answers of every kind that a rule could tell apart."""
    if question.kind == FLAG:
        return ["yes", "no"]
    if question.kind == NUMBER:
        return _numbers_around(question)
    singles = list(question.options)
    return singles if question.kind == CHOICE else ["none", *singles]


def _numbers_around(question: Question) -> list[float]:
    """Return each limit of the rules, and a number below and above it."""
    step = 1.0 if question.is_whole else 0.01
    near = {limit + side for limit in limits_of(question.id) for side in (-step, 0.0, step)}
    return sorted(round(number, 6) for number in near if _can_be(question, number))


def _in_words(question: Question, verdicts: Mapping[Any, int], wanted: Verdict) -> str:
    """Return the answers with one verdict in words; numbers that follow one another as a range between the limits tried."""
    if question.kind != NUMBER:
        return " or ".join(str(answer) for answer, verdict in verdicts.items() if verdict == wanted)
    tried = sorted(verdicts)
    ranges = [
        list(places)
        for is_wanted, places in groupby(range(len(tried)), key=lambda place: verdicts[tried[place]] == wanted)
        if is_wanted
    ]
    return " or ".join(_range(question, tried, places[0], places[-1]) for places in ranges)


def _range(question: Question, tried: Sequence[float], first: int, last: int) -> str:
    """Return the range from one number tried to another: open to the side on which no more was tried."""
    limits = limits_of(question.id)
    low, high = tried[first], tried[last]
    above = f"{low:g} or more" if low in limits or question.is_whole else f"more than {tried[first - 1]:g}"
    below = (
        f"{high:g} or less"
        if high in limits or question.is_whole
        else f"less than {tried[min(last + 1, len(tried) - 1)]:g}"
    )
    if first == 0:
        return below if last < len(tried) - 1 else "any number"
    if last == len(tried) - 1:
        return above
    return f"{low:g} to {high:g}"


def _can_be(question: Question, number: float) -> bool:
    least_is_out = question.is_above and number <= question.least
    return question.least <= number <= question.most and not least_is_out


def _is_possible(answers: dict[str, Any]) -> bool:
    try:
        make_answers({question: [answer] for question, answer in answers.items()})
    except AnswersError:
        return False
    return True
