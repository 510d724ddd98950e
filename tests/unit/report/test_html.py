"""The page: sections in order, everything escaped, nothing asked for, and the banner on simulated data."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pyarrow as pa
import pytest

from abate.contracts.result import FindingCount, StudyResult
from abate.report.drawn import draw_figures
from abate.report.html import render_page
from abate.report.sections import build_sections
from abate.report.view import ResultView
from abate.study.provenance import study_as_data
from abate.study.read import read_study
from tests.report_example import example_result, example_study, result_of_rows, simulate_rows

SECTIONS = ["attrition", "characteristics", "courses", "by-day", "change", "response", "nadir", "harm", "durability", "sensitivity",
            "attribution", "limits", "methods", "findings", "provenance"]  # fmt: skip
HOSTILE = ("<script>alert(1)</script>", "\"'&{{7*7}}{% x %}", "\u202etxt.exe \u05e9\u05dc\u05d5\u05dd", "x" * 300, "\U0001f600 na\u00efve", "=1+1", "</svg><img src=x onerror=alert(1)>")  # fmt: skip


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
    """A study whose names, terms and findings are hostile."""
    treatment = {**study_as_data(read_study("ketamine-migraine"))["treatment"], "name": " ".join(HOSTILE[:3])}
    study = example_study(
        title="".join(HOSTILE)[:290], treatment=treatment, events={"window": ["0h", "end+24h"], "terms": {}}
    )
    rows = simulate_rows(study, 61, 61)
    events = [{**event, "term": HOSTILE[place % len(HOSTILE)]} for place, event in enumerate(rows["harm"].to_pylist())]
    rows["harm"] = pa.Table.from_pylist(events, schema=rows["harm"].schema)
    findings = tuple(FindingCount(table="t", rule=name, action="dropped", count=1) for name in HOSTILE)
    return Page(render(result_of_rows(study, rows, findings=findings)))


def test_all_sections_stand_in_the_order_of_a_paper(page):
    assert [found["id"] for tag, found in page.tags if tag == "section"] == SECTIONS


def test_the_contents_link_to_every_section(page):
    links = [found["href"] for tag, found in page.tags if tag == "a" and found.get("href", "").startswith("#")]
    assert [f"#{id}" for id in SECTIONS] == links[1 : 1 + len(SECTIONS)]


def test_the_page_runs_nothing_and_asks_for_nothing(html, page):
    assert not {"script", "link", "img", "iframe", "object", "form"} & {tag for tag, _ in page.tags}
    policy = next(found["content"] for tag, found in page.tags if found.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")
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
    assert len(figures) == 12
    assert html.count("<summary>The numbers behind this figure</summary>") == 12


def test_figures_stand_twice_and_follow_the_theme(html):
    assert html.count('class="fg wide"') == html.count('class="fg narrow"') == 12
    drawings = re.findall(r"<svg.*?</svg>", html, re.DOTALL)
    assert not [drawing for drawing in drawings if re.search(r'(fill|stroke)="#', drawing)]


def test_simulated_data_says_so_on_top_and_on_every_printed_page(page, html):
    assert "Simulated data. No patient\u2019s data; not evidence about ketamine." in page.text
    assert '@top-center{content:"Simulated data' in html
    real = render(replace(example_result(6), provenance=replace(example_result(6).provenance, is_simulated=False)))
    assert "imulated" not in Page(real).text.replace("Simulated data: no patient", "simulated")


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
    assert [found["id"] for tag, found in page.tags if tag == "section"] == SECTIONS
    assert "None" not in re.sub(r"None (of|was|seen)", "", page.text)
    assert "nan" not in page.text.split()


def test_a_figure_that_is_not_drawn_shows_its_reason_in_its_place():
    page = Page(render(example_result(20, finals=0)))
    assert "No course has both a baseline and a final rating, so there is no change to draw." in page.text
