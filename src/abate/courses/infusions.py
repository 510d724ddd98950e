"""How do single administrations become treatment courses? Rows of a bag, a rate or a bolus, joined by the gap rule.

The rules, in the order in which they are applied; docs/courses.md explains each. All times count in whole seconds.

*Rows.* A row is dropped, and listed in the findings, when it ends before it starts; when all that it records is an amount
or a rate of 0; when it has no length and no amount; when it has neither end nor amount nor rate; or when it repeats another
row in person, treatment, start, end, rate and amount (one copy stays). A row without an end that has an amount is a bolus
at its start. A row without an end that has only a rate stays, its end empty: how long it ran is not known, so it reaches
no further than its start. Rates and amounts are never recomputed here.

*Courses.* The rows of one person and treatment are read in order of start. A row that starts more than
``treatment.new_course_after`` after the latest end of all rows before it starts a new course; a pause of exactly that
length does not. So bag changes, rate changes, overlaps, shorter pauses and midnights stay inside one course.
Overlapping rows are both kept and listed.

*Stays.* A course belongs to the stay that holds its first dose (both ends included; a stay without an end holds whatever
follows its start). Where several do, an inpatient stay goes before an outpatient one, then the one that starts latest, then
one with an end before one without, then the one that ends latest. It gives admission and setting. Discharge is its end; but
where the course's last moment lies outside it and inside another stay of the person, chosen in the same order, discharge is
the end of that one. A course without a stay has neither; a stay without an end gives no discharge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa

from abate.base.days import parse_length
from abate.contracts.course_tables import COURSES, DOSES, FINDINGS
from abate.engine.aggregates import value_at_first
from abate.engine.time import epoch_seconds, time_from_seconds

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from abate.contracts.definition import Study
    from abate.engine.connection import Engine

ENDS_BEFORE_START = "The row ends before it starts."
GIVES_NOTHING = "The row records no amount and no rate above 0: nothing was given."
NO_LENGTH_NO_AMOUNT = "The row has no length and no amount."
SAYS_NOTHING = "The row has neither an end, nor an amount, nor a rate."
REPEATED = "The row repeats another in person, treatment, start, end, rate and amount."
NO_END_BOLUS = "The row has an amount and no end: taken as a bolus at its start."
NO_END_RATE = "The row has a rate, but neither end nor amount: how long it ran is not known."
OVERLAPS = "The row starts before an earlier one of the same person and treatment has ended."
NO_STAYS = "The records have no stays or visits: admission, discharge and setting of courses are empty."
NO_STAY = "No stay or visit holds the first dose: admission, discharge and setting are empty."
OPEN_STAY = "The stay or visit that gives the discharge has no end: discharge is empty."
TWO_STAYS = "The course runs on into another stay or visit, whose end is taken as the discharge."
ENDS_AFTER_DISCHARGE = "The course ends after its discharge."

#: The column that names one course before it has its id.
_COURSE = ("person_id", "treatment", "course_number")


@dataclass(frozen=True, kw_only=True)
class CourseSet:
    """Courses and what was found on the way, as tables in the contract's form (COURSES, DOSES, FINDINGS)."""

    courses: ir.Table
    doses: ir.Table
    findings: ir.Table


def join_courses(administrations: ir.Table, stays: ir.Table | None, study: Study, engine: Engine) -> CourseSet:
    """Join administrations to courses of the study's treatments by the rules that the module states.

    Parameters
    ----------
    administrations : table ADMINISTRATIONS
        One row each, of the study's treatments only, in mg and mg/h; ``row_key`` unique.
    stays : table STAYS, or None
        None where the records have no stays at all.
    study : Study
        Gives ``new_course_after`` of each treatment. ``length`` is a rule of entry and not applied here.
    engine : Engine
        Holds the tables.

    Returns
    -------
    CourseSet
        Every row handed in is either a dose or a finding with the action ``dropped``, never both. Findings about a row
        carry its ``row_key``, those about a course its ``course_id``.
    """
    judged = engine.step(_judge(engine.step(_with_copies(administrations, engine))))
    rows = engine.materialise(_place(judged, study, engine), "administrations")
    courses = engine.materialise(_with_stays(_course_rows(_kept(rows)), stays), "courses")
    return CourseSet(
        courses=courses.select(*COURSES.column_names),
        doses=_dose_rows(_kept(rows)),
        findings=ibis.union(_row_findings(rows), _course_findings(courses, has_stays=stays is not None, engine=engine)),
    )


