"""A small OMOP database made by hand, and the ways to write it: a DuckDB file, Parquet, CSV, PostgreSQL."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from abate.knowledge.cdm import CdmType, cdm_columns
from tests.tables import parse_rows

ARROW_TYPES = {
    CdmType.ID: pa.int64(),
    CdmType.INTEGER: pa.int64(),
    CdmType.NUMBER: pa.float64(),
    CdmType.DATE: pa.date32(),
    CdmType.TIME: pa.timestamp("us"),
    CdmType.TEXT: pa.string(),
}
SQL_TYPES = {
    CdmType.ID: "bigint",
    CdmType.INTEGER: "integer",
    CdmType.NUMBER: "numeric",
    CdmType.DATE: "date",
    CdmType.TIME: "timestamp",
    CdmType.TEXT: "text",
}

#: Ketamine is 785649; 900001 is a product of it. Person -7000000000000000001 has a 64-bit, negative key.
KETAMINE, PRODUCT, RATING, WEIGHT = 785649, 900001, 43055141, 3025315
BIG = -7000000000000000001

SMALL_CDM = {
    "cdm_source": """
        cdm_source_name | cdm_source_abbreviation | cdm_version | vocabulary_version
        Small hospital  | small                   | v5.4        | v5.0 01-JAN-24
    """,
    "person": f"""
        person_id | gender_concept_id | year_of_birth | month_of_birth | day_of_birth | race_concept_id | race_source_value | gender_source_value
        1         | 8532              | 1980          | 5              | 17           | 8527            | w                 | F
        {BIG}     | 8507              | 1970          |                |              | 0               | unknown           | M
        3         | 0                 | 1990          |                |              | 0               |                   |
        4         | 8532              | 1960          | 1              | 1            | 0               |                   | F
    """,
    "observation_period": f"""
        observation_period_id | person_id | observation_period_start_date | observation_period_end_date
        1                     | 1         | 2020-01-01                    | 2024-12-31
        2                     | {BIG}     | 2021-01-01                    | 2024-06-30
        4                     | 4         | 2021-01-01                    | 2024-06-30
    """,
    "visit_occurrence": f"""
        visit_occurrence_id | person_id | visit_concept_id | visit_start_date | visit_start_datetime | visit_end_date | visit_end_datetime
        10                  | 1         | 9201             | 2024-03-01       | 2024-03-01 08:00     | 2024-03-06     | 2024-03-06 12:00
        11                  | {BIG}     | 9203             | 2024-03-02       | 2024-03-02 08:00     | 2024-03-04     | 2024-03-04 09:00
        12                  | 1         | 9203             | 2024-03-20       | 2024-03-20 08:00     | 2024-03-20     | 2024-03-20 12:00
        13                  | 1         | 9202             | 2024-04-20       |                      | 2024-04-20     |
    """,
    "drug_exposure": f"""
        drug_exposure_id | person_id | drug_concept_id | drug_exposure_start_date | drug_exposure_start_datetime | drug_exposure_end_date | drug_exposure_end_datetime | drug_type_concept_id | quantity | days_supply | sig | route_concept_id | route_source_value | dose_unit_source_value
        100 | 1     | 785649  | 2024-03-01 | 2024-03-01 10:00 | 2024-03-02 | 2024-03-02 10:00 | 32818 |      |   | 10 mg/hr     | 4171047 |      |
        101 | 1     | 900001  | 2024-03-02 | 2024-03-02 10:00 | 2024-03-03 | 2024-03-03 10:00 | 32818 |      |   | 0.2 mg/kg/h  | 0       | IV   |
        102 | {BIG} | 900001  | 2024-03-02 | 2024-03-02 09:00 | 2024-03-02 | 2024-03-02 09:01 | 32818 | 5000 |   |              | 0       |      | mcg
        103 | {BIG} | 785649  | 2024-03-02 | 2024-03-02 10:00 | 2024-03-03 | 2024-03-03 06:00 | 32818 | 200  |   |              | 4171047 |      | mg
        104 | {BIG} | 785649  | 2024-03-03 | 2024-03-03 10:00 | 2024-03-03 | 2024-03-03 12:00 | 32818 |      |   | 50 mL/hour   | 4171047 |      |
        105 | 3     | 785649  | 2024-03-03 | 2024-03-03 10:00 | 2024-03-03 | 2024-03-03 12:00 | 32818 | 50   |   |              | 4262914 |      | mg
        106 | 4     | 1140643 | 2024-01-01 |                  | 2024-01-01 |                  | 32838 | 9    | 9 |              | 4132161 |      |
        107 | 1     | 1140643 | 2023-01-01 |                  | 2023-01-05 |                  | 32838 | 9    | 9 |              | 4132161 |      |
        108 | 1     | 1140643 | 2023-02-04 |                  | 2023-02-05 |                  | 32838 | 9    | 9 |              | 4132161 |      |
        109 | 1     | 742267  | 2023-02-04 |                  | 2023-06-05 |                  | 32838 | 9    | 9 |              | 4132161 |      |
    """,
    "measurement": f"""
        measurement_id | person_id | measurement_concept_id | measurement_date | measurement_datetime | value_as_number | unit_concept_id | unit_source_value | measurement_source_value
        200 | 1     | 43055141 | 2024-03-01 | 2024-03-01 09:00 | 8    |      |    | course
        201 | 1     | 43055141 | 2024-03-02 | 2024-03-02 09:00 | 5    |      |    | course
        202 | 1     | 43055141 | 2024-03-06 | 2024-03-06 09:00 | 3    |      |    | course
        203 | 1     | 43055141 | 2024-03-06 | 2024-03-06 09:00 | 3    |      |    | course
        204 | 1     | 43055141 | 2024-03-06 | 2024-03-06 10:00 | 11   |      |    | course
        205 | 1     | 43055141 | 2024-03-06 | 2024-03-06 11:00 |      |      |    | course
        206 | {BIG} | 43055141 | 2024-03-02 | 2024-03-02 08:30 | 7    |      |    |
        207 | 4     | 43055141 | 2024-03-02 | 2024-03-02 08:30 | 7    |      |    |
        210 | 1     | 3025315  | 2024-02-01 | 2024-02-01 08:00 | 154.3235835 | 8739 |  |
        211 | 1     | 3025315  | 2024-02-02 | 2024-02-02 08:00 | 700  | 9529 |    |
        212 | {BIG} | 3025315  | 2024-02-02 | 2024-02-02 08:00 | 90   |      | kg |
    """,
    "observation": """
        observation_id | person_id | observation_concept_id | observation_date | observation_datetime | value_as_number | value_as_string | value_as_concept_id | qualifier_source_value | observation_source_value
        300 | 1 | 3034263 | 2024-04-01 | 2024-04-01 09:00 |   | 4 | 0     | follow-up | 38208-5
        301 | 1 | 4000000 | 2024-03-03 | 2024-03-03 09:00 |   |   | 31967 |           |
        302 | 1 | 31967   | 2024-03-03 | 2024-03-03 09:00 |   |   | 0     |           |
    """,
    "condition_occurrence": f"""
        condition_occurrence_id | person_id | condition_concept_id | condition_start_date | condition_start_datetime | condition_source_value | condition_source_concept_id | visit_occurrence_id
        400 | 1     | 43530652 | 2022-01-01 | 2022-01-01 09:00 | G43.719 | 0      | 10
        401 | {BIG} | 0        | 2022-01-01 | 2022-01-01 09:00 | G43.709 | 0      |
        402 | 1     | 378253   | 2022-01-01 | 2022-01-01 09:00 | R51     | 0      | 12
        403 | 1     | 0        | 2022-01-01 | 2022-01-01 09:00 |         | 0      |
        404 | 4     | 318736   | 2022-01-01 | 2022-01-01 09:00 | G43.9   | 0      |
        405 | 1     | 0        | 2024-03-02 | 2024-03-02 09:00 | 7011001 | 0      | 10
    """,
    "concept": """
        concept_id | concept_name                                    | domain_id   | vocabulary_id | concept_class_id | standard_concept | concept_code
        785649     | ketamine                                        | Drug        | RxNorm        | Ingredient       | S                | 6130
        900001     | ketamine Injection                              | Drug        | RxNorm        | Clinical Drug    | S                | 900001
        43530652   | Chronic intractable migraine without aura       | Condition   | SNOMED        | Clinical Finding | S                | 124171000119105
        318736     | Migraine                                        | Condition   | SNOMED        | Clinical Finding | S                | 37796009
        378253     | Headache                                        | Condition   | SNOMED        | Clinical Finding | S                | 25064002
        8527       | White                                           | Race        | Race          | Race             | S                | 5
        3025315    | Body weight                                     | Measurement | LOINC         | Clinical Obs     | S                | 29463-7
        8739       | pound (US)                                      | Unit        | UCUM          | Unit             | S                | [lb_us]
    """,
    "concept_ancestor": """
        ancestor_concept_id | descendant_concept_id
        785649              | 785649
        785649              | 900001
        318736              | 318736
        318736              | 43530652
    """,
}


def small_cdm(**changes: str | None) -> dict[str, pa.Table]:
    """Return the tables of the small hospital; ``changes`` replace the text of a table, or take it away where None."""
    texts = {name: text for name, text in {**SMALL_CDM, **changes}.items() if text is not None}
    return {name: cdm_table(name, text) for name, text in texts.items()}


def cdm_table(name: str, text: str) -> pa.Table:
    """Return a text table with the columns that are written, in their CDM types."""
    rows, kinds = parse_rows(text), cdm_columns()[name]
    return pa.table(
        {
            column: pa.array([_value(row[column], kinds[column]) for row in rows], ARROW_TYPES[kinds[column]])
            for column in rows[0]
        }
    )


def _value(text: str | None, kind: CdmType) -> Any:
    if text is None:
        return None
    readers = {
        CdmType.ID: int,
        CdmType.INTEGER: int,
        CdmType.NUMBER: float,
        CdmType.DATE: dt.date.fromisoformat,
        CdmType.TIME: dt.datetime.fromisoformat,
        CdmType.TEXT: str,
    }
    return readers[kind](text)


def write_parquet(tables: Mapping[str, pa.Table], folder: Path) -> Path:
    """Write a folder of Parquet files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet")
    return folder


