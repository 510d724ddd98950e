"""Do the pages of a plan fit a screen and a phone? Opened from disk in headless Chromium, those with the longest words too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from abate.report.plan.files import write_plan
from abate.trial.documents import write_drafts
from tests.acceptance.report_pages import opened
from tests.plan_example import example_plan, hostile_plan

pytestmark = pytest.mark.browser


def test_no_page_overflows_and_figures_fit_their_place(browser: Any, tmp_path: Path) -> None:
    for name, plan in (("example", example_plan()), ("hostile", hostile_plan())):
        (tmp_path / name).mkdir()
        write_plan(plan, write_drafts(plan), tmp_path / name)
    for path in sorted(tmp_path.glob("*/*.html")):
        for width, shown in ((390, "narrow"), (1200, "wide")):
            with opened(browser, path, width=width) as page:
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
                drawn = page.eval_on_selector_all(
                    "figure svg", "found => found.filter(svg => svg.getBoundingClientRect().height > 50).map(svg => svg.classList[1])"
                )  # fmt: skip
                assert set(drawn) <= {shown}
