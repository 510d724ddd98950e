"""How are answers read from a file? One patient in TOML, JSON or the form's workbook; many in CSV, Parquet or a REDCap export."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abate.base.errors import AnswersError, RecordsNotFoundError
from abate.headache.answers import code_of
from abate.headache.text_tables import NotATableError, read_csv_texts
from abate.knowledge.questions import CHOICES, questionnaire

if TYPE_CHECKING:
    import pyarrow as pa

#: Columns that name a patient, the first that is there.
ID_COLUMNS = ("person_id", "record_id", "patient_id", "patient", "id")
#: Tables of a one-patient file that hold no answers to questions: the treatments tried.
TREATMENTS = "treatment"
_ONE = (".toml", ".json", ".xlsx")
_MANY = (".csv", ".gz", ".parquet")
#: What a REDCap export adds to the fields of a form.
_REDCAP_STARTS = ("redcap_",)
_REDCAP_ENDS = ("_complete", "_timestamp")
_CHECKBOX = "___"


@dataclass(frozen=True, kw_only=True)
class AnswerFile:
    """What a file held.

    Attributes
    ----------
    columns : mapping of question to list
        One value a patient.
    ids : list
        Names of the patients; empty for a file of one patient.
    treatments : list of mapping
        Treatments tried, of one patient.
    row_count : int
    """

    columns: Mapping[str, list[Any]]
    ids: list[Any] = field(default_factory=list)
    treatments: Sequence[Mapping[str, Any]] = ()
    row_count: int = 1

    @property
    def is_one(self) -> bool:
        """Whether the file is one patient's."""
        return not self.ids


def read_answers(path: Path) -> AnswerFile:
    """Return the answers in a file, unchecked.

    Raises
    ------
    RecordsNotFoundError
        If there is no such file, or it may not be read.
    AnswersError
        If it is not of a kind that is read, or not what its name says.
    """
    kind = path.suffix.lower()
    if not path.is_file():
        raise RecordsNotFoundError(
            f"there is no file {path}; name a file of answers, or write a form: abate assess --form."
        )
    if kind not in (*_ONE, *_MANY):
        raise AnswersError(
            f"{path.name} is of no kind that is read; give one patient in {', '.join(_ONE)}, or many in {', '.join(_MANY)}."
        )
    try:
        return _read_one(path, kind) if kind in _ONE else _read_many(path)
    except OSError as error:
        raise RecordsNotFoundError(f"{path} cannot be read ({error.strerror or 'no reason given'}).") from None


def _read_one(path: Path, kind: str) -> AnswerFile:
    if kind == ".xlsx":
        from abate.headache.forms import read_workbook

        answers, treatments = read_workbook(path)
        return AnswerFile(columns={question: [answer] for question, answer in answers.items()}, treatments=treatments)
    try:
        text = path.read_text(encoding="utf-8-sig")
        data = json.loads(text, object_pairs_hook=_each_once) if kind == ".json" else tomllib.loads(text)
    except (ValueError, UnicodeDecodeError) as error:
        where = f" at line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise AnswersError(
            f"{path.name} is not {kind[1:].upper()}{where}; mend it, or start from 'abate assess --form'."
        ) from None
    if isinstance(data, list):
        return _of_records(data, path)
    return _of_mapping(data, path)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise AnswersError("a question stands in the file more than once; keep one answer to each.")
    return dict(pairs)


def _of_mapping(data: Any, path: Path) -> AnswerFile:
    if not isinstance(data, dict):
        raise AnswersError(f"{path.name} must hold questions with their answers; found something else.")
    if data.get("resourceType") == "QuestionnaireResponse":
        return AnswerFile(columns={question: [answer] for question, answer in _from_fhir(data).items()})
    sections = {question.section_id for question in questionnaire().questions.values()}
    flat: dict[str, Any] = {}
    for key, value in data.items():
        entries = value if key in sections and isinstance(value, dict) else {key: value}
        flat.update(entries)
    treatments = flat.pop(TREATMENTS, [])
    if not isinstance(treatments, list) or not all(isinstance(entry, dict) for entry in treatments):
        raise AnswersError(f"{path.name}: treatments are tables of their own, each under [[{TREATMENTS}]].")
    return AnswerFile(columns={question: [answer] for question, answer in flat.items()}, treatments=treatments)