def write_csv(tables: Mapping[str, pa.Table], folder: Path) -> Path:
    """Write a folder of plain CSV files: commas, ISO dates, every field in quotes."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            _write(file, table, ",", csv.QUOTE_ALL, str)
    return folder


def write_odd_csv(tables: Mapping[str, pa.Table], folder: Path) -> Path:
    """Write an unzipped folder with what sites do: upper case, tabs, gzip, dates as 20240131, macOS's own files beside."""
    inner = folder / "export"
    inner.mkdir(parents=True, exist_ok=True)
    (folder / "__MACOSX").mkdir(exist_ok=True)
    (folder / "__MACOSX" / "PERSON.csv").write_text("not,a,table\n", encoding="utf-8")
    (inner / "._PERSON.csv.gz").write_bytes(b"\0\1")
    for name, table in tables.items():
        odd = "2b_concept" if name == "concept" else name.upper()
        with gzip.open(inner / f"{odd}.csv.gz", "wt", newline="", encoding="utf-8") as file:
            _write(
                file, table.rename_columns([c.upper() for c in table.column_names]), "\t", csv.QUOTE_MINIMAL, _compact
            )
    return folder


def write_duckdb(tables: Mapping[str, pa.Table], path: Path) -> Path:
    """Write a DuckDB file with the tables in a schema of their own and names in upper case."""
    import duckdb

    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE SCHEMA cdm")
        for name, table in tables.items():
            connection.register("rows_of_table", table)
            connection.execute(f'CREATE TABLE cdm."{name.upper()}" AS SELECT * FROM rows_of_table')
            connection.unregister("rows_of_table")
    return path


def write_postgres(tables: Mapping[str, pa.Table], url: str, schema: str) -> str:
    """Write the tables into a schema of a PostgreSQL database; return the URL that names it."""
    import psycopg
    from psycopg import sql

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
        for name, table in tables.items():
            kinds = cdm_columns()[name]
            place = sql.Identifier(schema, name)
            columns = [sql.SQL("{} " + SQL_TYPES[kinds[c]]).format(sql.Identifier(c)) for c in table.column_names]
            connection.execute(sql.SQL("CREATE TABLE {} ({})").format(place, sql.SQL(", ").join(columns)))
            with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(place)) as copy:
                for row in table.to_pylist():
                    copy.write_row(tuple(row.values()))
    return f"{url}?schema={schema}"


def _write(file: Any, table: pa.Table, delimiter: str, quoting: int, text: Any) -> None:
    writer = csv.writer(file, delimiter=delimiter, quoting=quoting)
    writer.writerow(table.column_names)
    for row in table.to_pylist():
        writer.writerow(["" if value is None else text(value) for value in row.values()])


def _compact(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return value.strftime("%Y%m%d %H:%M:%S")
    if isinstance(value, dt.date):
        return value.strftime("%Y%m%d")
    return str(value)
