"""Is there room for the names of the bars beside them? Where a name is too long they all stand above."""

from __future__ import annotations

from collections.abc import Sequence

from abate.report.figures.figure import is_wide

#: About the width of a letter of the small size, bold.
_LETTER = 6.2


def has_room_beside(names: Sequence[str], width: float, room: float) -> bool:
    """Return whether every name fits into ``room`` pixels beside its bar, on a figure of this width.

    Examples
    --------
    >>> has_room_beside(["short"], 720, 200), has_room_beside(["x" * 60], 720, 200), has_room_beside(["short"], 340, 200)
    (True, False, False)
    """
    return is_wide(width) and all(_LETTER * len(name) <= room for name in names)
