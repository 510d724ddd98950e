"""How several ratings become one: first, last, mean, median, lowest, highest."""

import pyarrow as pa
import pytest

from abate.outcomes.takes import taken

TAKES = {
    "first": (7.0, 60),
    "last": (2.0, 300),
    "mean": (4.333333333, None),
    "median": (3.0, None),
    "lowest": (2.0, 180),
    "highest": (9.0, 120),
}


@pytest.fixture
def picks(engine):
    """One person's ratings, with two that share the lowest value, two the highest, and one that does not count."""
    ratings = engine.from_arrow(
        pa.table(
            {
                "at_s": [300, 240, 120, 180, 200, 60, 30],
                "value": [2.0, 4.0, 9.0, 2.0, 2.0, 7.0, 0.0],
                "counts": [True] * 6 + [False],
            }
        )
    )
    found = {}
    for take in TAKES:
        value, at_s = taken(ratings, take, ratings.counts)
        found |= {f"{take}_value": value, f"{take}_s": at_s, f"no_{take}": taken(ratings, take, ratings.at_s > 300)[0]}
    return engine.to_arrow(ratings.aggregate(**found)).to_pylist()[0]


def test_each_take_gives_its_value_and_the_time_of_the_first_rating_that_has_it(picks):
    assert {take: (picks[f"{take}_value"], picks[f"{take}_s"]) for take in TAKES} == TAKES


def test_of_no_ratings_every_take_is_empty(picks):
    assert {picks[f"no_{take}"] for take in TAKES} == {None}
