"""How does the study reach a database engine? One small face over DuckDB and Spark, both spoken to through Ibis."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from abate.base.errors import EngineError
from abate.engine.interrupts import interrupts_told

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

EngineName = Literal["duckdb", "spark"]


@dataclass(frozen=True, kw_only=True)
class CsvLayout:
    """How a CSV file is written; with it every column is read as text, and nothing is sniffed."""

    columns: tuple[str, ...]  # names to give, in the order of the file; its first line is passed over
    delimiter: str
    quote: str = '"'  # empty: quotes are ordinary characters
    is_gzip: bool = False


class LazyTables(Mapping[str, "ir.Table"]):
    """Tables by name, each opened when it is first asked for: what a study does not need is not touched."""

    def __init__(self, names: Sequence[str], open_table: Callable[[str], ir.Table]) -> None:
        self._names = dict.fromkeys(names)
        self._open = open_table
        self._opened: dict[str, ir.Table] = {}

    def __getitem__(self, name: str) -> ir.Table:
        """Return the table called ``name``; KeyError if there is none."""
        if name not in self._names:
            raise KeyError(name)
        if name not in self._opened:
            self._opened[name] = self._open(name)
        return self._opened[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class Engine(ABC):
    """A running engine. Tables made here are temporary and vanish when it closes; records are only ever read.

    ``backend`` is the Ibis backend, for expressions in sources, cohort, courses and outcomes.
    """

    name: EngineName
    backend: Any

    @abstractmethod
    def read_parquet(self, path: Path | Sequence[Path]) -> ir.Table:
        """Return a lazy table over Parquet files of one schema."""

    @abstractmethod
    def read_csv(
        self, path: Path, *, types: Mapping[str, str] | None = None, layout: CsvLayout | None = None
    ) -> ir.Table:
        """Return a lazy table over a CSV file (.csv, .tsv, .csv.gz).

        The delimiter is sniffed and ``types`` are given by column name; with a ``layout`` nothing is sniffed, and columns
        without a type are text.
        """

    @abstractmethod
    def read_database(self, path: Path) -> LazyTables:
        """Return the tables of a DuckDB file, attached read-only; names outside the schema main are ``schema.name``."""

    @abstractmethod
    def from_arrow(self, table: pa.Table, name: str | None = None) -> ir.Table:
        """Return a table of the engine holding the rows of ``table``."""

    @abstractmethod
    def materialise(self, expression: ir.Table, name: str | None = None) -> ir.Table:
        """Compute ``expression`` once and return a temporary table that holds its rows.

        A later stage that reads the result twice then does not compute it twice.
        """

    @abstractmethod
    def step(self, expression: ir.Table, name: str | None = None) -> ir.Table:
        """Give ``expression`` a name, as a temporary view; nothing is computed yet.

        A long expression that later ones refer to many times is then written once: Ibis compiles less, and the engine
        computes each column of it once, where Ibis alone would repeat its text wherever it is used.
        """

    @abstractmethod
    def to_arrow(self, expression: ir.Table) -> pa.Table:
        """Compute ``expression`` and return its rows, in the order that it states."""

    @abstractmethod
    def write_parquet(self, expression: ir.Table, path: Path) -> int:
        """Compute ``expression``, write it as one Parquet file, and return the number of rows."""

    @abstractmethod
    def close(self) -> None:
        """Release memory, temporary files and attached records."""

    @property
    @abstractmethod
    def scratch(self) -> Path:
        """A private folder (mode 0700) for files that the engine reads from; it goes when the engine closes."""

    @property
    @abstractmethod
    def versions(self) -> Mapping[str, str]:
        """Versions of the engine's parts, for the manifest."""


@contextmanager
def open_engine(name: EngineName = "duckdb", *, memory_limit: str = "4GB") -> Iterator[Engine]:
    """Open an engine and close it afterwards.

    Parameters
    ----------
    name : "duckdb" or "spark"
        Spark runs locally unless the session already running says otherwise.
    memory_limit : str
        Memory that DuckDB may use before it spills to a private temporary folder.

    Raises
    ------
    EngineError
        If the engine is unknown, not installed, or cannot be started (Spark without Java, say).
    """
    engine = _start(name, memory_limit)
    try:
        with interrupts_told():
            yield engine
    finally:
        engine.close()


def _start(name: str, memory_limit: str) -> Engine:
    if name == "duckdb":
        from abate.engine.duckdb_engine import DuckDBEngine

        return DuckDBEngine(memory_limit=memory_limit)
    if name == "spark":
        from abate.engine.spark_engine import SparkEngine

        return SparkEngine()
    raise EngineError(f"engine {name!r} is not known; choose duckdb or spark.")
