"""What does the study find? All rows of the result table, from the outcomes of its courses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abate.contracts.result import Estimate
from abate.inference.change import estimate_change
from abate.inference.characteristics import describe_characteristics
from abate.inference.columns import eligible_courses
from abate.inference.completeness import count_courses, count_missing
from abate.inference.dosing import estimate_dosing
from abate.inference.durability import estimate_return, estimate_visits
from abate.inference.harm import estimate_harm
from abate.inference.limits import estimate_limits
from abate.inference.published import estimate_published
from abate.inference.response import estimate_response, estimate_time_to_response
from abate.inference.rows import check_unique_ids
from abate.inference.trajectory import estimate_trajectory

if TYPE_CHECKING:
    import pyarrow as pa

    from abate.contracts.definition import Study

__all__ = ["describe_characteristics", "estimate_study"]


def estimate_study(
    study: Study, outcomes: pa.Table, daily: pa.Table, harm: pa.Table, limits: pa.Table | None = None
) -> tuple[Estimate, ...]:
    """Return every estimate of the treatment studied, over its eligible courses; docs/estimates.md lists the ids.

    What the courses cannot give is a row without a value and with the reason.

    Parameters
    ----------
    study : Study
        Treatment, rules of response, visits and terms of harm.
    outcomes : Table
        Columns of ``contracts.outcome.outcomes_table(study)``, one row a course, of any treatment and eligible or not.
    daily, harm : Table
        Columns of ``contracts.outcome.DAILY`` and ``HARM``.
    limits : Table, optional
        Columns of ``courses.limits.find_limit_breaches``, where the doses were held against limits.

    Returns
    -------
    tuple of Estimate
        Each id once; the order of the rows of the tables makes no difference.

    Raises
    ------
    ValueError
        If two rows would share an id.
    """
    courses = eligible_courses(study, outcomes)
    estimates = (
        *count_courses(courses),
        *estimate_change(courses),
        *estimate_response(study, courses),
        *estimate_time_to_response(study, courses),
        *estimate_trajectory(courses, daily),
        *estimate_dosing(courses),
        *estimate_limits(study, outcomes, limits),
        *estimate_harm(study, courses, harm),
        *estimate_visits(study, courses),
        *estimate_return(courses),
        *count_missing(courses),
        *estimate_published(study),
    )
    check_unique_ids(estimates)
    return estimates
