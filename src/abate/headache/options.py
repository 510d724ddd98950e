"""Which treatments come into question for one patient, which do not, and why? A list with reasons and sources, never a ranking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from abate.headache.answers import make_answers
from abate.headache.evaluation import Evaluation
from abate.headache.red_flags import RedFlagFindings, find_red_flags, flags_as_dict
from abate.headache.rules import parse_rule
from abate.headache.tried import read_tried
from abate.headache.verdicts import Verdict
from abate.knowledge.drug_classes import DrugClass, drug_classes
from abate.knowledge.questions import questionnaire
from abate.knowledge.red_flags import ONSET_AGE
from abate.knowledge.treatment_choice import SECTIONS, Statement, evidence_levels, statements


@dataclass(frozen=True, kw_only=True)
class Said:
    """One statement with what is known of it.

    Attributes
    ----------
    verdict : str
        ``met`` where it applies, ``not met``, or ``not known``.
    lacks : tuple of str
        Questions that leave it open.
    rests_on : tuple of str
        Diagnoses and criteria that leave it open, such as ``8.2``.
    against : tuple of Said
        Reasons to avoid what it names, that apply or may apply.
    """

    statement: Statement
    verdict: str
    lacks: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()
    against: tuple[Said, ...] = ()

    @property
    def open_because(self) -> str:
        """What leaves it open, in words; empty where nothing does."""
        return ", ".join((*self.lacks, *(f"whether {code} is met" for code in self.rests_on)))


@dataclass(frozen=True, kw_only=True)
class DrugOption:
    """One drug of a class: whether it was tried, how good the evidence is, and what speaks against or for it."""

    drug: str
    tried: str
    level: str
    against: tuple[Said, ...]
    for_it: tuple[Said, ...]


@dataclass(frozen=True, kw_only=True)
class ClassOption:
    """One class of drugs in a role (acute or preventive)."""

    drug_class: str
    role: str
    drugs: tuple[DrugOption, ...]

    @property
    def is_tried(self) -> bool:
        """Whether some drug of it was tried."""
        return any(drug.tried for drug in self.drugs)


@dataclass(frozen=True, kw_only=True)
class Options:
    """All that is said of the choice for one patient.

    Attributes
    ----------
    said : mapping of section to tuple of Said
        first, prevention, acute, avoid, favour, infusion, ketamine, monitor.
    classes : tuple of ClassOption
    flags : RedFlagFindings
    tried : mapping of str to str
        What came of each ingredient that was tried.
    not_answered : tuple of str
        Questions without an answer on which some statement rests.
    """

    flags: RedFlagFindings
    tried: Mapping[str, str]
    said: Mapping[str, tuple[Said, ...]]
    classes: tuple[ClassOption, ...]
    not_answered: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain mappings and lists, for JSON."""
        return {
            "statements": [
                {
                    **asdict(said.statement),
                    "verdict": said.verdict,
                    "not_answered": list(said.lacks),
                    "rests_on": list(said.rests_on),
                    "against": [f"{one.statement.id}: {one.verdict}" for one in said.against],
                }
                for section in self.said.values()
                for said in section
            ],
            "classes": [
                {
                    "class": option.drug_class,
                    "role": option.role,
                    "drugs": [
                        {
                            "drug": drug.drug,
                            "tried": drug.tried,
                            "evidence": drug.level,
                            "against": [f"{said.statement.id}: {said.verdict}" for said in drug.against],
                            "for": [said.statement.id for said in drug.for_it],
                        }
                        for drug in option.drugs
                    ],
                }
                for option in self.classes
            ],
            **flags_as_dict(self.flags),
            "not_answered": list(self.not_answered),
        }


