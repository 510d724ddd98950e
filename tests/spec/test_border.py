"""What passes the border, what is repaired, and what is dropped: the same on every engine."""

import datetime as dt

import pyarrow as pa
import pytest

from abate.base.errors import BrokenRecordsError, MissingTableError, NoCoursesError
from abate.study.read import parse_study, preset_text
from tests.border import COURSES, WITH_COMPARATOR, checked, findings_of, rows_of


def test_clean_tables_pass_with_typed_columns_in_the_order_of_the_contract(engine):
    tables = checked(engine)
    assert tables.courses.columns[:3] == ("course_id", "person_id", "treatment")
    assert rows_of(engine, tables.courses, "course_id", "person_id", "course_number", "start", "weight_kg") == [
        ("a", 1, 1, dt.datetime(2024, 3, 1, 12), None)
    ]
    assert rows_of(engine, tables.ratings, "person_id", "time", "value") == [(1, dt.datetime(2024, 3, 1, 10), 8.0)]
    assert tables.doses is None


def test_a_missing_course_number_is_filled_in_the_order_of_start(engine):
    tables = checked(
        engine,
        courses="""
            course_id | person_id | treatment | start            | end
            late      | 1         | ketamine  | 2024-06-01 12:00 | 2024-06-05 12:00
            early     | 1         | ketamine  | 2024-03-01 12:00 | 2024-03-05 12:00
            other     | 2         | ketamine  | 2024-09-01 12:00 | 2024-09-05 12:00
        """,
    )
    assert rows_of(engine, tables.courses, "course_id", "course_number") == [("early", 1), ("late", 2), ("other", 1)]
    assert ("courses", "course_number is empty; filled in the order of start", "noted", None) in findings_of(
        engine, tables
    )


def test_a_missing_course_id_is_built_from_person_treatment_and_number(duckdb_engine):
    tables = checked(
        duckdb_engine,
        courses="""
            person_id | treatment | start            | end
            7         | ketamine  | 2024-06-01 12:00 | 2024-06-05 12:00
            7         | Ketamine  | 2024-03-01 12:00 | 2024-03-05 12:00
        """,
    )
    assert rows_of(duckdb_engine, tables.courses, "course_id", "start") == [
        ("7:ketamine:1", dt.datetime(2024, 3, 1, 12)),
        ("7:ketamine:2", dt.datetime(2024, 6, 1, 12)),
    ]


def test_ratings_outside_the_scale_or_without_a_number_are_dropped_and_named(engine):
    tables = checked(
        engine,
        ratings="""
            person_id | time             | scale | value
            1         | 2024-03-01 10:00 | nrs   | 8
            1         | 2024-03-02 10:00 | nrs   | 11
            1         | 2024-03-03 10:00 | nrs   | -1
            1         | 2024-03-04 10:00 | nrs   | seven
            1         | 2024-03-04 12:00 | nrs   |
            1         | 2024-03-05 10:00 | vas   | 70
        """,
    )
    assert rows_of(engine, tables.ratings, "scale", "value") == [("nrs", 8.0), ("vas", 70.0)]
    outside = "value is outside 0 to 10, the range of scale nrs"
    found = [finding for finding in findings_of(engine, tables) if finding[0] == "ratings"]
    assert found == [
        ("ratings", "value is empty", "dropped", "ratings row 6"),
        ("ratings", "value is not a number", "dropped", "ratings row 5"),
        ("ratings", outside, "dropped", "ratings row 3"),
        ("ratings", outside, "dropped", "ratings row 4"),
    ]


def test_totals_that_a_scale_cannot_give_are_dropped_and_named(engine):
    tables = checked(
        engine,
        ratings="""
            person_id | time             | scale | value
            1         | 2024-03-01 10:00 | HIT-6 | 36
            1         | 2024-03-02 10:00 | HIT-6 | 37
            1         | 2024-03-03 10:00 | HIT-6 | 38
            1         | 2024-03-04 10:00 | hit6  | 60.5
            1         | 2024-03-05 10:00 | hit6  | 77
            1         | 2024-03-06 10:00 | hit6  | 79
            1         | 2024-03-07 10:00 | midas | 37
            1         | 2024-03-08 10:00 | midas | 2.5
            1         | 2024-03-09 10:00 | nrs   | 7.5
        """,
    )
    kept = [("hit6", 36.0), ("hit6", 38.0), ("midas", 37.0), ("nrs", 7.5)]
    assert rows_of(engine, tables.ratings, "scale", "value") == kept
    no_total = "value is not a sum of 6 answers of 6, 8, 10, 11 or 13, as scale hit6 has"
    found = [finding for finding in findings_of(engine, tables) if finding[0] == "ratings"]
    assert sorted(found) == [
        ("ratings", no_total, "dropped", "ratings row 3"),
        ("ratings", no_total, "dropped", "ratings row 5"),
        ("ratings", no_total, "dropped", "ratings row 6"),
        ("ratings", "value is not a whole number, as scale midas has", "dropped", "ratings row 9"),
        ("ratings", "value is outside 36 to 78, the range of scale hit6", "dropped", "ratings row 7"),
    ]


