"""Can everybody use the page? axe by WCAG 2.2 A and AA and best practice, the keyboard, and the size of what is pressed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.report_pages import opened, write_page
from tests.conftest import skip_or_fail
from tests.report_example import example_result

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("report in a browser")]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="session")
def axe() -> str:
    """axe-core as the package axe-playwright-python carries it; a test dependency only (docs/decisions/0009-page.md)."""
    try:
        import axe_playwright_python as package
    except ImportError:
        skip_or_fail("accessibility is checked with axe-playwright-python, which is not installed")
    return (Path(str(package.__file__)).parent / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def small_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of 6 courses, in which some figures are reasons in words."""
    path = tmp_path_factory.mktemp("small") / "report.html"
    write_page(example_result(6, seed=4), path)
    return path


def violations(page: Any, axe: str) -> list[str]:
    page.evaluate("document.querySelectorAll('details.data').forEach(box => { box.open = true })")
    page.evaluate(axe)
    found = page.evaluate("rules => axe.run(document, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})", RULES)  # fmt: skip
    assert len(found["passes"]) > 30
    return [f"{one['id']}: {node['html'][:200]}" for one in found["violations"] for node in one["nodes"]]


@pytest.mark.slow
@pytest.mark.parametrize("width", [360, 1600])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Any, small_report: Path, axe: str, width: int, scheme: str) -> None:
    with opened(browser, small_report, width=width, color_scheme=scheme) as page:
        assert violations(page, axe) == []


@pytest.mark.slow
@pytest.mark.parametrize("width", [360, 1600])
def test_axe_finds_nothing_on_a_hostile_page_that_is_searched(
    browser: Any, hostile_report: Path, axe: str, width: int
) -> None:
    with opened(browser, hostile_report, width=width) as page:
        page.evaluate("document.querySelector('nav details').open = true")
        page.fill("#find", "script")
        page.keyboard.press("Enter")
        assert violations(page, axe) == []


def test_axe_would_find_a_fault(browser: Any, small_report: Path, axe: str) -> None:
    with opened(browser, small_report) as page:
        page.evaluate("document.querySelector('svg.wide title').remove()")
        page.evaluate("document.querySelector('h1').style.color = '#ccc'")
        found = violations(page, axe)
        assert any(one.startswith("svg-img-alt") for one in found)
        assert any(one.startswith("color-contrast") for one in found)


def test_landmarks_and_headings_are_in_order(browser: Any, small_report: Path) -> None:
    with opened(browser, small_report) as page:
        assert [page.locator(name).count() for name in ("header.top", "main", "nav", "footer", "h1")] == [1] * 5
        levels = page.eval_on_selector_all("h1, h2, h3, h4", "found => found.map(head => Number(head.tagName[1]))")
        assert levels[0] == 1
        assert set(levels[1:]) == {2}
        assert page.get_attribute("html", "lang") == "en"


@pytest.mark.parametrize(("touch", "least"), [(False, 28), (True, 40)])
@pytest.mark.parametrize("width", [360, 1280])
def test_what_is_pressed_is_large_enough(browser: Any, small_report: Path, touch: bool, least: int, width: int) -> None:
    with opened(browser, small_report, width=width, has_touch=touch, is_mobile=touch) as page:
        page.evaluate("document.querySelectorAll('details').forEach(box => { box.open = true })")
        page.evaluate("document.querySelector('nav').classList.add('finding')")
        small = page.eval_on_selector_all(
            "a:not(.skip), button, select, input, summary",
            """(found, least) => found.filter(one => one.offsetParent !== null).map(one => {
                   const { width, height } = one.getBoundingClientRect();
                   return [one.textContent || one.id, width, height];
               }).filter(([, width, height]) => Math.min(width, height) < least - 0.5)""",
            least,
        )
        assert small == []


def test_the_first_stop_of_the_keyboard_skips_to_the_results(browser: Any, small_report: Path) -> None:
    with opened(browser, small_report) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        box = page.locator(".skip").bounding_box()
        assert box["x"] >= 0
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('section')?.id") == "by-day"


@pytest.mark.parametrize("width", [360, 1280])
def test_the_focus_is_always_seen(browser: Any, small_report: Path, width: int) -> None:
    "With the keyboard through the page: each stop has a ring, lies in the window, and is not hidden by what is fixed."
    with opened(browser, small_report, width=width, height=640) as page:
        stops = 0
        while stops < 400:
            page.keyboard.press("Tab")
            found = page.evaluate(
                """() => {
                    const one = document.activeElement;
                    if (one === document.body) return null;
                    const { left, top, width, height } = one.getBoundingClientRect();
                    const at = document.elementFromPoint(Math.max(1, left + Math.min(width / 2, 20)), Math.min(innerHeight - 2, top + Math.min(height / 2, 10)));
                    const look = getComputedStyle(one);
                    return { name: one.outerHTML.slice(0, 120), isSeen: at !== null && (one.contains(at) || at.contains(one)),
                             ring: look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2, isIn: top < innerHeight && top + height > 0 };
                }"""
            )
            if found is None:
                break
            stops += 1
            assert found["isSeen"], found
            assert found["ring"], found
            assert found["isIn"], found
        assert stops > 40


def test_only_wide_tables_are_stops_and_their_first_column_stays(browser: Any, small_report: Path) -> None:
    with opened(browser, small_report, width=360) as page:
        page.evaluate("document.querySelectorAll('details.data').forEach(box => { box.open = true })")
        page.wait_for_timeout(200)
        places = page.eval_on_selector_all(
            ".scroll",
            """found => found.map(place => {
                   const isWide = place.scrollWidth > place.clientWidth + 1;
                   place.scrollLeft = 60;
                   const head = place.querySelector('tbody th').getBoundingClientRect();
                   return { isWide, isStop: place.tabIndex === 0, name: place.getAttribute('aria-label'), role: place.getAttribute('role'),
                            stays: Math.abs(head.left - place.getBoundingClientRect().left) < 2 };
               })""",
        )
        assert any(place["isWide"] for place in places)
        assert any(not place["isWide"] for place in places)
        for place in places:
            assert place["isStop"] is place["isWide"]
            assert place["role"] == ("region" if place["isWide"] else "group")
            assert place["stays"]
            assert place["name"]
