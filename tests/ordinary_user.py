"""Do what an ordinary user would: permissions are no obstacle to root, who runs many a test."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import skip_or_fail

_NOBODY = 65534
#: What lets root pass by the permissions of files.
_RIGHTS_OF_ROOT = "-dac_override,-dac_read_search"


@contextmanager
def as_ordinary_user() -> Iterator[None]:
    """Give up root's rights for a while; whoever is no root keeps the rights that he has."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@contextmanager
def reachable_folder() -> Iterator[Path]:
    """Give a folder that every user may reach, unlike pytest's own."""
    path = Path(tempfile.mkdtemp(prefix="abate-test-"))
    path.chmod(0o755)
    try:
        yield path
    finally:
        for folder in path.glob("*/"):
            folder.chmod(0o700)
        shutil.rmtree(path)


def command_of_ordinary_user() -> tuple[str, ...]:
    """Return what to type before a command so that permissions bind it as they bind anybody.

    Root's own programs may lie where no other user reaches them, so root stays root, without its right to pass by permissions.
    """
    if os.geteuid() != 0:
        return ()
    if shutil.which("setpriv") is None:
        skip_or_fail("root cannot do what an ordinary user does without setpriv (of util-linux)")
    return ("setpriv", f"--bounding-set={_RIGHTS_OF_ROOT}")
