"""What was diagnosed, and which adverse events were recorded? From CONDITION_OCCURRENCE and OBSERVATION."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import ibis

from abate.contracts.course_tables import CONDITIONS, EVENTS
from abate.sources.omop.once import drop_copies, split_repeated
from abate.sources.omop.times import both_columns, remark_on_dates, time_columns, time_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from abate.engine.connection import Engine
    from abate.engine.records import RecordStore
    from abate.sources.findings import Findings
    from abate.sources.vocabulary import Vocabulary, Wanted

TABLE = "condition_occurrence"
NO_CONDITIONS = "The records have no condition_occurrence: diagnoses are not known."
NO_CODE = "The diagnosis has neither a concept nor a code."
NO_TIME = "The row has no time."
NO_EVENT_TABLE = "The records have neither condition_occurrence nor observation: adverse events are not recorded."
NO_CODES_FOR_TERM = "The study file gives no code for {term}: it was not looked for."
REPEATED_EVENT = "The row records the same event of the same person and time as another."


def read_condition_rows(store: RecordStore, persons: ir.Table, engine: Engine, findings: Findings) -> ir.Table | None:
    """Return the diagnoses of ``persons`` as recorded, with ``time``, materialised; None where the records have none."""
    if not store.has(TABLE):
        findings.add_remark(TABLE, NO_CONDITIONS)
        return None
    time_columns(store, TABLE, "condition_start")
    read = store.table(
        TABLE,
        ["condition_occurrence_id", "person_id", "condition_concept_id"],
        optional=[
            *both_columns("condition_start"),
            *("condition_source_value", "condition_source_concept_id", "visit_occurrence_id"),
        ],
        keep={"person_id": persons},
        hold=True,
    )
    rows = drop_copies(read, TABLE, "condition_occurrence_id", engine, findings)
    remark_on_dates(rows, "condition_start", TABLE, engine, findings)
    rows = rows.mutate(time=time_of(rows, "condition_start"))
    undated = rows.filter(rows.time.isnull())
    findings.add_rows(undated, table=TABLE, rule=NO_TIME, action="dropped", key="condition_occurrence_id")
    return rows.filter(rows.time.notnull())


def as_conditions(
    rows: ir.Table, wanted: Wanted, own_name: str, vocabulary: Vocabulary, engine: Engine, findings: Findings
) -> ir.Table:
    """Return the diagnoses in the form of the contract's CONDITIONS, materialised; those of the study's codes are named ``own_name``."""
    coded = _with_codes(rows, vocabulary)
    named = coded.mutate(name=is_wanted_diagnosis(coded, wanted).ifelse(own_name, coded.concept_name))
    uncoded = named.filter(named.code.isnull())
    findings.add_rows(uncoded, table=TABLE, rule=NO_CODE, action="dropped", key="condition_occurrence_id")
    kept = named.filter(named.code.notnull())
    return engine.materialise(kept.mutate(date=kept.time).select(*CONDITIONS.column_names), "conditions")


def visits_for_condition(rows: ir.Table, wanted: Wanted) -> ir.Table:
    """Return ``visit_id`` and ``is_for_condition`` of the visits that have a diagnosis."""
    linked = rows.filter(rows.visit_occurrence_id.notnull())
    return linked.group_by(visit_id=linked.visit_occurrence_id).aggregate(
        is_for_condition=is_wanted_diagnosis(linked, wanted).any()
    )


def find_events(
    wanted: Mapping[str, Wanted], rows_by_table: Mapping[str, ir.Table], engine: Engine, findings: Findings
) -> ir.Table | None:
    """Return the adverse events (contract's EVENTS) that the study names, materialised.

    None where the study names none, or the records have no table of them. Grade, seriousness and relation have no place in
    OMOP and are empty. ``rows_by_table`` holds ``condition_occurrence`` (with ``time``) and ``observation``.
    """
    if not wanted:
        return None
    if not rows_by_table:
        findings.add_remark(TABLE, NO_EVENT_TABLE)
        return None
    found = [
        _events_of(name, rows, term, codes)
        for name, rows in rows_by_table.items()
        for term, codes in wanted.items()
        if not codes.is_empty
    ]
    for term, codes in wanted.items():
        if codes.is_empty:
            findings.add_remark("events", NO_CODES_FOR_TERM.format(term=term))
    if not found:
        return None
    events = engine.materialise(ibis.union(*found) if len(found) > 1 else found[0], "events")
    kept, repeated = split_repeated(events, ["person_id", "time", "term"], "row_key", engine)
    findings.add_rows(repeated, table="events", rule=REPEATED_EVENT, action="dropped", key="row_key")
    empty = {"grade": "int64", "serious": "boolean", "related": "boolean", "action": "string"}
    filled = kept.mutate(**{name: ibis.null(kind) for name, kind in empty.items()})
    return engine.materialise(filled.select(*EVENTS.column_names), "events")


def _events_of(table: str, rows: ir.Table, term: str, codes: Wanted) -> ir.Table:
    is_event = is_wanted_diagnosis(rows, codes) if table == TABLE else _is_observed(rows, codes)
    time = rows.time if table == TABLE else time_of(rows, "observation")
    key = rows[f"{table}_id"].cast("string")
    found = rows.filter(is_event, time.notnull())
    return found.select(
        person_id=found.person_id,
        time=time,
        term=ibis.literal(term),
        row_key=ibis.literal(f"{table} {term} ") + key,
    )


def is_wanted_diagnosis(rows: ir.Table, wanted: Wanted) -> ir.BooleanValue:
    """Return whether a row of CONDITION_OCCURRENCE has one of the codes."""
    return wanted.are_in(
        concepts=[rows.condition_concept_id],
        source_concept=rows.condition_source_concept_id,
        source_text=rows.condition_source_value,
    )


def _is_observed(rows: ir.Table, wanted: Wanted) -> ir.BooleanValue:
    """An observation says what it is by its concept, or says "finding of" and has the finding as its value."""
    return wanted.are_in(
        concepts=[rows.observation_concept_id, rows.value_as_concept_id],
        source_concept=rows.observation_source_concept_id,
        source_text=rows.observation_source_value,
    )


def _with_codes(rows: ir.Table, vocabulary: Vocabulary) -> ir.Table:
    """Add ``code``, ``vocabulary`` and ``concept_name``: of the standard concept where it is known, else the source's code."""
    ids = rows.filter(rows.condition_concept_id.fill_null(0) != 0).select("condition_concept_id").distinct()
    concepts = vocabulary.names(ids)
    if concepts is None:
        concept_id = rows.condition_concept_id.nullif(0).cast("string")
        return rows.mutate(
            code=ibis.coalesce(rows.condition_source_value, concept_id),
            vocabulary=rows.condition_source_value.isnull().ifelse("OMOP", ibis.null("string")),
            concept_name=ibis.null("string"),
        )
    found = concepts.select(
        condition_concept_id="concept_id",
        concept_code="concept_code",
        vocabulary_id="vocabulary_id",
        concept_name="concept_name",
    )
    joined = rows.left_join(found, "condition_concept_id").select(
        *rows.columns, "concept_code", "vocabulary_id", "concept_name"
    )
    return joined.mutate(
        code=ibis.coalesce(
            joined.concept_code, joined.condition_source_value, joined.condition_concept_id.nullif(0).cast("string")
        ),
        vocabulary=joined.vocabulary_id,
    )
