"""How does the project come into REDCap? A data dictionary in its 18 columns, and a how-to of what a dictionary cannot hold."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from abate.base.errors import OutputError
from abate.contracts.notice import NOT_A_DEVICE
from abate.knowledge.redcap import DICTIONARY_COLUMNS
from abate.sources.redcap.project import INSTRUMENTS, MISSING_CODES, PATIENT, RECORD_ID, Field, Instrument, Kind
from abate.sources.workbook_files import NO_TIME, write_file

DICTIONARY_NAME, HOW_TO_NAME = "abate_redcap_dictionary.csv", "how-to.txt"

_TEXTS = (Kind.TEXT, Kind.NUMBER, Kind.INTEGER, Kind.DATE, Kind.TIME, Kind.CLOCK)


def write_project(out: Path, *, overwrite: bool = False) -> list[Path]:
    """Write dictionary and how-to into a folder, or into an archive where ``out`` ends in .zip; return what was written.

    Raises
    ------
    OutputError
        If something is there already and ``overwrite`` is False, or it cannot be written.
    """
    files = {DICTIONARY_NAME: dictionary_text(), HOW_TO_NAME: how_to_text()}
    if out.suffix.lower() == ".zip":
        _refuse_what_is_there(out, overwrite=overwrite)
        write_file(out, _archive(files), is_private=False)
        return [out]
    if out.suffix:
        raise OutputError(f"{out.name} is neither a folder nor a .zip; name a folder, or a file that ends in .zip.")
    if out.exists() and not out.is_dir():
        raise OutputError(f"{out} is there already and is no folder; name another one.")
    paths = [out / name for name in files]
    for path in paths:
        _refuse_what_is_there(path, overwrite=overwrite)
    for path, text in zip(paths, files.values(), strict=True):
        write_file(path, text.encode("utf-8"), is_private=False)
    return paths


def _refuse_what_is_there(path: Path, *, overwrite: bool) -> None:
    if path.is_dir() or (path.exists() and not overwrite):
        raise OutputError(f"{path} is there already; name another place, or add --overwrite.")


def _archive(files: Mapping[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in files.items():
            member = zipfile.ZipInfo(name, NO_TIME)
            member.compress_type, member.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(member, text.encode("utf-8"))
    return stream.getvalue()


def dictionary_text() -> str:
    """Return the data dictionary as CSV."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, DICTIONARY_COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerow(
        {
            "Variable / Field Name": RECORD_ID,
            "Form Name": PATIENT.name,
            "Field Type": "text",
            "Field Label": "Study number",
            "Field Note": f"No name and no hospital number. {NOT_A_DEVICE}",
        }
    )
    for instrument in INSTRUMENTS:
        for field in instrument.fields:
            writer.writerow(_line(instrument, field))
    return stream.getvalue()


def _line(instrument: Instrument, field: Field) -> dict[str, str]:
    is_text = field.kind in _TEXTS
    choices = {} if field.kind is Kind.YES_NO else field.choices  # REDCap itself gives yes-or-no fields their codes
    return {
        "Variable / Field Name": field.name,
        "Form Name": instrument.name,
        "Section Header": field.section,
        "Field Type": "text" if is_text else field.kind.value,
        "Field Label": field.label,
        "Choices, Calculations, OR Slider Labels": " | ".join(f"{code}, {field.shown(code)}" for code in choices),
        "Field Note": field.note,
        "Text Validation Type OR Show Slider Number": field.kind.value
        if is_text and field.kind is not Kind.TEXT
        else "",
        "Text Validation Min": field.minimum,
        "Text Validation Max": field.maximum,
        "Identifier?": "y" if field.is_identifier else "",
        "Branching Logic (Show field only if...)": field.branching,
        "Required Field?": "y" if field.is_required else "",
        "Field Annotation": field.annotation,
    }


def how_to_text() -> str:
    """Return what must be set in REDCap besides the dictionary, and how to export."""
    codes = "\n".join(f"     {code}, {label}" for code, label in MISSING_CODES.items())
    repeating = "\n".join(f"     {instrument.label}" for instrument in INSTRUMENTS if instrument.repeats)
    return _HOW_TO.format(notice=NOT_A_DEVICE, dictionary=DICTIONARY_NAME, codes=codes, repeating=repeating)


_HOW_TO = """A chart review in REDCap, for abate
===================================
{notice}

Setting up the project
  1. New project, empty. Leave it in development while you set it up.
  2. Project Setup > Data Dictionary: upload {dictionary}. It replaces all instruments of the project.
  3. Project Setup > Enable optional modules > Repeating instruments: enable, and tick
{repeating}
     Leave "Patient" unticked: it stands once for each record.
     Custom labels help to tell instances apart: [crs_start] for Course, [rt_date] for Daily ratings.
  4. Project Setup > Additional customizations > Missing Data Codes: enter these, and use no others
{codes}
     They are read as empty. Any other code is reported as a mistake; to declare codes of your own, see "Reading" below.
  5. Identifiers: "Date of birth" is marked as one. Use study numbers as record ids.

A longitudinal project (only if you need events)
  - Designate "Patient" and "History of treatments" for the first event; "Course", "Daily ratings" and "Adverse events" for one event
    a course, or all of them repeating within one event; "Follow-up" for a later event or repeating within the same.
  - abate reads the instruments wherever they stand. It takes times from their dates, never from the name of an event.

Filling it in
  - One record a patient; one instance of "Course" for each course; one instance of "Daily ratings" for each rating.
  - Where only the day of a rating is known leave its clock time empty and say when: before the first dose (put at the admission),
    during the course (put at 12:00), at discharge (put at the discharge).
  - Leave empty what is not recorded. Do not write 0 for it.

Exporting
  - Data Exports > All data > Export > CSV / Microsoft Excel (RAW data). Not "labels": abate refuses labels.
  - All instruments, all records; survey fields and data access groups may be there, the group is taken as the centre.
  - De-identification options that shift or remove dates: only if all dates of a record are shifted alike.

Reading
     abate check --data EXPORT.csv
     abate run STUDY --data EXPORT.csv --out DIR
  Every row of the export is read or set aside with its reason; the findings give both counts.
  With missing-data codes of your own, write a file review.toml beside the export and give it as --data:
     redcap = "EXPORT.csv"
     missing_codes = ["-77", "UNK"]
"""
