"""The command as a user types it, run in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.conftest import ROOT

COMMAND = (sys.executable, "-c", "from abate.cli import main; main()")


def environment(temporary: Path | None = None) -> dict[str, str]:
    """Return the variables that the command gets; ``temporary`` takes its temporary files."""
    own = {} if temporary is None else {"TMPDIR": str(temporary)}
    return {"PYTHONPATH": str(ROOT / "src"), "PATH": "/usr/bin:/bin", **own}


def abate(
    *arguments: Any,
    cwd: Path | None = None,
    temporary: Path | None = None,
    before: Sequence[str] = (),
    preexec: Callable[[], None] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run the command to its end; ``before`` stands before it on the line, ``preexec`` is done in its process first."""
    return subprocess.run(
        [*before, *COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env=environment(temporary),
        preexec_fn=preexec,
    )
