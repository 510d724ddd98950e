"""What did patients answer? Each answer checked, and everything that is not answered kept as not known.

A number may be known between two bounds only (a diary with gaps, ``[4, 10]`` in a file): rules then say "not known" where the
bounds leave it open.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from abate.base.errors import AnswersError
from abate.headache.verdicts import Flags, Numbers, Verdict, Verdicts
from abate.knowledge.questions import (
    CHOICE,
    CHOICES,
    FLAG,
    NUMBER,
    Implication,
    Question,
    Questionnaire,
    questionnaire,
)
from abate.knowledge.scales import scale

_YES = ("yes", "true", "1", "y")
_NO = ("no", "false", "0", "n")
#: Texts that stand for no answer.
EMPTY = ("", "not known", "unknown", "na", "n/a")
_BETWEEN_OPTIONS = ";"
#: Between which numbers an answer lies: "8 to 12" or "8-12".
_RANGE = re.compile(r"([0-9.]+)\s*(?:to|-|–)\s*([0-9.]+)")


@dataclass(frozen=True, eq=False)
class Answers:
    """The answers of a table of patients, one place each; built by :func:`make_answers`.

    Attributes
    ----------
    row_count : int
    flags : mapping of str to array of int8, shape (patient,)
        Yes-or-no questions: 1, 0, or -1 where not known.
    numbers : mapping of str to pair of arrays of float64
        Between which numbers an answer lies; without an answer between the possible ones.
    choices : mapping of str to mapping of str to array of int8
        For each option whether it was chosen: 1, 0, or -1.
    """

    row_count: int
    flags: Mapping[str, Verdicts]
    numbers: Mapping[str, tuple[Numbers, Numbers]]
    choices: Mapping[str, Mapping[str, Verdicts]]

    def flag(self, question: str) -> Verdicts:
        """Return the answers to a yes-or-no question."""
        return self.flags[question]

    def bounds(self, question: str) -> tuple[Numbers, Numbers]:
        """Return between which numbers the answers lie."""
        return self.numbers[question]

    def is_choice(self, question: str, option: str) -> Verdicts:
        """Return whether an option was chosen."""
        return self.choices[question][option]

    def is_answered(self, question: str) -> Flags:
        """Return for whom nothing is left open in a question, by an answer or by what others say of it."""
        if question in self.flags:
            return np.asarray(self.flags[question] >= 0)
        if question in self.numbers:
            low, high = self.numbers[question]
            return np.asarray(low == high)
        return np.asarray(np.all([verdicts >= 0 for verdicts in self.choices[question].values()], axis=0))

    def words(self, question: str, place: int) -> str:
        """Return one patient's answer in words; empty where nothing is known."""
        if question in self.flags:
            return {1: "yes", 0: "no", -1: ""}[int(self.flags[question][place])]
        if question in self.numbers:
            return _number_words(questionnaire().questions[question], *(ends[place] for ends in self.numbers[question]))
        chosen = {option: int(verdicts[place]) for option, verdicts in self.choices[question].items()}
        if all(verdict == 0 for verdict in chosen.values()):
            return "none"
        return ", ".join(option for option, verdict in chosen.items() if verdict == Verdict.MET)


def _number_words(question: Question, low: float, high: float) -> str:
    if low == high:
        return f"{low:g}"
    is_open = low <= question.least and high >= question.most
    if is_open:
        return ""
    if high >= question.most:
        return f"{low:g} or more"
    return f"{high:g} or fewer" if low <= question.least else f"{low:g} to {high:g}"


def make_answers(columns: Mapping[str, Sequence[Any]], asked: Questionnaire | None = None) -> Answers:
    """Return checked answers from one column a question.

    Parameters
    ----------
    columns : mapping of str to sequence
        By question id, one value a patient: yes/no, numbers (or pairs: between which numbers), options, lists of options or
        texts with ``;`` between them, ``none``. None and empty texts are not known. Columns must be equally long.
    asked : Questionnaire, optional
        Of which questions; those of the package where it is left out.

    Raises
    ------
    AnswersError
        If a question is not known, a value is no possible answer, or two answers of one patient contradict each other.

    Examples
    --------
    >>> answers = make_answers({"vomiting": ["yes", ""], "headache_days": [20, None]})
    >>> answers.flag("vomiting").tolist(), answers.flag("photophobia").tolist()
    ([1, -1], [-1, -1])
    """
    asked = asked or questionnaire()
    _refuse_unknown(columns, asked)
    lengths = {len(values) for values in columns.values()} or {1}
    if len(lengths) > 1:
        raise AnswersError(
            f"the columns of answers are not equally long; found {', '.join(map(str, sorted(lengths)))}."
        )
    (row_count,) = lengths
    flags, numbers, choices = {}, {}, {}
    for id, question in asked.questions.items():
        parsed = _parsed(question, columns.get(id), row_count)
        if question.kind == FLAG:
            flags[id] = np.array([-1 if value is None else int(value) for value in parsed], dtype=np.int8)
        elif question.kind == NUMBER:
            ends = [(question.least, question.most) if value is None else value for value in parsed]
            numbers[id] = tuple(np.array(ends, dtype=np.float64).reshape(-1, 2).T.copy())
        else:
            choices[id] = {
                option: np.array([-1 if value is None else int(option in value) for value in parsed], dtype=np.int8)
                for option in question.options
            }
    answers = Answers(row_count=row_count, flags=flags, numbers=numbers, choices=choices)  # type: ignore[arg-type]
    _add_what_is_implied(answers, asked)
    return answers


