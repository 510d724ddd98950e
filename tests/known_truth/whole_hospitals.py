"""How far off is the comparison on whole simulated hospitals, read from their records as a study reads them?

``python -m tests.known_truth.whole_hospitals --out FOLDER`` adds what is missing to FOLDER and prints the table that
stands in docs/statistics-comparison.md. None of it runs in the tests.

Ten hospitals are simulated and read as one, and its persons, who know nothing of each other, are dealt out: reading costs the same for
one hospital and for ten. A hospital holds as many persons with ketamine as with lidocaine and as in the ward without an infusion,
all admitted by one rule. The records become course tables and outcomes by the package's own steps. The choice is *by chance* (every course is kept) or *by
baseline*: a course of ketamine is kept with chance e, one of the comparator with chance 1 - e, where the log odds of e are 0.8 a
point of baseline above 7. Truth is a subtraction: what each course's own drug took off its final rating, weighted by e(1 - e) over
the courses before any was left out, ketamine less comparator. So it holds nothing of the choice, and nothing of who leaves when.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402
import pyarrow as pa  # noqa: E402
import pyarrow.compute as pc  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402

from abate.cohort.entry import find_entry  # noqa: E402
from abate.contracts.definition import Study  # noqa: E402
from abate.engine.connection import Engine, open_engine  # noqa: E402
from abate.inference.columns import numbers  # noqa: E402
from abate.inference.compared_courses import ComparedCourses, find_compared  # noqa: E402
from abate.inference.weighted_outcome import weigh  # noqa: E402
from abate.outcomes.join import join_outcomes  # noqa: E402
from abate.sources.simulated import parameters_of, simulate_hospital  # noqa: E402
from abate.stats.arrays import Array  # noqa: E402
from abate.stats.balancing_weights import Weights  # noqa: E402
from abate.stats.contrasts import difference_of  # noqa: E402
from abate.stats.doubly_robust import doubly_robust_means  # noqa: E402
from abate.stats.regression_to_mean_controls import compare_with_untreated  # noqa: E402
from abate.stats.ridge import expit  # noqa: E402
from abate.stats.weighted_comparison import weighted_means  # noqa: E402
from abate.study.course_tables import read_course_tables  # noqa: E402

#: Courses of ketamine in a hospital, and hospitals that are read as one.
COURSES, HOSPITALS_EACH = 100, 10
FIRST_SEED = 70_000
#: Log odds of ketamine for a point of baseline above 7.
CHOICE_ODDS = 0.8
#: Nobody but these; a person has one stay.
_PERSONS = {
    "others_per_course": 0.0,
    "repeat_share": 0.0,
    "after_lidocaine_share": 0.0,
    "dihydroergotamine_per_course": 0.0,
    "untreated_home_per_course": 0.0,
    "lidocaine_per_course": 1.0,
    "untreated_ward_per_course": 1.0,
}
#: What differs between the kinds of hospital; each has seeds of its own.
HOSPITALS: Mapping[str, Mapping[str, float]] = {
    "alike": {"lidocaine_effect_ratio": 1.0},
    "half": {"lidocaine_effect_ratio": 0.5},
    "inert": {"drug_mean": 0.0, "drug_sd": 0.0},
}
COMPARATORS: Mapping[str, Mapping[str, Any]] = {
    "lidocaine": {"name": "lidocaine", "concepts": [989878]},
    "usual care": {"name": "usual care", "untreated": {"without": [989878], "starts_after": "2h"}},
}


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One row of the table: a kind of hospital, a comparator, and how the treatment was chosen."""

    name: str
    hospital: str
    comparator: str
    is_by_baseline: bool


SCENARIOS = tuple(
    Scenario(
        name=f"{words}, choice by {'baseline' if by_baseline else 'chance'}",
        hospital=hospital,
        comparator=comparator,
        is_by_baseline=by_baseline,
    )
    for hospital, comparator, words in (
        ("alike", "lidocaine", "lidocaine with the same effect"),
        ("half", "lidocaine", "lidocaine with half the effect"),
        ("inert", "usual care", "usual care, ketamine inert"),
        ("alike", "usual care", "usual care, ketamine effective"),
    )
    for by_baseline in (False, True)
)
METHODS: Mapping[str, str] = {
    "plain": "no weights",
    "overlap": "overlap weights (`comparison.final`)",
    "augmented": "augmented, overlap",
    "untreated": "ANCOVA (`regression.untreated_left`)",
}


