"""The data dictionary keeps REDCap's rules: 18 columns, valid names, coded choices, forms in one piece; and it is the export's twin."""

import csv
import io
import itertools
import re
import zipfile

import pytest

from abate.base.errors import OutputError
from abate.knowledge.redcap import DICTIONARY_COLUMNS as COLUMNS
from abate.sources.redcap.dictionary import dictionary_text, how_to_text, write_project
from abate.sources.redcap.project import FIELDS
from tests.redcap_export import FORMS

ROWS = list(csv.DictReader(io.StringIO(dictionary_text())))
NAME, FORM, TYPE = "Variable / Field Name", "Form Name", "Field Type"
CHOICES, VALIDATION = "Choices, Calculations, OR Slider Labels", "Text Validation Type OR Show Slider Number"


def field(name):
    return next(row for row in ROWS if row[NAME] == name)


def test_eighteen_columns_and_the_record_id_first():
    assert len(COLUMNS) == 18
    assert tuple(ROWS[0]) == COLUMNS
    assert (ROWS[0][NAME], ROWS[0][FORM], ROWS[0][TYPE]) == ("record_id", "patient", "text")


def test_names_are_valid_and_stand_once():
    names = [row[NAME] for row in ROWS]
    assert len(set(names)) == len(names)
    assert [
        name for name in names if not re.fullmatch(r"[a-z][a-z0-9_]{0,25}", name) or "__" in name or name.endswith("_")
    ] == []


def test_each_form_stands_in_one_piece():
    forms = [row[FORM] for row in ROWS]
    assert list(dict.fromkeys(forms)) == [
        "patient",
        "history",
        "course",
        "daily_ratings",
        "adverse_events",
        "follow_up",
    ]
    assert sum(before != after for before, after in itertools.pairwise(forms)) == 5


def test_choices_are_code_comma_label():
    for row in ROWS:
        is_coded = row[TYPE] in ("radio", "dropdown", "checkbox")
        assert bool(row[CHOICES]) is is_coded, row[NAME]
        if is_coded:
            parts = [choice.split(", ", 1) for choice in row[CHOICES].split(" | ")]
            assert all(len(part) == 2 and re.fullmatch(r"[A-Za-z0-9_]+", part[0]) for part in parts), row[NAME]
            assert len({code for code, _ in parts}) == len(parts)
    assert field("pt_sex")[CHOICES] == "1, Female | 2, Male | 3, Other | 9, Unknown"
    assert field("ae_grade")[CHOICES].startswith("1, Grade 1 | 2, Grade 2")


def test_texts_are_validated_with_their_range():
    assert {row[VALIDATION] for row in ROWS} == {"", "date_ymd", "datetime_ymd", "number", "integer", "time"}
    assert [field("crs_weight_kg")[c] for c in (VALIDATION, "Text Validation Min", "Text Validation Max")] == [
        "number",
        "2",
        "400",
    ]
    assert field("crs_start")["Text Validation Min"] == "1900-01-01 00:00"
    assert all(row["Text Validation Min"] for row in ROWS if row[VALIDATION] in ("date_ymd", "datetime_ymd", "number"))


def test_identifiers_and_branching():
    assert [row[NAME] for row in ROWS if row["Identifier?"] == "y"] == ["pt_birth_date"]
    for row in ROWS:
        named = re.findall(r"\[(\w+)\]", row["Branching Logic (Show field only if...)"])
        assert all(name in FIELDS for name in named), row[NAME]


def test_the_fields_are_those_of_an_export():
    exported = {re.sub(r"___\d+$", "", column) for columns in FORMS.values() for column in columns}
    assert exported == set(FIELDS)


def test_the_how_to_says_what_a_dictionary_cannot_hold():
    said = how_to_text()
    for words in (
        "-99, Not recorded",
        "Daily ratings",
        "RAW",
        "Repeating instruments",
        "medical device",
        "missing_codes",
    ):
        assert words in said


def test_a_folder_and_an_archive_hold_the_same_and_are_the_same_each_time(tmp_path):
    write_project(tmp_path / "project")
    write_project(tmp_path / "project.zip")
    write_project(tmp_path / "again.zip")
    with zipfile.ZipFile(tmp_path / "project.zip") as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    assert held == {path.name: path.read_bytes() for path in (tmp_path / "project").iterdir()}
    assert (tmp_path / "project.zip").read_bytes() == (tmp_path / "again.zip").read_bytes()


@pytest.mark.parametrize("name", ["project", "project.zip"])
def test_what_is_there_is_left_alone(tmp_path, name):
    write_project(tmp_path / name)
    with pytest.raises(OutputError, match="is there already"):
        write_project(tmp_path / name)
    write_project(tmp_path / name, overwrite=True)
    with pytest.raises(OutputError, match="neither a folder nor"):
        write_project(tmp_path / "project.xlsx")
