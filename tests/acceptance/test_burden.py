"""The command on whole records: the simulated hospital and public ones, counted a second time day by day; and its refusals."""

import csv
import datetime as dt
import io
import json
import zipfile
from collections import Counter

import duckdb
import pytest

from abate.cohort.one_patient import judge_one
from abate.knowledge.drug_table import drug_table
from abate.knowledge.refractory_definitions import definitions
from abate.sources.simulated import simulate_to
from abate.study.burden import find_burden
from abate.study.read import check_study, parse_study, preset_text
from tests.acceptance.command import abate
from tests.acceptance.records import write_workbook
from tests.oracle.burden import count_by_hand
from tests.small_cdm import small_cdm, write_parquet

AGES = (0, 18, 40, 60)
MIGRAINE = "(318736, 43530652, 4141827)"
SHOW_ALL = "\n[disclosure]\nsmallest_count = 1\n"


@pytest.fixture(scope="module")
def hospital(tmp_path_factory):
    place = tmp_path_factory.mktemp("hospital") / "hospital.duckdb"
    simulate_to(
        place, person_count=3_000, course_count=None, seed=7, set_name="D", overrides={}, overwrite=False, progress=None
    )
    return place


@pytest.fixture(scope="module")
def open_study():
    """The preset, with every count shown."""
    return parse_study(preset_text("ketamine-migraine") + SHOW_ALL)


def rows_by_key(burden):
    return {(row.period, row.sex, row.age): row for row in burden.rows}


def count_hospital(place, first, last):
    """Return the counts of the simulated hospital, read by plain SQL and counted day by day."""
    with duckdb.connect(str(place), read_only=True) as connection:
        ask = lambda query: connection.execute(query).fetchall()  # noqa: E731
        sexes = {8532: "female", 8507: "male"}
        persons = {
            p: (sexes[g], b.date(), b.year)
            for p, g, b in ask("SELECT person_id, gender_concept_id, birth_datetime FROM person")
        }
        spans = ask(
            "SELECT person_id, observation_period_start_date, observation_period_end_date FROM observation_period"
        )
        records = ask(
            f"SELECT person_id, condition_start_date FROM condition_occurrence WHERE condition_concept_id IN {MIGRAINE}"
        )
        chronic = ask(
            "SELECT person_id, condition_start_date FROM condition_occurrence WHERE condition_concept_id IN (43530652, 4141827)"
        )
    periods = {str(year): (dt.date(year, 1, 1), dt.date(year, 12, 31)) for year in range(first, last + 1)}
    periods[f"{first} to {last}"] = dt.date(first, 1, 1), dt.date(last, 12, 31)
    return count_by_hand(
        persons, spans, records, {"chronic": chronic}, periods=periods, age_limits=AGES, washout_days=365
    )


def test_the_simulated_hospital_is_counted_as_counting_day_by_day_counts_it(hospital, open_study):
    found = find_burden(open_study, hospital, first_year=2016, last_year=2018, age_limits=AGES)
    rows, names = rows_by_key(found), {0: "0 to 17", 18: "18 to 39", 40: "40 to 59", 60: "60 and over"}
    wanted = count_hospital(hospital, 2016, 2018)
    assert len(wanted) > 20
    for (period, sex, low), counts in wanted.items():
        row = rows[period, sex, names[low]]
        shown = {name: row.counts[name] for name in row.counts if name in counts}
        assert shown == {name: counts[name] for name in shown}
        assert {"persons", "new_cases", "recorded_ever", "chronic_in_period"} <= set(shown)
        assert row.person_years == pytest.approx(counts["person_days"] / 365.25)
        assert row.person_years_at_risk == pytest.approx(counts["days_at_risk"] / 365.25)
    everybody = [counts for (period, _, _), counts in wanted.items() if period == "2016 to 2018"]
    for name in ("persons", "recorded_ever", "new_cases"):
        assert rows["2016 to 2018", "all", "all"].counts[name] == sum(counts[name] for counts in everybody)


