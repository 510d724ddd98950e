"""The section against a comparator: where it stands, what it says, and what an edition for sharing leaves out."""

from __future__ import annotations

import json
from dataclasses import replace

import jsonschema
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from abate.contracts.definition import Study
from abate.contracts.result import AttritionStep, StudyResult
from abate.inference.columns import eligible_courses
from abate.inference.comparison import compare_treatments
from abate.inference.dose_response import estimate_dose_response
from abate.inference.rows import failed_row
from abate.report.checklist_answers import Answer
from abate.report.checklist_answers import State as ItemState
from abate.report.checklists import checklist_tables, find_answers, say_checklists
from abate.report.comparison.words import State, state_of
from abate.report.disclosure import disclose
from abate.report.drawn import draw_figure
from abate.report.files import describe_results
from abate.report.headline import lede
from abate.report.limits import limits_table
from abate.report.sections import Section, build_sections
from abate.report.view import ResultView
from abate.study.schemas import schema_of
from tests.report_example import HOSTILE, example_result, example_study, result_of_rows, simulate_rows

ATTRITION = (
    AttritionStep(id="treated", rule="A course of lidocaine is in the records.", is_asked=True, persons=70, courses=70, persons_lost=0, courses_lost=0),
    AttritionStep(id="age", rule="The person was 18 to 89 years old.", is_asked=True, persons=61, courses=61, persons_lost=9, courses_lost=9),
)  # fmt: skip


def compared_result(name: str = "lidocaine", *, others: int = 61, **sections) -> StudyResult:
    """61 courses of ketamine beside some of a comparator, drawn alike."""
    study = example_study(comparator={"name": name}, **sections)
    rows = simulate_rows(study, 61, 61)
    both = {table: rows[table] for table in ("outcomes", "daily")}
    if others:
        more = simulate_rows(study, others, 62)
        both = {table: pa.concat_tables([both[table], _renamed(more[table], name)]) for table in both}
    estimates, compared = compare_treatments(study, both["outcomes"], both["daily"], None, (), ATTRITION)
    result = result_of_rows(study, rows)
    return replace(result, estimates=(*result.estimates, *estimates), compared=compared)


def _renamed(table: pa.Table, name: str) -> pa.Table:
    for key in ("course_id", "person_id"):
        if key in table.column_names:
            table = table.set_column(table.column_names.index(key), key, pc.add(table[key], 1000))
    if "treatment" in table.column_names:
        place = table.column_names.index("treatment")
        table = table.set_column(place, "treatment", pa.array([name] * table.num_rows, pa.string()))
    return table


@pytest.fixture(scope="module")
def result() -> StudyResult:
    return compared_result()


def section_of(result: StudyResult) -> Section | None:
    return next((found for found in build_sections(ResultView(result)) if found.id == "comparison"), None)


def text_of(section: Section) -> str:
    cells = [cell for table in section.tables for row in table.rows for cell in row.cells]
    notes = [note for table in section.tables for note in table.notes]
    return " ".join([section.say, *section.paragraphs, *cells, *notes])


def test_without_a_comparator_there_is_no_section():
    plain = example_result(20)
    assert section_of(plain) is None
    assert "no comparison group" in lede(ResultView(plain))


def test_the_section_gives_the_difference_with_its_counts_and_says_what_it_cannot(result):
    section = section_of(result)
    final = ResultView(result).known("comparison.final")
    assert section.title == "Against lidocaine"
    assert "61 courses of ketamine and 61 courses of lidocaine" in section.say
    assert "Nobody was assigned by lot" in section.say
    assert ("lower" if final.value < 0 else "higher") in section.say
    assert [table.id for table in section.tables] == [
        "target-trial", "comparator-attrition", "comparison-checks", "comparison-differences", "comparison-sensitivity",
    ]  # fmt: skip
    assert [figure.id for figure in section.figures] == ["balance", "preference"]