def _from_fhir(response: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers of a FHIR QuestionnaireResponse to the form's Questionnaire, by link id."""
    found: dict[str, Any] = {}
    waiting = _objects(response.get("item", []))
    while waiting:
        item = waiting.pop()
        waiting += _objects(item.get("item", []))
        values = [
            value.get("code", value.get("display")) if isinstance(value, dict) else value
            for answer in _objects(item.get("answer", []))
            for name, value in answer.items()
            if name.startswith("value")
        ]
        if values:
            found[str(item.get("linkId", ""))] = values if len(values) > 1 else values[0]
    return found


def _objects(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise AnswersError("this is no QuestionnaireResponse: item and answer must be lists of objects.")
    return list(value)


def _of_records(records: list[Any], path: Path) -> AnswerFile:
    if not all(isinstance(record, dict) for record in records):
        raise AnswersError(f"{path.name} must hold a list of objects, one a patient; found something else.")
    names = list(dict.fromkeys(name for record in records for name in record))
    return _of_table({name: [record.get(name) for record in records] for name in names}, path)


def _read_many(path: Path) -> AnswerFile:
    try:
        table = _read_parquet(path) if path.suffix.lower() == ".parquet" else read_csv_texts(path)
    except NotATableError:
        raise AnswersError(
            f"{path.name} is no table that can be read; give a CSV file in UTF-8 with a header, or Parquet."
        ) from None
    if len(set(table.column_names)) < len(table.column_names):
        raise AnswersError(f"{path.name} has a column more than once; keep one of each name.")
    return _of_table({name: table.column(name).to_pylist() for name in table.column_names}, path)


def _read_parquet(path: Path) -> pa.Table:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        return parquet.read_table(path)
    except pa.ArrowInvalid:
        raise NotATableError from None


def _of_table(table: Mapping[str, list[Any]], path: Path) -> AnswerFile:
    if {"Record ID", "Complete?"} & set(table):
        raise AnswersError(
            f"{path.name} is a REDCap export with labels; export the raw data, with field names as its header."
        )
    columns = {name.strip(): values for name, values in table.items() if not _is_redcaps_own(name)}
    row_count = len(next(iter(table.values()), []))
    if row_count == 0:
        raise AnswersError(f"{path.name} has no row of answers.")
    id_name = next((name for name in ID_COLUMNS if name in columns), None)
    ids = columns.pop(id_name) if id_name else list(range(1, row_count + 1))
    boxes = {name: columns.pop(name) for name in list(columns) if _CHECKBOX in name}
    for question, values in _from_checkboxes(boxes, row_count).items():
        columns[question] = values
    return AnswerFile(columns=columns, ids=ids, row_count=row_count)


def _is_redcaps_own(name: str) -> bool:
    return name.startswith(_REDCAP_STARTS) or name.endswith(_REDCAP_ENDS)


def _from_checkboxes(boxes: Mapping[str, list[Any]], row_count: int) -> dict[str, list[Any]]:
    """Return choices from REDCap's columns ``question___option``; no box ticked is no answer, ``none`` ticked is none."""
    chosen: dict[str, list[list[str]]] = {}
    options = {
        (question.id, code_of(option)): option
        for question in questionnaire().questions.values()
        if question.kind == CHOICES
        for option in (*question.options, "none")
    }
    for name, values in boxes.items():
        question, _, code = name.partition(_CHECKBOX)
        if (question, code) not in options:
            raise AnswersError(
                f"the column {name!r} is no box of a question; 'abate assess --questions' lists every question."
            )
        rows = chosen.setdefault(question, [[] for _ in range(row_count)])
        for row, value in zip(rows, values, strict=True):
            if str(value).strip().lower() in ("1", "1.0", "true", "checked"):
                row.append(options[question, code])
    return {question: [row or None for row in rows] for question, rows in chosen.items()}
