"""How large is large? A generated CDM of a million persons, in which 60,000 had one infusion course.

Numbers come from hashes of keys, so the same size gives the same rows on any number of threads.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

TREATED_SHARE = 0.06
HOURS_BETWEEN_ROWS = 6


def generate(folder: Path, *, person_count: int = 1_000_000) -> None:
    """Write person, observation_period, visit_occurrence, condition_occurrence (20 a person), drug_exposure (20 a person),
    measurement (30 a person, 5 of them ratings) and a vocabulary slice as Parquet files into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect()
    connection.execute("CREATE MACRO u(a, b, salt) AS (hash(a * 1000003 + b, salt) % 1000000) / 1000000.0")
    connection.execute(f"CREATE TABLE people AS SELECT range + 1 AS person_id FROM range({person_count})")
    connection.execute(
        f"""CREATE TABLE treated AS
        SELECT person_id,
               TIMESTAMP '2016-01-01' + to_days((u(person_id, 0, 1) * 1400)::INT) + to_hours(8 + (u(person_id, 0, 2) * 10)::INT) AS admission,
               3 + (u(person_id, 0, 3) * 4)::INT AS day_count,
               60 + (u(person_id, 0, 4) * 40)::INT AS weight
        FROM people WHERE u(person_id, 0, 5) < {TREATED_SHARE}"""
    )
    for name, query in _queries().items():
        connection.execute(f"COPY ({query}) TO '{folder / name}.parquet' (FORMAT parquet)")
    connection.close()


def _queries() -> dict[str, str]:
    nothing = "NULL::VARCHAR"
    return {
        "person": "SELECT person_id, CASE WHEN u(person_id, 0, 6) < 0.75 THEN 8532 ELSE 8507 END AS gender_concept_id,"
        " 1945 + (u(person_id, 0, 7) * 50)::INT AS year_of_birth, NULL::INT AS month_of_birth, NULL::INT AS day_of_birth,"
        " NULL::TIMESTAMP AS birth_datetime, 8527 AS race_concept_id, 38003564 AS ethnicity_concept_id FROM people",
        "observation_period": "SELECT person_id AS observation_period_id, person_id, DATE '2010-01-01' AS observation_period_start_date,"
        " DATE '2022-12-31' AS observation_period_end_date, 32817 AS period_type_concept_id FROM people",
        "visit_occurrence": "SELECT person_id AS visit_occurrence_id, person_id, 9201 AS visit_concept_id, admission::DATE AS visit_start_date,"
        " admission AS visit_start_datetime, (admission + to_days(day_count + 1))::DATE AS visit_end_date,"
        " admission + to_days(day_count + 1) AS visit_end_datetime, 32817 AS visit_type_concept_id FROM treated",
        "condition_occurrence": "SELECT row_number() OVER () AS condition_occurrence_id, * FROM ("
        " SELECT person_id, CASE WHEN k = 0 AND u(person_id, k, 8) < 0.15 THEN 318736 ELSE 4000000 + (u(person_id, k, 9) * 5000)::INT END"
        " AS condition_concept_id, DATE '2011-01-01' + (u(person_id, k, 10) * 1500)::INT AS condition_start_date,"
        " NULL::TIMESTAMP AS condition_start_datetime, 32817 AS condition_type_concept_id, NULL::VARCHAR AS condition_source_value,"
        " 0 AS condition_source_concept_id FROM people, range(20) t(k) WHERE NOT (k = 0 AND person_id IN (SELECT person_id FROM treated))"
        " UNION ALL SELECT person_id, 318736, DATE '2012-01-01', NULL, 32817, NULL, 0 FROM treated)",
        "drug_exposure": "SELECT row_number() OVER () AS drug_exposure_id, * FROM ("
        f" SELECT person_id, 785649 AS drug_concept_id, t.start::DATE AS drug_exposure_start_date, t.start AS drug_exposure_start_datetime,"
        f" (t.start + to_hours({HOURS_BETWEEN_ROWS}))::DATE AS drug_exposure_end_date, t.start + to_hours({HOURS_BETWEEN_ROWS}) AS drug_exposure_end_datetime,"
        f" 32817 AS drug_type_concept_id, rate * {HOURS_BETWEEN_ROWS} AS quantity, NULL::INT AS days_supply, rate || ' mg/hr' AS sig,"
        f" 4171047 AS route_concept_id, 'IV' AS route_source_value, 'mg' AS dose_unit_source_value"
        f" FROM (SELECT person_id, admission + to_hours(3 + k * {HOURS_BETWEEN_ROWS}) AS start, 5.0 + least(k, 8) * 5 AS rate"
        f" FROM treated, range(28) r(k) WHERE k < day_count * {24 // HOURS_BETWEEN_ROWS}) t"
        f" UNION ALL SELECT person_id, 1000000 + (u(person_id, k, 11) * 3000)::INT, d, NULL, d + 30, NULL, 32817, 30, 30, {nothing}, 0, {nothing}, {nothing}"
        " FROM (SELECT person_id, k, DATE '2012-01-01' + (u(person_id, k, 12) * 2500)::INT AS d FROM people, range(19) r(k)))",
        "measurement": "SELECT row_number() OVER () AS measurement_id, * FROM ("
        " SELECT person_id, 43055141 AS measurement_concept_id, m::DATE AS measurement_date, m AS measurement_datetime, 32817 AS measurement_type_concept_id,"
        " least(10, greatest(0, round(7.5 - least(h / 24.0, 4) + 3 * (u(person_id, h, 13) - 0.5)))) AS value_as_number, 0 AS value_as_concept_id,"
        " 0 AS unit_concept_id, NULL::VARCHAR AS unit_source_value, 'course' AS measurement_source_value"
        " FROM (SELECT person_id, h, admission + to_hours(1 + h) AS m FROM treated, range(0, 192, 6) r(h) WHERE h < (day_count + 1) * 24 - 2)"
        " UNION ALL SELECT person_id, 43055141, d, d + to_hours(9), 32817, round(u(person_id, k, 14) * 10), 0, 0, NULL, 'planned visit'"
        " FROM (SELECT person_id, k, DATE '2012-01-01' + (u(person_id, k, 15) * 3000)::INT AS d FROM people, range(4) r(k))"
        " UNION ALL SELECT person_id, 3000000 + (u(person_id, k, 16) * 50)::INT, d, d + to_hours(9), 32817, round(u(person_id, k, 17) * 200), 0, 0, NULL, NULL"
        " FROM (SELECT person_id, k, DATE '2012-01-01' + (u(person_id, k, 18) * 3000)::INT AS d FROM people, range(25) r(k)))",
        "concept": "SELECT * FROM (VALUES (785649, 'ketamine', 'Drug', 'RxNorm', 'Ingredient', 'S', ''), (318736, 'Migraine', 'Condition', 'SNOMED',"
        " 'Disorder', 'S', '37796009'), (43055141, 'Pain severity - 0-10 verbal numeric rating [Score] - Reported', 'Measurement', 'LOINC',"
        " 'Clinical Observation', 'S', '72514-3')) t(concept_id, concept_name, domain_id, vocabulary_id, concept_class_id, standard_concept, concept_code)",
        "concept_ancestor": "SELECT c AS ancestor_concept_id, c AS descendant_concept_id, 0 AS min_levels_of_separation, 0 AS max_levels_of_separation"
        " FROM (VALUES (785649), (318736), (43055141)) t(c)",
        "cdm_source": "SELECT 'generated for benchmarks' AS cdm_source_name, 'abate-simulated' AS cdm_source_abbreviation, '5.4' AS cdm_version",
    }
