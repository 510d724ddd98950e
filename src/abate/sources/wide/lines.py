"""Whose course is a row of the wide sheet, and when was it? What every table needs of a row, read once."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from abate.base.errors import MissingTableError
from abate.contracts.definition import Study
from abate.contracts.result import SAME_ROW_TWICE
from abate.sources.border.reading import ROW_KEY
from abate.sources.border.words import plain_word
from abate.sources.findings import Remark
from abate.sources.sheets.names import contract_name
from abate.sources.wide.columns import Cells, WideColumns
from abate.sources.wide.mapping import WideSheetMapping
from abate.sources.wide.stays import Stay, read_number, read_stay

Row = dict[str, str | None]

NOT_NAMED = "not named"


@dataclass(frozen=True)
class Notes:
    """Remarks on rows, and counts of what was assumed."""

    remarks: list[Remark] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def say(self, table: str, rule: str, action: str, key: str | None = None) -> None:
        """Add one remark."""
        self.remarks.append((table, rule, action, key))


@dataclass(frozen=True, kw_only=True)
class Line:
    """One row of the sheet: ``key`` names it in the findings."""

    key: str
    person: str
    treatment: str | None
    course_id: str
    cells: Cells
    stay: Stay

    def cell(self, column: str | None) -> str | None:
        """Return the cell of a column as the mapping names it; None where the mapping names none."""
        return None if column is None else self.cells[contract_name(column)]


def read_lines(plan: WideSheetMapping, columns: WideColumns, study: Study | None, notes: Notes) -> list[Line]:
    """Return the rows that name a patient; a patient's courses are numbered in the order of their first dose."""
    lines: list[Line] = []
    seen: set[tuple[str | None, ...]] = set()
    for number, cells in columns.rows():
        key = f"{columns.sheet.name} row {number}"
        if tuple(cells.values()) in seen:
            notes.say("courses", SAME_ROW_TWICE, "dropped", key)
            continue
        seen.add(tuple(cells.values()))
        person = _person(plan, cells)
        if person is None:
            notes.say("courses", "the id of the patient is empty", "dropped", key)
            continue
        stay = _stay(plan, cells, key, notes)
        treatment = _treatment(plan, cells, study)
        lines.append(Line(key=key, person=person, treatment=treatment, course_id="", cells=cells, stay=stay))
    return list(_with_ids(lines))


def _with_ids(lines: list[Line]) -> Iterator[Line]:
    seen: Counter[tuple[str, str | None]] = Counter()
    ids: dict[str, str] = {}
    for line in sorted(lines, key=lambda line: line.stay.start or dt.datetime.max):
        seen[line.person, line.treatment] += 1
        ids[line.key] = f"{line.person}:{line.treatment}:{seen[line.person, line.treatment]}"
    for line in lines:
        yield Line(
            key=line.key,
            person=line.person,
            treatment=line.treatment,
            course_id=ids[line.key],
            cells=line.cells,
            stay=line.stay,
        )


def _person(plan: WideSheetMapping, cells: Cells) -> str | None:
    person = cells[contract_name(plan.patient.id)]
    return None if person is None else re.sub(r"^(-?[0-9]+)\.0+$", r"\1", person)


def _treatment(plan: WideSheetMapping, cells: Cells, study: Study | None) -> str | None:
    """Return the treatment as the study spells it: the column's, or else the study's only one."""
    treatments = () if study is None else study.treatments
    if plan.course.treatment is not None:
        text = cells[contract_name(plan.course.treatment)]
        known = {plain_word(treatment.name): treatment.name for treatment in treatments}
        return None if text is None else known.get(plain_word(text), text)
    if len(treatments) > 1:
        raise MissingTableError(
            "the study compares two treatments; name the column that holds them as treatment under [course] in the mapping."
        )
    return treatments[0].name if treatments else NOT_NAMED


def _stay(plan: WideSheetMapping, cells: Cells, key: str, notes: Notes) -> Stay:
    given: Cells = {}
    for name in ("admission", "start", "end", "length_days", "discharge"):
        column = getattr(plan.course, name)
        if column is not None:
            given[name] = cells[contract_name(column)]
    length = given.get("length_days")
    if length is not None and read_number(length) is None:
        notes.say("courses", "length_days is not a number", "repaired", key)
    return read_stay(plan.course, given)


def course_row(plan: WideSheetMapping, line: Line) -> Row:
    """Return the row of `courses`."""
    return {
        **line.stay.texts,
        "course_id": line.course_id,
        "person_id": line.person,
        "treatment": line.treatment,
        "setting": line.cell(plan.course.setting),
        "weight_kg": line.cell(plan.course.weight_kg),
        "end_reason": line.cell(plan.course.end_reason),
        ROW_KEY: line.key,
    }


def patient_rows(plan: WideSheetMapping, lines: list[Line], notes: Notes) -> list[Row]:
    """Return each patient once; where the rows of one patient differ, the first stands and the others are named."""
    found: dict[str, Row] = {}
    for line in lines:
        row = _patient_row(plan, line)
        first = found.setdefault(line.person, row)
        if any(first[name] != row[name] for name in ("sex", "birth_date", "race", "ethnicity", "site")):
            notes.say("patients", "the rows of one patient differ; the first stands", "kept", line.key)
    return list(found.values())


def _patient_row(plan: WideSheetMapping, line: Line) -> Row:
    patient = plan.patient
    return {
        "person_id": line.person,
        "sex": line.cell(patient.sex),
        "birth_date": line.cell(patient.birth_date),
        "birth_year": line.cell(patient.birth_year) if patient.age is None else _birth_year(patient.age, line),
        "race": line.cell(patient.race),
        "ethnicity": line.cell(patient.ethnicity),
        "site": line.cell(patient.site),
        ROW_KEY: line.key,
    }


def _birth_year(column: str, line: Line) -> str | None:
    """Return the year of the first dose less the age: the study's age, a difference of years, is then the sheet's."""
    age, start = read_number(line.cell(column)), line.stay.start
    return None if age is None or start is None else str(start.year - int(age))
