"""Which class of preventives followed which, before the infusion? Counts of courses for each step from one class to the next."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from abate.contracts.result import TREATMENT_STEPS, Estimate
from abate.inference.columns import persons, rows_of_courses
from abate.inference.rows import slug

if TYPE_CHECKING:
    import pyarrow as pa

#: Classes beyond this many are not followed.
MOST_PLACES = 4
NO_FURTHER = "no further class"


def estimate_order(courses: pa.Table, order: pa.Table | None) -> list[Estimate]:
    """Return how many courses went from one class of preventives to the next; a count for each step.

    Parameters
    ----------
    courses : Table
        Rows of the courses that entered.
    order : Table or None
        ``course_id``, ``drug_class``, ``place``, as `cohort.treatment_order.find_treatment_order` gives them.

    Returns
    -------
    list of Estimate
        ``order.PLACE.CLASS.NEXT``, where NEXT may be ``no_further_class`` and ``group`` holds the names of both; from the first
        place to the fourth. Empty where no course has a dated preventive.
    """
    if order is None or courses.num_rows == 0:
        return []
    rows, of_course = rows_of_courses(order.sort_by("place"), courses)
    sequences: dict[int, list[str]] = {}
    for course, name in zip(of_course.tolist(), rows["drug_class"].to_pylist(), strict=True):
        sequences.setdefault(course, []).append(name)
    steps = Counter(step for classes in sequences.values() for step in _steps(classes[:MOST_PLACES]))
    names = {slug(name): name for _, *both in sorted(steps) for name in both}
    person_count = len({int(person) for person in persons(courses)[list(sequences)]})
    merged: Counter[tuple[int, str, str]] = Counter()
    for (place, one, other), count in steps.items():
        merged[place, slug(one), slug(other)] += count
    return [
        Estimate(
            id=f"{TREATMENT_STEPS}{place}.{one}.{other}",
            quantity=f"courses in which {names[one]} was preventive class {place} in order of start, followed by {names[other]}",
            value=float(count),
            n=len(sequences),
            person_count=person_count,
            method="count",
            group=f"{names[one]} → {names[other]}",
        )
        for (place, one, other), count in sorted(merged.items())
    ]


def _steps(classes: list[str]) -> list[tuple[int, str, str]]:
    """Return place, class and next class; whoever had no further one stays so up to the last place."""
    padded = classes + [NO_FURTHER] * (MOST_PLACES - len(classes))
    return [(place, padded[place - 1], padded[place]) for place in range(1, MOST_PLACES)]
