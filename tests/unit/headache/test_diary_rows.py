"""What is read, what is refused, and what becomes a finding."""

from __future__ import annotations

import datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from abate.base.errors import (
    BrokenRecordsError,
    MissingTableError,
    NotRecordsError,
    ParameterError,
    RecordsNotFoundError,
)
from abate.headache.diary_rows import read_diary
from abate.headache.diary_rules import DiaryRules
from tests.unit.headache.diaries import rows_of


def table(rows):
    names = dict.fromkeys(name for row in rows for name in row)
    return pa.table({name: [row.get(name) for row in rows] for name in names})


def findings(rows, **rules):
    return {
        finding.text.split(":")[0]: (finding.row_count, finding.person_count)
        for finding in read_diary(table(rows), DiaryRules(**rules)).findings
    }


def test_two_rows_of_one_day_that_differ_are_refused_by_how_many_persons():
    rows = rows_of("hn", person="Ada") + rows_of("n", person="Ada") + rows_of("nn", person="Bo")
    with pytest.raises(BrokenRecordsError, match="of 1 of 2 persons") as refusal:
        read_diary(table(rows))
    assert "Ada" not in str(refusal.value)


def test_two_rows_of_one_day_that_differ_can_be_taken_as_not_filled_in():
    rows = [row | {"acute_medication": "none"} for row in rows_of("hn") + rows_of("n")]
    diary = read_diary(table(rows), DiaryRules(two_rows="leave out"))
    assert (diary.headache.tolist(), diary.medication.any.tolist()) == ([-1, 0], [-1, 0])
    assert findings(rows, two_rows="leave out")["rows of one day that differ"] == (2, 1)


def test_the_same_row_twice_is_counted_once():
    diary = read_diary(table(rows_of("hn") + rows_of("h")))
    assert diary.headache.tolist() == [1, 0]
    assert findings(rows_of("hn") + rows_of("h"))["the same row twice"] == (1, 1)


def test_days_out_of_order_are_sorted():
    rows = [{"day": 3, "headache": "no"}, {"day": 1, "headache": "yes"}, {"day": 2, "headache": ""}]
    diary = read_diary(table(rows))
    assert (diary.day.tolist(), diary.headache.tolist()) == ([1, 2, 3], [1, -1, 0])
    assert findings(rows) == {"days out of order": (1, 1)}


@pytest.mark.parametrize(
    ("row", "text", "headache"),
    [
        ({"headache": "no", "hours": 2}, "no headache, but hours, intensity or features of pain", -1),
        ({"headache": "no", "intensity": "mild"}, "no headache, but hours, intensity or features of pain", -1),
        ({"headache": "no", "pulsating": "yes"}, "no headache, but hours, intensity or features of pain", -1),
        ({"headache": "no", "hours": 0, "nausea": "yes"}, None, 0),
        ({"headache": "yes", "hours": 0}, "headache, but 0 hours or no intensity", -1),
        ({"headache": "yes", "intensity": "none"}, "headache, but 0 hours or no intensity", -1),
        ({"headache": None, "hours": 2}, "hours or intensity where headache is empty", -1),
        ({"headache": "yes", "hours": 24}, None, 1),
        ({"headache": "yes", "hours": 24.5}, "hours of headache that no day has (below 0 or above 24)", 1),
        ({"headache": "yes", "hours": -1}, "hours of headache that no day has (below 0 or above 24)", 1),
        ({"headache": "yes", "acute_medication": "topiramate"}, "a drug that is not taken against an attack", 1),
        ({"headache": "yes", "acute_medication": "relievo"}, "a word for a drug that is not known", 1),
    ],
)
def test_what_contradicts_itself_is_counted(row, text, headache):
    diary = read_diary(table([{"day": 1} | row]))
    assert diary.headache.tolist() == [headache]
    assert findings([{"day": 1} | row]) == ({} if text is None else {text: (1, 1)})


def test_an_intensity_off_its_scale_is_not_known():
    rows = [{"day": 1, "headache": "yes", "intensity": 11}, {"day": 2, "headache": "yes", "intensity": 10}]
    assert findings(rows, intensity_scale="0-10") == {"intensity off its scale": (1, 1)}


def test_numbers_of_intensity_need_their_scale():
    with pytest.raises(ParameterError, match="--intensity"):
        read_diary(table([{"day": 1, "headache": "yes", "intensity": 3}]))


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"day": [1], "hedache": ["yes"]}, "nearest is 'hedache'"),
        ({"headache": ["yes"]}, "no column 'date'"),
        ({"day": [1], "headache": ["yes"], "intensty": [3]}, "did you mean 'intensity'"),
        ({"day": [1], "date": [1], "headache": ["yes"]}, "two columns for date"),
    ],
)
def test_columns_that_are_missing_or_nearly_known_are_refused(columns, sentence):
    with pytest.raises(MissingTableError, match=sentence):
        read_diary(pa.table(columns))


def test_a_column_that_is_there_twice_is_refused():
    twice = pa.Table.from_arrays([pa.array([1]), pa.array([1]), pa.array(["yes"])], names=["day", "day", "headache"])
    with pytest.raises(MissingTableError, match="two columns 'day' for date"):
        read_diary(twice)


def test_columns_that_are_not_read_are_named_with_the_nearest():
    diary = read_diary(pa.table({"day": [1], "headache": ["yes"], "medication": ["none"], "age": [30]}))
    assert [(column.name, column.nearest) for column in diary.not_read] == [
        ("medication", "acute_medication"),
        ("age", None),
    ]


