"""Who were they? Table 1: the courses and their patients, by whether they responded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from abate.contracts.result import CharacteristicRow
from abate.inference.columns import eligible_courses, flags, numbers, persons, texts
from abate.stats.arrays import Array
from abate.stats.balance import (
    StandardisedDifference,
    standardised_difference_of_categories,
    standardised_difference_of_flags,
    standardised_difference_of_numbers,
)
from abate.stats.means import mean_interval
from abate.stats.medians import quartiles

if TYPE_CHECKING:
    import pyarrow as pa

    from abate.contracts.definition import Study

BoolArray = NDArray[np.bool_]
Texts = NDArray[Any]

#: With fewer values in a group a standardised difference is mostly chance.
SMALLEST_GROUP = 5

EMPTY = "–"
MEAN, MEDIAN = "mean (SD)", "median [Q1, Q3]"

_NUMBERS: Mapping[str, str] = {
    "age_years": "Age, years",
    "weight_kg": "Body weight, kg",
    "baseline": "Baseline rating, points",
    "length_days": "Length of the course, days",
    "stay_days": "Stay, days",
    "dose_total_mg": "Total dose, mg",
    "dose_mg_per_kg": "Total dose, mg/kg",
    "rate_max_mg_h": "Highest rate, mg/h",
}
_CATEGORIES: Mapping[str, str] = {
    "sex": "Sex",
    "race": "Race",
    "ethnicity": "Ethnicity",
    "site": "Site",
    "setting": "Setting",
    "end_reason": "End of the course",
}
_ORDER = (
    "age_years", "sex", "race", "ethnicity", "site", "weight_kg", "setting", "baseline", "length_days", "stay_days",
    "dose_total_mg", "dose_mg_per_kg", "rate_max_mg_h", "end_reason",
)  # fmt: skip


def describe_characteristics(study: Study, outcomes: pa.Table) -> tuple[CharacteristicRow, ...]:
    """Return Table 1 of the treatment studied: its eligible courses, and those that responded beside those that did not.

    A number has two rows, its mean and its median, a category one row a level. The first row of a variable carries the
    standardised difference of responders minus non-responders by the primary rule; for a category of three or more levels
    it is a distance, without a sign. Each course counts once, also where courses are of one person.

    Parameters
    ----------
    study : Study
        Treatment and primary rule of response.
    outcomes : Table
        Columns of ``contracts.outcome.outcomes_table(study)``, one row a course, of any treatment and eligible or not.

    Returns
    -------
    tuple of CharacteristicRow
        Cells and missing counts under ``overall``, ``responders``, ``non_responders`` and ``not_evaluable``.
    """
    courses = eligible_courses(study, outcomes)
    groups = _groups(study, courses)
    rows = [_count_row("Courses", np.arange(courses.num_rows), groups), _count_row("Persons", persons(courses), groups)]
    for column in _ORDER:
        if column in _NUMBERS:
            rows += _rows_of_numbers(_NUMBERS[column], numbers(courses, column), groups)
        else:
            rows += _rows_of_categories(_CATEGORIES[column], texts(courses, column), groups)
    return tuple(rows)


def _groups(study: Study, courses: pa.Table) -> Mapping[str, BoolArray]:
    met = flags(courses, f"response_{study.response.primary.id}")
    return {
        "overall": np.ones(courses.num_rows, dtype=bool),
        "responders": met == 1,
        "non_responders": met == 0,
        "not_evaluable": np.isnan(met),
    }


def _count_row(variable: str, labels: NDArray[np.int64], groups: Mapping[str, BoolArray]) -> CharacteristicRow:
    cells = {name: str(np.unique(labels[is_in]).size) for name, is_in in groups.items()}
    reason = "a count has no standardised difference"
    return CharacteristicRow(
        variable=variable, level=None, cells=cells, missing=dict.fromkeys(groups, 0), smd=None, smd_reason=reason
    )


def _rows_of_numbers(variable: str, values: Array, groups: Mapping[str, BoolArray]) -> list[CharacteristicRow]:
    known = {name: values[is_in & np.isfinite(values)] for name, is_in in groups.items()}
    missing = {name: int(np.count_nonzero(is_in)) - known[name].size for name, is_in in groups.items()}
    difference = _difference_of_numbers(known["responders"], known["non_responders"])
    described = {MEAN: _mean_and_sd, MEDIAN: _median_and_quartiles}
    return [
        CharacteristicRow(
            variable=variable,
            level=level,
            cells={name: describe(found) for name, found in known.items()},
            missing=missing,
            smd=difference.value if level == MEAN else None,
            smd_reason=difference.reason if level == MEAN else None,
        )
        for level, describe in described.items()
    ]


def _rows_of_categories(variable: str, values: Texts, groups: Mapping[str, BoolArray]) -> list[CharacteristicRow]:
    is_known = np.array([value is not None for value in values], dtype=bool)
    known = {name: values[is_in & is_known].astype(str) for name, is_in in groups.items()}
    counts = {name: Counter(found.tolist()) for name, found in known.items()}
    missing = {name: int(np.count_nonzero(is_in)) - known[name].size for name, is_in in groups.items()}
    levels = sorted(counts["overall"], key=lambda level: (-counts["overall"][level], level))
    difference = _difference_of_categories(known["responders"], known["non_responders"], levels)
    return [
        CharacteristicRow(
            variable=variable,
            level=level,
            cells={name: _share(counts[name][level], known[name].size) for name in groups},
            missing=missing,
            smd=difference.value if place == 0 else None,
            smd_reason=difference.reason if place == 0 else None,
        )
        for place, level in enumerate(levels or [None])
    ]


def _difference_of_numbers(responders: Array, others: Array) -> StandardisedDifference:
    return _too_few(responders, others) or standardised_difference_of_numbers(responders, others)


def _difference_of_categories(responders: Texts, others: Texts, levels: Sequence[str]) -> StandardisedDifference:
    """Return the signed difference in the first of two levels, and for more levels the distance, which has no sign."""
    few = _too_few(responders, others)
    if few is not None:
        return few
    if len(levels) <= 2:
        return standardised_difference_of_flags(responders == levels[0], others == levels[0])
    return standardised_difference_of_categories(responders, others)


def _too_few(responders: NDArray[Any], others: NDArray[Any]) -> StandardisedDifference | None:
    if min(responders.size, others.size) >= SMALLEST_GROUP:
        return None
    return StandardisedDifference(
        count_1=responders.size,
        count_2=others.size,
        method="none",
        reason=f"fewer than {SMALLEST_GROUP} courses with a value among responders or non-responders",
    )


def _mean_and_sd(values: Array) -> str:
    found = mean_interval(values)
    return EMPTY if found.value is None else f"{_number(found.value)} ({_number(found.sd)})"


def _median_and_quartiles(values: Array) -> str:
    found = quartiles(values)
    if found.median is None:
        return EMPTY
    return f"{_number(found.median)} [{_number(found.lower_quartile)}, {_number(found.upper_quartile)}]"


def _share(count: int, of: int) -> str:
    return f"{count}/{of} ({100 * count / of:.0f} %)" if of else EMPTY


def _number(value: float | None) -> str:
    """Return a number with one decimal, or none from 100 on."""
    if value is None:
        return EMPTY
    return f"{value:.1f}" if abs(value) < 100 else f"{value:.0f}"
