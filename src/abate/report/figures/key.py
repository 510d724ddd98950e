"""Where do the signs of a figure stand with their words? In a line above the data, in more lines where one is too short."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from abate.report.figures.sheet import Sheet

KEY_LINE = 18.0
#: About the width of a letter of the small size, the widest of the usual faces taken.
_LETTER = 6.7
_SIGN, _GAP = 14.0, 18.0


@dataclass(frozen=True, kw_only=True)
class Sign:
    """One sign with its words; ``fill`` is its ``hue`` unless given."""

    text: str
    hue: str
    fill: str | None = None
    shape: str = "circle"
    size: float = 64


def lay_out(signs: Sequence[Sign], width: float) -> Sequence[tuple[float, int, Sign]]:
    """Return for each sign its place from the left in pixels and its line."""
    placed, x, line = [], 0.0, 0
    for sign in signs:
        room = _SIGN + _LETTER * len(sign.text)
        if x and x + room > width:
            x, line = 0.0, line + 1
        placed.append((x, line, sign))
        x += room + _GAP
    return placed


def height_of_key(signs: Sequence[Sign], width: float) -> float:
    """Return the height in pixels that the key takes."""
    return KEY_LINE * (1 + max((line for _, line, _ in lay_out(signs, width)), default=-1))


def draw_key(sheet: Sheet, signs: Sequence[Sign], *, x: float, y: float, width: float) -> None:
    """Write the key; ``x`` and ``y`` are its upper left corner in pixels from that of the plot."""
    for right, line, sign in lay_out(signs, width):
        middle = y + KEY_LINE * (line + 0.5)
        sheet.sign(x=x + right + 5, y=middle, hue=sign.hue, fill=sign.fill, shape=sign.shape, size=sign.size)
        sheet.note(sign.text, x=x + right + _SIGN, y=middle, hue="ink")
