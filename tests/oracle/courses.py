"""Which courses do these administrations make? The rules of docs/courses.md in plain Python, a second opinion for tests.

Written from the rules' text: loops over lists of dictionaries, `datetime` for times. Slow and short on purpose.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Row = Mapping[str, Any]


@dataclass
class Courses:
    """Rows as dictionaries; findings as (rule, action, key)."""

    courses: list[dict[str, Any]] = field(default_factory=list)
    doses: list[dict[str, Any]] = field(default_factory=list)
    findings: list[tuple[str, str, str | None]] = field(default_factory=list)


def join_courses(
    rows: Sequence[Row], stays: Sequence[Row] | None, longest_pause: Mapping[str, dt.timedelta]
) -> Courses:
    """Join administrations to courses; ``longest_pause`` by treatment."""
    made = Courses()
    if stays is None:
        made.findings.append(("no stays", "noted", None))
    kept = []
    for row in sorted(rows, key=lambda row: row["row_key"]):
        rule = why_dropped(row, kept)
        if rule is not None:
            made.findings.append((rule, "dropped", row["row_key"]))
            continue
        kept.append(row)
        if row["end"] is None:
            is_bolus = row["amount_mg"] is not None
            made.findings.append(
                ("no end, bolus", "repaired", row["row_key"]) if is_bolus else ("no end, rate", "kept", row["row_key"])
            )
    for person, treatment in sorted({(row["person_id"], row["treatment"]) for row in kept}):
        own = [row for row in kept if (row["person_id"], row["treatment"]) == (person, treatment)]
        _add_courses(made, person, treatment, own, stays, longest_pause[treatment])
    return made


def why_dropped(row: Row, kept: Sequence[Row]) -> str | None:
    """Return the first rule by which a row is no dose."""
    start, end = whole_second(row["start"]), whole_second(row["end"])
    quantities = [row[name] for name in ("rate_mg_h", "amount_mg") if row[name] is not None]
    if end is not None and end < start:
        return "ends before start"
    if quantities and all(quantity <= 0 for quantity in quantities):
        return "nothing given"
    if start == end and row["amount_mg"] is None:
        return "no length, no amount"
    if end is None and not quantities:
        return "says nothing"
    identity = ("person_id", "treatment", "start", "end", "rate_mg_h", "amount_mg")
    if any(all(row[name] == other[name] for name in identity) for other in kept):
        return "repeated"
    return None


def whole_second(time: dt.datetime | None) -> dt.datetime | None:
    return None if time is None else time.replace(microsecond=0)


def reach(row: Row) -> dt.datetime:
    """Return up to when a row is known to have been given."""
    return whole_second(row["start"] if row["end"] is None else row["end"])


def _add_courses(
    made: Courses, person: Any, treatment: str, rows: list[Row], stays: Sequence[Row] | None, pause: dt.timedelta
) -> None:
    courses: list[list[Row]] = []
    for row in sorted(rows, key=lambda row: (whole_second(row["start"]), row["row_key"])):
        start = whole_second(row["start"])
        if not courses or all(start - reach(earlier) > pause for earlier in courses[-1]):
            courses.append([])
        elif any(start < reach(earlier) for earlier in courses[-1]) and reach(row) > start:
            made.findings.append(("overlaps", "kept", row["row_key"]))
        courses[-1].append(row)
    for number, course in enumerate(courses, start=1):
        course_id = f"{person}:{treatment}:{number}"
        made.doses += [_dose(course_id, row) for row in course]
        made.courses.append(
            {
                "course_id": course_id,
                "person_id": person,
                "treatment": treatment,
                "course_number": number,
                "start": whole_second(course[0]["start"]),
                "end": max(reach(row) for row in course),
                "weight_kg": next((row["weight_kg"] for row in course if row["weight_kg"] is not None), None),
                "end_reason": "unknown",
                "admission": None,
                "discharge": None,
                "setting": None,
            }
        )
        if stays is not None:
            _put_in_stay(made, made.courses[-1], [stay for stay in stays if stay["person_id"] == person])


def _dose(course_id: str, row: Row) -> dict[str, Any]:
    is_open = row["end"] is None and row["amount_mg"] is None
    return {
        "course_id": course_id,
        "start": whole_second(row["start"]),
        "end": None if is_open else reach(row),
        **{name: row[name] for name in ("rate_mg_h", "amount_mg", "route", "basis")},
    }


def _put_in_stay(made: Courses, course: dict[str, Any], stays: Sequence[Row]) -> None:
    notes = []
    first = best_stay([stay for stay in stays if holds(stay, course["start"])])
    if first is None:
        notes.append("no stay")
    else:
        last = first
        if not holds(first, course["end"]):
            last = best_stay([stay for stay in stays if holds(stay, course["end"])]) or first
        course |= {"admission": first["start"], "discharge": last["end"], "setting": first["setting"]}
        if last is not first:
            notes.append("two stays")
        if last["end"] is None:
            notes.append("open stay")
        elif course["end"] > last["end"]:
            notes.append("ends after discharge")
    made.findings += [(note, "noted", course["course_id"]) for note in notes]


def holds(stay: Row, moment: dt.datetime) -> bool:
    return stay["start"] <= moment and (stay["end"] is None or moment <= stay["end"])


def best_stay(stays: Sequence[Row]) -> Row | None:
    """Inpatient before outpatient, then the latest start, then with an end before without, then the latest end, then the lowest key."""
    best = None
    for stay in sorted(stays, key=lambda stay: stay["stay_id"]):
        if best is None or _is_better(stay, best):
            best = stay
    return best


def _is_better(stay: Row, best: Row) -> bool:
    if stay["setting"] != best["setting"]:
        return stay["setting"] == "inpatient"
    if stay["start"] != best["start"]:
        return stay["start"] > best["start"]
    if stay["end"] is None or best["end"] is None:
        return best["end"] is None and stay["end"] is not None
    return stay["end"] > best["end"]
