"""Exposures of one person and ingredient become spells; a gap is counted from the latest end so far."""

import pyarrow as pa
import pytest

from abate.sources.omop.history import join_spells

DAY = 86_400


@pytest.fixture
def spells(engine):
    def join(*rows):
        names = ("person_id", "ingredient", "drug_exposure_id", "start_seconds", "end_seconds")
        columns = dict(zip(names, zip(*(row[:5] for row in rows), strict=True), strict=True))
        outcomes = pa.array([row[5] if len(row) > 5 else None for row in rows], pa.string())
        table = pa.table(
            {**columns, "drug_class": ["c"] * len(rows), "role": ["acute"] * len(rows), "outcome": outcomes}
        )
        found = engine.to_arrow(join_spells(engine.from_arrow(table), max_gap_days=30)).to_pylist()
        names = ("person_id", "ingredient", "start_seconds", "end_seconds", *(["outcome"] if len(rows[0]) > 5 else []))
        return sorted(tuple(r[n] // DAY if n.endswith("_seconds") else r[n] for n in names) for r in found)

    return join


def test_a_gap_of_exactly_the_limit_is_joined_and_a_longer_one_is_not(spells):
    found = spells(
        (1, "a", 1, 0, 10 * DAY),
        (1, "a", 2, 40 * DAY, 50 * DAY),
        (1, "a", 3, 81 * DAY, 90 * DAY),
        (1, "b", 4, 40 * DAY, 50 * DAY),
        (2, "a", 5, 60 * DAY, 60 * DAY),
    )
    assert found == [(1, "a", 0, 50), (1, "a", 81, 90), (1, "b", 40, 50), (2, "a", 60, 60)]


def test_a_short_exposure_inside_a_long_one_does_not_end_it(spells):
    found = spells((1, "a", 1, 0, 100 * DAY), (1, "a", 2, 10 * DAY, 11 * DAY), (1, "a", 3, 120 * DAY, 130 * DAY))
    assert found == [(1, "a", 0, 130)]


def test_the_outcome_of_a_spell_is_that_of_its_last_exposure(spells):
    found = spells(
        (1, "a", 1, 0, 10 * DAY, "no effect"),
        (1, "a", 2, 5 * DAY, 30 * DAY, None),
        (1, "b", 3, 0, 10 * DAY, None),
        (1, "b", 4, 12 * DAY, 30 * DAY, "not tolerated"),
        (1, "c", 5, 0, 30 * DAY, "not tolerated"),
        (1, "c", 6, 5 * DAY, 30 * DAY, "no effect"),
    )
    assert found == [(1, "a", 0, 30, None), (1, "b", 0, 30, "not tolerated"), (1, "c", 0, 30, "no effect")]