def test_the_persons_with_an_infusion_are_those_with_a_course(hospital, open_study):
    "The drug of the treatment, intravenous or without a route; the years hold all of the simulation."
    found = find_burden(open_study, hospital, first_year=2010, last_year=2030)
    truth = json.loads((hospital.parent / "truth.json").read_text())
    treated = {course["person_id"] for course in truth["courses"]}
    total = rows_by_key(found)["2010 to 2030", "all", "all"].counts
    assert total["infusion_in_period"] == total["infusion_ever"] == len(treated) > 0
    assert total["infusion_with_condition_ever"] <= total["infusion_ever"]


def test_what_is_written_can_be_read_again_and_hides_small_counts(hospital, tmp_path):
    out = tmp_path / "burden"
    answer = abate("burden", "ketamine-migraine", "--data", hospital, "--out", out, "--from", 2016, "--to", 2018, "-q")
    assert answer.returncode == 0, answer.stderr
    assert "not a medical device" in answer.stdout
    assert "not verified here" in answer.stdout
    assert sorted(path.name for path in out.iterdir()) == [
        "burden.csv",
        "burden.json",
        "burden.md",
        "manifest.json",
        "prevalence.svg",
    ]
    rows = list(csv.DictReader(io.StringIO((out / "burden.csv").read_text(encoding="utf-8").removeprefix("\ufeff"))))
    data = json.loads((out / "burden.json").read_text(encoding="utf-8"))
    assert len(rows) == len(data["rows"])
    counts = [count for row in data["rows"] for count in row["counts"].values()]
    assert None in counts
    assert not any(count in (1, 2, 3, 4) for count in counts)
    assert any(row["persons"] == "hidden" or row["infusion_ever"] == "hidden" for row in rows)
    for found in data["estimates"]:
        assert (found["reason"] is None) == (None not in (found["value"], found["lower"], found["upper"]))
    again = abate("burden", "ketamine-migraine", "--data", hospital, "--out", out, "-q")
    assert again.returncode == 9
    assert abate("burden", "ketamine-migraine", "--data", hospital, "--out", out, "-q", "--overwrite").returncode == 0


@pytest.mark.parametrize("name", ["goadsby-2006", "ehf-2020-resistant", "ahs-2008"])
def test_who_is_refractory_is_counted_as_one_by_one(hospital, open_study, name):
    "Exposures by plain SQL, each person judged alone; the simulated drugs stand there by their own concepts."
    found = find_burden(open_study, hospital, first_year=2010, last_year=2030)
    (counted,) = (one for one in found.refractory if one.id == name)
    drugs = {drug.omop_concept: drug.ingredient for drug in drug_table() if drug.omop_concept is not None}
    with duckdb.connect(str(hospital), read_only=True) as connection:
        persons = connection.execute(
            f"SELECT DISTINCT person_id FROM condition_occurrence WHERE condition_concept_id IN {MIGRAINE}"
        ).fetchall()
        exposures = connection.execute(
            "SELECT person_id, coalesce(ancestor_concept_id, drug_concept_id), drug_exposure_start_datetime, "
            "drug_exposure_end_datetime FROM drug_exposure LEFT JOIN concept_ancestor "
            f"ON drug_concept_id = descendant_concept_id AND ancestor_concept_id IN {tuple(drugs)}"
        ).fetchall()
    taken = {person: [] for (person,) in persons}
    for person, concept, start, end in exposures:
        if person in taken and concept in drugs:
            taken[person].append({"ingredient": drugs[concept], "start": start, "end": end})
    assumed = [demand.id for demand in definitions()[name].demands if not demand.is_of_records]
    at = dt.datetime(2030, 12, 31, 23, 59, 59)
    verdicts = Counter(judge_one(name, rows, at=at, assumed=assumed).verdict for rows in taken.values())
    assert (counted.persons, counted.met, counted.not_met, counted.not_known) == (
        len(taken), verdicts["met"], verdicts["not met"], verdicts["not known"]
    )  # fmt: skip
    assert sum(map(bool, verdicts.values())) > 1


