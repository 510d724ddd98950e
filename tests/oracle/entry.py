"""Which course enters, and where is another lost? The rules of docs/courses.md in plain Python, a second opinion for tests.

Written from the rules' text; tables are lists of dictionaries. The study's numbers are arguments, all of them asked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The study's numbers."""

    lengths: Mapping[str, tuple[dt.timedelta, dt.timedelta]]  # by treatment
    condition: str
    icd10cm: str
    ages: tuple[int, int]
    observed_before: dt.timedelta
    preventive_classes: int
    acute_classes: int
    preventive_exposure: dt.timedelta
    acute_exposure: dt.timedelta
    courses: str  # first, first eligible, all


def lost_at(rules: Rules, tables: Mapping[str, Sequence[Row]]) -> dict[str, str | None]:
    """Return by course the id of the first rule that it does not meet, or None."""
    lost = {}
    for person in {course["person_id"] for course in tables["courses"]}:
        own = {name: [row for row in rows if row["person_id"] == person] for name, rows in tables.items()}
        lost |= {course["course_id"]: _first_unmet(course, rules, own) for course in own["courses"]}
    if rules.courses == "first eligible":
        seen = set()
        for course in sorted(tables["courses"], key=lambda course: (course["start"], course["course_id"])):
            key = (course["person_id"], course["treatment"])
            if lost[course["course_id"]] is None:
                if key in seen:
                    lost[course["course_id"]] = "first_eligible"
                seen.add(key)
    return lost


def _first_unmet(course: Row, rules: Rules, own: Mapping[str, Sequence[Row]]) -> str | None:
    """Judge one course by the tables of its own person."""
    if course["treatment"] not in rules.lengths:
        return "treated"
    shortest, longest = rules.lengths[course["treatment"]]
    if course["end"] is None or not shortest <= course["end"] - course["start"] <= longest:
        return "length"
    if rules.courses == "first" and course["course_number"] != 1:
        return "first_course"
    if not any(_is_of(row, rules) and row["date"].date() <= course["start"].date() for row in own["conditions"]):
        return "condition"
    age = next((_age(patient, course["start"]) for patient in own["patients"]), None)
    if age is None or not rules.ages[0] <= age <= rules.ages[1]:
        return "age"
    since = course["start"] - rules.observed_before
    if not any(span["start"] <= since and course["start"] <= span["end"] for span in own["observed"]):
        return "observed_before"
    for role, count, exposure in (
        ("preventive", rules.preventive_classes, rules.preventive_exposure),
        ("acute", rules.acute_classes, rules.acute_exposure),
    ):
        failed = {
            row["drug_class"]
            for row in own["treatments"]
            if row["role"] == role and row["drug_class"] is not None and _has_failed(row, course["start"], exposure)
        }
        if len(failed) < count:
            return f"failed_{role}_classes"
    return None


def _is_of(diagnosis: Row, rules: Rules) -> bool:
    if diagnosis["name"] is not None and diagnosis["name"].lower() == rules.condition:
        return True
    return diagnosis["vocabulary"] == "ICD10CM" and diagnosis["code"].replace(".", "").startswith(rules.icd10cm)


def _age(patient: Row, when: dt.datetime) -> int | None:
    born = patient["birth_date"]
    if born is not None:
        had_birthday = (when.month, when.day) >= (born.month, born.day)
        return when.year - born.year - (0 if had_birthday else 1)
    return None if patient["birth_year"] is None else when.year - patient["birth_year"]


def _has_failed(row: Row, before: dt.datetime, exposure: dt.timedelta) -> bool:
    if row["outcome"] in ("no effect", "not tolerated", "contraindicated"):
        known = row["end"] or row["start"]
        return known is None or known < before
    if row["outcome"] == "ongoing" or row["start"] is None or row["end"] is None:
        return False
    return row["end"] < before and row["end"] - row["start"] >= exposure
