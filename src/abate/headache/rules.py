"""What does a rule of a data file ask of the answers? Its text is parsed once, and evaluated for a whole table of patients.

A rule is written as an expression in Python's syntax, of these parts only:

- ``headache_days >= 15``, ``4 <= attack_hours <= 72``: a number against limits;
- ``location == "unilateral"``, ``intensity in ("moderate", "severe")``: a choice;
- ``"visual" in aura_symptoms``: one of several choices; ``vomiting``: a yes;
- ``and``, ``or``, ``not``, ``at_least(2, ...)``, ``at_most(1, ...)``, ``exactly(3, ...)`` of statements;
- ``criterion("1.1", "C")``, ``diagnosis("8.2")``: what another rule of the same file found.

Nothing else is evaluated, and nothing is ever executed.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Protocol

import numpy as np

from abate.base.errors import ParameterError
from abate.headache.verdicts import Numbers, Verdicts, all_of, any_of, at_least, compared, exactly, not_

_OPERATORS: Mapping[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_COUNTS: Mapping[str, Callable[[int, Sequence[Verdicts]], Verdicts]] = {
    "at_least": at_least,
    "at_most": lambda count, verdicts: not_(at_least(count + 1, verdicts)),
    "exactly": exactly,
}


class Findable(Protocol):
    """What a rule is evaluated against: answers, and what other rules found."""

    @property
    def row_count(self) -> int:
        """How many patients there are."""
        ...

    def flag(self, question: str) -> Verdicts:
        """Return the answers to a yes-or-no question."""
        ...

    def bounds(self, question: str) -> tuple[Numbers, Numbers]:
        """Return between which numbers the answers lie."""
        ...

    def is_choice(self, question: str, option: str) -> Verdicts:
        """Return whether an option was chosen."""
        ...

    def found(self, code: str, letter: str | None) -> Verdicts:
        """Return what a criterion, or a whole diagnosis, came to."""
        ...


@dataclass(frozen=True)
class Rule:
    """One rule, parsed.

    Attributes
    ----------
    text : str
        As it stands in the data file.
    questions : frozenset of str
        Questions whose answers it reads itself.
    references : frozenset of (code, letter or None)
        Other criteria and diagnoses that it reads.
    limits : mapping of str to tuple of float
        For questions with numbers, what they are compared with.
    """

    text: str
    questions: frozenset[str] = field(default=frozenset(), compare=False)
    references: frozenset[tuple[str, str | None]] = field(default=frozenset(), compare=False)
    limits: Mapping[str, tuple[float, ...]] = field(default_factory=dict, compare=False)
    tree: ast.expr | None = field(default=None, repr=False, compare=False)

    def evaluate(self, answers: Findable) -> Verdicts:
        """Return the verdict for every patient, shape (patient,)."""
        assert self.tree is not None
        return _verdicts(self.tree, answers)


@cache
def parse_rule(text: str) -> Rule:
    """Return a rule from its text.

    Raises
    ------
    ParameterError
        If it is no expression of the parts above.
    """
    try:
        tree = ast.parse(" ".join(text.split()), mode="eval").body
    except SyntaxError:
        raise ParameterError(
            f"the rule {text!r} is no expression; see docs/diagnosis.md for what a rule may say."
        ) from None
    parts = _Parts(text)
    parts.statement(tree)
    return Rule(
        text=text,
        questions=frozenset(parts.questions),
        references=frozenset(parts.references),
        limits={name: tuple(sorted(set(limits))) for name, limits in parts.limits.items()},
        tree=tree,
    )


class _Parts:
    """Walks a rule once, refuses what no rule may say, and notes what it reads."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.questions: set[str] = set()
        self.references: set[tuple[str, str | None]] = set()
        self.limits: dict[str, list[float]] = {}

    def statement(self, node: ast.expr) -> None:
        match node:
            case ast.BoolOp(values=values):
                for value in values:
                    self.statement(value)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                self.statement(operand)
            case ast.Name(id=name):
                self.questions.add(name)
            case ast.Compare():
                self._comparison(node)
            case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=int()), *statements]) if name in _COUNTS:
                for statement in statements:
                    self.statement(statement)
            case ast.Call(
                func=ast.Name(id="criterion"), args=[ast.Constant(value=str(code)), ast.Constant(value=str(letter))]
            ):
                self.references.add((code, letter))
            case ast.Call(func=ast.Name(id="diagnosis"), args=[ast.Constant(value=str(code))]):
                self.references.add((code, None))
            case _:
                self._refuse(node)

    def _comparison(self, node: ast.Compare) -> None:
        match node:
            case ast.Compare(left=ast.Constant(value=str()), ops=[ast.In()], comparators=[ast.Name(id=name)]):
                self.questions.add(name)
            case ast.Compare(left=ast.Name(id=name), ops=[ast.In()], comparators=[ast.Tuple(elts=options)]) if (
                options
                and all(isinstance(option, ast.Constant) and isinstance(option.value, str) for option in options)
            ):
                self.questions.add(name)
            case ast.Compare(
                left=ast.Name(id=name), ops=[ast.Eq() | ast.NotEq()], comparators=[ast.Constant(value=str())]
            ):
                self.questions.add(name)
            case ast.Compare(left=left, ops=operators, comparators=others) if all(
                type(operator) in _OPERATORS for operator in operators
            ):
                self._numbers([left, *others], node)
            case _:
                self._refuse(node)

    def _numbers(self, terms: Sequence[ast.expr], node: ast.expr) -> None:
        names = [term.id for term in terms if isinstance(term, ast.Name)]
        limits = [value for term in terms if (value := _number(term)) is not None]
        if not names or len(names) + len(limits) != len(terms):
            self._refuse(node)
        for name in names:
            self.questions.add(name)
            self.limits.setdefault(name, []).extend(limits)

    def _refuse(self, node: ast.expr) -> None:
        raise ParameterError(f"the rule {self._text!r} cannot say {ast.unparse(node)!r}; see docs/diagnosis.md.")


