"""What are the headline numbers when the rules for baseline and final rating are changed?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from abate.contracts.result import Estimate
from abate.inference.change import change_sample, mean_baseline, mean_change, mean_final
from abate.inference.columns import numbers, persons, sample_of, with_person_numbers
from abate.inference.response import meets_rule, response_row, response_row_missing_as_no

if TYPE_CHECKING:
    import pyarrow as pa

    from abate.contracts.definition import Study


def headline(study: Study, endpoints: pa.Table) -> Mapping[str, Estimate]:
    """Return the rows of the sensitivity table under one set of rules.

    Parameters
    ----------
    study : Study
        Its primary rule of response is applied to the endpoints given.
    endpoints : Table
        ``course_id``, ``person_id``, ``baseline``, ``final``, one row for each course that is to count; an endpoint that a
        course does not have is empty.

    Returns
    -------
    mapping of id to Estimate
        ``baseline.mean``, ``final.mean``, ``change.mean``, ``response.primary`` and ``response.primary_missing_as_no``, as
        in ``estimate_study``.
    """
    endpoints = with_person_numbers(endpoints.sort_by("course_id"))
    baseline, final, whose = numbers(endpoints, "baseline"), numbers(endpoints, "final"), persons(endpoints)
    rule = study.response.primary
    met = meets_rule(rule, baseline, final)
    rows = (
        mean_baseline(sample_of(baseline, whose)),
        mean_final(sample_of(final, whose)),
        mean_change(change_sample(baseline, final, whose)),
        response_row("primary", rule, met, whose),
        response_row_missing_as_no("primary", rule, met, whose),
    )
    return {row.id: row for row in rows}
