"""The 200 patients of Sanchez-Sanchez, Garcia-Gonzalez & Rua Ascar (F1000Research 2020;9:618) as answers.

What the file does not hold is not answered; what is assumed in its place is in ``ASSUMED`` and said on the page.
"""

from __future__ import annotations

import csv
from pathlib import Path

#: The file has no number of attacks; and of the six features of an aura (1.2 C) only whether headache comes with it.
ASSUMED = {
    "attack_count": 5,
    "aura_count": 2,
    "better_explained": "no",
    "aura_spreads": "yes",
    "aura_minutes": 30,
    "aura_unilateral": "yes",
}
BRAINSTEM = ("Dysarthria", "Vertigo", "Tinnitus", "Hypoacusis", "Diplopia", "Ataxia", "Conscience")

#: Labels of the study, and the code that the rules would give; the rules here have none for the others.
CODE_OF_LABEL = {
    "Typical aura with migraine": "1.2.1.1",
    "Typical aura without migraine": "1.2.1.2",
    "Migraine without aura": "1.1",
}


def read_labelled(folder: Path) -> tuple[list[str], dict[str, list]]:
    """Return the study's label and the answers, one patient a place."""
    with (folder / "migraine-classification" / "migraine_numeric_even.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    answers = [_answers({name: int(value) for name, value in row.items() if name != "Type"}) for row in rows]
    return [row["Type"] for row in rows], {name: [each[name] for each in answers] for name in answers[0]}


def _answers(row: dict[str, int]) -> dict:
    has_aura = {
        "visual": row["Visual"] > 0 or row["Defect"] > 0,
        "sensory": row["Sensory"] > 0 or row["Paresthesia"] > 0,
        "speech": row["Dysphasia"] > 0,
        "brainstem": any(row[name] > 0 for name in BRAINSTEM),
    }
    return {
        "age": row["Age"],
        "attack_hours": 24 * row["Duration"],
        "location": ("no headache", "unilateral", "bilateral")[row["Location"]],
        "quality": ("no headache", "pulsating", "other")[row["Character"]],
        "intensity": ("no headache", "mild", "moderate", "severe")[row["Intensity"]],
        # Its strength is not in the file; the rules of 1.1 and 1.2 ask only whether there is any.
        "nausea": "mild" if row["Nausea"] else "none",
        "vomiting": bool(row["Vomit"]),
        "photophobia": bool(row["Photophobia"]),
        "phonophobia": bool(row["Phonophobia"]),
        "aura_symptoms": [symptom for symptom, is_there in has_aura.items() if is_there],
        "aura_then_headache": row["Intensity"] > 0 if any(has_aura.values()) else None,
        "family_history": bool(row["DPF"]),
    }


def with_assumptions(answers: dict[str, list]) -> dict[str, list]:
    """Return the answers with what is assumed; the course of an aura only where there are symptoms of one."""
    count = len(answers["age"])
    has_aura = [bool(symptoms) for symptoms in answers["aura_symptoms"]]
    assumed = {
        question: [answer if has or not question.startswith("aura_") else None for has in has_aura]
        for question, answer in ASSUMED.items()
    }
    return {**answers, **{question: assumed[question][:count] for question in assumed}}


def label_by_rules(met: dict, place: int) -> str:
    """Return the study's label that the rules come to, by ICHD-3; ``none`` where they come to none of its labels."""
    is_met = {code: int(verdicts[place]) == 1 for code, verdicts in met.items()}
    for label, code in CODE_OF_LABEL.items():
        if is_met[code] and not (code == "1.1" and is_met["1.2"]):
            return label
    return "Basilar-type aura" if is_met["1.2"] else "none"
