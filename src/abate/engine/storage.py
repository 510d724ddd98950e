"""How do tables get onto the disk? A DuckDB file or a folder of Parquet files, whole or not at all.

Everything is written under a temporary name beside the target and renamed at the end: an error, a full disk or Ctrl-C
in the middle leaves what was there before.
"""

from __future__ import annotations

import errno
import os
import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from abate.base.errors import OutputError
from abate.base.writing import describe_failure
from abate.engine.interrupts import interrupts_told

DATABASE_SUFFIXES = (".duckdb", ".db")
#: Suffixes of files that are neither a DuckDB database nor a folder's name.
_OTHER_FILES = (".csv", ".gz", ".json", ".parquet", ".sqlite", ".toml", ".txt", ".xlsx", ".zip")
_DUCKDB_TYPE = {
    pa.int64(): "BIGINT",
    pa.float64(): "DOUBLE",
    pa.string(): "VARCHAR",
    pa.bool_(): "BOOLEAN",
    pa.date32(): "DATE",
    pa.timestamp("us"): "TIMESTAMP",
}


class Store(ABC):
    """Tables and small text files on their way to the disk."""

    @abstractmethod
    def append(self, table_name: str, rows: pa.Table) -> None:
        """Add rows to a table; their columns are those of its schema, in that order."""

    @abstractmethod
    def write_text(self, file_name: str, text: str) -> None:
        """Write a text file beside the tables: in the folder, or in the folder that holds the database file."""

    @abstractmethod
    def commit(self) -> None:
        """Give everything its final name."""

    @abstractmethod
    def discard(self) -> None:
        """Remove everything that was written so far."""


def is_database(target: Path) -> bool:
    """Return whether a target names a DuckDB file rather than a folder."""
    return target.suffix.lower() in DATABASE_SUFFIXES


@contextmanager
def open_store(
    target: Path, schemas: Mapping[str, pa.Schema], *, side_files: Sequence[str] = (), overwrite: bool = False
) -> Iterator[Store]:
    """Open a store of tables; it gets its name when the block ends, and leaves nothing if the block fails.

    Parameters
    ----------
    target : Path
        ``FILE.duckdb`` (or ``.db``), or the name of a folder for one Parquet file a table.
    schemas : mapping of str to Schema
        Every table and its columns; a table that gets no row is written empty.
    side_files : sequence of str
        Names of the text files that ``write_text`` will write.
    overwrite : bool
        Whether what is there may be replaced.

    Raises
    ------
    OutputError
        If the target is there already, cannot be written, or the disk is full.
    """
    _check_target(target, schemas, side_files, overwrite)
    with interrupts_told(), _as_output_errors(target):
        store = (_DatabaseStore if is_database(target) else _FolderStore)(target, schemas)
        try:
            yield store
            store.commit()
        except BaseException:
            store.discard()
            raise


def _check_target(target: Path, schemas: Mapping[str, pa.Schema], side_files: Sequence[str], overwrite: bool) -> None:
    if target.suffix.lower() in _OTHER_FILES:
        raise OutputError(f"{target.name} is neither FILE.duckdb nor the name of a folder; choose one of these.")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{target.parent} cannot be made ({error.strerror}); name another place with --out."
        ) from None
    places = [target, *(target.parent / name for name in side_files)] if is_database(target) else [target]
    there = [place for place in places if place.exists()]
    if there and not overwrite:
        raise OutputError(f"{there[0]} is there already; choose another name, or ask for it to be overwritten.")
    if target.exists() and is_database(target) == target.is_dir():
        raise OutputError(f"{target} is a {'folder' if target.is_dir() else 'file'}; choose another name.")
    if target.is_dir():
        own = {f"{name}.parquet" for name in schemas} | set(side_files)
        foreign = sorted(found.name for found in target.iterdir() if found.name not in own)
        if foreign:
            raise OutputError(f"{target} holds other files ({foreign[0]}) and is not overwritten; choose another name.")


