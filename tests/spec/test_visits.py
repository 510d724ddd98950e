"""Which visits are stays in hospital, and until when do they last?"""

import pytest

from abate.engine.records import open_records
from abate.sources.findings import Findings
from abate.sources.omop.visits import as_stays, read_visits
from tests.small_cdm import small_cdm, write_parquet

HEAD = "visit_occurrence_id | person_id | visit_concept_id | visit_start_date | visit_start_datetime | visit_end_date | visit_end_datetime"


@pytest.fixture
def visits(spec, tmp_path):
    def read(*rows):
        place = write_parquet(small_cdm(visit_occurrence="\n".join([HEAD, *rows])), tmp_path / "cdm")
        findings = Findings(spec.engine)
        with open_records(str(place), spec.engine) as store:
            found = read_visits(store, store.table("person", ["person_id"]), spec.engine, findings)
        return found, findings

    return read


def test_a_visit_that_may_be_either_is_a_stay_if_it_is_longer_than_a_day(spec, visits):
    "Emergency (9203), a kind that abate does not know (5) and an outpatient kind (9202), of 24 hours and of 24 hours and a minute."
    found, _ = visits(
        "1 | 1 | 9203 | 2024-01-01 | 2024-01-01 08:00 | 2024-01-02 | 2024-01-02 08:00",
        "2 | 1 | 9203 | 2024-01-01 | 2024-01-01 08:00 | 2024-01-02 | 2024-01-02 08:01",
        "3 | 1 | 5    | 2024-01-01 | 2024-01-01 08:00 | 2024-01-01 | 2024-01-01 09:00",
        "4 | 1 | 5    | 2024-01-01 | 2024-01-01 08:00 | 2024-01-02 | 2024-01-02 08:01",
        "5 | 1 | 9202 | 2024-01-01 | 2024-01-01 08:00 | 2024-01-02 | 2024-01-02 08:01",
        "6 | 1 | 9201 | 2024-01-01 | 2024-01-01 08:00 | 2024-01-01 | 2024-01-01 09:00",
    )
    spec.then(
        """
        visit_id | setting    | kind
        1        | outpatient | emergency
        2        | inpatient  | inpatient
        3        | outpatient | office
        4        | inpatient  | inpatient
        5        | outpatient | office
        6        | inpatient  | inpatient
        """,
        found,
    )


def test_a_visit_with_dates_only_lasts_until_the_end_of_its_last_day(spec, visits):
    "So do midnights at both ends. The night between two dates is no stay of more than 24 hours; two nights are."
    found, _ = visits(
        "1 | 1 | 9201 | 2024-01-01 |                  | 2024-01-03 |                 ",
        "2 | 1 | 9203 | 2024-01-01 | 2024-01-01 00:00 | 2024-01-02 | 2024-01-02 00:00",
        "3 | 1 | 9203 | 2024-01-01 |                  | 2024-01-03 |                 ",
        "4 | 1 | 9201 | 2024-01-01 | 2024-01-01 10:00 | 2024-01-01 |                 ",
        "5 | 1 | 9201 | 2024-01-01 | 2024-01-01 10:00 |            |                 ",
    )
    spec.then(
        """
        stay_id | start            | end                 | setting
        1       | 2024-01-01 00:00 | 2024-01-03 23:59:59 | inpatient
        2       | 2024-01-01 00:00 | 2024-01-02 23:59:59 | outpatient
        3       | 2024-01-01 00:00 | 2024-01-03 23:59:59 | inpatient
        4       | 2024-01-01 10:00 | 2024-01-01 23:59:59 | inpatient
        5       | 2024-01-01 10:00 |                     | inpatient
        """,
        as_stays(found),
    )


def test_a_visit_without_a_start_or_that_ends_before_it_is_listed(spec, visits):
    found, findings = visits(
        "1 | 1 | 9201 |            |                  | 2024-01-03 |                 ",
        "2 | 1 | 9201 | 2024-01-02 | 2024-01-02 10:00 | 2024-01-01 | 2024-01-01 10:00",
        "3 | 1 | 9201 | 2024-01-02 | 2024-01-02 10:00 | 2026-01-02 | 2026-01-02 10:00",
    )
    spec.then("visit_id\n3", found)
    rows = findings.as_table()
    spec.then(
        """
        row_key | action  | rule
        1       | dropped | The visit has no start.
        2       | dropped | The visit ends before it starts.
        3       | kept    | The visit lasts longer than a year.
        """,
        rows.filter(rows.row_key.notnull()),
    )