def find_options(
    given: Mapping[str, Any], treatments: Sequence[Mapping[str, Any]] = (), onset_age: float = ONSET_AGE
) -> Options:
    """Return what is said of the choice of treatment for one patient.

    Parameters
    ----------
    given : mapping of question to answer
        As :func:`abate.headache.answers.make_answers` takes them, one value each.
    treatments : sequence of mapping
        What was tried: ``drug`` (an ingredient of the drug table) and, where known, ``outcome`` (no effect, not tolerated,
        contraindicated, ongoing, unknown), ``dose_mg_day``, ``start`` and ``end``.
    onset_age : float
        From which age on the beginning of a headache is a red flag.

    Raises
    ------
    AnswersError
        If an answer is not possible, or a drug is not in the table.
    """
    answers = make_answers({question: [answer] for question, answer in given.items()})
    evaluation = Evaluation(answers)
    said = {section: tuple(_said(statement, evaluation) for statement in statements(section)) for section in SECTIONS}
    avoid = [one for one in said["avoid"] if one.verdict != "not met"]
    for section in ("acute", "emergency", "infusion"):
        said[section] = tuple(replace(one, against=_against(one.statement, avoid)) for one in said[section])
    tried = read_tried(treatments)
    lacking = {question for section in said.values() for one in section for question in one.lacks}
    return Options(
        said=said,
        flags=find_red_flags(answers, onset_age),
        tried=tried,
        classes=_classes(tried, said),
        not_answered=tuple(question for question in questionnaire().questions if question in lacking),
    )


def _against(statement: Statement, avoid: Sequence[Said]) -> tuple[Said, ...]:
    """Return the reasons to avoid a class or drug that a statement names, or a drug of a class that it names."""
    class_of = {drug.ingredient: drug.drug_class for drug in drug_classes()}
    classes = {*statement.classes, *(class_of[drug] for drug in statement.drugs)}
    drugs = {*statement.drugs, *(drug for drug, name in class_of.items() if name in statement.classes)}
    return tuple(one for one in avoid if (set(one.statement.classes) & classes) or (set(one.statement.drugs) & drugs))


def _said(statement: Statement, evaluation: Evaluation) -> Said:
    if not statement.rule:
        return Said(statement=statement, verdict=Verdict.MET.words)
    verdict = Verdict(int(evaluation.verdicts(statement.rule)[0]))
    if verdict != Verdict.NOT_KNOWN:
        return Said(statement=statement, verdict=verdict.words)
    rule = parse_rule(statement.rule)
    return Said(
        statement=statement,
        verdict=verdict.words,
        lacks=tuple(question for question in sorted(rule.questions) if not evaluation.is_answered(question)),
        rests_on=tuple(
            " ".join(filter(None, reference))
            for reference in sorted(rule.references, key=str)
            if evaluation.found(*reference)[0] == Verdict.NOT_KNOWN
        ),
    )


def _classes(tried: Mapping[str, str], said: Mapping[str, Sequence[Said]]) -> tuple[ClassOption, ...]:
    by_class: dict[tuple[str, str], list[DrugClass]] = {}
    for drug in drug_classes():
        if drug.role in ("acute", "preventive"):
            by_class.setdefault((drug.role, drug.drug_class), []).append(drug)
    return tuple(
        ClassOption(drug_class=drug_class, role=role, drugs=tuple(_drug_option(drug, tried, said) for drug in drugs))
        for (role, drug_class), drugs in by_class.items()
    )


def _drug_option(drug: DrugClass, tried: Mapping[str, str], said: Mapping[str, Sequence[Said]]) -> DrugOption:
    def about(one: Said) -> bool:
        return drug.ingredient in one.statement.drugs or drug.drug_class in one.statement.classes

    return DrugOption(
        drug=drug.ingredient,
        tried=tried.get(drug.ingredient, ""),
        level=evidence_levels().get(drug.ingredient, ""),
        against=tuple(one for one in said["avoid"] if about(one) and one.verdict != "not met"),
        for_it=tuple(one for one in said["favour"] if about(one) and one.verdict == "met"),
    )
