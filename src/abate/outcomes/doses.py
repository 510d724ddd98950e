"""What was given in each course? Doses, boluses, total, rates, hours in which it ran, and pauses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from abate.engine.aggregates import exact_sum
from abate.engine.joins import left_join_on
from abate.engine.time import epoch_seconds, hours

if TYPE_CHECKING:
    import ibis.expr.types as ir

NOT_RECORDED = "doses not recorded"
NO_ROW = "no dose row"
_TYPES = {
    "dose_count": "int64",
    "bolus_count": "int64",
    "dose_total_mg": "float64",
    "dose_missing": "string",
    "rate_first_mg_h": "float64",
    "rate_max_mg_h": "float64",
    "rate_mean_mg_h": "float64",
    "running_hours": "float64",
    "pause_count": "int64",
    "pause_hours": "float64",
}


def dose_columns(doses: ir.Table | None, windows: ir.Table) -> ir.Table:
    """Return what was given in every course; columns as ``find_doses``, and why the total is empty.

    A course without a dose row has 0 doses and no total; where the source has no doses, nothing can be said.
    """
    if doses is None:
        empty = {name: ibis.null(type_) for name, type_ in _TYPES.items()}
        return windows.select("course_key", **{**empty, "dose_missing": ibis.literal(NOT_RECORDED)})
    every = left_join_on(windows.select("course_key"), "course_key", find_doses(doses, windows))
    return every.mutate(
        dose_count=every.dose_count.fill_null(0),
        bolus_count=every.bolus_count.fill_null(0),
        dose_missing=every.dose_count.isnull().ifelse(NO_ROW, every.dose_missing),
    )


def find_doses(doses: ir.Table, windows: ir.Table) -> ir.Table:
    """Return what was given in each course that has a dose row.

    A *running stretch* has a rate above 0 and lasts: its end is known and lies after its start. Where running stretches
    overlap, their hours count once; what lies between two of them is a pause.

    Parameters
    ----------
    doses : table
        Contract table `doses`.
    windows : table
        With ``course_key`` and ``course_id``.

    Returns
    -------
    table, one row a course with a dose row
        ``course_key``, ``dose_count``, ``bolus_count``, ``dose_total_mg``, ``dose_missing``, ``rate_first_mg_h``,
        ``rate_max_mg_h``, ``rate_mean_mg_h``, ``running_hours``, ``pause_count``, ``pause_hours``.
    """
    rows = _in_sequence(_with_kind(_timed(doses, windows)))
    found = rows.group_by("course_key").agg(**_given(rows), **_running(rows))
    return found.select("course_key", **_amounts(found), **_rates(found))


def _timed(doses: ir.Table, windows: ir.Table) -> ir.Table:
    timed = doses.select(
        "course_id", "rate_mg_h", "amount_mg", start_s=epoch_seconds(doses.start), end_s=epoch_seconds(doses.end)
    )
    return timed.inner_join(windows.select("course_id", "course_key"), "course_id").drop("course_id")


def _with_kind(rows: ir.Table) -> ir.Table:
    lasts = (rows.end_s > rows.start_s).fill_null(False)
    # Nothing is given at a rate of 0, whether or not somebody wrote the 0 down.
    is_off = (rows.rate_mg_h == 0).fill_null(False)
    return rows.mutate(
        runs=lasts & (rows.rate_mg_h > 0).fill_null(False),
        is_bolus=(rows.end_s == rows.start_s).fill_null(False) | (rows.rate_mg_h.isnull() & ~lasts),
        is_rated=lasts & rows.rate_mg_h.notnull(),
        amount_mg=is_off.ifelse(rows.amount_mg.fill_null(0.0), rows.amount_mg),
    )


def _in_sequence(rows: ir.Table) -> ir.Table:
    """Lay the running stretches of a course over each other: how far they reach, and when the next one starts."""
    order = {"group_by": ["course_key", "runs"], "order_by": ["start_s", "end_s"]}
    reach_s = rows.end_s.max().over(ibis.cumulative_window(**order))
    return rows.mutate(pause_s=ibis.greatest(rows.start_s.lead().over(**order) - reach_s, 0))


def _given(rows: ir.Table) -> dict[str, ir.Value]:
    return {
        "dose_count": rows.count(),
        "bolus_count": rows.count(where=rows.is_bolus),
        "rated_count": rows.count(where=rows.is_rated),
        "unrated_count": rows.count(where=~rows.is_rated & ~rows.is_bolus),
        "without_amount": rows.count(where=rows.amount_mg.isnull()),
        "total_mg": exact_sum(rows.amount_mg),
    }


def _running(rows: ir.Table) -> dict[str, ir.Value]:
    # Of stretches that begin together the highest rate is the first one: the time turned round, as highest sorts last.
    first = ibis.struct({"early": -rows.start_s, "rate_mg_h": rows.rate_mg_h}).max(where=rows.runs)
    return {
        "rate_first_mg_h": first["rate_mg_h"],
        "rate_max_mg_h": rows.rate_mg_h.max(where=rows.runs),
        "given_mg_s": exact_sum(rows.rate_mg_h * (rows.end_s - rows.start_s), where=rows.runs),
        "span_s": rows.end_s.max(where=rows.runs) - rows.start_s.min(where=rows.runs),
        "pauses_s": rows.pause_s.sum(where=rows.runs),
        "pauses": rows.count(where=rows.runs & (rows.pause_s > 0)),
    }


def _amounts(found: ir.Table) -> dict[str, ir.Value]:
    is_whole = found.without_amount == 0
    why = found.without_amount.cast("string").concat(
        " of ", found.dose_count.cast("string"), " dose rows without an amount"
    )
    return {
        "dose_count": found.dose_count,
        "bolus_count": found.bolus_count,
        "dose_total_mg": is_whole.ifelse(found.total_mg, ibis.null("float64")),
        "dose_missing": is_whole.ifelse(ibis.null("string"), why),
    }


def _rates(found: ir.Table) -> dict[str, ir.Value]:
    pauses_s = found.pauses_s.fill_null(0)
    running_s = found.span_s - pauses_s
    # Rows without rate or end may have run or not: where there is nothing else, the hours cannot be said.
    is_known = (found.rated_count > 0) | (found.unrated_count == 0)
    hours_or_none = found.span_s.isnull().ifelse(0.0, hours(running_s))
    has_run = found.span_s.notnull()
    return {
        "rate_first_mg_h": found.rate_first_mg_h,
        "rate_max_mg_h": found.rate_max_mg_h,
        "rate_mean_mg_h": found.given_mg_s / running_s,
        "running_hours": is_known.ifelse(hours_or_none, ibis.null("float64")),
        "pause_count": has_run.ifelse(found.pauses, ibis.null("int64")),
        "pause_hours": has_run.ifelse(hours(pauses_s), ibis.null("float64")),
    }
