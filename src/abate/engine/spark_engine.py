"""How does Spark do what an engine does? For records that outgrow one machine; locally, a second opinion in tests."""

from __future__ import annotations

import itertools
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abate.base.errors import EngineError
from abate.engine.connection import CsvLayout, Engine, EngineName, LazyTables
from abate.engine.time import SPARK_FUNCTIONS

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa


class SparkEngine(Engine):
    """A local Spark session, or the one that is already running in this process."""

    name: EngineName = "spark"

    def __init__(self) -> None:
        self._scratch = Path(tempfile.mkdtemp(prefix="abate-"))
        self._session, self._is_own_session = _spark_session(self._scratch)
        import ibis

        self.backend: Any = ibis.pyspark.connect(self._session)
        self._names = itertools.count(1)

    def read_parquet(self, path: Path | Sequence[Path]) -> ir.Table:
        paths = [str(path)] if isinstance(path, Path) else [str(part) for part in path]
        frame = self._session.read.parquet(*paths)
        return self._view(frame, "parquet")

    def read_csv(
        self, path: Path, *, types: Mapping[str, str] | None = None, layout: CsvLayout | None = None
    ) -> ir.Table:
        # DuckDB reads the file; Spark then reads the same values from Parquet, so both engines see one table.
        return self._through_duckdb("csv", lambda duck: duck.read_csv(path, types=types, layout=layout))

    def read_database(self, path: Path) -> LazyTables:
        from abate.engine.duckdb_engine import DuckDBEngine

        duck = DuckDBEngine()
        try:
            names = list(duck.read_database(path))
        finally:
            duck.close()
        return LazyTables(names, lambda name: self._through_duckdb("table", lambda d: d.read_database(path)[name]))

    def from_arrow(self, table: pa.Table, name: str | None = None) -> ir.Table:
        import pyarrow.parquet as pq

        target = self._scratch / f"{self._new_name(name or 'arrow')}.parquet"
        pq.write_table(table, target, coerce_timestamps="us")
        return self.read_parquet(target)

    def materialise(self, expression: ir.Table, name: str | None = None) -> ir.Table:
        folder = self._scratch / self._new_name(name or "step")
        self._frame(expression).write.parquet(str(folder))
        return self.read_parquet(folder)

    def step(self, expression: ir.Table, name: str | None = None) -> ir.Table:
        return self._view(self._frame(expression), name or "view")

    def to_arrow(self, expression: ir.Table) -> pa.Table:
        # Not Ibis's own way: it passes through pandas, where a 64-bit id beside an empty one becomes a rounded float.
        return self._frame(expression).toArrow().cast(expression.schema().to_pyarrow())

    def write_parquet(self, expression: ir.Table, path: Path) -> int:
        import pyarrow.parquet as pq

        table = self.to_arrow(expression)
        pq.write_table(table, path, compression="zstd")
        return int(table.num_rows)

    def close(self) -> None:
        if self._is_own_session:
            self._session.stop()
        shutil.rmtree(self._scratch, ignore_errors=True)

    @property
    def scratch(self) -> Path:
        return self._scratch

    @property
    def versions(self) -> Mapping[str, str]:
        import ibis
        import pyspark

        return {"pyspark": pyspark.__version__, "ibis": ibis.__version__}

    def _through_duckdb(self, stem: str, read: Callable[[Engine], ir.Table]) -> ir.Table:
        from abate.engine.duckdb_engine import DuckDBEngine

        duck = DuckDBEngine()
        try:
            target = self._scratch / f"{self._new_name(stem)}.parquet"
            duck.write_parquet(read(duck), target)
            return self.read_parquet(target)
        finally:
            duck.close()

    def _frame(self, expression: ir.Table) -> Any:
        return self._session.sql(self.backend.compile(expression))

    def _view(self, frame: Any, stem: str) -> ir.Table:
        name = self._new_name(stem)
        frame.createOrReplaceTempView(name)
        return self.backend.table(name)

    def _new_name(self, stem: str) -> str:
        return f"abate_{stem}_{next(self._names)}"


def _spark_session(scratch: Path) -> tuple[Any, bool]:
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError:
        raise EngineError("engine spark needs pyspark; install it with pip install 'abate[spark]'.") from None
    running = SparkSession.getActiveSession()
    if running is not None:
        _set_clock(running)
        return running, False
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        raise EngineError("engine spark needs Java 17; install a Java runtime, or run with --engine duckdb.")
    logging.getLogger("py4j").setLevel(logging.ERROR)
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    try:
        session = (
            SparkSession.builder.master("local[*]")
            .appName("abate")
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .config("spark.sql.shuffle.partitions", str(2 * (os.cpu_count() or 1)))
            .config("spark.sql.warehouse.dir", str(scratch / "warehouse"))
            .config("spark.local.dir", str(scratch / "local"))
            .config("spark.driver.memory", "4g")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.sql.execution.arrow.pyspark.enabled", "true")
            .getOrCreate()
        )
    except (PySparkException, OSError, RuntimeError) as error:
        raise EngineError(
            f"engine spark could not be started ({type(error).__name__}); check the Java runtime, or run with --engine duckdb."
        ) from None
    session.sparkContext.setLogLevel("ERROR")
    _set_clock(session)
    return session, True


def _set_clock(session: Any) -> None:
    """Teach the session how abate reckons. Times are wall-clock times without zone: UTC on both sides keeps every value as it is written."""
    session.conf.set("spark.sql.session.timeZone", "UTC")
    session.conf.set("spark.sql.timestampType", "TIMESTAMP_NTZ")
    session.conf.set("spark.sql.ansi.enabled", "false")
    for function in SPARK_FUNCTIONS:
        session.sql(function)
