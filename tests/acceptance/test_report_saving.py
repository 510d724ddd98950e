"""Do saving and copying work? Every figure as SVG and PNG, every table as CSV by the rules of the package, and for Word."""

from __future__ import annotations

import csv
import io
import re
import struct
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from abate.report.files import table_as_csv
from tests.acceptance.report_pages import opened, saved, wait_for_words, write_page
from tests.report_example import HOSTILE, example_result, hostile_result

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("report in a browser")]
SVG = "{http://www.w3.org/2000/svg}"
#: Cells that a spreadsheet program could run, and numbers that must stay numbers.
AWKWARD = ("=1+1", "+1 (a)", "-cmd", "@x", "\u22124.1", "+0.5", "60\u202f000", "76\u202f%", 'a "b", c', "1e-5", "-\u0663", "\u2013")  # fmt: skip


def texts_of(svg: bytes) -> str:
    root = ElementTree.fromstring(svg)
    assert root.tag == f"{SVG}svg"
    return " ".join("".join(text.itertext()) for text in root.iter(f"{SVG}text"))


def test_every_figure_is_saved_as_svg_with_title_caption_and_source(browser: Any, report: Path) -> None:
    with opened(browser, report) as page:
        for figure in page.query_selector_all("figure"):
            id = figure.get_attribute("id")
            file = saved(page, f"#{id} [data-do=svg]")
            words = texts_of(file["bytes"])
            assert file["name"] == f"{id.removeprefix('figure-')}.svg"
            caption = re.sub(r"\s+", " ", page.inner_text(f"#{id} figcaption"))
            assert caption.replace("\u00a0", " ") in words.replace("\u00a0", " ")
            assert "abate 0.1.0, study 4f1c92a0, records 91b30c55" in words
            assert "simulated data" in words
            assert b"var(--" not in file["bytes"]
            ground = ElementTree.fromstring(file["bytes"]).find(f"{SVG}rect")
            assert ground is not None
            assert ground.attrib["fill"] == "#fdfcf9"


def test_a_figure_is_saved_in_the_colours_of_paper_whatever_the_theme(browser: Any, report: Path) -> None:
    files = []
    for scheme in ("light", "dark"):
        with opened(browser, report, color_scheme=scheme) as page:
            files.append(saved(page, "#figure-response [data-do=svg]")["bytes"])
    assert files[0] == files[1]


