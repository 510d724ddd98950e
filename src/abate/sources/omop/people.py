"""Who was treated, and when were they observed? Patients and spans of observation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import ibis

from abate.base.days import SECONDS_PER_DAY
from abate.contracts.course_tables import OBSERVED, PATIENTS
from abate.engine.time import epoch_seconds, time_from_seconds
from abate.sources.omop.once import drop_copies

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from abate.engine.connection import Engine
    from abate.engine.records import RecordStore
    from abate.sources.findings import Findings
    from abate.sources.vocabulary import Vocabulary

MALE, FEMALE = 8507, 8532
NOT_IN_PERSON = "The person has doses, but does not stand in PERSON: age and sex are not known."
NO_PERIODS = "The records have no observation_period: how long a person was observed is not known."
PERIOD_INCOMPLETE = "The span of observation has no start or no end, or ends before it starts."


def read_patients(
    store: RecordStore, persons: ir.Table | None, vocabulary: Vocabulary, engine: Engine, findings: Findings
) -> ir.Table:
    """Return the patients (contract's PATIENTS) of ``persons``, a table of one column, or everybody's (None), materialised.

    Raises
    ------
    MissingTableError
        If PERSON is missing, or its person_id.
    BrokenRecordsError
        If rows that differ share one person_id.
    """
    columns = (
        "gender_concept_id",
        "gender_source_value",
        "year_of_birth",
        "month_of_birth",
        "day_of_birth",
        "birth_datetime",
    )
    groups = ("race_concept_id", "race_source_value", "ethnicity_concept_id", "ethnicity_source_value")
    read = store.table("person", ["person_id"], optional=[*columns, *groups], keep=_only(persons), hold=True)
    rows = drop_copies(read, "person", "person_id", engine, findings)
    if persons is not None:
        absent = persons.anti_join(rows, "person_id")
        findings.add_rows(absent, table="person", rule=NOT_IN_PERSON, action="kept", key="person_id")
    names = _concept_names(rows, vocabulary, engine)
    birth_date = _birth_date(rows)
    return engine.materialise(
        rows.select(
            person_id=rows.person_id,
            sex=_sex(rows, names),
            birth_date=birth_date,
            birth_year=ibis.coalesce(rows.year_of_birth, birth_date.year().cast("int64")),
            race=_named(rows.race_concept_id, rows.race_source_value, names),
            ethnicity=_named(rows.ethnicity_concept_id, rows.ethnicity_source_value, names),
            site=ibis.null("string"),
        ).select(*PATIENTS.column_names),
        "patients",
    )


def read_observed(store: RecordStore, persons: ir.Table | None, engine: Engine, findings: Findings) -> ir.Table | None:
    """Return the spans of observation (contract's OBSERVED) of ``persons``, or everybody's (None); None where there are none.

    A span begins with the first second of its first day and ends with the last second of its last.
    """
    if not store.has("observation_period"):
        findings.add_remark("observation_period", NO_PERIODS)
        return None
    first, last = "observation_period_start_date", "observation_period_end_date"
    columns = ["observation_period_id", "person_id", first, last]
    rows = store.table("observation_period", columns, keep=_only(persons), hold=True)
    is_whole = (rows[first] <= rows[last]).fill_null(False)
    findings.add_rows(
        rows.filter(~is_whole), table="observation_period", rule=PERIOD_INCOMPLETE, action="dropped", key=columns[0]
    )
    whole = rows.filter(is_whole)
    end = epoch_seconds(whole[last].cast("timestamp")) + (SECONDS_PER_DAY - 1)
    return whole.select(
        person_id=whole.person_id, start=whole[first].cast("timestamp"), end=time_from_seconds(end)
    ).select(*OBSERVED.column_names)


def _only(persons: ir.Table | None) -> Mapping[str, ir.Table]:
    return {} if persons is None else {"person_id": persons}


def _birth_date(rows: ir.Table) -> ir.DateValue:
    """Return the date of birth where it is recorded in full; a year alone is no date."""
    year, month, day = (rows[f"{part}_of_birth"].cast("string") for part in ("year", "month", "day"))
    return ibis.coalesce(rows.birth_datetime.date(), (year + "-" + month + "-" + day).try_cast("date"))


def _sex(rows: ir.Table, names: Mapping[int, str]) -> ir.StringValue:
    letter = rows.gender_source_value.upper().substr(0, 1)
    is_mapped = rows.gender_concept_id.fill_null(0) != 0
    others = [concept for concept, name in names.items() if name.lower() == "other"]
    return ibis.cases(
        (rows.gender_concept_id == MALE, "male"),
        (rows.gender_concept_id == FEMALE, "female"),
        (rows.gender_concept_id.isin(others), "other"),
        (~is_mapped & (letter == "M"), "male"),
        (~is_mapped & (letter == "F"), "female"),
        else_="unknown",
    )


def _concept_names(rows: ir.Table, vocabulary: Vocabulary, engine: Engine) -> Mapping[int, str]:
    """Return the names of the concepts of sex, race and ethnicity; they are few."""
    columns = ("gender_concept_id", "race_concept_id", "ethnicity_concept_id")
    found: set[int] = set()
    for column in columns:
        found |= set(engine.to_arrow(rows.select(column).distinct()).column(0).drop_null().to_pylist())
    return vocabulary.names_of(found - {0, MALE, FEMALE})


def _named(concept: ir.IntegerValue, source: ir.StringValue, names: Mapping[int, str]) -> ir.StringValue:
    """Return the concept's name where it is known, else the source's own word."""
    known = [(concept == one, name) for one, name in sorted(names.items())]
    return ibis.cases(*known, else_=source) if known else source
