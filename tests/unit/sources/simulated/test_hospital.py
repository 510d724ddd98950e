import json
from datetime import timedelta

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from abate.base.errors import OutputError, ParameterError
from abate.sources.simulated import parameters_of, simulate_hospital, simulate_to, write_hospital
from abate.sources.simulated import vocabulary as concept
from abate.sources.simulated.omop import SCHEMAS
from abate.sources.simulated.others import BLOCK_SIZE

SMALL = {"others_per_course": 2.0}


@pytest.fixture(scope="module")
def hospital():
    return simulate_hospital(parameters_of("D", SMALL), course_count=40, seed=5)


def test_the_same_seed_gives_the_same_rows_and_the_same_truth(hospital):
    again = simulate_hospital(parameters_of("D", SMALL), course_count=40, seed=5)
    assert again.truth_json == hospital.truth_json
    assert all(again.tables[name].equals(hospital.tables[name]) for name in SCHEMAS)


def test_another_seed_gives_another_hospital(hospital):
    other = simulate_hospital(parameters_of("D", SMALL), course_count=40, seed=6)
    assert other.courses["person_id"] != hospital.courses["person_id"]


def test_what_is_written_in_chunks_of_any_size_is_what_is_in_memory(hospital, tmp_path):
    for rows_per_write in (1, 10_000_000):
        folder = tmp_path / str(rows_per_write)
        write_hospital(folder, parameters_of("D", SMALL), course_count=40, seed=5, rows_per_write=rows_per_write)
        assert (folder / "truth.json").read_text() == hospital.truth_json
        for name, table in hospital.tables.items():
            assert pq.read_table(folder / f"{name}.parquet").equals(table.combine_chunks()), name


def test_a_database_holds_the_same_rows(hospital, tmp_path):
    summary = simulate_to(tmp_path / "sim.duckdb", course_count=40, seed=5, overrides=SMALL)
    assert (tmp_path / "truth.json").read_text() == hospital.truth_json
    assert summary["course_count"] == 40
    assert summary["row_counts"] == {name: table.num_rows for name, table in hospital.tables.items()}
    with duckdb.connect(str(tmp_path / "sim.duckdb"), read_only=True) as connection:
        for name in ("person", "drug_exposure", "measurement"):
            found = connection.execute(f"SELECT * FROM {name}").to_arrow_table()
            assert found.to_pylist() == hospital.tables[name].to_pylist()


def test_a_hospital_of_several_blocks_numbers_rows_once():
    "More people than one block of those without a stay holds."
    count = BLOCK_SIZE + 500
    hospital = simulate_hospital(person_count=count, seed=2)
    assert sorted(hospital.tables["person"]["person_id"].to_pylist()) == list(range(1, count + 1))
    for name in ("visit_occurrence", "drug_exposure", "measurement"):
        assert hospital.tables[name][f"{name}_id"].to_pylist() == list(range(1, hospital.tables[name].num_rows + 1))


def test_without_counts_there_are_61_courses():
    assert simulate_hospital(parameters_of("D", SMALL)).courses.num_rows == 61


def test_few_people_may_have_no_course():
    hospital = simulate_hospital(person_count=20, seed=3)
    assert hospital.courses.num_rows == 0
    assert json.loads(hospital.truth_json)["courses"] == []
    assert hospital.tables["person"].num_rows == 20


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        ({"person_count": 0}, "at least 1"),
        ({"course_count": -1}, "0 or above"),
        ({"person_count": 50, "course_count": 61}, "more people or fewer courses"),
        ({"seed": -1}, "seed"),
    ],
)
def test_impossible_counts_are_refused(counts, sentence):
    with pytest.raises(ParameterError, match=sentence):
        simulate_hospital(**counts)


def test_a_rule_that_admits_nobody_is_said_so():
    nobody = parameters_of("D", {"admission_rule": "hazard", "hazard_base": 0.0, "repeat_share": 0.0})
    with pytest.raises(ParameterError, match="admitted none"):
        simulate_hospital(nobody, course_count=1)


def test_years_too_short_for_two_stays_are_refused():
    with pytest.raises(ParameterError, match="no room for two stays"):
        simulate_hospital(parameters_of("D", {"first_year": 2018, "last_year": 2018}), course_count=40)


def test_a_name_that_is_taken_is_refused_before_anything_is_simulated(tmp_path):
    (tmp_path / "truth.json").write_text("{}")
    with pytest.raises(OutputError, match="there already"):
        simulate_to(tmp_path / "sim.duckdb", person_count=10**6)