def _judge(administrations: ir.Table) -> ir.Table:
    """Return the rows with ``start_seconds``, ``end_seconds``, ``dropped_by`` and ``noted_by`` (sentences, or empty)."""
    row = administrations
    has_end, has_rate = row.end_recorded.notnull(), row.rate_mg_h.notnull()
    has_amount = row.amount_mg.notnull()
    gives_something = (row.rate_mg_h > 0).fill_null(False) | (row.amount_mg > 0).fill_null(False)
    dropped_by = ibis.cases(
        ((row.end_recorded < row.start_seconds).fill_null(False), ENDS_BEFORE_START),
        ((has_rate | has_amount) & ~gives_something, GIVES_NOTHING),
        ((row.end_recorded == row.start_seconds).fill_null(False) & ~has_amount, NO_LENGTH_NO_AMOUNT),
        (~has_end & ~has_rate & ~has_amount, SAYS_NOTHING),
        (row.is_copy, REPEATED),
    )
    noted_by = ibis.cases((has_end, ibis.null("string")), (has_amount, NO_END_BOLUS), else_=NO_END_RATE)
    return row.mutate(
        end_seconds=row.end_recorded.fill_null(row.start_seconds), dropped_by=dropped_by, noted_by=noted_by
    )


def _with_copies(administrations: ir.Table, engine: Engine) -> ir.Table:
    """Add ``start_seconds``, ``end_recorded`` and ``is_copy``: identical to a row of a lower key.

    Rows that start together are few or none, so these are counted first, and only among them copies are looked for.
    """
    rows = administrations.mutate(
        start_seconds=epoch_seconds(administrations["start"]), end_recorded=epoch_seconds(administrations["end"])
    )
    together = rows.group_by("person_id", "start_seconds").aggregate(row_count=rows.count())
    together = engine.materialise(together.filter(together.row_count > 1).drop("row_count"), "starts_together")
    if engine.to_arrow(together.count().name("n").as_table())["n"][0].as_py() == 0:
        return rows.mutate(is_copy=ibis.literal(False))
    same = ("person_id", "treatment", "start_seconds", "end_recorded", "rate_mg_h", "amount_mg")
    suspects = rows.semi_join(together, ["person_id", "start_seconds"])
    counted = suspects.group_by(*same).aggregate(first_key=suspects.row_key.min(), row_count=suspects.count())
    repeated = engine.materialise(counted.filter(counted.row_count > 1), "repeated_administrations")
    # A join by = would not find empty ends and rates; "identical to" does.
    is_same = [rows[name].identical_to(repeated[name]) for name in same]
    joined = rows.left_join(repeated, is_same, rname="{name}_repeated")
    return joined.select(*rows.columns, is_copy=(joined.row_key != joined.first_key).fill_null(False))