def _number(node: ast.expr) -> float | None:
    """Return a number that stands in a rule; None where it is something else."""
    match node:
        case ast.Constant(value=bool()):
            return None
        case ast.Constant(value=int() | float() as value):
            return float(value)
    return None


def _verdicts(node: ast.expr, answers: Findable) -> Verdicts:
    match node:
        case ast.BoolOp(op=ast.And(), values=values):
            return all_of([_verdicts(value, answers) for value in values])
        case ast.BoolOp(values=values):
            return any_of([_verdicts(value, answers) for value in values])
        case ast.UnaryOp(operand=operand):
            return not_(_verdicts(operand, answers))
        case ast.Name(id=name):
            return answers.flag(name)
        case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=int(count)), *statements]) if name in _COUNTS:
            return _COUNTS[name](count, [_verdicts(statement, answers) for statement in statements])
        case ast.Call(args=[ast.Constant(value=str(code)), ast.Constant(value=str(letter))]):
            return answers.found(code, letter)
        case ast.Call(args=[ast.Constant(value=str(code))]):
            return answers.found(code, None)
        case ast.Compare():
            return _comparison(node, answers)
    raise AssertionError(ast.dump(node))  # parse_rule lets nothing else through


def _comparison(node: ast.Compare, answers: Findable) -> Verdicts:
    match node:
        case ast.Compare(left=ast.Constant(value=str(option)), comparators=[ast.Name(id=name)]):
            return answers.is_choice(name, option)
        case ast.Compare(left=ast.Name(id=name), ops=[ast.In()], comparators=[ast.Tuple(elts=options)]):
            return any_of([answers.is_choice(name, _text(option)) for option in options])
        case ast.Compare(left=ast.Name(id=name), ops=[operator], comparators=[ast.Constant(value=str(option))]):
            chosen = answers.is_choice(name, option)
            return chosen if isinstance(operator, ast.Eq) else not_(chosen)
    terms = [_bounds(term, answers) for term in (node.left, *node.comparators)]
    pairs = zip(node.ops, terms, terms[1:], strict=False)
    return all_of([compared(_OPERATORS[type(operator)], *left, *right) for operator, left, right in pairs])


def _bounds(node: ast.expr, answers: Findable) -> tuple[Numbers, Numbers]:
    if isinstance(node, ast.Name):
        return answers.bounds(node.id)
    number = _number(node)
    assert number is not None
    value = np.full(answers.row_count, number)
    return value, value


def _text(node: ast.expr) -> str:
    assert isinstance(node, ast.Constant)
    return str(node.value)
