"""How does a REDCap export become course tables? Instance by instance, with the rules of the wide sheet where a clock time is open."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from abate.contracts.course_tables import COURSE_TABLES, SourceTables
from abate.contracts.definition import Study
from abate.sources.border.reading import ROW_KEY
from abate.sources.border.words import plain_word
from abate.sources.findings import remarks_as_arrow
from abate.sources.rating_days import NOON, moved_inside, time_before_first_dose
from abate.sources.redcap.export import GROUP, TABLE, Instance, take_apart
from abate.sources.redcap.mapping import read_plan
from abate.sources.sheets.folder import read_csv_text
from abate.sources.wide.assumptions import dose_assumptions
from abate.sources.wide.doses import dose_rows
from abate.sources.wide.lines import NOT_NAMED, Line, Notes, Row
from abate.sources.wide.mapping import DoseColumns
from abate.sources.wide.stays import Stay, read_time, time_text

if TYPE_CHECKING:
    from abate.engine.connection import Engine

SOURCE_KIND = "REDCap export"

_DOSES = DoseColumns(
    total_mg="crs_total_mg", first_rate_mg_h="crs_first_rate_mg_h", highest_rate_mg_h="crs_max_rate_mg_h"
)
_DOSE_FIELDS = ("crs_total_mg", "crs_first_rate_mg_h", "crs_max_rate_mg_h")


def read_redcap_export(where: Path, study: Study | None, engine: Engine) -> SourceTables:
    """Return the course tables that a raw export of abate's REDCap project holds.

    Parameters
    ----------
    where : Path
        The CSV file, or a TOML file that names it and declares missing-data codes.
    study : Study or None
        Gives treatment and scale where the export leaves them empty.
    engine : Engine
        Takes the tables.

    Raises
    ------
    RecordsNotFoundError, NotRecordsError, MissingTableError, BrokenRecordsError
        If it is not there, is no raw export of the project, or cannot be read.
    """
    plan = read_plan(where)
    export = take_apart(read_csv_text(plan.path, TABLE), plan.path.name, plan.missing_codes)
    notes = Notes(remarks=list(export.remarks))
    records = _Records(export.instances, study, notes)
    rows = records.tables()
    return SourceTables(
        **{name: engine.from_arrow(_arrow(name, found), name) for name, found in rows.items()},
        findings=engine.from_arrow(remarks_as_arrow(notes.remarks), "findings"),
        source_kind=SOURCE_KIND,
        source_details={
            "rows": str(export.row_count),
            "rows_read": str(export.read_count),
            "rows_set_aside": str(export.aside_count),
        },
    )


def _arrow(name: str, rows: list[Row]) -> pa.Table:
    names = (*COURSE_TABLES[name].column_names, ROW_KEY)
    return pa.table({column: pa.array([row.get(column) for row in rows], pa.string()) for column in names})


@dataclass
class _Records:
    """The instances of all records, with each record's courses in the order of their first dose."""

    instances: Sequence[Instance]
    study: Study | None
    notes: Notes
    courses: dict[str, list[Line]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for line in _with_ids([_line(instance, self._treatment(instance)) for instance in self._of("course")]):
            self.courses.setdefault(line.person, []).append(line)

    def tables(self) -> dict[str, list[Row]]:
        """Return the rows of each table that the export has something of."""
        self._say_what_has_no_course()
        lines = sorted(
            (line for lines in self.courses.values() for line in lines), key=lambda line: _row_number(line.key)
        )
        rows: dict[str, list[Row]] = {
            "patients": list(self._patients()),
            "courses": [_course_row(line) for line in lines],
            "doses": [row for line in lines for row in dose_rows(_DOSES, line, self.notes)],
            "ratings": [*self._daily_ratings(), *self._follow_up_ratings()],
            "events": [_event_row(instance) for instance in self._of("adverse_events")],
            "treatments": [_treatment_row(instance) for instance in self._of("history")],
            "contacts": [row for instance in self._of("follow_up") for row in _contact_rows(instance)],
        }
        self._fill_scales(rows["ratings"])
        for table, sentence in dose_assumptions(self.notes):
            self.notes.say(table, sentence, "noted")
        self._say_assumed()
        were_looked_for = any(line.cell("crs_ae_looked_for") == "yes" for line in lines)
        for name in ("patients", "doses", "events", "treatments", "contacts"):
            if not rows[name] and not (name == "events" and were_looked_for):
                del rows[name]
                self.notes.say(name, "no instance holds any; it counts as not recorded", "noted")
        return rows

    def _of(self, form: str) -> Iterator[Instance]:
        return (instance for instance in self.instances if instance.form == form)

    def _treatment(self, instance: Instance) -> str | None:
        """Return the treatment as the study spells it; the study's only one where the field is empty."""
        treatments = () if self.study is None else self.study.treatments
        text = instance.cells["crs_treatment"]
        if text is not None:
            known = {plain_word(treatment.name): treatment.name for treatment in treatments}
            return known.get(plain_word(text), text)
        if len(treatments) > 1:
            return None  # the border names the row
        self.notes.counts["treatment filled"] += 1
        return treatments[0].name if treatments else NOT_NAMED

    def _say_what_has_no_course(self) -> None:
        seen: set[str] = set()
        for instance in self.instances:
            if instance.record in self.courses:
                continue
            if instance.record not in seen:
                self.notes.say("patients", "the record has no course", "kept", instance.key)
            seen.add(instance.record)
            if instance.form in ("daily_ratings", "adverse_events", "follow_up"):
                table = "events" if instance.form == "adverse_events" else "ratings"
                what = "event" if table == "events" else "rating"
                self.notes.say(table, f"the record of the {what} has no course", "kept", instance.key)

    def _patients(self) -> Iterator[Row]:
        """Yield each record once; where rows of one record say different things, the first stands."""
        found: dict[str, Row] = {}
        names = {"sex": "pt_sex", "birth_date": "pt_birth_date", "birth_year": "pt_birth_year", "site": "pt_site"}
        for instance in self._of("patient"):
            row: Row = {name: instance.cells[known] for name, known in names.items()}
            if row["site"] is None and instance.group is not None:
                row["site"] = instance.group
                self.notes.counts["sites from groups"] += 1
            first = found.setdefault(instance.record, {"person_id": instance.record, **row, ROW_KEY: instance.key})
            if any(row[name] is not None and first[name] not in (None, row[name]) for name in names):
                self.notes.say("patients", "the rows of one record differ; the first stands", "kept", instance.key)
            first.update({name: row[name] for name in names if first[name] is None})
        return iter(found.values())

    def _daily_ratings(self) -> Iterator[Row]:
        for instance in self._of("daily_ratings"):
            time = self._time_of_rating(instance)
            yield _rating_row(instance, time, "rt", "course")

    def _time_of_rating(self, instance: Instance) -> str | None:
        """Return when a rating was given: its clock time, or the moment that its day and ``rt_when`` stand for."""
        date, clock, when = (instance.cells[name] for name in ("rt_date", "rt_clock", "rt_when"))
        given = read_time(date)
        if clock is not None or not given.is_date_only or given.time is None:
            return _joined(date, clock)
        course = self._course_on(instance.record, given.time.date())
        if course is None or course.stay.start is None:
            self.notes.counts["at noon, outside"] += 1
            return time_text(dt.datetime.combine(given.time.date(), NOON))
        stay, start = course.stay, course.stay.start
        if when == "before":
            self.notes.counts["at admission"] += 1
            return time_text(time_before_first_dose(admission=stay.admission, start=start))
        last = stay.discharge or stay.end
        if when == "discharge" and last is not None and last.date() == given.time.date():
            self.notes.counts["at discharge"] += 1
            return time_text(last)
        self.notes.counts["at noon"] += 1
        return time_text(
            moved_inside(dt.datetime.combine(given.time.date(), NOON), start=start, discharge=stay.discharge)
        )

    def _course_on(self, record: str, date: dt.date) -> Line | None:
        """Return the course of a record in whose stay a date lies."""
        for line in self.courses.get(record, ()):
            stay = line.stay
            first, last = stay.admission or stay.start, stay.discharge or stay.end
            if first is not None and first.date() <= date and (last is None or date <= last.date()):
                return line
        return None

    def _follow_up_ratings(self) -> Iterator[Row]:
        for instance in self._of("follow_up"):
            if instance.cells["fu_value"] is None:
                continue
            date, clock = instance.cells["fu_date"], instance.cells["fu_clock"]
            if clock is None and read_time(date).is_date_only:
                self.notes.counts["at noon, outside"] += 1
                clock = NOON.isoformat("minutes")
            yield _rating_row(instance, _joined(date, clock), "fu", instance.cells["fu_occasion"])

    def _fill_scales(self, ratings: list[Row]) -> None:
        empty = [row for row in ratings if row["scale"] is None]
        scale = NOT_NAMED if self.study is None else self.study.rating.scale
        for row in empty:
            row["scale"] = scale
        if empty:
            self.notes.say("ratings", f"scale is empty in {_some(len(empty), 'rating')}; {scale} is taken", "noted")

    def _say_assumed(self) -> None:
        counts: Counter[str] = self.notes.counts
        for what, table, sentence in (
            ("treatment filled", "courses", "crs_treatment is empty; the study's only treatment is taken"),
            ("sites from groups", "patients", f"pt_site is empty; the group in {GROUP} is taken"),
            ("at admission", "ratings", "a rating before the first dose without a clock time is put at the admission, or at 00:00 of that date"),
            ("at noon", "ratings", "a rating of a day without a clock time is put at 12:00, after the first dose and before the discharge"),
            ("at noon, outside", "ratings", "a rating outside every course without a clock time is put at 12:00"),
            ("at discharge", "ratings", "a rating at discharge without a clock time is put at the discharge, or at the end where there is none"),
        ):  # fmt: skip
            if counts[what]:
                self.notes.say(table, f"{sentence} ({_some(counts[what], 'row')})", "noted")


def _line(instance: Instance, treatment: str | None) -> Line:
    cells = dict(instance.cells)
    times = {name: read_time(cells[f"crs_{name}"]) for name in ("admission", "start", "end", "discharge")}
    stay = Stay(
        admission=times["admission"].time,
        start=times["start"].time,
        end=times["end"].time,
        discharge=times["discharge"].time,
        assumed=frozenset(),
        texts={name: given.text for name, given in times.items()},
    )
    return Line(key=instance.key, person=instance.record, treatment=treatment, course_id="", cells=cells, stay=stay)


def _with_ids(lines: list[Line]) -> Iterator[Line]:
    """Give each course the id person:treatment:number, numbered in the order of first doses."""
    seen: Counter[tuple[str, str | None]] = Counter()
    for line in sorted(lines, key=lambda line: line.stay.start or dt.datetime.max):
        seen[line.person, line.treatment] += 1
        course_id = f"{line.person}:{line.treatment}:{seen[line.person, line.treatment]}"
        yield Line(
            key=line.key,
            person=line.person,
            treatment=line.treatment,
            course_id=course_id,
            cells=line.cells,
            stay=line.stay,
        )


def _course_row(line: Line) -> Row:
    return {
        **line.stay.texts,
        "course_id": line.course_id,
        "person_id": line.person,
        "treatment": line.treatment,
        "setting": line.cell("crs_setting"),
        "weight_kg": line.cell("crs_weight_kg"),
        "end_reason": line.cell("crs_end_reason"),
        ROW_KEY: line.key,
    }


def _rating_row(instance: Instance, time: str | None, prefix: str, occasion: str | None) -> Row:
    return {
        "person_id": instance.record,
        "time": time,
        "scale": instance.cells[f"{prefix}_scale"],
        "value": instance.cells[f"{prefix}_value"],
        "occasion": occasion,
        ROW_KEY: instance.key,
    }


def _event_row(instance: Instance) -> Row:
    cells: Mapping[str, str | None] = instance.cells
    return {
        "person_id": instance.record,
        "time": cells["ae_onset"],
        "term": cells["ae_term"],
        "grade": cells["ae_grade"],
        "serious": cells["ae_serious"],
        "related": cells["ae_related"],
        "action": cells["ae_action"],
        ROW_KEY: instance.key,
    }


def _treatment_row(instance: Instance) -> Row:
    names = {"ingredient": "hx_ingredient", "drug_class": "hx_class", "role": "hx_role", "start": "hx_start",
             "end": "hx_end", "dose_mg_day": "hx_dose_mg_day", "outcome": "hx_outcome"}  # fmt: skip
    row: Row = {name: instance.cells[known] for name, known in names.items()}
    return {"person_id": instance.record, **row, "basis": "recorded", ROW_KEY: instance.key}


_PLANNED = {"planned visit": "yes", "unplanned visit": "no"}


def _contact_rows(instance: Instance) -> Iterator[Row]:
    """Yield the contact of a follow-up that was one."""
    kind = instance.cells["fu_contact"]
    if kind is not None and kind != "none":
        yield {
            "person_id": instance.record,
            "start": _joined(instance.cells["fu_date"], instance.cells["fu_clock"]),
            "kind": kind,
            "planned": _PLANNED.get(instance.cells["fu_occasion"] or "", "unknown"),
            "for_condition": instance.cells["fu_for_condition"],
            ROW_KEY: instance.key,
        }


def _joined(date: str | None, clock: str | None) -> str | None:
    """Return a date with its clock time, for the border to read."""
    if date is None or clock is None:
        return date
    return f"{date} {clock}"


def _row_number(key: str) -> int:
    return int(key.rpartition(" ")[2])


def _some(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")