def _refuse_unknown(columns: Mapping[str, object], asked: Questionnaire) -> None:
    """Refuse a question that is not known; its name is told only where it is nearly one, for else it may be a patient's."""
    for place, name in enumerate(columns, start=1):
        if name not in asked.questions:
            near = difflib.get_close_matches(str(name), asked.questions, n=1)
            told = (
                f"the question {name!r} is not known; did you mean {near[0]!r}?"
                if near
                else f"question or column {place} is not known."
            )
            raise AnswersError(f"{told} 'abate assess --questions' lists every question.")


def _parsed(question: Question, values: Sequence[Any] | None, row_count: int) -> list[Any]:
    if values is None:
        return [None] * row_count
    known: dict[Any, Any] = {}
    parsed, wrong = [], []
    for row, value in enumerate(values):
        key = repr(value) if isinstance(value, list | dict | set) else value
        if key not in known:
            try:
                known[key] = parse_answer(question, value)
            except AnswersError as error:
                known[key] = error
        found = known[key]
        if isinstance(found, AnswersError):
            wrong.append((row, found))
            found = None
        parsed.append(found)
    if wrong:
        first, told = wrong[0]
        where = "" if row_count == 1 else f" (in {len(wrong)} of {row_count} rows, first in row {first + 1})"
        raise AnswersError(f"{told}{where}.")
    return parsed


