"""What an OMOP database says is the same wherever it lies: the small hospital of tests/small_cdm.py, followed by hand."""

from __future__ import annotations

import pytest

from abate.contracts.definition import Study
from abate.engine.records import open_records
from abate.sources.omop import describe_records, read_omop
from tests.small_cdm import BIG

STUDY = Study.model_validate(
    {
        "title": "Ketamine in a small hospital",
        "condition": {"name": "migraine", "concepts": [318736], "icd10cm": ["G43"]},
        "treatment": {"name": "ketamine", "concepts": [785649], "routes": ["intravenous"]},
        "eligibility": {"failed_preventive_classes": 1},
        "rating": {
            "scale": "nrs",
            "concepts": [43055141, 3034263],
            "occasions": {"course": ["Course"], "follow-up": ["follow-up"]},
        },
        "response": {"primary": {"points": 2}},
        "events": {"nausea": {"concepts": [31967]}, "hallucination": {"snomed": ["7011001"]}, "vertigo": {}},
    }
)

EXPECTED = {
    "administrations": [
        ("100", 1, "2024-03-01 10:00:00", "2024-03-02 10:00:00", 10.0, 240.0, "intravenous", "rate text", 70.0),
        ("101", 1, "2024-03-02 10:00:00", "2024-03-03 10:00:00", 14.0, 336.0, "intravenous", "rate text per kg", 70.0),
        ("102", BIG, "2024-03-02 09:00:00", "2024-03-02 09:00:00", None, 5.0, None, "bolus", 90.0),
        (
            "103",
            BIG,
            "2024-03-02 10:00:00",
            "2024-03-03 06:00:00",
            10.0,
            200.0,
            "intravenous",
            "amount over time",
            90.0,
        ),
    ],
    "stays": [
        (1, 10, "2024-03-01 08:00:00", "2024-03-06 12:00:00", "inpatient"),
        (BIG, 11, "2024-03-02 08:00:00", "2024-03-04 09:00:00", "inpatient"),
        (1, 12, "2024-03-20 08:00:00", "2024-03-20 12:00:00", "outpatient"),
        (1, 13, "2024-04-20 00:00:00", "2024-04-20 23:59:59", "outpatient"),
    ],
    "ratings": [
        (1, "2024-03-01 09:00:00", "nrs", 8.0, "course"),
        (1, "2024-03-02 09:00:00", "nrs", 5.0, "course"),
        (1, "2024-03-06 09:00:00", "nrs", 3.0, "course"),
        (1, "2024-04-01 09:00:00", "nrs", 4.0, "follow-up"),
        (BIG, "2024-03-02 08:30:00", "nrs", 7.0, "unknown"),
    ],
    "patients": [
        (1, "female", "1980-05-17", 1980, "White", None),
        (BIG, "male", None, 1970, "unknown", None),
    ],
    "events": [
        (1, "2024-03-02 09:00:00", "hallucination", None),
        (1, "2024-03-03 09:00:00", "nausea", None),
    ],
    "treatments": [
        (1, "ketamine", "infusion", "2024-03-01 10:00:00", "2024-03-03 10:00:00", "unknown", "inferred"),
        (1, "sumatriptan", "acute", "2023-01-01 00:00:00", "2023-02-05 00:00:00", "unknown", "inferred"),
        (1, "topiramate", "preventive", "2023-02-04 00:00:00", "2023-06-05 00:00:00", "unknown", "inferred"),
        (BIG, "ketamine", "infusion", "2024-03-02 09:00:00", "2024-03-03 12:00:00", "unknown", "inferred"),
    ],
    "conditions": [
        (1, "124171000119105", "SNOMED", "migraine"),
        (1, "25064002", "SNOMED", "Headache"),
        (1, "7011001", None, None),
        (BIG, "G43.709", None, "migraine"),
    ],
    "contacts": [
        (1, "2024-03-01 08:00:00", "inpatient", "unknown", True),
        (1, "2024-03-20 08:00:00", "emergency", "unknown", False),
        (1, "2024-04-20 00:00:00", "office", "unknown", None),
        (BIG, "2024-03-02 08:00:00", "inpatient", "unknown", None),
    ],
    "observed": [
        (1, "2020-01-01 00:00:00", "2024-12-31 23:59:59"),
        (BIG, "2021-01-01 00:00:00", "2024-06-30 23:59:59"),
    ],
}
COLUMNS = {
    "administrations": (
        "row_key",
        "person_id",
        "start",
        "end",
        "rate_mg_h",
        "amount_mg",
        "route",
        "basis",
        "weight_kg",
    ),
    "stays": ("person_id", "stay_id", "start", "end", "setting"),
    "ratings": ("person_id", "time", "scale", "value", "occasion"),
    "patients": ("person_id", "sex", "birth_date", "birth_year", "race", "ethnicity"),
    "events": ("person_id", "time", "term", "grade"),
    "treatments": ("person_id", "ingredient", "role", "start", "end", "outcome", "basis"),
    "conditions": ("person_id", "code", "vocabulary", "name"),
    "contacts": ("person_id", "start", "kind", "planned", "for_condition"),
    "observed": ("person_id", "start", "end"),
}
FINDINGS = [
    ("drug_exposure", "dropped", "104", "The rate is a volume per time, which is no dose without a concentration."),
    ("drug_exposure", "dropped", "105", "The route is not one of the study's."),
    ("drug_exposure", "kept", "102", "The route is not recorded, or not known to abate: kept, as the study file says."),
    ("measurement", "dropped", "203", "The rating repeats another of the same person, time, concept, occasion and value."),
    ("measurement", "dropped", "204", "The rating lies outside the range of its scale, 0 to 10."),
    ("measurement", "dropped", "205", "The rating has no number."),
    ("measurement", "dropped", "211", "The body weight is below 2 or above 400 kg."),
    ("observation", "repaired", "300", "The number of the rating stands in a text column."),
    ("condition_occurrence", "dropped", "403", "The diagnosis has neither a concept nor a code."),
    ("events", "dropped", "observation nausea 302", "The row records the same event of the same person and time as another."),
]  # fmt: skip
REMARKS = {
    ("measurement", "Some ratings are stored with no text that the study file gives an occasion to: their occasion is unknown."),
    ("visit_occurrence", "Visits with dates only, or with midnight at both ends, last until the end of their last day."),
    ("visit_occurrence", "Visits of the kinds Emergency Room Visit count as inpatient if they last longer than 24 hours."),
    ("concept", "The vocabulary of the records has no code SNOMED 7011001."),
    ("events", "The study file gives no code for vertigo: it was not looked for."),
}  # fmt: skip


