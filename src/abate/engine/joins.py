"""How do rows of two tables meet without a second copy of the key?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir


def left_join_on(left: ir.Table, right: ir.Table, keys: str | Sequence[str]) -> ir.Table:
    """Return ``left`` with the columns of ``right`` beside it, empty where no row of ``right`` has the same ``keys``.

    ``right`` has each key once, so the rows of ``left`` stay as many; apart from the keys no name is in both.
    """
    names = [keys] if isinstance(keys, str) else list(keys)
    copies = [f"{name}_of_right" for name in names]
    return left.left_join(right, names, rname="{name}_of_right").drop(*copies)
