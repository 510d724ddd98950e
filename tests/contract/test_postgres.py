"""A PostgreSQL server is only read, gives only what is needed, and its password stays where it is."""

from __future__ import annotations

import os
import stat

import pytest

from abate.base.errors import NotRecordsError, RecordsNotFoundError
from abate.engine.records import open_records
from tests.contract.conftest import PASSWORD
from tests.small_cdm import PRODUCT, small_cdm, write_postgres

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def url(postgres_url):
    write_postgres(small_cdm(), postgres_url, "cdm")
    return f"{postgres_url}?schema=cdm"


def test_the_server_filters_and_nothing_stays_on_disk(url, duckdb_engine):
    with open_records(url, duckdb_engine) as store:
        pulled = []
        read_csv = duckdb_engine.read_csv
        duckdb_engine.read_csv = lambda path, **how: (pulled.append(path.read_text()), read_csv(path, **how))[1]
        try:
            store.table("drug_exposure", ["drug_exposure_id", "drug_concept_id"], keep={"drug_concept_id": [PRODUCT]})
        finally:
            del duckdb_engine.read_csv
    assert pulled == ["drug_exposure_id,drug_concept_id\n101,900001\n102,900001\n"]
    assert stat.S_IMODE(os.stat(duckdb_engine.scratch).st_mode) == 0o700
    assert not list(duckdb_engine.scratch.glob("*.csv"))


def test_nothing_can_be_written(url, duckdb_engine):
    import psycopg

    with open_records(url, duckdb_engine) as store, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        store._connection.execute("DELETE FROM cdm.person")


def test_a_wrong_password_is_not_repeated(url, duckdb_engine):
    with pytest.raises(RecordsNotFoundError, match="refused the login") as caught:
        open_records(url.replace(PASSWORD, "wr0ng-p4ss"), duckdb_engine)
    assert "wr0ng-p4ss" not in _all_words(caught.value)


def test_no_server_is_said_without_the_password(duckdb_engine):
    with pytest.raises(RecordsNotFoundError, match="no PostgreSQL database answered at localhost:1,") as caught:
        open_records(f"postgresql://site:{PASSWORD}@localhost:1/none", duckdb_engine)
    assert PASSWORD not in _all_words(caught.value)


def test_a_table_that_may_not_be_read_is_named(url, postgres_url, duckdb_engine):
    import psycopg

    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE ROLE guest LOGIN PASSWORD 'guest'")
        connection.execute("GRANT USAGE ON SCHEMA cdm TO guest")
    guest = url.replace(f"site:{PASSWORD}", "guest:guest")
    refused = pytest.raises(RecordsNotFoundError, match="PERSON may not be read: the database user lacks SELECT")
    with open_records(guest, duckdb_engine) as store, refused:
        store.table("person", ["person_id"])


def test_a_schema_that_is_not_there_is_named(url, duckdb_engine):
    with pytest.raises(RecordsNotFoundError, match="no schema 'other'"):
        open_records(url.replace("schema=cdm", "schema=other"), duckdb_engine)


def test_the_vocabulary_may_stand_in_another_schema(postgres_url, duckdb_engine):
    write_postgres({"person": small_cdm()["person"]}, postgres_url, "clinical")
    write_postgres({"concept": small_cdm()["concept"]}, postgres_url, "words")
    with open_records(f"{postgres_url}?schema=clinical,words", duckdb_engine) as store:
        assert store.table_names == ("concept", "person")


def test_several_databases_on_one_server_need_a_choice(url, postgres_url, duckdb_engine):
    write_postgres({"person": small_cdm()["person"]}, postgres_url, "second")
    with pytest.raises(NotRecordsError, match=r"several schemas hold the table person \(.*cdm.*second.*\?schema="):
        open_records(postgres_url, duckdb_engine)


def _all_words(error):
    """All that a traceback could show: the error, what it came from, and their arguments."""
    words = []
    while error is not None:
        words.append(f"{error!r} {error}")
        error = None if error.__suppress_context__ else error.__context__ or error.__cause__
    return " ".join(words)
