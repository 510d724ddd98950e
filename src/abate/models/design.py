"""Which numbers stand in the design matrix? Columns of the terms, coded and named as R does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from abate.base.errors import ParameterError
from abate.models.formula import FUNCTIONS, Factor, Formula
from abate.models.frames import Column, Levels, Numbers
from abate.stats.arrays import Array

INTERCEPT = "(Intercept)"
_FUNCTION = {name: getattr(np, name) for name in FUNCTIONS}


@dataclass(frozen=True, kw_only=True)
class Design:
    """How a formula's terms become columns, for the data and for any other rows of the same variables.

    Attributes
    ----------
    formula : Formula
    levels : mapping of str to tuple of str
        Levels of the columns that have them.
    is_full : tuple of tuple of bool
        For each term and factor, whether every level has a column; else the first has none.
    """

    formula: Formula
    levels: Mapping[str, tuple[str, ...]]
    is_full: tuple[tuple[bool, ...], ...]

    def matrix(self, columns: Mapping[str, Column], count: int) -> Array:
        """Return the design matrix of ``count`` rows, shape (row, column)."""
        blocks = [
            self._block(term, full, columns, count) for term, full in zip(self.formula.terms, self.is_full, strict=True)
        ]
        return np.hstack(blocks) if blocks else np.zeros((count, 0))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, such as ``ARMCDTRT:AVISITVIS2``."""
        return tuple(name for names in self.names_by_term for name in names)

    @property
    def names_by_term(self) -> tuple[tuple[str, ...], ...]:
        """Names of the columns, term by term."""
        return tuple(self._names(term, full) for term, full in zip(self.formula.terms, self.is_full, strict=True))

    @property
    def term_names(self) -> tuple[str, ...]:
        """Names of the terms, such as ``ARMCD:AVISIT``."""
        return tuple(":".join(factor.text for factor in term) or INTERCEPT for term in self.formula.terms)

    def _block(self, term: Sequence[Factor], full: Sequence[bool], columns: Mapping[str, Column], count: int) -> Array:
        block = np.ones((count, 1))
        for factor, is_full in zip(term, full, strict=True):
            part = self._part(factor, columns[factor.column], is_full=is_full)
            # The first factor's columns run fastest.
            block = (part[:, :, None] * block[:, None, :]).reshape(count, -1)
        return block

    def _part(self, factor: Factor, column: Column, *, is_full: bool) -> Array:
        if isinstance(column, Numbers):
            values = column.values if factor.function is None else _FUNCTION[factor.function](column.values)
            return np.asarray(values, dtype=np.float64)[:, None]
        levels = len(self.levels[factor.column])
        return np.eye(levels)[column.codes][:, 0 if is_full else 1 :]

    def _names(self, term: Sequence[Factor], full: Sequence[bool]) -> tuple[str, ...]:
        if not term:
            return (INTERCEPT,)
        names = [""]
        for factor, is_full in zip(term, full, strict=True):
            own = [factor.text]
            if factor.column in self.levels:
                own = [f"{factor.text}{level}" for level in self.levels[factor.column][0 if is_full else 1 :]]
            names = [f"{before}:{name}" if before else name for name in own for before in names]
        return tuple(names)


def make_design(formula: Formula, columns: Mapping[str, Column]) -> Design:
    """Return the design of a formula for columns without missing values.

    A factor has a column for every level where the term without it is not in the model, as in R; without an intercept so has
    the first factor of the first term that has one.

    Raises
    ------
    ParameterError
        If a function is asked for of a column of levels.
    """
    for factor in (factor for term in formula.terms for factor in term):
        if factor.function in _FUNCTION and isinstance(columns[factor.column], Levels):
            raise ParameterError(
                f"{factor.text} asks for a function of words; column {factor.column!r} has no numbers."
            )
    levels = {name: column.levels for name, column in columns.items() if isinstance(column, Levels)}
    present: set[frozenset[str]] = {frozenset(factor.text for factor in term) for term in formula.terms}
    present.add(frozenset())
    is_full = [[_needs_all(factor, term, levels, present) for factor in term] for term in formula.terms]
    if () not in formula.terms:
        _give_the_first_factor_all(formula, levels, is_full)
    return Design(formula=formula, levels=levels, is_full=tuple(map(tuple, is_full)))


def _needs_all(
    factor: Factor, term: Sequence[Factor], levels: Mapping[str, object], present: set[frozenset[str]]
) -> bool:
    rest = frozenset(other.text for other in term if other is not factor)
    return factor.column in levels and rest not in present


def _give_the_first_factor_all(formula: Formula, levels: Mapping[str, object], is_full: list[list[bool]]) -> None:
    for term, full in zip(formula.terms, is_full, strict=True):
        for place, factor in enumerate(term):
            if factor.column in levels:
                full[place] = True
                return
