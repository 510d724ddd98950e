"""What would a user do instead? One scan of the needed columns, plain DuckDB SQL, and pandas, for the same job.

The job: administrations -> courses by the 24-hour gap -> admission and discharge -> baseline, final, change, response, daily means,
nadir, time-weighted mean, longest gap, total dose and mean rate: the core of what a run computes for each course.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

SCAN = """
SELECT (SELECT count(person_id) + sum(year_of_birth) + sum(gender_concept_id) FROM '{folder}/person.parquet'),
       (SELECT sum(person_id) + count(observation_period_start_date) + count(observation_period_end_date) FROM '{folder}/observation_period.parquet'),
       (SELECT sum(person_id) + count(visit_start_datetime) + count(visit_end_datetime) + sum(visit_concept_id) FROM '{folder}/visit_occurrence.parquet'),
       (SELECT sum(person_id) + sum(condition_concept_id) + count(condition_start_date) FROM '{folder}/condition_occurrence.parquet'),
       (SELECT sum(person_id) + sum(drug_concept_id) + count(drug_exposure_start_datetime) + count(drug_exposure_end_datetime) + sum(quantity)
             + count(sig) + sum(route_concept_id) + count(dose_unit_source_value) FROM '{folder}/drug_exposure.parquet'),
       (SELECT sum(person_id) + sum(measurement_concept_id) + count(measurement_datetime) + sum(value_as_number) FROM '{folder}/measurement.parquet')
"""

PLAIN_SQL = """
CREATE TEMP TABLE doses AS
WITH raw AS (
    SELECT person_id, epoch(drug_exposure_start_datetime)::BIGINT AS s, epoch(drug_exposure_end_datetime)::BIGINT AS e, quantity AS mg,
           regexp_extract(sig, '^([0-9.]+) mg/hr$', 1)::DOUBLE AS rate
    FROM '{folder}/drug_exposure.parquet' WHERE drug_concept_id = 785649 AND route_concept_id = 4171047),
gaps AS (SELECT *, s - max(e) OVER (PARTITION BY person_id ORDER BY s, e ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) > 86400 AS is_new FROM raw)
SELECT *, 1 + sum(coalesce(is_new, false)::INT) OVER (PARTITION BY person_id ORDER BY s, e) AS course_number FROM gaps;

CREATE TEMP TABLE courses AS
WITH c AS (SELECT person_id, course_number, min(s) AS s, max(e) AS e, sum(mg) AS dose_total, sum(rate * (e - s)) / sum(e - s) AS rate_mean,
                  max(rate) AS rate_max, arg_min(rate, s) AS rate_first, count(*) AS dose_count FROM doses GROUP BY ALL),
v AS (SELECT person_id, epoch(visit_start_datetime)::BIGINT AS vs, epoch(visit_end_datetime)::BIGINT AS ve FROM '{folder}/visit_occurrence.parquet')
SELECT c.*, v.vs AS admission, v.ve AS discharge, c.s // 86400 AS day_zero, (c.e - c.s) / 86400.0 AS length_days, p.gender_concept_id, p.year_of_birth
FROM c LEFT JOIN v ON v.person_id = c.person_id AND c.s BETWEEN v.vs AND v.ve
JOIN '{folder}/person.parquet' p ON p.person_id = c.person_id
WHERE course_number = 1 AND c.e - c.s BETWEEN 86400 AND 14 * 86400
  AND EXISTS (FROM '{folder}/condition_occurrence.parquet' d WHERE d.person_id = c.person_id AND condition_concept_id = 318736
              AND epoch(condition_start_date) <= c.s)
  AND EXISTS (FROM '{folder}/observation_period.parquet' o WHERE o.person_id = c.person_id
              AND epoch(observation_period_start_date) <= c.s - 365 * 86400 AND epoch(observation_period_end_date) >= c.s);

CREATE TEMP TABLE rated AS
SELECT c.person_id, epoch(m.measurement_datetime)::BIGINT AS t, m.value_as_number AS v, c.s, c.e, c.admission, c.discharge, c.day_zero
FROM '{folder}/measurement.parquet' m JOIN courses c ON c.person_id = m.person_id
WHERE measurement_concept_id = 43055141 AND epoch(m.measurement_datetime) BETWEEN c.admission AND c.discharge;

