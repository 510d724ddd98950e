"""Which columns does a formula ask for, term by term? formulaic parses it; the coding of factors is R's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from abate.base.errors import ParameterError

#: Functions of one column of numbers that a formula may use.
FUNCTIONS = ("log", "log2", "log10", "exp", "sqrt", "abs")
_CALL = re.compile(r"^(?P<function>\w+)\(\s*(?P<column>`[^`]+`|[A-Za-z_.][\w.]*)\s*\)$")


@dataclass(frozen=True, kw_only=True)
class Factor:
    """One variable of a term: a column, perhaps through a function; ``C(x)`` takes numbers as levels."""

    text: str
    column: str
    function: str | None = None

    @property
    def is_level(self) -> bool:
        """Whether the formula says that the column holds levels."""
        return self.function == "C"


@dataclass(frozen=True, kw_only=True)
class Formula:
    """A parsed formula: the outcome, and terms of factors in R's order; no factors are the intercept."""

    text: str
    outcome: str
    terms: tuple[tuple[Factor, ...], ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the terms need, each once."""
        return tuple(dict.fromkeys(factor.column for term in self.terms for factor in term))


@lru_cache(maxsize=64)
def parse_formula(text: str) -> Formula:
    """Return what ``text`` asks for, such as ``"FEV1 ~ RACE + SEX + ARMCD * AVISIT"``.

    Raises
    ------
    ParameterError
        If formulaic is not installed, the formula cannot be read, has not one outcome, or uses more than columns,
        ``C(column)`` and the functions of ``FUNCTIONS``.
    """
    sides = _parsed(text)
    left, right = list(sides.get("lhs", ())), list(sides.get("rhs", ()))
    if len(left) != 1 or len(left[0].factors) != 1 or not right:
        raise ParameterError(f"formula {text!r} must have one outcome and one or more terms: outcome ~ terms.")
    outcome = _factor(str(left[0].factors[0].expr), text)
    if outcome.function is not None:
        raise ParameterError(f"the outcome of {text!r} must be a column; compute {outcome.text} first.")
    terms = [
        tuple(_factor(str(factor.expr), text) for factor in term.factors if str(factor.expr) != "1") for term in right
    ]
    terms.sort(key=len)  # R's order: main effects first, as they stand within one order
    return Formula(text=text, outcome=outcome.column, terms=tuple(terms))


def _parsed(text: str) -> Mapping[str, Any]:
    try:
        from formulaic.errors import FormulaicError
        from formulaic.parser import DefaultFormulaParser
    except ImportError:
        raise ParameterError("formulas need formulaic, which is not installed: pip install abate[models]") from None
    try:
        structure: Mapping[str, Any] = DefaultFormulaParser().get_terms(text)._structure
    except FormulaicError as error:
        raise ParameterError(f"formula {text!r} cannot be read: {str(error).splitlines()[0]}") from None
    if not set(structure) <= {"lhs", "rhs"}:
        raise ParameterError(f"formula {text!r} must have one outcome and one set of terms: outcome ~ terms.")
    return structure


def _factor(text: str, formula: str) -> Factor:
    call = _CALL.match(text)
    if call is None:
        if re.search(r"[()\[\]{}]", text):
            raise ParameterError(
                f"{text!r} in {formula!r} is not understood; use columns, C(column), or one of "
                f"{', '.join(FUNCTIONS)} of a column, or compute it as a column first."
            )
        return Factor(text=text, column=text)
    function, column = call["function"], call["column"].strip("`")
    if function != "C" and function not in FUNCTIONS:
        raise ParameterError(
            f"{function!r} in {formula!r} is not known; use C or one of {', '.join(FUNCTIONS)}, or compute it as a column first."
        )
    return Factor(text=text, column=column, function=function)
