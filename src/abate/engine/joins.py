"""How do rows of two tables meet without a second copy of the key?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir


def left_join_on(left: ir.Table, keys: str | Sequence[str], *rights: ir.Table) -> ir.Table:
    """Return ``left`` with the columns of ``rights`` beside it, empty where one of them has no row of the same ``keys``.

    Each of ``rights`` has each key once, so the rows of ``left`` stay as many; apart from the keys no name is in two
    of the tables. Several tables are joined by one call, because each call costs Ibis a copy of all the columns.
    """
    names = [keys] if isinstance(keys, str) else list(keys)
    joined = left
    for number, right in enumerate(rights):
        joined = joined.left_join(right, names, rname=f"{{name}}_of_right_{number}")
    return joined.drop(*(f"{name}_of_right_{number}" for number in range(len(rights)) for name in names))
