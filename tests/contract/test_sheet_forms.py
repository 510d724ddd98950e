"""The same course tables, whichever form of sheet holds them: workbook, CSV, Parquet, DuckDB file."""

import datetime as dt

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq
import pytest

from abate.contracts.course_tables import COURSE_TABLES
from abate.sources.border import check_course_tables
from abate.sources.detect import source_kind
from abate.sources.sheets import read_sheets
from tests.border import STUDY
from tests.tables import arrow_table

TABLES = {
    "patients": """
        person_id | sex    | birth_date | birth_year
        1         | female | 1980-05-17 |
        2         | male   |            | 1969
    """,
    "courses": """
        course_id | person_id | treatment | course_number | admission           | start               | end                 | discharge           | setting   | weight_kg | end_reason
        a         | 1         | ketamine  | 1             | 2024-03-04 09:00:00 | 2024-03-04 14:00:00 | 2024-03-09 10:00:30 | 2024-03-09 16:00:00 | inpatient | 72.5      | completed
        b         | 2         | ketamine  | 1             | 2024-03-11 08:30:00 | 2024-03-11 12:00:00 | 2024-03-14 12:00:00 | 2024-03-15 10:00:00 |           |           |
    """,
    "doses": """
        course_id | start               | end                 | rate_mg_h | amount_mg | route       | basis
        a         | 2024-03-04 14:00:00 | 2024-03-09 10:00:30 | 10        | 1160.5    | intravenous | =cmd
    """,
    "ratings": """
        person_id | time                | scale | value | occasion
        1         | 2024-03-04 10:00:00 | nrs   | 8     | course
        1         | 2024-03-09 08:00:00 | nrs   | 3.5   |
        2         | 2024-03-11 09:00:00 | nrs   | 0     | diary
    """,
    "events": """
        person_id | time                | term                | grade | serious | related
        1         | 2024-03-05 22:00:00 | =HYPERLINK("x")     | 1     | false   | true
        1         | 2024-03-05 23:00:00 | <b>nausea</b>, mild |       |         |
    """,
}


def as_workbook(tables, folder):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, table in tables.items():
        sheet = book.create_sheet(name)
        sheet.append(table.column_names)
        for row in table.to_pylist():
            sheet.append(list(row.values()))
        for row in sheet.iter_rows(min_row=2):
            for cell in row:
                if cell.data_type == "f":
                    cell.data_type = "s"  # a text that begins with =, as a spreadsheet program keeps it when told so
    book.save(folder / "tables.xlsx")
    return folder / "tables.xlsx"


def as_csv(tables, folder):
    for name, table in tables.items():
        arrow_csv.write_csv(table, folder / f"{name.upper()}.csv")
    return folder


def as_parquet(tables, folder):
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet")
    return folder


def as_database(tables, folder):
    with duckdb.connect(str(folder / "tables.duckdb")) as connection:
        for name, table in tables.items():
            connection.register("given", table)
            connection.execute(f"CREATE TABLE {name} AS SELECT * FROM given")
    return folder / "tables.duckdb"


@pytest.mark.parametrize("write", [as_workbook, as_csv, as_parquet, as_database])
def test_every_form_gives_the_same_tables(tmp_path, engine, write):
    given = {name: arrow_table(name, text) for name, text in TABLES.items()}
    where = write(given, tmp_path)
    assert source_kind(str(where)) == "sheets"
    tables = check_course_tables(read_sheets(where, STUDY, engine), STUDY, engine)
    assert engine.to_arrow(tables.findings).to_pylist() == []
    for name, contract in COURSE_TABLES.items():
        if name not in given:
            assert getattr(tables, name) is None
            continue
        found = engine.to_arrow(getattr(tables, name).order_by(list(contract.column_names)))
        assert found.column_names == list(contract.column_names)
        assert found.to_pylist() == sorted(given[name].to_pylist(), key=lambda row: [str(v) for v in row.values()]), (
            name
        )


def test_types_are_those_of_the_contract(tmp_path, duckdb_engine):
    given = {name: arrow_table(name, text) for name, text in TABLES.items()}
    tables = check_course_tables(read_sheets(as_csv(given, tmp_path), STUDY, duckdb_engine), STUDY, duckdb_engine)
    courses = duckdb_engine.to_arrow(tables.courses)
    assert courses.schema.field("person_id").type == pa.int64()
    assert courses.schema.field("start").type == pa.timestamp("us")
    assert courses.schema.field("weight_kg").type == pa.float64()
    assert duckdb_engine.to_arrow(tables.patients)["birth_date"].to_pylist() == [dt.date(1980, 5, 17), None]
