"""How are answers assessed from a file, or asked one by one, and where does the result go?"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from abate.base.errors import AnswersError, ParameterError
from abate.contracts.notice import NOT_A_DEVICE
from abate.headache import forms
from abate.headache.answer_files import AnswerFile, read_answers
from abate.headache.answers import make_answers, parse_answer
from abate.headache.assessment import SOURCE, assess, lines_of
from abate.headache.cohort_assessment import CohortAssessment, assess_table
from abate.headache.diagnosis import diagnose, questions_of
from abate.headache.option_lines import lines_of_options
from abate.headache.options import find_options
from abate.headache.red_flags import find_red_flags, flag_lines, flags_as_dict
from abate.headache.verdicts import Verdict
from abate.knowledge.questions import Question, questionnaire
from abate.knowledge.red_flags import ONSET_AGE
from abate.report.csv_text import columns_as_csv
from abate.study.output import write_bytes
from abate.study.refractory_answers import judge_answers, refractory_as_dict, refractory_lines

#: Sections that are asked whatever the diagnosis.
_ALWAYS_ASKED = ("judgement", "flags")

Ask = Callable[[str], str | None]

_FORMS: Mapping[str, Callable[[], bytes]] = {
    ".xlsx": forms.make_workbook,
    ".csv": lambda: forms.make_redcap_dictionary().encode("utf-8"),
    ".json": lambda: (json.dumps(forms.make_questionnaire(), indent=2, ensure_ascii=False) + "\n").encode("utf-8"),
}


def assess_file(
    path: Path,
    *,
    assume: Sequence[str] = (),
    onset_age: float = ONSET_AGE,
    diary: Path | None = None,
    as_json: bool = False,
    out: Path | None = None,
    overwrite: bool = False,
) -> Iterator[str]:
    """Assess the answers in a file; yield what is to be printed, and write one row a patient to ``out`` (CSV).

    Raises
    ------
    AbateError
        If the file cannot be read, an answer is not possible, or ``out`` cannot be written.
    """
    if out is not None and out.exists() and out.samefile(path):
        raise ParameterError(f"--out names the file of the answers, {path.name}; name another file.")
    if out is not None and out.suffix.lower() != ".csv":
        raise ParameterError("--out writes a CSV file; give it a name that ends in .csv.")
    held = read_answers(path)
    assumed = read_assumptions(assume)
    if held.is_one:
        if out is not None:
            raise ParameterError("--out is for a table of many patients; one patient is printed, or given by --json.")
        given = {question: answers[0] for question, answers in held.columns.items()}
        counted = {} if diary is None else _answers_of_diary(diary)
        if counted and not as_json:
            yield from _say_of_diary(counted, given)
        yield from _one({**counted, **given}, assumed, onset_age, as_json=as_json)
    else:
        if diary is not None:
            raise ParameterError("--diary is of one patient; a table of patients has the days in its columns.")
        yield from _many(held, assumed, as_json=as_json, out=out, overwrite=overwrite)


def _answers_of_diary(path: Path) -> dict[str, Any]:
    """Return what the diary of one person answers, by the usual rules of ``abate diary``."""
    from abate.headache.diary import summarise_diary
    from abate.headache.diary_rows import read_diary
    from abate.headache.diary_rules import DiaryRules

    rules = DiaryRules()
    summary = summarise_diary(read_diary(path, rules), rules)
    if summary.diary.person_count != 1:
        raise AnswersError(
            f"{path.name} is the diary of {summary.diary.person_count} persons; --diary takes that of one."
        )
    return dict(summary.answers(0))


def _say_of_diary(counted: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[str]:
    """Say what the diary answers, and where the sheet says something else than it; the sheet's answers stand."""
    yield f"From the diary, where not answered: {', '.join(sorted(set(counted) - set(given))) or 'nothing'}."
    both = make_answers({question: [counted[question], given[question]] for question in counted if question in given})
    differ = []
    for question in (question for question in counted if question in given):
        low, high = both.bounds(question)
        if low[1] > high[0] or high[1] < low[0]:
            differ.append(
                f"{question} ({both.words(question, 1)} on the sheet, {both.words(question, 0)} in the diary)"
            )
    if differ:
        yield f"Sheet and diary differ, and the sheet stands: {', '.join(differ)}."


def read_assumptions(texts: Sequence[str]) -> dict[str, Any]:
    """Return ``question=answer`` texts as a mapping.

    Raises
    ------
    ParameterError
        If a text has no ``=``.
    AnswersError
        If the question or the answer is not possible.
    """
    assumed: dict[str, Any] = {}
    for text in texts:
        question, equals, answer = text.partition("=")
        if not equals:
            raise ParameterError(
                "an assumption is a question with its answer; write QUESTION=ANSWER, such as attack_count=5."
            )
        assumed[question.strip()] = answer.strip()
    make_answers({question: [answer] for question, answer in assumed.items()})
    return assumed


def options_file(
    path: Path, *, onset_age: float = ONSET_AGE, at: dt.date | None = None, as_json: bool = False
) -> Iterator[str]:
    """Yield what is said of the choice of treatment for the one patient of a file.

    Raises
    ------
    AbateError
        If the file cannot be read, holds many patients, or an answer or drug is not possible.
    """
    held = read_answers(path)
    if not held.is_one:
        raise AnswersError(
            f"{path.name} is a table of patients; options are told for one patient, in TOML, JSON or the workbook."
        )
    given = {question: answers[0] for question, answers in held.columns.items()}
    options = find_options(given, held.treatments, onset_age)
    judged = judge_answers(given, held.treatments, at or dt.date.today())
    if as_json:
        found = {"notice": NOT_A_DEVICE, **options.as_dict(), "refractory": refractory_as_dict(judged)}
        yield json.dumps(found, indent=2, ensure_ascii=False)
    else:
        yield from lines_of_options(options, refractory_lines(judged))


