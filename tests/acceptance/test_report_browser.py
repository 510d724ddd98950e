"""Does the page work in a browser? Opened from disk in headless Chromium, in both themes, on a screen and on a phone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from abate.report.files import write_outputs
from tests.conftest import skip_or_fail
from tests.report_example import example_result
from tests.unit.report.test_html import SECTIONS

pytestmark = pytest.mark.browser
CHROMIUM = "/usr/bin/chromium"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if not Path(CHROMIUM).exists() and shutil.which("chromium") is None:
        skip_or_fail("the page is opened with Chromium, which is not installed")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as running:
        opened = running.chromium.launch(executable_path=shutil.which("chromium") or CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    write_outputs(example_result(61, seed=4), folder)
    return folder / "report.html"


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_opens_whole_and_quietly(browser: Any, report: Path, width: int, scheme: str) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(report.as_uri())
    assert said == []
    assert asked == [report.as_uri()]
    assert page.eval_on_selector_all("main section", "found => found.map(section => section.id)") == SECTIONS
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


@pytest.mark.parametrize(("width", "shown"), [(1280, "wide"), (360, "narrow")])
def test_figures_are_drawn_at_the_size_of_their_place(browser: Any, report: Path, width: int, shown: str) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(report.as_uri())
    drawn = page.eval_on_selector_all(
        "figure svg",
        "found => found.filter(svg => svg.getBoundingClientRect().height > 50).map(svg => svg.classList[1])",
    )
    assert drawn == [shown] * 12
    smallest = page.eval_on_selector_all(
        f"svg.{shown} text",
        "found => Math.min(...found.map(text => parseFloat(getComputedStyle(text).fontSize) * text.ownerSVGElement.getBoundingClientRect().width / text.ownerSVGElement.viewBox.baseVal.width))",
    )
    assert smallest >= 10
    page.close()


def test_figures_follow_the_theme(browser: Any, report: Path) -> None:
    colours = {}
    for scheme in ("light", "dark"):
        page = browser.new_page(color_scheme=scheme)
        page.goto(report.as_uri())
        colours[scheme] = page.eval_on_selector(
            "#figure-response svg.wide [fill='var(--pain)']", "mark => getComputedStyle(mark).fill"
        )
        page.close()
    assert colours == {"light": "rgb(31, 91, 153)", "dark": "rgb(125, 179, 236)"}


def test_the_numbers_behind_a_figure_open(browser: Any, report: Path) -> None:
    page = browser.new_page()
    page.goto(report.as_uri())
    page.click("#figure-response summary")
    assert page.is_visible("#figure-response table")
    page.close()
