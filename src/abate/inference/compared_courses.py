"""Which courses are compared, in which group is each, and which courses of the same person came before it?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from abate.base.days import SECONDS_PER_DAY, parse_length
from abate.contracts.target_trial import TargetTrial
from abate.inference.columns import flags, persons, texts, with_person_numbers
from abate.inference.compared_covariates import Covariates, find_covariates, seconds
from abate.stats.arrays import Array, IntArray

if TYPE_CHECKING:
    from abate.contracts.definition import Study


@dataclass(frozen=True, kw_only=True, eq=False)
class ComparedCourses:
    """The courses of both treatments that are compared, in the order of ``course_id``.

    Attributes
    ----------
    design : TargetTrial
        What is to be emulated.
    groups : tuple of str
        Names of treatment and comparator.
    rows : Table
        Columns of `outcomes`, and ``person_number``, the same in both groups.
    treated : array of float64, shape (n,)
        1 for the treatment studied, 0 for the comparator.
    covariates : Covariates
    has_both : int
        Persons with a course of each treatment anywhere in the records.
    other_is_given : bool
        Whether the comparator is a drug: an untreated episode before a course makes nobody a user.
    earlier_other : int
        Eligible courses after an earlier one of the other treatment, left out or not.
    after_failed, comparator_after_failed : int
        Eligible courses of the treatment (of the comparator) soon after one of the other without response.
    """

    design: TargetTrial
    groups: tuple[str, str]
    rows: pa.Table
    treated: Array
    covariates: Covariates
    other_is_given: bool
    has_both: int
    earlier_other: int
    after_failed: int
    comparator_after_failed: int

    @property
    def persons(self) -> IntArray:
        """A number for each course's person."""
        return persons(self.rows)

    def where(self, is_kept: NDArray[np.bool_]) -> ComparedCourses:
        """Return some of the courses; what was counted of all stays."""
        values = self.covariates.values[is_kept]
        return replace(
            self,
            rows=self.rows.filter(pa.array(is_kept)),
            treated=self.treated[is_kept],
            covariates=replace(self.covariates, values=values),
        )


def find_compared(study: Study, outcomes: pa.Table, failed: pa.Table | None = None) -> ComparedCourses:
    """Return the eligible courses of treatment and comparator, from the first dose of each.

    Parameters
    ----------
    study : Study
        With a comparator.
    outcomes : Table
        Columns of ``contracts.outcome.outcomes_table(study)``, one row a course, of any treatment and eligible or not.
    failed : Table, optional
        Columns of ``cohort.failed_classes.find_failed_classes`` for the courses of both treatments.
    """
    treatment, comparator = study.treatments
    design, names = study.target_trial or TargetTrial(), (treatment.name, comparator.name)
    of_both = outcomes.filter(pc.is_in(outcomes["treatment"], value_set=pa.array(names, pa.string()))).sort_by(
        "course_id"
    )
    of_both = with_person_numbers(of_both)
    line = _find_line(of_both, f"response_{study.response.primary.id}", parse_length(design.recent))
    is_eligible = flags(of_both, "is_eligible") == 1
    is_treated = texts(of_both, "treatment") == study.treatment.name
    # Whoever is treated was untreated before: an earlier untreated episode does not make a course one of a later line.
    after_other = line.after_other & (~is_treated | comparator.is_given)
    is_kept = is_eligible if design.users == "all" else is_eligible & ~after_other
    rows = of_both.filter(pa.array(is_kept))
    treated: Array = is_treated[is_kept].astype(np.float64)
    return ComparedCourses(
        design=design,
        groups=names,
        rows=rows,
        treated=treated,
        covariates=find_covariates(design, rows, line.earlier_count[is_kept], failed),
        other_is_given=comparator.is_given,
        has_both=line.has_both,
        earlier_other=int(np.count_nonzero(is_eligible & after_other)),
        after_failed=int(np.count_nonzero(is_eligible & line.after_failed & is_treated)),
        comparator_after_failed=int(np.count_nonzero(is_eligible & line.after_failed & ~is_treated)),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Line:
    """What each course followed: arrays of one value a course."""

    earlier_count: Array
    after_other: NDArray[np.bool_]
    after_failed: NDArray[np.bool_]
    has_both: int


def _find_line(rows: pa.Table, response: str, recent: float) -> _Line:
    """Return which courses came after others of the same person: of either treatment, of the other, of the other without response."""
    whose, start, treatment = persons(rows), seconds(rows, "start"), texts(rows, "treatment")
    responded = flags(rows, response)
    count = rows.num_rows
    earlier, after_other, after_failed = np.zeros(count), np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
    both = 0
    for members in _by_person(whose):
        both += len(set(treatment[members].tolist())) > 1
        for place in members if len(members) > 1 else ():
            before = members[start[members] < start[place]]
            others = before[treatment[before] != treatment[place]]
            earlier[place] = before.size
            after_other[place] = others.size > 0
            soon = others[start[place] - start[others] <= recent]
            after_failed[place] = bool(np.any(responded[soon] == 0))
    return _Line(earlier_count=earlier, after_other=after_other, after_failed=after_failed, has_both=both)


def days_to_switch(courses: ComparedCourses, outcomes: pa.Table) -> Array:
    """Return the days from each course's discharge to the person's next course of the other treatment, inf without one."""
    rows = courses.rows
    keys = outcomes["person_id"].cast(rows.schema.field("person_id").type)
    is_named = pc.is_in(outcomes["treatment"], value_set=pa.array(courses.groups, pa.string()))
    known = outcomes.filter(pc.and_(is_named, pc.is_in(keys, value_set=rows["person_id"].combine_chunks())))
    starts: dict[object, list[tuple[float, str]]] = {}
    for person, start, name in zip(
        known["person_id"].to_pylist(), seconds(known, "start"), texts(known, "treatment"), strict=True
    ):
        starts.setdefault(person, []).append((float(start), str(name)))
    left = seconds(rows, "discharge")
    found = np.full(rows.num_rows, np.inf)
    for place, (person, name) in enumerate(zip(rows["person_id"].to_pylist(), texts(rows, "treatment"), strict=True)):
        later = [
            start - left[place] for start, other in starts.get(person, []) if other != name and start >= left[place]
        ]
        if later:
            found[place] = min(later) / SECONDS_PER_DAY
    return found


def _by_person(whose: IntArray) -> list[IntArray]:
    order = np.argsort(whose, kind="stable")
    edges = np.flatnonzero(np.diff(whose[order])) + 1
    return [part for part in np.split(order, edges) if part.size]
