"""Which tables and columns has the simulated database? OMOP CDM 5.4, as Arrow tables.

Columns and their order are those of OHDSI's data definition for CDM 5.4; every whole number is a 64-bit one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
import pyarrow as pa

from abate.base.days import SECONDS_PER_DAY
from abate.engine.columns import number_column, text_column
from abate.sources.simulated import vocabulary
from abate.sources.simulated.streams import Array

_ARROW_TYPE = {"i": pa.int64(), "n": pa.float64(), "s": pa.string(), "d": pa.date32(), "t": pa.timestamp("us")}

#: Columns by table. After the colon: i whole number, n number, s text, d date, t timestamp.
_COLUMNS = {
    "person": """
        person_id:i gender_concept_id:i year_of_birth:i month_of_birth:i day_of_birth:i birth_datetime:t
        race_concept_id:i ethnicity_concept_id:i location_id:i provider_id:i care_site_id:i person_source_value:s
        gender_source_value:s gender_source_concept_id:i race_source_value:s race_source_concept_id:i
        ethnicity_source_value:s ethnicity_source_concept_id:i""",
    "observation_period": """
        observation_period_id:i person_id:i observation_period_start_date:d observation_period_end_date:d
        period_type_concept_id:i""",
    "visit_occurrence": """
        visit_occurrence_id:i person_id:i visit_concept_id:i visit_start_date:d visit_start_datetime:t
        visit_end_date:d visit_end_datetime:t visit_type_concept_id:i provider_id:i care_site_id:i
        visit_source_value:s visit_source_concept_id:i admitted_from_concept_id:i admitted_from_source_value:s
        discharged_to_concept_id:i discharged_to_source_value:s preceding_visit_occurrence_id:i""",
    "condition_occurrence": """
        condition_occurrence_id:i person_id:i condition_concept_id:i condition_start_date:d
        condition_start_datetime:t condition_end_date:d condition_end_datetime:t condition_type_concept_id:i
        condition_status_concept_id:i stop_reason:s provider_id:i visit_occurrence_id:i visit_detail_id:i
        condition_source_value:s condition_source_concept_id:i condition_status_source_value:s""",
    "drug_exposure": """
        drug_exposure_id:i person_id:i drug_concept_id:i drug_exposure_start_date:d drug_exposure_start_datetime:t
        drug_exposure_end_date:d drug_exposure_end_datetime:t verbatim_end_date:d drug_type_concept_id:i
        stop_reason:s refills:i quantity:n days_supply:i sig:s route_concept_id:i lot_number:s provider_id:i
        visit_occurrence_id:i visit_detail_id:i drug_source_value:s drug_source_concept_id:i route_source_value:s
        dose_unit_source_value:s""",
    "measurement": """
        measurement_id:i person_id:i measurement_concept_id:i measurement_date:d measurement_datetime:t
        measurement_time:s measurement_type_concept_id:i operator_concept_id:i value_as_number:n
        value_as_concept_id:i unit_concept_id:i range_low:n range_high:n provider_id:i visit_occurrence_id:i
        visit_detail_id:i measurement_source_value:s measurement_source_concept_id:i unit_source_value:s
        unit_source_concept_id:i value_source_value:s measurement_event_id:i meas_event_field_concept_id:i""",
    "observation": """
        observation_id:i person_id:i observation_concept_id:i observation_date:d observation_datetime:t
        observation_type_concept_id:i value_as_number:n value_as_string:s value_as_concept_id:i
        qualifier_concept_id:i unit_concept_id:i provider_id:i visit_occurrence_id:i visit_detail_id:i
        observation_source_value:s observation_source_concept_id:i unit_source_value:s qualifier_source_value:s
        value_source_value:s observation_event_id:i obs_event_field_concept_id:i""",
    "death": """
        person_id:i death_date:d death_datetime:t death_type_concept_id:i cause_concept_id:i cause_source_value:s
        cause_source_concept_id:i""",
    "concept": """
        concept_id:i concept_name:s domain_id:s vocabulary_id:s concept_class_id:s standard_concept:s
        concept_code:s valid_start_date:d valid_end_date:d invalid_reason:s""",
    "concept_ancestor": """
        ancestor_concept_id:i descendant_concept_id:i min_levels_of_separation:i max_levels_of_separation:i""",
    "vocabulary": """
        vocabulary_id:s vocabulary_name:s vocabulary_reference:s vocabulary_version:s vocabulary_concept_id:i""",
    "cdm_source": """
        cdm_source_name:s cdm_source_abbreviation:s cdm_holder:s source_description:s
        source_documentation_reference:s cdm_etl_reference:s source_release_date:d cdm_release_date:d cdm_version:s
        cdm_version_concept_id:i vocabulary_version:s""",
}


def _schema(columns: str) -> pa.Schema:
    return pa.schema([(name, _ARROW_TYPE[kind]) for name, kind in (column.split(":") for column in columns.split())])


#: Every table of the simulated database and its columns.
SCHEMAS: Mapping[str, pa.Schema] = MappingProxyType({name: _schema(columns) for name, columns in _COLUMNS.items()})

#: Columns of which a row must have a value, filled where a builder gives none.
_DEFAULTS: Mapping[str, int] = MappingProxyType(
    {
        "period_type_concept_id": vocabulary.TYPE_PERIOD,
        "visit_type_concept_id": vocabulary.TYPE_EHR,
        "condition_type_concept_id": vocabulary.TYPE_EHR,
        "measurement_type_concept_id": vocabulary.TYPE_EHR,
        "death_type_concept_id": vocabulary.TYPE_EHR,
    }
)

Column: TypeAlias = Array | pa.Array | Sequence[object] | int | float | str | None


class TableRows:
    """Collects rows of the simulated database, table by table, and numbers them in the order in which they come."""

    def __init__(self) -> None:
        self._parts: dict[str, list[pa.Table]] = {name: [] for name in SCHEMAS}
        self._next_id = dict.fromkeys(SCHEMAS, 1)

    def add(self, table: str, count: int, **columns: Column) -> Array:
        """Add rows to a table and return their ids.

        Parameters
        ----------
        table : str
            A key of ``SCHEMAS``.
        count : int
            Number of rows; may be 0.
        **columns
            Values by column, one for all rows or one a row. Times and dates are seconds since 1970-01-01. A column that
            is not given is empty, or has its default.
        """
        schema = SCHEMAS[table]
        ids = self._next_id[table] + np.arange(count)
        self._next_id[table] += count
        if f"{table}_id" in schema.names:
            columns.setdefault(f"{table}_id", ids)
        unknown = columns.keys() - set(schema.names)
        if unknown:
            raise KeyError(f"table {table} has no column {sorted(unknown)}")
        arrays = [_as_arrow(columns.get(field.name, _DEFAULTS.get(field.name)), field.type, count) for field in schema]
        self._parts[table].append(pa.Table.from_arrays(arrays, schema=schema))
        return ids

    def take(self) -> dict[str, pa.Table]:
        """Return the rows collected since the last call, by table; tables without new rows are left out."""
        taken = {name: pa.concat_tables(parts) for name, parts in self._parts.items() if parts}
        self._parts = {name: [] for name in SCHEMAS}
        return {name: table for name, table in taken.items() if table.num_rows}


def _as_arrow(values: object, kind: pa.DataType, count: int) -> pa.Array:
    """Return a column of ``count`` values; a single value stands for all rows, None for no value."""
    if values is None:
        return pa.nulls(count, kind)
    if isinstance(values, pa.Array):
        return values
    if isinstance(values, str):
        return labelled(np.zeros(count, dtype=np.int64), [values])
    if isinstance(values, int | float):
        return number_column(np.full(count, values), kind)
    if kind == pa.string():
        return text_column(values)  # type: ignore[arg-type]
    numbers = np.asarray(values)
    if kind == pa.date32():
        return number_column(numbers // SECONDS_PER_DAY, kind)
    if kind == pa.timestamp("us"):
        return number_column(numbers * 1_000_000, kind)
    return number_column(numbers, kind)


def labelled(codes: Array, labels: Sequence[str | None]) -> pa.Array:
    """Return the text of each code, an index of ``labels``; a code of -1 has none."""
    return text_column(labels).take(_index(codes))


def visit_ids(visit_id: Array, visit: Array) -> pa.Array:
    """Return the id of each row's visit, an index of ``visit_id``; -1 has none."""
    return number_column(visit_id, pa.int64()).take(_index(visit))


