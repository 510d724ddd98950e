"""The wide sheet of a chart review becomes course tables."""

import datetime as dt

import openpyxl
import pytest

from abate.base.errors import MissingTableError, NotRecordsError, RecordsNotFoundError
from abate.sources.border import check_course_tables
from abate.sources.wide import read_wide_sheet
from tests.border import STUDY, WITH_COMPARATOR, findings_of, rows_of

BASE = """
file = "review.csv"
[patient]
id = "patient"
[course]
start = "start"
end = "end"
[ratings]
admission = "pain_in"
day = "pain {day}"
"""


def write(folder, sheet, mapping=BASE):
    (folder / "review.csv").write_text("\n".join(line.strip() for line in sheet.strip().splitlines()) + "\n")
    (folder / "mapping.toml").write_text(mapping)
    return folder / "mapping.toml"


def read(folder, engine, sheet, mapping=BASE, study=STUDY):
    return check_course_tables(read_wide_sheet(write(folder, sheet, mapping), study, engine), study, engine)


def test_ratings_stand_at_admission_and_at_noon_of_each_day(tmp_path, duckdb_engine):
    tables = read(
        tmp_path,
        duckdb_engine,
        """
        Patient,start,end,pain in,pain 1,pain 2,pain 3
        1,2024-03-01,2024-03-03,8,7,,4
        """,
    )
    assert rows_of(duckdb_engine, tables.ratings, "time", "value", "occasion") == [
        (dt.datetime(2024, 3, 1, 0), 8.0, "course"),
        (dt.datetime(2024, 3, 1, 12), 7.0, "course"),
        (dt.datetime(2024, 3, 3, 12), 4.0, "course"),
    ]


def test_every_assumption_is_a_finding_with_its_count(tmp_path, duckdb_engine):
    sheet = """
        patient,start,end,pain_in,pain 1,note
        1,2024-03-01 13:00,2024-03-03,8,7,x
        2,2024-03-01,2024-03-03,8,7,x
    """
    found = {
        (table, rule) for table, rule, action, row in findings_of(duckdb_engine, read(tmp_path, duckdb_engine, sheet))
    }
    assert found == {
        ("courses", "admission is not in the sheet; 00:00 on the day of the first dose is taken (in 2 of 2 rows)"),
        ("courses", "the first dose has a date only; 08:00 is taken, or the admission where that is later (in 1 of 2 rows)"),
        ("courses", "the end has a date only; 16:00 is taken, between first dose and discharge (in 2 of 2 rows)"),
        ("courses", "course_number is empty; filled in the order of start"),
        ("ratings", "a rating of day k is put at 12:00 on calendar day k of the course"),
        ("ratings", "1 rating of a day is put a minute after the first dose or a minute before the discharge, because 12:00 does not lie between them"),
        ("ratings", "the rating at admission is put at the time of admission"),
        ("review", "1 column is not in the mapping and was not read: note"),
    }  # fmt: skip


def test_two_courses_of_one_patient_are_numbered_by_their_start(tmp_path, duckdb_engine):
    tables = read(
        tmp_path,
        duckdb_engine,
        """
        patient,start,end,pain_in,pain 1
        1,2024-06-01,2024-06-03,8,7
        1,2024-03-01,2024-03-03,9,7
        """,
    )
    assert rows_of(duckdb_engine, tables.courses, "course_id", "course_number", "start") == [
        ("1:ketamine:1", 1, dt.datetime(2024, 3, 1, 8)),
        ("1:ketamine:2", 2, dt.datetime(2024, 6, 1, 8)),
    ]
    assert rows_of(duckdb_engine, tables.patients, "person_id") == [(1,)]


def test_a_broken_cell_is_named_by_row_and_column_and_not_shown(tmp_path, duckdb_engine):
    tables = read(
        tmp_path,
        duckdb_engine,
        """
        patient,start,end,pain_in,pain 1
        1,2024-03-01,2024-03-03,8,12
        2,2024-03-01,2024-03-03,very,7
        ,2024-03-01,2024-03-03,8,7
        4,soon,2024-03-03,8,7
        """,
    )
    assert rows_of(duckdb_engine, tables.courses, "person_id") == [(1,), (2,)]
    named = {finding for finding in findings_of(duckdb_engine, tables) if finding[3]}
    assert named == {
        ("ratings", "value is outside 0 to 10, the range of scale nrs", "dropped", "review row 2, column pain_1"),
        ("ratings", "value is not a number", "dropped", "review row 3, column pain_in"),
        ("courses", "the id of the patient is empty", "dropped", "review row 4"),
        ("courses", "start is not a time such as 2024-03-01 10:30", "dropped", "review row 5"),
        ("ratings", "the time of the rating cannot be known from the sheet", "dropped", "review row 5, column pain_in"),
        ("ratings", "the time of the rating cannot be known from the sheet", "dropped", "review row 5, column pain_1"),
    }


