"""What harm was seen, in how many courses, how bad, and how often for each day of infusion?

None seen is not none: a share of 0 carries its upper bound. Not asked and not recorded are no numbers at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from abate.contracts.result import Estimate
from abate.inference.columns import flags, numbers, persons, rows_of_courses, sample_of, texts
from abate.inference.rows import NO_COURSE, ShareInterval, failed_row, rate_row, share_row, slug
from abate.stats.arrays import Array, IntArray

if TYPE_CHECKING:
    import pyarrow as pa

    from abate.contracts.definition import Study

GRADES = (1, 2, 3, 4, 5)

_NOT_ASKED = "the study does not ask for adverse events"
_NOT_RECORDED = "the records do not hold adverse events"

_ANY, _RATE = "courses with at least one adverse event", "adverse events per 100 days of infusion"
_SERIOUS = "courses with at least one serious adverse event"
_WORST_GRADE = "courses in which the worst recorded grade of {what} is {grade}"
_NO_GRADE = "courses with {what} and no recorded grade"
_GROUPS: Mapping[str, tuple[str, float]] = {
    "responders": ("responders", 1.0),
    "non_responders": ("non-responders", 0.0),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class _Term:
    """One kind of event: ``counts`` and ``worst`` grade of each course; nan where not known."""

    id: str
    name: str
    counts: Array
    worst: Array


def estimate_harm(study: Study, courses: pa.Table, harm: pa.Table) -> list[Estimate]:
    """Return shares of courses with events, by seriousness, grade, response and term, and rates by days of infusion.

    Parameters
    ----------
    study : Study
        Which terms are looked for.
    courses : Table
        One row a course, with the columns of `outcomes`.
    harm : Table
        One row an event; rows of other courses are ignored.
    """
    counts = numbers(courses, "event_count")
    none = _why_no_harm(study, counts)
    if none is not None:
        return _failed_rows(study, none)
    return [
        _share("harm.any", _ANY, _is_above_zero(counts), courses),
        _serious_row(courses),
        _rate("harm.rate", _RATE, counts, courses),
        *_grade_rows("harm", "an adverse event", numbers(courses, "event_worst_grade"), counts, courses),
        *_rows_by_response(study, courses, counts),
        *(row for term in _find_terms(study, courses, harm) for row in _rows_of_term(term, courses)),
    ]


def _why_no_harm(study: Study, counts: Array) -> str | None:
    if study.events is None:
        return _NOT_ASKED
    if counts.size == 0:
        return NO_COURSE
    return None if np.any(np.isfinite(counts)) else _NOT_RECORDED


def _share(id: str, quantity: str, values: Array, courses: pa.Table, group: str | None = None) -> Estimate:
    whose = persons(courses)
    return share_row(id, quantity, sample_of(values, whose), interval=ShareInterval.EXACT, group=group)


def _rate(id: str, quantity: str, counts: Array, courses: pa.Table) -> Estimate:
    days = numbers(courses, "length_days")
    has_length = np.isfinite(days) & np.isfinite(counts)
    return rate_row(id, quantity, sample_of(np.where(has_length, counts, np.nan), persons(courses)), days[has_length])


def _serious_row(courses: pa.Table) -> Estimate:
    """Return the share with a serious event; a course without any event has none, one of unknown seriousness is left out."""
    counts, serious = numbers(courses, "event_count"), flags(courses, "event_serious")
    is_known = np.isfinite(serious)
    if np.any(counts > 0) and not np.any(is_known[counts > 0]):
        return failed_row("harm.serious", _SERIOUS, "seriousness is not recorded of any event")
    known = np.where(counts == 0, 0.0, serious)
    unknown_count = int(np.count_nonzero((counts > 0) & ~is_known))
    left_out = f"; {unknown_count} with events of unknown seriousness left out" if unknown_count else ""
    return _share("harm.serious", f"{_SERIOUS}{left_out}", known, courses)


def _grade_rows(id: str, what: str, worst: Array, counts: Array, courses: pa.Table) -> list[Estimate]:
    """Return the share of courses by worst recorded grade; without any recorded grade these are no zeros."""
    is_known, has_event = np.isfinite(counts), counts > 0
    words = {grade: _WORST_GRADE.format(what=what, grade=grade) for grade in GRADES}
    if np.any(has_event) and not np.any(np.isfinite(worst[has_event])):
        reason = f"no grade of {what} is recorded"
        graded = [failed_row(f"{id}.grade_{grade}", words[grade], reason) for grade in GRADES]
    else:
        graded = [
            _share(f"{id}.grade_{grade}", words[grade], np.where(is_known, worst == grade, np.nan), courses)
            for grade in GRADES
        ]
    ungraded = np.where(is_known, has_event & ~np.isfinite(worst), np.nan)
    return [*graded, _share(f"{id}.grade_not_recorded", _NO_GRADE.format(what=what), ungraded, courses)]


def _rows_by_response(study: Study, courses: pa.Table, counts: Array) -> list[Estimate]:
    met = flags(courses, f"response_{study.response.primary.id}")
    return [
        _share(
            f"harm.any.{id}",
            f"{_ANY}, among {words}",
            np.where(met == wanted, _is_above_zero(counts), np.nan),
            courses,
            group=words,
        )
        for id, (words, wanted) in _GROUPS.items()
    ]


def _rows_of_term(term: _Term, courses: pa.Table) -> list[Estimate]:
    id = f"harm.{term.id}"
    return [
        _share(id, f"courses with {term.name}", _is_above_zero(term.counts), courses),
        _rate(f"{id}.rate", f"{term.name}: events per 100 days of infusion", term.counts, courses),
        *_grade_rows(id, term.name, term.worst, term.counts, courses),
    ]


def _find_terms(study: Study, courses: pa.Table, harm: pa.Table) -> list[_Term]:
    """Return the terms that the study names, in its order, and then whatever else was seen, by name."""
    rows, place = rows_of_courses(harm, courses)
    is_new = flags(rows, "was_present_before") != 1
    rows, place = rows.filter(is_new), place[is_new]
    names, grades, asked = texts(rows, "term"), numbers(rows, "grade"), _asked_terms(study)
    found = [*asked, *sorted(set(names) - set(asked))]
    is_known = np.isfinite(numbers(courses, "event_count"))
    return [
        _Term(
            id=id,
            name=name,
            counts=numbers(courses, f"event_{name}") if name in asked else _counts(place[names == name], is_known),
            worst=_worst_grades(place[names == name], grades[names == name], courses.num_rows),
        )
        for id, name in zip(_ids_of_terms(found), found, strict=True)
    ]


def _ids_of_terms(names: Sequence[str]) -> list[str]:
    """Return a part of an id for each term, told apart by a number where two would be the same or mean something else."""
    taken = {"any", "serious", "rate", "grade_not_recorded", *(f"grade_{grade}" for grade in GRADES)}
    ids = []
    for name in names:
        id, number = slug(name), 1
        while id in taken:
            number += 1
            id = f"{slug(name)}_{number}"
        taken.add(id)
        ids.append(id)
    return ids


def _asked_terms(study: Study) -> Sequence[str]:
    return () if study.events is None else tuple(study.events.terms)


def _counts(place: IntArray, is_known: np.ndarray) -> Array:
    return np.where(is_known, np.bincount(place, minlength=is_known.size), np.nan)


def _worst_grades(place: IntArray, grades: Array, course_count: int) -> Array:
    """Return each course's highest recorded grade, nan where there is none."""
    worst = np.full(course_count, np.nan)
    is_graded = np.isfinite(grades)
    np.fmax.at(worst, place[is_graded], grades[is_graded])
    return worst


def _is_above_zero(counts: Array) -> Array:
    return np.where(np.isfinite(counts), counts > 0, np.nan)


def _failed_rows(study: Study, reason: str) -> list[Estimate]:
    """Return the rows that every study has, and those of its terms, without a value."""
    wanted = {
        "harm.any": _ANY,
        "harm.serious": _SERIOUS,
        "harm.rate": _RATE,
        **{f"harm.grade_{grade}": _WORST_GRADE.format(what="an adverse event", grade=grade) for grade in GRADES},
        "harm.grade_not_recorded": _NO_GRADE.format(what="an adverse event"),
        **{f"harm.any.{id}": f"{_ANY}, among {words}" for id, (words, _) in _GROUPS.items()},
    }
    asked = _asked_terms(study)
    wanted |= {f"harm.{id}": f"courses with {name}" for id, name in zip(_ids_of_terms(asked), asked, strict=True)}
    return [failed_row(id, quantity, reason) for id, quantity in wanted.items()]
