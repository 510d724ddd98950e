"""A study against untreated stays of an OMOP database, where the truth is known: the drug's effect is a subtraction."""

from __future__ import annotations

import json

import numpy as np
import pytest

from abate.cohort.entry import find_entry
from abate.contracts.definition import Study
from abate.contracts.result import StudyResult
from abate.inference.attribution.rows import untreated_rows
from abate.outcomes.join import join_outcomes
from abate.report.sections import build_sections
from abate.report.view import ResultView
from abate.sources.simulated import simulate_to
from abate.study.course_tables import read_course_tables
from abate.study.explain import explain
from abate.study.run import run

STUDY = Study.model_validate(
    {
        "title": "Ketamine against usual care",
        "condition": {"name": "migraine", "concepts": [318736]},
        "treatment": {"name": "ketamine", "concepts": [785649], "routes": ["intravenous"]},
        "comparator": {"name": "usual care", "untreated": {"without": [989878, 1126557], "starts_after": "2h"}},
        "eligibility": {"age": [18, 89], "courses": "first"},
        "rating": {
            "scale": "nrs",
            "concepts": [43055141, 3034263],
            "occasions": {"course": ["course"], "diary": ["diary"], "planned visit": ["planned visit"]},
        },
        "response": {"primary": {"points": 2}},
        "attribution": {"untreated": True},
        "comparison": {
            "covariates": ["age", "sex", "baseline", "setting", "year"],
            # Given on the ward of the simulated hospital an hour after admission, and of no effect there.
            "control_exposures": {
                "ketorolac": {"concepts": [1136980]},
                "magnesium": {"ingredient": "magnesium sulfate", "concepts": [19093848]},
                "methylprednisolone": {"concepts": [1506270]},
                "ondansetron": {"concepts": [1000560]},
            },
        },
    }
)
PERSONS = {"untreated_ward_per_course": 1.5, "lidocaine_per_course": 0.2, "dihydroergotamine_per_course": 0.1}
NO_DRUG = {"drug_mean": 0.0, "drug_sd": 0.0}


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> StudyResult:
    """A hospital in which ketamine does nothing."""
    folder = tmp_path_factory.mktemp("no_drug")
    simulate_to(folder / "hospital.duckdb", course_count=80, seed=21, overrides={**PERSONS, **NO_DRUG})
    return run(STUDY, folder / "hospital.duckdb")


def test_an_inert_drug_leaves_nothing_beyond_untreated_stays(result):
    "Regression to the mean and what the ward does are the same in both groups, and so is the rule of admission."
    left = result.estimate("regression.untreated_left")
    assert left.lower < 0 < left.upper
    assert abs(left.value) < 0.6
    final = result.estimate("comparison.final")
    assert final.lower < 0 < final.upper
    # A fall is there all the same: nothing of it is the drug's.
    assert result.estimate("regression.untreated_natural").lower > 0.3


def test_a_drug_that_works_leaves_its_effect(tmp_path, duckdb_engine):
    "What the drug took off each final rating is a subtraction; only the split is asked here."
    simulate_to(tmp_path / "hospital.duckdb", course_count=80, seed=22, overrides=PERSONS)
    tables = read_course_tables(STUDY, str(tmp_path / "hospital.duckdb"), duckdb_engine)
    entry = find_entry(STUDY, tables, duckdb_engine)
    outcomes = duckdb_engine.to_arrow(join_outcomes(STUDY, tables, entry.courses, duckdb_engine).outcomes)
    entered = set(outcomes.filter(outcomes["is_eligible"])["course_id"].to_pylist())
    courses = [one for one in json.loads((tmp_path / "truth.json").read_text())["courses"] if one["course_id"] in entered]  # fmt: skip
    effect = np.mean([one["final_hospital"] - one["final"] for one in courses])
    left = next(row for row in untreated_rows(STUDY, outcomes) if row.id == "regression.untreated_left")
    assert 1 < left.lower < effect < left.upper


def test_untreated_stays_enter_by_the_same_rules(result):
    treated, other = result.attrition, result.compared.attrition
    assert [step.id for step in treated] == [step.id for step in other]
    assert other[0].rule == "A visit for migraine before any dose of ketamine is in the records."
    assert other[0].courses > 100
    assert "2 hours after admission" in {step.id: step.rule for step in other}["age"]


def test_treated_persons_stay_who_were_untreated_before(result):
    "Those treated after a stay with lidocaine had no untreated one: it is excluded. Nobody is left out for having been untreated."
    check = {row.id: row for row in result.estimates if row.id.startswith("comparison.check.")}
    assert check["comparison.check.earlier_other"].value == 0
    assert check["comparison.check.days_waited_comparator"].value == pytest.approx(2 / 24)
    assert 2 / 24 < check["comparison.check.days_waited_treated"].value < 5 / 24


def test_drugs_that_do_nothing_show_what_error_is_left(result):
    "Four are too few to calibrate by, and the reason says so."
    rows = [result.estimate(f"comparison.control_exposure.{name}") for name in STUDY.comparison.control_exposures]
    assert all(abs(row.value) < 3 * row.standard_error for row in rows)
    assert result.estimate("comparison.final.calibrated").reason.startswith(
        "4 of the 4 negative-control exposures named can be compared, fewer than 5"
    )
    tables = {table.id: table for one in build_sections(ResultView(result)) for table in one.tables}
    cells = [row.cells[0] for row in tables["comparison-sensitivity"].rows]
    assert "Negative-control drug: magnesium sulfate, final pain" in cells
    assert "Negative-control drug: ketorolac, meets the primary rule" in cells


def test_the_page_says_what_time_zero_is_and_what_a_clock_cannot_be(result):
    section = next(one for one in build_sections(ResultView(result)) if one.id == "comparison")
    text = " ".join([*section.paragraphs, *(note.text for note in section.notes)])
    assert "2 hours after admission of usual care: without a dose no clock can count from one" in text
    assert "is known only at its end" in text
    assert "had both treatments" not in text


def test_the_methods_say_which_stays_were_untreated():
    text = " ".join(explain(STUDY))
    for said in (
        "for which migraine was on record by the day of admission and that ended before the person’s first dose of ketamine",
        "what came after a visit was not looked at",
        "OMOP 989878 and 1126557, descendants included",
        "Visits of one person at most 24 hours apart were one stay",
        "Time zero was the first dose of ketamine, and 2 hours after admission of usual care",
        "Courses of ketamine after an untreated stay were kept.",
        "Negative-control exposures, drugs that do nothing for the rating, were ketorolac, magnesium sulfate, methylprednisolone and ondansetron",
    ):
        assert said in text, said
