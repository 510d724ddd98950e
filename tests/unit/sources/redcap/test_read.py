"""A raw export is read back with every row accounted for; what is not clear is named, and labels are refused."""

import datetime as dt
import random

import pytest

from abate.base.errors import MissingTableError, NotRecordsError, RecordsNotFoundError
from abate.contracts.result import SAME_ROW_TWICE
from abate.sources.border import check_course_tables
from abate.sources.detect import source_kind
from abate.sources.redcap import read_redcap_export
from tests.border import STUDY, findings_of, rows_of
from tests.redcap_export import COLUMNS, row, write_export

START = dt.datetime(2024, 3, 1, 12)
COURSE = {"crs_admission": dt.datetime(2024, 3, 1, 8), "crs_start": START, "crs_end": dt.datetime(2024, 3, 4, 12),
          "crs_discharge": dt.datetime(2024, 3, 5, 10)}  # fmt: skip
RATING = {"rt_date": dt.date(2024, 3, 1), "rt_clock": "10:00", "rt_scale": "nrs", "rt_value": 8}
GOOD = (
    row("007", pt_sex=1, pt_birth_year=1980),
    row("007", "course", 1, **COURSE),
    row("007", "daily_ratings", 1, **RATING),
)


def read(path, engine, study=STUDY):
    source = read_redcap_export(path, study, engine)
    return source, check_course_tables(source, study, engine)


def read_rows(tmp_path, engine, *rows):
    _, tables = read(write_export(tmp_path / "export.csv", [*GOOD, *rows]), engine)
    return tables, [finding[1:] for finding in findings_of(engine, tables)]


def test_codes_become_words_and_ids_keep_their_zeros(tmp_path, duckdb_engine):
    tables, _ = read_rows(
        tmp_path,
        duckdb_engine,
        row("007", "history", 1, hx_ingredient="topiramate", hx_role=2, hx_outcome=2),
        row(
            "007",
            "adverse_events",
            1,
            ae_term="nausea",
            ae_onset=START,
            ae_grade=2,
            ae_serious=0,
            ae_action___2=1,
            ae_action___3=1,
        ),
        row(
            "007",
            "follow_up",
            1,
            fu_date="2024-04-10",
            fu_clock="09:30",
            fu_occasion=2,
            fu_contact=2,
            fu_for_condition=1,
            fu_value=6,
        ),
    )
    assert rows_of(duckdb_engine, tables.patients, "person_id", "sex", "birth_year") == [("007", "female", 1980)]
    assert rows_of(duckdb_engine, tables.courses, "course_id", "start") == [("007:ketamine:1", START)]
    assert rows_of(duckdb_engine, tables.treatments, "ingredient", "role", "outcome") == [
        ("topiramate", "preventive", "not tolerated")
    ]
    assert rows_of(duckdb_engine, tables.events, "term", "grade", "serious", "related", "action") == [
        ("nausea", 2, False, None, "rate lowered; paused")
    ]
    assert rows_of(duckdb_engine, tables.contacts, "start", "kind", "planned", "for_condition") == [
        (dt.datetime(2024, 4, 10, 9, 30), "emergency", "no", True)
    ]
    assert rows_of(duckdb_engine, tables.ratings, "value", "occasion") == [(6.0, "unplanned visit"), (8.0, "course")]


@pytest.mark.parametrize(
    ("cells", "time"),
    [
        ({"rt_date": "2024-03-01", "rt_when": 1}, "2024-03-01 08:00"),  # at the admission
        ({"rt_date": "2024-03-01", "rt_when": 2}, "2024-03-01 12:01"),  # noon is the first dose
        ({"rt_date": "2024-03-02"}, "2024-03-02 12:00"),
        ({"rt_date": "2024-03-05", "rt_when": 3}, "2024-03-05 10:00"),  # at the discharge
        ({"rt_date": "2024-03-05", "rt_when": 2}, "2024-03-05 09:59"),
        ({"rt_date": "2024-03-02", "rt_clock": "23:15", "rt_when": 3}, "2024-03-02 23:15"),  # a clock time stands
        ({"rt_date": "2024-07-01"}, "2024-07-01 12:00"),
    ],
)
def test_when_a_rating_without_clock_time_is_put(tmp_path, duckdb_engine, cells, time):
    tables, _ = read_rows(tmp_path, duckdb_engine, row("007", "daily_ratings", 2, rt_value=5, **cells))
    found = rows_of(duckdb_engine, tables.ratings, "value", "time")
    assert (5.0, dt.datetime.fromisoformat(time)) in found


