"""What is found of a table of patients: one row a patient, a column a diagnosis and a criterion, thousands at once?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from abate.headache.answers import make_answers, parse_answer
from abate.headache.diagnosis import Diagnoses, diagnose
from abate.headache.verdicts import Verdict, Verdicts
from abate.knowledge.ichd3 import disorders
from abate.knowledge.questions import questionnaire

_WORDS = np.array([Verdict(value).words for value in (0, 1, -1)])


@dataclass(frozen=True, kw_only=True, eq=False)
class CohortAssessment:
    """Diagnoses of many patients.

    Attributes
    ----------
    ids : sequence
        What the patients are called.
    found : Diagnoses
    assumed : mapping of question to (answer, int)
        What was assumed, and for how many patients there was no answer.
    """

    ids: Sequence[Any]
    found: Diagnoses
    assumed: Mapping[str, tuple[Any, int]]

    def columns(self) -> dict[str, list[Any]]:
        """Return the table to write: id, the codes, and a verdict for every disorder and criterion."""
        table: dict[str, list[Any]] = {"person_id": list(self.ids)}
        table["coded"] = ["; ".join(self._coded(place)) for place in self._places]
        table["coded_unless"] = ["; ".join(self._coded_unless(place)) for place in self._places]
        wholes = [code for code in self.found.coded if disorders()[code].part_of is None]
        table["not_known"] = [
            "; ".join(code for code in wholes if self.found.met[code][place] == -1) for place in self._places
        ]
        for code, disorder in disorders().items():
            table[code] = in_words(self.found.met[code])
            for criterion in disorder.criteria:
                table[f"{code} {criterion.letter}"] = in_words(self.found.criteria[code, criterion.letter])
        return table

    def counts(self) -> list[tuple[str, str, int, int, int, int, int]]:
        """Return for each disorder its code and name, and for how many it is met, not met, not known, coded, and coded unless."""
        return [
            (code, disorder.name, *_counted(self.found.met[code]), *_coded_count(self.found, code))
            for code, disorder in disorders().items()
        ]

    def _coded(self, place: int) -> list[str]:
        """Return the codes of one patient, without a disorder whose subtype is coded too."""
        codes = [code for code, verdicts in self.found.coded.items() if verdicts[place] == Verdict.MET]
        wholes = {disorders()[code].part_of for code in codes}
        return [code for code in codes if code not in wholes]

    def _coded_unless(self, place: int) -> list[str]:
        """Return what is met and coded unless one that outranks it, and is not known, is met: ``1.3 unless 3.4``."""
        return [
            f"{code} unless {' or '.join(other for other in disorders()[code].outranked_by if self.found.met[other][place] == -1)}"
            for code, verdicts in self.found.coded.items()
            if self.found.met[code][place] == Verdict.MET and verdicts[place] == Verdict.NOT_KNOWN
        ]

    @property
    def _places(self) -> range:
        return range(len(self.ids))


def assess_table(
    columns: Mapping[str, Sequence[Any]], ids: Sequence[Any], assume: Mapping[str, Any] | None = None
) -> CohortAssessment:
    """Return what the answers of many patients come to; columns as :func:`abate.headache.answers.make_answers` takes them.

    Raises
    ------
    AnswersError
        If a question or an answer is not possible, or the answers of a patient contradict each other.
    """
    alone = make_answers(columns) if columns else make_answers({"age": [None] * len(ids)})
    complete, assumed = {question: list(values) for question, values in columns.items()}, {}
    for question, answer in (assume or {}).items():
        make_answers({question: [answer]})
        asked = questionnaire().questions[question]
        given = complete.setdefault(question, [None] * len(ids))
        is_missing = ~alone.is_answered(question)
        for place in np.flatnonzero(is_missing):
            if parse_answer(asked, given[place]) is None:
                given[place] = answer
        assumed[question] = (answer, int(np.count_nonzero(is_missing)))
    found = diagnose(make_answers(complete) if complete else alone)
    return CohortAssessment(ids=ids, found=found, assumed=assumed)


def in_words(verdicts: Verdicts) -> list[str]:
    """Return verdicts as words."""
    return [str(word) for word in _WORDS[verdicts]]


def _counted(verdicts: Verdicts) -> tuple[int, int, int]:
    met, not_met, unknown = (int(np.count_nonzero(verdicts == value)) for value in (1, 0, -1))
    return met, not_met, unknown


def _coded_count(found: Diagnoses, code: str) -> tuple[int, int]:
    """Return for how many it is coded for certain, and for how many it is met and the code open."""
    if code not in found.coded:
        return 0, 0
    is_open = (found.met[code] == Verdict.MET) & (found.coded[code] == Verdict.NOT_KNOWN)
    return int(np.count_nonzero(found.coded[code] == 1)), int(np.count_nonzero(is_open))
