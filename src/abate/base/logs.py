"""How does long work tell where it is? In short sentences on stderr; nothing of a patient ever goes into one."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: What stages call with a short sentence on what they begin.
Progress = Callable[[str], None]


def silent(_: str) -> None:
    """Say nothing."""


@contextmanager
def show_progress(*, quiet: bool) -> Iterator[Progress]:
    """Give a progress that writes to stderr: one moving line on a terminal, plain lines in a log."""
    if quiet:
        yield silent
        return
    began, is_terminal = time.monotonic(), sys.stderr.isatty()

    def tell(sentence: str) -> None:
        line = f"{time.monotonic() - began:6.1f} s  {sentence}"
        sys.stderr.write(f"\r\x1b[K{line}" if is_terminal else f"{line}\n")
        sys.stderr.flush()

    try:
        yield tell
    finally:
        if is_terminal:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
