"""In which order were classes tried, and how many courses went which way? On every engine."""

from __future__ import annotations

import pyarrow as pa

from abate.cohort.sequences import find_sequences
from tests.tables import parse_rows

TRIALS = """
course_id | drug_class     | role       | begun_seconds
a         | beta-blocker   | preventive | 100
a         | anticonvulsant | preventive | 200
a         | beta-blocker   | preventive | 300
a         | triptan        | acute      | 150
b         | beta-blocker   | preventive | 500
c         | beta-blocker   | preventive | 500
c         | anticonvulsant | preventive | 900
c         | tricyclic      | preventive | 950
c         | gepant         | preventive | 990
d         | tricyclic      | preventive |
e         |                | preventive | 100
f         | tricyclic      | preventive | 100
f         | anticonvulsant | preventive | 100
"""


def trials(spec):
    rows = parse_rows(TRIALS)
    columns = {name: [row[name] or None for row in rows] for name in ("course_id", "drug_class", "role")}
    columns["begun_seconds"] = [int(row["begun_seconds"]) if row["begun_seconds"] else None for row in rows]
    return spec.engine.from_arrow(pa.table(columns), "trials")


def test_a_class_has_its_place_by_its_first_trial(spec):
    "Undated trials and those without a class have none; two begun together stand in the order of the alphabet."
    spec.then("""
        step | drug_class     | next_class     | skipped_count | course_count
        1    | beta-blocker   | anticonvulsant | 0             | 2
        1    | beta-blocker   |                | 0             | 1
        1    | anticonvulsant | tricyclic      | 0             | 1
        2    | anticonvulsant |                | 0             | 1
        2    | anticonvulsant | tricyclic      | 0             | 1
        2    | tricyclic      |                | 0             | 1
        3    | tricyclic      | gepant         | 0             | 1
        4    | gepant         |                | 0             | 1
    """, find_sequences(trials(spec)))  # fmt: skip


def test_what_is_not_followed_is_counted(spec):
    spec.then("""
        step | drug_class     | next_class     | skipped_count | course_count
        1    | beta-blocker   | anticonvulsant | 0             | 2
        1    | beta-blocker   |                | 0             | 1
        1    | anticonvulsant | tricyclic      | 0             | 1
        2    | anticonvulsant |                | 2             | 2
        2    | tricyclic      |                | 0             | 1
    """, find_sequences(trials(spec), most_steps=2))  # fmt: skip


def test_another_role(spec):
    spec.then("""
        step | drug_class | next_class | skipped_count | course_count
        1    | triptan    |            | 0             | 1
    """, find_sequences(trials(spec), role="acute"))  # fmt: skip
