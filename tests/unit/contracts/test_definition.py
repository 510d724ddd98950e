"""A study's model refuses what the results could not name."""

import pytest
from pydantic import ValidationError

from abate.contracts.definition import Events, FollowUp, Study
from abate.contracts.outcome import outcomes_table


def study(**sections):
    return Study.model_validate(
        {
            "title": "Relief",
            "treatment": {"name": "ketamine"},
            "rating": {"scale": "nrs"},
            "response": {"primary": {"points": 2}},
            **sections,
        }
    )


@pytest.mark.parametrize("visit", ["baseline", "final", "nadir", "dose", "return"])
def test_a_visit_may_not_take_the_name_of_a_column(visit):
    with pytest.raises(ValidationError, match="the results use that name"):
        FollowUp(visits={visit: ("14d", "60d")})


@pytest.mark.parametrize("term", ["count", "Any", "serious", "worst_grade"])
def test_a_term_may_not_take_the_name_of_a_count(term):
    with pytest.raises(ValidationError, match="the results use that name"):
        Events.model_validate({term: {}})


def test_a_term_may_not_stand_twice_in_two_spellings():
    with pytest.raises(ValidationError, match="stands twice"):
        Events.model_validate({"Nausea": {}, "nausea": {}})


def test_no_column_of_outcomes_has_the_name_of_another():
    asked = study(follow_up={"visits": {"visit_1": ["14d", "60d"], "late": ["61d", "150d"]}}, events={"nausea": {}})
    names = outcomes_table(asked).column_names
    assert len(set(names)) == len(names)


# --- untreated visits as comparator -----------------------------------------------------------------------------------

USUAL_CARE = {"name": "usual care", "untreated": {}}


def test_untreated_visits_stand_for_a_drug():
    found = study(condition={"name": "migraine", "icd10cm": ["G43"]}, comparator=USUAL_CARE)
    assert found.comparator.untreated.visits == ("inpatient",)
    assert [treatment.name for treatment in found.given_treatments] == ["ketamine"]
    assert found.comparator.clock_starts_with == "admission"


def test_untreated_visits_come_back_from_what_a_run_writes():
    found = study(
        condition={"name": "migraine"}, comparator={"name": "usual care", "untreated": {"starts_after": "2h"}}
    )
    assert type(found).model_validate(found.model_dump(mode="json", by_alias=True, exclude_none=True)) == found
    assert found.comparator.clock_starts_with == "2 hours after admission"


@pytest.mark.parametrize(
    ("sections", "says"),
    [
        ({"comparator": USUAL_CARE}, r"add \[condition\] with its codes"),
        ({"condition": {"name": "migraine"}, "comparator": {**USUAL_CARE, "concepts": [1]}}, "concepts: untreated visits have no doses"),
        ({"condition": {"name": "migraine"}, "comparator": {"name": "usual care", "untreated": {"visits": ["phone"]}}}, "visits"),
        ({"condition": {"name": "migraine"}, "comparator": {"name": "usual care", "untreated": {"visits": []}}}, "visits"),
    ],
)  # fmt: skip
def test_untreated_visits_that_cannot_be_found_are_refused(sections, says):
    with pytest.raises(ValidationError, match=says):
        study(**sections)
