"""One OMOP database gives the same tables wherever it lies."""

from __future__ import annotations

import pytest

from abate.base.errors import MissingTableError
from abate.engine.records import open_records
from tests.small_cdm import BIG, KETAMINE, PRODUCT


@pytest.fixture
def store(place, duckdb_engine):
    with open_records(place, duckdb_engine) as opened:
        yield opened


def rows(engine, table):
    return engine.to_arrow(table.order_by(table.columns[0])).to_pylist()


def test_tables_and_columns_have_their_cdm_names_in_lower_case(store):
    assert {"person", "drug_exposure", "measurement", "concept"} <= set(store.table_names)
    assert "drug_exposure_start_datetime" in store.columns("drug_exposure")


def test_columns_have_their_cdm_types(store):
    columns = [
        "drug_exposure_id",
        "person_id",
        "drug_exposure_start_date",
        "drug_exposure_start_datetime",
        "quantity",
        "sig",
    ]
    schema = store.table("drug_exposure", columns).schema()
    assert [str(kind).split("(")[0] for kind in schema.types] == [
        "int64",
        "int64",
        "date",
        "timestamp",
        "float64",
        "string",
    ]


def test_values_are_the_same_everywhere(store, duckdb_engine):
    table = store.table(
        "drug_exposure", ["drug_exposure_id", "person_id", "quantity", "sig", "drug_exposure_start_datetime"]
    )
    found = {row["drug_exposure_id"]: row for row in rows(duckdb_engine, table)}
    assert len(found) == 10
    assert found[102]["person_id"] == BIG
    assert found[102]["quantity"] == 5000
    assert found[102]["sig"] is None
    assert str(found[101]["drug_exposure_start_datetime"]) == "2024-03-02 10:00:00"
    assert found[106]["drug_exposure_start_datetime"] is None
    assert found[101]["sig"] == "0.2 mg/kg/h"


def test_only_the_rows_of_the_ids_come(store, duckdb_engine):
    persons = duckdb_engine.materialise(store.table("person", ["person_id"]).filter(lambda t: t.person_id != 1))
    keep = {"drug_concept_id": [KETAMINE, PRODUCT], "person_id": persons}
    table = store.table("drug_exposure", ["drug_exposure_id", "drug_concept_id", "person_id"], keep=keep)
    assert [row["drug_exposure_id"] for row in rows(duckdb_engine, table)] == [102, 103, 104, 105]


def test_a_long_list_of_ids_is_joined(store, duckdb_engine):
    keep = {"drug_concept_id": [*range(2000), KETAMINE]}
    table = store.table("drug_exposure", ["drug_exposure_id", "drug_concept_id"], keep=keep)
    assert [row["drug_exposure_id"] for row in rows(duckdb_engine, table)] == [100, 103, 104, 105]


def test_a_column_that_may_be_missing_is_empty(store, duckdb_engine):
    table = store.table("measurement", ["measurement_id"], optional=["value_source_value", "value_as_number"])
    assert {row["value_source_value"] for row in rows(duckdb_engine, table)} == {None}


def test_a_missing_table_is_named(store):
    with pytest.raises(MissingTableError, match="no table DEATH"):
        store.table("death", ["person_id"])


def test_a_missing_column_is_named(store):
    with pytest.raises(MissingTableError, match="the table PERSON has no column birth_datetime"):
        store.table("person", ["birth_datetime"])


def test_size_counts_rows_and_gives_dates(store):
    size = store.size("drug_exposure", "drug_exposure_start_date")
    assert (size.rows, str(size.first), str(size.last)) == (10, "2023-01-01", "2024-03-03")


@pytest.mark.spark
def test_spark_reads_the_same(place, spark_engine, duckdb_engine):
    columns = ["drug_exposure_id", "person_id", "drug_concept_id", "quantity", "drug_exposure_start_datetime", "sig"]
    found = []
    for engine in (duckdb_engine, spark_engine):
        with open_records(place, engine) as store:
            persons = engine.materialise(store.table("person", ["person_id"]).filter(lambda t: t.person_id != 1))
            table = store.table(
                "drug_exposure", columns, keep={"drug_concept_id": [KETAMINE, PRODUCT], "person_id": persons}
            )
        found.append(rows(engine, table))
    assert found[0] == found[1]
    assert len(found[0]) == 4
