"""The page of a plan: what its top says, what stands on every page, and nothing that was typed can run."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from abate.contracts.plan_view import PlanView
from abate.report.plan.banners import banners_of, describe_page_styles, warnings_of
from abate.report.plan.top import plan_headline, plan_key_numbers, plan_lede
from tests.plan_example import HOSTILE, PRE_POST, bare_plan, example_plan, pre_post_plan

SECTIONS = ["synopsis", "effect", "assumptions", "designs", "estimand", "sizes", "power", "tornado", "looks", "accrual", "beds", "budget", "harm",
            "blinding", "limits", "analysis", "not-had", "provenance"]  # fmt: skip
PAGES = ("report.html", "protocol.html", "sap.html", "committee-charter.html", "consent-facts.html")


class Page(HTMLParser):
    """What a browser would see: tags with their attributes, and the text that is no style or script."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._hidden = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._hidden = tag in ("style", "script")

    def handle_endtag(self, tag: str) -> None:
        self._hidden = False

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)


def page_of(folder: Path, name: str = "report.html") -> Page:
    return Page((folder / name).read_text(encoding="utf-8"))


def text_of_headline(view: PlanView) -> str:
    return "".join(span.text for span in plan_headline(view)).replace("\u202f", " ")


def test_the_headline_is_one_sentence_with_size_difference_and_both_probabilities():
    said = text_of_headline(PlanView(example_plan()))
    assert said == "A trial of 2 \u00d7 64 persons would find 1.20 points with 80 % probability if they are there; counting what is not known, 61 %."  # fmt: skip


def test_without_a_number_the_headline_says_why():
    view = PlanView(bare_plan())
    assert text_of_headline(view) == "No difference can be planned on: the covariance was not given."
    assert [found.value for found in plan_key_numbers(view)] == ["\u2013"] * 6
    assert {found.detail for found in plan_key_numbers(view)} == {"The covariance was not given."}


def test_the_lede_says_what_it_rests_on_and_what_no_size_can_do():
    lede = plan_lede(PlanView(example_plan())).replace("\u202f", " ")
    assert "4.10 \u2212 0.80 \u2212 1.80 \u2212 0.30 = 1.20 points" in lede
    assert "No size brings the probability of success above 92 %." in lede
    assert "3 of 10 assumptions are unverified" in lede


def test_the_lede_of_a_plan_on_the_fall_says_that_it_is_not_the_effect():
    assert plan_lede(PlanView(pre_post_plan())).startswith(
        "The 4.10 points are the observed fall itself, which is not the effect of the drug."
    )


def test_the_sections_stand_in_order_each_with_an_answer(written):
    page = page_of(written)
    assert [found["id"] for tag, found in page.tags if tag == "section"] == SECTIONS
    html = (written / "report.html").read_text(encoding="utf-8")
    assert len(re.findall(r'<p class="say">[^<]+</p>', html)) == len(SECTIONS)


def test_every_figure_has_its_numbers_and_stands_twice(written):
    html = (written / "report.html").read_text(encoding="utf-8")
    figures = html.count("<figure ")
    assert figures == 6
    assert html.count("The numbers behind this figure") == figures
    assert html.count('class="fg wide"') == html.count('class="fg narrow"') == figures


def test_what_nobody_has_measured_is_marked_in_look_and_words(written):
    html = (written / "report.html").read_text(encoding="utf-8")
    table = html[html.index('id="table-assumptions"') :]
    rows = re.findall(r'<tr class="unverified">.*?</tr>', table[: table.index("</table>")])
    assert len(rows) == 3
    assert all("unverified" in re.sub("<[^>]*>", " ", row) for row in rows)


def test_a_reason_stands_where_the_number_would_have_stood(written, bare):
    assert "none: the share of responders in the control arm was not given" in page_of(written).text
    text = page_of(bare).text
    assert text.count("the covariance was not given") > 15
    assert "None" not in text.replace("None before", "").replace("None of the", "")


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("kind", ["written", "pre_post"])
def test_every_page_says_that_it_was_not_reviewed_on_the_screen_and_in_print(kind, name, request):
    folder = request.getfixturevalue(kind)
    html = (folder / name).read_text(encoding="utf-8")
    assert "Draft, not reviewed." in page_of(folder, name).text
    head = html[
        html.index("@top-center") : html.index("@bottom-left")
        if html.index("@bottom-left") > html.index("@top-center")
        else None
    ]
    assert "draft\\2c  not reviewed" in head
    assert "@page:first" not in html


@pytest.mark.parametrize("name", PAGES)
def test_a_warning_stands_in_red_on_every_page(pre_post, name):
    html = (pre_post / name).read_text(encoding="utf-8")
    assert f'<aside class="alarm" aria-label="Warning 1">{PRE_POST}</aside>' in html
    head = html[html.index("@top-center") :]
    assert "Planned on the pre\\2d post fall" in head[: head.index("}")]
    assert "color:#b3001b" in head[: head.index("}")]


@pytest.mark.parametrize("name", PAGES)
def test_without_a_warning_nothing_is_red(written, name):
    html = (written / name).read_text(encoding="utf-8")
    assert 'class="warned"' not in html
    assert 'class="alarm"' not in html
    assert "color:#b3001b}" not in html


def test_another_warning_stands_on_every_page_and_not_in_red(plan):
    warnings = warnings_of(
        ("12 of 15 assumptions nobody has measured.",),
        replace(plan, warnings=("12 of 15 assumptions nobody has measured.",)),
    )
    styles = describe_page_styles("title", warnings, is_simulated=False)
    assert [banner.look for banner in banners_of(warnings, is_simulated=False)] == ["warned", "draft"]
    assert "12 of 15 assumptions" in styles
    assert "color:#b3001b}" not in styles


@pytest.mark.parametrize("name", PAGES)
def test_hostile_words_add_no_element_and_no_attribute(hostile, written, name):
    bad, good = page_of(hostile, name), page_of(written, name)
    assert {tag for tag, _ in bad.tags} <= {tag for tag, _ in good.tags} | {"aside"}
    assert {key for _, found in bad.tags for key in found} <= {key for _, found in good.tags for key in found}
    assert HOSTILE[0] in bad.text
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", (hostile / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_for_nothing(written, name):
    html, page = (written / name).read_text(encoding="utf-8"), page_of(written, name)
    policy = next(found["content"] for _, found in page.tags if found.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")
    assert not {"link", "img", "iframe", "object", "form"} & {tag for tag, _ in page.tags}
    assert "http://" not in html
    assert "https://" not in html


@pytest.mark.parametrize("name", PAGES)
def test_ids_are_unique_and_tables_have_captions(written, name):
    html, page = (written / name).read_text(encoding="utf-8"), page_of(written, name)
    ids = [found["id"] for _, found in page.tags if "id" in found]
    assert len(set(ids)) == len(ids)
    assert html.count("<table ") == html.count("<caption>")


def test_the_protocol_page_shows_status_and_origin_of_each_item(written, drafts):
    html = (written / "protocol.html").read_text(encoding="utf-8")
    items = [item for section in drafts.protocol.sections for item in section.items]
    assert html.count('<div class="item ') == len(items)
    assert html.count('<p class="origin">') == sum(bool(item.origin) for item in items)
    assert html.count('class="item needs-author"') == sum(item.status == "needs author" for item in items)