@pytest.mark.spark
def test_spark_gives_the_same(spark_engine, hospital, open_study, monkeypatch):
    from contextlib import contextmanager

    import abate.study.burden as module

    @contextmanager
    def running(name):
        yield spark_engine

    monkeypatch.setattr(module, "open_engine", running)
    on_spark = find_burden(open_study, hospital, first_year=2016, last_year=2018, engine="spark")
    monkeypatch.undo()
    on_duckdb = find_burden(open_study, hospital, first_year=2016, last_year=2018)
    assert on_spark.rows == on_duckdb.rows
    assert on_spark.estimates == on_duckdb.estimates


def study_of(concept):
    return check_study(
        {
            "title": "Any condition",
            "condition": {"name": "condition", "concepts": [concept]},
            "treatment": {"name": "ketamine", "concepts": [785649]},
            "rating": {"scale": "nrs"},
            "response": {"primary": {"points": 2}},
            "disclosure": {"smallest_count": 1},
        }
    )


def test_a_public_set_of_a_thousand_persons_is_counted_as_counting_day_by_day_counts_it(abate_data):
    "The condition is the commonest one of the set, whatever it is."
    folder = abate_data / "omop-synthetic-100" / "1000"
    table = lambda name: f"read_csv('{folder / name}.csv.gz', all_varchar=true)"  # noqa: E731
    ask = lambda query: duckdb.sql(query).fetchall()  # noqa: E731
    concept, _ = ask(
        f"SELECT condition_concept_id::INT c, count(DISTINCT person_id) n FROM {table('CONDITION_OCCURRENCE')} WHERE c > 0 GROUP BY c ORDER BY n DESC, c LIMIT 1"
    )[0]
    date = "try_cast({0} AS DATE)"
    persons = {
        int(p): ({"8532": "female", "8507": "male"}.get(g, "unknown"), dt.date(int(y), int(m), int(d)), int(y))
        for p, g, y, m, d in ask(
            f"SELECT person_id, gender_concept_id, year_of_birth, month_of_birth, day_of_birth FROM {table('PERSON')}"
        )
    }
    spans = [
        (int(p), a, b)
        for p, a, b in ask(
            f"SELECT person_id, {date.format('observation_period_start_date')}, {date.format('observation_period_end_date')} FROM {table('OBSERVATION_PERIOD')}"
        )
    ]
    beneath = {concept}
    records = [
        (int(p), day)
        for p, c, day in ask(
            f"SELECT person_id, condition_concept_id::INT, {date.format('condition_start_date')} FROM {table('CONDITION_OCCURRENCE')}"
        )
        if c in beneath
    ]
    periods = {str(year): (dt.date(year, 1, 1), dt.date(year, 12, 31)) for year in (2016, 2017)}
    wanted = count_by_hand(persons, spans, records, {}, periods=periods, age_limits=AGES, washout_days=365)
    found = find_burden(study_of(concept), folder, first_year=2016, last_year=2017, age_limits=AGES)
    totals = rows_by_key(found)
    for year in ("2016", "2017"):
        for name in ("persons", "recorded_in_period", "recorded_ever", "new_cases"):
            assert totals[year, "all", "all"].counts[name] == sum(
                c[name] for (p, _, _), c in wanted.items() if p == year
            ), (year, name)
    assert totals["2017", "all", "all"].counts["recorded_ever"] > 0


@pytest.mark.parametrize("archive", ["Synthea27NjParquet_5.4.zip", "Synthea27Nj_5.4.zip"])
def test_synthea_is_counted_and_has_no_migraine(abate_data, archive, tmp_path):
    with zipfile.ZipFile(abate_data / "omop-synthea27nj" / archive) as packed:
        packed.extractall(tmp_path / "records")
    answer = abate("burden", "ketamine-migraine", "--data", tmp_path / "records", "-q")
    assert answer.returncode == 0, answer.stderr
    assert "no record of migraine" in answer.stdout
    assert "concept_ancestor" in answer.stdout


