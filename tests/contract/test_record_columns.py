"""A text of the records is read as its CDM type alike on every engine; what cannot be read is empty and named."""

import pyarrow as pa
import pytest

from abate.engine.record_columns import read_column, trimmed
from abate.knowledge.cdm import CdmType

# text -> (as date, as time, as id, as number); "!" where it cannot be read, None where there is nothing
CASES = {
    "2024-01-31": ("2024-01-31", "2024-01-31 00:00:00", "!", "!"),
    "20240131": ("2024-01-31", "2024-01-31 00:00:00", 20240131, 20240131.0),
    "2024-01-31 10:20": ("2024-01-31", "2024-01-31 10:20:00", "!", "!"),
    "2024-01-31T10:20:30Z": ("2024-01-31", "2024-01-31 10:20:30", "!", "!"),
    "2024-01-31 10:20:30+02:00": ("2024-01-31", "2024-01-31 10:20:30", "!", "!"),
    "20240131102030": ("2024-01-31", "2024-01-31 10:20:30", 20240131102030, 20240131102030.0),
    "20240131 1020": ("2024-01-31", "2024-01-31 10:20:00", "!", "!"),
    "1937-12-1": ("1937-12-01", "1937-12-01 00:00:00", "!", "!"),
    "2024/1/3 9:05": ("2024-01-03", "2024-01-03 09:05:00", "!", "!"),
    "01/02/2024": ("!", "!", "!", "!"),
    "2024-13-01": ("!", "!", "!", "!"),
    "2024-01-31 25:00": ("2024-01-31", "!", "!", "!"),
    ' "12" ': ("!", "!", 12, 12.0),
    "8507.0": ("!", "!", 8507, 8507.0),
    "12.5": ("!", "!", "!", 12.5),
    "-9176297757944464068": ("!", "!", -9176297757944464068, -9176297757944464068.0),
    "99999999999999999999": ("!", "!", "!", 1e20),
    "1e3": ("!", "!", "!", 1000.0),
    "7,5": ("!", "!", "!", "!"),
    "x": ("!", "!", "!", "!"),
    "  ": (None, None, None, None),
    "NULL": (None, None, None, None),
    "nan": (None, None, None, None),
    "\\N": (None, None, None, None),
    None: (None, None, None, None),
}
KINDS = (CdmType.DATE, CdmType.TIME, CdmType.ID, CdmType.NUMBER)


@pytest.mark.parametrize("place", range(4), ids=[kind.value for kind in KINDS])
def test_texts_are_read_or_named(engine, place):
    table = engine.from_arrow(pa.table({"row": range(len(CASES)), "text": pa.array(list(CASES), pa.string())}))
    read = read_column(table.text, KINDS[place])
    rows = engine.to_arrow(table.select("row", value=read.value, bad=read.is_unreadable)).sort_by("row").to_pylist()
    found = ["!" if row["bad"] else row["value"] for row in rows]
    expected = [case[place] for case in CASES.values()]
    assert [value if isinstance(value, int | float) or value is None else str(value) for value in found] == expected


def test_numbers_that_are_none_are_empty(engine):
    table = engine.from_arrow(pa.table({"row": [1, 2, 3, 4], "x": [1.5, float("nan"), float("inf"), None]}))
    rows = engine.to_arrow(table.select("row", x=read_column(table.x, CdmType.NUMBER).value)).sort_by("row")
    assert rows["x"].to_pylist() == [1.5, None, None, None]


def test_blanks_at_the_ends_go_and_letters_stay(engine):
    table = engine.from_arrow(pa.table({"text": [" vertigo v\t"]}))
    assert engine.to_arrow(table.select(text=trimmed(table.text)))["text"].to_pylist() == ["vertigo v"]


def test_a_large_id_beside_an_empty_one_keeps_its_last_digit(engine):
    ids = pa.table({"id": pa.array([9176297757944464067, None], pa.int64())})
    assert set(engine.to_arrow(engine.from_arrow(ids))["id"].to_pylist()) == {9176297757944464067, None}
