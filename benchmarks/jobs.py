"""Which jobs are timed? Each is prepared (its libraries imported) before the clock starts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import alternatives

STUDY = """
title = "Ketamine infusions"
condition = { name = "migraine", concepts = [318736] }
treatment = { name = "ketamine", concepts = [785649], routes = ["intravenous"], new_course_after = "24h", length = ["1d", "14d"] }
eligibility = { observed_before = "365d", courses = "first" }
[rating]
scale = "nrs"
concepts = [43055141]
[response]
primary = { points = 2 }
also = [{ percent = 30 }, { percent = 50 }, { at_most = 3 }]
"""


def prepare(name: str) -> Callable[[Path], Any]:
    """Import what a job needs and return it; it takes the folder of records and returns the headline numbers."""
    if name == "abate":
        return _prepare_abate()
    if name == "pandas":
        import numpy  # noqa: F401
        import pandas  # noqa: F401
    else:
        import duckdb  # noqa: F401
    return getattr(alternatives, name)


def _prepare_abate() -> Callable[[Path], Any]:
    import pyarrow.compute as pc

    from abate.cohort.entry import find_entry
    from abate.engine.connection import open_engine
    from abate.outcomes.join import join_outcomes
    from abate.study.course_tables import read_course_tables
    from abate.study.read import parse_study

    study = parse_study(STUDY)
    with open_engine("duckdb"):  # the engine's own imports
        pass

    def records_to_outcomes(folder: Path) -> Any:
        with open_engine("duckdb") as engine:
            tables = read_course_tables(study, str(folder), engine)
            entry = find_entry(study, tables, engine)
            joined = join_outcomes(study, tables, entry.courses, engine)
            outcomes = joined.outcomes.filter(joined.outcomes.is_eligible)
            columns = engine.to_arrow(outcomes.select("baseline", "final", "response_points_2", "nadir_day"))
            response = columns["response_points_2"].cast("float64")
            return (
                columns.num_rows,
                *(
                    pc.mean(column).as_py()
                    for column in (columns["baseline"], columns["final"], response, columns["nadir_day"])
                ),
            )

    return records_to_outcomes
