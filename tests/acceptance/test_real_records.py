"""The main job on real intensive-care records, reconciled with an independent count, and three courses followed by hand."""

import datetime as dt
import json
import re

import duckdb
import pyarrow.parquet as pq
import pytest

from abate.study.run import run

FENTANYL, PAIN = 35603427, 43055141
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture(scope="module")
def records(abate_data):
    return abate_data / "omop-mimic-demo"


@pytest.fixture(scope="module")
def study(records, tmp_path_factory):
    out = tmp_path_factory.mktemp("icu") / "study"
    run("opioid-icu", records, out)
    return out


@pytest.fixture(scope="module")
def raw_doses(records):
    """Fentanyl rows as they stand: person, start, end, sig, quantity, unit."""
    return duckdb.sql(
        f"""SELECT person_id, drug_exposure_start_datetime, drug_exposure_end_datetime, sig, quantity, dose_unit_source_value
        FROM '{records}/drug_exposure.parquet' WHERE drug_concept_id = {FENTANYL} ORDER BY ALL"""
    ).fetchall()


def table(study, name):
    return pq.read_table(study / "courses" / f"{name}.parquet").to_pylist()


def test_the_records_are_those_that_are_described(raw_doses):
    "986 fentanyl rows, 411 of them with a rate."
    assert len(raw_doses) == 986
    assert sum(sig is not None for _, _, _, sig, _, _ in raw_doses) == 411


def test_every_row_is_a_dose_or_a_listed_reject(study):
    rejects = [
        row
        for row in table(study, "findings")
        if row["action"] == "dropped" and row["table"] in ("administrations", "drug_exposure")
    ]
    assert len(table(study, "doses")) + len(rejects) == 986
    assert len({row["row_key"] for row in rejects}) == len(rejects)


def test_courses_are_as_many_as_an_independent_count_finds(study, raw_doses):
    "In plain Python: a person's rows in order, a gap of more than 24 hours after the latest end so far starts another."
    count, latest = 0, {}
    for person, start, end, *_ in raw_doses:
        if person not in latest or start - latest[person] > DAY:
            count += 1
        latest[person] = max(end, latest.get(person, end))
    assert len(table(study, "courses")) == count == 50


def test_micrograms_and_milligrams_come_out_alike(study, raw_doses):
    "Boluses are charted in mcg, infusions in mg; the whole is the same by hand, copies counted once."
    once = set(raw_doses)
    by_hand = sum(quantity * {"mg": 1.0, "mcg": 0.001}[unit] for _, _, _, _, quantity, unit in once)
    assert sum(row["amount_mg"] for row in table(study, "doses")) == pytest.approx(by_hand, rel=1e-9)


def test_rates_are_those_of_the_text(study, raw_doses):
    rated = {
        (start, end): float(re.match(r"([\d.]+) mcg/hour$", sig)[1]) / 1000
        for _, start, end, sig, quantity, _ in raw_doses
        if sig and quantity > 0
    }
    found = {
        (row["start"], row["end"]): row["rate_mg_h"] for row in table(study, "doses") if row["basis"] == "rate text"
    }
    assert len(found) > 380
    for key, rate in found.items():
        if key in rated:
            assert rate == pytest.approx(rated[key], rel=1e-12)


def test_three_courses_followed_by_hand(study, records, raw_doses):
    """From raw rows to outcome, step by step, for the three longest courses that have ratings before and at the end."""
    outcomes = [
        row
        for row in table(study, "outcomes")
        if row["is_eligible"] and row["baseline"] is not None and row["final"] is not None
    ]
    for found in sorted(outcomes, key=lambda row: -row["length_days"])[:3]:
        doses = [row for row in raw_doses if row[0] == found["person_id"]]
        starts, ends = _course_of(doses, found["start"])
        assert (found["start"], found["end"]) == (min(starts), max(ends))
        assert found["length_days"] == pytest.approx((max(ends) - min(starts)) / DAY, rel=1e-12)
        ratings = _ratings_of(records, found["person_id"])
        before = [value for time, value in ratings if found["start"] - DAY <= time <= found["start"]]
        after = [(time, value) for time, value in ratings if found["start"] < time <= found["discharge"]]
        assert found["baseline"] == (before[-1] if before else after[0][1])
        window = [value for time, value in after if found["end"] - 12 * HOUR <= time <= found["end"] + 12 * HOUR]
        assert found["final"] == window[-1]
        assert found["change"] == found["final"] - found["baseline"]
        days = {}
        for time, value in after:
            days.setdefault((time - found["start"]) // DAY + 1, []).append(value)
        means = {day: sum(values) / len(values) for day, values in days.items()}
        assert found["nadir"] == pytest.approx(min(means.values()), abs=1e-9)
        assert found["nadir_day"] == min(day for day, mean in means.items() if abs(mean - min(means.values())) < 1e-9)
        assert found["rating_count"] == len(after)
        assert found["response_points_2"] is (found["baseline"] - found["final"] >= 2)


def test_the_report_counts_what_the_tables_hold(study):
    results = {row["id"]: row for row in json.loads((study / "results.json").read_text())["estimates"]}
    eligible = [row for row in table(study, "outcomes") if row["is_eligible"]]
    assert results["courses.n"]["value"] == len(eligible)
    assert results["persons.n"]["value"] == len({row["person_id"] for row in eligible})
    judged = [row for row in eligible if row["response_points_2"] is not None]
    assert results["response.primary"]["denominator"] == len(judged)
    assert results["response.primary"]["numerator"] == sum(row["response_points_2"] for row in judged)


def _course_of(doses, start):
    """Starts and ends of the rows that make the course beginning at ``start``."""
    starts, ends = [], []
    for _, begins, stops, *_ in doses:
        if begins < start:
            continue
        if ends and begins - max(ends) > DAY:
            break
        starts.append(begins)
        ends.append(stops)
    return starts, ends


def _ratings_of(records, person):
    """Times and values of a person's ratings; several at one time count as their mean."""
    rows = duckdb.sql(
        f"""SELECT measurement_datetime, avg(DISTINCT value_as_number) FROM '{records}/measurement.parquet'
        WHERE measurement_concept_id = {PAIN} AND person_id = {person} AND value_as_number IS NOT NULL GROUP BY 1 ORDER BY 1"""
    )
    return rows.fetchall()
