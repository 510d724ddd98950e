"""What a report leaves: valid results, guarded cells, and the same bytes on every run."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

import abate.report
from abate.contracts.result import Estimate, FindingCount
from abate.report.csv_text import guarded
from abate.report.files import describe_results, estimates_as_csv, write_outputs
from abate.report.plain_data import rounded
from abate.report.report_table import row, table
from abate.report.sections import build_sections
from abate.report.table_cells import table_as_csv
from tests.report_example import example_result

SCHEMA = json.loads((Path(abate.report.__file__).parent / "results.schema.json").read_text(encoding="utf-8"))


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def written(result, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    write_outputs(result, folder)
    return folder


def test_the_folder_holds_page_results_and_every_figure_with_its_numbers(written):
    names = set(files_of(written))
    assert {"report.html", "results.json", "results.csv"} <= names
    assert {f"figures/pain-by-day.{end}" for end in ("svg", "png", "csv")} <= names
    assert len([name for name in names if name.endswith(".svg")]) == 14


def test_the_folder_holds_a_word_report_a_workbook_and_every_table(view, written):
    names = set(files_of(written))
    assert {"report.docx", "tables.xlsx"} <= names
    tables = {f"tables/{table.id}.csv" for section in build_sections(view) for table in section.tables}
    assert {name for name in names if name.startswith("tables/")} == tables


def test_a_second_run_writes_the_same_bytes(result, written, tmp_path):
    write_outputs(result, tmp_path)
    assert files_of(tmp_path) == files_of(written)


def test_results_keep_to_their_schema(written):
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(json.loads((written / "results.json").read_text(encoding="utf-8")), SCHEMA)


@pytest.mark.parametrize("changes", [{"finals": 0}, {"rated": False}, {"harm_recorded": False}])
def test_results_without_numbers_keep_to_their_schema_too(changes):
    jsonschema.validate(json.loads(describe_results(example_result(5, **changes))), SCHEMA)


def test_the_schema_refuses_a_number_missing_without_a_reason(result):
    data = json.loads(describe_results(result))
    data["estimates"][0] |= {"value": None, "reason": None}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, SCHEMA)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_nan_and_infinity_are_never_written(result, value):
    broken = replace(result, estimates=[Estimate(id="x", quantity="x", value=value, lower=value, reason="odd")])
    assert json.loads(describe_results(broken), parse_constant=pytest.fail)["estimates"][0]["value"] is None


def test_numbers_have_ten_digits_so_that_two_engines_write_the_same():
    assert rounded(0.1 + 0.2) == rounded(0.3) == 0.3
    assert rounded(7.508196721311475) == 7.508196721
    assert str(rounded(-0.0)) == "0.0"


def test_results_csv_has_a_row_for_each_estimate(result):
    rows = list(csv.DictReader(io.StringIO(estimates_as_csv(result.estimates).removeprefix("\ufeff"))))
    assert [found["id"] for found in rows] == [estimate.id for estimate in result.estimates]
    change = next(found for found in rows if found["id"] == "change.mean")
    assert float(change["value"]) == pytest.approx(
        next(e.value for e in result.estimates if e.id == "change.mean"), rel=1e-9
    )


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\tx", "\rx", "\n=1"])
def test_a_cell_that_could_run_is_text(text):
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-4.5", "4", "ketamine", "", "1e-05"])
def test_numbers_and_words_stay_as_they_are(text):
    assert guarded(text) == text


def test_no_cell_of_a_written_csv_could_run():
    evil = replace(
        example_result(3),
        estimates=[Estimate(id="=cmd|' /C calc'!A0", quantity="@x", value=-1.5, method="+1", group="-x")],
    )
    found = next(csv.reader(io.StringIO(estimates_as_csv(evil.estimates).split("\r\n")[1])))
    assert not [cell for cell in found if cell[:1] in "=+-@\t\r" and cell and cell != "-1.5"]


def test_numbers_of_a_figure_can_be_computed_with():
    found = table(
        "t",
        "T",
        ("a", "b", "c"),
        [row("\u22124.1", "60\u202f000", "45/59 (76\u202f%)"), row("+2", "=1+1", "\u22125.2 to \u22123.6")],
    )
    lines = table_as_csv(found).removeprefix("\ufeff").split("\r\n")
    assert lines[1] == "-4.1,60000,45/59 (76 %)"
    assert lines[2] == "2,'=1+1,\u22125.2 to \u22123.6"


def test_a_figure_without_a_drawing_still_leaves_its_numbers(tmp_path):
    write_outputs(example_result(20, rated=False), tmp_path)
    names = set(files_of(tmp_path))
    assert "figures/nadir-day.csv" in names
    assert "figures/nadir-day.svg" not in names


def test_hostile_findings_do_not_break_the_results(result):
    hostile = replace(result, findings=(FindingCount(table="<b>", rule="\ud800 \u202e", action="kept", count=1),))
    assert json.loads(describe_results(hostile).encode("utf-8", "replace"))["findings"][0]["table"] == "<b>"
