"""given, when, then: small tables in, a table out, on every engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from abate.engine.connection import Engine
from tests.spec.casebook import Casebook, Course
from tests.tables import arrow_table, found_cell, parse_rows, written_cell


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
        found = sorted(tuple(found_cell(row[name]) for name in names) for row in found_rows)
        assert found == sorted(tuple(written_cell(row[name]) for name in names) for row in wanted)


@pytest.fixture
def spec(engine: Engine) -> Spec:
    return Spec(engine)


@pytest.fixture(scope="module")
def _casebooks(request: pytest.FixtureRequest) -> dict[str, Casebook]:
    return {}


@pytest.fixture
def course(request: pytest.FixtureRequest, engine: Engine, _casebooks: dict[str, Casebook]) -> Course:
    """One example of a course, joined together with all the examples of its module."""
    if engine.name not in _casebooks:
        _casebooks[engine.name] = Casebook(request.module, engine)
    return _casebooks[engine.name].course(request.function.__name__)
