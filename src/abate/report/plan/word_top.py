"""What does every Word file of a plan begin with? Its title, and over each page that it is a draft, and every warning in red."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from abate.base.words import capital
from abate.contracts.draft import NOT_REVIEWED
from abate.contracts.notice import NOT_A_DEVICE
from abate.report.plan.banners import shortened
from abate.report.tokens import light
from abate.report.word_styles import NOTICE, add_to_header, new_document, spoken
from abate.report.words import shown

if TYPE_CHECKING:
    from docx.document import Document

#: Letters of a title from which it is set smaller, and the size of its type then.
LONG_TITLE, LONG_TITLE_SIZE = 100, 13

_SUBJECT = "Plan of a trial"
_SIMULATED = "The study behind this plan was simulated: no patient\u2019s data, and no evidence."


def new_plan_document(title: str, plan_title: str, warnings: Sequence[str], *, is_simulated: bool) -> Document:
    """Return a document with its title and notices; "draft, not reviewed" and each warning stand over every page."""
    from docx.shared import Pt, RGBColor

    red = light("warn").removeprefix("#").upper()
    simulated = "simulated data \u2013 " if is_simulated else ""
    running = f"{NOT_REVIEWED} \u2013 {simulated}{spoken(shown(plan_title))}"
    document = new_document(spoken(shown(title)), running=running, subject=_SUBJECT)
    for text in warnings:
        add_to_header(document, shortened(shown(text)), colour=red)
    named = document.add_paragraph(style="Title").add_run(spoken(shown(title)))
    if len(title) > LONG_TITLE:
        named.font.size = Pt(LONG_TITLE_SIZE)
    for text in warnings:
        warning = document.add_paragraph(style=NOTICE).add_run(spoken(shown(text)))
        warning.bold, warning.font.color.rgb = True, RGBColor.from_string(red)
    for notice in (f"{capital(NOT_REVIEWED)}.", *((_SIMULATED,) if is_simulated else ()), NOT_A_DEVICE):
        document.add_paragraph(spoken(notice), style=NOTICE)
    return document