def test_progress_ends_at_all_people(tmp_path):
    calls = []
    simulate_to(tmp_path / "sim", course_count=5, seed=1, progress=lambda done, people: calls.append((done, people)))
    assert calls[-1][0] == calls[-1][1]
    assert calls == sorted(calls)


# ---- what the records look like --------------------------------------------------------------------------------


def test_every_concept_that_is_used_is_in_the_vocabulary_slice(hospital):
    known = set(hospital.tables["concept"]["concept_id"].to_pylist())
    used = set()
    for name, table in hospital.tables.items():
        if name in ("concept", "concept_ancestor", "vocabulary", "cdm_source"):
            continue
        for column in table.column_names:
            if column.endswith("_concept_id"):
                used |= set(table[column].unique().to_pylist()) - {None}
    assert used <= known
    assert {
        concept.KETAMINE,
        concept.LIDOCAINE,
        concept.DIHYDROERGOTAMINE,
        concept.CHRONIC_INTRACTABLE_MIGRAINE,
    } <= used


def test_every_concept_is_its_own_ancestor_and_has_one_row(hospital):
    ids = hospital.tables["concept"]["concept_id"].to_pylist()
    pairs = {
        (row["ancestor_concept_id"], row["descendant_concept_id"])
        for row in hospital.tables["concept_ancestor"].to_pylist()
    }
    assert len(ids) == len(set(ids))
    assert {(number, number) for number in ids} <= pairs
    assert (concept.MIGRAINE, concept.CHRONIC_INTRACTABLE_MIGRAINE) in pairs


def test_the_source_says_that_it_is_simulated(hospital):
    (row,) = hospital.tables["cdm_source"].to_pylist()
    assert (row["cdm_source_name"], row["cdm_source_abbreviation"]) == ("abate simulated hospital", "abate-simulated")
    assert row["cdm_version"] == "5.4"
    assert "SIMULATED" in row["source_description"]


def test_every_row_belongs_to_a_person_and_every_visit_named_exists(hospital):
    persons = set(hospital.tables["person"]["person_id"].to_pylist())
    visits = {row["visit_occurrence_id"]: row["person_id"] for row in hospital.tables["visit_occurrence"].to_pylist()}
    for name in ("condition_occurrence", "drug_exposure", "measurement", "observation"):
        for row in hospital.tables[name].select(["person_id", "visit_occurrence_id"]).to_pylist():
            assert row["person_id"] in persons
            assert row["visit_occurrence_id"] is None or visits[row["visit_occurrence_id"]] == row["person_id"]


def test_dates_and_times_of_a_row_agree_and_lie_in_the_observed_span(hospital):
    spans = {row["person_id"]: row for row in hospital.tables["observation_period"].to_pylist()}
    for name, stem in (
        ("drug_exposure", "drug_exposure_start"),
        ("measurement", "measurement"),
        ("observation", "observation"),
    ):
        for row in hospital.tables[name].to_pylist():
            assert row[f"{stem}_date"] == row[f"{stem}_datetime"].date()
            assert row[f"{stem}_date"] >= spans[row["person_id"]]["observation_period_start_date"]
            assert row[f"{stem}_date"] <= spans[row["person_id"]]["observation_period_end_date"]


def test_stays_begin_on_the_hour_in_the_morning_and_doses_follow(hospital):
    for stay in hospital.stays.to_pylist():
        assert stay["admission"].hour in range(6, 12)
        assert (stay["admission"].minute, stay["admission"].second) == (0, 0)
        assert timedelta(hours=2) <= stay["start"] - stay["admission"] <= timedelta(hours=4)
        assert stay["admission"] < stay["start"] < stay["end"] < stay["discharge"]


def test_ratings_lie_in_two_tables_on_known_occasions_and_within_0_to_10(hospital):
    occasions = set()
    for name, number in (("measurement", concept.PAIN_RATING), ("observation", concept.PAIN_REPORTED)):
        for row in hospital.tables[name].to_pylist():
            if row[f"{name}_concept_id"] == number:
                assert 0 <= row["value_as_number"] <= 10
                occasions.add((name, row[f"{name}_source_value"]))
    assert occasions == {
        ("measurement", "planned visit"),
        ("measurement", "unplanned visit"),
        ("measurement", "course"),
        ("measurement", "follow-up"),
        ("observation", "diary"),
        ("observation", "follow-up"),
    }


