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
    labels = [name for name in (subject, visit, group) if name is not None]
    forced = {factor.column for term in asked.terms for factor in term if factor.is_level}
    columns = read_frame(
        data, [asked.outcome, *asked.columns, *([weights] if weights else []), *places], as_levels=tuple(forced)
    )
    keys = read_frame(data, labels, as_levels=labels)
    _require_numbers(columns, [asked.outcome, *([weights] if weights else []), *places])
    keep, left_out = _complete_rows(asked, columns, keys, [*([weights] if weights else []), *places])
    columns = {name: column.take(keep) for name, column in columns.items()}
    codes = {name: column.take(keep) for name, column in keys.items()}
    variables = {name: columns[name] for name in asked.columns}
    design = make_design(asked, variables or {asked.outcome: columns[asked.outcome]})
    matrix = design.matrix(variables or {asked.outcome: columns[asked.outcome]})
    visits = _levels(codes[visit])
    fit = fit_mmrm(
        _numbers(columns[asked.outcome]),
        matrix,
        _levels(codes[subject]).codes,
        visits.codes,
        covariance=covariance,
        df=df,
        reml=reml,
        group=None if group is None else np.array(_levels(codes[group]).levels)[_levels(codes[group]).codes],
        weights=None if weights is None else _numbers(columns[weights]),
        coordinates=np.column_stack([_numbers(columns[name]) for name in places]) if places else None,
        sandwich=sandwich,
        names=design.names,
        level=level,
        fallback=fallback,
    )
    return MmrmResult(fit=fit, design=design, variables=variables, visit_names=visits.levels, left_out=left_out)


def _numbers(column: Column) -> Array:
    assert isinstance(column, Numbers)
    return column.values


def _levels(column: Column) -> Levels:
    assert isinstance(column, Levels)
    return column


def _require_numbers(columns: Mapping[str, Column], names: Sequence[str]) -> None:
    for name in names:
        if isinstance(columns[name], Levels):
            raise ParameterError(f"column {name!r} must hold numbers; it holds words. Convert it first.")


def _complete_rows(
    formula: Formula, columns: Mapping[str, Column], keys: Mapping[str, Column], others: Sequence[str]
) -> tuple[Any, Mapping[str, int]]:
    """Return which rows have all that the model needs, and how many were left out for which column, the first that lacks."""
    needed = {
        formula.outcome: columns[formula.outcome],
        **{name: columns[name] for name in (*formula.columns, *others)},
        **keys,
    }
    keep = np.ones(len(_numbers(columns[formula.outcome])), dtype=np.bool_)
    left_out = {}
    for name, column in needed.items():
        lost = keep & column.is_missing
        if np.any(lost):
            left_out[name] = int(np.count_nonzero(lost))
            keep &= ~column.is_missing
    if not np.any(keep):
        raise ParameterError(f"no row has all that the model needs; missing first: {', '.join(left_out)}.")
    return keep, left_out
