"""How many persons were observed, for how long, and how many of them had the condition? Counts by period, sex and age.

All is reckoned in whole days; both ends of a span and of a period belong to it.

*Observed time.* Overlapping and touching spans of a person are joined, so that no day counts twice. A person belongs to a
period if one day of it is observed.

*Age* is that on the first day of the period on which the person was observed, in completed years; where only the year of
birth is known, the difference of the years. It is not known where neither is, or where the birth lies after that day.

*Recorded.* A record of the condition counts on its day, whether that day is observed or not; the person must be observed
on a day of the period.

*New cases.* A person is at risk from the observed day on before which so many observed days without a record lie as the
washout asks (days between two spans are not observed and do not count), up to and including the day of the first record
ever. The first record is a new case if its day is a day at risk. So each new case has at least one day at risk, and a first
record in the washout or outside observed time is none.

*Marks* are whatever else persons have from a day on: a chronic code, an infusion, a definition of refractory met. Each is a
table with ``person_id`` and ``date``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa

from abate.base.days import SECONDS_PER_DAY
from abate.contracts.burden import UNKNOWN, Period
from abate.engine.time import calendar_day, epoch_seconds, time_from_seconds

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from abate.engine.connection import Engine

_EPOCH = date(1970, 1, 1).toordinal()
_CONDITION = "condition"
_UNKNOWN_AGE = -1


@dataclass(frozen=True, kw_only=True)
class BurdenCounts:
    """Counts only, as Arrow.

    ``cells`` has one row for each period, sex and age band in which anybody was observed: ``period``, ``sex``, ``age_from``
    (the band's lowest age, -1 where it is not known), ``persons``, ``person_days``, ``recorded_in_period``,
    ``recorded_ever``, ``days_at_risk``, ``new_cases``, and ``<mark>_in_period`` and ``<mark>_ever`` of each mark.
    ``never_in_view`` counts the persons with the condition whose first record lies on no observed day.
    """

    cells: pa.Table
    never_in_view: int


def observed_range(observed: ir.Table, engine: Engine) -> tuple[date, date] | None:
    """Return the first and last day on which anybody is observed; None where nobody is."""
    days = observed.aggregate(first=_day(observed["start"]).min(), last=_day(observed["end"]).max())
    found = engine.to_arrow(days).to_pylist()[0]
    if found["first"] is None:
        return None
    return date.fromordinal(found["first"] + _EPOCH), date.fromordinal(found["last"] + _EPOCH)


def count_burden(
    patients: ir.Table,
    observed: ir.Table,
    conditions: ir.Table,
    marks: Mapping[str, ir.Table],
    *,
    periods: Sequence[Period],
    age_limits: Sequence[int],
    washout_days: int,
    engine: Engine,
) -> BurdenCounts:
    """Count observed persons and time, the condition and the marks by period, sex and age band.

    Parameters
    ----------
    patients, observed : tables PATIENTS and OBSERVED
        Of everybody. Whoever is observed and no patient has an unknown sex and age.
    conditions : table
        ``person_id`` and ``date`` of each record of the condition.
    marks : mapping of str to table
        ``person_id`` and ``date`` of each mark, by its id.
    periods : sequence of Period
        They may overlap: a period counts for itself.
    age_limits : sequence of int
        Lowest age of each band, ascending, the first 0.
    washout_days : int
        Observed days without a record before a first record counts as new; at least 0.
    engine : Engine
        Holds the tables; no row leaves it, only the counts.
    """
    spans = engine.materialise(_join_spans(observed), "spans")
    events = engine.materialise(_event_days({_CONDITION: conditions, **marks}), "event_days")
    firsts = engine.materialise(_first_days(events, (_CONDITION, *marks)), "first_days")
    wanted = _as_table(periods, engine)
    present = _present(_with_persons(spans, patients, firsts), wanted, washout_days)
    persons = _describe_persons(present, _seen(events, wanted, (_CONDITION, *marks)), age_limits)
    cells = engine.to_arrow(_count(persons, tuple(marks)))
    return BurdenCounts(cells=cells, never_in_view=_count_never_in_view(spans, firsts, engine))


def _day(time: ir.TimestampValue) -> ir.IntegerValue:
    return calendar_day(epoch_seconds(time))


def _as_table(periods: Sequence[Period], engine: Engine) -> ir.Table:
    columns = {
        "period": pa.array([period.name for period in periods], pa.string()),
        "opens": pa.array([period.first.toordinal() - _EPOCH for period in periods], pa.int64()),
        "closes": pa.array([period.last.toordinal() - _EPOCH for period in periods], pa.int64()),
    }
    return engine.from_arrow(pa.table(columns), "periods")


def _join_spans(observed: ir.Table) -> ir.Table:
    """Return ``first_day`` and ``last_day`` of each unbroken span, the days of the person observed before it, and whether it is the only one."""
    days = observed.select("person_id", first_day=_day(observed["start"]), last_day=_day(observed["end"]))
    days = days.filter(days.first_day <= days.last_day)
    order: dict[str, Any] = {"group_by": "person_id", "order_by": ["first_day", "last_day"]}
    latest_before = days.last_day.max().over(ibis.window(preceding=(None, 1), **order))
    marked = days.mutate(is_new=(days.first_day > latest_before + 1).fill_null(True).cast("int64"))
    numbered = marked.mutate(number=marked.is_new.sum().over(ibis.cumulative_window(**order)))
    spans = numbered.group_by("person_id", "number").aggregate(
        first_day=numbered.first_day.min(), last_day=numbered.last_day.max()
    )
    length = spans.last_day - spans.first_day + 1
    so_far = length.sum().over(ibis.cumulative_window(group_by="person_id", order_by="number"))
    count = spans.count().over(ibis.window(group_by="person_id"))
    return spans.mutate(days_before=so_far - length, is_only=count == 1).drop("number")


def _event_days(events: Mapping[str, ir.Table]) -> ir.Table:
    """Return ``person_id``, ``what`` and ``day`` of each day on which something is recorded, once."""
    parts = [
        table.select("person_id", what=ibis.literal(what), day=_day(table["date"])) for what, table in events.items()
    ]
    return (ibis.union(*parts) if len(parts) > 1 else parts[0]).distinct()


def _first_days(events: ir.Table, kinds: Sequence[str]) -> ir.Table:
    """Return one row a person with ``first_<what>`` of each kind, empty where there is none."""
    return events.group_by("person_id").aggregate(
        **{f"first_{kind}": events.day.min(where=events.what == kind) for kind in kinds}
    )


def _with_persons(spans: ir.Table, patients: ir.Table, firsts: ir.Table) -> ir.Table:
    """Add to each span who the person is and when the first of each kind was recorded."""
    return (
        spans.left_join(patients.select("person_id", "sex", "birth_date", "birth_year"), "person_id")
        .drop("person_id_right")
        .left_join(firsts, "person_id")
        .drop("person_id_right")
    )


def _present(spans: ir.Table, periods: ir.Table, washout_days: int) -> ir.Table:
    """Return one row for each person and period with a day observed: days, the first of them, days at risk, new cases."""
    of_person = [name for name in spans.columns if name not in ("first_day", "last_day", "days_before", "is_only")]
    keys = [*of_person, "period", "closes"]
    amounts = ("person_days", "days_at_risk", "new_cases")
    # Few persons have several spans; grouping everybody's would cost more than all the rest.
    alone = _cut(spans.filter(spans.is_only), periods, washout_days).select(*keys, "entry_day", *amounts)
    several = _cut(spans.filter(~spans.is_only), periods, washout_days)
    joined = several.group_by(keys).aggregate(
        entry_day=several.entry_day.min(), **{name: several[name].sum().cast("int64") for name in amounts}
    )
    return alone.union(joined.select(*alone.columns))


def _cut(spans: ir.Table, periods: ir.Table, washout_days: int) -> ir.Table:
    """Return the part of each span that lies in each period: its days, the first, those at risk, and whether a case is new."""
    pairs = spans.cross_join(periods)
    pairs = pairs.filter((pairs.first_day <= pairs.closes) & (pairs.last_day >= pairs.opens))
    # So many observed days lie before this one: those of earlier spans, then those of its own.
    free_from = pairs.first_day + ibis.greatest(washout_days - pairs.days_before, 0)
    cut = pairs.mutate(
        entry_day=ibis.greatest(pairs.first_day, pairs.opens),
        to_day=ibis.least(pairs.last_day, pairs.closes),
    )
    cut = cut.mutate(risk_from=ibis.greatest(cut.entry_day, free_from))
    risk_to = ibis.least(cut.to_day, cut.first_condition.fill_null(cut.to_day))
    is_new = cut.first_condition.between(cut.risk_from, cut.to_day).fill_null(False)
    return cut.mutate(
        person_days=cut.to_day - cut.entry_day + 1,
        days_at_risk=ibis.greatest(risk_to - cut.risk_from + 1, 0),
        new_cases=is_new.cast("int64"),
    )


def _seen(events: ir.Table, periods: ir.Table, kinds: Sequence[str]) -> ir.Table:
    """Return one row for each person and period with something recorded in it: ``saw_<what>`` of each kind."""
    pairs = events.cross_join(periods)
    pairs = pairs.filter((pairs.day >= pairs.opens) & (pairs.day <= pairs.closes))
    return pairs.group_by("person_id", "period").aggregate(
        **{f"saw_{kind}": (pairs.what == kind).cast("int64").max() for kind in kinds}
    )


def _describe_persons(present: ir.Table, seen: ir.Table, age_limits: Sequence[int]) -> ir.Table:
    """Add the age band of each person in a period, and what is recorded of them in it."""
    joined = present.left_join(seen, ["person_id", "period"]).drop("person_id_right", "period_right")
    age = _whole_years(joined)
    bands = [((age >= lowest).fill_null(False), lowest) for lowest in reversed(age_limits)]
    return joined.mutate(
        sex=joined.sex.fill_null(UNKNOWN), age_from=ibis.cases(*bands, else_=_UNKNOWN_AGE).cast("int64")
    )


def _whole_years(persons: ir.Table) -> ir.IntegerValue:
    """Return completed years on the day of entry; whoever was born on 29 February becomes older on 1 March of a common year."""
    on = time_from_seconds(persons.entry_day * SECONDS_PER_DAY)
    year, month, day = (getattr(on, part)().cast("int64") for part in ("year", "month", "day"))
    born = persons.birth_date
    is_before_birthday = month * 100 + day < born.month().cast("int64") * 100 + born.day().cast("int64")
    by_date = year - born.year().cast("int64") - is_before_birthday.cast("int64")
    return by_date.fill_null(year - persons.birth_year)


def _count(persons: ir.Table, marks: Sequence[str]) -> ir.Table:
    counts: dict[str, Any] = {
        "persons": persons.count(),
        "person_days": persons.person_days.sum(),
        "recorded_in_period": _number(persons.saw_condition == 1),
        "recorded_ever": _number(persons.first_condition <= persons.closes),
        "days_at_risk": persons.days_at_risk.sum(),
        "new_cases": persons.new_cases.sum(),
    }
    for mark in marks:
        counts[f"{mark}_in_period"] = _number(persons[f"saw_{mark}"] == 1)
        counts[f"{mark}_ever"] = _number(persons[f"first_{mark}"] <= persons.closes)
    cells = persons.group_by("period", "sex", "age_from").aggregate(
        **{name: count.cast("int64") for name, count in counts.items()}
    )
    return cells.order_by("period", "sex", "age_from")


def _number(is_true: ir.BooleanValue) -> ir.IntegerScalar:
    return is_true.fill_null(False).cast("int64").sum()


def _count_never_in_view(spans: ir.Table, firsts: ir.Table, engine: Engine) -> int:
    """Return how many persons have the condition and a first record on a day that is not observed."""
    diagnosed = firsts.filter(firsts.first_condition.notnull()).select("person_id", "first_condition")
    pairs = diagnosed.inner_join(spans, "person_id")
    is_in_view = (pairs.first_condition >= pairs.first_day) & (pairs.first_condition <= pairs.last_day)
    in_view = pairs.filter(is_in_view).select("person_id").distinct()
    left = diagnosed.anti_join(in_view, "person_id")
    return int(engine.to_arrow(left.aggregate(persons=left.count())).column(0)[0].as_py())


def marks_at_or_after(mark: ir.Table, conditions: ir.Table) -> ir.Table:
    """Return the rows of a mark on or after the day of the person's first record of the condition."""
    first = conditions.group_by("person_id").aggregate(first_day=_day(conditions["date"]).min())
    pairs = mark.select("person_id", "date").inner_join(first, "person_id")
    return pairs.filter(_day(pairs["date"]) >= pairs.first_day).select("person_id", "date")
