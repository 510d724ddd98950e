"""Does the page work in a browser? Opened from disk in headless Chromium, in both themes, on a screen and on a phone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.report_pages import opened, pictures_folder, wait_for_section, write_page
from tests.report_example import HOSTILE, example_result, large_result
from tests.unit.report.test_html import SECTIONS

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("report in a browser")]


@pytest.mark.parametrize("width", [360, 760, 1200, 1600])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_opens_whole_and_quietly(browser: Any, report: Path, width: int, scheme: str) -> None:
    with opened(browser, report, width=width, color_scheme=scheme) as page:
        assert page.eval_on_selector_all("main section", "found => found.map(section => section.id)") == SECTIONS
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("width", "shown"), [(1280, "wide"), (360, "narrow")])
def test_figures_are_drawn_at_the_size_of_their_place(browser: Any, report: Path, width: int, shown: str) -> None:
    with opened(browser, report, width=width) as page:
        drawn = page.eval_on_selector_all(
            "figure svg",
            "found => found.filter(svg => svg.getBoundingClientRect().height > 50).map(svg => svg.classList[1])",
        )
        assert drawn == [shown] * page.locator("figure").count()
        smallest = page.eval_on_selector_all(
            f"svg.{shown} text",
            "found => Math.min(...found.map(text => parseFloat(getComputedStyle(text).fontSize) * text.ownerSVGElement.getBoundingClientRect().width / text.ownerSVGElement.viewBox.baseVal.width))",
        )
        assert smallest >= 10


def test_marks_can_be_pointed_at(browser: Any, report: Path) -> None:
    with opened(browser, report) as page:
        assert page.eval_on_selector_all(
            "svg.wide path", "found => found.every(mark => getComputedStyle(mark).pointerEvents !== 'none')"
        )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_theme_is_the_systems_until_the_reader_chooses_and_is_remembered(
    browser: Any, report: Path, scheme: str
) -> None:
    colours = {"light": "rgb(31, 91, 153)", "dark": "rgb(125, 179, 236)"}
    other = "dark" if scheme == "light" else "light"

    def shown(page: Any) -> str:
        return str(
            page.eval_on_selector(
                "#figure-response svg.wide [fill='var(--pain)']", "mark => getComputedStyle(mark).fill"
            )
        )

    with opened(browser, report, color_scheme=scheme) as page:
        assert shown(page) == colours[scheme]
        page.select_option("#theme-switch", other)
        assert shown(page) == colours[other]
        page.wait_for_timeout(300)  # the browser writes its storage a little later
        page.reload()
        assert shown(page) == colours[other]
        assert page.input_value("#theme-switch") == other
        page.select_option("#theme-switch", "")
        assert shown(page) == colours[scheme]


def test_without_storage_the_theme_still_changes(browser: Any, report: Path) -> None:
    with opened(browser, report) as page:
        page.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw new Error('refused') }})")
        page.reload()
        page.select_option("#theme-switch", "dark")
        assert page.evaluate("document.documentElement.dataset.theme") == "dark"


@pytest.mark.parametrize("width", [360, 1280])
def test_the_contents_follow_the_reader(browser: Any, report: Path, width: int) -> None:
    with opened(browser, report, width=width) as page:
        assert page.evaluate("document.querySelector('nav details').open") is (width == 1280)
        for id in ("harm", "methods", "provenance"):
            page.evaluate("id => document.getElementById(id).scrollIntoView({behavior: 'instant'})", id)
            wait_for_section(page, id)
        if width == 360:
            assert page.inner_text("nav summary .here") == "Provenance"


def test_folded_contents_take_one_to_a_section_and_fold_again(browser: Any, report: Path) -> None:
    with opened(browser, report, width=360) as page:
        page.click("nav summary")
        page.click("nav a[href='#harm']")
        wait_for_section(page, "harm")
        assert not page.evaluate("document.querySelector('nav details').open")
        top = page.evaluate("document.getElementById('harm-h').getBoundingClientRect().top")
        assert top >= page.evaluate("document.querySelector('nav.toc').getBoundingClientRect().bottom")
        page.click("nav summary")
        page.keyboard.press("Escape")
        assert not page.evaluate("document.querySelector('nav details').open")


def test_every_title_is_a_link_to_its_section(browser: Any, report: Path) -> None:
    with opened(browser, report) as page:
        links = page.eval_on_selector_all(
            "main h2 a", "found => found.map(link => [link.hash, link.closest('section').id])"
        )
        assert links == [[f"#{id}", id] for id in SECTIONS]
        page.click("#harm h2 a")
        assert page.url.endswith("#harm")


def test_the_numbers_behind_a_figure_open(browser: Any, report: Path) -> None:
    with opened(browser, report) as page:
        page.click("#figure-response summary")
        assert page.is_visible("#figure-response table")


@pytest.mark.parametrize("width", [360, 1280])
def test_without_script_everything_is_there_and_no_button_that_does_nothing(
    browser: Any, report: Path, width: int
) -> None:
    with opened(browser, report, width=width, java_script_enabled=False) as page:
        assert page.locator("main section").count() == len(SECTIONS)
        assert page.is_visible("nav a[href='#harm']")
        assert page.locator("button:visible, select:visible, input:visible").count() == 0
        page.click("#figure-response summary")
        assert page.is_visible("#figure-response table")
        page.click("nav a[href='#harm']")
        assert page.url.endswith("#harm")


@pytest.mark.parametrize("width", [360, 760, 1600])
def test_hostile_names_are_text_and_stay_in_their_place(browser: Any, hostile_report: Path, width: int) -> None:
    with opened(browser, hostile_report, width=width) as page:
        page.evaluate("document.querySelectorAll('details.data').forEach(box => { box.open = true })")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        text = page.evaluate("document.body.textContent")
        assert all(name in text for name in HOSTILE)
        assert page.locator("script").count() == 2
        assert page.locator("img").count() == 0


@pytest.mark.parametrize("courses", [6, 61, 60_000])
def test_pictures_of_small_usual_and_large_studies_are_left_to_be_looked_at(
    browser: Any, tmp_path: Path, courses: int
) -> None:
    result = large_result(courses) if courses > 1_000 else example_result(courses, seed=4)
    write_page(result, tmp_path / "report.html")
    for scheme in ("light", "dark"):
        for width in (360, 1280):
            with opened(browser, tmp_path / "report.html", width=width, color_scheme=scheme) as page:
                assert page.evaluate("document.documentElement.scrollWidth") <= width
                picture = pictures_folder() / f"{courses}-{width}-{scheme}.png"
                page.screenshot(path=picture, full_page=True)
                assert picture.stat().st_size > 50_000
