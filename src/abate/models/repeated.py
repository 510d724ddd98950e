"""What does a mixed model for repeated measures say of a data frame?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from abate.base.errors import ParameterError
from abate.models.design import make_design
from abate.models.formula import Formula, parse_formula
from abate.models.frames import Column, Levels, Numbers, read_frame
from abate.models.mmrm_result import MmrmResult
from abate.stats.arrays import Array
from abate.stats.mmrm import fit_mmrm


def mmrm(
    formula: str,
    data: Any,
    *,
    subject: str,
    visit: str,
    covariance: str = "unstructured",
    df: str = "satterthwaite",
    reml: bool = True,
    group: str | None = None,
    weights: str | None = None,
    coordinates: str | Sequence[str] | None = None,
    sandwich: str | None = None,
    level: float = 0.95,
    fallback: Sequence[str] = (),
) -> MmrmResult:
    """Fit a mixed model for repeated measures to a data frame with one row a subject and visit.

    Parameters
    ----------
    formula : str
        As in R: ``"FEV1 ~ RACE + SEX + ARMCD * AVISIT"``. Words and categories are factors, whose first level (in the order of
        the category, else of the alphabet) is the reference; ``C(x)`` makes numbers a factor; ``log``, ``log2``, ``log10``,
        ``exp``, ``sqrt`` and ``abs`` of a column are known.
    data : pandas.DataFrame, polars.DataFrame or pyarrow.Table
        Rows in which something that the model needs is missing are left out and counted.
    subject, visit : str
        Columns that say whose rating it is, and when; visits in the order of their categories, else sorted.
    group, weights, coordinates : str, optional
        Columns: a covariance for each group; weights above 0; places for ``spatial-exponential`` (one or several columns).
    covariance, df, reml, sandwich, level, fallback
        As for :func:`abate.stats.mmrm.fit_mmrm`.

    Returns
    -------
    MmrmResult

    Raises
    ------
    ParameterError
        If the formula or a column is not understood, or the data cannot be fitted: see ``fit_mmrm``.

    Examples
    --------
    >>> import pyarrow as pa
    >>> pain = pa.table({"who": [1, 1, 2, 2, 3, 3, 4, 4], "day": [1, 2] * 4, "pain": [7, 4, 8, 6, 6, 5, 9, 5]})
    >>> fit = mmrm("pain ~ C(day)", pain, subject="who", visit="day", df="kenward-roger-linear")
    >>> fit.names, fit.estimate.round(2)
    (('(Intercept)', 'C(day)2'), array([ 7.5, -2.5]))
    """
    asked = parse_formula(formula)
    places = [coordinates] if isinstance(coordinates, str) else list(coordinates or ())
    numeric = [*([weights] if weights else []), *places]
    columns, labels, left_out = _complete_rows(asked, data, [subject, visit, *([group] if group else [])], numeric)
    outcome = _numbers(columns[asked.outcome])
    variables = {name: columns[name] for name in asked.columns}
    design = make_design(asked, variables)
    fit = fit_mmrm(
        outcome,
        design.matrix(variables, len(outcome)),
        labels[subject].codes,
        labels[visit].codes,
        covariance=covariance,
        df=df,
        reml=reml,
        group=None if group is None else np.array(labels[group].levels)[labels[group].codes],
        weights=None if weights is None else _numbers(columns[weights]),
        coordinates=np.column_stack([_numbers(columns[name]) for name in places]) if places else None,
        sandwich=sandwich,
        names=design.names,
        level=level,
        fallback=fallback,
    )
    return MmrmResult(fit=fit, design=design, variables=variables, visit_names=labels[visit].levels, left_out=left_out)


def _numbers(column: Column) -> Array:
    assert isinstance(column, Numbers)
    return column.values


def _complete_rows(
    formula: Formula, data: Any, label_names: Sequence[str], numeric: Sequence[str]
) -> tuple[Mapping[str, Column], Mapping[str, Levels], Mapping[str, int]]:
    """Return the columns and labels of the rows that have all that the model needs.

    Beside them, how many rows were left out for which column, the first that they lack.
    """
    forced = {factor.column for term in formula.terms for factor in term if factor.is_level}
    columns = read_frame(data, [formula.outcome, *formula.columns, *numeric], as_levels=tuple(forced))
    keys = read_frame(data, label_names, as_levels=label_names)
    for name in (formula.outcome, *numeric):
        if isinstance(columns[name], Levels):
            raise ParameterError(f"column {name!r} must hold numbers; it holds words. Convert it first.")
    keep = np.ones(len(_numbers(columns[formula.outcome])), dtype=np.bool_)
    left_out = {}
    for name, column in {**columns, **keys}.items():
        lost = keep & column.is_missing
        if np.any(lost):
            left_out[name] = int(np.count_nonzero(lost))
            keep &= ~column.is_missing
    if not np.any(keep):
        raise ParameterError(f"no row has all that the model needs; missing first: {', '.join(left_out)}.")
    labels = {name: column.take(keep) for name, column in keys.items()}
    return (
        {name: column.take(keep) for name, column in columns.items()},
        {name: label for name, label in labels.items() if isinstance(label, Levels)},
        left_out,
    )
