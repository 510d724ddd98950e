"""Ctrl-C in the middle of a query ends the query, and is Ctrl-C to whoever asked it."""

import os
import signal
import threading

import duckdb
import pytest

from abate.engine.interrupts import interrupts_told

LONG = "SELECT sum(sqrt(a.range * b.range)) FROM range(10000000) a, range(10000000) b"


def test_ctrl_c_in_the_middle_of_a_query_is_a_keyboard_interrupt():
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    with duckdb.connect() as connection:
        timer.start()
        with pytest.raises(KeyboardInterrupt), interrupts_told():
            connection.execute(LONG).fetchall()


def test_another_failure_stays_what_it_is():
    with duckdb.connect() as connection, pytest.raises(duckdb.ParserException), interrupts_told():
        connection.execute("SELEKT 1")
