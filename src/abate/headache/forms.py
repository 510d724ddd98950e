"""How does the form look on which the questions are answered? A workbook, a REDCap data dictionary, a FHIR Questionnaire."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from abate.base.errors import AnswersError
from abate.contracts.notice import NOT_A_DEVICE
from abate.headache.answers import code_of
from abate.knowledge.questions import CHOICE, CHOICES, FLAG, NUMBER, Question, questionnaire
from abate.knowledge.redcap import DICTIONARY_COLUMNS

TITLE = "Before the infusion: headache history"
_SHEET = "answers"
_TREATMENTS = "treatments"
#: What is told of a treatment that was tried, and what may have come of it.
TREATMENT_COLUMNS = ("drug", "outcome", "dose_mg_day", "start", "end")
TREATMENT_OUTCOMES = ("no effect", "not tolerated", "contraindicated", "ongoing", "unknown")
_COLUMNS = ("question", "what is asked", "answer", "what may be answered")
_REDCAP_FORM = "headache_history"
_FHIR_ITEM_TYPES = {FLAG: "boolean", CHOICE: "choice", CHOICES: "choice"}


# ---- a workbook ------------------------------------------------------------------------------------------------------------


def make_workbook() -> bytes:
    """Return the form as a workbook: one row a question, with lists to choose from and limits that Excel checks."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font, PatternFill

    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = _SHEET
    sheet.append([TITLE])
    sheet.append([f"{NOT_A_DEVICE} Leave empty what is not known: an empty answer is never taken as a no."])
    sheet.append(list(_COLUMNS))
    section = None
    for question in questionnaire().questions.values():
        if question.section != section:
            section = question.section
            sheet.append([None, section])
            sheet.cell(sheet.max_row, 2).font = Font(bold=True)
        sheet.append([question.id, question.text, None, question.expected])
        answer = sheet.cell(sheet.max_row, 3)
        answer.fill = PatternFill("solid", fgColor="F3F1EA")
        _add_check(sheet, question, answer.coordinate)
    sheet["A1"].font = Font(bold=True, size=14)
    for cell in sheet[3]:
        cell.font = Font(bold=True)
    for letter, width in zip("ABCD", (24, 70, 30, 60), strict=True):
        sheet.column_dimensions[letter].width = width
    for row in sheet.iter_rows(min_row=3):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "A4"
    _add_treatments(workbook.create_sheet(_TREATMENTS))
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def _add_treatments(sheet: Any) -> None:
    """Write the head of the second sheet, one row a treatment tried, with the outcomes to choose from."""
    from openpyxl.styles import Font
    from openpyxl.worksheet.datavalidation import DataValidation

    sheet.append(["Treatments tried, all of them: one row each. Drug: the ingredient. Start and end: dates."])
    sheet.append(list(TREATMENT_COLUMNS))
    for cell in (*sheet[1], *sheet[2]):
        cell.font = Font(bold=True)
    for letter, width in zip("ABCDE", (28, 20, 14, 14, 14), strict=True):
        sheet.column_dimensions[letter].width = width
    check = DataValidation(
        type="list", formula1=f'"{",".join(TREATMENT_OUTCOMES)}"', allow_blank=True, showErrorMessage=True
    )
    sheet.add_data_validation(check)
    check.add("B3:B200")


def _add_check(sheet: Any, question: Question, place: str) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    if question.kind == NUMBER:
        check = DataValidation(
            type="whole" if question.is_whole else "decimal",
            operator="between",
            formula1=f"{question.least:g}",
            formula2=f"{question.most:.0f}",
        )
    elif question.kind == CHOICES:
        return  # several options in one cell: Excel has no list for that; the last column says how
    else:
        options = ("yes", "no") if question.kind == FLAG else question.options
        check = DataValidation(type="list", formula1='"' + ",".join(options) + '"')
    check.allow_blank = True
    check.showErrorMessage = True
    check.error = f"{question.expected}, or empty"
    check.errorTitle = question.id
    sheet.add_data_validation(check)
    check.add(place)


