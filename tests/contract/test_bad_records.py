"""Bad records: one clear sentence, without a patient's value, or a listed finding; never a crash and never silence."""

from __future__ import annotations

import pytest

from abate.base.errors import (
    BrokenRecordsError,
    MissingTableError,
    NotRecordsError,
    RecordsNotFoundError,
    StudyFileError,
)
from abate.engine.records import open_records
from abate.sources.omop import read_omop
from tests.contract.test_omop_source import STUDY
from tests.ordinary_user import as_ordinary_user, reachable_folder
from tests.small_cdm import SMALL_CDM, small_cdm, write_csv, write_duckdb, write_parquet


def read(place, engine, study=STUDY):
    with open_records(str(place), engine) as store:
        return read_omop(store, study, engine)


def changed(**sections):
    return STUDY.model_validate({**STUDY.model_dump(by_alias=True, exclude_none=True), **sections})


def listed(engine, source, table):
    rows = engine.to_arrow(source.findings).to_pylist()
    return sorted(
        (row["row_key"], row["action"], row["rule"]) for row in rows if row["table"] == table and row["row_key"]
    )


def test_nothing_there(duckdb_engine, tmp_path):
    with pytest.raises(RecordsNotFoundError, match="there is nothing at"):
        open_records(str(tmp_path / "none"), duckdb_engine)


def test_an_empty_folder(duckdb_engine, tmp_path):
    with pytest.raises(NotRecordsError, match="it holds no table at all; abate needs person, drug_exposure and"):
        open_records(str(tmp_path), duckdb_engine)


def test_a_file_that_is_no_database(duckdb_engine, tmp_path):
    (tmp_path / "notes.txt").write_text("not a database", encoding="utf-8")
    with pytest.raises(NotRecordsError, match=r"notes.txt is not a DuckDB database; give a DuckDB file, or the folder"):
        open_records(str(tmp_path / "notes.txt"), duckdb_engine)


def test_a_database_of_something_else(duckdb_engine, tmp_path):
    import duckdb

    with duckdb.connect(str(tmp_path / "other.duckdb")) as connection:
        connection.execute("CREATE TABLE invoices (id INTEGER)")
    with pytest.raises(NotRecordsError, match=r"other.duckdb is not an OMOP database: it holds invoices"):
        open_records(str(tmp_path / "other.duckdb"), duckdb_engine)


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_no_permission(duckdb_engine, kind):
    with reachable_folder() as folder:
        place = write_parquet(small_cdm(), folder / "cdm")
        read(place, duckdb_engine)  # imports what an ordinary user might not reach
        locked = place if kind == "folder" else place / "person.parquet"
        locked.chmod(0o000)
        expected = "folder cdm" if kind == "folder" else "file person.parquet"
        refused = pytest.raises(RecordsNotFoundError, match=f"{expected} may not be read: no permission")
        with as_ordinary_user(), refused:
            read(place, duckdb_engine)


@pytest.mark.parametrize("table", ["person", "drug_exposure"])
def test_a_missing_table(duckdb_engine, tmp_path, table):
    place = write_parquet(small_cdm(**{table: None}), tmp_path / "cdm")
    with pytest.raises(MissingTableError, match=f"the records have no table {table.upper()}; the study needs it"):
        read(place, duckdb_engine)


def test_no_table_of_ratings(duckdb_engine, tmp_path):
    place = write_parquet(small_cdm(measurement=None, observation=None), tmp_path / "cdm")
    with pytest.raises(MissingTableError, match="neither MEASUREMENT nor OBSERVATION"):
        read(place, duckdb_engine)


def test_a_missing_column(duckdb_engine, tmp_path):
    tables = small_cdm()
    tables["measurement"] = tables["measurement"].drop_columns(["person_id"])
    with pytest.raises(
        MissingTableError, match="the table MEASUREMENT has no column person_id, which the study needs; it has"
    ):
        read(write_parquet(tables, tmp_path / "cdm"), duckdb_engine)


