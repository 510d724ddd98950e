"""given, when, then: small tables in, a table out, on every engine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from abate.engine.connection import Engine
from tests.tables import arrow_table, parse_rows


class Spec:
    """One example: ``given`` tables by name, ``when`` a function makes a table of them, ``then`` its rows are these."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.tables: dict[str, Any] = {}
        self.result: Any = None

    def given(self, **tables: str) -> Spec:
        for name, text in tables.items():
            self.tables[name] = self.engine.from_arrow(arrow_table(name, text), name)
        return self

    def when(self, function: Callable[..., Any], *args: Any, **settings: Any) -> Spec:
        self.result = function(*args, **settings)
        return self

    def then(self, expected: str, result: Any = None) -> None:
        """Compare the columns that ``expected`` names; the order of rows is of no account."""
        wanted = parse_rows(expected)
        names = list(wanted[0]) if wanted else [name.strip() for name in expected.strip().splitlines()[0].split("|")]
        found_rows = self.engine.to_arrow((self.result if result is None else result).select(*names)).to_pylist()
        found = sorted(tuple(_text(row[name]) for name in names) for row in found_rows)
        assert found == sorted(tuple(_plain(row[name]) for name in names) for row in wanted)


def _plain(text: str | None) -> str:
    """Write what a person wrote the way ``_text`` writes what was found."""
    if text is None:
        return ""
    if text in ("true", "false"):
        return text
    try:
        return f"{float(text):.9g}"
    except ValueError:
        pass
    try:
        return dt.datetime.fromisoformat(text).isoformat(sep=" ", timespec="seconds")
    except ValueError:
        return text


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, int | float):
        return f"{float(value):.9g}"
    return _plain(str(value))


@pytest.fixture
def spec(engine: Engine) -> Spec:
    return Spec(engine)