def _index(codes: Array) -> pa.Array:
    return number_column(codes, pa.int64(), codes < 0)


# ---- the tables that say what this is --------------------------------------------------------------------------


def add_vocabulary(rows: TableRows) -> None:
    """Add the vocabulary slice: concepts, their ancestors (each concept is its own) and the vocabularies."""
    concepts = vocabulary.CONCEPTS
    rows.add(
        "concept",
        len(concepts),
        concept_id=[concept.concept_id for concept in concepts],
        concept_name=[concept.name for concept in concepts],
        domain_id=[concept.domain for concept in concepts],
        vocabulary_id=[concept.vocabulary for concept in concepts],
        concept_class_id=[concept.concept_class for concept in concepts],
        standard_concept=[None if concept.concept_id == vocabulary.NO_CONCEPT else "S" for concept in concepts],
        concept_code=[concept.code for concept in concepts],
        valid_start_date=np.zeros(len(concepts), dtype=np.int64),
        valid_end_date=np.full(len(concepts), _seconds(date(2099, 12, 31))),
    )
    own = [(concept.concept_id, concept.concept_id, 0) for concept in concepts]
    lines = np.array([*own, *vocabulary.DESCENDANTS])
    rows.add(
        "concept_ancestor",
        len(lines),
        ancestor_concept_id=lines[:, 0],
        descendant_concept_id=lines[:, 1],
        min_levels_of_separation=lines[:, 2],
        max_levels_of_separation=lines[:, 2],
    )
    rows.add(
        "vocabulary",
        len(vocabulary.VOCABULARIES),
        vocabulary_id=list(vocabulary.VOCABULARIES),
        vocabulary_name=list(vocabulary.VOCABULARIES.values()),
        vocabulary_version=VOCABULARY_VERSION,
        vocabulary_concept_id=vocabulary.NO_CONCEPT,
    )


VOCABULARY_VERSION = "abate slice"
SOURCE_NAME, SOURCE_ABBREVIATION = "abate simulated hospital", "abate-simulated"
_CDM_5_4_CONCEPT_ID = 756265


def add_source(rows: TableRows, last_year: int, set_name: str) -> None:
    """Add the row that says these records are simulated."""
    released = np.array([_seconds(date(last_year + 1, 12, 31))])
    rows.add(
        "cdm_source",
        1,
        cdm_source_name=SOURCE_NAME,
        cdm_source_abbreviation=SOURCE_ABBREVIATION,
        cdm_holder="nobody",
        source_description=f"SIMULATED: no person in these records exists. Parameter set {set_name}.",
        source_release_date=released,
        cdm_release_date=released,
        cdm_version="5.4",
        cdm_version_concept_id=_CDM_5_4_CONCEPT_ID,
        vocabulary_version=VOCABULARY_VERSION,
    )


def _seconds(day: date) -> int:
    return (day - date(1970, 1, 1)).days * SECONDS_PER_DAY