def study_against(comparator: str) -> Study:
    """Return a study of everybody, without a rule of entry but the condition."""
    return Study.model_validate(
        {
            "title": "Ketamine against another",
            "condition": {"name": "migraine", "concepts": [318736]},
            "treatment": {"name": "ketamine", "concepts": [785649]},
            "comparator": dict(COMPARATORS[comparator]),
            "rating": {"scale": "nrs", "concepts": [43055141, 3034263]},
            "response": {"primary": {"points": 2}},
            "comparison": {"covariates": ["age", "sex", "baseline", "year"]},
        }
    )


# ---- one hospital ----------------------------------------------------------------------------------------------


def evaluate(
    kind: str, batch: int, engine: Engine, *, course_count: int = COURSES, hospital_count: int = HOSPITALS_EACH
) -> dict[str, Any]:
    """Return what each method finds in some hospitals, by scenario: value, lower, upper, and the truth beside."""
    seed = FIRST_SEED + 1000 * list(HOSPITALS).index(kind) + batch
    started = time.process_time()
    parameters = parameters_of("D", {**_PERSONS, **HOSPITALS[kind]})
    together = simulate_hospital(parameters, course_count=course_count * hospital_count, seed=seed)
    dealt = _deal_out(together.stays, hospital_count)
    found: dict[str, list[Any]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, table in together.tables.items():
            pq.write_table(table, Path(folder) / f"{name}.parquet")
        for comparator in COMPARATORS:
            wanted = [one for one in SCENARIOS if (one.hospital, one.comparator) == (kind, comparator)]
            if not wanted:
                continue
            study = study_against(comparator)
            outcomes = _outcomes(study, folder, engine)
            for number in range(hospital_count):
                own = pc.is_in(outcomes["person_id"], value_set=pa.array(dealt[number], pa.int64()))
                courses = _with_both_ratings(find_compared(study, outcomes.filter(own)))
                effect = _own_effects(together.stays, courses)
                for one in wanted:
                    found.setdefault(one.name, []).append(_ask(one, courses, effect, [seed, number]))
    return {"kind": kind, "batch": batch, "seed": seed, "seconds": round(time.process_time() - started, 1), "found": found}  # fmt: skip


def _deal_out(stays: pa.Table, hospital_count: int) -> list[list[int]]:
    """Return the persons of each hospital: as many of each treatment, in the order of their ids, which means nothing."""
    hospitals: list[list[int]] = [[] for _ in range(hospital_count)]
    rows = sorted(stays.select(["treatment", "person_id"]).to_pylist(), key=lambda row: (row["treatment"], row["person_id"]))  # fmt: skip
    for place, row in enumerate(rows):
        hospitals[place % hospital_count].append(row["person_id"])
    return hospitals


def _outcomes(study: Study, folder: str, engine: Engine) -> pa.Table:
    tables = read_course_tables(study, folder, engine)
    entry = find_entry(study, tables, engine)
    return engine.to_arrow(join_outcomes(study, tables, entry.courses, engine).outcomes)


def _with_both_ratings(courses: ComparedCourses) -> ComparedCourses:
    return courses.where(np.isfinite(numbers(courses.rows, "baseline")) & np.isfinite(numbers(courses.rows, "final")))


def _own_effects(stays: pa.Table, courses: ComparedCourses) -> Array:
    """Return the points that the drug took off the final rating of each course; 0 where there was none."""
    known = {
        (row["person_id"], row["treatment"]): row["final_hospital"] - row["final"]
        for row in stays.select(["person_id", "treatment", "final_hospital", "final"]).to_pylist()
        if row["final"] is not None
    }
    whose = zip(courses.rows["person_id"].to_pylist(), courses.rows["treatment"].to_pylist(), strict=True)
    return np.array([known.get(one, 0.0) for one in whose])


def _ask(scenario: Scenario, courses: ComparedCourses, effect: Array, seed: Sequence[int]) -> dict[str, Any]:
    baseline, treated = numbers(courses.rows, "baseline"), courses.treated == 1
    chance = expit(CHOICE_ODDS * (baseline - 7)) if scenario.is_by_baseline else np.full(baseline.size, 0.5)
    tilt = chance * (1 - chance)
    truth = -float(np.average(effect[treated], weights=tilt[treated]) - np.average(effect[~treated], weights=tilt[~treated]))  # fmt: skip
    if scenario.is_by_baseline:
        kept = np.random.default_rng(list(seed)).random(baseline.size) < np.where(treated, chance, 1 - chance)
        courses = courses.where(kept)
    return {"truth": truth, "courses": int(courses.treated.size), **_estimates(scenario, courses)}


def _estimates(scenario: Scenario, courses: ComparedCourses) -> dict[str, Any]:
    final, weighted = numbers(courses.rows, "final"), weigh(courses)
    even = Weights(weight=np.ones(final.size), method="none")
    contrasts = {
        "plain": difference_of(weighted_means(final, weighted.treated, even, weighted.persons)),
        "overlap": difference_of(weighted_means(final, weighted.treated, weighted.weights, weighted.persons)),
        "augmented": difference_of(
            doubly_robust_means(final, weighted.treated, weighted.covariates, weighted.persons, weighted.names)
        ),
    }
    found = {name: [one.value, one.lower, one.upper] for name, one in contrasts.items()}
    if scenario.comparator == "usual care":
        left = compare_with_untreated(
            numbers(courses.rows, "baseline"), final, courses.treated == 1, weighted.persons
        ).left  # fmt: skip
        found["untreated"] = [-left.value, -left.upper, -left.lower] if left.value is not None else [None] * 3
    return found


# ---- many hospitals --------------------------------------------------------------------------------------------


def run_missing(folder: Path, batch_count: int) -> None:
    """Add the batches that have no line yet, kind after kind in turn, so that a run that is stopped has some of each."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "whole-hospitals.jsonl"
    done = {(line["kind"], line["batch"]) for line in read_lines(path)}
    with path.open("a", encoding="utf-8") as file:
        for batch in range(batch_count):
            for kind in HOSPITALS:
                if (kind, batch) not in done:
                    with open_engine("duckdb") as engine:
                        file.write(json.dumps(evaluate(kind, batch, engine)) + "\n")
                    file.flush()


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the batches of a file."""
    if path.exists():
        yield from (json.loads(text) for text in path.read_text(encoding="utf-8").splitlines())


def table_of(lines: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the rows of the table: mean truth, and for each method the bias with its Monte Carlo error, spread, standard error, coverage."""
    yield "| comparator, choice | hospitals, courses | truth | method | bias | spread | coverage |"
    yield "|---|---|---|---|---|---|---|"
    for scenario in SCENARIOS:
        found = [one for line in lines for one in line["found"].get(scenario.name, ())]
        if not found:
            continue
        truth = np.array([one["truth"] for one in found])
        courses = np.mean([one["courses"] for one in found])
        first = f"| {scenario.name} | {len(found)}, {courses:.0f} | {_signed(truth.mean())} |"
        for name, words in METHODS.items():
            rows = [(one[name], right) for one, right in zip(found, truth, strict=True) if name in one and one[name][0] is not None]  # fmt: skip
            if rows:
                yield f"{first} {words} | {_summary(rows)} |"
                first = "| | | |"


def _summary(rows: Sequence[tuple[Sequence[float], float]]) -> str:
    error = np.array([estimate[0] - truth for estimate, truth in rows])
    covers = np.array([estimate[1] <= truth <= estimate[2] for estimate, truth in rows])
    spread = error.std(ddof=1)
    share = covers.mean()
    return (
        f"{_signed(error.mean())} ± {spread / math.sqrt(error.size):.2f} | {spread:.2f} | "
        f"{100 * share:.0f} % ± {100 * math.sqrt(share * (1 - share) / error.size):.0f}"
    )


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")


def main() -> None:
    """Run what is missing and print the table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--batches", type=int, default=5, help="of ten hospitals of each kind")
    asked.add_argument("--out", type=Path, default=Path("known-truth"))
    asked.add_argument("--table-only", action="store_true", help="print what is there, run nothing")
    given = asked.parse_args()
    if not given.table_only:
        run_missing(given.out, given.batches)
    print("\n".join(table_of(list(read_lines(given.out / "whole-hospitals.jsonl")))))


if __name__ == "__main__":
    main()
