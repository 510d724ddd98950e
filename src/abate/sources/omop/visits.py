"""When was the person in hospital or otherwise in care? Stays, and contacts with care.

The kind of a visit is that of its concept (`abate.knowledge.visit_kinds`). A visit of a kind that may be either, such as an
emergency visit, or of a kind that abate does not know, is an inpatient stay if it lasts longer than 24 hours. A visit with
dates only, or with midnight at both ends, ends with the last second of its last day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from abate.base.days import SECONDS_PER_DAY
from abate.contracts.course_tables import CONTACTS, STAYS
from abate.engine.time import epoch_seconds, time_from_seconds
from abate.knowledge.visit_kinds import LONGEST_OUTPATIENT_SECONDS, visit_kinds
from abate.sources.omop.once import drop_copies
from abate.sources.omop.times import both_columns, is_date_only, is_midnight, time_columns, time_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from abate.engine.connection import Engine
    from abate.engine.records import RecordStore
    from abate.sources.findings import Findings

TABLE = "visit_occurrence"
NO_VISITS = "The records have no visit_occurrence: stays and contacts with care are not known."
NO_START = "The visit has no start."
ENDS_BEFORE_START = "The visit ends before it starts."
WHOLE_DAYS = "Visits with dates only, or with midnight at both ends, last until the end of their last day."
BY_LENGTH = "Visits of the kinds {kinds} count as inpatient if they last longer than 24 hours."
UNKNOWN_KINDS = "Visits of concepts that abate does not know ({concepts}) count as inpatient if they last longer than 24 hours, else as office."
LONG = "The visit lasts longer than a year."
_LONG_SECONDS = 366 * SECONDS_PER_DAY


def read_visits(store: RecordStore, persons: ir.Table, engine: Engine, findings: Findings) -> ir.Table | None:
    """Return the visits of ``persons`` with ``visit_id``, ``start``, ``end``, ``setting`` and ``kind``, materialised.

    None where the records have no visits.
    """
    if not store.has(TABLE):
        findings.add_remark(TABLE, NO_VISITS)
        return None
    time_columns(store, TABLE, "visit_start")
    read = store.table(
        TABLE,
        ["visit_occurrence_id", "person_id", "visit_concept_id"],
        optional=both_columns("visit_start", "visit_end"),
        keep={"person_id": persons},
        hold=True,
    )
    rows = drop_copies(read, TABLE, "visit_occurrence_id", engine, findings)
    visits = engine.materialise(_judge(_with_times(rows)), "visits")
    _list_findings(visits, engine, findings)
    return visits.filter(visits.rule.isnull())


def as_stays(visits: ir.Table) -> ir.Table:
    """Return the visits in the form of the contract's STAYS."""
    return visits.select(
        person_id=visits.person_id,
        stay_id=visits.visit_id,
        start=visits.start,
        end=visits["end"],
        setting=visits.setting,
    ).select(*STAYS.column_names)


def as_contacts(visits: ir.Table, for_condition: ir.Table | None) -> ir.Table:
    """Return the visits in the form of the contract's CONTACTS.

    ``for_condition`` holds ``visit_id`` and ``is_for_condition`` of the visits that have a diagnosis; of others it is not known.
    """
    if for_condition is None:
        known = visits.mutate(is_for_condition=ibis.null("boolean"))
    else:
        known = visits.left_join(for_condition, "visit_id").select(*visits.columns, "is_for_condition")
    return known.select(
        person_id=known.person_id,
        start=known.start,
        end=known["end"],
        kind=known.kind,
        planned=ibis.literal("unknown"),
        for_condition=known.is_for_condition,
    ).select(*CONTACTS.column_names)


def _with_times(rows: ir.Table) -> ir.Table:
    """Add times in seconds; ``judged_seconds`` is the length as recorded, before a last day is filled up."""
    start, end = time_of(rows, "visit_start"), time_of(rows, "visit_end")
    has_whole_days = is_date_only(rows, "visit_end") | (is_midnight(start) & is_midnight(end))
    rows = rows.mutate(
        start_seconds=epoch_seconds(start),
        recorded_end=epoch_seconds(end),
        has_whole_days=has_whole_days.fill_null(False),
    )
    until_midnight = rows.has_whole_days.cast("int64") * (SECONDS_PER_DAY - 1)
    return rows.mutate(
        judged_seconds=rows.recorded_end - rows.start_seconds, end_seconds=rows.recorded_end + until_midnight
    )


def _judge(rows: ir.Table) -> ir.Table:
    kinds = visit_kinds()
    is_long = (rows.judged_seconds > LONGEST_OUTPATIENT_SECONDS).fill_null(False)
    by_length = is_long.ifelse("inpatient", "outpatient")
    # A start with a time and an end that is that day's date: the length is not known, and it is no mistake.
    end_seconds = rows.end_seconds
    rule = ibis.cases((rows.start_seconds.isnull(), NO_START), (end_seconds < rows.start_seconds, ENDS_BEFORE_START))
    setting = ibis.cases(
        *(
            (rows.visit_concept_id == concept, kind.setting)
            for concept, kind in kinds.items()
            if kind.setting != "by length"
        ),
        else_=by_length,
    )
    kind_when_short = ibis.cases(
        *((rows.visit_concept_id == concept, kind.kind) for concept, kind in kinds.items()), else_="office"
    )
    return rows.select(
        visit_id=rows.visit_occurrence_id,
        person_id=rows.person_id,
        concept=rows.visit_concept_id,
        start=time_from_seconds(rows.start_seconds),
        end=time_from_seconds(end_seconds),
        setting=setting,
        kind=(setting == "inpatient").ifelse("inpatient", kind_when_short),
        has_whole_days=rows.has_whole_days,
        is_very_long=(rows.judged_seconds > _LONG_SECONDS).fill_null(False),
        rule=rule,
    )


def _list_findings(visits: ir.Table, engine: Engine, findings: Findings) -> None:
    dropped = visits.filter(visits.rule.notnull())
    findings.add_rows(dropped, table=TABLE, rule=dropped.rule, action="dropped", key="visit_id")
    very_long = visits.filter(visits.rule.isnull(), visits.is_very_long)
    findings.add_rows(very_long, table=TABLE, rule=LONG, action="kept", key="visit_id")
    found = engine.to_arrow(visits.select("concept", "has_whole_days").distinct()).to_pylist()
    concepts = {row["concept"] for row in found}
    kinds = visit_kinds()
    by_length = sorted({kinds[c].name for c in concepts if c in kinds and kinds[c].setting == "by length"})
    unknown = sorted(c or 0 for c in concepts if c not in kinds)
    if any(row["has_whole_days"] for row in found):
        findings.add_remark(TABLE, WHOLE_DAYS)
    if by_length:
        findings.add_remark(TABLE, BY_LENGTH.format(kinds=", ".join(by_length)))
    if unknown:
        findings.add_remark(TABLE, UNKNOWN_KINDS.format(concepts=", ".join(map(str, dict.fromkeys(unknown)))))
