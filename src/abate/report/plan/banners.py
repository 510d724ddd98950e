"""What stands on every page of a plan? That it is a draft nobody has reviewed, that the study was simulated, and every warning."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from abate.base.words import capital
from abate.contracts.draft import NOT_REVIEWED
from abate.contracts.plan_words import alarms
from abate.contracts.trial_plan import TrialPlan
from abate.report.html import Banner
from abate.report.inlined import describe_page_foot, quoted
from abate.report.tokens import light
from abate.report.words import shown

#: A longer warning is cut at the head of printed pages; it stands whole at the top of the page.
LONGEST_IN_HEAD = 150

_IN_BRACKETS = re.compile(r" \([^()]*\)")
_HEAD = 'font:bold 8pt Arial,"Liberation Sans",sans-serif'
_SIMULATED = "Simulated data: no patient, no evidence"


@dataclass(frozen=True, kw_only=True)
class Warned:
    """A warning as it is shown; an alarm stands in red."""

    text: str
    is_alarm: bool


def warnings_of(warnings: Sequence[str], plan: TrialPlan) -> list[Warned]:
    """Return the warnings of a plan or of one of its drafts; in red that the pre-post change is planned on."""
    red = {text for text, is_alarm in zip(plan.warnings, alarms(plan), strict=True) if is_alarm}
    return [Warned(text=shown(text), is_alarm=text in red) for text in warnings]


def banners_of(warnings: Sequence[Warned], *, is_simulated: bool) -> list[Banner]:
    """Return the lines over a page: each warning, that it is a draft, and that the study was simulated."""
    simulated = "The study behind this plan was simulated: no patient\u2019s data, and no evidence."
    return [
        *(_banner(warning, place) for place, warning in enumerate(warnings, start=1)),
        Banner(look="draft", name="Draft", text=f"{capital(NOT_REVIEWED)}."),
        *([Banner(look="sim", name="Simulated data", text=simulated)] if is_simulated else []),
    ]


def _banner(warning: Warned, place: int) -> Banner:
    return Banner(look="alarm" if warning.is_alarm else "warned", name=f"Warning {place}", text=warning.text)


def shortened(text: str) -> str:
    """Return a warning as it fits over a printed page: without what stands in brackets where it is long, cut only if that is not enough."""
    if len(text) > LONGEST_IN_HEAD:
        text = _IN_BRACKETS.sub("", text)
    return text if len(text) <= LONGEST_IN_HEAD else f"{text[: LONGEST_IN_HEAD - 1].rstrip()}\u2026"


def describe_page_styles(title: str, warnings: Sequence[Warned], *, is_simulated: bool) -> str:
    """Return the styles of a plan's pages with what stands over and under each printed one; in red where there is an alarm."""
    first = f"{NOT_REVIEWED} \u00b7 {_SIMULATED}" if is_simulated else NOT_REVIEWED
    lines = [first, *(shortened(warning.text) for warning in warnings)]
    words = r' "\a " '.join(quoted(line) for line in lines)
    colour = light("warn") if any(warning.is_alarm for warning in warnings) else light("simink")
    head = f"@top-center{{content:{words};white-space:pre-line;{_HEAD};color:{colour}}}"
    styles = (files("abate.report") / "templates" / "plan.css").read_text(encoding="utf-8")
    return f"{styles}@page{{{describe_page_foot(title, NOT_REVIEWED)}{head} }}"
