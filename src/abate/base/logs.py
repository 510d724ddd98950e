"""How does long work tell where it is? A callable that takes a sentence; nothing of a patient ever goes into one."""

from __future__ import annotations

from collections.abc import Callable

#: What stages call with a short sentence on what they begin.
Progress = Callable[[str], None]


def silent(_: str) -> None:
    """Say nothing."""
