"""Why could something not be written? A failure of the disk becomes one sentence, the same wherever it is met."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from abate.base.errors import OutputError

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NO_RIGHT = (errno.EACCES, errno.EPERM, errno.EROFS)


@contextmanager
def writing(target: Path | str) -> Iterator[None]:
    """Tell a failure of what is written in the block; nothing else may be done there, lest it be told as one.

    Raises
    ------
    OutputError
        If writing fails for want of room or rights.
    """
    try:
        yield
    except OSError as error:
        raise OutputError(describe_failure(error, target)) from None


def describe_failure(error: OSError, target: Path | str) -> str:
    """Return why ``target`` could not be written and what to do, for a caller who leaves nothing behind."""
    if has_no_room(error):
        return f"{target} could not be written: the disk is full. Nothing was left behind; make room and run again."
    if error.errno in _NO_RIGHT:
        return f"{target} could not be written: no right to write there. Nothing was left behind; name another place."
    return f"{target} could not be written ({error.strerror or type(error).__name__}). Nothing was left behind."


def has_no_room(error: OSError) -> bool:
    """Return whether the disk, or this user's share of it, is full."""
    return error.errno in _NO_ROOM


def no_room_for_work() -> OutputError:
    """Return the error for a full temporary folder, where work that does not fit in memory lies."""
    return OutputError(
        f"the temporary folder {tempfile.gettempdir()} is full; make room there, or name a larger one in TMPDIR, and run again."
    )
