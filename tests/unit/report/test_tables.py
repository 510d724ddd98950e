"""Report tables as plain text cells: expected cells by hand from estimates set by hand."""

from dataclasses import replace

import pytest

from abate.contracts.result import CharacteristicRow, Estimate, FindingCount
from abate.report import cells as cells_of
from abate.report import tables
from abate.report.report_table import row, table
from abate.report.view import ResultView
from tests.report_example import example_result, example_study, with_estimates


def cells(found) -> dict[str, tuple[str, ...]]:
    return {row.cells[0]: row.cells[1:] for row in found.rows}


def with_hand(*estimates: Estimate, **changes) -> ResultView:
    return ResultView(replace(with_estimates(example_result(61, seed=4), *estimates), **changes))


def test_a_row_with_a_cell_too_few_is_refused():
    with pytest.raises(ValueError, match="has not 2 cells"):
        table("x", "X", ("a", "b"), [row("only one")])


def test_attrition_tells_not_asked_from_nobody_lost(view):
    found = cells(tables.attrition_table(view))
    assert found["The course was given in a setting that counts."][-2:] == ("not asked", "not asked")
    assert found["Ketamine recorded by a route that counts."][-1] == "0"


@pytest.mark.parametrize(
    ("cell", "written"),
    [("45/59 (76 %)", "45/59 (76\u202f%)"), ("4/6 (67 %)", "4/6"), ("5.0 [4.0, 6.0]", "5.0 (4.0 to 6.0)"), ("36.6 (–)", "36.6"),
     ("4923 (1840)", "4\u202f923 (1\u202f840)"), ("-0.2 (1.0)", "\u22120.2 (1.0)"), ("–", "–")],
)  # fmt: skip
def test_cells_of_table_1_follow_the_rules_of_the_page(cell, written):
    assert cells_of.polished(cell) == written


def test_table_1_names_what_is_not_recorded_instead_of_empty_rows(view):
    found = tables.characteristics_table(view)
    assert "Race" not in cells(found)
    assert "Not recorded in any course: Race, Ethnicity and Site." in found.notes
    assert found.columns[1] == "All (n\u00a0=\u00a061)"


def test_table_1_has_no_smd_of_a_few_and_says_why():
    rows = (
        CharacteristicRow(variable="Courses", level=None, cells={"overall": "6", "responders": "5", "non_responders": "1", "not_evaluable": "0"}, missing={}, smd=None),
        CharacteristicRow(variable="Persons", level=None, cells={"overall": "6"}, missing={}, smd=None, smd_reason="a count"),
        CharacteristicRow(variable="Age, years", level="mean (SD)", cells={"overall": "46.1 (13.5)"}, missing={"overall": 1}, smd=None, smd_reason="too few"),
    )  # fmt: skip
    found = tables.characteristics_table(with_hand(characteristics=rows))
    assert cells(found)["Age, years: mean (SD)"] == ("46.1 (13.5)", "\u2013", "\u2013", "\u2013", "1")
    assert "No SMD: too few." in found.notes


def test_doses_stand_with_interval_and_spread():
    found = tables.course_table(with_hand(
        Estimate(id="dose_total.mean", quantity="", value=4923.4, lower=4452.1, upper=5394.0, sd=1840.2, n=61),
        Estimate(id="dose_total.median", quantity="", value=4705.0, lower=4370.0, upper=5285.0, n=61),
        Estimate(id="rate_max.mean", quantity="", value=None, n=0, reason="no course has a value"),
    ))  # fmt: skip
    assert cells(found)["Total dose, mg"] == (
        "61", "4\u202f923 (4\u202f452 to 5\u202f394)", "1\u202f840", "4\u202f705 (4\u202f370 to 5\u202f285)",
    )  # fmt: skip
    assert cells(found)["Highest rate, mg/h"][1] == "none: no course has a value"


def test_response_stands_among_the_judged_and_among_all():
    found = tables.response_table(with_hand(
        Estimate(id="response.points_2", quantity="", value=45 / 59, lower=0.64, upper=0.853, numerator=45, denominator=59),
        Estimate(id="response.points_2_missing_as_no", quantity="", value=45 / 61, lower=0.616, upper=0.832, numerator=45, denominator=61),
    ))  # fmt: skip
    assert cells(found)["Fall of 2 points or more (primary)"] == (
        "45/59 (76\u202f%)",
        "64 to 85\u202f%",
        "45/61 (74\u202f%)",
        "62 to 83\u202f%",
    )


