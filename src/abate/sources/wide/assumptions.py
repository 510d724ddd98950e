"""What was assumed where the wide sheet is silent? Each assumption as one sentence of the findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from abate.sources.wide.columns import WideColumns
from abate.sources.wide.lines import Line, Notes, Row
from abate.sources.wide.mapping import CourseColumns, WideSheetMapping

_MOST_NAMED_COLUMNS = 20


def assumptions(
    plan: WideSheetMapping,
    columns: WideColumns,
    lines: Sequence[Line],
    rows: Mapping[str, Sequence[Row]],
    notes: Notes,
) -> Iterator[tuple[str, str]]:
    """Yield table and sentence of everything that was assumed."""
    yield from _of_courses(plan.course, lines)
    yield from _of_ratings(plan, columns, notes)
    if plan.patient.age is not None:
        yield "patients", "the year of birth is the year of the first dose less the age in whole years"
    yield from dose_assumptions(notes)
    yield from _of_history(notes, has_treatments=bool(rows.get("treatments")))
    if columns.unread:
        named = ", ".join(columns.unread[:_MOST_NAMED_COLUMNS])
        more = ", …" if len(columns.unread) > _MOST_NAMED_COLUMNS else ""
        some = _some(
            len(columns.unread), "column is not in the mapping and was", "columns are not in the mapping and were"
        )
        yield columns.sheet.name, f"{some} not read: {named}{more}"


def _of_courses(course: CourseColumns, lines: Sequence[Line]) -> Iterator[tuple[str, str]]:
    assumed = Counter(what for line in lines for what in line.stay.assumed)
    sentences = {
        "admission": "admission is a date only; 00:00 is taken",
        "no admission": "admission is not in the sheet; 00:00 on the day of the first dose is taken",
        "start": f"the first dose has a date only; {course.assumed_start_time} is taken, or the admission where that is later",
        "end": f"the end has a date only; {course.assumed_end_time} is taken, between first dose and discharge",
        "discharge": f"the discharge has a date only; {course.assumed_discharge_time} is taken, or the end where that is later",
    }
    for what, sentence in sentences.items():
        if assumed[what]:
            yield "courses", f"{sentence} (in {assumed[what]} of {len(lines)} rows)"
    if course.length_days is not None:
        yield "courses", "the end is the first dose plus the length in days of 24 hours"


def _of_ratings(plan: WideSheetMapping, columns: WideColumns, notes: Notes) -> Iterator[tuple[str, str]]:
    clock = plan.ratings.assumed_time
    if columns.days:
        yield "ratings", f"a rating of day k is put at {clock} on calendar day k of the course"
    if notes.counts["moved ratings"]:
        some = _some(notes.counts["moved ratings"], "rating of a day is", "ratings of a day are")
        yield (
            "ratings",
            (
                f"{some} put a minute after the first dose or a minute before the discharge, "
                f"because {clock} does not lie between them"
            ),
        )
    if plan.ratings.admission is not None:
        yield "ratings", "the rating at admission is put at the time of admission"
    if plan.ratings.discharge is not None:
        yield "ratings", "the rating at discharge is put at the time of discharge, or at the end where there is none"


def dose_assumptions(notes: Notes) -> Iterator[tuple[str, str]]:
    """Yield what was assumed of doses of which a total and two rates are known."""
    counts = notes.counts
    if counts["doses without a rate"]:
        yield (
            "doses",
            (
                f"{counts['doses without a rate']} courses have one dose from first dose to end, without a rate: "
                "their rates, running hours and pauses are not recorded"
            ),
        )
    if counts["rates not taken"]:
        yield (
            "doses",
            (
                f"in {counts['rates not taken']} of them a rate of the sheet is not taken, because first rate, highest rate "
                "and total are not all there or do not fit together"
            ),
        )
    if counts["doses with rates"]:
        yield (
            "doses",
            (
                f"in {counts['doses with rates']} courses the first rate is put at the first minute, the highest at the last, "
                "and the rest of the total evenly between them; pauses cannot be seen and count as none"
            ),
        )


def _of_history(notes: Notes, *, has_treatments: bool) -> Iterator[tuple[str, str]]:
    counts = notes.counts
    if counts["undated events"]:
        some = _some(counts["undated events"], "event has", "events have")
        yield "events", f"{some} no date; the time of the first dose is taken"
    if counts["empty events"]:
        some = _some(
            counts["empty events"],
            "cell on adverse events is empty and counts",
            "cells on adverse events are empty and count",
        )
        yield "events", f"{some} as no event recorded"
    if counts["unanswered events"]:
        some = _some(counts["unanswered events"], "cell on adverse events says", "cells on adverse events say")
        yield "events", f"{some} neither yes nor no; no event is taken"
    if has_treatments:
        yield "treatments", "a treatment that had failed counts as without effect where the sheet does not say why"
    if counts["unnamed classes"]:
        yield "treatments", "failed classes are given as a number; each counts as one class without a name"


def _some(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
