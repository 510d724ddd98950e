"""What is found of one patient's answers: every diagnosis with its criteria, what is coded, and what to ask next?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from abate.contracts.notice import NOT_A_DEVICE
from abate.headache.answers import Answers, make_answers
from abate.headache.deciding import OneMore, find_one_more
from abate.headache.diagnosis import Diagnoses, diagnose, questions_of
from abate.headache.rules import parse_rule
from abate.headache.verdicts import Verdict
from abate.knowledge.ichd3 import Criterion, Disorder, disorders
from abate.knowledge.questions import questionnaire

_MOST_LACKING = 6
SOURCE = "ICHD-3, Cephalalgia 2018;38:1-211, doi:10.1177/0333102417738202"


@dataclass(frozen=True, kw_only=True)
class CriterionFinding:
    """One criterion.

    Attributes
    ----------
    verdict : str
        ``met``, ``not met`` or ``not known``.
    answers : mapping of str to str
        The answers that it read, in words, and what other criteria came to on which it rests.
    not_answered : tuple of str
        Questions that it reads and that are open, those of other criteria on which it rests included.
    """

    letter: str
    text: str
    verdict: str
    answers: Mapping[str, str]
    not_answered: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DisorderFinding:
    """One disorder: whether its criteria are met, and whether it is coded.

    Attributes
    ----------
    verdict, coded : str
        ``met``, ``not met`` or ``not known``.
    outranked_by : tuple of str
        Disorders, met or not known, for which this one is not, or perhaps not, coded.
    tag : str
        ``verified``, or what of its rule is not.
    """

    code: str
    name: str
    verdict: str
    coded: str
    outranked_by: tuple[str, ...]
    is_variant: bool
    part_of: str | None
    criteria: tuple[CriterionFinding, ...]
    note: str
    tag: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """All that is found of one patient.

    Attributes
    ----------
    disorders : tuple of DisorderFinding
        In the order of the classification.
    assumed : mapping of question to answer
        What was assumed where there was no answer.
    one_more : tuple of OneMore
        Single further answers that would decide what is open.
    answered_count, question_count : int
    """

    disorders: tuple[DisorderFinding, ...]
    assumed: Mapping[str, Any]
    one_more: tuple[OneMore, ...]
    answered_count: int
    question_count: int

    @property
    def coded(self) -> list[DisorderFinding]:
        """What is coded for certain, without a disorder whose subtype is coded too."""
        coded = [finding for finding in self.disorders if finding.coded == "met"]
        parents = {finding.part_of for finding in coded}
        return [finding for finding in coded if finding.code not in parents]

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain mappings and lists, for JSON."""
        return {
            "notice": NOT_A_DEVICE,
            "source": SOURCE,
            "answered": self.answered_count,
            "questions": self.question_count,
            "assumed": dict(self.assumed),
            "coded": [finding.code for finding in self.coded],
            "disorders": [asdict(finding) for finding in self.disorders],
            "one_more_answer": [asdict(more) for more in self.one_more],
        }


def assess(given: Mapping[str, Any], assume: Mapping[str, Any] | None = None) -> Assessment:
    """Return what one patient's answers come to.

    Parameters
    ----------
    given : mapping of question to answer
        As :func:`abate.headache.answers.make_answers` takes them, one value each.
    assume : mapping of question to answer
        What to take where nothing is answered; listed in the result.

    Raises
    ------
    AnswersError
        If a question or an answer is not possible, or two answers contradict each other.
    """
    alone = make_answers({question: [answer] for question, answer in given.items()})
    asked = questionnaire().questions
    answered = [question for question in asked if alone.is_answered(question)[0]]
    assumed = {question: answer for question, answer in (assume or {}).items() if question not in answered}
    complete = {**given, **assumed}
    answers = make_answers({question: [answer] for question, answer in complete.items()})
    found = diagnose(answers)
    return Assessment(
        disorders=tuple(_describe(disorder, found, answers) for disorder in disorders().values()),
        assumed=assumed,
        one_more=tuple(find_one_more(complete)),
        answered_count=len(answered),
        question_count=len(asked),
    )


def _describe(disorder: Disorder, found: Diagnoses, answers: Answers) -> DisorderFinding:
    code = disorder.code
    is_variant = disorder.variant_of is not None
    return DisorderFinding(
        code=code,
        name=disorder.name,
        verdict=_words(found.met[code]),
        coded="not met" if is_variant else _words(found.coded[code]),
        outranked_by=tuple(other for other in disorder.outranked_by if found.met[other][0] != Verdict.NOT_MET),
        is_variant=is_variant,
        part_of=disorder.part_of,
        criteria=tuple(_describe_criterion(code, criterion, found, answers) for criterion in disorder.criteria),
        note=disorder.note,
        tag=disorder.tag,
        source=disorder.source,
    )


def _describe_criterion(code: str, criterion: Criterion, found: Diagnoses, answers: Answers) -> CriterionFinding:
    rule = parse_rule(criterion.rule)
    read = {question: answers.words(question, 0) for question in sorted(rule.questions)}
    rested_on = {
        f"{other} {letter or ''}".strip(): _words(found.met[other] if letter is None else found.criteria[other, letter])
        for other, letter in sorted(rule.references, key=str)
    }
    return CriterionFinding(
        letter=criterion.letter,
        text=criterion.text,
        verdict=_words(found.criteria[code, criterion.letter]),
        answers={name: words for name, words in {**read, **rested_on}.items() if words},
        not_answered=tuple(
            question for question in questions_of(code, criterion.letter) if not answers.is_answered(question)[0]
        ),
    )


