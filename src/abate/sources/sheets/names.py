"""Which table or column does a heading mean? Headings in any case, with blanks, hyphens or underscores."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

#: Sheets of abate's own template that hold words for people, and tables that a run writes beside the contract's.
SILENT_NAMES = frozenset({"instructions", "findings", "outcomes", "daily", "harm"})


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
    return f"{kind} {name!r} is not known and was not read{hint}"
