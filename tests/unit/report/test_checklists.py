"""Each item of a checklist stands once, in a state that follows the study, and leads to a section that is there."""

import re
from dataclasses import replace

import pytest

from abate.knowledge.reporting_items import CHECKLISTS, TARGET, reporting_items
from abate.report.checklist_answers import State
from abate.report.checklists import checklist_tables, checklists_of, find_answers, say_checklists
from abate.report.sections import build_sections
from abate.report.view import ResultView
from tests.report_example import example_result, example_study
from tests.unit.report.test_html import Page, render

BARE = {"events": None, "follow_up": None, "eligibility": None, "condition": None}


def titles_of(view):
    return {section.id: section.title for section in build_sections(view) if section.id != "checklist"}


def answers_of(view, checklist):
    return find_answers(view, titles_of(view))[checklist]


@pytest.fixture(scope="module")
def bare():
    return ResultView(example_result(20, study=example_study(**BARE)))


def test_the_data_file_holds_the_published_numbers():
    strobe = ["1a", "1b", "2", "3", "4", "5", "6a", "6b", "7", "8", "9", "10", "11", *(f"12{part}" for part in "abcde"), "13a", "13b", "13c", "14a", "14b",
              "14c", "15", "16a", "16b", "16c", "17", "18", "19", "20", "21", "22"]  # fmt: skip
    record = ["1.1", "1.2", "1.3", "6.1", "6.2", "6.3", "7.1", "12.1", "12.2", "12.3", "13.1", "19.1", "22.1"]
    record_pe = ["4.a", "4.b", "6.1.a", *(f"7.1.{part}" for part in "abcdefg"), "8.a", "12.1.a", "12.1.b", "19.1.a", "20.a"]  # fmt: skip
    found = {checklist: [item.item for item in reporting_items(checklist)] for checklist in CHECKLISTS}
    assert found == {"strobe": strobe, "record": record, "record-pe": record_pe, TARGET: found[TARGET]}


def test_target_has_each_element_of_the_trial_and_of_its_emulation_without_a_number():
    items = reporting_items(TARGET)
    assert [item.item.rpartition(", ")[2] for item in items] == ["target", "emulation"] * 8
    assert not any(re.search(r"\d", item.item) or item.is_verified for item in items)


def test_every_item_stands_once_in_its_table(view):
    for table, checklist in zip(checklist_tables(view, titles_of(view)), checklists_of(view), strict=True):
        numbers = [row.cells[0].removesuffix(" (recalled)") for row in table.rows]
        assert numbers == [item.item for item in reporting_items(checklist)]


def test_what_was_not_read_in_a_source_is_marked_where_it_stands(view):
    pe = checklist_tables(view, titles_of(view))[2]
    marked = {row.cells[0].removesuffix(" (recalled)") for row in pe.rows if "recalled" in row.cells[0]}
    assert marked == {item.item for item in reporting_items("record-pe") if not item.is_verified}
    assert "12 items" in pe.notes[1]
    assert not any("recalled" in row.cells[0] for row in checklist_tables(view, titles_of(view))[0].rows)


@pytest.mark.parametrize("study", [{}, BARE])
def test_links_and_quoted_titles_are_of_sections_that_are_there(study):
    view = ResultView(example_result(20, study=example_study(**study)))
    titles = titles_of(view)
    for table in checklist_tables(view, titles):
        for row in table.rows:
            assert set(row.links.values()) <= set(titles)
            assert set(re.findall("\u201c(.+?)\u201d", " ".join(row.cells[2:]))) <= set(titles.values())


def test_the_links_of_the_page_lead_somewhere(view):
    page = Page(render(view.result))
    ids = {found["id"] for _, found in page.tags if found.get("id")}
    assert {found["href"][1:] for tag, found in page.tags if tag == "a" and found["href"].startswith("#")} <= ids


def test_an_answer_in_a_section_that_is_missing_needs_the_author(view):
    titles = {id: title for id, title in titles_of(view).items() if id != "methods"}
    answer = find_answers(view, titles)["strobe"]["11"]
    assert (answer.state, answer.section) == (State.NEEDS_AUTHOR, None)


@pytest.mark.parametrize(
    ("checklist", "item", "asked", "not_asked"),
    [
        ("strobe", "12d", State.IN_SECTION, State.NOT_APPLICABLE),
        ("strobe", "14c", State.NEEDS_AUTHOR, State.NOT_APPLICABLE),
        ("record-pe", "7.1.d", State.NEEDS_AUTHOR, State.NOT_APPLICABLE),
        ("record-pe", "6.1.a", State.IN_SECTION, State.NEEDS_AUTHOR),
        ("strobe", "22", State.NEEDS_AUTHOR, State.NEEDS_AUTHOR),
        ("record", "1.3", State.NOT_APPLICABLE, State.NOT_APPLICABLE),
    ],
)
def test_the_state_follows_what_the_study_asks(view, bare, checklist, item, asked, not_asked):
    assert answers_of(view, checklist)[item].state is asked
    assert answers_of(bare, checklist)[item].state is not_asked


def test_codes_of_drug_classes_are_not_on_the_page(view, bare):
    assert answers_of(view, "record")["6.1"].state is State.NEEDS_AUTHOR
    assert answers_of(bare, "record")["6.1"].state is State.IN_SECTION


def test_without_other_rules_the_sensitivity_needs_the_author(view):
    alone = ResultView(replace(view.result, sensitivity=[row for row in view.result.sensitivity if row.is_main]))
    assert answers_of(view, "strobe")["17"].state is State.IN_SECTION
    assert answers_of(alone, "strobe")["17"].state is State.NEEDS_AUTHOR


def test_without_ratings_no_estimate_is_claimed():
    view = ResultView(example_result(20, rated=False))
    assert {answers_of(view, "strobe")[item].state for item in ("15", "16a")} == {State.NEEDS_AUTHOR}


def test_the_sentence_counts_every_item_once(view):
    numbers = [int(number) for number in re.findall(r"\d+", say_checklists(view, titles_of(view)))]
    assert numbers[0] == 62 == sum(numbers[1:])