def test_ratings_go_back_half_a_year_for_those_observed_so_long(hospital):
    ratings = {}
    for name in ("measurement", "observation"):
        for row in hospital.tables[name].to_pylist():
            if row[f"{name}_concept_id"] in (concept.PAIN_RATING, concept.PAIN_REPORTED):
                ratings.setdefault(row["person_id"], []).append(row[f"{name}_datetime"])
    observed = {
        row["person_id"]: row["observation_period_start_date"]
        for row in hospital.tables["observation_period"].to_pylist()
    }
    seen = 0
    for stay in hospital.stays.to_pylist():
        if (stay["admission"].date() - observed[stay["person_id"]]).days > 365:
            days = [(stay["admission"] - time).days for time in ratings[stay["person_id"]]]
            assert any(number >= 180 for number in days)
            assert any(1 <= number <= 28 for number in days)
            seen += 1
    assert seen > 40


def test_no_one_took_erenumab_before_2018(hospital):
    rows = [row for row in hospital.tables["drug_exposure"].to_pylist() if row["drug_concept_id"] == concept.ERENUMAB]
    assert rows
    assert min(row["drug_exposure_start_date"].year for row in rows) == 2018


def test_most_courses_follow_three_failed_preventive_classes():
    "Classes with 90 days or more of exposure that ended before the admission; the share is set to all."
    classes = {
        concept.PROPRANOLOL: 1, concept.METOPROLOL: 1, concept.TIMOLOL: 1, concept.TOPIRAMATE: 2, concept.VALPROATE: 2,
        concept.AMITRIPTYLINE: 3, concept.NORTRIPTYLINE: 3, concept.VENLAFAXINE: 4, concept.BOTULINUM_TOXIN_A: 5,
    }  # fmt: skip
    hospital = simulate_hospital(parameters_of("D", {"refractory_share": 1.0, "short_observation_share": 0.0}), seed=4)
    days = {}
    last = {}
    for row in hospital.tables["drug_exposure"].to_pylist():
        key = (row["person_id"], classes.get(row["drug_concept_id"]))
        days[key] = days.get(key, 0) + (row["days_supply"] or 0)
        last[key] = max(last.get(key, row["drug_exposure_end_date"]), row["drug_exposure_end_date"])
    for stay in hospital.stays.filter(pa.compute.equal(hospital.stays["treatment"], "ketamine")).to_pylist():
        failed = [
            number for number in range(1, 6)
            if days.get((stay["person_id"], number), 0) >= 90 and last[stay["person_id"], number] < stay["admission"].date()
        ]  # fmt: skip
        assert len(failed) >= 3


def test_a_course_stopped_for_an_adverse_event_has_one():
    hospital = simulate_hospital(parameters_of("D", {"stop_hazard": 0.3, "adverse_event_factor": 0.0}), seed=4)
    events = {}
    for row in hospital.tables["condition_occurrence"].to_pylist():
        events.setdefault(row["person_id"], []).append(row["condition_start_datetime"])
    stopped = [stay for stay in hospital.stays.to_pylist() if stay["stopped_for_adverse_event"]]
    assert len(stopped) > 10
    for stay in stopped:
        assert any(stay["start"] < time < stay["end"] for time in events[stay["person_id"]])


def test_broken_rows_are_added_on_demand_and_change_no_truth():
    clean = simulate_hospital(course_count=30, seed=9)
    dirty = simulate_hospital(parameters_of("D", {"dirt": 0.1}), course_count=30, seed=9)
    assert clean.dirt == {}
    assert set(dirty.dirt.values()) == {3}
    assert json.loads(dirty.truth_json)["courses"] == json.loads(clean.truth_json)["courses"]
    ratings = [
        row["value_as_number"]
        for row in dirty.tables["measurement"].to_pylist()
        if row["measurement_concept_id"] == concept.PAIN_RATING
    ]
    assert (max(ratings), min(ratings)) == (11, -1)
    assert ratings.count(11) == 3
    ids = dirty.tables["measurement"]["measurement_id"].to_pylist()
    assert len(ids) - len(set(ids)) == 3
    upside_down = [
        row for row in dirty.tables["drug_exposure"].to_pylist()
        if row["drug_exposure_end_datetime"] < row["drug_exposure_start_datetime"]
    ]  # fmt: skip
    assert len(upside_down) == 3