def aside(findings):
    return {key: rule.removesuffix("; set aside") for rule, _, key in findings if rule.endswith("; set aside")}


def test_every_row_is_read_or_set_aside_with_its_reason(tmp_path, duckdb_engine):
    _, findings = read_rows(
        tmp_path,
        duckdb_engine,
        row("007", "daily_ratings", 2),  # an empty instance
        row("", "daily_ratings", 3, **RATING),
        row("007", "laboratory", 1, rt_value=5),
        row("008"),  # a record that was opened and left
        dict(GOOD[2]),  # the same row twice
    )
    assert aside(findings) == {
        "export row 5": "the instance is empty",
        "export row 6": "the record id is empty",
        "export row 7": "the row is of an instrument that is not of abate's project",
        "export row 8": "the row has no answer in abate's instruments",
        "export row 9": SAME_ROW_TWICE,
    }
    total = "8 rows: 3 read (instances: 1 of patient, 1 of course, 1 of daily_ratings), 5 set aside"
    assert (total, "noted", None) in findings


def test_rows_read_and_set_aside_add_up_whatever_the_rows_are(tmp_path, duckdb_engine):
    dice = random.Random(5)
    for attempt in range(20):
        rows = [
            row(dice.choice(["1", "2", ""]), dice.choice(["", "course", "daily_ratings", "other"]), dice.choice(["", 1, 2]),
                **{name: dice.choice(["", "1", "-99", "x"]) for name in dice.sample(COLUMNS, 3)})
            for _ in range(dice.randrange(1, 40))
        ]  # fmt: skip
        source = read_redcap_export(write_export(tmp_path / f"{attempt}.csv", rows), STUDY, duckdb_engine)
        details = {name: int(count) for name, count in source.source_details.items()}
        findings = duckdb_engine.to_arrow(source.findings).to_pylist()
        named = {f["row_key"] for f in findings if f["rule"].endswith("; set aside")}
        assert details["rows"] == len(rows) == details["rows_read"] + details["rows_set_aside"]
        assert len(named) == details["rows_set_aside"]


def test_declared_missing_codes_are_empty_and_others_are_mistakes(tmp_path, duckdb_engine):
    tables, findings = read_rows(
        tmp_path,
        duckdb_engine,
        row("008", "course", 1, **{**COURSE, "crs_weight_kg": "-99", "crs_setting": "-98", "crs_total_mg": "-77"}),
        row("007", "adverse_events", 1, ae_term="-77", ae_onset=START, ae_grade="-99"),
        row("007", "adverse_events", 2, ae_term="nausea", ae_onset=START, ae_grade="-77", ae_action____99=1),
        row("009", "course", 1, **COURSE, crs_total_mg=700),
    )
    assert ("4 cells hold a declared missing-data code and were read as empty", "noted", None) in findings
    assert (
        "ae_term looks like a missing-data code that is not declared; read as empty",
        "repaired",
        "export row 6",
    ) in findings
    assert ("term is empty", "dropped", "export row 6") in findings
    assert ("amount_mg is below 0 mg", "dropped", "export row 5") in findings
    assert ("grade is outside 1 to 5", "repaired", "export row 7") in findings
    assert rows_of(duckdb_engine, tables.events, "term", "grade", "action") == [("nausea", None, None)]


