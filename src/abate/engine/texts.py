"""How are two texts found to be the same on every engine, whatever their case and the blanks around them?

Ibis's ``strip`` takes the letters v and f off the ends of a text on Spark: it names vertical tabs and form feeds by escapes that
Spark does not know. Only what stands here is used; it has one test that runs on every engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: Blanks, tabs and ends of line.
_AROUND = "^[ \t\n\r]+|[ \t\n\r]+$"


def plain(text: ir.StringValue) -> ir.StringValue:
    """Return a text in lower case, without blanks around it."""
    return text.re_replace(_AROUND, "").lower()
