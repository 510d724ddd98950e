"""Which drugs of an OMOP database stand in the history, and which are of no drug that is known? By hand, on the small hospital."""

from __future__ import annotations

import pyarrow as pa
import pytest

from abate.contracts.failure import Failure, SiteDrug
from abate.engine.records import open_records
from abate.sources.omop import read_omop
from tests.contract.test_omop_source import STUDY
from tests.small_cdm import SMALL_CDM, small_cdm, write_parquet

#: Person 1 has drugs that no table knows: a product 900777 three times, 900778 once, and one without a concept.
UNKNOWN = """
        201 | 1 | 900777 | 2023-03-01 | | 2023-03-31 | | 32838 | | 30 | | 4132161 | |
        202 | 1 | 900777 | 2023-05-15 | | 2023-06-14 | | 32838 | | 30 | | 4132161 | |
        203 | 1 | 900777 | 2023-06-15 | | 2023-07-15 | | 32838 | | 30 | | 4132161 | |
        204 | 1 | 900778 | 2023-03-01 | | 2023-03-02 | | 32838 | | 1  | | 4132161 | |
        205 | 1 | 0      | 2023-03-01 | | 2023-03-02 | | 32838 | | 1  | | 4132161 | |
        206 | 4 | 900777 | 2023-03-01 | | 2023-03-02 | | 32838 | | 1  | | 4132161 | |
"""


@pytest.fixture
def read(tmp_path, duckdb_engine):
    named = SMALL_CDM["concept"] + "900777 | riboflavin 400 mg | Drug | RxNorm | Clinical Drug | S | 900777\n"
    tables = small_cdm(drug_exposure=SMALL_CDM["drug_exposure"].rstrip() + UNKNOWN, concept=named)
    place = str(write_parquet(tables, tmp_path / "records"))

    def read_with(failure=None):
        with open_records(place, duckdb_engine) as store:
            source = read_omop(store, STUDY.model_copy(update={"failure": failure}), duckdb_engine)
        remarks = [row["rule"] for row in duckdb_engine.to_arrow(source.findings).to_pylist()]
        return duckdb_engine.to_arrow(source.treatments).to_pylist(), [rule for rule in remarks if "no drug of" in rule]

    return read_with


def test_what_did_not_map_is_counted_and_the_commonest_are_named(read):
    "Person 4 has no course: nobody reads that history."
    _, remarks = read()
    assert remarks == [
        (
            "5 exposures to 3 drug concepts are of no drug of the drug table and stand in no history; most often "
            "riboflavin 400 mg (3), no concept (1), concept 900778 (1)."
        )
    ]


@pytest.mark.parametrize(("refill_gap", "spells"), [("30d", 2), ("44d", 2), ("45d", 1)])
def test_a_drug_of_the_site_is_found_and_its_refills_joined_by_the_studys_gap(read, refill_gap, spells):
    "From 31 March to 15 May are 45 days."
    site = SiteDrug(ingredient="riboflavin", drug_class="vitamin", role="preventive", omop_concept=900777)
    treatments, remarks = read(Failure(drugs=(site,), refill_gap=refill_gap))
    assert [row["drug_class"] for row in treatments if row["ingredient"] == "riboflavin"] == ["vitamin"] * spells
    assert remarks[0].startswith("2 exposures to 2 drug concepts")


@pytest.mark.parametrize(
    ("reasons", "recorded"), [({}, []), ({"side effects": "not tolerated"}, [("topiramate", "not tolerated")])]
)
def test_a_reason_for_stopping_is_a_recorded_outcome_where_the_study_says_what_it_means(
    tmp_path, duckdb_engine, reasons, recorded
):
    tables = small_cdm()
    exposures = tables["drug_exposure"]
    said = [" Side Effects" if id == 109 else "went home" for id in exposures["drug_exposure_id"].to_pylist()]
    tables["drug_exposure"] = exposures.append_column("stop_reason", pa.array(said))
    place = str(write_parquet(tables, tmp_path / "records"))
    study = STUDY.model_copy(update={"failure": Failure(stop_reasons=reasons)})
    with open_records(place, duckdb_engine) as store:
        source = read_omop(store, study, duckdb_engine)
    rows = duckdb_engine.to_arrow(source.treatments).to_pylist()
    assert [(row["ingredient"], row["outcome"]) for row in rows if row["basis"] == "recorded"] == recorded


@pytest.mark.parametrize(
    ("end", "supply", "last"),
    [
        ("2024-05-23", "84", "2024-05-24"),  # the date of the 84th day: that day is covered
        ("2024-05-24", "84", "2024-05-24"),  # start and supply added up
        ("2024-04-10", "84", "2024-04-10"),  # stopped early: the recorded end stands
        ("2024-05-23", "", "2024-05-23"),  # nothing known of the supply
        ("", "84", "2024-05-24"),
    ],
)
def test_an_end_that_is_the_last_day_of_the_supply_covers_that_day(tmp_path, duckdb_engine, end, supply, last):
    "A supply of 84 days from 1 March: by its end two cycles in a row are 168 days, and not 167."
    added = f"\n        207 | 1 | 1353766 | 2024-03-01 | | {end} | | 32838 | | {supply} | | 4132161 | |\n"
    tables = small_cdm(
        drug_exposure=SMALL_CDM["drug_exposure"].rstrip() + added,
        concept=SMALL_CDM["concept"] + "1353766 | propranolol | Drug | RxNorm | Ingredient | S | 8787\n",
    )
    with open_records(str(write_parquet(tables, tmp_path / "records")), duckdb_engine) as store:
        source = read_omop(store, STUDY, duckdb_engine)
    treatments = duckdb_engine.to_arrow(source.treatments).to_pylist()
    assert [str(row["end"].date()) for row in treatments if row["ingredient"] == "propranolol"] == [last]
