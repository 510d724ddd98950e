"""Are words found on the page? In text and in tables, behind figures too, with the keyboard alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.report_pages import opened

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("report in a browser")]


def announced(page: Any) -> str:
    from playwright.sync_api import expect

    expect(page.locator(".live")).not_to_be_empty()
    return str(page.text_content(".live"))


def test_hits_are_counted_and_announced_and_stand_beside_their_sections(browser: Any, report: Path) -> None:
    with opened(browser, report) as page:
        page.fill("#find", "NAUSEA")
        count = page.evaluate(
            """[...document.querySelectorAll('.say, figcaption, th, td, .note p, .blocks > p')]
               .reduce((sum, place) => sum + place.textContent.toLowerCase().split('nausea').length - 1, 0)"""
        )
        assert count > 2
        assert page.text_content("#found") == f"{count} hits"
        assert announced(page) == f"{count} hits"
        beside = page.eval_on_selector_all(
            "nav a[data-hits]", "found => found.map(link => [link.hash, Number(link.dataset.hits)])"
        )
        assert sum(hits for _, hits in beside) == count
        assert "#harm" in dict(beside)


def test_enter_goes_from_hit_to_hit_and_round_again(browser: Any, report: Path) -> None:
    with opened(browser, report) as page:
        page.fill("#find", "nausea")
        total = int(str(page.text_content("#found")).split()[0])
        for place in [*range(1, total + 1), 1]:
            page.keyboard.press("Enter")
            assert page.text_content("#found") == f"{place} of {total}"
            assert "nausea" in page.text_content(".hit").lower()
            box = page.locator(".hit").bounding_box()
            assert box is not None
            assert 0 <= box["y"] < 900
        page.keyboard.press("Shift+Enter")
        assert page.text_content("#found") == f"{total} of {total}"
        page.click("nav [data-step='-1']")
        assert page.text_content("#found") == f"{total - 1} of {total}"


def test_a_hit_behind_a_figure_opens_its_numbers(browser: Any, report: Path) -> None:
    with opened(browser, report) as page:
        page.fill("#find", "same courses")
        page.keyboard.press("Enter")
        assert page.is_visible(".hit")
        assert page.evaluate("document.querySelector('.hit').closest('details').open")
        assert "Hit 1 of" in announced(page)


def test_a_word_across_tags_and_signs_is_found(browser: Any, report: Path) -> None:
    "Numbers of the headline stand in bold; a minus is typed as a hyphen, a narrow space as a space."
    with opened(browser, report) as page:
        before, bold = page.evaluate("[...document.querySelector('h1').childNodes].slice(0, 2).map(node => node.textContent)")  # fmt: skip
        page.fill("#find", before[-12:] + bold)
        assert page.text_content("#found") == "1 hit"
        page.fill("#find", "95 %")
        assert int(str(page.text_content("#found")).split()[0]) > 3
        page.fill("#find", "-4.")
        assert int(str(page.text_content("#found")).split()[0]) > 1


def test_what_is_not_there_is_said(browser: Any, report: Path) -> None:
    with opened(browser, report) as page:
        page.fill("#find", "zzz")
        assert announced(page) == "not found"
        page.keyboard.press("Enter")
        assert page.text_content("#found") == "not found"


@pytest.mark.parametrize("width", [360, 1280])
def test_escape_ends_the_search_and_reading_goes_on_at_the_hit(browser: Any, report: Path, width: int) -> None:
    with opened(browser, report, width=width, height=700) as page:
        if width == 360:
            page.click("nav summary")
        page.fill("#find", "hallucination")
        page.keyboard.press("Enter")
        covered = page.evaluate("document.querySelector('nav.toc').getBoundingClientRect().bottom")
        if width == 360:
            assert page.locator(".hit").bounding_box()["y"] >= covered
        page.keyboard.press("Escape")
        assert page.input_value("#find") == ""
        assert page.locator(".hit").count() == 0
        assert page.locator("nav a[data-hits]").count() == 0
        assert "hallucination" in page.evaluate("document.activeElement.textContent").lower()


def test_hostile_words_can_be_searched_for(browser: Any, hostile_report: Path) -> None:
    with opened(browser, hostile_report) as page:
        page.fill("#find", "</svg><img src=x onerror=alert(1)>")
        assert int(str(page.text_content("#found")).split()[0]) > 1
        page.keyboard.press("Enter")
        assert "onerror" in announced(page)
        assert page.locator("img").count() == 0
