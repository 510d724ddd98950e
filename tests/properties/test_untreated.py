"""What always holds of untreated episodes: the rules in plain Python agree, and what comes later changes nothing before."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pyarrow as pa
import pytest

from abate.contracts.course_tables import CANDIDATE_VISITS, COURSES, OTHER_DOSES
from abate.contracts.definition import Study
from abate.courses import untreated
from tests.oracle import untreated as oracle
from tests.tables import arrow_table

STUDY = Study.model_validate(
    {
        "title": "A test",
        "condition": {"name": "migraine"},
        "treatment": {"name": "ketamine"},
        "comparator": {"name": "usual care", "new_course_after": "12h", "untreated": {"starts_after": "6h"}},
        "rating": {"scale": "nrs"},
        "response": {"primary": {"points": 2}},
    }
)
SENTENCES = {
    "diagnosed later": untreated.DIAGNOSED_LATER,
    "open": untreated.OPEN,
    "after treatment": untreated.AFTER_TREATMENT,
    "other drug": untreated.OTHER_DRUG,
    "over before clock": untreated.OVER_BEFORE_CLOCK,
}
MIDNIGHT = dt.datetime(2024, 2, 27)
JITTER = [0, 0, 0, 0, 1, -1]


def moment(draw: random.Random) -> dt.datetime:
    return MIDNIGHT + dt.timedelta(hours=draw.randrange(0, 240, 6), seconds=draw.choice(JITTER))


def records_of(draw: random.Random, persons: int) -> tuple[list[dict[str, Any]], dict[int, dt.datetime], list[dict]]:
    """Visits, first doses and other doses, on a grid of six hours with seconds about it."""
    visits, first, others = [], {}, []
    for person in range(1, persons + 1):
        for number in range(draw.randrange(6)):
            start = moment(draw)
            length = draw.choice([None, 0, 6, 12, 12, 24, 48, 96])
            end = None if length is None else start + dt.timedelta(hours=length, seconds=abs(draw.choice(JITTER)))
            diagnosed = draw.choice(["by admission", "by admission", "later", None])
            setting = draw.choice(["inpatient", "outpatient"])
            visits.append({"person_id": person, "stay_id": f"{person}:{number}", "start": start, "end": end, "setting": setting, "diagnosed": diagnosed})  # fmt: skip
        if draw.random() < 0.5:
            first[person] = moment(draw)
        if draw.random() < 0.3:
            start = moment(draw)
            others.append({"person_id": person, "start": start, "end": draw.choice([None, start + dt.timedelta(hours=6)])})  # fmt: skip
    return visits, first, others


def found_by(engine, visits, first, others) -> tuple[list[tuple], list[tuple]]:
    given = [
        {"course_id": f"{person}:ketamine:1", "person_id": person, "treatment": "ketamine", "start": start}
        for person, start in first.items()
    ]
    tables = (_table(engine, CANDIDATE_VISITS, visits), _table(engine, COURSES, given), _table(engine, OTHER_DOSES, others))  # fmt: skip
    found = untreated.find_untreated(*tables, STUDY, engine)
    names = ("person_id", "course_number", "admission", "start", "discharge", "setting")
    episodes = [tuple(row[name] for name in names) for row in engine.to_arrow(found.courses).to_pylist()]
    findings = [(row["rule"], row["row_key"]) for row in engine.to_arrow(found.findings).to_pylist()]
    return sorted(episodes), sorted(findings)


def _table(engine, contract, rows: list[dict[str, Any]]):
    schema = arrow_table(contract.name, []).schema
    return engine.from_arrow(pa.Table.from_pylist(rows, schema), contract.name)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_rules_in_plain_python_agree(duckdb_engine, seed):
    visits, first, others = records_of(random.Random(seed), 300)
    episodes, findings = oracle.find_untreated(
        visits, first, others, dt.timedelta(hours=12), dt.timedelta(hours=6)
    )  # fmt: skip
    wanted = sorted((SENTENCES[rule], key) for rule, key in findings)
    assert len(episodes) > 50
    assert {rule for rule, _ in findings} == set(SENTENCES)
    assert found_by(duckdb_engine, visits, first, others) == (sorted(episodes), wanted)


def test_what_comes_after_a_stay_changes_nothing_about_it(duckdb_engine):
    "A first dose, a visit and another drug weeks later: the episodes are the same, whoever is treated then."
    visits, first, others = records_of(random.Random(3), 200)
    later = MIDNIGHT + dt.timedelta(days=60)
    untreated_so_far = {visit["person_id"] for visit in visits} - set(first)
    more = [{**visit, "stay_id": f"{visit['stay_id']} later", "start": later, "end": later + dt.timedelta(days=3)} for visit in visits]  # fmt: skip
    doses = {**first, **{person: later + dt.timedelta(days=1) for person in untreated_so_far}}
    added = [{"person_id": person, "start": later, "end": None} for person in untreated_so_far]
    before, _ = found_by(duckdb_engine, visits, first, others)
    after, _ = found_by(duckdb_engine, [*visits, *more], doses, [*others, *added])
    assert before
    assert [row for row in after if row[2] < later] == before
