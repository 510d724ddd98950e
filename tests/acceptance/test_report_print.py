"""How does the page print? On A4 and Letter: what stands on the first page, what may be cut, and what is left away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.report_pages import opened, pictures_folder

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("report in a browser")]
#: Room for text in CSS pixels (96 an inch): the sheet without its margins of 16 mm at the sides, 17 above and 18 below.
ROOM = {"A4": (672, 990), "Letter": (695, 923)}


@pytest.mark.parametrize("paper", ROOM)
def test_the_first_page_holds_headline_numbers_and_key_figure(browser: Any, report: Path, paper: str) -> None:
    width, height = ROOM[paper]
    with opened(browser, report, width=width, height=height) as page:
        page.emulate_media(media="print")
        bottoms = page.eval_on_selector_all(
            "h1, dl.strip, main > section:first-child figure:first-child",
            "found => found.map(one => one.getBoundingClientRect().bottom)",
        )
        assert len(bottoms) == 3
        assert max(bottoms) <= height


@pytest.mark.parametrize("paper", ROOM)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_the_paper_and_it_is_white(browser: Any, report: Path, paper: str, scheme: str) -> None:
    width, height = ROOM[paper]
    with opened(browser, report, width=width, height=height, color_scheme=scheme) as page:
        page.select_option("#theme-switch", "dark")
        page.emulate_media(media="print", color_scheme=scheme)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(27, 29, 31)"


def test_what_is_of_no_use_on_paper_is_left_away(browser: Any, report: Path) -> None:
    with opened(browser, report) as page:
        page.click("#figure-response summary")
        page.emulate_media(media="print")
        shown = "found => found.filter(one => one.getClientRects().length > 0).length"
        assert page.eval_on_selector_all("nav, button, select, input, details.data, .skip, .live", shown) == 0
        assert page.eval_on_selector_all("svg.narrow", shown) == 0
        assert page.eval_on_selector_all("svg.wide", shown) == page.locator("figure").count()


def test_figures_rows_and_short_tables_are_not_cut_and_long_ones_repeat_their_head(browser: Any, report: Path) -> None:
    with opened(browser, report) as page:
        page.emulate_media(media="print")

        def breaks(selector: str) -> set[str]:
            looks = page.eval_on_selector_all(selector, "found => found.map(one => getComputedStyle(one).breakInside)")
            return set(looks)

        assert breaks("figure") == breaks("tr") == breaks(".blocks > .tab:not(.long) > .scroll") == {"avoid"}
        assert breaks(".tab.long > .scroll") == {"auto"}
        heads = page.eval_on_selector_all("thead", "found => found.map(one => getComputedStyle(one).display)")
        assert set(heads) == {"table-header-group"}
        assert page.evaluate("getComputedStyle(document.querySelector('h2')).breakAfter") == "avoid"


@pytest.mark.parametrize("paper", ROOM)
def test_the_page_prints(browser: Any, report: Path, paper: str) -> None:
    with opened(browser, report) as page:
        printed = page.pdf(format=paper, prefer_css_page_size=True, print_background=True)
    (pictures_folder() / f"report-{paper}.pdf").write_bytes(printed)
    assert printed.startswith(b"%PDF")
    assert 6 <= printed.count(b"/Type /Page\n") <= 20
