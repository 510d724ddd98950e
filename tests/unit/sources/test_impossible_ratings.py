"""Ratings of OMOP records that the scale cannot give are dropped, each with its reason."""

from datetime import datetime

import pyarrow as pa
import pytest

from abate.contracts.definition import Rating
from abate.sources.findings import Findings
from abate.sources.omop.ratings import RATING_TABLES, read_ratings

RANGE = "The rating lies outside the range of its scale, 36 to 78."
NO_TOTAL = "The rating is not a sum of 6 answers of 6, 8, 10, 11 or 13, as its scale has."


def read(engine, scale, values):
    """Read one rating a day, in MEASUREMENT; return the values kept, and the rule by row of those dropped."""
    table = RATING_TABLES["measurement"]
    texts = {name: [""] * len(values) for name in (*table.texts, *table.number_texts)}
    times = [datetime(2024, 3, day, 9) for day in range(1, len(values) + 1)]
    columns = {
        table.key: list(range(1, len(values) + 1)),
        "person_id": [1] * len(values),
        table.concept: [9] * len(values),
        "measurement_date": times,
        "measurement_datetime": times,
        "value_as_number": values,
        **texts,
    }
    rows = engine.from_arrow(pa.table(columns), "measurement")
    findings = Findings(engine)
    kept = engine.to_arrow(read_ratings({"measurement": rows}, Rating(scale=scale), engine, findings))
    found = engine.to_arrow(findings.as_table()).to_pylist()
    return sorted(kept["value"].to_pylist()), {row["row_key"]: row["rule"] for row in found if row["row_key"]}


def test_a_total_of_hit6_that_no_answers_give_is_dropped(duckdb_engine):
    kept, dropped = read(duckdb_engine, "hit6", [35.0, 36.0, 37.0, 38.0, 77.0, 60.5])
    assert kept == [36.0, 38.0]
    assert dropped == {"1": RANGE, "3": NO_TOTAL, "5": NO_TOTAL, "6": NO_TOTAL}


@pytest.mark.parametrize(("scale", "kept"), [("nrs", [2.0, 2.5]), ("midas", [2.0])])
def test_a_fraction_is_dropped_where_the_scale_has_whole_numbers_only(duckdb_engine, scale, kept):
    assert read(duckdb_engine, scale, [2.0, 2.5])[0] == kept
