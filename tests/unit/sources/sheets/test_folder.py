"""CSV files of any make become text with row numbers; Parquet keeps its types."""

import datetime as dt
import gzip

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from abate.base.errors import BrokenRecordsError, NotRecordsError
from abate.sources.sheets.folder import read_csv_text, read_file, table_files


def read(path, text, name="ratings", encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return read_csv_text(path, name)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path, delimiter):
    sheet = read(tmp_path / "ratings.csv", f"person_id{delimiter}value\n1{delimiter}8\n")
    assert sheet.cells.to_pylist() == [{"person_id": "1", "value": "8"}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_files_are_read_without_a_remark(tmp_path, encoding):
    sheet = read(tmp_path / "events.csv", "person_id,term\n1,Übelkeit\n", "events", encoding)
    assert sheet.headings == ("person_id", "term")
    assert sheet.cells["term"].to_pylist() == ["Übelkeit"]
    assert sheet.remarks == []


def test_a_file_in_the_windows_encoding_is_read_and_noted(tmp_path):
    sheet = read(tmp_path / "events.csv", "person_id,term\n1,Übelkeit\n", "events", "cp1252")
    assert sheet.cells["term"].to_pylist() == ["Übelkeit"]
    assert sheet.remarks == [
        ("events", "the file is not in UTF-8; it was read in the Windows encoding cp1252", "noted", None)
    ]


def test_decimal_commas_are_points_where_semicolons_part_the_columns(tmp_path):
    sheet = read(tmp_path / "ratings.csv", 'person_id;value;scale\n1;7,5;"a,5"\n')
    assert sheet.cells.to_pylist() == [{"person_id": "1", "value": "7.5", "scale": "a,5"}]
    assert sheet.remarks == [("ratings", "decimal commas were read as points in value", "noted", None)]


def test_a_number_with_a_comma_is_left_alone_where_commas_part_the_columns(tmp_path):
    assert read(tmp_path / "ratings.csv", 'person_id,value\n1,"7,5"\n').cells["value"].to_pylist() == ["7,5"]


def test_broken_and_blank_lines_keep_the_numbers_of_the_others_true(tmp_path):
    sheet = read(tmp_path / "ratings.csv", "person_id,value\n1,8\n\n2,7,9\n,\n3,6\n")
    assert sheet.cells["person_id"].to_pylist() == ["1", "3"]
    assert sheet.row_numbers.to_pylist() == [2, 6]
    assert sheet.remarks == [("ratings", "the line does not have 2 cells", "dropped", "ratings row 4")]


def test_cells_may_hold_delimiters_quotes_and_line_breaks(tmp_path):
    sheet = read(tmp_path / "events.csv", 'person_id,term\n1,"a, ""b""\nc"\n2,d\n', "events")
    assert sheet.cells["term"].to_pylist() == ['a, "b"\nc', "d"]


def test_whole_ids_written_as_decimals_are_whole_again(tmp_path):
    sheet = read(tmp_path / "ratings.csv", "person_id,value\n101.0,8.0\nA1.0,7\n")
    assert sheet.cells.to_pylist() == [{"person_id": "101", "value": "8.0"}, {"person_id": "A1.0", "value": "7"}]


def test_a_compressed_file_is_read(tmp_path):
    (tmp_path / "ratings.csv.gz").write_bytes(gzip.compress(b"person_id,value\n1,8\n"))
    assert read_csv_text(tmp_path / "ratings.csv.gz", "ratings").cells.num_rows == 1


def test_an_empty_file_is_told(tmp_path):
    with pytest.raises(NotRecordsError, match=r"^ratings.csv is empty; its first line must name the columns.$"):
        read(tmp_path / "ratings.csv", "")


def test_one_table_in_two_files_is_refused(tmp_path):
    (tmp_path / "ratings.csv").write_text("person_id\n1\n")
    (tmp_path / "Ratings.tsv").write_text("person_id\n1\n")
    with pytest.raises(BrokenRecordsError) as error:
        table_files(tmp_path)
    assert str(error.value).endswith("holds the table ratings twice, as Ratings.tsv and ratings.csv; leave one.")


def test_nanoseconds_of_pandas_are_read_as_microseconds(tmp_path, engine):
    time = pa.array([dt.datetime(2024, 3, 1, 10)], pa.timestamp("ns"))
    pq.write_table(pa.table({"time": time}), tmp_path / "ratings.parquet")
    table = read_file(tmp_path / "ratings.parquet", "ratings", engine)
    assert engine.to_arrow(table.rows)["time"].to_pylist() == [dt.datetime(2024, 3, 1, 10)]


def test_a_folder_of_parquet_parts_is_one_table(tmp_path, duckdb_engine):
    (tmp_path / "ratings.parquet").mkdir()
    for number in (1, 2):
        pq.write_table(pa.table({"value": [number]}), tmp_path / "ratings.parquet" / f"part-{number}.parquet")
    table = read_file(tmp_path / "ratings.parquet", "ratings", duckdb_engine)
    assert sorted(duckdb_engine.to_arrow(table.rows)["value"].to_pylist()) == [1, 2]


def test_a_damaged_parquet_file_is_told(tmp_path, duckdb_engine):
    (tmp_path / "ratings.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(NotRecordsError, match=r"^ratings.parquet cannot be read as Parquet; is it whole\?$"):
        read_file(tmp_path / "ratings.parquet", "ratings", duckdb_engine)
