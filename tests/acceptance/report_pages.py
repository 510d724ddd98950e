"""Pages that browser tests open: from disk, without a network, in headless Chromium."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from abate.contracts.result import StudyResult
from abate.report.drawn import draw_figures
from abate.report.html import render_page
from abate.report.sections import Section, build_sections
from abate.report.view import ResultView
from tests.conftest import ROOT

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"


def pictures_folder() -> Path:
    """Where pictures of the pages are left to be looked at: ABATE_PICTURES, or build/report."""
    folder = Path(os.environ.get("ABATE_PICTURES") or ROOT / "build" / "report")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def write_page(result: StudyResult, path: Path) -> tuple[Section, ...]:
    """Write the page of a result and nothing else; return its sections."""
    view = ResultView(result)
    sections = build_sections(view)
    path.write_bytes(render_page(view, sections, draw_figures(view, sections)).encode())
    return sections


@contextmanager
def opened(browser: Any, path: Path, *, width: int = 1280, height: int = 900, **settings: Any) -> Iterator[Any]:
    """Open a page offline; at the end nothing has been said in the console, no dialog shown and nothing else asked for."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, offline=True, reduced_motion="reduce", **settings
    )
    page = context.new_page()
    surprises: list[str] = []
    page.on("console", lambda message: surprises.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: surprises.append(f"error: {error}"))
    page.on("request", lambda request: surprises.append(f"request: {request.url}") if not _is_own(request.url, path) else None)  # fmt: skip
    page.on("dialog", lambda dialog: (surprises.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.goto(path.as_uri())
    try:
        yield page
        assert surprises == []
    finally:
        context.close()


def _is_own(url: str, path: Path) -> bool:
    """Whether a request is the page itself, or a picture that it holds or made."""
    return url.split("#")[0] == path.as_uri() or url.startswith(("data:image/svg+xml", "blob:"))


def saved(page: Any, selector: str) -> Mapping[str, Any]:
    """Click what saves, and return the name and the bytes of the file."""
    page.wait_for_timeout(110)  # Chromium lets no page save more than ten files a second
    with page.expect_download() as download:
        page.click(selector)
    return {"name": download.value.suggested_filename, "bytes": Path(download.value.path()).read_bytes()}


def wait_for_words(page: Any, words: str) -> None:
    """Wait until this is what the page says aloud."""
    from playwright.sync_api import expect

    expect(page.locator(".live")).to_have_text(words)


def wait_for_section(page: Any, id: str) -> None:
    """Wait until the contents say that the reader is at this section, and at no other."""
    from playwright.sync_api import expect

    expect(page.locator("nav [aria-current]")).to_have_attribute("href", f"#{id}")