CREATE TEMP TABLE daily AS
SELECT person_id, CASE WHEN t <= s THEN 0 ELSE t // 86400 - day_zero + 1 END AS day, avg(v) AS value, count(*) AS n FROM rated GROUP BY ALL;

CREATE TEMP TABLE outcomes AS
WITH ends AS (
    SELECT person_id, arg_max(v, t) FILTER (t BETWEEN admission AND s) AS baseline, arg_max(v, t) FILTER (t > s AND t BETWEEN e - 86400 AND discharge) AS final,
           min(v) FILTER (t > s) AS nadir_rating, count(*) FILTER (t > s) AS rating_count FROM rated GROUP BY ALL),
steps AS (
    SELECT person_id, t, v, s, discharge, lag(t) OVER w AS before, lag(v) OVER w AS value_before, lead(t) OVER w AS next
    FROM rated WHERE t > s WINDOW w AS (PARTITION BY person_id ORDER BY t)),
areas AS (
    SELECT person_id, max(coalesce(t - before, t - s)) / 3600.0 AS longest_gap, sum((t - before) * (v + value_before) / 2) / nullif(max(t) - min(t), 0) AS mean_time_weighted,
           min(discharge - t) AS tail FROM steps GROUP BY ALL),
spid AS (SELECT st.person_id, sum((en.baseline - st.v) * coalesce(t - before, t - s)) / 3600.0 AS spid,
                min(t - s) FILTER (en.baseline - v >= 2) / 3600.0 AS first_response FROM steps st JOIN ends en USING (person_id) GROUP BY ALL),
nadirs AS (SELECT person_id, min(value) AS nadir, arg_min(day, (value, day)) AS nadir_day FROM daily WHERE day >= 1 GROUP BY ALL)
SELECT c.*, en.* EXCLUDE (person_id), final - baseline AS change, baseline - final >= 2 AS points_2, baseline - final >= 0.3 * baseline AS percent_30,
       baseline - final >= 0.5 * baseline AS percent_50, final <= 3 AS at_most_3, n.nadir, n.nadir_day, a.longest_gap, a.mean_time_weighted, p.spid, p.first_response
