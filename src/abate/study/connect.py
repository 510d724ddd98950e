"""Where do the records lie? A handle that keeps the place, so that several studies can be run on it from Python."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from abate.base.logs import Progress, silent
from abate.contracts.definition import Study
from abate.contracts.result import StudyResult
from abate.engine.connection import EngineName
from abate.study.run import run


@dataclass(frozen=True, kw_only=True)
class Records:
    """Records at one place, read by one engine; the place is not shown, since it may hold a password."""

    _where: str
    engine: EngineName

    def run(
        self,
        study: Study | str | Path,
        out: str | Path | None = None,
        *,
        overwrite: bool = False,
        progress: Progress = silent,
    ) -> StudyResult:
        """Run a study on these records; see `abate.run`."""
        return run(study, self._where, out, engine=self.engine, overwrite=overwrite, progress=progress)

    def __repr__(self) -> str:
        return f"Records(engine={self.engine!r})"


def connect(where: str | Path, *, engine: EngineName = "duckdb") -> Records:
    """Return a handle on records; see `abate.run` for what ``where`` may be.

    Raises
    ------
    RecordsNotFoundError, NotRecordsError
        If there is nothing there, or nothing that abate reads.
    """
    from abate.sources.detect import source_kind

    source_kind(str(where))
    return Records(_where=str(where), engine=engine)
