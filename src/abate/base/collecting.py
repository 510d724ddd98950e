"""How often does Python look for rubbish? Rarely while a study runs: it makes many objects at once and keeps them till its end."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

#: New objects between two looks; Python's own number is 700, and then a sixth of a small study's time goes to looking.
_OBJECTS_BETWEEN = 100_000


@contextmanager
def collecting_rarely() -> Iterator[None]:
    """Let the collector run seldom within the block, and as before after it."""
    before = gc.get_threshold()
    gc.set_threshold(_OBJECTS_BETWEEN, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