FROM courses c LEFT JOIN ends en USING (person_id) LEFT JOIN nadirs n USING (person_id) LEFT JOIN areas a USING (person_id) LEFT JOIN spid p USING (person_id);
SELECT count(*), avg(baseline), avg(final), avg(points_2::INT), avg(nadir_day) FROM outcomes;
"""


def scan_once(folder: Path) -> Any:
    """Read the columns that the job needs, once, and do nothing with them."""
    return _duckdb(SCAN, folder)


def plain_sql(folder: Path) -> Any:
    """Do the job in hand-written DuckDB SQL; return courses, mean baseline, mean final, response, mean nadir day."""
    return _duckdb(PLAIN_SQL, folder)


def pandas(folder: Path) -> Any:
    """Do the job in pandas, filtering while reading as a careful user would; return the same numbers."""
    import numpy as np
    import pandas as pd

    doses = pd.read_parquet(
        folder / "drug_exposure.parquet",
        columns=[
            "person_id",
            "drug_concept_id",
            "drug_exposure_start_datetime",
            "drug_exposure_end_datetime",
            "quantity",
            "sig",
        ],
    )
    doses = doses[doses.drug_concept_id == 785649].sort_values(["person_id", "drug_exposure_start_datetime"])
    doses["rate"] = doses.sig.str.extract(r"^([0-9.]+) mg/hr$")[0].astype(float)
    doses["latest_end"] = (
        doses.groupby("person_id").drug_exposure_end_datetime.cummax().groupby(doses.person_id).shift()
    )
    is_new = (doses.drug_exposure_start_datetime - doses.latest_end) > pd.Timedelta("24h")
    doses["course_number"] = is_new.groupby(doses.person_id).cumsum() + 1
    doses["hours"] = (doses.drug_exposure_end_datetime - doses.drug_exposure_start_datetime).dt.total_seconds() / 3600
    doses["weighted"] = doses.rate * doses.hours
    grouped = doses.groupby(["person_id", "course_number"])
    courses = grouped.agg(
        start=("drug_exposure_start_datetime", "min"), end=("drug_exposure_end_datetime", "max"), dose_total=("quantity", "sum"),
        rate_max=("rate", "max"), rate_first=("rate", "first"), hours=("hours", "sum"), weighted=("weighted", "sum"),
    ).reset_index()  # fmt: skip
    courses = courses[courses.course_number == 1]
    visits = pd.read_parquet(
        folder / "visit_occurrence.parquet", columns=["person_id", "visit_start_datetime", "visit_end_datetime"]
    )
    courses = courses.merge(visits, on="person_id")
    courses = courses[(courses.visit_start_datetime <= courses.start) & (courses.start <= courses.visit_end_datetime)]
    length = courses.end - courses.start
    courses = courses[(length >= pd.Timedelta("1D")) & (length <= pd.Timedelta("14D"))]
    conditions = pd.read_parquet(
        folder / "condition_occurrence.parquet", columns=["person_id", "condition_concept_id", "condition_start_date"]
    )
    first_diagnosis = (
        conditions[conditions.condition_concept_id == 318736].groupby("person_id").condition_start_date.min()
    )
    courses = courses[pd.to_datetime(courses.person_id.map(first_diagnosis)) <= courses.start]
    spans = pd.read_parquet(
        folder / "observation_period.parquet", columns=["person_id", "observation_period_start_date"]
    ).set_index("person_id")
    courses = courses[
        pd.to_datetime(courses.person_id.map(spans.observation_period_start_date))
        <= courses.start - pd.Timedelta("365D")
    ]
    people = pd.read_parquet(folder / "person.parquet", columns=["person_id", "gender_concept_id", "year_of_birth"])
    courses = courses.merge(people, on="person_id")
    ratings = pd.read_parquet(
        folder / "measurement.parquet",
        columns=["person_id", "measurement_concept_id", "measurement_datetime", "value_as_number"],
    )
    ratings = ratings[ratings.measurement_concept_id == 43055141].drop(columns="measurement_concept_id")
    rated = ratings.merge(
        courses[["person_id", "start", "end", "visit_start_datetime", "visit_end_datetime"]], on="person_id"
    )
    rated = rated[rated.measurement_datetime.between(rated.visit_start_datetime, rated.visit_end_datetime)].sort_values(
        ["person_id", "measurement_datetime"]
    )
    before = rated[rated.measurement_datetime <= rated.start]
    after = rated[rated.measurement_datetime > rated.start].copy()
    courses = courses.set_index("person_id")
    courses["baseline"] = before.groupby("person_id").value_as_number.last()
    courses["final"] = (
        after[after.measurement_datetime >= after.end - pd.Timedelta("24h")].groupby("person_id").value_as_number.last()
    )
    after["day"] = (after.measurement_datetime.dt.normalize() - after.start.dt.normalize()).dt.days + 1
    daily = after.groupby(["person_id", "day"]).value_as_number.mean().reset_index()
    courses["nadir_day"] = daily.loc[daily.groupby("person_id").value_as_number.idxmin()].set_index("person_id").day
    after["step"] = (
        after.groupby("person_id")
        .measurement_datetime.diff()
        .fillna(after.measurement_datetime - after.start)
        .dt.total_seconds()
        / 3600
    )
    after["middle"] = (after.value_as_number + after.groupby("person_id").value_as_number.shift()) / 2
    after["spid"] = (after.person_id.map(courses.baseline) - after.value_as_number) * after.step
    after["area"] = after.middle * after.step
    grouped_after = after.groupby("person_id")
    courses["spid"] = grouped_after.spid.sum()
    courses["longest_gap"] = grouped_after.step.max()
    courses["area"] = grouped_after.area.sum()
    fall = courses.baseline - courses.final
    response = np.where(fall.notna(), fall >= 2, np.nan)
    return (
        len(courses),
        courses.baseline.mean(),
        courses.final.mean(),
        float(np.nanmean(response)),
        courses.nadir_day.mean(),
    )


def _duckdb(sql: str, folder: Path) -> Any:
    import duckdb

    connection = duckdb.connect(config={"memory_limit": "4GB"})
    connection.execute("SET enable_progress_bar = false")
    return connection.execute(sql.format(folder=folder)).fetchone()