def _place(judged: ir.Table, study: Study, engine: Engine) -> ir.Table:
    """Number the courses of each person and treatment; rows that are dropped are numbered apart and mean nothing."""
    judged = judged.mutate(is_dropped=judged.dropped_by.notnull())
    one_by_one: dict[str, Any] = {
        "group_by": ["person_id", "treatment", "is_dropped"],
        "order_by": ["start_seconds", "row_key"],
    }
    ordered = judged.mutate(
        position=ibis.row_number().over(ibis.window(**one_by_one)),
        # The latest end so far, not the end of the row before: a short row may lie inside a long one.
        latest_end=judged.end_seconds.max().over(ibis.window(preceding=(None, 1), **one_by_one)),
    )
    ordered = engine.step(ordered)
    pause = ordered.start_seconds - ordered.latest_end
    is_new = ordered.latest_end.isnull() | (pause > _new_course_after(ordered.treatment, study))
    # A bolus beside a running infusion is no overlap: nothing runs twice.
    overlaps = ((pause < 0) & (ordered.end_seconds > ordered.start_seconds)).fill_null(False)
    marked = engine.step(ordered.mutate(is_new=is_new.cast("int64"), overlaps=overlaps))
    by_position = ibis.cumulative_window(group_by=["person_id", "treatment", "is_dropped"], order_by="position")
    return marked.mutate(course_number=marked.is_new.sum().over(by_position).cast("int64"))


def _new_course_after(treatment: ir.StringValue, study: Study) -> ir.IntegerValue:
    """Return the longest pause, in seconds, that a course of this treatment may have."""
    longest = ibis.literal(parse_length(study.treatment.new_course_after), "int64")
    if study.comparator is None:
        return longest
    return (treatment == study.comparator.name).ifelse(parse_length(study.comparator.new_course_after), longest)


def _kept(rows: ir.Table) -> ir.Table:
    return rows.filter(~rows.is_dropped)


def _course_id(table: ir.Table) -> ir.StringValue:
    person, treatment, number = (table[name].cast("string") for name in _COURSE)
    return person + ":" + treatment + ":" + number


def _course_rows(doses: ir.Table) -> ir.Table:
    """Return one row a course: its id, first and last moment in seconds, and its weight."""
    courses = doses.group_by(*_COURSE).aggregate(
        start_seconds=doses.start_seconds.min(),
        end_seconds=doses.end_seconds.max(),
        weight_kg=value_at_first(doses.weight_kg, doses.position, where=doses.weight_kg.notnull()),
    )
    return courses.mutate(course_id=_course_id(courses))


def _dose_rows(doses: ir.Table) -> ir.Table:
    is_of_unknown_length = doses.end_recorded.isnull() & doses.amount_mg.isnull()
    return doses.mutate(
        course_id=_course_id(doses),
        start=time_from_seconds(doses.start_seconds),
        end=is_of_unknown_length.ifelse(ibis.null("timestamp"), time_from_seconds(doses.end_seconds)),
    ).select(*DOSES.column_names)


def _with_stays(courses: ir.Table, stays: ir.Table | None) -> ir.Table:
    """Return the courses in the contract's columns, with what the findings about stays need beside them."""
    if stays is None:
        found = courses.mutate(
            admission_seconds=ibis.null("int64"), discharge_seconds=ibis.null("int64"), setting=ibis.null("string"),
            is_held=False, has_two_stays=False,
        )  # fmt: skip
    else:
        found = _join_stays(courses, stays)
    return found.mutate(
        admission=time_from_seconds(found.admission_seconds),
        start=time_from_seconds(found.start_seconds),
        end=time_from_seconds(found.end_seconds),
        discharge=time_from_seconds(found.discharge_seconds),
        end_reason=ibis.literal("unknown"),
    )


def _join_stays(courses: ir.Table, stays: ir.Table) -> ir.Table:
    chosen = _choose_stays(_candidate_stays(courses, stays))
    by_course = chosen.group_by("course_id").aggregate(
        admission_seconds=chosen.stay_start.max(where=chosen.is_first),
        setting=chosen.setting.max(where=chosen.is_first),
        # Where the first stay also holds the last moment, it is the last one too.
        end_of_first=chosen.stay_end.max(where=chosen.is_first),
        end_of_last=chosen.stay_end.max(where=chosen.is_last),
        has_first=chosen.is_first.any(),
        has_last=chosen.is_last.any(),
        is_one=(chosen.is_first & chosen.is_last).any(),
    )
    found = courses.left_join(by_course, "course_id").drop("course_id_right")
    is_held = found.has_first.fill_null(False)
    discharge = found.has_last.ifelse(found.end_of_last, found.end_of_first)
    return found.mutate(
        discharge_seconds=is_held.ifelse(discharge, ibis.null("int64")),
        is_held=is_held,
        has_two_stays=is_held & found.has_last & ~found.is_one,
    )