def test_codes_of_the_project_may_be_declared_beside_the_export(tmp_path, duckdb_engine):
    write_export(
        tmp_path / "export.csv", [*GOOD, row("008", "course", 1, **COURSE, crs_weight_kg="-77", crs_treatment="UNK")]
    )
    (tmp_path / "review.toml").write_text('redcap = "export.csv"\nmissing_codes = [-77, "UNK"]\n')
    assert source_kind(str(tmp_path / "review.toml")) == "redcap"
    _, tables = read(tmp_path / "review.toml", duckdb_engine)
    assert rows_of(duckdb_engine, tables.courses, "person_id", "treatment", "weight_kg") == [
        ("007", "ketamine", None),
        ("008", "ketamine", None),
    ]
    (tmp_path / "review.toml").write_text('redcap = "export.csv"\nmising_codes = []\n')
    with pytest.raises(NotRecordsError, match="'mising_codes' is not known"):
        read(tmp_path / "review.toml", duckdb_engine)
    (tmp_path / "review.toml").write_text('redcap = "gone.csv"\n')
    with pytest.raises(RecordsNotFoundError, match="there is no file at"):
        read(tmp_path / "review.toml", duckdb_engine)


def test_records_without_a_course_and_orphan_ratings_are_named(tmp_path, duckdb_engine):
    _, findings = read_rows(
        tmp_path,
        duckdb_engine,
        row("008", pt_sex=2),
        row("008", "daily_ratings", 1, **RATING),
        row("009", "history", 1, hx_ingredient="x"),
    )
    assert [key for rule, _, key in findings if rule == "the record has no course"] == ["export row 5", "export row 7"]
    assert ("the record of the rating has no course", "kept", "export row 6") in findings


def test_rows_of_one_record_that_differ_and_cells_in_the_wrong_row(tmp_path, duckdb_engine):
    tables, findings = read_rows(
        tmp_path,
        duckdb_engine,
        row("007", pt_sex=2, pt_site="A"),
        row("007", "daily_ratings", 2, **{**RATING, "rt_clock": "11:00"}, crs_weight_kg=70),
        row("007", "daily_ratings", 2, **{**RATING, "rt_clock": "11:30"}),
    )
    assert rows_of(duckdb_engine, tables.patients, "sex", "site") == [("female", "A")]
    assert ("the rows of one record differ; the first stands", "kept", "export row 5") in findings
    rule = "cells of another instrument are filled in a row of daily_ratings; they were not read"
    assert (rule, "kept", "export row 6") in findings
    assert ("one instance of daily_ratings stands in several rows that differ", "kept", "export row 7") in findings
    assert len(rows_of(duckdb_engine, tables.ratings, "time")) == 3


def test_that_nothing_happened_is_told_from_not_recorded(tmp_path, duckdb_engine):
    tables, findings = read_rows(tmp_path, duckdb_engine)
    assert tables.events is None
    assert ("no instance holds any; it counts as not recorded", "noted", None) in findings
    rows = [GOOD[0], row("007", "course", 1, **COURSE, crs_ae_looked_for=1), GOOD[2]]
    _, looked = read(write_export(tmp_path / "looked.csv", rows), duckdb_engine)
    assert looked.events is not None
    assert rows_of(duckdb_engine, looked.events, "term") == []


def test_several_courses_of_a_record_are_numbered_by_their_first_dose(tmp_path, duckdb_engine):
    later = {name: time + dt.timedelta(days=100) for name, time in COURSE.items()}
    rows = [row("1", "course", 1, **later), row("1", "course", 2, **COURSE), row("1", "daily_ratings", 1, **RATING)]
    _, tables = read(write_export(tmp_path / "export.csv", rows), duckdb_engine)
    assert [number for _, number in sorted(rows_of(duckdb_engine, tables.courses, "start", "course_number"))] == [1, 2]