def test_columns_go_by_a_diary_s_own_names():
    own = pa.table({"id": [7], "time": [-3], "pain": ["yes"]})
    diary = read_diary(own, named={"person_id": "id", "day": "time", "headache": "pain"})
    assert (diary.person_ids, diary.day.tolist(), diary.headache.tolist()) == ([7], [-3], [1])
    with pytest.raises(MissingTableError, match="no column 'tmie' for date; the nearest is 'time'"):
        read_diary(own, named={"day": "tmie"})
    with pytest.raises(ParameterError, match="no column 'dya'"):
        read_diary(own, named={"dya": "time"})


@pytest.mark.parametrize(
    "row",
    [
        {"day": 1, "headache": "maybe"},
        {"day": "1/2/2024", "headache": "yes"},
        {"day": "1.5", "headache": "yes"},
        {"day": None, "headache": "yes"},
        {"day": "20240301", "headache": "yes"},
        {"day": 1, "headache": "yes", "hours": "long"},
        {"day": 1, "headache": "yes", "hours": "inf"},
        {"day": 1, "headache": "yes", "nausea": "awful"},
        {"day": 1, "headache": "yes", "person_id": " "},
        {"day": 1, "headache": "yes", "person_id": None},
    ],
)
def test_a_cell_that_cannot_be_read_is_refused_without_its_value(row):
    good = {"day": "2024-03-01" if "2/2024" in str(row["day"]) else 2, "headache": "no", "person_id": "p"}
    rows = [
        {name: None if cell is None else str(cell) for name, cell in one.items()}
        for one in (good, {"person_id": "p"} | row)
    ]
    with pytest.raises(BrokenRecordsError, match="in 1 of 2 rows, first in row 2") as refusal:
        read_diary(table(rows))
    assert not [cell for cell in ("maybe", "1/2/2024", "20240301", "long", "awful") if cell in str(refusal.value)]


def test_own_words_for_drugs():
    own = pa.table({"day": [1, 2], "headache": ["yes", "yes"], "acute_medication": ["Relievo", "none"]})
    diary = read_diary(own, own_words={"relievo": "NSAID"})
    assert diary.medication.classes["simple_analgesic_days"].tolist() == [1, 0]
    assert diary.findings == ()
    with pytest.raises(ParameterError, match="nearest is 'triptan'"):
        read_diary(own, own_words={"relievo": "tryptan"})


def test_dates_numbers_and_texts_are_read_alike():
    day = datetime.date(2024, 3, 1)
    texts = read_diary(pa.table({"date": ["2024-03-01"], "headache": ["YES "]}))
    dates = read_diary(pa.table({"date": [day], "headache": [True]}))
    times = read_diary(pa.table({"date": [datetime.datetime(2024, 3, 1)], "headache": [1]}))
    assert texts.day.tolist() == dates.day.tolist() == times.day.tolist() == [19783]
    assert texts.headache.tolist() == dates.headache.tolist() == times.headache.tolist() == [1]


@pytest.mark.parametrize("name", ["d.csv", "d.csv.gz", "d.tsv", "d.parquet"])
def test_files(tmp_path, name):
    import gzip

    path = tmp_path / name
    separator = "\t" if name.endswith(".tsv") else ";"
    text = "\ufeffperson_id;day;headache\n007;1;yes\n007;2;\n".replace(";", separator).encode()
    if name.endswith(".parquet"):
        pq.write_table(pa.table({"person_id": ["007", "007"], "day": [1, 2], "headache": ["yes", None]}), path)
    else:
        path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    diary = read_diary(path)
    assert (diary.person_ids, diary.headache.tolist()) == (["007"], [1, -1])


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("d.xlsx", b"", NotRecordsError),
        ("d.csv", b"", BrokenRecordsError),
        ("d.csv", b"day,headache\n", BrokenRecordsError),
        ("d.csv", b"day,headache\n1,yes,2\n", BrokenRecordsError),
        ("d.csv", b"day,headache\n1,\xff\xfe\n", BrokenRecordsError),
        ("d.csv.gz", b"day,headache\n1,yes\n", BrokenRecordsError),
        ("d.parquet", b"no", BrokenRecordsError),
    ],
)
def test_files_that_are_none(tmp_path, name, content, kind):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(kind):
        read_diary(tmp_path / name)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(RecordsNotFoundError):
        read_diary(tmp_path / "none.csv")


def test_a_wrong_year_is_told():
    table = pa.table({"date": ["1926-01-01", "2026-01-02"], "headache": ["yes", "no"]})
    with pytest.raises(BrokenRecordsError, match="the diary of 1 person spans more than 20 years"):
        read_diary(table)


@pytest.mark.parametrize(
    "word", ["sumatriptan", "sumatriptan 50 mg", "Sumatriptan 50", "sumatriptan 50mg", "sumatriptan 6,0 mg"]
)
def test_a_dose_after_a_known_drug_is_not_part_of_its_name(word):
    diary = read_diary(pa.table({"date": ["2026-01-01"], "headache": ["yes"], "acute_medication": [word]}))
    assert diary.medication.classes["triptan_days"].tolist() == [1]
    assert diary.findings == ()


@pytest.mark.parametrize("word", ["nothing known 50 mg", "paracetamol + codeine 30 mg"])
def test_a_word_that_is_not_known_stays_so_with_a_dose(word):
    diary = read_diary(pa.table({"date": ["2026-01-01"], "headache": ["yes"], "acute_medication": [word]}))
    assert diary.medication.classes["triptan_days"].tolist() == [-1]
    assert [finding.row_count for finding in diary.findings] == [1]