def test_records_without_observed_time_are_refused(abate_data):
    answer = abate("burden", "ketamine-migraine", "--data", abate_data / "omop-synthetic-100" / "100", "-q")
    assert (answer.returncode, answer.stderr.count("\n")) == (6, 1)
    assert "OBSERVATION_PERIOD" in answer.stderr


def test_course_tables_are_refused_since_they_have_no_denominator(tmp_path):
    answer = abate("burden", "ketamine-migraine", "--data", write_workbook(tmp_path / "review.xlsx"), "-q")
    assert (answer.returncode, answer.stderr.count("\n")) == (6, 1)
    assert "no denominator" in answer.stderr


@pytest.mark.parametrize("missing", ["person", "condition_occurrence", "observation_period"])
def test_a_missing_table_is_named(missing, tmp_path):
    place = write_parquet(small_cdm(**{missing: None}), tmp_path / "records")
    answer = abate("burden", "ketamine-migraine", "--data", place, "-q")
    assert (answer.returncode, answer.stderr.count("\n")) == (6, 1)
    assert missing.upper() in answer.stderr


def test_without_doses_infusions_are_not_known_and_not_nought(tmp_path):
    place = write_parquet(small_cdm(drug_exposure=None), tmp_path / "records")
    answer = abate("burden", "ketamine-migraine", "--data", place, "-q")
    assert answer.returncode == 0
    assert "who had an infusion is not known" in answer.stdout
    assert "course of ketamine" not in answer.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["--from", 2022, "--to", 2020], 11, "upside down"),
        (["--from", 1990, "--to", 1991], 11, "nobody is observed in 1990 to 1991"),
        (["--washout", "36h"], 11, "whole days"),
        (["--washout", "-1d"], 11, "at least 0"),
        (["--ages", "18,30"], 11, "rise from 0"),
        (["--ages", "0,x"], 11, "no ages"),
    ],
)
def test_impossible_arguments_are_told_in_one_sentence(arguments, code, sentence, tmp_path):
    place = write_parquet(small_cdm(), tmp_path / "records")
    answer = abate("burden", "ketamine-migraine", "--data", place, "-q", *arguments)
    assert (answer.returncode, answer.stderr.count("\n")) == (code, 1)
    assert sentence in answer.stderr


def test_a_study_without_a_condition_has_no_burden(tmp_path):
    place = write_parquet(small_cdm(), tmp_path / "records")
    study = tmp_path / "study.toml"
    study.write_text(
        'title = "x"\ntreatment.name = "ketamine"\nrating.scale = "nrs"\nresponse.primary = { points = 2 }\n'
    )
    answer = abate("burden", study, "--data", place, "-q")
    assert (answer.returncode, answer.stderr.count("\n")) == (3, 1)
    assert "[condition]" in answer.stderr


def test_source_codes_and_descendants_count_and_every_mark_is_found(tmp_path):
    """Of the small hospital's four persons three are observed in 2022 to 2024, all with migraine on 1 January 2022: by a
    concept beneath migraine, by the source code G43.709 alone, and by migraine itself; the first two are chronic."""
    place = write_parquet(small_cdm(), tmp_path / "records")
    study = parse_study(preset_text("ketamine-migraine") + SHOW_ALL)
    rows = rows_by_key(find_burden(study, place, first_year=2022, last_year=2024))
    total = rows["2022 to 2024", "all", "all"].counts
    assert (
        dict(total)
        == {
            "persons": 3,
            "recorded_in_period": 3,
            "recorded_ever": 3,
            "new_cases": 3,  # observed from 2020 and twice from 2021-01-01: 365 observed days lie before 2022-01-01 in every case
            "chronic_in_period": 2,
            "chronic_ever": 2,
            "infusion_in_period": 2,
            "infusion_ever": 2,
            "infusion_with_condition_in_period": 2,
            "infusion_with_condition_ever": 2,
        }
    )
