"""How does the template look? One typeface throughout, dark headings where a cell is needed, light ones where it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openpyxl.styles import Alignment, Font

NEEDED_FILL, OPTIONAL_FILL = "FF1F4E79", "FFDDEBF7"
NEEDED_INK, OPTIONAL_INK = "FFFFFFFF", "FF1F3864"
GREY_INK, GREY_FILL = "FF7F7F7F", "FFEDEDED"
MISSING_FILL, SETTING_FILL = "FFF8CBAD", "FFFFF2CC"


def font(**properties: Any) -> Font:
    """Return a font of the workbook's typeface; a font without a name is another one in each spreadsheet program."""
    from openpyxl.styles import Font

    return Font(**{"name": "Calibri", "size": 11, **properties})


def wrapped(**properties: Any) -> Alignment:
    """Return the alignment of a text that runs over several lines."""
    from openpyxl.styles import Alignment

    return Alignment(wrap_text=True, vertical="top", **properties)
