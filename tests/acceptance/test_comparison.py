"""A study with a comparator, from records to results: both treatments enter by the same rules and are compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from abate.contracts.result import StudyResult
from abate.sources.simulated import simulate_to
from abate.study.run import run

PRESET = "ketamine-lidocaine-migraine"


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("comparison") / "hospital.duckdb"
    simulate_to(
        path, person_count=None, course_count=40, seed=1, set_name="D", overrides={"lidocaine_per_course": 1.0},
        overwrite=False, progress=None,
    )  # fmt: skip
    return path


@pytest.fixture(scope="module")
def result(records: Path) -> StudyResult:
    return run(PRESET, records)


def test_both_treatments_enter_by_the_same_rules(result):
    treated, other = result.attrition, result.compared.attrition
    assert [step.id for step in treated] == [step.id for step in other]
    compared = {
        id: result.estimate(f"comparison.check.{id}").value for id in ("treated", "comparator", "earlier_other")
    }
    assert (
        compared["treated"] + compared["comparator"] + compared["earlier_other"]
        == treated[-1].courses + other[-1].courses
    )


def test_what_had_failed_before_is_made_alike(result):
    names = [line.name for line in result.compared.balance]
    assert {"baseline rating", "failed preventive classes", "age, years"} <= set(names)


def test_every_difference_has_a_number_or_a_reason(result):
    found = [one for one in result.estimates if one.id.startswith(("comparison.", "dose_response."))]
    assert {"comparison.final", "comparison.response.ratio", "comparison.return_30", "comparison.day_1", "dose_response.rate_max.slope"} <= {one.id for one in found}  # fmt: skip
    assert all(one.value is not None or one.reason for one in found)
