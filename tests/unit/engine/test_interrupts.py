"""Ctrl-C in the middle of a query ends the query at once, and is Ctrl-C to whoever asked it."""

import os
import signal
import threading

import duckdb
import pyarrow as pa
import pytest

from abate.engine.connection import open_engine
from abate.engine.interrupts import interrupts_told

SOON = 1.0


def ctrl_c_soon():
    threading.Timer(SOON, os.kill, (os.getpid(), signal.SIGINT)).start()


@pytest.mark.timeout(60)
@pytest.mark.parametrize("ask", ["materialise", "to_arrow"])
def test_ctrl_c_in_the_middle_of_a_query_stops_it_at_once(ask):
    "The query has 10^15 rows: it would take weeks, and so would waiting for its threads."

    def ask_too_much():
        with open_engine("duckdb") as engine:
            rows = engine.from_arrow(pa.table({"n": range(100_000)}))
            many = rows.cross_join(rows.view().rename(m="n")).cross_join(rows.view().rename(k="n"))
            total = many.aggregate(total=(many.n * many.m * many.k).sqrt().sum())
            ctrl_c_soon()
            getattr(engine, ask)(total)

    with pytest.raises(KeyboardInterrupt):
        ask_too_much()


def test_another_failure_stays_what_it_is():
    with duckdb.connect() as connection, pytest.raises(duckdb.ParserException), interrupts_told():
        connection.execute("SELEKT 1")