def test_no_date_and_no_time(duckdb_engine, tmp_path):
    tables = small_cdm()
    tables["drug_exposure"] = tables["drug_exposure"].drop_columns(
        ["drug_exposure_start_date", "drug_exposure_start_datetime"]
    )
    with pytest.raises(MissingTableError, match="DRUG_EXPOSURE has neither drug_exposure_start_date nor"):
        read(write_parquet(tables, tmp_path / "cdm"), duckdb_engine)


def test_only_dates_are_said(duckdb_engine, tmp_path):
    tables = small_cdm()
    tables["measurement"] = tables["measurement"].drop_columns(["measurement_datetime"])
    source = read(write_parquet(tables, tmp_path / "cdm"), duckdb_engine)
    found = duckdb_engine.to_arrow(source.findings)["rule"].to_pylist()
    assert "The rows have dates without a time of day: midnight is taken." in found
    times = duckdb_engine.to_arrow(source.ratings.select("person_id", "time", "occasion")).to_pylist()
    assert {str(row["time"]) for row in times if row["occasion"] == "course"} == {"2024-03-01 00:00:00", "2024-03-02 00:00:00", "2024-03-06 00:00:00"}  # fmt: skip


def test_values_that_cannot_be_read_are_listed(duckdb_engine, tmp_path):
    "An unreadable value counts as empty; an unreadable id, by which rows are chosen, takes its row away."
    place = write_csv(small_cdm(), tmp_path / "cdm")
    measurement = place / "measurement.csv"
    text = measurement.read_text(encoding="utf-8")
    text = text.replace('"200","1","43055141"', '"200","one","43055141"').replace('"5.0"', '"five"')
    measurement.write_text(text, encoding="utf-8")
    found = listed(duckdb_engine, read(place, duckdb_engine), "measurement")
    assert (
        "200",
        "dropped",
        "A value cannot be read as the type of its column and counts as empty: person_id.",
    ) in found
    assert (
        "201",
        "kept",
        "A value cannot be read as the type of its column and counts as empty: value_as_number.",
    ) in found
    assert ("201", "dropped", "The rating has no number.") in found


def test_a_broken_line_is_named_and_not_shown(duckdb_engine, tmp_path):
    place = write_csv(small_cdm(), tmp_path / "cdm")
    with (place / "drug_exposure.csv").open("a", encoding="utf-8") as file:
        file.write('"999","SECRET-PATIENT"\n')
    with pytest.raises(BrokenRecordsError, match=r"line 12 of file drug_exposure\.csv cannot be read") as caught:
        read(place, duckdb_engine)
    assert "SECRET" not in str(caught.value)


def test_a_file_in_another_encoding(duckdb_engine, tmp_path):
    place = write_csv(small_cdm(), tmp_path / "cdm")
    text = (place / "person.csv").read_text(encoding="utf-8").replace('"unknown"', '"Größe"')
    (place / "person.csv").write_bytes(text.encode("latin-1"))
    with pytest.raises(BrokenRecordsError, match=r"file person\.csv cannot be read as text in UTF-8"):
        read(place, duckdb_engine)


def test_a_parquet_file_that_is_none(duckdb_engine, tmp_path):
    place = write_parquet(small_cdm(), tmp_path / "cdm")
    (place / "person.parquet").write_bytes(b"not parquet at all")
    with pytest.raises(BrokenRecordsError, match=r"file person\.parquet cannot be read"):
        read(place, duckdb_engine)


def test_a_copied_row_is_kept_once(duckdb_engine, tmp_path):
    lines = SMALL_CDM["drug_exposure"].rstrip().splitlines()
    doubled = "\n".join([*lines, lines[2], lines[2]])
    source = read(write_duckdb(small_cdm(drug_exposure=doubled), tmp_path / "small.duckdb"), duckdb_engine)
    keys = duckdb_engine.to_arrow(source.administrations.select("row_key"))["row_key"].to_pylist()
    assert sorted(keys) == ["100", "101", "102", "103"]
    copies = [row for row in listed(duckdb_engine, source, "drug_exposure") if row[0] == "100"]
    assert copies == [("100", "dropped", "The row repeats another in its key and in all that is read of it.")] * 2