def parse_answer(question: Question, value: Any) -> Any:
    """Return one answer: a truth, a pair of bounds, a set of options; None where it is not known.

    Raises
    ------
    AnswersError
        If it is no possible answer. The message has no full stop, and never the value itself.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, dict) or (
        isinstance(value, list | tuple) and any(isinstance(part, list | dict) for part in value)
    ):
        raise AnswersError(f"{question.id} must be {question.expected}; found something nested")
    if isinstance(value, str) and value.strip().lower() in EMPTY:
        return None
    if question.kind == FLAG:
        return _truth(question, value)
    if question.kind == NUMBER:
        return _bounds(question, value)
    return _options(question, value)


def _truth(question: Question, value: Any) -> bool:
    word = str(value).strip().lower()
    word = {"1.0": "1", "0.0": "0"}.get(word, word)
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise AnswersError(f"{question.id} must be yes or no; found something else")


def _bounds(question: Question, value: Any) -> tuple[float, float]:
    if isinstance(value, str) and (ends := _RANGE.fullmatch(value.strip())):
        value = list(ends.groups())
    if not isinstance(value, list | tuple):
        value = [value, value]
    if len(value) != 2:
        raise AnswersError(f"{question.id} must be one number, or two: between which it lies; found {len(value)}")
    low, high = (_number(question, end) for end in value)
    if low > high:
        raise AnswersError(f"{question.id} lies between two numbers that are upside down; the smaller comes first")
    return low, high


def _number(question: Question, value: Any) -> float:
    if isinstance(value, bool):
        raise AnswersError(f"{question.id} must be {question.expected}; found yes or no")
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise AnswersError(f"{question.id} must be {question.expected}; found something that is no number") from None
    if not math.isfinite(number):
        raise AnswersError(f"{question.id} must be {question.expected}; found an infinite number")
    if number > question.most:
        raise AnswersError(f"{question.id} must be {question.expected}; found a number above {question.most:g}")
    if number < question.least or (question.is_above and number == question.least):
        least = f"no more than {question.least:g}" if question.is_above else f"below {question.least:g}"
        raise AnswersError(f"{question.id} must be {question.expected}; found a number that is {least}")
    if question.is_whole and number != int(number):
        raise AnswersError(f"{question.id} must be {question.expected}; found a fraction")
    if question.scale and not scale(question.scale).is_possible(number):
        raise AnswersError(
            f"{question.id} must be a total of {scale(question.scale).name}; found a number that no answers add up to"
        )
    return number


def _options(question: Question, value: Any) -> frozenset[str]:
    given = (
        [value]
        if isinstance(value, str)
        else list(value)
        if isinstance(value, list | tuple | set | frozenset)
        else [str(value)]
    )
    words = [part.strip() for text in given for part in str(text).split(_BETWEEN_OPTIONS) if part.strip()]
    known = {code_of(option): option for option in question.options}
    if question.kind == CHOICES and [word.lower() for word in words] in ([], ["none"]):
        return frozenset()
    for word in words:
        if code_of(word) not in known:
            near = difflib.get_close_matches(code_of(word), known, n=1)
            hint = f" near {known[near[0]]!r}" if near else ""
            raise AnswersError(f"{question.id} must be {question.expected}; found another word{hint}")
    chosen = frozenset(known[code_of(word)] for word in words)
    if question.kind == CHOICE and len(chosen) != 1:
        raise AnswersError(f"{question.id} must be {question.expected}; found {len(chosen)} of them")
    return chosen


def code_of(option: str) -> str:
    """Return an option as a code: small letters, digits and underscores."""
    return re.sub(r"[^a-z0-9]+", "_", option.lower()).strip("_")


# ---- what answers say of one another ------------------------------------------------------------------------------------


def _add_what_is_implied(answers: Answers, asked: Questionnaire) -> None:
    for implication in asked.implications:
        holds = _holds(answers, asked.questions[implication.question], implication.answer)
        for question, answer in implication.then.items():
            _imply(answers, asked.questions[question], answer, holds, implication.question)
        for question, least in implication.least.items():
            _raise(answers, question, np.where(holds, least, -np.inf), implication.question)
    for larger, smaller in asked.larger_than:
        _raise(answers, larger, answers.numbers[smaller][0], smaller)
        _lower(answers, smaller, answers.numbers[larger][1], larger)
    for implication in asked.implications:
        if asked.questions[implication.question].kind == FLAG:
            _turn_round(answers, asked, implication)


def _turn_round(answers: Answers, asked: Questionnaire, implication: Implication) -> None:
    """Give a yes-or-no question that is open the other answer where this one would contradict what is known."""
    cannot = np.zeros(answers.row_count, dtype=np.bool_)
    for question, least in implication.least.items():
        cannot |= answers.numbers[question][1] < least
    for question, answer in implication.then.items():
        if asked.questions[question].kind == FLAG:
            cannot |= answers.flags[question] == 1 - int(answer)
    verdicts = answers.flags[implication.question]
    verdicts[cannot & (verdicts < 0)] = 1 - int(implication.answer)


def _holds(answers: Answers, question: Question, answer: Any) -> Flags:
    """Return for whom ``answer`` is certainly the answer."""
    if question.kind == FLAG:
        return np.asarray(answers.flags[question.id] == int(answer))
    if question.kind == NUMBER:
        low, high = answers.numbers[question.id]
        return np.asarray((low == answer) & (high == answer))
    return np.asarray(
        np.all([verdicts == int(option in answer) for option, verdicts in answers.choices[question.id].items()], axis=0)
    )


def _imply(answers: Answers, question: Question, answer: Any, holds: Any, because: str) -> None:
    if question.kind == NUMBER:
        _raise(answers, question.id, np.where(holds, answer, -np.inf), because)
        _lower(answers, question.id, np.where(holds, answer, np.inf), because)
        return
    columns = {None: answers.flags[question.id]} if question.kind == FLAG else dict(answers.choices[question.id])
    for option, verdicts in columns.items():
        said = int(answer) if option is None else int(option in answer)
        _refuse_contradiction(holds & (verdicts == 1 - said), question.id, because)
        verdicts[holds] = said


def _raise(answers: Answers, question: str, least: Numbers, because: str) -> None:
    low, high = answers.numbers[question]
    _refuse_contradiction(high < least, question, because)
    np.maximum(low, least, out=low)


def _lower(answers: Answers, question: str, most: Numbers, because: str) -> None:
    low, high = answers.numbers[question]
    _refuse_contradiction(low > most, question, because)
    np.minimum(high, most, out=high)


def _refuse_contradiction(contradicts: Any, question: str, because: str) -> None:
    count = int(np.count_nonzero(contradicts))
    if count:
        row_count = len(contradicts)
        where = (
            "" if row_count == 1 else f" in {count} of {row_count} rows, first in row {int(np.argmax(contradicts)) + 1}"
        )
        raise AnswersError(
            f"the answers to {question} and {because} contradict each other{where}; correct one, or leave it empty."
        )
