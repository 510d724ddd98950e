"""How do rate and dose go with the response, and which came first: the rise of the rate or the fall of the rating?

Who is not better gets more: a dose that was chosen by how it went says nothing of what another dose would have done.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from abate.contracts.result import Estimate
from abate.inference.columns import numbers, persons, rows_of_courses, sample_of
from abate.inference.compared_covariates import seconds
from abate.inference.rows import LEVEL, failed_row, interval_of, share_row
from abate.stats.adjusted_slope import adjusted_slope
from abate.stats.arrays import Array

if TYPE_CHECKING:
    import pyarrow as pa

    from abate.contracts.definition import Study
    from abate.contracts.dose_response import Measure

POINTS = "{points}"

_MEASURES: Mapping[Measure, tuple[str, str, str]] = {
    "rate_max": ("rate_max_mg_h", "highest rate", "mg/h"),
    "rate_mean": ("rate_mean_mg_h", "mean rate", "mg/h"),
    "dose_total": ("dose_total_mg", "total dose", "mg"),
    "dose_per_kg": ("dose_mg_per_kg", "total dose by weight", "mg/kg"),
}
#: What may come first in a course, in the order of time.
ORDER: Mapping[str, str] = {
    "before_first_rise": "the primary rule was met before the rate was first raised",
    "while_rising": "it was met after the first rise and before the highest rate",
    "after_highest": "it was met at the highest rate or later",
    "not_met": "it was never met, though the rate was raised",
    "not_raised": "the rate was never raised",
}


def estimate_dose_response(study: Study, courses: pa.Table, doses: pa.Table | None) -> list[Estimate]:
    """Return the rows ``dose_response.…``; nothing where the study does not ask.

    Parameters
    ----------
    study : Study
    courses : Table
        Eligible courses of the treatment studied, columns of `outcomes` and ``person_number``.
    doses : Table or None
        Columns of the contract's `doses`.
    """
    if study.dose_response is None:
        return []
    slopes = [_slope(courses, measure) for measure in study.dose_response.measures]
    return [*slopes, *_order_rows(courses, doses)]


def _slope(courses: pa.Table, measure: Measure) -> Estimate:
    """Return by how much the final rating differs for one standard deviation more, the baseline held equal."""
    column, name, unit = _MEASURES[measure]
    dose, final, baseline = (numbers(courses, column) for column in (column, "final", "baseline"))
    is_there = np.isfinite(dose) & np.isfinite(final) & np.isfinite(baseline)
    id, whose = f"dose_response.{measure}.slope", persons(courses)[is_there]
    quantity = f"difference of the final rating for one standard deviation more of the {name}, baseline held equal"
    values = dose[is_there]
    spread = float(np.std(values, ddof=1)) if values.size > 1 else 0.0
    if not spread > 0:
        return failed_row(id, quantity, f"the {name} does not vary, or is not recorded", POINTS)
    found = adjusted_slope(final[is_there], values / spread, baseline[is_there], whose, LEVEL)
    return Estimate(
        id=id,
        quantity=quantity,
        **interval_of(found),
        unit=POINTS,
        n=values.size,
        person_count=int(np.unique(whose).size),
        standard_error=found.standard_error,
        method=f"{found.method}; one standard deviation is {_written(spread)} {unit}",
        reason=None if found.reason is None else f"{name}: {found.reason}",
    )


def _written(spread: float) -> str:
    return f"{spread:.0f}" if spread >= 100 else f"{spread:.3g}"


def _order_rows(courses: pa.Table, doses: pa.Table | None) -> list[Estimate]:
    """Return in how many courses the response came before, while or after the rate was raised."""
    if doses is None or not courses.num_rows:
        why = "doses were not recorded" if courses.num_rows else "no course entered the study"
        return [failed_row(f"dose_response.order.{when}", words, why) for when, words in ORDER.items()]
    first, highest = _rises(courses, doses)
    responded = numbers(courses, "first_response_hours")
    is_raised = np.isfinite(first)
    # A course is judged where its rates and its ratings are known.
    is_judged = np.isfinite(highest) & (np.nan_to_num(numbers(courses, "rating_count"), nan=0.0) > 0)
    is_judged &= np.isfinite(numbers(courses, "baseline"))
    met = {
        "before_first_rise": is_raised & (responded < first),
        "while_rising": is_raised & (responded >= first) & (responded < highest),
        "after_highest": is_raised & (responded >= highest),
        "not_met": is_raised & np.isnan(responded),
        "not_raised": ~is_raised,
    }
    whose, none = persons(courses), "in no course are rates and ratings known"
    return [
        share_row(
            f"dose_response.order.{when}",
            words,
            sample_of(np.where(is_judged, met[when].astype(np.float64), np.nan), whose),
            none=none,
        )
        for when, words in ORDER.items()
    ]


def _rises(courses: pa.Table, doses: pa.Table) -> tuple[Array, Array]:
    """Return the hours from the first dose to the first rise of the rate (nan: none) and to the highest rate (nan: no rate)."""
    rows, place = rows_of_courses(doses, courses)
    rate, at = numbers(rows, "rate_mg_h"), seconds(rows, "start")
    start = seconds(courses, "start")
    is_known = np.isfinite(rate) & (rate > 0) & np.isfinite(at)
    order = np.lexsort((rate, at, place))
    first, highest = np.full(courses.num_rows, np.nan), np.full(courses.num_rows, np.nan)
    before, most = np.zeros(courses.num_rows), np.zeros(courses.num_rows)
    for row in order[is_known[order]]:
        course, hours = place[row], (at[row] - start[place[row]]) / 3600
        if before[course] and rate[row] > before[course] and np.isnan(first[course]):
            first[course] = hours
        if rate[row] > most[course]:
            most[course], highest[course] = rate[row], hours
        before[course] = rate[row]
    return first, highest
