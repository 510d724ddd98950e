"""What lies at a place is told by names, and what is not accepted is said in one sentence."""

import duckdb
import pytest

from abate.base.errors import NotRecordsError, RecordsNotFoundError
from abate.sources.detect import ACCEPTED, source_kind
from tests.ordinary_user import as_ordinary_user, reachable_folder


def folder(path, *names):
    path.mkdir(exist_ok=True)
    for name in names:
        (path / name).write_text("a\n1\n")
    return str(path)


def database(path, *tables):
    with duckdb.connect(str(path)) as connection:
        for table in tables:
            connection.execute(f'CREATE TABLE "{table}" (a INTEGER)')
    return str(path)


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (("courses.csv", "ratings.csv"), "sheets"),
        (("Courses.parquet", "RATINGS.csv.gz", "patients.csv"), "sheets"),
        (("courses.csv",), "sheets"),
        (("PERSON.csv", "DRUG_EXPOSURE.csv", "MEASUREMENT.csv"), "omop"),
        (("person.parquet",), "omop"),
    ],
)
def test_a_folder_by_the_tables_in_it(tmp_path, names, kind):
    assert source_kind(folder(tmp_path / "records", *names)) == kind


def test_a_duckdb_file_by_the_tables_in_it(tmp_path):
    assert source_kind(database(tmp_path / "a.duckdb", "courses", "ratings")) == "sheets"
    assert source_kind(database(tmp_path / "b.db", "PERSON", "drug_exposure")) == "omop"


def test_files_by_their_endings(tmp_path):
    (tmp_path / "review.XLSX").write_bytes(b"x")
    (tmp_path / "mapping.toml").write_text("")
    assert source_kind(str(tmp_path / "review.XLSX")) == "sheets"
    assert source_kind(str(tmp_path / "mapping.toml")) == "wide"


def test_addresses():
    assert source_kind("postgresql://user:secret@host/db") == "omop"
    with pytest.raises(NotRecordsError) as error:
        source_kind("mysql://user:secret@host/db")
    assert str(error.value) == f"addresses of the kind mysql:// are not read; {ACCEPTED}."


def test_nothing_at_the_place(tmp_path):
    with pytest.raises(RecordsNotFoundError) as error:
        source_kind(str(tmp_path / "nowhere"))
    assert str(error.value) == f"there is nothing at {tmp_path / 'nowhere'}; check the path."


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("a.csv", b"a\n", "one CSV file; give the folder that holds it, or a mapping where it is a wide sheet"),
        ("a.xls", b"\xd0\xcf", "a workbook of the old kind; save it as .xlsx"),
        ("a.parquet", b"PAR1", "one Parquet file; give the folder that holds it"),
        ("a.sqlite", b"SQLite format 3\x00", "neither a workbook nor a DuckDB file"),
        ("empty", b"", "neither a workbook nor a DuckDB file"),
    ],
)
def test_a_file_of_another_kind(tmp_path, name, content, what):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(NotRecordsError) as error:
        source_kind(str(tmp_path / name))
    assert str(error.value) == f"{name} is {what}; {ACCEPTED}."


def test_a_duckdb_file_of_something_else(tmp_path):
    with pytest.raises(NotRecordsError) as error:
        source_kind(database(tmp_path / "shop.duckdb", "orders"))
    assert str(error.value) == (
        f"shop.duckdb is a DuckDB file with 1 table, neither an OMOP CDM nor course tables; {ACCEPTED}."
    )


def test_a_folder_of_something_else(tmp_path):
    with pytest.raises(NotRecordsError) as error:
        source_kind(folder(tmp_path / "letters", "a.docx", "b.docx", "c.txt"))
    assert str(error.value) == (
        f"the folder letters holds no table that abate knows and no table file (it has 2 .docx, 1 .txt); {ACCEPTED}."
    )
    with pytest.raises(NotRecordsError, match=r"^the folder none is empty; "):
        source_kind(folder(tmp_path / "none"))


def refusal_of(where):
    with as_ordinary_user(), pytest.raises(RecordsNotFoundError) as error:
        source_kind(str(where))
    return str(error.value)


def test_a_folder_without_permission():
    with reachable_folder() as parent:
        closed = parent / "closed"
        closed.mkdir()
        closed.chmod(0o000)
        assert refusal_of(closed) == f"{closed} may not be read by this user; ask for permission to read it."


def test_a_file_without_permission():
    with reachable_folder() as parent:
        (parent / "a.xlsx").write_bytes(b"x")
        (parent / "a.xlsx").chmod(0o000)
        assert refusal_of(parent / "a.xlsx").endswith(
            "a.xlsx may not be read by this user; ask for permission to read it."
        )


def test_a_file_in_a_folder_without_permission():
    with reachable_folder() as parent:
        (parent / "closed").mkdir()
        (parent / "closed").chmod(0o000)
        inside = parent / "closed" / "a.xlsx"
        assert refusal_of(inside) == f"{inside} may not be read by this user; ask for permission to read it."
