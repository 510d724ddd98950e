"""What does every Word file of a plan begin with? Its title, and over each page that it is a draft, and every warning in red."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from abate.base.words import capital
from abate.contracts.draft import NOT_REVIEWED
from abate.contracts.notice import NOT_A_DEVICE
from abate.contracts.trial_plan import TrialPlan
from abate.report.plan.banners import Warned, shortened, warnings_of
from abate.report.tokens import light
from abate.report.word_styles import NOTICE, add_to_header, new_document, spoken
from abate.report.words import shown

if TYPE_CHECKING:
    from docx.document import Document

#: Letters of a title from which it is set smaller, and the size of its type then.
LONG_TITLE, LONG_TITLE_SIZE = 100, 13

_SUBJECT = "Plan of a trial"
_SIMULATED = "The study behind this plan was simulated: no patient\u2019s data, and no evidence."


def new_plan_document(title: str, plan: TrialPlan, warnings: Sequence[str]) -> Document:
    """Return a document with its title and notices; "draft, not reviewed" and each warning stand over every page."""
    from docx.shared import Pt

    is_simulated, warned = plan.provenance.is_simulated, warnings_of(warnings, plan)
    simulated = "simulated data" if is_simulated else ""
    running = f"{NOT_REVIEWED} \u2013 {simulated}".removesuffix(" \u2013 ")
    document = new_document(spoken(shown(title)), running=running, subject=_SUBJECT)
    # In the same line, which wraps where it is long.
    document.sections[0].header.paragraphs[0].add_run(f" \u2013 {spoken(shown(plan.title))}")
    for warning in warned:
        add_to_header(document, shortened(warning.text), colour=_red() if warning.is_alarm else None)
    named = document.add_paragraph(style="Title").add_run(spoken(shown(title)))
    if len(title) > LONG_TITLE:
        named.font.size = Pt(LONG_TITLE_SIZE)
    for warning in warned:
        _write_warning(document, warning)
    for notice in (f"{capital(NOT_REVIEWED)}.", *((_SIMULATED,) if is_simulated else ()), NOT_A_DEVICE):
        document.add_paragraph(spoken(notice), style=NOTICE)
    return document


def _write_warning(document: Document, warning: Warned) -> None:
    from docx.shared import RGBColor

    run = document.add_paragraph(style=NOTICE).add_run(spoken(warning.text))
    run.bold = True
    if warning.is_alarm:
        run.font.color.rgb = RGBColor.from_string(_red())


def _red() -> str:
    return light("warn").removeprefix("#").upper()
