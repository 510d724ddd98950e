"""What each section says: words that must read right whatever was found."""

from dataclasses import replace

import pytest

from abate.contracts.result import SAME_ROW_TWICE, Estimate, FindingCount
from abate.report import prose
from abate.report.attribution.words import say_attribution
from abate.report.limits import limits_table
from abate.report.sections import build_sections
from abate.report.view import ResultView
from tests.report_example import example_result, example_study, with_estimates

CAUSES = ("reduced", "improved", "worked", "caused", "due to", "significant", "trend", "drug effect", "placebo effect", "thanks to", "because of the treatment")  # fmt: skip


def studies() -> dict[str, ResultView]:
    none_asked = example_study(events=None, follow_up=None)
    return {
        "61": ResultView(example_result(61, seed=4)),
        "one": ResultView(example_result(1)),
        "six": ResultView(example_result(6)),
        "no responder": ResultView(example_result(40, seed=3, responders=0)),
        "all responders": ResultView(example_result(59, seed=3, responders=1)),
        "no finals": ResultView(example_result(20, finals=0)),
        "no ratings": ResultView(example_result(20, rated=False)),
        "no events recorded": ResultView(example_result(20, harm_recorded=False)),
        "nothing asked": ResultView(example_result(20, study=none_asked)),
    }


@pytest.fixture(scope="module")
def views() -> dict[str, ResultView]:
    return studies()


def everything_said(view: ResultView) -> str:
    sections = build_sections(view)
    captions = [
        " ".join(text for text in (figure.claim, figure.caption, figure.finding) if text)
        for section in sections
        for figure in section.figures
    ]
    own = [text for section in sections if section.id != "methods" for text in (section.say, *section.paragraphs)]
    return " ".join(text for text in (*own, *captions) if text)


@pytest.mark.parametrize("word", CAUSES)
def test_no_section_names_a_cause(views, word):
    assert not [name for name, view in views.items() if word in everything_said(view).lower()]


@pytest.mark.parametrize(
    "odd", ["None", "nan", "  ", " ,", "..", " 1 courses", " 1 persons", "0 of 0", "{", "courses.n", ": ."]
)
def test_no_sentence_shows_what_is_not_there(views, odd):
    def told(name: str, view: ResultView) -> str:
        text = (
            everything_said(view)
            .replace("None seen", "none seen")
            .replace("None was", "none was")
            .replace("None of", "none of")
        )
        return name if odd in text else ""

    assert not [found for name, view in views.items() if (found := told(name, view))]


def test_no_responder_has_its_upper_bound(views):
    # Wilson's upper bound of 0 of 40 is z^2 / (40 + z^2) = 3.8415 / 43.8415 = 0.0876
    assert (
        prose.say_response(views["no responder"])
        == "None of 40 courses fell by 2 points or more; up to 8.8\u202f% of courses is compatible with that."
    )


def test_all_responders_have_their_lower_bound(views):
    # Wilson's lower bound of 59 of 59 is 59 / (59 + 3.8415) = 0.9389
    assert (
        prose.say_response(views["all responders"])
        == "All 59 courses fell by 2 points or more; down to 94\u202f% of courses is compatible with that."
    )


def test_one_patient_is_spoken_of_as_the_patient(views):
    view = views["one"]
    assert prose.say_response(view) == "The patient\u2019s rating fell by 2 points or more."
    assert prose.say_characteristics(view) == "The course met the primary rule."
    assert prose.say_harm(view) == "In the patient an adverse event was recorded."
    assert "on average" not in everything_said(view)


def test_all_finals_missing_gives_the_reason_and_nothing_to_split(views):
    view = views["no finals"]
    assert prose.say_change(view) == "No change can be stated: no course has both a baseline and a final rating."
    assert prose.say_response(view).startswith("The response cannot be judged in any course")
    assert say_attribution(view) == ("Without a change there is nothing to split.",)


def test_harm_not_asked_and_not_recorded_are_told_apart(views):
    assert (
        prose.say_harm(views["nothing asked"])
        == "The study does not ask for adverse events: this report says nothing about harm."
    )
    assert (
        prose.say_harm(views["no events recorded"])
        == "Nothing can be said about harm: the records do not hold adverse events."
    )


def test_none_seen_always_has_its_upper_bound():
    # the exact one-sided 97.5 % bound of 0 of 61 is 1 - 0.025 ** (1 / 61) = 0.0587
    none = Estimate(id="harm.any", quantity="", value=0.0, lower=0.0, upper=0.0587, numerator=0, denominator=61)
    view = ResultView(with_estimates(example_result(61), none))
    assert prose.say_harm(view) == (
        "No adverse event was recorded in 61 courses. None seen is not none: any event in up to 5.9\u202f% of courses is compatible with 0 of 61."
    )


