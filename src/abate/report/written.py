"""How does a text or a figure become files in a folder? UTF-8 to the byte; a figure as pictures with its numbers beside them."""

from __future__ import annotations

from pathlib import Path

from abate.report.drawn import DrawnFigure
from abate.report.table_cells import table_as_csv


def write_figure(folder: Path, drawn: DrawnFigure) -> None:
    """Write a figure's numbers as CSV and, where it was drawn, its picture as SVG and PNG."""
    name = drawn.figure.id
    for table in drawn.figure.numbers:
        is_main = table is drawn.figure.numbers[0]
        write_text(folder / (f"{name}.csv" if is_main else f"{table.id}.csv"), table_as_csv(table))
    if drawn.reason is None:
        write_text(folder / f"{name}.svg", drawn.file)
        (folder / f"{name}.png").write_bytes(drawn.png)


def write_text(path: Path, text: str) -> None:
    """Write a text as UTF-8; half a character that a study file brings becomes a question mark."""
    path.write_bytes(text.encode("utf-8", errors="replace"))
