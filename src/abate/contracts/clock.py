"""When, seen from a course? Moments such as "end-24h" and windows between two of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from abate.base.days import describe_length, parse_length
from abate.base.errors import ParameterError


class Anchor(StrEnum):
    """Moments that every course has; in the order in which they come."""

    ADMISSION = "admission"
    START = "start"
    END = "end"
    DISCHARGE = "discharge"


_ANCHORS = tuple(Anchor)
_ANCHOR_WORDS = {
    Anchor.ADMISSION: "admission",
    Anchor.START: "the first dose",
    Anchor.END: "the end of the last dose",
    Anchor.DISCHARGE: "discharge",
}
_MOMENT = re.compile(r"^\s*(admission|start|end|discharge)?\s*([+-]?\s*\d+(?:\.\d+)?\s*(?:s|min|h|d|w))?\s*$")


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A moment of a course: ``anchor`` plus ``offset_seconds``."""

    anchor: Anchor
    offset_seconds: int = 0

    def __str__(self) -> str:
        """Return the moment as prose."""
        if self.offset_seconds == 0:
            return _ANCHOR_WORDS[self.anchor]
        side = "before" if self.offset_seconds < 0 else "after"
        return f"{describe_length(abs(self.offset_seconds))} {side} {_ANCHOR_WORDS[self.anchor]}"


def parse_moment(text: str) -> Moment:
    """Return the moment that ``text`` names; a bare length counts from the first dose.

    Raises
    ------
    ParameterError
        If ``text`` is neither an anchor, nor a length, nor an anchor with a length.

    Examples
    --------
    >>> parse_moment("end-24h")
    Moment(anchor=<Anchor.END: 'end'>, offset_seconds=-86400)
    """
    match = _MOMENT.match(text)
    if match is None or not (match[1] or match[2]):
        raise ParameterError(
            f"{text!r} is not a moment of a course; write admission, start, end or discharge, "
            "with a length where needed, such as 'end-24h'."
        )
    offset = parse_length(match[2].replace(" ", "")) if match[2] else 0
    return Moment(anchor=Anchor(match[1]) if match[1] else Anchor.START, offset_seconds=offset)


def is_upside_down(opening: Moment, closing: Moment) -> bool:
    """Return whether a window from ``opening`` to ``closing`` is empty whatever the course.

    Admission, first dose, end and discharge come in this order, so a window that opens at a later anchor
    and is not moved to before it, or that runs backwards from one anchor, can hold nothing.
    """
    if opening.anchor == closing.anchor:
        return opening.offset_seconds > closing.offset_seconds
    opens_later = _ANCHORS.index(opening.anchor) > _ANCHORS.index(closing.anchor)
    return opens_later and opening.offset_seconds >= 0 and closing.offset_seconds <= 0