def test_follow_up_not_asked_is_said(views):
    assert prose.say_durability(views["nothing asked"]).startswith(
        "The study does not ask what happened after the course"
    )


def test_held_responses_name_the_responders_seen():
    held = Estimate(
        id="sustained.visit_1", quantity="", value=24 / 38, lower=0.47, upper=0.77, numerator=24, denominator=38
    )
    view = ResultView(with_estimates(example_result(61), held))
    assert prose.say_durability(view).startswith(
        "At visit 1, 24 of the 38 responders seen still met the rule (63\u202f%; 47 to 77\u202f%)."
    )


def test_the_sentence_why_there_is_no_split(views):
    first, second, third = say_attribution(ResultView(with_estimates(
        example_result(61),
        *(Estimate(id=id, quantity="", value=value, n=61) for id, value in (("baseline.mean", 7.5), ("final.mean", 3.4), ("change.mean", -4.1))),
    )))  # fmt: skip
    assert first == "No split is possible."
    # attribution of the whole fall to a return needs a usual level of mean minus fall: 7.5 - 4.1 = 3.4
    assert second.endswith("these patients\u2019 usual level would have to be 3.4 or lower.")
    assert "the worst is followed by better days" in third
    assert "cannot be separated without patients who were in the same ward without the drug" in third


def test_groups_that_differ_less_than_chance_are_said_to():
    # 1.96 * sqrt(1 / 45 + 1 / 14) = 0.60
    met = Estimate(id="response.primary", quantity="", value=45 / 59, numerator=45, denominator=59)
    view = ResultView(with_estimates(example_result(61, seed=4), met))
    assert "differences up to about 0.6 come by chance alone" in prose.say_characteristics(view)


def test_nobody_lost_is_said_plainly():
    result = example_result(6)
    steps = [replace(step, persons=6, courses=6, persons_lost=0, courses_lost=0) for step in result.attrition]
    assert (
        prose.say_attrition(ResultView(replace(result, attrition=steps)))
        == "Nobody was lost: all 6 courses of 6 persons entered."
    )


def test_rows_of_courses_that_were_dropped_are_not_forgotten():
    result = example_result(6)
    steps = [replace(step, persons=6, courses=6, persons_lost=0, courses_lost=0) for step in result.attrition]
    empty = FindingCount(table="courses", rule="start is empty", action="dropped", count=2)
    twice = FindingCount(table="courses", rule=SAME_ROW_TWICE, action="dropped", count=5)
    assert prose.say_attrition(ResultView(replace(result, attrition=steps, findings=[empty, twice]))) == (
        "Nobody was lost at a rule: all 6 courses of 6 persons that could be used entered; 2 rows of courses could not be used, see findings."
    )
    assert prose.say_attrition(ResultView(replace(result, findings=[empty]))).endswith(
        "2 rows of courses could not be used, see findings."
    )


def test_a_row_may_break_two_rules_so_that_the_sum_is_a_bound():
    two = [
        FindingCount(table="courses", rule=f"{name} is empty", action="dropped", count=1) for name in ("start", "id")
    ]
    text = prose.say_attrition(ResultView(replace(example_result(6), findings=two)))
    assert text.endswith("Up to 2 rows of courses could not be used, see findings.")


def test_notes_on_days_are_true_of_ratings_after_the_last_dose(views):
    notes = " ".join(note.text for found in build_sections(views["61"]) for note in found.notes)
    assert "a course discharged on day 3 cannot be lowest on day 5" in notes
    assert "Ratings count until discharge, also after the last dose." in notes
    assert "still running" not in notes + everything_said(views["61"])


def test_a_reason_within_a_reason_stands_in_brackets():
    unseen = Estimate(
        id="sustained.visit_1",
        quantity="",
        value=None,
        reason="nobody was seen at visit_1 (no rating in the window)",
    )
    assert prose.say_durability(ResultView(with_estimates(example_result(61), unseen))).startswith(
        "At visit 1 nothing can be said of a held response: nobody was seen at visit 1 (no rating in the window)."
    )


def test_limits_stand_only_where_they_apply(views):
    def questions(view: ResultView) -> list[str]:
        return [row.cells[0] for row in limits_table(view).rows]

    assert "That missing ratings do not matter" in questions(views["61"])
    assert "That missing ratings do not matter" not in questions(views["all responders"])
    assert ("That it is safe", "Adverse events were not asked", "\u2013") in [
        row.cells for row in limits_table(views["nothing asked"]).rows
    ]
    assert all(questions(view)[0] == "That ketamine did it" for view in views.values())