@contextmanager
def _as_output_errors(target: Path) -> Iterator[None]:
    """Turn failures of the disk into one sentence."""
    import duckdb

    try:
        yield
    except OSError as error:
        raise OutputError(describe_failure(error, target)) from None
    except duckdb.Error as error:
        known = _as_os_error(error)
        if known is None:
            raise
        raise OutputError(describe_failure(known, target)) from None


def _as_os_error(error: Exception) -> OSError | None:
    """Return the operating system's error behind DuckDB's words, which name a file that the user has never seen."""
    said = str(error)
    for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO):
        if os.strerror(number) in said:
            return OSError(number, os.strerror(number))
    return None


def _temporary(target: Path) -> Path:
    return target.with_name(f".{target.name}.{os.getpid()}.partial")


class _DatabaseStore(Store):
    """A DuckDB file and the text files beside it."""

    def __init__(self, target: Path, schemas: Mapping[str, pa.Schema]) -> None:
        import duckdb

        self._target, self._file = target, _temporary(target)
        self._texts: dict[Path, Path] = {}
        self._file.unlink(missing_ok=True)
        self._connection = duckdb.connect(
            str(self._file), config={"memory_limit": "2GB", "autoinstall_known_extensions": "false"}
        )
        self._connection.execute("SET enable_progress_bar = false")
        # One transaction: large parts go to the file as they come, without passing through the log.
        self._connection.begin()
        for name, schema in schemas.items():
            columns = ", ".join(f'"{field.name}" {_DUCKDB_TYPE[field.type]}' for field in schema)
            self._connection.execute(f'CREATE TABLE "{name}" ({columns})')

    def append(self, table_name: str, rows: pa.Table) -> None:
        self._connection.register("rows_to_append", rows)
        self._connection.execute(f'INSERT INTO "{table_name}" SELECT * FROM rows_to_append')
        self._connection.unregister("rows_to_append")

    def write_text(self, file_name: str, text: str) -> None:
        place = self._target.parent / file_name
        self._texts[place] = _temporary(place)
        self._texts[place].write_text(text, encoding="utf-8")

    def commit(self) -> None:
        self._connection.commit()
        # Closing would write what is still in the log too, but say nothing of a full disk, and the log does not move along.
        self._connection.execute("CHECKPOINT")
        self._connection.close()
        for place, partial in self._texts.items():
            partial.replace(place)
        # A log left by a crash belongs to the file that is being replaced.
        self._target.with_name(self._target.name + ".wal").unlink(missing_ok=True)
        self._file.replace(self._target)

    def discard(self) -> None:
        self._connection.interrupt()  # after Ctrl-C other threads still work, and closing would wait for them
        self._connection.close()
        for partial in (self._file, self._file.with_name(self._file.name + ".wal"), *self._texts.values()):
            partial.unlink(missing_ok=True)
        shutil.rmtree(self._file.with_name(self._file.name + ".tmp"), ignore_errors=True)


class _FolderStore(Store):
    """A folder with one Parquet file a table, and the text files in it."""

    def __init__(self, target: Path, schemas: Mapping[str, pa.Schema]) -> None:
        self._target, self._folder = target, _temporary(target)
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir()
        self._writers = {
            name: pq.ParquetWriter(self._folder / f"{name}.parquet", schema, compression="zstd")
            for name, schema in schemas.items()
        }

    def append(self, table_name: str, rows: pa.Table) -> None:
        self._writers[table_name].write_table(rows)

    def write_text(self, file_name: str, text: str) -> None:
        (self._folder / file_name).write_text(text, encoding="utf-8")

    def commit(self) -> None:
        for writer in self._writers.values():
            writer.close()
        replaced = _temporary(self._target).with_suffix(".replaced")
        if self._target.exists():
            self._target.rename(replaced)
        self._folder.rename(self._target)
        shutil.rmtree(replaced, ignore_errors=True)

    def discard(self) -> None:
        for writer in self._writers.values():
            writer.close()
        shutil.rmtree(self._folder, ignore_errors=True)
