"""Which visits may be untreated episodes? Visits of everybody with the condition, and doses that such a visit must not hold.

Whether a visit was for the condition is asked of the diagnoses that are linked to it, and of those without a link that are
dated on its days. Whether it was without treatment is a rule of `abate.courses.untreated`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from abate.base.errors import MissingTableError
from abate.contracts.course_tables import CANDIDATE_VISITS, OTHER_DOSES
from abate.engine.time import calendar_day, epoch_seconds
from abate.sources.findings import Findings
from abate.sources.omop.diagnoses import TABLE as DIAGNOSES
from abate.sources.omop.diagnoses import is_wanted_diagnosis
from abate.sources.omop.doses import TABLE as DOSES
from abate.sources.omop.times import both_columns, time_columns, time_of
from abate.sources.omop.visits import TABLE as VISITS
from abate.sources.omop.visits import read_visits

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from abate.contracts.definition import Study
    from abate.contracts.untreated import UntreatedVisits
    from abate.engine.connection import Engine
    from abate.engine.records import RecordStore
    from abate.sources.vocabulary import Vocabulary

NEEDS = {
    VISITS: "untreated episodes are visits, and the records have no VISIT_OCCURRENCE; load the table, or leave comparator.untreated out.",
    DIAGNOSES: (
        "untreated episodes are visits for the condition, and the records have no CONDITION_OCCURRENCE; load the table, or leave "
        "comparator.untreated out."
    ),
}
NONE_FOUND = "No {kinds} visit was for {condition}: there is no untreated episode."


def find_candidate_visits(
    store: RecordStore, study: Study, asked: UntreatedVisits, vocabulary: Vocabulary, engine: Engine, findings: Findings
) -> ir.Table:
    """Return all visits of the kinds asked (form CANDIDATE_VISITS) of the persons of whom one was for the condition, materialised.

    Raises
    ------
    MissingTableError
        If VISIT_OCCURRENCE, CONDITION_OCCURRENCE or a needed column is missing.
    """
    assert study.condition is not None
    for table, sentence in NEEDS.items():
        if not store.has(table):
            raise MissingTableError(sentence)
    listed = len(store.unreadable)
    diagnoses = _read_diagnoses(store, study, vocabulary, engine)
    visits = read_visits(store, diagnoses.select("person_id").distinct(), engine, Findings(engine))
    assert visits is not None
    # Both tables are read again for the persons of the study, and what is found of their rows is listed then.
    del store.unreadable[listed:]
    of_kind = visits.filter(visits.kind.isin(asked.visits))
    known = engine.materialise(_with_diagnoses(of_kind, diagnoses), "candidate_visits")
    persons = known.filter(known.diagnosed.notnull()).select("person_id").distinct()
    found = known.semi_join(persons, "person_id")
    if engine.to_arrow(persons.limit(1)).num_rows == 0:
        findings.add_remark(VISITS, NONE_FOUND.format(kinds=" or ".join(asked.visits), condition=study.condition.name))
    return engine.materialise(found.select(*CANDIDATE_VISITS.column_names), "candidate_visits")


def read_other_doses(
    store: RecordStore, persons: ir.Table, asked: UntreatedVisits, vocabulary: Vocabulary, engine: Engine
) -> ir.Table | None:
    """Return the doses (form OTHER_DOSES) of the drugs that an untreated visit must not hold; None where the study names none."""
    if not asked.without:
        return None
    time_columns(store, DOSES, "drug_exposure_start")
    rows = store.table(
        DOSES,
        ["person_id", "drug_concept_id"],
        optional=both_columns("drug_exposure_start", "drug_exposure_end"),
        keep={"drug_concept_id": vocabulary.with_descendants(asked.without), "person_id": persons},
    )
    timed = rows.mutate(start=time_of(rows, "drug_exposure_start"), end=time_of(rows, "drug_exposure_end"))
    return engine.materialise(timed.filter(timed.start.notnull()).select(*OTHER_DOSES.column_names), "other_doses")


def _read_diagnoses(store: RecordStore, study: Study, vocabulary: Vocabulary, engine: Engine) -> ir.Table:
    """Return ``person_id``, ``visit_id`` and ``day`` of everybody's diagnoses of the condition, materialised."""
    assert study.condition is not None
    time_columns(store, DIAGNOSES, "condition_start")
    rows = store.table(
        DIAGNOSES,
        ["person_id", "condition_concept_id"],
        optional=[
            *both_columns("condition_start"),
            *("condition_source_value", "condition_source_concept_id", "visit_occurrence_id"),
        ],
    )
    wanted = rows.filter(is_wanted_diagnosis(rows, vocabulary.find(study.condition)))
    found = wanted.select(
        person_id=wanted.person_id,
        visit_id=wanted.visit_occurrence_id,
        day=calendar_day(epoch_seconds(time_of(wanted, "condition_start"))),
    )
    return engine.materialise(found.filter(found.person_id.notnull(), found.day.notnull()), "diagnoses_of_condition")


def _with_diagnoses(visits: ir.Table, diagnoses: ir.Table) -> ir.Table:
    """Return the visits as candidates: ``diagnosed`` says when the condition was recorded for each."""
    days = visits.select(
        "person_id",
        "visit_id",
        first=calendar_day(epoch_seconds(visits["start"])),
        last=calendar_day(epoch_seconds(visits["end"])),
    ).mutate(last=ibis._.last.fill_null(ibis._.first))
    linked = days.inner_join(diagnoses.filter(diagnoses.visit_id.notnull()), ["person_id", "visit_id"])
    by_date = days.inner_join(diagnoses.filter(diagnoses.visit_id.isnull()).drop("visit_id"), "person_id")
    by_date = by_date.filter(by_date.day.between(by_date["first"], by_date["last"]))
    columns = ("visit_id", "first", "day")
    together = linked.select(*columns).union(by_date.select(*columns))
    known = together.group_by("visit_id").aggregate(is_known=(together.day <= together["first"]).any())
    joined = visits.left_join(known, "visit_id").select(*visits.columns, "is_known")
    return joined.select(
        person_id=joined.person_id,
        stay_id=joined.visit_id,
        start=joined.start,
        end=joined["end"],
        setting=joined.setting,
        diagnosed=ibis.cases((joined.is_known, "by admission"), (joined.is_known.notnull(), "later")),
    )