def _words(verdicts: Any) -> str:
    return Verdict(int(verdicts[0])).words


def lines_of(assessment: Assessment, flags: Sequence[str] = (), most_asked: int = 8) -> list[str]:
    """Return an assessment as plain text, line by line; ``flags`` are told after what is coded."""
    shown = [finding for finding in assessment.disorders if not finding.is_variant]
    detailed = [finding for finding in shown if _is_detailed(finding)]
    lines = [
        f"Diagnosis by {SOURCE}.",
        NOT_A_DEVICE,
        f"{assessment.answered_count} of {assessment.question_count} questions are answered; the rest is not known, never taken as a no.",
    ]
    if assessment.assumed:
        lines.append(
            "Assumed: " + ", ".join(f"{question} = {answer}" for question, answer in assessment.assumed.items()) + "."
        )
    lines += ["", "Coded", *(_coded_lines(assessment) or ["  nothing: no diagnosis is certain"])]
    if flags:
        lines += ["", *flags]
    lines += _asked_lines(_urgent_first(assessment), most_asked)
    lines += _section("Criterion by criterion", detailed, _whole)
    lines += _section(
        "Open", [f for f in shown if f.verdict == "not known" and f not in detailed and not f.part_of], _why_open
    )
    lines += _section("Not met", [f for f in shown if f.verdict == "not met" and not f.part_of], _why_not)
    return lines


def _coded_lines(assessment: Assessment) -> list[str]:
    certain = [f"  {finding.code:8} {finding.name}{_marked(finding)}" for finding in assessment.coded]
    unless = [
        f"  {finding.code:8} {finding.name}, unless {_listed(finding.outranked_by)} is met, which is not known{_marked(finding)}"
        for finding in assessment.disorders
        if finding.verdict == "met" and finding.coded == "not known"
    ]
    return certain + unless


def _is_detailed(finding: DisorderFinding) -> bool:
    """Whether every criterion is told: of what is met, and of what is open with half of its criteria met or more."""
    if finding.verdict == "met":
        return True
    met = sum(criterion.verdict == "met" for criterion in finding.criteria)
    return finding.verdict == "not known" and finding.part_of is None and 2 * met >= len(finding.criteria)


def _section(title: str, findings: Sequence[DisorderFinding], told: Any) -> list[str]:
    return ["", title, *(line for finding in findings for line in told(finding))] if findings else []


def _whole(finding: DisorderFinding) -> list[str]:
    lines = [f"  {finding.code} {finding.name}: {finding.verdict}{_marked(finding)}"]
    for criterion in finding.criteria:
        known = "; ".join(f"{question}: {words}" for question, words in criterion.answers.items())
        own = [
            question
            for question in criterion.not_answered
            if question in parse_rule(_rule_of(finding, criterion)).questions
        ]
        lacking = f"not answered: {', '.join(own)}" if own and criterion.verdict == "not known" else ""
        because = "; ".join(part for part in (known, lacking) if part)
        lines.append(
            f"    {criterion.letter}  {criterion.verdict:9}  {criterion.text}" + (f"  [{because}]" if because else "")
        )
    if finding.note:
        lines.append(f"       {finding.note}")
    return lines


def _rule_of(finding: DisorderFinding, criterion: CriterionFinding) -> str:
    (rule,) = (one.rule for one in disorders()[finding.code].criteria if one.letter == criterion.letter)
    return rule


def _why_open(finding: DisorderFinding) -> list[str]:
    lacking = dict.fromkeys(
        question
        for criterion in finding.criteria
        if criterion.verdict == "not known"
        for question in criterion.not_answered
    )
    first = ", ".join(list(lacking)[:_MOST_LACKING])
    more = f" and {len(lacking) - _MOST_LACKING} more" if len(lacking) > _MOST_LACKING else ""
    return [f"  {finding.code:8} {finding.name}: not answered {first}{more}"]


def _why_not(finding: DisorderFinding) -> list[str]:
    failed = ", ".join(criterion.letter for criterion in finding.criteria if criterion.verdict == "not met")
    return [f"  {finding.code:8} {finding.name} (by {failed})"]


def _marked(finding: DisorderFinding) -> str:
    return "" if finding.tag == "verified" else f" ({finding.tag})"


def _urgent_first(assessment: Assessment) -> list[OneMore]:
    """Return what one more answer would decide: what confirms first, then what stands in the way of a code."""
    in_the_way = {
        code
        for finding in assessment.disorders
        if finding.verdict == "met" and finding.coded == "not known"
        for code in finding.outranked_by
    }
    return sorted(assessment.one_more, key=lambda more: (not more.if_met, more.code not in in_the_way))


def _asked_lines(one_more: Sequence[OneMore], most: int) -> list[str]:
    if not one_more:
        return []
    asked = questionnaire().questions
    by_question: dict[str, list[OneMore]] = {}
    for more in one_more:
        if disorders()[more.code].part_of is None:
            by_question.setdefault(more.question, []).append(more)
    lines = ["", "One more answer would decide"]
    for question, decided in list(by_question.items())[:most]:
        lines.append(f"  {asked[question].text} ({question})")
        lines += [f"      {more.if_met}: {more.code} is met" for more in decided if more.if_met]
        lines += [f"      {more.if_not_met}: {more.code} is ruled out" for more in decided if more.if_not_met]
    if len(by_question) > most:
        lines.append(f"  Other questions would decide too, {len(by_question) - most} in number; --json names them all.")
    return lines


def _listed(codes: Sequence[str]) -> str:
    return " or ".join(codes)