def read_workbook(path: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the answers and the treatments that were written into the form's workbook; empty cells are left out.

    Raises
    ------
    AnswersError
        If the file is no workbook, or not the form.
    """
    from zipfile import BadZipFile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        workbook = load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError):
        raise AnswersError(
            f"{path.name} is no workbook that can be read; write a new form: abate assess --form FILE.xlsx."
        ) from None
    if _SHEET not in workbook.sheetnames:
        raise AnswersError(f"{path.name} has no sheet {_SHEET!r}; write a new form: abate assess --form FILE.xlsx.")
    asked = questionnaire().questions
    rows = [tuple(row) + (None,) * 3 for row in workbook[_SHEET].iter_rows(min_row=4, values_only=True)]
    named = [row[0] for row in rows if row[0] is not None]
    if len(set(named)) < len(named):
        raise AnswersError(f"{path.name} has a question in more than one row; keep one of each.")
    answers = {
        str(row[0]): row[2] for row in rows if row[0] is not None and (row[2] is not None or row[0] not in asked)
    }
    return answers, _read_treatments(workbook) if _TREATMENTS in workbook.sheetnames else []


def _read_treatments(workbook: Any) -> list[dict[str, Any]]:
    rows = list(workbook[_TREATMENTS].iter_rows(min_row=2, values_only=True))
    names = [str(name) for name in rows[0] if name is not None] if rows else []
    return [
        {
            name: value.date() if hasattr(value, "date") else value
            for name, value in zip(names, row, strict=False)
            if value is not None
        }
        for row in rows[1:]
        if any(value is not None for value in row)
    ]


# ---- REDCap ----------------------------------------------------------------------------------------------------------------


def make_redcap_dictionary() -> str:
    """Return the form as a REDCap data dictionary, CSV; the answers come back by their codes."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, DICTIONARY_COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerow(
        {
            "Variable / Field Name": "record_id",
            "Form Name": _REDCAP_FORM,
            "Field Type": "text",
            "Field Label": "Record ID",
            "Field Note": NOT_A_DEVICE,
        }
    )
    section = None
    for question in questionnaire().questions.values():
        header = question.section if question.section != section else ""
        section = question.section
        writer.writerow({**_redcap_field(question), "Section Header": header})
    return stream.getvalue()


def _redcap_field(question: Question) -> Mapping[str, str]:
    field = {
        "Variable / Field Name": question.id,
        "Form Name": _REDCAP_FORM,
        "Field Label": question.text,
        "Field Note": question.unit,
    }
    if question.kind == FLAG:
        return {**field, "Field Type": "yesno"}
    if question.kind == NUMBER:
        return {
            **field,
            "Field Type": "text",
            "Text Validation Type OR Show Slider Number": "integer" if question.is_whole else "number",
            "Text Validation Min": "" if question.is_above else f"{question.least:g}",
            "Text Validation Max": f"{question.most:.0f}",
        }
    options = question.options if question.kind == CHOICE else (*question.options, "none")
    return {
        **field,
        "Field Type": "radio" if question.kind == CHOICE else "checkbox",
        "Choices, Calculations, OR Slider Labels": " | ".join(f"{code_of(option)}, {option}" for option in options),
        "Field Annotation": "@NONEOFTHEABOVE='none'" if question.kind == CHOICES else "",
    }


# ---- FHIR ------------------------------------------------------------------------------------------------------------------


def make_questionnaire() -> dict[str, Any]:
    """Return the form as a FHIR R4 Questionnaire, one group a section; link ids are the questions' ids."""
    groups: dict[str, dict[str, Any]] = {}
    for question in questionnaire().questions.values():
        group = groups.setdefault(
            question.section_id,
            {"linkId": f"section-{question.section_id}", "text": question.section, "type": "group", "item": []},
        )
        group["item"].append(_fhir_item(question))
    return {
        "resourceType": "Questionnaire",
        "status": "draft",
        "title": TITLE,
        "description": f"{NOT_A_DEVICE} Leave empty what is not known.",
        "subjectType": ["Patient"],
        "item": list(groups.values()),
    }


def _fhir_item(question: Question) -> dict[str, Any]:
    item: dict[str, Any] = {"linkId": question.id, "text": question.text, "required": False}
    if question.kind == NUMBER:
        item["type"] = "integer" if question.is_whole else "decimal"
        value = "valueInteger" if question.is_whole else "valueDecimal"
        limits = {"minValue": question.least, "maxValue": question.most}
        item["extension"] = [
            {
                "url": f"http://hl7.org/fhir/StructureDefinition/{name}",
                value: int(limit) if question.is_whole else limit,
            }
            for name, limit in limits.items()
        ]
        return item
    item["type"] = _FHIR_ITEM_TYPES[question.kind]
    if question.kind != FLAG:
        options = question.options if question.kind == CHOICE else (*question.options, "none")
        item["answerOption"] = [{"valueCoding": {"code": code_of(option), "display": option}} for option in options]
        item["repeats"] = question.kind == CHOICES
    return item
