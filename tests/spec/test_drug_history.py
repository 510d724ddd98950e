"""Exposures of one person and ingredient become spells; a gap is counted from the latest end so far."""

import pyarrow as pa
import pytest

from abate.sources.omop.history import join_spells

DAY = 86_400


@pytest.fixture
def spells(engine):
    def join(*rows):
        names = ("person_id", "ingredient", "drug_exposure_id", "start_seconds", "end_seconds")
        columns = dict(zip(names, zip(*rows, strict=True), strict=True))
        table = pa.table({**columns, "drug_class": ["c"] * len(rows), "role": ["acute"] * len(rows)})
        found = engine.to_arrow(join_spells(engine.from_arrow(table), max_gap_days=30)).to_pylist()
        return sorted(
            (r["person_id"], r["ingredient"], r["start_seconds"] // DAY, r["end_seconds"] // DAY) for r in found
        )

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
