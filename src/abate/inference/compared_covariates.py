"""What was known of a course before its first dose, as columns without a gap?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from abate.inference.columns import Texts, flags, hours_between, numbers, rows_of_courses, texts
from abate.stats.arrays import Array, is_constant

if TYPE_CHECKING:
    from abate.contracts.target_trial import TargetTrial

#: A level of fewer courses is put with others: a score cannot learn from it.
FEWEST_OF_LEVEL = 5

_EPOCH = 1970
_SECONDS_PER_YEAR = 365.25 * 86_400
_NOT_RECORDED = "not recorded"
_OTHER = "other"


@dataclass(frozen=True, kw_only=True, eq=False)
class Covariates:
    """What was known before, as columns without a gap.

    Attributes
    ----------
    values : array of float64, shape (n, k)
    names : tuple of str
        One for each column, in words.
    left_out : mapping of str to str
        Covariates that have no column, and why.
    """

    values: Array
    names: tuple[str, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)


def find_covariates(design: TargetTrial, rows: pa.Table, earlier: Array, failed: pa.Table | None) -> Covariates:
    """Return the columns of the covariates that are asked for; what says nothing is left out with its reason.

    Parameters
    ----------
    design : TargetTrial
        Names the covariates.
    rows : Table
        Columns of `outcomes`, a course each.
    earlier : array of float64, shape (n,)
        Earlier courses of the same person, of either treatment.
    failed : Table or None
        Columns of ``cohort.failed_classes.find_failed_classes``; None where no history was read.
    """
    columns: dict[str, Array] = {}
    left_out: dict[str, str] = {}
    for covariate in design.covariates:
        if covariate in _NUMBERS:
            name, read = _NUMBERS[covariate]
            _add_number(columns, left_out, name, read(rows))
        elif covariate in _CATEGORIES:
            name, column = _CATEGORIES[covariate]
            _add_category(columns, left_out, name, texts(rows, column))
        elif covariate == "earlier_course":
            _add_number(columns, left_out, "an earlier course", (earlier > 0).astype(np.float64))
        else:
            role = covariate.split("_")[1]
            _add_number(columns, left_out, f"failed {role} classes", _failed_count(rows, failed, role))
    values = np.column_stack(list(columns.values())) if columns else np.zeros((rows.num_rows, 0))
    return Covariates(values=values, names=tuple(columns), left_out=left_out)


def _add_number(columns: dict[str, Array], left_out: dict[str, str], name: str, values: Array) -> None:
    """Add a number; a gap is filled with the mean, and a column says where."""
    is_known = np.isfinite(values)
    if not np.any(is_known):
        left_out[name] = "recorded in no course"
        return
    gaps = (~is_known).astype(np.float64)
    filled = np.where(is_known, values, values[is_known].mean())
    if is_constant(filled):
        left_out[name] = "the same in all courses"
    else:
        columns[name] = filled
    if np.any(gaps):
        columns[f"{name} {_NOT_RECORDED}"] = gaps


def _add_category(columns: dict[str, Array], left_out: dict[str, str], name: str, values: Texts) -> None:
    """Add a column of 0 and 1 for every level but the commonest; rare levels count as one."""
    levels = np.array([_NOT_RECORDED if value is None else str(value) for value in values], dtype=object)
    counts = Counter(levels.tolist())
    rare = [level for level, count in counts.items() if count < FEWEST_OF_LEVEL and level != _NOT_RECORDED]
    if len(rare) > 1:
        levels = np.array([_OTHER if level in rare else level for level in levels], dtype=object)
        counts = Counter(levels.tolist())
    ordered = sorted(counts, key=lambda level: (-counts[level], level))
    if len(ordered) < 2:
        only = ordered[0] if ordered else _NOT_RECORDED
        left_out[name] = "recorded in no course" if only == _NOT_RECORDED else "the same in all courses"
        return
    for level in ordered[1:]:
        columns[f"{name}: {level}"] = (levels == level).astype(np.float64)


def _failed_count(rows: pa.Table, failed: pa.Table | None, role: str) -> Array:
    """Return how many classes of a role had failed before each course; nan where no history was read."""
    if failed is None:
        return np.full(rows.num_rows, np.nan)
    found, place = rows_of_courses(failed, rows)
    counts = (texts(found, "role") == role) & (flags(found, "has_failed") == 1)
    return np.bincount(place[counts], minlength=rows.num_rows).astype(np.float64)


def _years(rows: pa.Table) -> Array:
    return _EPOCH + seconds(rows, "start") / _SECONDS_PER_YEAR


def seconds(rows: pa.Table, name: str) -> Array:
    """Return a column of times as seconds since 1970, nan where it is empty."""
    stamps = rows[name].cast(pa.timestamp("us")).cast(pa.int64()).cast(pa.float64())
    found: Array = np.array(stamps.to_numpy(zero_copy_only=False), dtype=np.float64) / 1e6
    return found


def _days_before(rows: pa.Table) -> Array:
    return hours_between(rows, "admission", "start") / 24


def _column(name: str) -> Callable[[pa.Table], Array]:
    return lambda rows: numbers(rows, name)


_NUMBERS: Mapping[str, tuple[str, Callable[[pa.Table], Array]]] = {
    "age": ("age, years", _column("age_years")),
    "weight": ("body weight, kg", _column("weight_kg")),
    "baseline": ("baseline rating", _column("baseline")),
    "year": ("calendar year", _years),
    "days_before": ("days from admission to first dose", _days_before),
}
_CATEGORIES: Mapping[str, tuple[str, str]] = {
    "sex": ("sex", "sex"),
    "race": ("race", "race"),
    "ethnicity": ("ethnicity", "ethnicity"),
    "site": ("site", "site"),
    "setting": ("setting", "setting"),
}
