import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from abate.base.errors import OutputError
from abate.engine.storage import open_store

SCHEMAS = {"number": pa.schema([("value", pa.int64())]), "unused": pa.schema([("at", pa.timestamp("us"))])}


def rows(*values: int) -> pa.Table:
    return pa.table({"value": pa.array(values, pa.int64())})


def write(target, *values: int, **options) -> None:
    with open_store(target, SCHEMAS, side_files=("note.txt",), **options) as store:
        store.append("number", rows(*values))
        store.write_text("note.txt", "hello")


def read_database(path):
    with duckdb.connect(str(path), read_only=True) as connection:
        return [value for (value,) in connection.execute("SELECT value FROM number").fetchall()]


def test_a_database_keeps_rows_in_order_and_has_every_table(tmp_path):
    target = tmp_path / "a.duckdb"
    with open_store(target, SCHEMAS) as store:
        store.append("number", rows(3, 1))
        store.append("number", rows(2))
    assert read_database(target) == [3, 1, 2]
    with duckdb.connect(str(target), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM unused").fetchone() == (0,)
        assert connection.execute(
            "SELECT data_type FROM information_schema.columns ORDER BY column_name"
        ).fetchall() == [
            ("TIMESTAMP",),
            ("BIGINT",),
        ]


def test_a_folder_has_a_file_a_table_and_the_note(tmp_path):
    write(tmp_path / "a", 3, 1)
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == ["note.txt", "number.parquet", "unused.parquet"]
    assert pq.read_table(tmp_path / "a" / "number.parquet")["value"].to_pylist() == [3, 1]


def test_the_note_of_a_database_lies_beside_it(tmp_path):
    write(tmp_path / "a.duckdb", 1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.duckdb", "note.txt"]


@pytest.mark.parametrize("name", ["a.duckdb", "a"])
@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt])
def test_a_failure_in_the_middle_leaves_nothing(tmp_path, name, failure):
    def fail_half_way():
        with open_store(tmp_path / name, SCHEMAS, side_files=("note.txt",)) as store:
            store.append("number", rows(1))
            store.write_text("note.txt", "hello")
            raise failure

    with pytest.raises(failure):
        fail_half_way()
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_said_in_one_sentence(tmp_path):
    def fill_the_disk():
        with open_store(tmp_path / "a", SCHEMAS):
            raise OSError(28, "No space left on device")

    with pytest.raises(OutputError, match="could not be written: the disk is full"):
        fill_the_disk()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a.duckdb", "a"])
def test_what_is_there_is_replaced_only_on_demand(tmp_path, name):
    write(tmp_path / name, 1)
    with pytest.raises(OutputError, match="is there already"):
        write(tmp_path / name, 2)
    write(tmp_path / name, 3, overwrite=True)
    found = (
        read_database(tmp_path / name)
        if name == "a.duckdb"
        else pq.read_table(tmp_path / name / "number.parquet")["value"].to_pylist()
    )
    assert found == [3]


def test_a_note_that_is_there_already_is_not_replaced(tmp_path):
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"note\.txt is there already"):
        write(tmp_path / "a.duckdb", 1)
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]


def test_a_folder_with_other_files_is_never_replaced(tmp_path):
    write(tmp_path / "a", 1)
    (tmp_path / "a" / "thesis.docx").write_text("mine")
    with pytest.raises(OutputError, match=r"thesis\.docx"):
        write(tmp_path / "a", 2, overwrite=True)
    assert (tmp_path / "a" / "thesis.docx").read_text() == "mine"


def test_an_impossible_target_is_refused(tmp_path):
    with pytest.raises(OutputError, match="neither"):
        write(tmp_path / "a.csv", 1)


def test_a_folder_that_is_not_there_is_made(tmp_path):
    write(tmp_path / "new" / "a.duckdb", 1)
    assert read_database(tmp_path / "new" / "a.duckdb") == [1]


def test_a_folder_is_not_replaced_by_a_file_of_its_name(tmp_path):
    (tmp_path / "a.duckdb").mkdir()
    with pytest.raises(OutputError, match="is a folder"):
        write(tmp_path / "a.duckdb", 1, overwrite=True)
