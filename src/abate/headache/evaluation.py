"""What do rules come to for answers, where a rule may ask for what another one found?"""

from __future__ import annotations

from abate.headache.answers import Answers
from abate.headache.rules import parse_rule
from abate.headache.verdicts import Numbers, Verdicts, all_of
from abate.knowledge.ichd3 import disorders


class Evaluation:
    """Answers, and what the criteria evaluated so far have found.

    Attributes
    ----------
    criteria : dict of (code, letter) to array of int8, shape (patient,)
    """

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self.criteria: dict[tuple[str, str], Verdicts] = {}

    @property
    def row_count(self) -> int:
        """How many patients there are."""
        return self._answers.row_count

    def flag(self, question: str) -> Verdicts:
        """Return the answers to a yes-or-no question."""
        return self._answers.flag(question)

    def bounds(self, question: str) -> tuple[Numbers, Numbers]:
        """Return between which numbers the answers lie."""
        return self._answers.bounds(question)

    def is_choice(self, question: str, option: str) -> Verdicts:
        """Return whether an option was chosen."""
        return self._answers.is_choice(question, option)

    def found(self, code: str, letter: str | None) -> Verdicts:
        """Return a criterion, or all criteria of a disorder, evaluated once."""
        disorder = disorders()[code]
        if letter is None:
            return all_of([self.found(code, criterion.letter) for criterion in disorder.criteria])
        if (code, letter) not in self.criteria:
            (rule,) = (criterion.rule for criterion in disorder.criteria if criterion.letter == letter)
            self.criteria[code, letter] = parse_rule(rule).evaluate(self)
        return self.criteria[code, letter]

    def is_answered(self, question: str) -> bool:
        """Return whether nothing is left open in a question, for every patient."""
        return bool(self._answers.is_answered(question).all())

    def verdicts(self, rule: str) -> Verdicts:
        """Return what a rule comes to, shape (patient,)."""
        return parse_rule(rule).evaluate(self)