def test_the_ends_of_a_range_belong_to_it(duckdb_engine):
    tables = checked(
        duckdb_engine,
        ratings="""
            person_id | time             | scale | value
            1         | 2024-03-01 10:00 | nrs   | 0
            1         | 2024-03-02 10:00 | nrs   | 10
        """,
    )
    assert rows_of(duckdb_engine, tables.ratings, "value") == [(0.0,), (10.0,)]


def test_a_scale_is_known_in_any_spelling_and_an_unknown_one_is_kept(engine):
    tables = checked(
        engine,
        ratings="""
            person_id | time             | scale  | value
            1         | 2024-03-01 10:00 | HIT-6  | 60
            1         | 2024-03-02 10:00 | hit 6  | 35
            1         | 2024-03-03 10:00 | smiley | 60
        """,
    )
    assert rows_of(engine, tables.ratings, "scale", "value") == [("hit6", 60.0), ("smiley", 60.0)]
    assert (
        "ratings",
        "scale is not known, so its range was not checked",
        "kept",
        "ratings row 4",
    ) in findings_of(engine, tables)


def test_times_of_a_course_out_of_order_are_dropped_emptied_or_kept_by_rule(engine):
    tables = checked(
        engine,
        courses="""
            course_id | person_id | treatment | admission        | start            | end              | discharge
            good      | 1         | ketamine  | 2024-03-01 09:00 | 2024-03-01 12:00 | 2024-03-05 12:00 | 2024-03-05 12:00
            backwards | 2         | ketamine  | 2024-03-01 09:00 | 2024-03-05 12:00 | 2024-03-01 12:00 | 2024-03-06 12:00
            admitted  | 3         | ketamine  | 2024-03-02 09:00 | 2024-03-01 12:00 | 2024-03-05 12:00 | 2024-03-06 12:00
            left      | 4         | ketamine  | 2024-03-01 09:00 | 2024-03-01 12:00 | 2024-03-05 12:00 | 2024-03-01 10:00
            early     | 5         | ketamine  | 2024-03-01 09:00 | 2024-03-01 12:00 | 2024-03-05 12:00 | 2024-03-04 12:00
        """,
    )
    found = rows_of(engine, tables.courses, "course_id", "admission", "discharge")
    assert [(name, a is not None, d is not None) for name, a, d in found] == [
        ("admitted", False, True),
        ("early", True, True),
        ("good", True, True),
        ("left", True, False),
    ]
    named = {(rule, action, row) for table, rule, action, row in findings_of(engine, tables) if row}
    assert named == {
        ("end is before start", "dropped", "courses row 3"),
        ("admission is after start", "repaired", "courses row 4"),
        ("discharge is before start", "repaired", "courses row 5"),
        ("discharge is before end", "kept", "courses row 6"),
    }


@pytest.mark.parametrize("weight", ["0", "700"])
def test_a_weight_that_no_patient_has_is_emptied(duckdb_engine, weight):
    tables = checked(
        duckdb_engine,
        courses=f"""
            course_id | person_id | treatment | start            | end              | weight_kg
            a         | 1         | ketamine  | 2024-03-01 12:00 | 2024-03-05 12:00 | {weight}
            b         | 2         | ketamine  | 2024-03-01 12:00 | 2024-03-05 12:00 | 400
        """,
    )
    assert rows_of(duckdb_engine, tables.courses, "course_id", "weight_kg") == [("a", None), ("b", 400.0)]
    assert ("courses", "weight_kg is outside 2 to 400 kg", "repaired", "courses row 2") in findings_of(
        duckdb_engine, tables
    )


def test_a_negative_dose_and_a_dose_without_course_are_dropped(engine):
    tables = checked(
        engine,
        doses="""
            course_id | start            | end              | rate_mg_h | amount_mg
            a         | 2024-03-01 12:00 | 2024-03-05 12:00 | 10        | 960
            a         | 2024-03-01 12:00 | 2024-03-02 12:00 | -10       | 240
            a         | 2024-03-01 12:00 | 2024-03-02 12:00 | 10        | -240
            a         | 2024-03-02 12:00 | 2024-03-01 12:00 | 10        | 240
            b         | 2024-03-01 12:00 | 2024-03-02 12:00 | 10        | 240
            a         | 2024-03-09 12:00 | 2024-03-10 12:00 | 1         | 24
        """,
    )
    assert rows_of(engine, tables.doses, "amount_mg") == [(24.0,), (960.0,)]
    assert [finding[1:] for finding in findings_of(engine, tables) if finding[0] == "doses"] == [
        ("amount_mg is below 0 mg", "dropped", "doses row 4"),
        ("end is before start", "dropped", "doses row 5"),
        ("its course is not in courses", "dropped", "doses row 6"),
        ("rate_mg_h is below 0 mg/h", "dropped", "doses row 3"),
        ("the dose starts before its course or after its end", "kept", "doses row 7"),
    ]


