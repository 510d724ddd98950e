"""How does the treatment compare with another: diagnostics first, then differences, then what would overturn them?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from abate.contracts.result import AttritionStep, BalanceRow, Compared, Estimate
from abate.inference.compared_checks import count_compared, describe_groups
from abate.inference.compared_controls import compare_control_exposures
from abate.inference.compared_courses import ComparedCourses, find_compared
from abate.inference.compared_days import compare_days
from abate.inference.compared_outcomes import compare_final, compare_response, compare_return
from abate.inference.compared_sensitivity import calibrate_response, vary_final, vary_response
from abate.inference.rows import check_unique_ids, failed_row
from abate.inference.weighted_outcome import Weighted, weigh

if TYPE_CHECKING:
    import pyarrow as pa

    from abate.contracts.definition import Study


def compare_treatments(
    study: Study,
    outcomes: pa.Table,
    daily: pa.Table,
    failed: pa.Table | None = None,
    attrition: Sequence[AttritionStep] = (),
    comparator_attrition: Sequence[AttritionStep] = (),
    exposures: pa.Table | None = None,
) -> tuple[tuple[Estimate, ...], Compared | None]:
    """Return the rows ``comparison.…`` and what stands beside them; nothing where the study has no comparator.

    Parameters
    ----------
    study : Study
    outcomes, daily : Table
        Columns of ``contracts.outcome.outcomes_table(study)`` and ``DAILY``, of every treatment, eligible or not.
    failed : Table, optional
        Columns of ``cohort.failed_classes.find_failed_classes``, where a history was read.
    attrition, comparator_attrition : sequence of AttritionStep
        Of the two treatments.
    exposures : Table, optional
        Columns of ``cohort.control_exposures.find_control_exposures``, where the study names some and a history was read.

    Returns
    -------
    tuple of Estimate, Compared or None
        What cannot be said, or is not to be used, is a row without a value and with the reason.
    """
    if study.comparator is None:
        return (), None
    courses = find_compared(study, outcomes, failed)
    counts = count_compared(courses, attrition, comparator_attrition)
    missing = [name for name, group in zip(courses.groups, (1, 0), strict=True) if not np.any(courses.treated == group)]
    if missing:
        reason = f"no course of {' and none of '.join(missing)} can be compared"
        nothing = failed_row(
            "comparison.final", "difference of the mean final rating, treatment less comparator", reason, "{points}"
        )
        return (*counts, nothing), Compared(comparator=study.comparator.name, attrition=comparator_attrition)
    weighted = weigh(courses)
    estimates = (
        *counts,
        *describe_groups(study, courses, weighted),
        *_differences(study, courses, outcomes, daily, exposures),
    )
    check_unique_ids(estimates)
    return estimates, _beside(courses, weighted, comparator_attrition)


def _differences(
    study: Study, courses: ComparedCourses, outcomes: pa.Table, daily: pa.Table, exposures: pa.Table | None
) -> list[Estimate]:
    final, response = compare_final(courses), compare_response(study, courses)
    by_id = {row.id: row for row in (*final, *response)}
    ratio = by_id.get("comparison.response.ratio", response[0])
    return [
        *final,
        *vary_final(courses, final[0]),
        *response,
        *vary_response(courses, ratio),
        *calibrate_response(courses, response[0]),
        *compare_control_exposures(study, courses, exposures, final[0], response[0]),
        *compare_return(study, courses, outcomes),
        *compare_days(courses, daily),
    ]


def _beside(courses: ComparedCourses, weighted: Weighted, attrition: Sequence[AttritionStep]) -> Compared:
    overlap = weighted.overlap
    return Compared(
        comparator=courses.groups[1],
        attrition=attrition,
        balance=tuple(
            BalanceRow(
                name=line.name,
                before=line.before,
                after=line.after,
                treated_before=line.mean_1_before,
                comparator_before=line.mean_0_before,
                treated_after=line.mean_1_after,
                comparator_after=line.mean_0_after,
                reason=None if line.reason is None else weighted.in_words(line.reason),
            )
            for line in weighted.balance
        ),
        score_edges=tuple(overlap.bin_edges.tolist()) if overlap.reason is None else (),
        treated_shares=tuple(overlap.share_1.tolist()) if overlap.reason is None else (),
        comparator_shares=tuple(overlap.share_0.tolist()) if overlap.reason is None else (),
        left_out=courses.covariates.left_out,
    )
