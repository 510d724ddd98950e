"""How does a workbook come to the disk? Whole or not at all, and the same to the byte whenever the same is written."""

from __future__ import annotations

import io
import os
import re
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from abate.base.errors import OutputError
from abate.base.writing import writing

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

#: The earliest time that a zip archive can hold, in place of the time of writing.
NO_TIME = (1980, 1, 1, 0, 0, 0)

_CORE = "docProps/core.xml"
_STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")


def check_file_target(path: Path, ending: str, *, overwrite: bool) -> None:
    """Refuse a file that is there already, or whose name does not end as its kind does.

    Raises
    ------
    OutputError
        See above.
    """
    if path.suffix.lower() != ending:
        raise OutputError(
            f"{path.name} does not end in {ending}, by which spreadsheet programs know a workbook; rename it."
        )
    if path.is_dir() or (path.exists() and not overwrite):
        raise OutputError(f"{path} is there already; name another file, or add --overwrite.")


def save_workbook(book: Workbook, path: Path, *, is_private: bool) -> None:
    """Write a workbook whole or not at all; one that holds patients' rows is private to the user.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    with writing(path):
        stream = io.BytesIO()
        book.save(stream)
    write_file(path, without_times(stream.getvalue()), is_private=is_private)


def write_file(path: Path, content: bytes, *, is_private: bool) -> None:
    """Write a file whole or not at all.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    temporary: str | None = None
    try:
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(prefix=f".{path.name[:40]}.", dir=path.parent)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            if not is_private:
                os.chmod(temporary, 0o644)  # an empty form is meant to be handed round; mkstemp makes it private
            os.replace(temporary, path)
        temporary = None
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def without_times(archive: bytes) -> bytes:
    """Return a workbook's archive with every time of writing replaced by one and the same."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            content = old.read(member)
            if member.filename == _CORE:
                content = _STAMP.sub(rb"\g<1>1980-01-01T00:00:00Z\g<3>", content)
            fixed = zipfile.ZipInfo(member.filename, NO_TIME)
            fixed.compress_type, fixed.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            new.writestr(fixed, content)
    return stream.getvalue()
