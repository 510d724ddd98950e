"""The page: sections in order, everything escaped, nothing asked for, and the banner on simulated data."""

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from abate.contracts.result import FindingCount, StudyResult
from abate.report.drawn import draw_figures
from abate.report.html import render_page
from abate.report.sections import build_sections
from abate.report.view import ResultView
from tests.report_example import HOSTILE, example_result, example_study, hostile_result, result_of_rows, simulate_rows

SECTIONS = ["by-day", "attrition", "characteristics", "courses", "change", "response", "nadir", "harm", "durability", "attribution",
            "published", "sensitivity", "limits", "methods", "checklist", "findings", "provenance"]  # fmt: skip


class Page(HTMLParser):
    """What a browser would see: tags with their attributes, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)


def render(result: StudyResult) -> str:
    view = ResultView(result)
    sections = build_sections(view)
    return render_page(view, sections, draw_figures(view, sections))


@pytest.fixture(scope="module")
def html(result: StudyResult) -> str:
    return render(result)


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


@pytest.fixture(scope="module")
def hostile() -> Page:
    return Page(render(hostile_result()))


def test_all_sections_stand_in_the_order_of_a_paper(page):
    assert [found["id"] for tag, found in page.tags if tag == "section"] == SECTIONS


def test_the_contents_link_to_every_section(page):
    links = [found["href"] for tag, found in page.tags if tag == "a" and found.get("href", "").startswith("#")]
    assert [f"#{id}" for id in SECTIONS] == links[1 : 1 + len(SECTIONS)]


def test_the_page_runs_its_own_two_scripts_and_asks_for_nothing(html, page):
    policy = next(found["content"] for tag, found in page.tags if found.get("http-equiv") == "Content-Security-Policy")
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    assert len(hashes) == 2
    assert f"script-src 'sha256-{hashes[0]}' 'sha256-{hashes[1]}';" in policy
    assert policy.startswith("default-src 'none';")
    assert "connect-src 'none'" in policy
    assert not {"link", "img", "iframe", "object", "form"} & {tag for tag, _ in page.tags}
    assert not [name for _, found in page.tags for name in found if name in ("src", "srcset") or name.startswith("on")]
    assert "http://" not in html
    assert "https://" not in html


def test_ids_are_unique(page):
    ids = [found["id"] for _, found in page.tags if "id" in found]
    assert len(set(ids)) == len(ids)


def test_every_table_has_a_caption_and_heads_with_a_scope(html, page):
    assert html.count("<table ") == html.count("<caption>")
    assert all(found.get("scope") in ("col", "row") for tag, found in page.tags if tag == "th")


def test_every_figure_keeps_its_numbers(page, html):
    figures = [found for tag, found in page.tags if tag == "figure"]
    assert len(figures) > 8
    assert html.count("<summary>The numbers behind this figure</summary>") == len(figures)


def test_figures_stand_twice_and_follow_the_theme(html):
    assert html.count('class="fg wide"') == html.count('class="fg narrow"') == html.count("<figure ")
    drawings = re.findall(r"<svg.*?</svg>", html, re.DOTALL)
    assert not [drawing for drawing in drawings if re.search(r'(fill|stroke)="#', drawing)]


def test_simulated_data_says_so_on_top_and_on_every_printed_page(page, html):
    assert "Simulated data. No patient\u2019s data; not evidence about ketamine." in page.text
    assert '@top-center{content:"Simulated data' in html
    assert "simulated data" in html[html.index("@bottom-left") : html.index("@bottom-right")]
    real = render(replace(example_result(6), provenance=replace(example_result(6).provenance, is_simulated=False)))
    assert "imulated" not in Page(real).text.replace("Simulated data: no patient", "simulated")


def test_the_page_of_a_usual_study_is_far_under_five_megabytes(html):
    assert len(html.encode()) < 5_000_000


def test_every_figure_and_table_has_its_buttons(html):
    figures, tables = html.count("<figure "), html.count("<table ")
    deeds = {deed: html.count(f'data-do="{deed}"') for deed in ("svg", "png", "copy", "csv")}
    assert deeds == {"svg": figures, "png": figures, "copy": tables, "csv": tables}


def test_only_a_long_table_may_be_cut_between_pages():
    found = tuple(FindingCount(table="t", rule=f"rule {place}", action="kept", count=1) for place in range(30))
    html = render(replace(example_result(6), findings=found))
    assert re.search(r'class="tab long" data-file="findings-table"', html)
    html = render(replace(example_result(6), findings=found[:20]))
    assert re.search(r'class="tab" data-file="findings-table"', html)


def test_the_page_says_once_that_it_is_no_medical_device(page):
    assert page.text.count("not a medical device") == 1


def test_the_edition_is_named_on_top(page):
    assert "Edition for the site: holds single courses; not for sharing" in page.text


def test_the_same_result_gives_the_same_page(result, html):
    assert render(result) == html


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_shown_as_text(hostile, name):
    assert name in hostile.text


def test_hostile_names_add_no_element_and_no_attribute(hostile, page):
    assert {tag for tag, _ in hostile.tags} <= {tag for tag, _ in page.tags}
    assert {name for _, found in hostile.tags for name in found} <= {name for _, found in page.tags for name in found}


def test_no_control_character_reaches_the_page():
    study = example_study(title="a\x00b\x07c")
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", render(result_of_rows(study, simulate_rows(study, 3, 1))))


@pytest.mark.parametrize(
    "changes", [{"courses": 1}, {"courses": 20, "finals": 0}, {"courses": 20, "rated": False}, {"courses": 20, "responders": 0}, {"courses": 20, "harm_recorded": False},
                {"courses": 20, "study": example_study(events=None, follow_up=None, eligibility=None, condition=None)}]
)  # fmt: skip
def test_studies_of_every_kind_make_a_whole_page(changes):
    page = Page(render(example_result(**changes)))
    is_beside = changes["courses"] > 1 and changes.get("study") is None
    expected = [id for id in SECTIONS if id != "published" or is_beside]
    assert [found["id"] for tag, found in page.tags if tag == "section"] == expected
    assert "None" not in re.sub(r"None (of|was|seen)", "", page.text)
    assert "nan" not in page.text.split()


def test_a_figure_that_is_not_drawn_shows_its_reason_in_its_place():
    page = Page(render(example_result(20, finals=0)))
    assert "No course has both a baseline and a final rating, so there is no change to draw." in page.text