def test_instruments_are_read_at_whichever_event_they_stand(tmp_path, duckdb_engine):
    later = {name: time + dt.timedelta(days=100) for name, time in COURSE.items()}
    rows = [
        row("1", event="enrolment_arm_1", pt_sex=1),
        # A repeating event holds several instruments in one row, and names no instrument.
        row("1", "", 1, "stay_arm_1", **COURSE, **RATING),
        row("1", "", 2, "stay_arm_1", **later, rt_date="2024-06-10", rt_value=4),
        row("1", "follow_up", 1, "visits_arm_1", fu_date="2024-09-01", fu_value=6),
    ]
    source, tables = read(write_export(tmp_path / "export.csv", rows), duckdb_engine)
    assert source.source_details == {"rows": "4", "rows_read": "4", "rows_set_aside": "0"}
    assert len(rows_of(duckdb_engine, tables.courses, "course_id")) == 2
    assert sorted(value for (value,) in rows_of(duckdb_engine, tables.ratings, "value")) == [4, 6, 8]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("daily_ratings", "Daily ratings"),
        lambda text: text.replace("record_id,redcap_repeat_instrument,redcap_repeat_instance", "Record ID,Repeat Instrument,Repeat Instance"),
        lambda text: text.replace("007,,,1,", "007,,,Female,"),
    ],
)  # fmt: skip
def test_labels_are_refused_in_one_sentence(tmp_path, duckdb_engine, change):
    path = write_export(tmp_path / "export.csv", GOOD)
    text = change(path.read_text())
    assert text != path.read_text()
    path.write_text(text)
    assert source_kind(str(path)) == "redcap"
    with pytest.raises(NotRecordsError) as error:
        read(path, duckdb_engine)
    assert str(error.value) == (
        "export.csv is an export of labels; export it again from REDCap as CSV with RAW data (codes and field names), "
        "which alone can be read without guessing."
    )


def test_ticked_in_words_is_an_export_of_labels(tmp_path, duckdb_engine):
    rows = [*GOOD, row("007", "adverse_events", 1, ae_term="nausea", ae_onset=START, ae_action___1="Checked")]
    with pytest.raises(NotRecordsError, match="is an export of labels"):
        read(write_export(tmp_path / "export.csv", rows), duckdb_engine)


def test_another_project_is_told_so(tmp_path, duckdb_engine):
    (tmp_path / "other.csv").write_text("record_id,redcap_repeat_instrument,redcap_repeat_instance,age\n1,,,40\n")
    with pytest.raises(MissingTableError, match="of another project"):
        read(tmp_path / "other.csv", duckdb_engine)
    path = write_export(tmp_path / "part.csv", GOOD, [c for c in COLUMNS if not c.startswith("crs_")])
    path.write_text("\n".join(line for line in path.read_text().splitlines() if ",course," not in line))
    text = path.read_text().replace("crs_", "old_")
    path.write_text(text)
    with pytest.raises(MissingTableError, match="no field 'crs_start'"):
        read(path, duckdb_engine)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_an_export_is_known_by_its_headings_with_any_delimiter(tmp_path, delimiter):
    path = write_export(tmp_path / "export.csv", GOOD)
    path.write_text("\ufeff" + path.read_text().replace(",", delimiter), encoding="utf-8")
    assert source_kind(str(path)) == "redcap"


def test_other_csv_files_are_no_exports(tmp_path):
    (tmp_path / "list.csv").write_text("patient,age\n1,40\n")
    with pytest.raises(NotRecordsError, match="is one CSV file"):
        source_kind(str(tmp_path / "list.csv"))
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(NotRecordsError, match="is one CSV file"):
        source_kind(str(tmp_path / "empty.csv"))


def test_groups_are_centres_and_forms_of_others_are_named(tmp_path, duckdb_engine):
    rows = [{**GOOD[0], "redcap_data_access_group": "north", "mri_done": "1"}, *GOOD[1:]]
    _, tables = read(write_export(tmp_path / "export.csv", rows), duckdb_engine)
    assert rows_of(duckdb_engine, tables.patients, "site") == [("north",)]
    rules = [rule for _, rule, _, _ in findings_of(duckdb_engine, tables)]
    assert "columns that are not of abate's project were not read: mri_done" in rules


def test_no_finding_repeats_a_value(tmp_path, duckdb_engine):
    _, findings = read_rows(
        tmp_path,
        duckdb_engine,
        row("Jane Doe", "course", 1, crs_start="soon"),
        row("007", "daily_ratings", 2, rt_date="2024-03-02", rt_value="terrible"),
        row("007", "adverse_events", 1, ae_term="<script>", ae_onset="4711"),
        row("007", "adverse_events", 2, ae_term="nausea", ae_onset=START),
    )
    said = " ".join(f"{rule} {key}" for rule, _, key in findings)
    assert not [word for word in ("Jane Doe", "soon", "terrible", "<script>", "4711") if word in said]
    assert ("value is not a number", "dropped", "export row 6") in findings
