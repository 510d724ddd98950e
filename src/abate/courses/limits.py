"""Which courses left the limits of their setting, when, and for how long? Real doses against `knowledge/infusion_limits.csv`.

Three answers for each course, and never a guess: within limits, beyond, not known.

*Which doses.* Those given into a vein; a dose whose route is not recorded is taken as one. A stretch is a row that lasts: its
rate is the one recorded, else amount / time. A bolus is a row that ends as it starts, or that has neither a rate nor an end.

*Rate.* Beyond, where one stretch runs faster than the limit. Where every stretch keeps to it, but stretches that overlap pass
it together, it is not known: two bags may have run at once, or one may have taken the other's place. Not known as well where
the weight is missing, where a row lasts without a rate and an amount, or where the limit is not known. A stretch that is
beyond whatever else is not known is beyond.

*When and how long.* From the course's first dose to the first moment beyond; all hours beyond, counted once where stretches
overlap, and empty where a stretch beyond the limit has no end.

A dose of exactly the limit is within it: doses per kg are kept to nine decimals.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import ibis

from abate.engine.joins import left_join_on
from abate.engine.time import epoch_seconds, hours
from abate.knowledge.infusion_limits import (
    BEYOND,
    BOLUS,
    DECIMALS,
    INTENSIVE,
    NOT_KNOWN,
    RATE,
    WARD,
    WITHIN,
    infusion_limits,
)

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: Why an answer is not known; the first that holds is given.
NO_LIMIT = "no limit is known"
NO_DOSES = "no dose into a vein is recorded"
NO_WEIGHT = "no body weight"
NO_RATE = "a dose row has neither rate nor amount"
NO_AMOUNT = "a bolus has no amount"
OVERLAPPING = "overlapping stretches pass the limit together"

_INTRAVENOUS = "intravenous"
_EXACT = "decimal(38, 12)"


#: What is found of the doses of a course, before it is judged.
_FOUND = {
    "dose_rows": "int64",
    "stretch_count": "int64",
    "unrated_count": "int64",
    "open_beyond_count": "int64",
    "rate_max_mg_kg_h": "float64",
    "first_beyond_s": "int64",
    "bolus_count": "int64",
    "bolus_max_mg_kg": "float64",
    "bolus_beyond_count": "int64",
    "without_amount_count": "int64",
    "beyond_s": "int64",
    "together_mg_kg_h": "float64",
}
#: Of these, what is 0 where there is no row.
_COUNTS = [name for name in _FOUND if name.endswith(("_rows", "_count"))]


def find_limit_breaches(
    doses: ir.Table | None,
    courses: ir.Table,
    *,
    drugs: Mapping[str, str] = MappingProxyType({}),
    intensive: ir.Table | None = None,
) -> ir.Table:
    """Return for every course whether its doses kept to the limits, and if not, when and for how long.

    Parameters
    ----------
    doses : table DOSES of the contract, or None
        None where the source records no doses: then nothing is known.
    courses : table COURSES of the contract
    drugs : mapping of str to str
        The drug that a treatment of the study gives, where its name is no drug of infusion_limits.csv itself.
    intensive : table, optional
        With ``course_id``: the courses given under intensive monitoring. All others count as given on a ward without it,
        for the records seldom tell: a course's setting, inpatient or outpatient, says nothing of monitoring.

    Returns
    -------
    table, one row a course, for a join by ``course_id``
        ``limit_setting``; of the rate ``rate_max_mg_kg_h`` (the highest that is known), ``rate_limit_mg_kg_h``,
        ``rate_verdict``, ``rate_missing`` (why it is not known), ``beyond_first_hour`` (hours from the first dose) and
        ``beyond_hours`` (0 within limits; where other rows have no rate, at least that many); of boluses
        ``bolus_max_mg_kg``, ``bolus_limit_mg_kg``, ``bolus_verdict``, ``bolus_missing`` and ``bolus_beyond_count``; and
        ``limits_verdict`` of both together. Verdicts are ``within limits``, ``beyond`` and ``not known``. A course
        without a bolus keeps to the limit of boluses, and one without a stretch to that of rates.
    """
    limited = _with_limits(courses, drugs, intensive)
    found = _nothing_found(limited) if doses is None else _found(doses, limited)
    judged = found.mutate(**_rate_verdict(found), **_bolus_verdict(found))
    return judged.select(
        "course_id",
        "limit_setting",
        "rate_max_mg_kg_h",
        "rate_limit_mg_kg_h",
        "rate_verdict",
        "rate_missing",
        **_beyond(judged),
        bolus_max_mg_kg=judged.bolus_max_mg_kg,
        bolus_limit_mg_kg=judged.bolus_limit_mg_kg,
        bolus_verdict=judged.bolus_verdict,
        bolus_missing=judged.bolus_missing,
        bolus_beyond_count=(judged.bolus_verdict == NOT_KNOWN).ifelse(ibis.null("int64"), judged.bolus_beyond_count),
        limits_verdict=_combined(judged.rate_verdict, judged.bolus_verdict),
    )


def _with_limits(courses: ir.Table, drugs: Mapping[str, str], intensive: ir.Table | None) -> ir.Table:
    """Return the courses with their setting and its limits, empty where none is known."""
    rows = courses.select("course_id", "treatment", "weight_kg", course_s=epoch_seconds(courses.start))
    if intensive is None:
        rows = rows.mutate(limit_setting=ibis.literal(WARD))
    else:
        watched = intensive.select("course_id").distinct().mutate(is_watched=ibis.literal(True))
        rows = left_join_on(rows, "course_id", watched)
        rows = rows.mutate(limit_setting=rows.is_watched.fill_null(False).ifelse(INTENSIVE, WARD))
    return rows.select(
        "course_id",
        "weight_kg",
        "course_s",
        "limit_setting",
        rate_limit_mg_kg_h=_limit(rows, RATE, drugs),
        bolus_limit_mg_kg=_limit(rows, BOLUS, drugs),
    )


def _limit(rows: ir.Table, kind: str, drugs: Mapping[str, str]) -> ir.Value:
    branches = []
    for (drug, setting, of_kind), limit in infusion_limits().items():
        if of_kind == kind and limit.limit is not None:
            names = {drug} - set(drugs) | {treatment for treatment, given in drugs.items() if given == drug}
            is_it = rows.treatment.isin(sorted(names)) & (rows.limit_setting == setting)
            branches.append((is_it, ibis.literal(limit.limit, "float64")))
    return ibis.cases(*branches, else_=ibis.null("float64"))


def _nothing_found(limited: ir.Table) -> ir.Table:
    empty = {name: ibis.null(type_) for name, type_ in _FOUND.items()}
    return limited.mutate(**empty | {name: ibis.literal(0, "int64") for name in _COUNTS})


def _found(doses: ir.Table, limited: ir.Table) -> ir.Table:
    rows = _per_kg(doses, limited)
    found = left_join_on(limited, "course_id", _by_course(rows), _over_time(rows))
    return found.mutate(**{name: found[name].fill_null(0) for name in _COUNTS})


def _per_kg(doses: ir.Table, limited: ir.Table) -> ir.Table:
    """Return the doses into a vein with their kind, and per kg."""
    row = doses.select(
        "course_id",
        "rate_mg_h",
        "amount_mg",
        "route",
        start_s=epoch_seconds(doses.start),
        end_s=epoch_seconds(doses.end),
    )
    row = row.filter((row.route == _INTRAVENOUS).fill_null(True)).drop("route")
    row = row.inner_join(limited, "course_id")
    lasts = (row.end_s > row.start_s).fill_null(False)
    # As in the outcomes: outcomes/doses.py says the same of what a bolus is.
    is_bolus = (row.end_s == row.start_s).fill_null(False) | (row.rate_mg_h.isnull() & ~lasts)
    is_off = (row.rate_mg_h == 0).fill_null(False)
    rate = ibis.coalesce(
        row.rate_mg_h, lasts.ifelse(row.amount_mg / hours(row.end_s - row.start_s), ibis.null("float64"))
    )
    row = row.mutate(
        lasts=lasts,
        is_bolus=is_bolus,
        is_stretch=~is_bolus & ~is_off,
        rate=(rate / row.weight_kg).round(DECIMALS),
        has_rate=rate.notnull(),
        bolus=(is_off.ifelse(row.amount_mg.fill_null(0.0), row.amount_mg) / row.weight_kg).round(DECIMALS),
        has_amount=is_off | row.amount_mg.notnull(),
    )
    return row.mutate(
        is_beyond=row.is_stretch & (row.rate > row.rate_limit_mg_kg_h).fill_null(False),
        is_large=row.is_bolus & (row.bolus > row.bolus_limit_mg_kg).fill_null(False),
    )


def _by_course(row: ir.Table) -> ir.Table:
    return row.group_by("course_id").agg(
        dose_rows=row.count(),
        stretch_count=row.count(where=row.is_stretch),
        unrated_count=row.count(where=row.is_stretch & ~row.has_rate),
        open_beyond_count=row.count(where=row.is_beyond & ~row.lasts),
        rate_max_mg_kg_h=row.rate.max(where=row.is_stretch),
        first_beyond_s=row.start_s.min(where=row.is_beyond),
        bolus_count=row.count(where=row.is_bolus),
        bolus_max_mg_kg=row.bolus.max(where=row.is_bolus),
        bolus_beyond_count=row.count(where=row.is_large),
        without_amount_count=row.count(where=row.is_bolus & ~row.has_amount),
    )


def _over_time(rows: ir.Table) -> ir.Table:
    """Return for each course the seconds beyond the limit, and the highest rate of stretches that run at one time together."""
    ran = rows.filter(rows.is_stretch & rows.lasts & rows.rate.notnull())
    beyond = ran.is_beyond.cast("int64")
    starts = ran.select("course_id", at_s=ran.start_s, rate=ran.rate, beyond=beyond)
    ends = ran.select("course_id", at_s=ran.end_s, rate=-ran.rate, beyond=-beyond)
    both = starts.union(ends)
    change = both.group_by("course_id", "at_s").agg(rate=both.rate.cast(_EXACT).sum(), beyond=both.beyond.sum())
    until_now = ibis.cumulative_window(group_by="course_id", order_by="at_s")
    level = change.mutate(
        together=change.rate.sum().over(until_now).cast("float64").round(DECIMALS),
        beyond_now=change.beyond.sum().over(until_now),
        lasts_s=change.at_s.lead().over(group_by="course_id", order_by="at_s") - change.at_s,
    )
    return level.group_by("course_id").agg(
        beyond_s=level.lasts_s.sum(where=level.beyond_now > 0), together_mg_kg_h=level.together.max()
    )


def _rate_verdict(found: ir.Table) -> dict[str, ir.Value]:
    missing = ibis.cases(
        (found.first_beyond_s.notnull(), ibis.null("string")),
        (found.dose_rows == 0, NO_DOSES),
        (found.stretch_count == 0, ibis.null("string")),
        (found.rate_limit_mg_kg_h.isnull(), NO_LIMIT),
        (found.weight_kg.isnull(), NO_WEIGHT),
        (found.unrated_count > 0, NO_RATE),
        ((found.together_mg_kg_h > found.rate_limit_mg_kg_h).fill_null(False), OVERLAPPING),
    )
    return {"rate_missing": missing, "rate_verdict": _verdict(found.first_beyond_s.notnull(), missing)}


def _bolus_verdict(found: ir.Table) -> dict[str, ir.Value]:
    missing = ibis.cases(
        (found.bolus_beyond_count > 0, ibis.null("string")),
        (found.dose_rows == 0, NO_DOSES),
        (found.bolus_count == 0, ibis.null("string")),
        (found.bolus_limit_mg_kg.isnull(), NO_LIMIT),
        (found.weight_kg.isnull(), NO_WEIGHT),
        (found.without_amount_count > 0, NO_AMOUNT),
    )
    return {"bolus_missing": missing, "bolus_verdict": _verdict(found.bolus_beyond_count > 0, missing)}


def _verdict(is_beyond: ir.BooleanValue, missing: ir.StringValue) -> ir.Value:
    return ibis.cases((is_beyond, BEYOND), (missing.notnull(), NOT_KNOWN), else_=WITHIN)


def _combined(*verdicts: ir.StringValue) -> ir.Value:
    """As ``combine_verdicts``: beyond where one is, else not known where one is."""
    first, second = verdicts
    return ibis.cases(
        ((first == BEYOND) | (second == BEYOND), BEYOND),
        ((first == NOT_KNOWN) | (second == NOT_KNOWN), NOT_KNOWN),
        else_=WITHIN,
    )


def _beyond(judged: ir.Table) -> dict[str, ir.Value]:
    is_known = (judged.rate_verdict != NOT_KNOWN) & (judged.open_beyond_count == 0)
    return {
        "beyond_first_hour": hours(judged.first_beyond_s - judged.course_s),
        "beyond_hours": is_known.ifelse(hours(judged.beyond_s.fill_null(0)), ibis.null("float64")),
    }
