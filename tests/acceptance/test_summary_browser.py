"""Does the page for the infusion centre open quietly, fit a phone, and print on one sheet?"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from abate.report.centre import render_summary
from abate.report.view import ResultView
from tests.report_example import example_result, example_study
from tests.unit.report.test_centre import hide, month

pytestmark = pytest.mark.browser
LONG = "x" * 80 + " " + "Infusions of a very long name " * 7


def _busy() -> Any:
    """Ten years of months with many signals and a hidden month, under a long title."""
    treatment = {**example_study().treatment.model_dump(), "name": LONG}
    base = example_result(60, study=example_study(title=LONG, treatment=treatment))
    rows = [
        month(place, change_mean=-4.0 + 6 * (place % 9 == 0), event_count=90 * (place % 7 == 0)) for place in range(120)
    ]
    rows[5] = hide(rows[5])
    pair = [replace(row, is_compared=place >= 118, responder_count=13) for place, row in enumerate(rows)]
    return replace(base, periods=tuple(pair))


CASES = {
    "none": lambda: replace(example_result(20), periods=()),
    "6": lambda: example_result(6),
    "61": lambda: example_result(61),
    "400": lambda: example_result(400),
    "busy": _busy,
}


@pytest.fixture(scope="module", params=CASES)
def summary(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("summary") / "summary.html"
    path.write_text(render_summary(ResultView(CASES[request.param]())), encoding="utf-8")
    return path


@pytest.mark.parametrize("size", ["A4", "Letter"])
def test_it_prints_on_one_sheet(browser: Any, summary: Path, size: str) -> None:
    page = browser.new_page()
    page.goto(summary.as_uri())
    printed = page.pdf(format=size)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    page.close()


@pytest.mark.parametrize("width", [1200, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_opens_quietly_and_fits(browser: Any, summary: Path, width: int, scheme: str) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(summary.as_uri())
    assert (said, asked) == ([], [summary.as_uri()])
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_the_numbers_behind_a_chart_open_on_the_screen_and_are_not_printed(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "summary.html"
    path.write_text(render_summary(ResultView(example_result(400))), encoding="utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    page.click("#figure-control-fall summary")
    assert page.is_visible("#table-numbers-control-fall")
    page.emulate_media(media="print")
    assert not page.is_visible("#table-numbers-control-fall")
    page.close()