def test_harm_none_seen_has_its_bound_and_grades_are_counts():
    found = cells(tables.harm_table(with_hand(
        Estimate(id="harm.seizure", quantity="courses with seizure", value=0.0, lower=0.0, upper=0.0587, numerator=0, denominator=61),
        Estimate(id="harm.seizure.rate", quantity="", value=0.0, lower=0.0, upper=1.19, numerator=0, denominator=311),
        Estimate(id="harm.nausea.grade_1", quantity="", value=0.1, numerator=6, denominator=61),
        Estimate(id="harm.nausea.grade_2", quantity="", value=0.0, numerator=0, denominator=61),
        Estimate(id="harm.nausea.grade_3", quantity="", value=0.016, numerator=1, denominator=61),
    )))  # fmt: skip
    assert found["Seizure"] == ("0/61 (0\u202f%)", "0 to 6\u202f%", "\u2013", "0 (up to 1.2)")
    assert found["Nausea"][2] == "1: 6, 3: 1"


def test_sustained_has_the_bounds_that_the_unseen_leave():
    found = cells(tables.sustained_table(with_hand(
        Estimate(id="sustained.visit_1", quantity="", value=24 / 38, lower=0.47, upper=0.77, numerator=24, denominator=38),
        Estimate(id="sustained.visit_1.unseen_as_no", quantity="", value=24 / 45, numerator=24, denominator=45),
        Estimate(id="sustained.visit_1.unseen_as_yes", quantity="", value=31 / 45, numerator=31, denominator=45),
    )))  # fmt: skip
    assert found["Visit 1"][1:4] == ("24/38 (63\u202f%)", "47 to 77\u202f%", "24/45 (53\u202f%) to 31/45 (69\u202f%)")


def test_a_return_by_kaplan_meier_is_never_shown_as_k_of_n():
    returned = Estimate(
        id="return.day_90", quantity="", value=0.49, lower=0.36, upper=0.61, n=61, numerator=28, denominator=29
    )
    assert cells(tables.return_table(with_hand(returned)))["90 days"] == ("49\u202f%", "36 to 61\u202f%", "28", "29")


def test_a_share_of_a_curve_stands_beside_its_counts():
    waited = Estimate(
        id="time_to_response.day_2", quantity="", value=0.64, lower=0.51, upper=0.75, n=61, numerator=38, denominator=61
    )
    found = cells(tables.time_to_response_table(with_hand(waited)))
    assert found["Day 2"] == ("38", "61", "64\u202f%", "51 to 75\u202f%")


def test_a_failed_estimate_shows_its_reason(view):
    failed = ResultView(example_result(20, finals=0))
    assert cells(tables.change_table(failed))["Mean final rating"][0].startswith("none: no course has a final rating")
    assert (
        cells(tables.sensitivity_table(view))["Final: none in any course."][0] == "none: no course has a final rating"
    )


def test_a_rule_that_could_not_be_tried_stays_in_the_table(view):
    assert [row.kind.value for row in tables.sensitivity_table(view).rows] == ["key", "", ""]


def test_findings_are_counts_only():
    found = tables.findings_table(
        with_hand(findings=(FindingCount(table="measurement", rule="outside its scale", action="dropped", count=1203),))
    )
    assert [row.cells for row in found.rows] == [("measurement: outside its scale", "dropped", "1\u202f203")]


def test_missing_ratings_stand_with_their_reasons():
    found = cells(tables.missing_table(ResultView(example_result(20, finals=0))))
    assert found["Courses without a final rating"] == ("20/20 (100\u202f%)",)
    assert found["No rating in the window"] == ("20/20 (100\u202f%)",)


def test_what_was_not_asked_is_not_missing():
    found = cells(tables.missing_table(ResultView(example_result(20, study=example_study(follow_up=None)))))
    assert "Courses without a known time to return" not in found


def test_the_daily_table_follows_one_set_of_courses_beside_all(view):
    found = cells(tables.daily_table(view))
    assert list(found)[:3] == ["Baseline, by rule", "Day 0 (up to the first dose)", "Day 1"]
    assert found["Day 1"][3] != "\u2013"
    assert found["Baseline, by rule"][3] == "\u2013"


def test_tables_of_what_is_not_asked_are_empty():
    bare = ResultView(example_result(20, study=example_study(events=None, follow_up=None)))
    assert tables.sustained_table(bare).is_empty


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({"first_course"}, ["first_course"]),
        ({"first_eligible"}, ["first_eligible"]),
        (set(), ["first_course", "first_eligible"]),
    ],
)
def test_a_rule_that_another_replaces_has_no_row(asked, shown):
    result = example_result(6)
    rules = [
        replace(result.attrition[1], id=id, rule=id, is_asked=id in asked) for id in ("first_course", "first_eligible")
    ]
    view = ResultView(replace(result, attrition=[result.attrition[0], *rules]))
    assert [found.cells[0] for found in tables.attrition_table(view).rows[1:]] == [
        f"{id.capitalize()}." for id in shown
    ]


def test_one_patient_has_no_test(view, one_patient):
    def quantities(view):
        return [found.cells[0] for found in tables.change_table(view).rows]

    assert any("sum of the ranks" in quantity.lower() for quantity in quantities(view))
    assert not any("sum of the ranks" in quantity.lower() for quantity in quantities(one_patient))
    assert not tables.change_table(one_patient).notes
