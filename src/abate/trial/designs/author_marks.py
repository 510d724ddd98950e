"""What must an author write? Places in a text that no number of the plan can fill, marked so that they are found again."""

from __future__ import annotations

import re

_MARK = re.compile(r"\[needs author: ([^\]]+)\]")


def needs_author(what: str) -> str:
    """Return the mark that stands where an author must write ``what``.

    Examples
    --------
    >>> needs_author("ceiling of the rate")
    '[needs author: ceiling of the rate]'
    """
    return f"[needs author: {what}]"


def left_to_author(text: str) -> tuple[str, ...]:
    """Return what the marks in a text ask for, in their order.

    Examples
    --------
    >>> left_to_author("ketamine to [needs author: ceiling of the rate]")
    ('ceiling of the rate',)
    """
    return tuple(_MARK.findall(text))
