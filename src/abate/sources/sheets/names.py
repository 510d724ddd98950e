"""Which table or column does a heading mean? Headings in any case, with blanks, hyphens or underscores."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

#: Sheets of abate's own template that hold words for people, and tables that a run writes beside the contract's.
SILENT_NAMES = frozenset(
    {"read_me", "instructions", "lists", "check", "abate_check", "findings", "outcomes", "daily", "harm", "limits"}
)

#: The sheet of the template that explains itself and holds its settings.
READ_ME = "read_me"

#: The sheet of ratings by day, one row a course.
DAILY_RATINGS = "daily_ratings"

_LONGEST_NAME = 60


def contract_name(heading: str) -> str:
    """Return a heading as the contract writes its names.

    Examples
    --------
    >>> contract_name(" Weight-kg ")
    'weight_kg'
    """
    return re.sub(r"[\s_-]+", "_", heading.strip().lower()).strip("_")


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that looks most like ``name``, or None where none comes near."""
    found = get_close_matches(contract_name(name), list(known), n=1)
    return found[0] if found else None


def unknown_sentence(kind: str, name: str, known: Iterable[str]) -> str:
    """Return the remark on a heading that is not known, such as "column 'valeu' is not known and was not read"."""
    near = nearest(name, known)
    hint = f"; did you mean {near!r}?" if near else ""
    return f"{kind} {shortened(name)!r} is not known and was not read{hint}"


def shortened(name: str) -> str:
    """Return a heading as it can be printed: without control and direction marks, and no longer than a line holds.

    Examples
    --------
    >>> shortened("a" * 300)[-5:]
    'aaaa…'
    """
    shown = "".join(mark if mark.isprintable() else " " for mark in name)
    return shown if len(shown) <= _LONGEST_NAME else shown[: _LONGEST_NAME - 1] + "…"
