"""Shares by class of what had failed, from a row a course and class."""

from __future__ import annotations

import pyarrow as pa

from abate.inference.columns import eligible_courses
from abate.inference.failed import estimate_failed
from tests.outcome_tables import outcomes_of, small_study

STUDY = small_study()
NAMES = (
    "has_failed",
    "no_effect",
    "not_tolerated",
    "contraindicated",
    "inferred",
    "fair",
    "may_be_fair",
    "may_have_failed",
)


def courses_of(count, **columns):
    return eligible_courses(STUDY, outcomes_of(STUDY, baseline=[8.0] * count, **columns))


def failed_of(*rows):
    """Rows of course, role, class and the flags that are true."""
    columns = {name: [name in row[3:] for row in rows] for name in NAMES}
    first = {name: [row[place] for row in rows] for place, name in enumerate(("course_id", "role", "drug_class"))}
    return pa.table({**first, **columns})


def found_of(courses, failed):
    return {row.id: row for row in estimate_failed(courses, failed)}


def test_classes_are_counted_by_course_and_reason():
    "Four courses; two classes had failed before course 1, one before course 2, none before 3 and 4: a median of 0.5."
    found = found_of(
        courses_of(4),
        failed_of(
            (1, "preventive", "beta-blocker", "has_failed", "not_tolerated"),
            (1, "preventive", "tricyclic", "has_failed", "no_effect", "inferred", "fair"),
            (2, "preventive", "tricyclic", "has_failed", "no_effect", "fair"),
            (3, "preventive", "tricyclic", "may_have_failed", "may_be_fair"),
            (3, "acute", "triptan", "contraindicated"),
            (9, "preventive", "tricyclic", "has_failed"),
        ),
    )
    assert found["failed.preventive"].value == 0.5
    assert found["failed.acute"].value == 0
    assert "failed.infusion" not in found
    counts = {id: (row.numerator, row.denominator) for id, row in found.items() if row.numerator}
    assert counts == {
        "failed.preventive.beta_blocker": (1, 4),
        "failed.preventive.beta_blocker.not_tolerated": (1, 4),
        "failed.preventive.tricyclic": (2, 4),
        "failed.preventive.tricyclic.no_effect": (2, 4),
        "failed.preventive.tricyclic.inferred": (1, 4),
        "failed.preventive.tricyclic.fair": (2, 4),
        "failed.preventive.tricyclic.may_be_fair": (1, 4),
        "failed.preventive.tricyclic.may_have_failed": (1, 4),
        "failed.acute.triptan.contraindicated": (1, 4),
    }


def test_two_spellings_of_a_class_are_one_and_each_id_stands_once():
    found = estimate_failed(
        courses_of(2),
        failed_of((1, "acute", "CGRP antibody", "has_failed"), (2, "acute", "cgrp-antibody", "has_failed")),
    )
    assert len({row.id for row in found}) == len(found)
    assert {row.id: row.numerator for row in found}["failed.acute.cgrp_antibody"] == 2


def test_a_person_with_two_courses_is_one_person():
    found = found_of(courses_of(3, person_id=[1, 1, 2]), failed_of((1, "preventive", "a", "has_failed")))
    assert found["failed.preventive.a"].person_count == 2


def test_without_treatments_or_courses_there_is_a_reason():
    (row,) = estimate_failed(courses_of(2), None)
    assert row.reason == "the records hold no earlier treatments"
    (row,) = estimate_failed(courses_of(0), failed_of((1, "acute", "a", "has_failed")))
    assert row.value is None
