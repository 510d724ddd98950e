"""Do the pages of a plan fit a screen and a phone? Opened from disk in headless Chromium, every word of them hostile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from abate.contracts.plan_view import PlanView
from abate.contracts.trial_plan import TrialPlan
from abate.report.drawn import draw_with_source
from abate.report.plan.draft_html import render_draft_page
from abate.report.plan.html import describe_plan_source, render_plan_page
from abate.report.plan.sections import build_plan_sections
from abate.trial.documents import write_drafts
from tests.acceptance.report_pages import opened
from tests.plan_example import hostile_plan

pytestmark = pytest.mark.browser


def write_pages(plan: TrialPlan, folder: Path) -> None:
    """Write the report and the widest of the drafts."""
    view, drafts = PlanView(plan), write_drafts(plan)
    sections = build_plan_sections(view, drafts.synopsis)
    drawn = draw_with_source(sections, describe_plan_source(view))
    (folder / "report.html").write_text(render_plan_page(view, sections, drawn), encoding="utf-8")
    for draft in (drafts.protocol, drafts.committee_charter):
        (folder / f"{draft.id}.html").write_text(render_draft_page(draft, plan), encoding="utf-8")


def test_no_page_overflows_and_figures_fit_their_place(browser: Any, tmp_path: Path) -> None:
    write_pages(hostile_plan(), tmp_path)
    for path in sorted(tmp_path.glob("*.html")):
        for width, shown in ((390, "narrow"), (1200, "wide")):
            with opened(browser, path, width=width) as page:
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
                drawn = page.eval_on_selector_all(
                    "figure svg",
                    "found => found.filter(svg => svg.getBoundingClientRect().height > 50).map(svg => svg.classList[1])",
                )
                assert set(drawn) <= {shown}
                assert len(drawn) == page.locator("figure").count()