def _candidate_stays(courses: ir.Table, stays: ir.Table) -> ir.Table:
    """Return each course with each stay that holds its first dose or its last moment."""
    spans = stays.select(
        "person_id",
        "stay_id",
        "setting",
        stay_start=epoch_seconds(stays["start"]),
        stay_end=epoch_seconds(stays["end"]),
    )
    pairs = courses.inner_join(spans, "person_id")

    def holds(moment: ir.IntegerValue) -> ir.BooleanValue:
        return (pairs.stay_start <= moment) & (pairs.stay_end.isnull() | (pairs.stay_end >= moment))

    pairs = pairs.mutate(holds_start=holds(pairs.start_seconds), holds_end=holds(pairs.end_seconds))
    return pairs.filter(pairs.holds_start | pairs.holds_end)


def _choose_stays(pairs: ir.Table) -> ir.Table:
    """Mark the stay of the first dose (``is_first``) and that of the last moment (``is_last``)."""

    def preference(table: ir.Table) -> list[ir.Value]:
        is_outpatient, has_no_end = (table.setting != "inpatient").cast("int64"), table.stay_end.isnull().cast("int64")
        return [is_outpatient, table.stay_start.desc(), has_no_end, table.stay_end.desc(), table.stay_id]

    first = ibis.row_number().over(
        ibis.window(group_by=[pairs.course_id, pairs.holds_start], order_by=preference(pairs))
    )
    pairs = pairs.mutate(is_first=pairs.holds_start & (first == 0))
    own_first = [(~pairs.is_first).cast("int64"), *preference(pairs)]
    last = ibis.row_number().over(ibis.window(group_by=[pairs.course_id, pairs.holds_end], order_by=own_first))
    return pairs.mutate(is_last=pairs.holds_end & (last == 0))


def _row_findings(rows: ir.Table) -> ir.Table:
    kept = _kept(rows)
    is_bolus = kept.noted_by == NO_END_BOLUS
    return ibis.union(
        _findings(rows.filter(rows.is_dropped), "administrations", "row_key", "dropped_by", "dropped"),
        _findings(kept.filter(is_bolus), "administrations", "row_key", "noted_by", "repaired"),
        _findings(kept.filter(kept.noted_by == NO_END_RATE), "administrations", "row_key", "noted_by", "kept"),
        _findings(
            kept.filter(kept.overlaps).mutate(rule=ibis.literal(OVERLAPS)), "administrations", "row_key", "rule", "kept"
        ),
    )


def _course_findings(courses: ir.Table, *, has_stays: bool, engine: Engine) -> ir.Table:
    if not has_stays:
        return _remark("courses", NO_STAYS, engine)
    remarks = {
        NO_STAY: ~courses.is_held,
        OPEN_STAY: courses.is_held & courses.discharge_seconds.isnull(),
        TWO_STAYS: courses.has_two_stays,
        ENDS_AFTER_DISCHARGE: courses.end_seconds > courses.discharge_seconds,
    }
    parts = (courses.filter(is_met).mutate(rule=ibis.literal(rule)) for rule, is_met in remarks.items())
    return ibis.union(*(_findings(part, "courses", "course_id", "rule", "noted") for part in parts))


def _findings(rows: ir.Table, table: str, key: str, rule: str, action: str) -> ir.Table:
    return rows.select(table=ibis.literal(table), rule=rows[rule], action=ibis.literal(action), row_key=rows[key])


def _remark(table: str, rule: str, engine: Engine) -> ir.Table:
    """Return one finding about a whole table."""
    row = {"table": [table], "rule": [rule], "action": ["noted"], "row_key": [None]}
    return engine.from_arrow(pa.table(row, pa.schema([(name, pa.string()) for name in FINDINGS.column_names])))
