"""Real patients: the fentanyl of the MIMIC-IV demo, its rows reconciled with counts made by plain SQL."""

from __future__ import annotations

import pytest

from abate.contracts.definition import Study
from abate.engine.records import open_records
from abate.sources.omop import read_omop

pytestmark = pytest.mark.data

FENTANYL = 35603427
#: All drugs of the intensive-care charts that have a concept and a rate: mcg and mg, per kg and not, mass and volume.
CHARTED = (35603038, FENTANYL, 35603598, 35603731, 35604830, 40064208, 40220385, 40220874, 46275855, 46287544)


def study_of(*concepts):
    return Study.model_validate(
        {
            "title": "Opioids in intensive care",
            "treatment": {"name": "drug", "concepts": concepts, "routes": ["intravenous"]},
            "rating": {"scale": "nrs", "concepts": [43055141]},
            "response": {"primary": {"points": 2}},
        }
    )


@pytest.fixture(scope="module")
def folder(abate_data):
    return abate_data / "omop-mimic-demo"


@pytest.fixture(scope="module")
def sql(folder):
    """Plain SQL on the files, without abate."""
    import duckdb

    connection = duckdb.connect()
    for path in sorted(folder.glob("*.parquet")):
        connection.execute(f"CREATE VIEW {path.stem} AS FROM '{path}'")
    return lambda query: connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def fentanyl(folder, duckdb_engine):
    with open_records(str(folder), duckdb_engine) as store:
        return read_omop(store, study_of(FENTANYL), duckdb_engine)


def column(engine, table, name):
    return engine.to_arrow(table.select(name))[name].to_pylist()


def test_every_fentanyl_row_is_a_dose_or_a_listed_reject(fentanyl, duckdb_engine, sql):
    "986 rows, 411 of them with a rate; none is rejected, and one of the rates is 0."
    assert sql(f"SELECT count(*), count(sig) FROM drug_exposure WHERE drug_concept_id = {FENTANYL}") == [(986, 411)]
    basis = column(duckdb_engine, fentanyl.administrations, "basis")
    assert {name: basis.count(name) for name in set(basis)} == {"rate text": 410, "bolus": 575, "zero rate": 1}
    dropped = duckdb_engine.to_arrow(
        fentanyl.findings.filter(lambda t: (t.table == "drug_exposure") & (t.action == "dropped"))
    )
    assert dropped.num_rows == 0


def test_mcg_and_mg_of_one_drug_become_mg(fentanyl, duckdb_engine, sql):
    found = duckdb_engine.to_arrow(fentanyl.administrations).to_pylist()
    amounts = dict(sql(f"""
        SELECT drug_exposure_id::VARCHAR, CASE dose_unit_source_value WHEN 'mcg' THEN quantity / 1000 WHEN 'mg' THEN quantity END
        FROM drug_exposure WHERE drug_concept_id = {FENTANYL}"""))  # fmt: skip
    assert {row["row_key"]: pytest.approx(row["amount_mg"], rel=1e-12) for row in found} == amounts
    rates = dict(sql(f"""
        SELECT drug_exposure_id::VARCHAR, split_part(sig, ' ', 1)::DOUBLE / 1000 FROM drug_exposure
        WHERE drug_concept_id = {FENTANYL} AND split_part(sig, ' ', 2) = 'mcg/hour'"""))  # fmt: skip
    assert {
        row["row_key"]: pytest.approx(row["rate_mg_h"], rel=1e-12) for row in found if row["rate_mg_h"] is not None
    } == rates


def test_three_rows_followed_by_hand(fentanyl, duckdb_engine):
    "25 mcg in a minute; 25 mcg/hour for 52 minutes beside 0.0217 mg; 50 mcg/hour for 2 h 33 min beside 0.1275 mg."
    found = {row["row_key"]: row for row in duckdb_engine.to_arrow(fentanyl.administrations).to_pylist()}
    hand = {
        "9000000198": ("2156-04-19 20:33:00", "2156-04-19 20:33:00", None, 0.025, "bolus"),
        "9000000201": ("2156-04-19 20:33:00", "2156-04-19 21:25:00", 0.025, 0.021666668, "rate text"),
        "9000000209": ("2156-04-19 21:25:00", "2156-04-19 23:58:00", 0.05, 0.1275, "rate text"),
    }
    for key, (start, end, rate, amount, basis) in hand.items():
        row = found[key]
        assert (str(row["start"]), str(row["end"]), row["rate_mg_h"], row["basis"]) == (start, end, rate, basis)
        assert row["amount_mg"] == pytest.approx(amount, rel=1e-6)
        assert row["route"] == "intravenous"