def _one(given: dict[str, Any], assumed: dict[str, Any], onset_age: float, *, as_json: bool) -> Iterator[str]:
    found = assess(given, assumed)
    complete = {**given, **found.assumed}
    flags = find_red_flags(make_answers({question: [answer] for question, answer in complete.items()}), onset_age)
    if as_json:
        yield json.dumps({**found.as_dict(), **flags_as_dict(flags)}, indent=2, ensure_ascii=False)
    else:
        yield from lines_of(found, flag_lines(flags))


def _many(
    held: AnswerFile, assumed: dict[str, Any], *, as_json: bool, out: Path | None, overwrite: bool
) -> Iterator[str]:
    found = assess_table(held.columns, held.ids, assumed)
    if out is not None:
        write_bytes(columns_as_csv(found.columns()).encode("utf-8"), out, overwrite=overwrite, is_private=True)
    if as_json:
        keys = ("code", "name", "met", "not_met", "not_known", "coded", "coded_unless_outranked")
        counts = [dict(zip(keys, row, strict=True)) for row in found.counts()]
        yield json.dumps(
            {"notice": NOT_A_DEVICE, "source": SOURCE, "patients": len(held.ids), "disorders": counts}, indent=2
        )
        return
    yield from _summary(found)
    if out is not None:
        yield f"wrote {out}: one row a patient, for the site"


def _summary(found: CohortAssessment) -> Iterator[str]:
    yield f"Diagnosis by {SOURCE}."
    yield NOT_A_DEVICE
    yield f"{len(found.ids)} patients; the counts are for the site: small ones are not hidden."
    for question, (answer, count) in found.assumed.items():
        yield f"Assumed where not answered: {question} = {answer} ({count} patients)."
    yield ""
    yield f"{'':9}{'':58}{'met':>7}{'not met':>9}{'not known':>11}{'coded':>7}{'unless':>8}"
    for code, name, met, not_met, unknown, coded, unless in found.counts():
        yield f"{code:9}{name[:56]:58}{met:>7}{not_met:>9}{unknown:>11}{coded:>7}{unless:>8}"
    yield "coded: met, and nothing that outranks it can be; unless: met, and coded unless one that outranks it, not known, is met"


def assess_by_asking(ask: Ask, tell: Callable[[str], None], out: Path | None = None) -> list[str]:
    """Ask the questions in turn, keep the answers in ``out`` (JSON), and return what is to be printed of them."""
    if out is not None and (out.exists() or out.suffix != ".json"):
        raise ParameterError("the answers are kept in a new file whose name ends in .json; name one with --out.")
    given = ask_all(ask, tell)
    if out is not None:
        write_bytes((json.dumps(given, indent=2) + "\n").encode("utf-8"), out, is_private=True)
    return ["", *_one(given, {}, ONSET_AGE, as_json=False)]


def write_form(path: Path, *, overwrite: bool) -> None:
    """Write the form: a workbook (.xlsx), a REDCap data dictionary (.csv) or a FHIR R4 Questionnaire (.json).

    Raises
    ------
    ParameterError
        If the name ends otherwise.
    OutputError
        If it cannot be written, or is there already and ``overwrite`` is False.
    """
    if path.suffix.lower() not in _FORMS:
        raise ParameterError(
            "a form is .xlsx (workbook), .csv (REDCap data dictionary) or .json (FHIR Questionnaire); name such a file."
        )
    write_bytes(_FORMS[path.suffix.lower()](), path, overwrite=overwrite)


def question_lines() -> Iterator[str]:
    """Yield every question with what may be answered."""
    section = None
    for question in questionnaire().questions.values():
        if question.section != section:
            section = question.section
            yield f"\n{section}"
        yield f"  {question.id:24} {question.text}"
        yield f"  {'':24}   {question.expected}"


def ask_all(ask: Ask, tell: Callable[[str], None]) -> dict[str, Any]:
    """Ask the questions one by one, and leave out those that can no longer change a diagnosis; return the answers.

    ``ask`` shows a prompt and returns what was typed: an empty line is not known, None ends the asking. A mistake is told and
    asked again.
    """
    given: dict[str, Any] = {}
    section = None
    for id, question in questionnaire().questions.items():
        if not _matters(id, given):
            continue
        if question.section != section:
            section = question.section
            tell(f"\n{section} (an empty line: not known)")
        answer = _answer_to(question, given, ask, tell)
        if answer is None:
            break
        if answer:
            given[id] = answer
    return given


def _answer_to(question: Question, given: Mapping[str, Any], ask: Ask, tell: Callable[[str], None]) -> str | None:
    """Ask until the answer is possible beside the others; an empty text is not known, None that there is no more to come."""
    while (answer := ask(f"{question.text} [{question.expected}]")) is not None:
        try:
            if parse_answer(question, answer) is None:
                return ""
            make_answers({known: [value] for known, value in {**given, question.id: answer}.items()})
            return answer
        except AnswersError as error:
            tell(f"  {error}")
    return None


def _matters(question: str, given: Mapping[str, Any]) -> bool:
    """Return whether the answer is open, and a disorder that is open reads the question, or it is of a red flag."""
    answers = make_answers({known: [value] for known, value in given.items()})
    if answers.is_answered(question)[0]:
        return False
    if questionnaire().questions[question].section_id in _ALWAYS_ASKED:
        return True
    found = diagnose(answers)
    return any(
        verdicts[0] == Verdict.NOT_KNOWN and question in questions_of(code, letter)
        for (code, letter), verdicts in found.criteria.items()
        if found.met[code][0] == Verdict.NOT_KNOWN
    )
