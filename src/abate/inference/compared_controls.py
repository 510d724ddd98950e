"""How much error is left where a drug does nothing for the rating? Negative-control exposures, compared as the treatment is.

A negative control is a pair of drug and outcome without an effect (Schuemie 2014). Here the outcome is the study's own and the drug
another: the courses at whose time zero it was taken, of both treatments, against the others, made alike in the same things and in the
treatment itself. Their estimates have the scale of the outcome, so they calibrate it. They are kept apart from negative-control
outcomes: what drives the choice of another drug and what drives the record of another event are two kinds of error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from abate.contracts.result import Estimate
from abate.inference.columns import numbers, rows_of_courses, texts
from abate.inference.compared_courses import ComparedCourses
from abate.inference.compared_outcomes import response_values
from abate.inference.compared_sensitivity import calibrated_row
from abate.inference.rows import failed_row
from abate.inference.weighted_outcome import contrast_row, weigh
from abate.stats.arrays import Array
from abate.stats.negative_controls import fit_empirical_null
from abate.stats.weighted_comparison import weighted_means

if TYPE_CHECKING:
    import pyarrow as pa

    from abate.contracts.definition import Study

POINTS = "{points}"
#: With fewer courses on one side nothing is compared: a score cannot learn from them.
FEWEST_COURSES = 5
#: With fewer controls nothing is calibrated, as for negative-control outcomes.
FEWEST_CONTROLS = 5
_PREFIX = "comparison.control_exposure."


@dataclass(frozen=True, kw_only=True, eq=False)
class _Outcome:
    """One outcome: its values, how the rows of the controls end, and the row that is calibrated by them."""

    values: Array
    ending: str
    quantity: str
    unit: str
    difference: Estimate
    calibrated: str
    calibrated_quantity: str
    most: float | None = None  # systematic error that may be expected


def compare_control_exposures(
    study: Study, courses: ComparedCourses, exposures: pa.Table | None, final: Estimate, response: Estimate
) -> list[Estimate]:
    """Return what is found for drugs that do nothing, and the two differences with that error taken into account.

    Parameters
    ----------
    study : Study
    courses : ComparedCourses
    exposures : Table or None
        ``course_id`` and ``control`` of the courses at whose time zero a control was taken; None where no history was read.
    final, response : Estimate
        The differences of the mean final rating and of the shares that meet the primary rule.
    """
    if not courses.design.control_exposures:
        return []
    rows: list[Estimate] = []
    for outcome in (_final(courses, final), _response(study, courses, response)):
        found = [_compare(courses, exposures, name, outcome) for name in courses.design.control_exposures]
        rows += [*found, *_calibrate(courses, found, outcome)]
    return rows


def _final(courses: ComparedCourses, difference: Estimate) -> _Outcome:
    return _Outcome(
        values=numbers(courses.rows, "final"),
        ending="",
        quantity="difference of the mean final rating",
        unit=POINTS,
        difference=difference,
        calibrated="comparison.final.calibrated",
        calibrated_quantity="difference of the mean final rating, calibrated by negative-control exposures",
    )


def _response(study: Study, courses: ComparedCourses, difference: Estimate) -> _Outcome:
    return _Outcome(
        values=response_values(study, courses),
        ending=".response",
        quantity="difference of the shares that meet the primary rule",
        unit="1",
        difference=difference,
        calibrated="comparison.response.calibrated_by_exposures",
        calibrated_quantity="difference of the shares that meet the primary rule, calibrated by negative-control exposures",
        most=courses.design.thresholds.largest_systematic_error,
    )


def _compare(courses: ComparedCourses, exposures: pa.Table | None, control: str, outcome: _Outcome) -> Estimate:
    """Return the difference between courses with and without one control, for which the truth is none."""
    drug = courses.design.ingredient_of(control)
    id, quantity = (
        f"{_PREFIX}{control}{outcome.ending}",
        f"{outcome.quantity} with and without {drug}, where there should be none",
    )
    if exposures is None:
        return failed_row(id, quantity, "no history of treatments was read", outcome.unit)
    is_there = np.isfinite(outcome.values)
    taken = _is_taken(courses, exposures, control)
    with_it, without = (int(np.count_nonzero(taken[is_there] == side)) for side in (1, 0))
    if min(with_it, without) < FEWEST_COURSES:
        reason = (
            f"{drug} was taken at time zero of {with_it} of {with_it + without} compared courses: too few to compare"
        )
        return failed_row(id, quantity, reason, outcome.unit)
    weighted = weigh(_as_groups(courses, taken, drug).where(is_there))
    means = weighted_means(outcome.values[is_there], weighted.treated, weighted.weights, weighted.persons)
    return contrast_row(weighted, id, quantity, means, unit=outcome.unit)


def _is_taken(courses: ComparedCourses, exposures: pa.Table, control: str) -> Array:
    """Return 1 for each course at whose time zero the control was taken, else 0."""
    found, place = rows_of_courses(exposures, courses.rows)
    taken = np.zeros(courses.rows.num_rows)
    taken[place[texts(found, "control") == control]] = 1.0
    return taken


def _as_groups(courses: ComparedCourses, taken: Array, drug: str) -> ComparedCourses:
    """Return the courses in the groups with and without the drug; which treatment it was is one more thing to be made alike."""
    known = courses.covariates
    covariates = replace(
        known,
        values=np.column_stack([known.values, courses.treated]),
        names=(*known.names, f"treatment: {courses.groups[0]}"),
    )
    return replace(courses, treated=taken, groups=(drug, f"no {drug}"), covariates=covariates)


def _calibrate(courses: ComparedCourses, found: Sequence[Estimate], outcome: _Outcome) -> list[Estimate]:
    known = [row for row in found if row.value is not None and row.standard_error]
    null = fit_empirical_null(
        [row.value or 0.0 for row in known], [row.standard_error or 1.0 for row in known], least_count=FEWEST_CONTROLS
    )
    if null.reason is not None:
        reason = (
            f"{len(known)} of the {len(found)} negative-control exposures named can be compared, fewer than {FEWEST_CONTROLS}: "
            "records rarely hold enough drugs that do nothing for the rating and were taken by enough persons"
        )
        null = replace(null, reason=reason)
    drugs = [courses.design.ingredient_of(_control_of(row, outcome)) for row in known]
    excluding = Estimate(
        id=f"comparison.check.exposures_excluding{outcome.ending}",
        quantity=f"negative-control exposures whose interval excludes no {outcome.quantity}",
        value=float(null.excluding_count),
        unit="{controls}",
        method=f"of {len(known)} negative-control exposures that can be compared; one in twenty is chance",
    )
    return [
        excluding,
        calibrated_row(outcome.calibrated, outcome.calibrated_quantity, outcome.difference, null, drugs, outcome.most),
    ]


def _control_of(row: Estimate, outcome: _Outcome) -> str:
    return row.id.removeprefix(_PREFIX).removesuffix(outcome.ending)