def test_the_stay_that_holds_a_dose_is_the_visit_that_was_recorded_with_it(fentanyl, duckdb_engine, sql):
    "The visit beside each row is not read by abate; the 411 rows with a rate lie in 27 visits, all of them inpatient stays."
    recorded = dict(sql(f"""
        SELECT drug_exposure_id::VARCHAR, visit_occurrence_id FROM drug_exposure WHERE drug_concept_id = {FENTANYL} AND sig IS NOT NULL"""))  # fmt: skip
    assert len(set(recorded.values())) == 27
    stays = duckdb_engine.to_arrow(fentanyl.stays).to_pylist()
    assert {row["setting"] for row in stays if row["stay_id"] in set(recorded.values())} == {"inpatient"}
    for row in duckdb_engine.to_arrow(fentanyl.administrations).to_pylist():
        holding = {
            s["stay_id"] for s in stays if s["person_id"] == row["person_id"] and s["start"] <= row["start"] <= s["end"]
        }
        assert row["row_key"] not in recorded or recorded[row["row_key"]] in holding


def test_ratings_are_those_of_the_same_patients_once_each(fentanyl, duckdb_engine, sql):
    persons = f"SELECT person_id FROM drug_exposure WHERE drug_concept_id = {FENTANYL}"
    ((rows, different),) = sql(f"""
        SELECT count(*), count(DISTINCT (person_id, measurement_datetime, value_as_number)) FROM measurement
        WHERE measurement_concept_id = 43055141 AND person_id IN ({persons}) AND value_as_number IS NOT NULL""")
    assert len(column(duckdb_engine, fentanyl.ratings, "value")) == different
    listed = fentanyl.findings.filter(lambda t: (t.table == "measurement") & (t.action == "dropped"))
    assert duckdb_engine.to_arrow(listed).num_rows == rows - different


def test_rows_of_all_charted_drugs_reconcile(folder, duckdb_engine, sql):
    "Per kg without any weight, and volumes: what cannot be a dose is listed once, and what is a dose has mg as SQL has it."
    with open_records(str(folder), duckdb_engine) as store:
        source = read_omop(store, study_of(*CHARTED), duckdb_engine)
    keys = column(duckdb_engine, source.administrations, "row_key")
    listed = source.findings.filter(lambda t: (t.table == "drug_exposure") & (t.action == "dropped"))
    rejects = column(duckdb_engine, listed, "row_key")
    all_keys = [
        key for (key,) in sql(f"SELECT drug_exposure_id::VARCHAR FROM drug_exposure WHERE drug_concept_id IN {CHARTED}")
    ]
    assert sorted(keys + rejects) == sorted(all_keys)
    masses = sql(f"""
        SELECT sum(CASE dose_unit_source_value WHEN 'mcg' THEN quantity / 1000 WHEN 'g' THEN quantity * 1000
                   WHEN 'grams' THEN quantity * 1000 ELSE quantity END)
        FROM drug_exposure WHERE drug_concept_id IN {CHARTED} AND quantity >= 0
          AND dose_unit_source_value IN ('mg', 'mcg', 'g', 'grams') AND drug_exposure_start_datetime <= drug_exposure_end_datetime
          AND drug_exposure_id::VARCHAR NOT IN (SELECT unnest({rejects}))""")  # fmt: skip
    assert sum(column(duckdb_engine, source.administrations, "amount_mg")) == pytest.approx(masses[0][0], rel=1e-9)


@pytest.mark.spark
@pytest.mark.slow
def test_spark_reads_the_same_doses(folder, spark_engine, fentanyl, duckdb_engine):
    with open_records(str(folder), spark_engine) as store:
        source = read_omop(store, study_of(FENTANYL), spark_engine)
    names = ("administrations", "stays", "ratings", "patients", "findings")
    for name in names:
        tables = [(duckdb_engine, fentanyl), (spark_engine, source)]
        one, other = (sorted(map(str, engine.to_arrow(getattr(found, name)).to_pylist())) for engine, found in tables)
        assert one == other
