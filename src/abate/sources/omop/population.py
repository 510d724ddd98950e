"""Who is observed at all, and who of them has the condition? Everybody in an OMOP database, treated or not.

Of the diagnoses only person and day of the wanted ones are kept, so a large CONDITION_OCCURRENCE is passed over once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from abate.base.errors import MissingTableError, StudyFileError
from abate.contracts.population import PopulationTables
from abate.knowledge.chronic_codes import as_codes, chronic_codes_of
from abate.sources.findings import Findings
from abate.sources.omop.diagnoses import NO_TIME, TABLE, is_wanted_diagnosis
from abate.sources.omop.doses import read_administrations, read_exposures
from abate.sources.omop.history import read_treatments
from abate.sources.omop.people import read_observed, read_patients
from abate.sources.omop.read import source_details
from abate.sources.omop.times import both_columns, time_columns, time_of
from abate.sources.vocabulary import Vocabulary

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from abate.base.logs import Progress
    from abate.contracts.definition import Condition, Study
    from abate.engine.connection import Engine
    from abate.engine.records import RecordStore

NO_DENOMINATOR = (
    "the records have no OBSERVATION_PERIOD, so nobody's observed time is known and there is no denominator; "
    "load the table, or use records that have it."
)
NO_EXPOSURES = "The records have no drug_exposure: who had an infusion is not known."
NO_CONCEPTS = "The study names no concept of {treatment}: who had an infusion is not known."
NO_CHRONIC_CODES = "No chronic codes of {condition} are known to abate: persons with them are not counted."


def read_population(store: RecordStore, study: Study, engine: Engine, progress: Progress) -> PopulationTables:
    """Return what an OMOP database holds of everybody: person, observed time, the study's condition and its treatment.

    Parameters
    ----------
    store : RecordStore
        The records; only the tables and columns that are needed are touched.
    study : Study
        Names condition and treatment; its other sections are not looked at.
    engine : Engine
        Where the work runs.
    progress : callable
        Is given a short sentence whenever a table begins.

    Raises
    ------
    MissingTableError
        If PERSON, OBSERVATION_PERIOD, CONDITION_OCCURRENCE or a needed column is missing.
    StudyFileError
        If the study has no condition, or no code for it.
    """
    condition = _condition_of(study)
    findings = Findings(engine)
    vocabulary = Vocabulary(store=store, engine=engine, findings=findings)
    progress("reading persons and observed time")
    patients = read_patients(store, None, vocabulary, engine, findings)
    observed = _read_observed(store, engine, findings)
    progress("reading diagnoses")
    diagnoses = _read_diagnoses(store, condition, vocabulary, engine, findings)
    progress("reading doses")
    administrations = _read_administrations(store, study, vocabulary, engine, findings)
    of_condition = diagnoses.filter(diagnoses.is_condition).select("person_id", "date")
    progress("reading what was tried")
    treatments = _read_treatments(store, study, of_condition, vocabulary, engine)
    has_chronic_codes = bool(chronic_codes_of(condition))
    if not has_chronic_codes:
        findings.add_remark(TABLE, NO_CHRONIC_CODES.format(condition=condition.name))
    details, is_simulated = source_details(store, engine)
    return PopulationTables(
        patients=patients,
        observed=observed,
        conditions=of_condition,
        treatments=treatments,
        chronic=diagnoses.filter(diagnoses.is_chronic).select("person_id", "date") if has_chronic_codes else None,
        administrations=administrations,
        remarks=_remarks(findings, engine),
        source_kind="OMOP CDM",
        source_details=details,
        is_simulated=is_simulated,
    )


def _condition_of(study: Study) -> Condition:
    if study.condition is None:
        raise StudyFileError(
            "the study has no section [condition], and a burden is that of a condition; add its name and codes."
        )
    if study.condition.are_empty:
        raise StudyFileError(f"condition has no code: give concepts, snomed or icd10cm for {study.condition.name}.")
    return study.condition


def _read_observed(store: RecordStore, engine: Engine, findings: Findings) -> ir.Table:
    observed = read_observed(store, None, engine, findings)
    if observed is None:
        raise MissingTableError(NO_DENOMINATOR)
    return observed


def _read_diagnoses(
    store: RecordStore, condition: Condition, vocabulary: Vocabulary, engine: Engine, findings: Findings
) -> ir.Table:
    """Return ``person_id``, ``date``, ``is_condition`` and ``is_chronic`` of the wanted diagnoses, materialised."""
    wanted, chronic = vocabulary.find(condition), vocabulary.find(as_codes(chronic_codes_of(condition)))
    # Asked first, so that a missing table is named before a missing column.
    store.columns(TABLE)
    time_columns(store, TABLE, "condition_start")
    rows = store.table(
        TABLE,
        ["person_id", "condition_concept_id"],
        optional=[
            *both_columns("condition_start"),
            *("condition_occurrence_id", "condition_source_value", "condition_source_concept_id"),
        ],
    )
    flagged = rows.select(
        "condition_occurrence_id",
        "person_id",
        date=time_of(rows, "condition_start"),
        is_condition=is_wanted_diagnosis(rows, wanted),
        is_chronic=ibis.literal(False) if chronic.is_empty else is_wanted_diagnosis(rows, chronic),
    )
    found = engine.materialise(flagged.filter(flagged.is_condition | flagged.is_chronic), "diagnoses")
    undated = found.filter(found.date.isnull())
    findings.add_rows(undated, table=TABLE, rule=NO_TIME, action="dropped", key="condition_occurrence_id")
    return found.filter(found.date.notnull(), found.person_id.notnull())


def _read_administrations(
    store: RecordStore, study: Study, vocabulary: Vocabulary, engine: Engine, findings: Findings
) -> ir.Table | None:
    """Return the doses of the study's treatment; None, with the reason among the findings, where they are not known."""
    if not store.has("drug_exposure"):
        findings.add_remark("drug_exposure", NO_EXPOSURES)
        return None
    if not study.treatment.concepts:
        findings.add_remark("drug_exposure", NO_CONCEPTS.format(treatment=study.treatment.name))
        return None
    alone = study.model_copy(update={"comparator": None})
    # Weights are not read: rates and amounts are of no account here, only when a course began. So what is found of them is not said.
    of_doses = Findings(engine)
    exposures = read_exposures(store, alone, vocabulary, engine, findings)
    return read_administrations(exposures, None, engine, of_doses)


def _read_treatments(
    store: RecordStore, study: Study, conditions: ir.Table, vocabulary: Vocabulary, engine: Engine
) -> ir.Table | None:
    """Return what the persons with the condition were given of the drug table; None where no drug is recorded.

    What is found of the rows is not said here: its numbers may be small. ``abate check`` and a run say it.
    """
    if not store.has("drug_exposure"):
        return None
    persons = conditions.select("person_id").distinct()
    return read_treatments(store, persons, vocabulary, engine, Findings(engine), study.failure)


def _remarks(findings: Findings, engine: Engine) -> tuple[str, ...]:
    """Return what was found, one sentence a rule, without the number of rows: it may be small. ``abate check`` counts them."""
    kinds = findings.as_table().select("table", "rule", "action").distinct().order_by("table", "rule", "action")
    return tuple(
        f"{row['table']}: {row['rule']}" + ("" if row["action"] == "noted" else f" Such rows were {row['action']}.")
        for row in engine.to_arrow(kinds).to_pylist()
    )
