"""Was it Ctrl-C? DuckDB tells it in words of its own where it is met in the middle of a query."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def interrupts_told() -> Iterator[None]:
    """Raise KeyboardInterrupt where the block ends with DuckDB's word for it."""
    try:
        yield
    except Exception as error:
        # Told by name and words, not by class: Spark runs without DuckDB being imported.
        if type(error).__name__ == "InterruptException" or str(error) == "Query interrupted":
            raise KeyboardInterrupt from None
        raise
