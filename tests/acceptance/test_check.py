"""`abate check` says what is there and what is missing, in counts and row numbers, before anybody runs a study."""

import openpyxl
import pytest

from abate.sources.simulated import simulate_to
from abate.sources.template import write_template
from abate.study.check import check_records


@pytest.fixture(scope="module")
def hospital(tmp_path_factory):
    path = tmp_path_factory.mktemp("hospital") / "hospital.duckdb"
    simulate_to(
        path, person_count=None, course_count=20, seed=3, set_name="D", overrides={}, overwrite=False, progress=None
    )
    return path


def test_a_database_is_described_for_a_study(hospital):
    said = "\n".join(check_records(str(hospital), "ketamine-migraine"))
    assert said.startswith("DuckDB file")
    assert "simulated" in said.splitlines()[0]
    assert "20 courses by the gap rule alone" in said
    assert "treated days" in said


def test_without_a_study_only_what_is_there_is_said(hospital):
    said = check_records(str(hospital))
    assert any(line.strip().startswith("measurement") for line in said)
    assert not any("ketamine:" in line for line in said)


def test_a_study_that_leaves_a_code_empty_is_told_so_before_a_run(hospital):
    said = check_records(str(hospital), "ketamine-crps")
    assert any(line.startswith("before a run: condition has no code") for line in said)


def test_a_workbook_is_told_who_would_enter_and_where_they_are_lost(tmp_path):
    write_template(tmp_path / "review.xlsx")
    book = openpyxl.load_workbook(tmp_path / "review.xlsx")
    for sheet in book.worksheets:  # the example becomes a patient
        for row in sheet.iter_rows(min_row=2, max_row=2):
            for cell in row:
                if isinstance(cell.value, str) and cell.value.startswith("EXAMPLE-"):
                    cell.value = cell.value.replace("EXAMPLE-", "P-")
    book.save(tmp_path / "review.xlsx")
    said = "\n".join(check_records(str(tmp_path / "review.xlsx"), "ketamine-migraine"))
    assert "who would enter:" in said
    assert "1 courses, 1 persons: A course of ketamine is in the records." in said
    assert "0 courses, 0 persons: At least 3 classes of preventive drugs had failed" in said
    assert "EXAMPLE" not in said
