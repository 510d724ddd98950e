"""In which class does an acute drug count when days of use are counted, and from how many days a month is it overused?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from abate.knowledge.drug_classes import DrugClass, drug_classes
from abate.knowledge.facts import read_facts

#: The class of every acute drug that has no class of its own.
OTHER = "other_acute_days"
#: Roles of drugs that are not taken against a single attack.
_NOT_ACUTE = ("preventive",)


@dataclass(frozen=True, kw_only=True)
class AcuteClass:
    """One class of acute drugs.

    Attributes
    ----------
    question : str
        The question of the answer sheet that its days answer, such as ``triptan_days``.
    name : str
    code : str
        Its overuse in ICHD-3.
    overuse_days : int
        Days a month from which it counts as overused.
    words : tuple of str
        Words by which a diary may name the class itself; ``word:name`` where another word is the name.
    tag : str
        ``verified``, or what of the row is not.
    """

    question: str
    name: str
    code: str
    overuse_days: int
    drug_classes: tuple[str, ...]
    words: tuple[str, ...]
    tag: str
    source: str


@cache
def acute_classes() -> tuple[AcuteClass, ...]:
    """Return the classes, in the order of the table."""
    return tuple(
        AcuteClass(
            question=row["question"],
            name=row["name"],
            code=row["code"],
            overuse_days=int(row["overuse_days"]),
            drug_classes=tuple(row["drug_classes"].split(";")),
            words=tuple(row["words"].split(";")),
            tag=row["tag"],
            source=row["source"],
        )
        for row in read_facts("acute_classes.csv")
    )


@dataclass(frozen=True, kw_only=True)
class AcuteDrug:
    """What a word in a diary stands for: one drug, or the class itself; ``question`` is None for a drug that is not acute."""

    name: str
    question: str | None


@cache
def acute_words() -> dict[str, AcuteDrug]:
    """Return what each known word stands for, in small letters.

    Examples
    --------
    >>> acute_words()["paracetamol"]
    AcuteDrug(name='acetaminophen', question='simple_analgesic_days')
    >>> acute_words()["topiramate"].question is None
    True
    """
    words = {
        drug.ingredient.lower(): AcuteDrug(name=drug.ingredient, question=_question_of(drug)) for drug in drug_classes()
    }
    for row in acute_classes():
        for entry in row.words:
            word, _, name = entry.partition(":")
            words[word] = AcuteDrug(name=name or word, question=row.question)
    return words


def _question_of(drug: DrugClass) -> str | None:
    if drug.role in _NOT_ACUTE:
        return None
    return next((row.question for row in acute_classes() if drug.drug_class in row.drug_classes), OTHER)