def test_a_figure_is_saved_as_png_of_three_times_its_size(browser: Any, report: Path) -> None:
    with opened(browser, report) as page:
        drawing = ElementTree.fromstring(saved(page, "#figure-harm [data-do=svg]")["bytes"])
        file = saved(page, "#figure-harm [data-do=png]")
        wait_for_words(page, "Saved harm.png")
    assert file["name"] == "harm.png"
    assert file["bytes"][:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", file["bytes"][16:24])
    assert width == 3 * float(drawing.attrib["width"])
    assert height == pytest.approx(3 * float(drawing.attrib["height"]), abs=3)
    assert len(file["bytes"]) > 20_000


@pytest.mark.parametrize("kind", ["usual", "hostile", "awkward"])
def test_the_page_writes_the_same_csv_as_the_package(browser: Any, tmp_path: Path, kind: str) -> None:
    "No spreadsheet program may run a cell; numbers are plain."
    result = hostile_result() if kind == "hostile" else example_result(61, seed=4)
    if kind == "awkward":
        result = with_findings(result)
    sections = write_page(result, tmp_path / "report.html")
    figures = [figure for section in sections for figure in section.figures]
    tables = [table for section in sections for table in section.tables]
    tables += [table for figure in figures for table in figure.numbers if not table.is_empty]
    with opened(browser, tmp_path / "report.html") as page:
        page.evaluate("document.querySelectorAll('details.data').forEach(box => { box.open = true })")
        assert page.locator("[data-do=csv]").count() == len(tables)
        for table in tables:
            file = saved(page, f".tab:has(> .scroll > #table-{table.id}) [data-do=csv]")
            assert file["bytes"].decode() == table_as_csv(table)
            assert file["bytes"].startswith(b"\xef\xbb\xbf")
            cells = [cell for line in csv.reader(io.StringIO(file["bytes"].decode("utf-8-sig"))) for cell in line]
            assert not [cell for cell in cells if re.match(r"[=+@]|-(?!\d)", cell)]
            assert not [cell for cell in cells if re.fullmatch(r"[+\u2212]?[\d\u202f.]*[\u2212\u202f][\d.]*", cell)]


def with_findings(result: Any) -> Any:
    from dataclasses import replace

    from abate.contracts.result import FindingCount

    found = tuple(
        FindingCount(table="t", rule="r", action=text, count=60_000 + place) for place, text in enumerate(AWKWARD)
    )
    return replace(result, findings=found)


def test_numbers_behind_a_figure_are_saved_under_the_name_of_its_file(browser: Any, report: Path) -> None:
    with opened(browser, report) as page:
        page.click("#figure-response summary")
        assert saved(page, "#figure-response [data-do=csv]")["name"] == "response.csv"
        wait_for_words(page, "Saved response.csv")


class Clipboard(HTMLParser):
    """What Word would see: tags, attributes, and the texts of cells and paragraphs."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.cells: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in ("td", "th", "p"):
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        if self.cells:
            self.cells[-1] += data


def copied(page: Any, selector: str) -> tuple[str, str]:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.click(selector)
    wait_for_words(page, "Table copied")
    kinds = page.evaluate(
        """async () => {
            const [item] = await navigator.clipboard.read({ unsanitized: ['text/html'] });
            const text = async kind => (await item.getType(kind)).text();
            return [await text('text/html'), await text('text/plain')];
        }"""
    )
    return kinds[0], kinds[1]


def test_a_copied_table_is_a_plain_table_for_word(browser: Any, report: Path) -> None:
    with opened(browser, report) as page:
        html, plain = copied(page, ".tab:has(#table-sensitivity-table) [data-do=copy]")
        shown = page.eval_on_selector_all(
            "#table-sensitivity-table tr",
            "found => found.map(row => [...row.cells].map(cell => cell.textContent))",
        )
        caption = page.text_content("#table-sensitivity-table caption")
    found = Clipboard(html)
    assert {tag for tag, _ in found.tags} - {"html", "body", "head", "meta"} <= {
        "p",
        "table",
        "tbody",
        "tr",
        "td",
        "th",
    }
    assert {name for _, attributes in found.tags for name in attributes} <= {
        "style",
        "charset",
        "http-equiv",
        "content",
    }
    cells = [cell for row in shown for cell in row]
    assert found.cells[0] == caption
    assert found.cells[1 : 1 + len(cells)] == cells
    lines = plain.splitlines()
    assert lines[0] == caption
    assert [line.split("\t") for line in lines[1 : 1 + len(shown)]] == shown
    assert "Arial" in html


def test_hostile_names_are_text_in_what_is_copied_and_saved(browser: Any, hostile_report: Path) -> None:
    with opened(browser, hostile_report) as page:
        html, plain = copied(page, ".tab:has(#table-findings-table) [data-do=copy]")
        found = Clipboard(html)
        assert not {"script", "img", "svg", "style"} & {tag for tag, _ in found.tags}
        text = " ".join(found.cells)
        assert all(name in text and name in plain for name in HOSTILE)
        for id in ("harm", "pain-by-day", "history"):
            file = saved(page, f"#figure-{id} [data-do=svg]")
            root = ElementTree.fromstring(file["bytes"])
            assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {"svg", "g", "path", "text", "tspan", "rect", "line", "title"}  # fmt: skip
            png = saved(page, f"#figure-{id} [data-do=png]")
            assert png["bytes"].startswith(b"\x89PNG")