DOSES = BASE + '[doses]\ntotal_mg = "mg"\nfirst_rate_mg_h = "first"\nhighest_rate_mg_h = "top"\n'


def read_doses(folder, engine, *cells):
    """Return doses and findings of courses of 24 hours; ``cells`` hold total, first and highest rate."""
    rows = [f"{number},2024-03-01 08:00,2024-03-02 08:00,8,7,{cell}" for number, cell in enumerate(cells, start=1)]
    tables = read(folder, engine, "\n".join(["patient,start,end,pain_in,pain 1,mg,first,top", *rows]), DOSES)
    doses = rows_of(engine, tables.doses, "course_id", "start", "end", "rate_mg_h", "amount_mg")
    return doses, {finding[1] for finding in findings_of(engine, tables) if finding[0] == "doses"}


def test_the_dose_keeps_total_first_and_highest_rate_of_the_sheet(tmp_path, duckdb_engine):
    (first, rest, last), found = read_doses(tmp_path, duckdb_engine, "480,6,30")
    start, end, minute = dt.datetime(2024, 3, 1, 8), dt.datetime(2024, 3, 2, 8), dt.timedelta(minutes=1)
    assert first[1:] == (start, start + minute, 6.0, 0.1)
    assert last[1:] == (end - minute, end, 30.0, 0.5)
    assert rest[1:3] == (start + minute, end - minute)
    assert rest[4] == pytest.approx(480 - 0.6)
    assert rest[3] == pytest.approx((480 - 0.6) / (24 - 2 / 60))
    (sentence,) = found
    assert sentence.startswith("in 1 courses the first rate is put at the first minute")
    assert sentence.endswith("pauses cannot be seen and count as none")


@pytest.mark.parametrize(
    ("cells", "total"),
    [
        ("480,,", 480.0),
        ("480,,30", 480.0),
        ("480,6,", 480.0),
        (",6,30", None),
        (",,30", None),
        ("480,30,6", 480.0),  # a first rate above the highest
        ("480,6,19", 480.0),  # 19 mg/h give 456 mg in 24 hours
        ("480,0,30", 480.0),
    ],
)
def test_what_is_not_known_of_a_dose_stays_unknown(tmp_path, duckdb_engine, cells, total):
    (dose,), found = read_doses(tmp_path, duckdb_engine, cells)
    assert dose[1:] == (dt.datetime(2024, 3, 1, 8), dt.datetime(2024, 3, 2, 8), None, total)
    rule = "courses have one dose from first dose to end, without a rate: their rates, running hours and pauses are not recorded"
    assert f"1 {rule}" in found
    assert any(sentence.startswith("in 1 of them a rate of the sheet is not taken") for sentence in found) == (
        cells != "480,,"
    )


def test_an_even_infusion_keeps_its_rates(tmp_path, duckdb_engine):
    doses, _ = read_doses(tmp_path, duckdb_engine, "480,20,20", "7.2,0.3,0.3")
    assert [dose[3] for dose in doses] == pytest.approx([20.0] * 3 + [0.3] * 3)


def test_adverse_events_are_the_cells_that_say_yes(tmp_path, duckdb_engine):
    mapping = (
        BASE + '[events]\nnausea = "ae1"\nhallucination = { column = "ae2", date = "ae2_date", grade = "ae2_grade" }\n'
    )
    tables = read(
        tmp_path,
        duckdb_engine,
        """
        patient,start,end,pain_in,pain 1,ae1,ae2,ae2_date,ae2_grade
        1,2024-03-01 13:00,2024-03-03,8,7,Yes,no,,
        2,2024-03-01 13:00,2024-03-03,8,7,,x,2024-03-01,2
        3,2024-03-01 13:00,2024-03-03,8,7,maybe,1,2024-03-02 23:00,
        """,
        mapping,
    )
    assert rows_of(duckdb_engine, tables.events, "person_id", "term", "time", "grade") == [
        (1, "nausea", dt.datetime(2024, 3, 1, 13), None),
        (2, "hallucination", dt.datetime(2024, 3, 1, 13, 1), 2),
        (3, "hallucination", dt.datetime(2024, 3, 2, 23), None),
    ]
    found = findings_of(duckdb_engine, tables)
    assert ("events", "ae1 is neither yes nor no", "dropped", "review row 4") in found
    assert ("events", "1 cell on adverse events is empty and counts as no event recorded", "noted", None) in found
    assert ("events", "1 cell on adverse events says neither yes nor no; no event is taken", "noted", None) in found
    assert ("events", "1 event has no date; the time of the first dose is taken", "noted", None) in found