def test_words_of_the_contract_are_known_in_any_spelling(engine):
    tables = checked(
        engine,
        patients="""
            person_id | sex
            1         | F
            2         | Male
            3         | green
        """,
        contacts="""
            person_id | start            | kind      | planned | for_condition
            1         | 2024-04-01 10:00 | Emergency | Y       | no
            1         | 2024-04-02 10:00 | bakery    | yes     | yes
        """,
    )
    assert rows_of(engine, tables.patients, "person_id", "sex") == [(1, "female"), (2, "male"), (3, None)]
    assert rows_of(engine, tables.contacts, "kind", "planned", "for_condition") == [("emergency", "yes", False)]
    named = {(rule, action, row) for table, rule, action, row in findings_of(engine, tables) if row}
    assert named == {
        ("sex is none of female, male, other, unknown", "repaired", "patients row 4"),
        ("kind is none of office, emergency, inpatient, phone", "dropped", "contacts row 3"),
    }


def test_a_course_of_another_treatment_is_dropped_whatever_the_case_of_its_letters(duckdb_engine):
    tables = checked(
        duckdb_engine,
        WITH_COMPARATOR,
        courses="""
            course_id | person_id | treatment             | start            | end
            a         | 1         | KETAMINE              | 2024-03-01 12:00 | 2024-03-05 12:00
            b         | 2         | Intravenous Lidocaine | 2024-03-01 12:00 | 2024-03-05 12:00
            c         | 3         | magnesium             | 2024-03-01 12:00 | 2024-03-05 12:00
        """,
    )
    assert rows_of(duckdb_engine, tables.courses, "treatment") == [("intravenous lidocaine",), ("ketamine",)]
    rule = "treatment is none of the study's: ketamine, intravenous lidocaine"
    assert ("courses", rule, "dropped", "courses row 4") in findings_of(duckdb_engine, tables)


def test_the_same_row_twice_is_one_row(engine):
    twice = COURSES + COURSES.strip().splitlines()[-1]
    tables = checked(engine, courses=twice)
    assert rows_of(engine, tables.courses, "course_id") == [("a",)]
    rule = "the same row stands twice; one is kept"
    assert ("courses", rule, "dropped", "courses row 3") in findings_of(engine, tables)


def test_rows_that_differ_under_one_key_stop_the_run(duckdb_engine):
    with pytest.raises(BrokenRecordsError) as error:
        checked(
            duckdb_engine,
            courses="""
                course_id | person_id | treatment | start            | end
                a         | 1         | ketamine  | 2024-03-01 12:00 | 2024-03-05 12:00
                a         | 2         | ketamine  | 2024-03-01 12:00 | 2024-03-05 12:00
            """,
        )
    assert str(error.value) == (
        "in courses, 1 value of course_id stands in several rows that differ; give each treatment course its own, or leave "
        "one row; look at courses row 2, courses row 3."
    )


def test_ids_are_numbers_where_all_are_and_text_where_one_is(engine):
    numbers = checked(engine)
    texts = checked(
        engine,
        ratings="""
            person_id | time             | scale | value
            1         | 2024-03-01 10:00 | nrs   | 8
            A7        | 2024-03-01 10:00 | nrs   | 8
        """,
    )
    assert rows_of(engine, numbers.courses, "person_id") == [(1,)]
    assert rows_of(engine, texts.courses, "person_id") == [("1",)]
    assert rows_of(engine, texts.ratings, "person_id") == [("1",), ("A7",)]


def test_a_leading_zero_keeps_an_id_text(duckdb_engine):
    tables = checked(duckdb_engine, courses=COURSES.replace("| 1  ", "| 007"))
    assert rows_of(duckdb_engine, tables.courses, "person_id") == [("007",)]
    assert rows_of(duckdb_engine, tables.ratings, "person_id") == [("1",)]


def test_when_every_rating_is_out_of_range_the_run_stops_and_asks_for_the_scale(duckdb_engine):
    with pytest.raises(BrokenRecordsError) as error:
        checked(
            duckdb_engine,
            ratings="""
                person_id | time             | scale | value
                1         | 2024-03-01 10:00 | nrs   | 80
                1         | 2024-03-02 10:00 | nrs   | 45
            """,
        )
    assert str(error.value) == (
        "none of the 2 rows of ratings can be used: in 2 of them value is outside 0 to 10, the range of scale nrs; did you "
        "mean the scale vas or midas? If not, correct the records (abate check names the rows)."
    )