def test_the_page_no_longer_says_that_the_comparison_was_not_made(result):
    view = ResultView(result)
    words = lede(view) + " ".join(row.cells[1] for row in limits_table(view).rows) + " ".join(result.explanation)
    assert "not made" not in words
    assert "does not compare" not in words
    assert "tells two treatments apart, not a treatment from none" in lede(view)


def test_trial_and_records_stand_side_by_side(result):
    table = section_of(result).tables[0]
    assert table.columns == ("Element", "Target trial", "These records")
    elements = [row.cells[0] for row in table.rows]
    assert elements[:7] == ["Who may enter", "Treatments", "Assignment", "Time zero", "Follow-up", "Outcomes", "Discharge before a planned day"]  # fmt: skip
    assert all(cell for row in table.rows for cell in row.cells)


def test_placeholders_and_conventions_are_named_as_such(result):
    text = text_of(section_of(result))
    assert "at most 0.1 SD; convention" in text
    assert "at least 10; placeholder" in text
    assert "The strength of the hidden confounder is a placeholder" in text


@pytest.mark.parametrize("place", [0, 1])
def test_both_figures_can_be_drawn(result, place):
    figure = section_of(result).figures[place]
    drawn = draw_figure(ResultView(result), figure, 1)
    assert drawn.reason is None
    assert "<svg" in drawn.wide
    assert "<svg" in drawn.narrow


def test_a_check_that_fails_leaves_its_reason_where_the_number_would_stand():
    strict = compared_result(comparison={"covariates": ["age"], "thresholds": {"least_effective_persons": 500}})
    section = section_of(strict)
    assert state_of(ResultView(strict)) is State.NO_NUMBER
    assert section.say.startswith(
        "No difference from lidocaine is given: not to be used: the effective number of persons"
    )
    differences = next(table for table in section.tables if table.id == "comparison-differences")
    assert {row.cells[1] for row in differences.rows} == {"not to be used"}
    assert {cell for row in differences.rows for cell in row.cells[2:4]} == {"\u2013"}
    assert "gave no number that can be used" in lede(ResultView(strict))


def test_without_a_course_of_the_comparator_one_sentence_stands():
    section = section_of(compared_result(others=0))
    assert section.say == "No difference from lidocaine is given: no course of lidocaine can be compared."
    assert section.figures == ()


def test_names_from_a_study_file_stay_text():
    section = section_of(compared_result(name=HOSTILE[0]))
    assert HOSTILE[0] in section.title
    drawn = [draw_figure(ResultView(compared_result(name=HOSTILE[6])), figure, 1) for figure in section.figures]
    assert all("<script" not in found.wide and "<img" not in found.wide for found in drawn)


def test_results_json_is_valid_and_holds_what_stands_beside(result):
    data = json.loads(describe_results(result))
    jsonschema.validate(data, schema_of("results"))
    assert data["compared"]["comparator"] == "lidocaine"
    assert "compared" not in json.loads(describe_results(example_result(20)))


@pytest.fixture(scope="module")
def shared(result) -> StudyResult:
    return disclose(result)


def test_an_edition_for_sharing_tells_nothing_of_the_comparison(shared):
    assert shared.compared is None
    assert not any(found.id.startswith("comparison.") for found in shared.estimates)
    assert any(found.part == "Comparison" for found in shared.edition.withheld)
    section = section_of(shared)
    assert section.say.startswith("The comparison with lidocaine is not in this edition")
    assert (section.tables, section.figures, section.paragraphs) == ((), (), ())


def test_an_edition_for_sharing_is_the_same_with_and_without_the_comparison(result, shared):
    "All that is not withheld is as if nothing had been compared."
    kept = [found for found in result.estimates if not found.id.startswith("comparison.")]
    alone = disclose(replace(result, compared=None, estimates=kept))
    assert shared.estimates == alone.estimates
    assert shared.attrition == alone.attrition
    assert [found for found in shared.edition.withheld if found.part != "Comparison"] == list(alone.edition.withheld)