def test_what_failed_may_be_a_list_a_column_or_a_number(tmp_path, duckdb_engine):
    mapping = BASE + (
        '[failed]\npreventive_drugs = "list"\nacute_class_count = "n"\n'
        '[failed.drugs]\nErenumab = { column = "mab", role = "preventive", drug_class = "CGRP antibody" }\n'
    )
    tables = read(
        tmp_path,
        duckdb_engine,
        """
        patient,start,end,pain_in,pain 1,list,n,mab
        1,2024-03-01,2024-03-03,8,7,Topiramate; propranolol ;,2,not tolerated
        2,2024-03-01,2024-03-03,8,7,,0,yes
        3,2024-03-01,2024-03-03,8,7,,many,no
        """,
        mapping,
    )
    assert rows_of(duckdb_engine, tables.treatments, "person_id", "ingredient", "drug_class", "role", "outcome") == [
        (1, "acute class 1 (not named)", "acute class 1 (not named)", "acute", "no effect"),
        (1, "acute class 2 (not named)", "acute class 2 (not named)", "acute", "no effect"),
        (1, "erenumab", "CGRP antibody", "preventive", "not tolerated"),
        (1, "propranolol", "beta-blocker", "preventive", "no effect"),
        (1, "topiramate", "anticonvulsant", "preventive", "no effect"),
        (2, "erenumab", "CGRP antibody", "preventive", "no effect"),
    ]
    rule = "n is not a number of classes from 0 to 50"
    assert ("treatments", rule, "dropped", "review row 4") in findings_of(duckdb_engine, tables)


@pytest.mark.parametrize("start", ["2024-01-01", "2024-03-01", "2024-06-30", "2024-07-01", "2024-12-31"])
def test_the_age_of_the_sheet_is_the_difference_of_years(tmp_path, duckdb_engine, start):
    mapping = BASE.replace('id = "patient"', 'id = "patient"\nage = "age"')
    sheet = f"patient,age,start,end,pain_in,pain 1\n1,17,{start},2025-01-05,8,7"
    tables = read(tmp_path, duckdb_engine, sheet, mapping)
    assert rows_of(duckdb_engine, tables.patients, "birth_year") == [(2024 - 17,)]


def test_a_follow_up_has_a_date_or_days_since_discharge(tmp_path, duckdb_engine):
    mapping = BASE.replace("[ratings]", 'discharge = "out"\n[ratings]') + (
        '[[follow_up]]\nrating = "fu1"\ndate = "fu1_date"\n[[follow_up]]\nrating = "fu2"\ndays_after_discharge = "fu2_days"\n'
    )
    sheet = "patient,start,end,out,pain_in,pain 1,fu1,fu1_date,fu2,fu2_days\n1,2024-03-01,2024-03-03,2024-03-04 10:00,8,7,5,2024-04-10,6,30"
    tables = read(tmp_path, duckdb_engine, sheet, mapping)
    follow_ups = [
        row for row in rows_of(duckdb_engine, tables.ratings, "occasion", "value", "time") if row[0] == "follow-up"
    ]
    assert follow_ups == [
        ("follow-up", 5.0, dt.datetime(2024, 4, 10, 12)),
        ("follow-up", 6.0, dt.datetime(2024, 4, 3, 10)),
    ]


def test_treatments_are_told_apart_by_their_column(tmp_path, duckdb_engine):
    mapping = BASE.replace("[ratings]", 'treatment = "drug"\n[ratings]')
    sheet = "patient,drug,start,end,pain_in,pain 1\n1,Ketamine,2024-03-01,2024-03-03,8,7\n2,intravenous_lidocaine,2024-03-01,2024-03-03,8,7"
    tables = read(tmp_path, duckdb_engine, sheet, mapping, WITH_COMPARATOR)
    assert rows_of(duckdb_engine, tables.courses, "course_id", "treatment") == [
        ("1:ketamine:1", "ketamine"),
        ("2:intravenous lidocaine:1", "intravenous lidocaine"),
    ]


def test_a_comparison_needs_the_column_of_treatments(tmp_path, duckdb_engine):
    sheet = "patient,start,end,pain_in,pain 1\n1,2024-03-01,2024-03-03,8,7"
    with pytest.raises(MissingTableError, match=r"^the study compares two treatments; name the column that holds them"):
        read(tmp_path, duckdb_engine, sheet, study=WITH_COMPARATOR)


