"""How fast is the burden of a condition counted beside plain SQL for the same counts? Both in one run, each in a process of its own.

    python -m benchmarks.burden --folder DIR [--people N] [--runs N] [--engine duckdb|spark]

The SQL is what a user would write by hand for records of which each person has one span: it joins no spans, checks no rows, finds
no descendants, hides nothing and makes no intervals. Its counts must be those of abate, or the run fails.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.generate import generate

FIRST, LAST, WASHOUT = 2013, 2022, 365
STUDY = """
title = "Ketamine infusions"
condition = { name = "migraine", concepts = [318736] }
treatment = { name = "ketamine", concepts = [785649], routes = ["intravenous"] }
rating.scale = "nrs"
response.primary = { points = 2 }
disclosure.smallest_count = 1
"""
SQL = f"""
WITH periods AS (SELECT '{FIRST} to {LAST}' AS period, DATE '{FIRST}-01-01' AS opens, DATE '{LAST}-12-31' AS closes
  UNION ALL SELECT y::VARCHAR, make_date(y::INT, 1, 1), make_date(y::INT, 12, 31) FROM range({FIRST}, {LAST + 1}) t(y)),
migraine AS (SELECT person_id, condition_start_date AS day FROM '{{folder}}/condition_occurrence.parquet' WHERE condition_concept_id = 318736),
firsts AS (SELECT person_id, min(day) AS first_day FROM migraine GROUP BY ALL),
infusions AS (SELECT person_id, min(drug_exposure_start_date) AS first_infusion
  FROM '{{folder}}/drug_exposure.parquet' WHERE drug_concept_id = 785649 GROUP BY ALL),
seen AS (SELECT DISTINCT person_id, period FROM migraine JOIN periods ON day BETWEEN opens AND closes),
there AS (SELECT o.person_id, p.period, p.closes, first_day, first_infusion,
    greatest(observation_period_start_date, opens) AS from_day, least(observation_period_end_date, closes) AS to_day,
    observation_period_start_date + {WASHOUT} AS free_from
  FROM '{{folder}}/observation_period.parquet' o LEFT JOIN firsts USING (person_id) LEFT JOIN infusions USING (person_id), periods p
  WHERE observation_period_start_date <= closes AND observation_period_end_date >= opens),
aged AS (SELECT t.*, s.person_id IS NOT NULL AS is_seen, CASE gender_concept_id WHEN 8532 THEN 'female' WHEN 8507 THEN 'male' ELSE 'unknown' END AS sex,
    year(from_day) - year_of_birth AS age, greatest(from_day, free_from) AS risk_from
  FROM there t JOIN '{{folder}}/person.parquet' USING (person_id) LEFT JOIN seen s ON s.person_id = t.person_id AND s.period = t.period)
SELECT period, sex, CASE WHEN age < 18 THEN 0 WHEN age < 30 THEN 18 WHEN age >= 80 THEN 80 ELSE age // 10 * 10 END AS age_from,
  count(*) AS persons, sum(to_day - from_day + 1) AS person_days, count(*) FILTER (is_seen) AS recorded_in_period,
  count(*) FILTER (first_day <= closes) AS recorded_ever,
  sum(greatest(0, least(to_day, coalesce(first_day, to_day)) - risk_from + 1)) AS days_at_risk,
  count(*) FILTER (first_day BETWEEN risk_from AND to_day) AS new_cases, count(*) FILTER (first_infusion <= closes) AS infusion_ever
FROM aged GROUP BY ALL ORDER BY ALL
"""
CHILD = """
import json, resource, sys, time, warnings
warnings.simplefilter("ignore")
from benchmarks import burden
job = burden.prepare(sys.argv[1], sys.argv[3])
began = time.perf_counter()
answer = job(sys.argv[2])
seconds = time.perf_counter() - began
print(json.dumps({"seconds": seconds, "peak_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, "answer": answer}))
"""


def main() -> None:
    """Generate the records where they are not there, time both, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.burden", description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--folder", required=True, help="generated records are kept here and used again")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--engine", default="duckdb")
    arguments = parser.parse_args()
    folder = Path(arguments.folder)
    if not folder.is_dir():
        generate(folder, person_count=arguments.people)
    runs = [{job: _run(job, folder, arguments.engine) for job in ("abate", "plain_sql")} for _ in range(arguments.runs)]
    for run in runs:
        if run["abate"]["answer"] != run["plain_sql"]["answer"]:
            raise SystemExit("the counts differ")
    print(f"{len(runs)} runs, medians; the counts are the same ({len(runs[0]['abate']['answer'])} cells)")
    for job in ("abate", "plain_sql"):
        seconds = statistics.median(run[job]["seconds"] for run in runs)
        ratio = statistics.median(run[job]["seconds"] / run["plain_sql"]["seconds"] for run in runs)
        print(
            f"{job:10} {seconds:7.2f} s  {max(run[job]['peak_gib'] for run in runs):5.2f} GiB  {ratio:5.2f} x plain SQL"
        )


def prepare(name: str, engine: str) -> Any:
    """Import what a job needs and return it; it takes the folder and returns counts by period, sex and age."""
    if name == "plain_sql":
        import duckdb

        return lambda folder: [
            [*row[:3], *map(int, row[3:])] for row in duckdb.connect().execute(SQL.format(folder=folder)).fetchall()
        ]
    from abate.study.burden import find_burden
    from abate.study.read import parse_study

    study = parse_study(STUDY)
    return lambda folder: _cells(
        find_burden(study, folder, first_year=FIRST, last_year=LAST, washout_days=WASHOUT, engine=engine)  # type: ignore[arg-type]
    )


def _cells(burden: Any) -> list[list[Any]]:
    names = ("recorded_in_period", "recorded_ever")
    cells = []
    for row in burden.rows:
        if row.sex == "all" or row.age == "all" or row.counts["persons"] == 0:
            continue
        days, at_risk = (round(years * 365.25) for years in (row.person_years, row.person_years_at_risk))
        counts = [row.counts[name] for name in names]
        cells.append(
            [row.period, row.sex, int(row.age.split()[0]), row.counts["persons"], days, *counts, at_risk,
             row.counts["new_cases"], row.counts["infusion_ever"]]
        )  # fmt: skip
    return sorted(cells)


def _run(job: str, folder: Path, engine: str) -> dict[str, Any]:
    command = [sys.executable, "-c", CHILD, job, str(folder), engine]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    print(f"{job:10} {found['seconds']:7.2f} s", flush=True)
    return found


if __name__ == "__main__":
    main()