def test_warnings_come_with_their_counts():
    study: Study = example_study(comparator={"name": "lidocaine"})
    rows = simulate_rows(study, 61, 61)
    late = pa.array(["first in course"] * 4 + ["window"] * 57, pa.string())
    place = rows["outcomes"].column_names.index("baseline_rule")
    outcomes = pa.concat_tables(
        [rows["outcomes"].set_column(place, "baseline_rule", late), _renamed(rows["outcomes"], "lidocaine")]
    )
    estimates, compared = compare_treatments(study, outcomes, rows["daily"])
    result = result_of_rows(study, rows)
    section = section_of(replace(result, estimates=(*result.estimates, *estimates), compared=compared))
    assert any(text.startswith("Warning, time zero: in 4 compared courses") for text in section.paragraphs)


def checklist_of(result: StudyResult) -> dict[str, Answer]:
    view = ResultView(result)
    return find_answers(view, {one.id: one.title for one in build_sections(view)})["target"]


def test_a_comparison_has_the_elements_of_a_target_trial_as_a_checklist(result):
    found = checklist_of(result)
    assert {answer.state for item, answer in found.items() if item.endswith("target")} == {ItemState.IN_SECTION}
    assert {answer.section for answer in found.values()} == {"comparison"}
    assert found["causal contrast, emulation"].state is ItemState.IN_SECTION
    assert found["assignment, emulation"].state is ItemState.NEEDS_AUTHOR
    view = ResultView(result)
    tables = checklist_tables(view, {one.id: one.title for one in build_sections(view)})
    assert [table.id for table in tables][-1] == "checklist-target"
    assert "numbered items, which were not read" in tables[-1].notes[0]
    assert "of four checklists" in say_checklists(view, {one.id: one.title for one in build_sections(view)})


def test_what_is_not_in_an_edition_or_was_not_found_needs_the_author(result, shared):
    assert {answer.state for answer in checklist_of(shared).values()} == {ItemState.NEEDS_AUTHOR}
    contrast = checklist_of(compared_result(others=0))["causal contrast, emulation"]
    assert (contrast.state, contrast.section) == (ItemState.NEEDS_AUTHOR, "comparison")


def test_a_control_that_does_something_is_a_warning(result):
    said = "drug c lies far from the other negative controls and may be affected by the treatment: it is none"
    more = [
        failed_row("comparison.final.calibrated", "calibrated", said, "{points}"),
        failed_row("comparison.response.calibrated_by_exposures", "calibrated", said),
        failed_row("comparison.control_exposure.c", "with and without", "too few", "{points}"),
    ]
    study = {**result.study, "comparison": {"control_exposures": {"c": {}}}}
    section = section_of(replace(result, study=study, estimates=(*result.estimates, *more)))
    warned = [text for text in section.paragraphs if text.startswith("Warning, negative controls")]
    assert warned == [f"Warning, negative controls: {said}. Nothing is calibrated by these."]
    assert "Negative-control drug: c, final pain" in text_of(section)
    assert not any("negative controls" in text for text in section_of(result).paragraphs)


def test_dose_and_response_names_confounding_by_indication_and_what_came_first():
    study = example_study(dose_response={})
    rows = simulate_rows(study, 61, 61)
    found = estimate_dose_response(study, eligible_courses(study, rows["outcomes"]), rows["doses"])
    plain = result_of_rows(study, rows)
    result = replace(plain, estimates=(*plain.estimates, *found))
    section = next(one for one in build_sections(ResultView(result)) if one.id == "dose-response")
    early = sum(one.numerator for one in found if one.id.endswith(("before_first_rise", "while_rising")))
    assert section.say.startswith(f"In {early} of ")
    assert section.paragraphs[0].startswith("Confounding by indication")
    assert [table.id for table in section.tables] == ["dose-response-slopes", "dose-response-order"]
    shared = disclose(result)
    assert not any(one.id.startswith("dose_response.") for one in shared.estimates)
    hidden = next(one for one in build_sections(ResultView(shared)) if one.id == "dose-response")
    assert (hidden.tables, hidden.paragraphs) == ((), ())
    assert "not in this edition" in hidden.say