def test_when_every_dose_names_an_unknown_course_the_run_stops(duckdb_engine):
    with pytest.raises(BrokenRecordsError) as error:
        checked(
            duckdb_engine,
            doses="""
                course_id | start            | end
                b         | 2024-03-01 12:00 | 2024-03-05 12:00
            """,
        )
    assert str(error.value) == (
        "none of the 1 rows of doses names a course that is in courses; write the same course_id in both tables."
    )


def test_when_no_course_is_of_the_study_it_says_so(duckdb_engine):
    with pytest.raises(NoCoursesError) as error:
        checked(duckdb_engine, courses=COURSES.replace("ketamine", "magnesium"))
    assert str(error.value) == (
        "none of the 1 rows of courses names a treatment of the study; write ketamine in the column treatment, as in the "
        "study file."
    )


def test_a_required_column_that_is_missing_is_named_with_what_looks_like_it(duckdb_engine):
    with pytest.raises(MissingTableError) as error:
        checked(duckdb_engine, ratings="person_id | time | scale | valeu\n1 | 2024-03-01 10:00 | nrs | 8")
    assert str(error.value) == (
        "the table 'ratings' has no column 'value'; it has 'valeu', which may be meant; rename it."
    )


def test_a_date_without_a_clock_time_counts_from_midnight_and_is_noted(duckdb_engine):
    tables = checked(
        duckdb_engine,
        ratings="""
            person_id | time             | scale | value
            1         | 2024-03-01 10:00 | nrs   | 8
            1         | 2024-03-02       | nrs   | 7
        """,
    )
    assert (7.0, dt.datetime(2024, 3, 2)) in rows_of(duckdb_engine, tables.ratings, "value", "time")
    rule = "time is a date without a clock time in 1 of 2 rows; 00:00 is taken"
    assert ("ratings", rule, "noted", None) in findings_of(duckdb_engine, tables)


def test_a_day_that_is_not_in_the_calendar_is_no_time(duckdb_engine):
    tables = checked(
        duckdb_engine,
        ratings="""
            person_id | time             | scale | value
            1         | 2024-02-29 10:00 | nrs   | 8
            1         | 2024-02-30 10:00 | nrs   | 7
            1         | 01/03/2024       | nrs   | 6
        """,
    )
    assert rows_of(duckdb_engine, tables.ratings, "value") == [(8.0,)]
    rule = "time is not a time such as 2024-03-01 10:30"
    assert [row for table, found, action, row in findings_of(duckdb_engine, tables) if found == rule] == [
        "ratings row 3",
        "ratings row 4",
    ]


def test_ratings_on_other_scales_than_the_study_are_noted(duckdb_engine):
    tables = checked(duckdb_engine, ratings="person_id | time | scale | value\n1 | 2024-03-01 10:00 | VAS | 70")
    rule = "no rating is on nrs, the scale of the study; the scales found are vas"
    assert ("ratings", rule, "noted", None) in findings_of(duckdb_engine, tables)


def test_a_sheet_of_ratings_without_a_row_is_noted(duckdb_engine):
    header = pa.table({name: pa.array([], pa.string()) for name in ("person_id", "time", "scale", "value")})
    tables = checked(duckdb_engine, ratings=header)
    assert ("ratings", "no rating is left", "noted", None) in findings_of(duckdb_engine, tables)


def test_a_drug_named_without_its_class_is_given_the_one_that_abate_knows(engine):
    tables = checked(
        engine,
        treatments="""
            person_id | ingredient | drug_class | outcome
            1         | Topiramate |            | no effect
            1         | sugar      |            | no effect
            1         | naproxen   | own class  | no effect
        """,
    )
    assert rows_of(engine, tables.treatments, "ingredient", "drug_class") == [
        ("Topiramate", "anticonvulsant"),
        ("naproxen", "own class"),
        ("sugar", None),
    ]
    rule = "drug_class is empty and not known for the ingredient; it counts as no failed class"
    assert ("treatments", rule, "kept", "treatments row 3") in findings_of(engine, tables)


def test_events_count_under_the_spelling_of_the_study_and_others_are_listed(engine):
    study = parse_study(preset_text("ketamine-migraine"))
    tables = checked(
        engine,
        study,
        events="""
            person_id | time             | term
            1         | 2024-03-01 13:00 | Nausea
            1         | 2024-03-01 14:00 | blurred-vision
            1         | 2024-03-01 15:00 | rash
        """,
    )
    assert rows_of(engine, tables.events, "term") == [("blurred_vision",), ("nausea",), ("rash",)]
    rule = "the term is none that the study file names: the event does not count"
    assert [finding[:3] for finding in findings_of(engine, tables) if finding[1] == rule] == [("events", rule, "kept")]
