"""What stands on every page of a plan? That it is a draft nobody has reviewed, that the study was simulated, and every warning."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

from abate.base.words import capital
from abate.contracts.draft import NOT_REVIEWED
from abate.report.html import Banner
from abate.report.inlined import describe_page_foot, quoted
from abate.report.words import shown

#: A longer warning is cut at the head of printed pages; it stands whole at the top of the page.
LONGEST_IN_HEAD = 150

_HEAD = 'font:bold 8pt Arial,"Liberation Sans",sans-serif'
_SIMULATED = "Simulated data: no patient, no evidence"


def banners_of(warnings: Sequence[str], *, is_simulated: bool) -> list[Banner]:
    """Return the lines over a page: draft, simulated, and each warning in red."""
    simulated = "The study behind this plan was simulated: no patient\u2019s data, and no evidence."
    return [
        *(
            Banner(look="warned", name=f"Warning {place}", text=shown(text))
            for place, text in enumerate(warnings, start=1)
        ),
        Banner(look="draft", name="Draft", text=f"{capital(NOT_REVIEWED)}."),
        *([Banner(look="sim", name="Simulated data", text=simulated)] if is_simulated else []),
    ]


def head_lines(warnings: Sequence[str], *, is_simulated: bool) -> list[str]:
    """Return what is printed over every page, a line each."""
    first = f"{NOT_REVIEWED} \u00b7 {_SIMULATED}" if is_simulated else NOT_REVIEWED
    return [first, *(shortened(text) for text in warnings)]


def shortened(text: str) -> str:
    """Return a warning as it fits over a printed page."""
    return text if len(text) <= LONGEST_IN_HEAD else f"{text[: LONGEST_IN_HEAD - 1].rstrip()}\u2026"


def describe_page_styles(title: str, warnings: Sequence[str], *, is_simulated: bool) -> str:
    """Return the styles of a plan's pages with what stands over and under each printed one; warnings are red there too."""
    lines = head_lines([shown(text) for text in warnings], is_simulated=is_simulated)
    words = r' "\a " '.join(quoted(line) for line in lines)
    colour = "#b3001b" if warnings else "#4a3500"
    head = f"@top-center{{content:{words};white-space:pre-line;{_HEAD};color:{colour}}}"
    styles = (files("abate.report") / "templates" / "plan.css").read_text(encoding="utf-8")
    return f"{styles}@page{{{describe_page_foot(title, NOT_REVIEWED)}{head} }}"
