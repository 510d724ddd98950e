"""Synthetic databases as they are published: zips of CSV and Parquet, tables missing, no dose of the study's drug."""

from __future__ import annotations

import zipfile

import pytest

from abate.base.errors import MissingTableError, NotRecordsError
from abate.contracts.course_tables import ADMINISTRATIONS, RATINGS, STAYS
from abate.contracts.definition import Study
from abate.engine.records import open_records
from abate.sources.omop import describe_records, read_omop

pytestmark = pytest.mark.data

KETAMINE, ACETAMINOPHEN = 785649, 1127433


def study_of(concept):
    return Study.model_validate(
        {
            "title": "A drug",
            "condition": {"name": "pain", "concepts": [4329041]},
            "treatment": {"name": "drug", "concepts": [concept]},
            "rating": {"scale": "nrs", "concepts": [43055141, 3034263]},
            "response": {"primary": {"points": 2}},
        }
    )


@pytest.fixture(scope="module")
def unzipped(abate_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("synthea")
    for name in ("Synthea27Nj_5.4", "Synthea27NjParquet_5.4"):
        with zipfile.ZipFile(abate_data / "omop-synthea27nj" / f"{name}.zip") as archive:
            archive.extractall(folder / name)
    return folder


@pytest.mark.parametrize("name", ["Synthea27Nj_5.4", "Synthea27NjParquet_5.4"])
def test_without_a_dose_every_table_is_there_and_empty(unzipped, duckdb_engine, name):
    with open_records(str(unzipped / name), duckdb_engine) as store:
        source = read_omop(store, study_of(KETAMINE), duckdb_engine)
    for table, contract in (
        (source.administrations, ADMINISTRATIONS),
        (source.stays, STAYS),
        (source.ratings, RATINGS),
    ):
        assert tuple(table.columns) == contract.column_names
        assert duckdb_engine.to_arrow(table).num_rows == 0
    assert source.source_details["CDM version"] == "5.4"


def test_csv_and_parquet_of_one_database_say_the_same(unzipped, duckdb_engine):
    "Every exposure to the commonest drug is dropped for want of an amount, and the persons' other records are the same."
    found = []
    for name in ("Synthea27Nj_5.4", "Synthea27NjParquet_5.4"):
        with open_records(str(unzipped / name), duckdb_engine) as store:
            source = read_omop(store, study_of(ACETAMINOPHEN), duckdb_engine)
        tables = ("administrations", "ratings", "patients", "stays", "contacts", "conditions", "observed", "findings")
        found.append({t: sorted(map(str, duckdb_engine.to_arrow(getattr(source, t)).to_pylist())) for t in tables})
    assert found[0] == found[1]
    assert len(found[0]["ratings"]) > 0
    assert "dates only" in str(found[0]["findings"])


def test_a_database_without_measurement_is_read_from_observation(abate_data, duckdb_engine):
    with open_records(str(abate_data / "omop-synthetic-100" / "1000"), duckdb_engine) as store:
        assert not store.has("measurement")
        source = read_omop(store, study_of(KETAMINE), duckdb_engine)
    assert duckdb_engine.to_arrow(source.ratings).num_rows == 0


def test_a_database_with_tabs_and_dates_only_is_read(abate_data, duckdb_engine):
    with open_records(str(abate_data / "omop-synthetic-100" / "100"), duckdb_engine) as store:
        source = read_omop(store, study_of(42953893), duckdb_engine)
    rules = duckdb_engine.to_arrow(source.findings)["rule"].to_pylist()
    assert "The rows have dates without a time of day: midnight is taken." in rules
    assert "There is neither a rate nor an amount." in rules


def test_a_database_without_ratings_tables_says_so(abate_data, duckdb_engine):
    with open_records(str(abate_data / "mimic-iv-demo" / "omop_v0.9"), duckdb_engine) as store:
        with pytest.raises(MissingTableError, match="neither MEASUREMENT nor OBSERVATION"):
            read_omop(store, study_of(KETAMINE), duckdb_engine)
        description = describe_records(store, study_of(KETAMINE), duckdb_engine)
    assert len(description.missing) == 1
    assert "neither MEASUREMENT nor OBSERVATION" in description.missing[0]


def test_a_folder_with_two_databases_asks_for_one(abate_data, duckdb_engine):
    with pytest.raises(NotRecordsError, match=r"in several subfolders \(100, 1000\)"):
        open_records(str(abate_data / "omop-synthetic-100"), duckdb_engine)
