"""Which visits of an OMOP database may be untreated episodes: the small hospital with more stays, followed by hand."""

from __future__ import annotations

import pytest

from abate.base.errors import MissingTableError
from abate.contracts.definition import Study
from abate.engine.records import open_records
from abate.sources.omop import describe_records, read_omop
from abate.sources.omop.untreated import NONE_FOUND
from abate.study.course_tables import read_course_tables
from tests.contract.test_omop_source import STUDY
from tests.small_cdm import BIG, SMALL_CDM, small_cdm, write_parquet

#: Person 4 has migraine and was never treated: in hospital four times, once in the clinic.
STAYS = """
        20 | 4 | 9201 | 2024-05-01 | 2024-05-01 08:00 | 2024-05-04 | 2024-05-04 12:00
        21 | 4 | 9201 | 2024-06-01 | 2024-06-01 08:00 | 2024-06-04 | 2024-06-04 12:00
        22 | 4 | 9201 | 2024-07-01 | 2024-07-01 08:00 | 2024-07-04 | 2024-07-04 12:00
        23 | 4 | 9201 | 2024-08-01 | 2024-08-01 08:00 | 2024-08-04 | 2024-08-04 12:00
        24 | 4 | 9202 | 2024-09-01 | 2024-09-01 08:00 | 2024-09-01 | 2024-09-01 09:00
"""
#: Of the stays the first is linked to a diagnosis of its day, the second has one of its day without a link, the third a linked
#: one of the day after, the fourth one of something else.
DIAGNOSES = """
        420 | 4 | 318736 | 2024-05-01 | 2024-05-01 09:00 | G43.9 | 0 | 20
        421 | 4 | 318736 | 2024-06-01 | 2024-06-01 09:00 | G43.9 | 0 |
        422 | 4 | 318736 | 2024-07-02 | 2024-07-02 09:00 | G43.9 | 0 | 22
        423 | 4 | 378253 | 2024-08-01 | 2024-08-01 09:00 | R51   | 0 | 23
        424 | 4 | 318736 | 2024-09-01 | 2024-09-01 09:00 | G43.9 | 0 | 24
"""
DOSES = """
        120 | 4 | 1140643 | 2024-06-02 | | 2024-06-02 | | 32838 | 9 | 9 | | 4132161 | |
"""


def study_of(**asked) -> Study:
    data = STUDY.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"events"})
    return Study.model_validate({**data, "comparator": {"name": "usual care", "untreated": asked}})


def with_stays(folder, **changes) -> str:
    added = {
        "visit_occurrence": SMALL_CDM["visit_occurrence"].rstrip() + STAYS,
        "condition_occurrence": SMALL_CDM["condition_occurrence"].rstrip() + DIAGNOSES,
        "drug_exposure": SMALL_CDM["drug_exposure"].rstrip() + DOSES,
    }
    return str(write_parquet(small_cdm(**{**added, **changes}), folder))


def candidates(place, engine, study) -> list[tuple]:
    with open_records(place, engine) as store:
        source = read_omop(store, study, engine)
        rows = engine.to_arrow(source.candidate_visits.order_by("stay_id")).to_pylist()
    return [(row["person_id"], row["stay_id"], row["setting"], row["diagnosed"]) for row in rows]


def test_a_visit_is_for_the_condition_by_link_or_by_day(tmp_path, duckdb_engine):
    "Person 1 is treated; the stay is a candidate all the same, and the rule of courses takes it out. The other was never noted as a visit for migraine."
    found = candidates(with_stays(tmp_path), duckdb_engine, study_of())
    assert found == [
        (1, 10, "inpatient", "by admission"),
        (4, 20, "inpatient", "by admission"),
        (4, 21, "inpatient", "by admission"),
        (4, 22, "inpatient", "later"),
        (4, 23, "inpatient", None),
    ]
    assert BIG not in {person for person, *_ in found}


def test_kinds_of_visit_are_those_asked(tmp_path, duckdb_engine):
    found = candidates(with_stays(tmp_path), duckdb_engine, study_of(visits=["office"]))
    assert [stay for _, stay, _, diagnosed in found if diagnosed] == [24]


def test_untreated_persons_bring_their_ratings_and_history(tmp_path, duckdb_engine):
    "The stay of June holds a dose of sumatriptan, which the study excludes; the findings say so of it and of July's."
    place = with_stays(tmp_path)
    tables = read_course_tables(study_of(without=[1140643]), place, duckdb_engine)
    courses = duckdb_engine.to_arrow(tables.courses.order_by("course_id")).to_pylist()
    assert [row["course_id"] for row in courses] == [f"{BIG}:ketamine:1", "1:ketamine:1", "4:usual care:1"]
    assert 4 in duckdb_engine.to_arrow(tables.ratings)["person_id"].to_pylist()
    assert 4 in duckdb_engine.to_arrow(tables.treatments)["person_id"].to_pylist()
    found = duckdb_engine.to_arrow(tables.findings).to_pylist()
    said = {row["row_key"]: row["rule"] for row in found if row["rule"].endswith("it is no untreated episode.")}
    assert sorted(said) == ["21", "22"]
    assert "another drug" in said["21"]
    assert "after the day of admission" in said["22"]


def test_a_check_counts_the_visits(tmp_path, duckdb_engine):
    with open_records(with_stays(tmp_path), duckdb_engine) as store:
        found = describe_records(store, study_of(), duckdb_engine)
    usual = found.treatments[1]
    assert not usual.is_given
    assert (usual.administrations, usual.persons, usual.candidate_courses) == (3, 2, 3)


@pytest.mark.parametrize("missing", ["visit_occurrence", "condition_occurrence"])
def test_without_visits_or_diagnoses_there_is_no_untreated_episode(tmp_path, duckdb_engine, missing):
    place = with_stays(tmp_path, **{missing: None})
    with (
        open_records(place, duckdb_engine) as store,
        pytest.raises(MissingTableError, match=f"have no {missing.upper()}; load the table, or leave"),
    ):
        read_omop(store, study_of(), duckdb_engine)


def test_no_such_visit_is_said_and_does_not_stop_the_study(tmp_path, duckdb_engine):
    tables = read_course_tables(study_of(visits=["emergency"]), with_stays(tmp_path), duckdb_engine)
    said = duckdb_engine.to_arrow(tables.findings)["rule"].to_pylist()
    assert NONE_FOUND.format(kinds="emergency", condition="migraine") in said
    assert {row["treatment"] for row in duckdb_engine.to_arrow(tables.courses).to_pylist()} == {"ketamine"}