def test_a_column_that_is_not_there_is_named_with_what_looks_like_it(tmp_path, duckdb_engine):
    with pytest.raises(MissingTableError) as error:
        read(tmp_path, duckdb_engine, "patient,start_date,end,pain_in,pain 1\n1,2024-03-01,2024-03-03,8,7")
    assert str(error.value) == (
        "mapping.toml names the column 'start', which the sheet 'review' does not have; 'start_date' looks like it."
    )


def test_a_pattern_of_days_that_fits_no_column_is_told(tmp_path, duckdb_engine):
    with pytest.raises(MissingTableError) as error:
        read(tmp_path, duckdb_engine, "patient,start,end,pain_in,d1\n1,2024-03-01,2024-03-03,8,7")
    assert str(error.value) == (
        "mapping.toml says that ratings stand in columns like 'pain {day}'; the sheet 'review' has none."
    )


def test_a_sheet_of_a_workbook_is_found_by_name(tmp_path, duckdb_engine):
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    book.active.append(["nothing here"])
    data = book.create_sheet("Review 2024")
    data.append(["patient", "start", "end", "pain_in", "pain 1"])
    data.append([1, dt.date(2024, 3, 1), dt.date(2024, 3, 3), 8, 7])
    data["B2"].number_format = data["C2"].number_format = "yyyy-mm-dd"
    book.save(tmp_path / "review.xlsx")
    mapping = write(
        tmp_path,
        "-",
        BASE.replace("review.csv", "review.xlsx").replace("[patient]", 'sheet = "review 2024"\n[patient]'),
    )
    tables = check_course_tables(read_wide_sheet(mapping, STUDY, duckdb_engine), STUDY, duckdb_engine)
    assert rows_of(duckdb_engine, tables.courses, "person_id", "start") == [(1, dt.datetime(2024, 3, 1, 8))]
    mapping.write_text(mapping.read_text().replace("review 2024", "review 2025"))
    with pytest.raises(
        MissingTableError, match=r"^review.xlsx has no sheet 'review 2025'; 'review_2024' looks like it\.$"
    ):
        read_wide_sheet(mapping, STUDY, duckdb_engine)


def test_a_sheet_that_is_not_there_or_of_another_kind_is_told(tmp_path, duckdb_engine):
    mapping = write(tmp_path, "-", BASE.replace("review.csv", "nothing.csv"))
    with pytest.raises(RecordsNotFoundError, match=r"^there is no file at .*nothing.csv, which the mapping names\.$"):
        read_wide_sheet(mapping, STUDY, duckdb_engine)
    (tmp_path / "review.ods").write_bytes(b"x")
    mapping = write(tmp_path, "-", BASE.replace("review.csv", "review.ods"))
    with pytest.raises(NotRecordsError, match=r"^review.ods is neither an .xlsx workbook nor a CSV file"):
        read_wide_sheet(mapping, STUDY, duckdb_engine)


def test_a_row_that_stands_twice_is_one_course(tmp_path, duckdb_engine):
    sheet = """
        patient,start,end,pain_in,pain 1
        1,2024-03-01,2024-03-03,8,7
        1,2024-03-01,2024-03-03,8,7
    """
    tables = read(tmp_path, duckdb_engine, sheet)
    assert rows_of(duckdb_engine, tables.courses, "course_id") == [("1:ketamine:1",)]
    assert len(rows_of(duckdb_engine, tables.ratings, "value")) == 2
    rule = "the same row stands twice; one is kept"
    assert ("courses", rule, "dropped", "review row 3") in findings_of(duckdb_engine, tables)


def test_columns_that_nobody_filled_in_are_not_recorded(tmp_path, duckdb_engine):
    mapping = BASE + '[events]\nnausea = "ae"\n[failed]\npreventive_drugs = "list"\n[doses]\ntotal_mg = "mg"\n'
    sheet = "patient,start,end,pain_in,pain 1,ae,list,mg\n1,2024-03-01,2024-03-03,8,7,,,\n"
    tables = read(tmp_path, duckdb_engine, sheet, mapping)
    assert (tables.events, tables.treatments, tables.doses) == (None, None, None)
    rule = "no cell of its columns is filled in; it counts as not recorded"
    assert [finding[0] for finding in findings_of(duckdb_engine, tables) if finding[1] == rule] == [
        "doses",
        "events",
        "treatments",
    ]


def test_no_event_in_anybody_is_recorded_where_every_cell_says_no(tmp_path, duckdb_engine):
    sheet = "patient,start,end,pain_in,pain 1,ae\n1,2024-03-01,2024-03-03,8,7,no\n"
    tables = read(tmp_path, duckdb_engine, sheet, BASE + '[events]\nnausea = "ae"\n')
    assert rows_of(duckdb_engine, tables.events, "term") == []
