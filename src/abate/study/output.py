"""How does a run write without leaving anything half-written? Into a folder of its own, renamed when all is there."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from abate.base.errors import OutputError
from abate.base.writing import writing

#: The file by which a folder is known as a run's own, so that --overwrite never removes anything else.
MARK_OF_A_RUN = "manifest.json"


def check_target(target: Path, *, overwrite: bool, mark: str = MARK_OF_A_RUN) -> None:
    """Refuse a target that cannot be written, before any work is done; ``mark`` is the file by which its own kind is known.

    Raises
    ------
    OutputError
        If something is there that is no earlier run (or is one and ``overwrite`` is False), or the folder above cannot
        be written.
    """
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise OutputError(f"{target} is there already and is no folder; name another one with --out.")
    if target.is_dir() and any(target.iterdir()):
        if not (target / mark).is_file():
            raise OutputError(f"{target} is not empty and was not written by abate; name another folder with --out.")
        if not overwrite:
            raise OutputError(f"{target} holds an earlier run; name another folder with --out, or add --overwrite.")
    parent = _existing_parent(target)
    if not os.access(parent, os.W_OK | os.X_OK):
        raise OutputError(f"{target} cannot be written: there is no right to write in {parent}.")


@contextmanager
def staged(target: Path) -> Iterator[Path]:
    """Give a private folder beside ``target`` that takes its place at the end; on any failure nothing of it is left.

    Folders above ``target`` that were made for it go again as well.

    Raises
    ------
    OutputError
        If the folder cannot be made or take its place. What fails in between is told by whoever does it.
    """
    made = _missing_parents(target)
    staging: Path | None = None
    is_complete = False
    try:
        with writing(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            staging = Path(tempfile.mkdtemp(prefix=f".{target.name}.unfinished-", dir=target.parent))
        yield staging
        with writing(target):
            _take_place(staging, target)
        is_complete = True
    finally:
        if not is_complete:
            _remove(staging, made)


def _missing_parents(target: Path) -> list[Path]:
    """Return the folders above ``target`` that are not there, the lowest first."""
    return [parent for parent in target.absolute().parents if not parent.exists()]


def _remove(staging: Path | None, made: list[Path]) -> None:
    if staging is not None:
        shutil.rmtree(staging, ignore_errors=True)
    for parent in made:
        with suppress(OSError):  # not made after all, or somebody else has put something there meanwhile
            parent.rmdir()


def _take_place(staging: Path, target: Path) -> None:
    """Exchange the folders so that a reader sees the old run or the new one, never half of either."""
    former: Path | None = None
    if target.exists():
        former = Path(tempfile.mkdtemp(prefix=f".{target.name}.former-", dir=target.parent)) / "run"
        target.rename(former)
    try:
        staging.rename(target)
    except OSError:
        if former is not None:
            former.rename(target)
        raise
    finally:
        if former is not None:
            shutil.rmtree(former.parent, ignore_errors=True)


def _existing_parent(path: Path) -> Path:
    parent = path.absolute().parent
    while not parent.exists():
        parent = parent.parent
    return parent


def write_text(text: str, path: Path) -> None:
    """Write a new text file that may be shared, whole or not at all; a file that is there stays.

    Raises
    ------
    OutputError
        If there is a file already, or it cannot be written.
    """
    write_bytes(text.encode("utf-8"), path)


def write_bytes(content: bytes, path: Path, *, overwrite: bool = False, is_private: bool = False) -> None:
    """Write a file whole or not at all; a private one (it holds patients' data) is for its owner only.

    Raises
    ------
    OutputError
        If there is a file already and ``overwrite`` is False, or it cannot be written.
    """
    if path.is_dir() or (path.exists() and not overwrite):
        raise OutputError(f"{path} is there already; name another file.")
    temporary: str | None = None
    try:
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            if not is_private:
                os.chmod(temporary, 0o644)  # mkstemp makes it private
            os.replace(temporary, path)
        temporary = None
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
