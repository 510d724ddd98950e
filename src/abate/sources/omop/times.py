"""When was it? The time of a row, from its time where there is one, else from its date at midnight."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from abate.base.days import SECONDS_PER_DAY
from abate.base.errors import MissingTableError
from abate.engine.time import epoch_seconds

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from abate.engine.connection import Engine
    from abate.engine.records import RecordStore
    from abate.sources.findings import Findings

SOME_ARE_DATES = "Some rows have a date without a time of day: midnight is taken."
ALL_ARE_DATES = "The rows have dates without a time of day: midnight is taken."
ALL_AT_MIDNIGHT = "All times of day are midnight: the records seem to hold dates only."


def time_columns(store: RecordStore, table: str, stem: str) -> tuple[str, ...]:
    """Return which of ``<stem>_date`` and ``<stem>_datetime`` the table has.

    Raises
    ------
    MissingTableError
        If it has neither.
    """
    found = tuple(name for name in (f"{stem}_date", f"{stem}_datetime") if name in store.columns(table))
    if not found:
        raise MissingTableError(
            f"the table {table.upper()} has neither {stem}_date nor {stem}_datetime, which the study needs."
        )
    return found


def both_columns(*stems: str) -> list[str]:
    """Return the names of date and time of each stem, to be read as optional columns."""
    return [f"{stem}_{kind}" for stem in stems for kind in ("date", "datetime")]


def time_of(rows: ir.Table, stem: str) -> ir.TimestampValue:
    """Return the time of ``<stem>_datetime``, else midnight of ``<stem>_date``; empty where both are."""
    return ibis.coalesce(rows[f"{stem}_datetime"], rows[f"{stem}_date"].cast("timestamp"))


def is_date_only(rows: ir.Table, stem: str) -> ir.BooleanValue:
    """Return whether a row has a date without a time."""
    return rows[f"{stem}_datetime"].isnull() & rows[f"{stem}_date"].notnull()


def is_midnight(time: ir.TimestampValue) -> ir.BooleanValue:
    """Return whether a time is midnight."""
    return epoch_seconds(time) % SECONDS_PER_DAY == 0


def remark_on_dates(rows: ir.Table, stem: str, table: str, engine: Engine, findings: Findings) -> None:
    """Say in the findings where times of day are missing in a materialised table."""
    found = engine.to_arrow(
        rows.aggregate(
            timed=rows[f"{stem}_datetime"].count(),
            dated=is_date_only(rows, stem).cast("int64").sum().fill_null(0),
            in_the_day=(~is_midnight(time_of(rows, stem))).cast("int64").sum().fill_null(0),
        )
    ).to_pylist()[0]
    if found["dated"] and not found["timed"]:
        findings.add_remark(table, ALL_ARE_DATES)
    elif found["dated"]:
        findings.add_remark(table, SOME_ARE_DATES)
    elif found["timed"] and not found["in_the_day"]:
        findings.add_remark(table, ALL_AT_MIDNIGHT)