def rows(engine, table, columns):
    found = engine.to_arrow(table.select(*columns)).to_pylist()
    return sorted((tuple(_plain(row[name]) for name in columns) for row in found), key=str)


def _plain(value):
    if isinstance(value, float):
        return round(value, 6)
    return str(value) if hasattr(value, "isoformat") else value


def check(place, engine):
    with open_records(place, engine) as store:
        source = read_omop(store, STUDY, engine)
    for name, expected in EXPECTED.items():
        assert rows(engine, getattr(source, name), COLUMNS[name]) == sorted(expected, key=str), name
    listed = rows(engine, source.findings, ("table", "action", "row_key", "rule"))
    assert [row for row in listed if row[1] != "noted"] == sorted(FINDINGS, key=str)
    remarks = {(row[0], row[3]) for row in listed if row[1] == "noted" and not row[3].startswith("No concept is known")}
    assert remarks == REMARKS
    assert dict(source.source_details) == {
        "records": source.source_details["records"],
        "source": "Small hospital",
        "CDM version": "v5.4",
        "vocabulary version": "v5.0 01-JAN-24",
    }
    assert not source.is_simulated


def test_all_tables_and_findings_are_as_followed_by_hand(place, duckdb_engine):
    check(place, duckdb_engine)


@pytest.mark.spark
@pytest.mark.slow
def test_spark_says_the_same(places, spark_engine):
    check(places["parquet"], spark_engine)


def test_a_description_counts_and_shows_no_row(place, duckdb_engine):
    "Two courses of two days each; the ratings of person 1 on days 1 and 2, of the other on day 1, all also before the first dose or on it."
    with open_records(place, duckdb_engine) as store:
        found = describe_records(store, STUDY, duckdb_engine)
    assert found.missing == ()
    assert {table.name: table.rows for table in found.tables}["drug_exposure"] == 10
    (ketamine,) = found.treatments
    assert (ketamine.administrations, ketamine.persons, ketamine.candidate_courses) == (4, 2, 2)
    assert (ketamine.treated_days, ketamine.ratings_in_course, ketamine.rated_days) == (5, 3, 3)
    assert (ketamine.courses_without_rating, ketamine.rated_before) == (0, 2)
    assert ketamine.ratings_per_treated_day == pytest.approx(0.6)
    assert not ketamine.is_rated_densely
