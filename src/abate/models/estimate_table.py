"""How does a small table of estimates print, and how does it leave as a frame?"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

_SMALLEST_P = 1e-4


@dataclass(frozen=True, kw_only=True, eq=False)
class EstimateTable:
    """Columns of words and numbers, row by row; numbers are kept whole and rounded only where they are shown.

    Indexing with a column's name gives the column.
    """

    columns: Mapping[str, Any]
    caption: str

    def __getitem__(self, name: str) -> Any:
        return self.columns[name]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def to_arrow(self) -> pa.Table:
        """Return the columns as an Arrow table; ``.to_pandas()`` and ``polars.from_arrow`` make frames of it."""
        import pyarrow as pa

        return pa.table({name: np.asarray(values) for name, values in self.columns.items()})

    def __str__(self) -> str:
        shown = {name: [name, *(_shown(name, value) for value in values)] for name, values in self.columns.items()}
        aligned = [_aligned(name, cells, self.columns[name]) for name, cells in shown.items()]
        lines = ["  ".join(row).rstrip() for row in zip(*aligned, strict=True)]
        return "\n".join([self.caption, *lines])

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{html.escape(name)}</th>" for name in self.columns)
        rows = zip(*([_shown(name, value) for value in values] for name, values in self.columns.items()), strict=True)
        body = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
        return f"<table><caption>{html.escape(self.caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _aligned(name: str, cells: list[str], values: Sequence[Any]) -> list[str]:
    width = max(map(len, cells))
    is_text = len(values) > 0 and isinstance(values[0], str)
    return [cell.ljust(width) if is_text else cell.rjust(width) for cell in cells]


def _shown(name: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | np.integer):
        return str(value)
    if not np.isfinite(value):
        return "-"
    if name in ("p", "Pr(>|t|)", "Pr(>F)"):
        return f"< {_SMALLEST_P:g}" if value < _SMALLEST_P else f"{value:.4f}"
    if "df" in name.lower():
        return f"{value:.1f}"
    return f"{value:.4g}" if abs(value) < 1e-3 and value != 0 else f"{value:.4f}"
