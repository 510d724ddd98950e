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
NO_ROWS = "no dose row"


def find_doses(doses: ir.Table, windows: ir.Table) -> ir.Table:
    """Return what was given in each course that has a dose row.

    A *running stretch* has a rate above 0 and lasts; its end is known and lies after its start.

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
    rows = _timed(doses, windows)
    given, running = _given(rows), _running(rows)
    both = left_join_on(given, running, "course_key")
    # Stretches of unknown rate may have been running or not; without any known rate the hours cannot be said.
    is_known = (both.rated_count > 0) | (both.unrated_count == 0)
    return both.select(
        "course_key",
        "dose_count",
        "bolus_count",
        "dose_total_mg",
        "dose_missing",
        "rate_first_mg_h",
        "rate_max_mg_h",
        "rate_mean_mg_h",
        "pause_count",
        running_hours=is_known.ifelse(both.running_hours.fill_null(0.0), ibis.null("float64")),
        pause_hours=both.pause_hours,
    )


def _timed(doses: ir.Table, windows: ir.Table) -> ir.Table:
    timed = doses.select(
        "course_id", "rate_mg_h", "amount_mg", start_s=epoch_seconds(doses.start), end_s=epoch_seconds(doses.end)
    )
    return timed.inner_join(windows.select("course_id", "course_key"), "course_id").drop("course_id")


def _given(rows: ir.Table) -> ir.Table:
    """Count the rows and add up the amounts; one amount that is not known leaves the total unknown."""
    lasts = (rows.end_s > rows.start_s).fill_null(False)
    is_bolus = ((rows.end_s == rows.start_s) | (rows.rate_mg_h.isnull() & ~lasts)).fill_null(False)
    # Nothing is given at a rate of 0, whether or not somebody wrote the 0 down.
    amount_mg = (rows.rate_mg_h == 0).fill_null(False).ifelse(rows.amount_mg.fill_null(0.0), rows.amount_mg)
    given = rows.group_by("course_key").agg(
        dose_count=rows.count(),
        bolus_count=rows.count(where=is_bolus),
        rated_count=rows.count(where=rows.rate_mg_h.notnull() & ~is_bolus),
        unrated_count=rows.count(where=rows.rate_mg_h.isnull() & ~is_bolus),
        without_amount=rows.count(where=amount_mg.isnull()),
        total_mg=exact_sum(amount_mg),
    )
    is_whole = given.without_amount == 0
    why = ibis.literal("").concat(
        given.without_amount.cast("string"), " of ", given.dose_count.cast("string"), " dose rows without an amount"
    )
    return given.mutate(
        dose_total_mg=is_whole.ifelse(given.total_mg, ibis.null("float64")),
        dose_missing=is_whole.ifelse(ibis.null("string"), why),
    ).drop("total_mg", "without_amount")


def _running(rows: ir.Table) -> ir.Table:
    """Lay the running stretches of a course over each other; what lies between them is a pause."""
    running = rows.filter((rows.rate_mg_h > 0) & (rows.end_s > rows.start_s))
    earlier = ibis.window(group_by="course_key", order_by=["start_s", "end_s"], preceding=(None, 1))
    running = running.mutate(
        covered_until_s=running.end_s.max().over(earlier),
        first_s=running.start_s.min().over(group_by="course_key"),
    )
    opens_s = running.covered_until_s.fill_null(running.start_s)
    new_s = ibis.greatest(running.end_s - ibis.greatest(running.start_s, opens_s), 0)
    pause_s = ibis.greatest(running.start_s - opens_s, 0)
    length_s = running.end_s - running.start_s
    totals = running.group_by("course_key").agg(
        rate_first_mg_h=running.rate_mg_h.max(where=running.start_s == running.first_s),
        rate_max_mg_h=running.rate_mg_h.max(),
        given_mg_s=exact_sum(running.rate_mg_h * length_s),
        running_s=new_s.sum(),
        pause_s=pause_s.sum(),
        pause_count=running.count(where=pause_s > 0),
    )
    return totals.select(
        "course_key",
        "rate_first_mg_h",
        "rate_max_mg_h",
        "pause_count",
        rate_mean_mg_h=totals.given_mg_s / totals.running_s,
        running_hours=hours(totals.running_s),
        pause_hours=hours(totals.pause_s),
    )