@pytest.mark.parametrize("table", ["drug_exposure", "person"])
def test_a_key_on_rows_that_differ(duckdb_engine, tmp_path, table):
    lines = SMALL_CDM[table].rstrip().splitlines()
    other = lines[2].replace("785649", "900001").replace("8532", "8507")
    place = write_parquet(small_cdm(**{table: "\n".join([*lines, other])}), tmp_path / "cdm")
    with pytest.raises(
        BrokenRecordsError,
        match=f"in {table.upper()}, 1 value of {table}_id stands on rows that differ",
    ):
        read(place, duckdb_engine)


def test_a_concept_of_two_treatments(duckdb_engine, tmp_path):
    study = changed(comparator={"name": "other", "concepts": [900001]})
    with pytest.raises(StudyFileError, match="concept 900001 belongs to both 'ketamine' and 'other'"):
        read(write_parquet(small_cdm(), tmp_path / "cdm"), duckdb_engine, study)


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        ({"treatment": {"name": "ketamine"}}, "the treatment 'ketamine' names no concepts"),
        ({"rating": {"scale": "nrs"}}, "the rating names no concepts"),
        ({"rating": {"scale": "nrs", "concepts": [1], "occasions": {"visit": ["v"]}}}, "rating.occasions names 'visit'; occasions are planned visit"),
    ],
)  # fmt: skip
def test_a_study_that_asks_for_nothing(duckdb_engine, tmp_path, section, sentence):
    with pytest.raises(StudyFileError, match=sentence):
        read(write_parquet(small_cdm(), tmp_path / "cdm"), duckdb_engine, changed(**section))


def test_a_vocabulary_without_ancestors_is_said(duckdb_engine, tmp_path):
    "Without concept_ancestor the product 900001 is not ketamine."
    source = read(write_parquet(small_cdm(concept_ancestor=None), tmp_path / "cdm"), duckdb_engine)
    keys = duckdb_engine.to_arrow(source.administrations.select("row_key"))["row_key"].to_pylist()
    assert sorted(keys) == ["100", "103"]
    rules = duckdb_engine.to_arrow(source.findings)["rule"].to_pylist()
    assert (
        "The records have no concept_ancestor: a concept stands for itself alone, without the concepts beneath it."
        in rules
    )


def test_without_any_vocabulary_codes_are_looked_for_as_text(duckdb_engine, tmp_path):
    source = read(write_parquet(small_cdm(concept_ancestor=None, concept=None), tmp_path / "cdm"), duckdb_engine)
    names = {(row["code"], row["name"]) for row in duckdb_engine.to_arrow(source.conditions).to_pylist()}
    assert names == {("G43.719", "migraine"), ("G43.709", "migraine"), ("R51", None), ("7011001", None)}
    rules = duckdb_engine.to_arrow(source.findings)["rule"].to_pylist()
    assert "The records have no concept table: source codes are looked for as text only." in rules


def test_what_the_records_do_not_have_is_none(duckdb_engine, tmp_path):
    place = write_parquet(
        small_cdm(visit_occurrence=None, observation_period=None, condition_occurrence=None, observation=None),
        tmp_path / "cdm",
    )
    source = read(place, duckdb_engine)
    assert [source.stays, source.contacts, source.observed, source.conditions, source.events] == [None] * 5


def test_simulated_records_say_so(duckdb_engine, tmp_path):
    said = SMALL_CDM["cdm_source"].replace("| small  ", "| abate-simulated")
    assert read(write_parquet(small_cdm(cdm_source=said), tmp_path / "cdm"), duckdb_engine).is_simulated
