"""What did a mixed model find, in the words of its frame? Coefficients, means by visit and arm, their differences, tests."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from abate.base.errors import ParameterError
from abate.models.design import INTERCEPT, Design
from abate.models.estimate_table import EstimateTable
from abate.models.frames import Column, Levels, Numbers
from abate.stats.arrays import Array
from abate.stats.mmrm import Contrast, JointTest, MmrmFit

_METHODS = {
    "satterthwaite": "Satterthwaite",
    "kenward-roger": "Kenward-Roger",
    "kenward-roger-linear": "Kenward-Roger, first order",
    "between-within": "between-within",
    "residual": "residual",
}


@dataclass(frozen=True, kw_only=True, eq=False)
class MmrmResult:
    """A fitted model with the frame's names.

    What :class:`abate.stats.mmrm.MmrmFit` has (``names``, ``estimate``, ``standard_error``, ``df``, ``t``, ``p``, ``log_likelihood``,
    ``covariance``, ``converged``, ``message``, ``aic`` ...) can be asked of it directly.

    Attributes
    ----------
    fit : MmrmFit
    design : Design
        How the formula became columns.
    variables : mapping of str to Column
        The columns of the terms, for the rows used.
    visit_names : tuple of str
        Visits in their order, as in the rows of ``covariance``.
    left_out : mapping of str to int
        How many rows were left out because something was missing, by the first column that lacked it.
    """

    fit: MmrmFit
    design: Design
    variables: Mapping[str, Column]
    visit_names: tuple[str, ...]
    left_out: Mapping[str, int]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "fit":
            raise AttributeError(name)
        return getattr(self.fit, name)

    # ---- coefficients and tests --------------------------------------------------------------------------------------

    def coefficients(self) -> EstimateTable:
        """Return the coefficients as R prints them."""
        fit = self.fit
        columns = {
            "": list(fit.names),
            "Estimate": fit.estimate,
            "Std. Error": fit.standard_error,
            "df": fit.df,
            "t value": fit.t,
            "Pr(>|t|)": fit.p,
        }
        return EstimateTable(columns=columns, caption="Coefficients")

    def contrast(self, weights: Mapping[str, float] | ArrayLike) -> Contrast:
        """Return a linear combination of coefficients, by name (``{"ARMCDTRT": 1, "ARMCDTRT:AVISITVIS4": 1}``) or as an array.

        Raises
        ------
        ParameterError
            If a name is none of a coefficient, or the array has the wrong shape.
        """
        return self.fit.contrast(self._by_name(weights) if isinstance(weights, Mapping) else weights)

    def _by_name(self, weights: Mapping[str, float]) -> Array:
        row = np.zeros(len(self.fit.names))
        for name, weight in weights.items():
            if name not in self.fit.names:
                raise ParameterError(f"there is no coefficient {name!r}; they are {', '.join(self.fit.names)}.")
            row[self.fit.names.index(name)] = weight
        return row

    def joint_test(self, term: str | ArrayLike) -> JointTest:
        """Return the F test that all coefficients of a term (``"ARMCD:AVISIT"``) are 0, or all rows of contrasts.

        The test of a main effect beside its interaction is that of the effect at the reference level.

        Raises
        ------
        ParameterError
            If the term is not in the model.
        """
        if not isinstance(term, str):
            return self.fit.joint_test(term)
        names = self.design.term_names
        if term not in names:
            raise ParameterError(f"there is no term {term!r}; they are {', '.join(names)}.")
        counts = [len(columns) for columns in self.design.names_by_term]
        first = sum(counts[: names.index(term)])
        return self.fit.joint_test(np.eye(sum(counts))[first : first + counts[names.index(term)]])

    def joint_tests(self) -> EstimateTable:
        """Return the test of every term but the intercept."""
        terms = [name for name in self.design.term_names if name != INTERCEPT]
        tests = [self.joint_test(name) for name in terms]
        columns = {
            "term": terms,
            "numerator df": [test.numerator_df for test in tests],
            "denominator df": [test.denominator_df for test in tests],
            "F": [test.statistic for test in tests],
            "Pr(>F)": [test.p for test in tests],
        }
        return EstimateTable(columns=columns, caption="Tests of terms")

    # ---- least-squares means -----------------------------------------------------------------------------------------

    def means(
        self,
        factor: str,
        *,
        by: str | Sequence[str] = (),
        weights: str | Mapping[str, Mapping[str, float]] = "equal",
    ) -> EstimateTable:
        """Return least-squares means of a factor's levels, at each level of ``by``.

        Numbers stand at their mean over the rows used. Other factors are averaged over.

        Parameters
        ----------
        factor : str
            A column of levels in the formula.
        by : str or sequence of str
            Further such columns.
        weights : "equal", "observed" or a mapping
            Levels of the factors averaged over count alike, as often as their combination was observed (R's emmeans calls it
            "proportional"), or as ``{"RACE": {"White": 0.6, "Asian": 0.4}}`` says, those not named alike.

        Returns
        -------
        EstimateTable
            Columns: the factor, each ``by``, mean, standard error, df, lower, upper.

        Raises
        ------
        ParameterError
            If a column is no factor of the formula, or the weights are not understood.

        References
        ----------
        Searle, Speed & Milliken (1980), The American Statistician 34(4), 216-221.
        """
        shown = self._factors(factor, by)
        cells, rows = self._cells(shown, weights)
        found = self.fit.contrast(rows)
        return _means_table(shown, cells, "mean", found, f"Least-squares means, {found.level:.0%} limits")

    def differences(
        self,
        factor: str,
        *,
        by: str | Sequence[str] = (),
        reference: str | None = None,
        weights: str | Mapping[str, Mapping[str, float]] = "equal",
    ) -> EstimateTable:
        """Return the differences of a factor's least-squares means from those of its ``reference`` (the first level).

        Parameters and errors as for :meth:`means`; the table has t and p beside.
        """
        shown = self._factors(factor, by)
        levels = self.design.levels[factor]
        against = levels[0] if reference is None else reference
        if against not in levels:
            raise ParameterError(f"{factor} has no level {against!r}; it has {', '.join(levels)}.")
        cells, rows = self._cells(shown, weights)
        place = dict(zip(cells, rows, strict=True))
        pairs = [(cell, (against, *cell[1:])) for cell in cells if cell[0] != against]
        found = self.fit.contrast(np.array([place[cell] - place[other] for cell, other in pairs]))
        named = [(f"{cell[0]} - {against}", *cell[1:]) for cell, _ in pairs]
        table = _means_table(
            shown, named, "difference", found, f"Differences of least-squares means, {found.level:.0%} limits"
        )
        return EstimateTable(columns={**table.columns, "t": found.t, "p": found.p}, caption=table.caption)

    def _factors(self, factor: str, by: str | Sequence[str]) -> tuple[str, ...]:
        shown = (factor, *([by] if isinstance(by, str) else by))
        for name in shown:
            if name not in self.design.levels:
                raise ParameterError(
                    f"{name!r} is no factor of the formula; factors are {', '.join(self.design.levels)}."
                )
        return shown

    def _cells(
        self, shown: Sequence[str], weights: str | Mapping[str, Mapping[str, float]]
    ) -> tuple[list[tuple[str, ...]], Array]:
        """Return the combinations of levels shown, the last running slowest, and what each takes of the coefficients."""
        averaged = [name for name in self.design.levels if name not in shown]
        grid = list(product(*(range(len(self.design.levels[name])) for name in averaged)))
        share = self._shares(averaged, grid, weights)
        codes = [
            tuple(reversed(cell))
            for cell in product(*(range(len(self.design.levels[name])) for name in reversed(shown)))
        ]
        rows = [share @ self._at(shown, averaged, cell, grid) for cell in codes]
        cells = [
            tuple(self.design.levels[name][code] for name, code in zip(shown, cell, strict=True)) for cell in codes
        ]
        return cells, np.array(rows)

    def _at(
        self, shown: Sequence[str], averaged: Sequence[str], cell: Sequence[int], grid: Sequence[Sequence[int]]
    ) -> Array:
        fixed = dict(zip(shown, cell, strict=True))
        columns: dict[str, Column] = {}
        for name, column in self.variables.items():
            if isinstance(column, Numbers):
                columns[name] = Numbers(values=np.full(len(grid), column.values.mean()))
            else:
                code = [fixed[name]] * len(grid) if name in fixed else [row[averaged.index(name)] for row in grid]
                columns[name] = Levels(codes=np.array(code, dtype=np.int64), levels=column.levels)
        return self.design.matrix(columns, len(grid))

    def _shares(
        self, averaged: Sequence[str], grid: Sequence[Sequence[int]], weights: str | Mapping[str, Mapping[str, float]]
    ) -> Array:
        if weights == "equal":
            share = np.ones(len(grid))
        elif weights == "observed":
            share = self._observed(averaged, grid)
        elif isinstance(weights, Mapping):
            share = self._given(averaged, grid, weights)
        else:
            raise ParameterError(
                f"weights must be 'equal', 'observed' or a mapping of factors to weights; got {weights!r}."
            )
        return np.asarray(share / share.sum())

    def _observed(self, averaged: Sequence[str], grid: Sequence[Sequence[int]]) -> Array:
        if not averaged:
            return np.ones(len(grid))
        ordered = {name: column for name, column in self.variables.items() if isinstance(column, Levels)}
        codes = np.column_stack([ordered[name].codes for name in averaged])
        return np.array([float(np.sum(np.all(codes == np.array(row), axis=1))) for row in grid])

    def _given(
        self, averaged: Sequence[str], grid: Sequence[Sequence[int]], weights: Mapping[str, Mapping[str, float]]
    ) -> Array:
        by_factor = []
        for name in averaged:
            levels = self.design.levels[name]
            given = weights.get(name, dict.fromkeys(levels, 1.0))
            if set(given) != set(levels) or min(given.values()) < 0 or sum(given.values()) <= 0:
                raise ParameterError(
                    f"weights of {name} need one of 0 or more for each of {', '.join(levels)}, not all 0."
                )
            by_factor.append([given[level] for level in levels])
        unknown = [name for name in weights if name not in averaged]
        if unknown:
            raise ParameterError(
                f"weights name {unknown[0]!r}, which is not averaged over; these are {', '.join(averaged)}."
            )
        return np.array([float(np.prod([by_factor[k][code] for k, code in enumerate(row)])) for row in grid])

    # ---- in words ----------------------------------------------------------------------------------------------------

    def summary(self) -> str:
        """Return the fit as text, in the order in which R's mmrm prints it."""
        return "\n".join([*self._head(), "", str(self.coefficients()), "", *self._covariance_lines()])

    def __str__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        head = "<br>".join(html.escape(line) for line in self._head())
        lines = html.escape("\n".join(self._covariance_lines()))
        return f"<p>{head}</p>{self.coefficients()._repr_html_()}<pre>{lines}</pre>"

    def _head(self) -> list[str]:
        fit = self.fit
        lost = ", ".join(f"{count} without {name}" for name, count in self.left_out.items())
        inference = _METHODS[fit.df_method] + (
            "" if fit.sandwich is None else f", empirical covariance {fit.sandwich.upper()}"
        )
        lines = [
            "Mixed model for repeated measures",
            f"Formula:     {self.design.formula.text}",
            f"Data:        {fit.observation_count} observations of {fit.subject_count} subjects at {len(fit.visits)} visits"
            + (f"; rows left out: {lost}" if lost else ""),
            f"Covariance:  {fit.structure} ({fit.parameter_count} parameters{', one covariance a group' if len(fit.groups) > 1 else ''})",
            f"Estimation:  {'REML' if fit.reml else 'ML'}; degrees of freedom: {inference}",
            f"Criteria:    AIC {fit.aic:.1f}  BIC {fit.bic:.1f}  logLik {fit.log_likelihood:.1f}  deviance {-2 * fit.log_likelihood:.1f}",
        ]
        lines += [f"Tried:       {step.structure}: {step.message}" for step in fit.steps if step.message]
        if fit.message:
            lines.append(f"{'Not converged' if not fit.converged else 'Note'}: {fit.message}")
        return lines

    def _covariance_lines(self) -> list[str]:
        found = self.fit.covariance
        if not isinstance(found, Mapping):
            return [str(self._covariance_table("Covariance estimate", found))]
        return [str(self._covariance_table(f"Covariance estimate, {label}", matrix)) for label, matrix in found.items()]

    def _covariance_table(self, caption: str, matrix: Array) -> EstimateTable:
        names = list(self.visit_names) if len(matrix) == len(self.visit_names) else ["distance 0", "distance 1"]
        return EstimateTable(columns={"": names, **dict(zip(names, matrix.T, strict=True))}, caption=caption)


def _means_table(
    shown: Sequence[str], cells: Sequence[Sequence[str]], what: str, found: Contrast, caption: str
) -> EstimateTable:
    words = {name: [cell[place] for cell in cells] for place, name in enumerate(shown)}
    numbers = {what: found.estimate, "standard error": found.standard_error, "df": found.df}
    return EstimateTable(columns={**words, **numbers, "lower": found.lower, "upper": found.upper}, caption=caption)
