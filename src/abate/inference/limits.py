"""How many courses left the limits of their drug, when, and for how long?

Every course counts as given without intensive monitoring; the records seldom tell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from abate.contracts.result import Estimate
from abate.inference.columns import Sample, eligible_courses, numbers, persons, rows_of_courses, sample_of, texts
from abate.inference.rows import NO_COURSE, ShareInterval, mean_row, median_row, share_row
from abate.knowledge.infusion_limits import BEYOND, BOLUS, NOT_KNOWN, RATE, WARD, find_limit, known_drugs

if TYPE_CHECKING:
    import pyarrow as pa

    from abate.contracts.definition import Study

_NOBODY_BEYOND = "no course is known to have passed the limit"


def has_limits(drug: str) -> bool:
    """Return whether a limit of the drug is known, of its rate or of a bolus."""
    return drug in known_drugs() and any(find_limit(drug, WARD, kind).limit is not None for kind in (RATE, BOLUS))


def estimate_limits(study: Study, outcomes: pa.Table, limits: pa.Table | None) -> list[Estimate]:
    """Return the shares of courses beyond a limit, and of the rate when and for how long; nothing where no limit is known.

    Parameters
    ----------
    study : Study
    outcomes : Table
        Columns of ``contracts.outcome.outcomes_table(study)``, one row a course.
    limits : Table or None
        Columns of ``courses.limits.find_limit_breaches``; None where it was not asked.
    """
    drug = study.treatment.name
    if limits is None or not has_limits(drug):
        return []
    courses = eligible_courses(study, outcomes)
    rows, place = rows_of_courses(limits, courses)
    whose = persons(courses)[place]
    rate, bolus = find_limit(drug, WARD, RATE), find_limit(drug, WARD, BOLUS)
    verdicts = {kind: texts(rows, f"{kind}_verdict") for kind in ("rate", "bolus")}
    is_beyond = verdicts["rate"] == BEYOND
    first = sample_of(np.where(is_beyond, numbers(rows, "beyond_first_hour"), np.nan), whose)
    hours = sample_of(np.where(is_beyond, numbers(rows, "beyond_hours"), np.nan), whose)
    return [
        mean_row("limits.rate_max.mean", "mean highest rate per kg", sample_of(numbers(rows, "rate_max_mg_kg_h"), whose), "mg/kg/h"),
        _share(f"courses with a rate above {rate.limit:g} {rate.unit}", "limits.rate_beyond", _judged(verdicts["rate"], whose)),
        _share(f"courses with a bolus above {bolus.limit:g} {bolus.unit}", "limits.bolus_beyond", _judged(verdicts["bolus"], whose)),
        _share(
            "courses of which it is not known whether they kept to the limits",
            "limits.not_known",
            sample_of((texts(rows, "limits_verdict") == NOT_KNOWN).astype(np.float64), whose),
        ),
        median_row("limits.first_hour.median", "median hours from the first dose to the first rate above the limit", first, "h", none=_NOBODY_BEYOND),
        median_row("limits.hours.median", "median hours above the limit, in courses that passed it", hours, "h", none=_NOBODY_BEYOND),
    ]  # fmt: skip


def _judged(verdicts: np.ndarray, whose: np.ndarray) -> Sample:
    beyond = np.where(verdicts == NOT_KNOWN, np.nan, verdicts == BEYOND).astype(np.float64)
    return sample_of(beyond, whose)


def _share(quantity: str, id: str, sample: Sample) -> Estimate:
    return share_row(id, quantity, sample, interval=ShareInterval.EXACT, none=NO_COURSE)
