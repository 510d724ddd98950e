"""The main job on a hospital whose truth is known: what was observed equals what the simulator says, on both engines."""

import csv
import json
from collections import Counter

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from abate.sources.simulated import simulate_to
from abate.study.run import run

PEOPLE = 20_000


@pytest.fixture(scope="module")
def hospital(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hospital")
    simulate_to(
        folder / "hospital.duckdb",
        person_count=PEOPLE,
        course_count=None,
        seed=11,
        set_name="D",
        overrides={},
        overwrite=False,
        progress=None,
    )
    return folder


@pytest.fixture(scope="module")
def on_duckdb(hospital, tmp_path_factory):
    out = tmp_path_factory.mktemp("duckdb") / "study"
    run("ketamine-migraine", hospital / "hospital.duckdb", out)
    return out


@pytest.fixture(scope="module")
def truth(hospital):
    return {row["course_id"]: row for row in json.loads((hospital / "truth.json").read_text())["courses"]}


@pytest.fixture(scope="module")
def outcomes(on_duckdb):
    table = pq.read_table(on_duckdb / "courses" / "outcomes.parquet")
    return {row["course_id"]: row for row in table.filter(pc.equal(table["treatment"], "ketamine")).to_pylist()}


def test_every_course_is_found_and_no_other(outcomes, truth):
    assert len(truth) >= 50
    assert outcomes.keys() == truth.keys()


@pytest.mark.parametrize(
    ("column", "name"),
    [("baseline", "baseline"), ("final", "final"), ("nadir_day", "nadir_day"), ("response_points_2", "response")],
)
def test_ratings_follow_the_rules_exactly(outcomes, truth, column, name):
    assert {key: row[column] for key, row in outcomes.items()} == {key: row[name] for key, row in truth.items()}


def test_the_change_is_final_minus_baseline(outcomes, truth):
    for key, row in outcomes.items():
        expected = (
            None
            if None in (truth[key]["final"], truth[key]["baseline"])
            else truth[key]["final"] - truth[key]["baseline"]
        )
        assert row["change"] == expected


@pytest.mark.parametrize(("column", "name"), [("length_days", "length_days"), ("dose_total_mg", "total_dose_mg")])
def test_length_and_dose_are_those_given(outcomes, truth, column, name):
    for key, row in outcomes.items():
        assert row[column] == pytest.approx(truth[key][name], rel=1e-9)


def test_the_fall_is_not_the_treatments_contrast(outcomes, truth):
    "What a before-after study sees is more than the treatment did: the worlds differ by less than the fall."
    judged = [row for row in truth.values() if row["final"] is not None and row["baseline"] is not None]
    fall = sum(row["baseline"] - row["final"] for row in judged) / len(judged)
    contrast = sum(row["final_nothing"] - row["final"] for row in judged) / len(judged)
    assert fall > contrast + 0.3


def test_the_page_says_that_the_data_are_simulated(on_duckdb):
    assert "simulated" in (on_duckdb / "report.html").read_text(encoding="utf-8").lower()
    assert json.loads((on_duckdb / "manifest.json").read_text())["is_simulated"] is True


def test_a_second_run_gives_the_same_bytes(hospital, on_duckdb, tmp_path):
    run("ketamine-migraine", hospital / "hospital.duckdb", tmp_path / "again")
    assert _files(on_duckdb).keys() == _files(tmp_path / "again").keys()
    assert [name for name, content in _files(on_duckdb).items() if _files(tmp_path / "again")[name] != content] == [
        "run.log"
    ]


@pytest.mark.spark
@pytest.mark.slow
def test_spark_gives_the_same_numbers_and_the_same_tables(hospital, on_duckdb, tmp_path, spark_engine):
    run("ketamine-migraine", hospital / "hospital.duckdb", tmp_path / "spark", engine="spark")
    here, there = (json.loads((folder / "results.json").read_text()) for folder in (on_duckdb, tmp_path / "spark"))
    assert here["provenance"].pop("engine") == "duckdb"
    assert there["provenance"].pop("engine") == "spark"
    assert here["provenance"]["data_fingerprint"] == there["provenance"]["data_fingerprint"]
    assert _close(here, there)


def _files(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def _close(here, there):
    """Whether two results agree to 1e-9, texts and shapes exactly."""
    if isinstance(here, float) or isinstance(there, float):
        return here == pytest.approx(there, rel=1e-9, abs=1e-9)
    if isinstance(here, dict):
        return here.keys() == there.keys() and all(_close(here[key], there[key]) for key in here)
    if isinstance(here, list):
        return len(here) == len(there) and all(map(_close, here, there))
    return here == there


def _table(folder, name):
    return pq.read_table(folder / "courses" / f"{name}.parquet").to_pylist()


def test_doses_above_the_limit_are_counted_as_plain_python_counts_them(on_duckdb, outcomes):
    "Ketamine on a ward: a course is beyond where one stretch runs faster than 1 mg/kg/h."
    weights = {row["course_id"]: row["weight_kg"] for row in _table(on_duckdb, "courses")}
    highest = {}
    for dose in _table(on_duckdb, "doses"):
        if dose["rate_mg_h"] is not None:
            highest[dose["course_id"]] = max(highest.get(dose["course_id"], 0), dose["rate_mg_h"])
    entered = [key for key, row in outcomes.items() if row["is_eligible"]]
    beyond = {key for key in entered if round(highest[key] / weights[key], 9) > 1}
    assert beyond
    found = {row["course_id"]: row["rate_verdict"] for row in _table(on_duckdb, "limits")}
    assert {key for key in entered if found[key] == "beyond"} == beyond
    estimates = {row["id"]: row for row in json.loads((on_duckdb / "results.json").read_text())["estimates"]}
    assert (estimates["limits.rate_beyond"]["numerator"], estimates["limits.rate_beyond"]["denominator"]) == (
        len(beyond),
        len(entered),
    )
    assert "Doses against limits." in (on_duckdb / "report.html").read_text()


def test_the_ways_to_the_course_begin_with_the_first_class_tried(on_duckdb, outcomes):
    entered = {row["person_id"]: row["start"] for row in outcomes.values() if row["is_eligible"]}
    first = {}
    for row in _table(on_duckdb, "treatments"):
        start = entered.get(row["person_id"])
        if start is not None and row["role"] == "preventive" and row["drug_class"] and row["start"] < start:
            begun = (row["start"], row["drug_class"])
            first[row["person_id"]] = min(first.get(row["person_id"], begun), begun)
    with (on_duckdb / "figures" / "history.csv").open(encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if row["Step"] == "1"]
    drawn = Counter()
    for row in rows:
        drawn[row["Class"]] += int(row["Courses"])
    assert drawn == Counter(drug_class for _, drug_class in first.values())
