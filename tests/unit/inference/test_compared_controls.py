"""Negative-control exposures: what is found where a drug does nothing, and what stands where it cannot be."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from abate.contracts.result import Estimate
from abate.inference.columns import numbers
from abate.inference.compared_controls import compare_control_exposures
from abate.inference.compared_courses import find_compared
from abate.inference.compared_outcomes import response_values
from abate.inference.weighted_outcome import contrast_row, weigh
from abate.stats.negative_controls import fit_empirical_null
from abate.stats.weighted_comparison import weighted_means
from tests.two_treatments import rows_of_two, study_of_two

DRUGS = ("a", "b", "c", "d", "e", "f")
COUNT = 300


def study_with(*names: str):
    return study_of_two(
        comparison={
            "covariates": ["age", "sex", "baseline"],
            "control_exposures": {name: {"ingredient": f"drug {name}"} for name in names},
        }
    )


def taken(shares: dict[str, float], baseline: list[float], by_baseline: float = 0.0) -> pa.Table:
    """Each drug at a share of the courses, more often in the iller by ``by_baseline`` log odds a point."""
    draw = np.random.default_rng(5)
    rows = [
        {"course_id": course + 1, "control": name}
        for name, share in shares.items()
        for course, pain in enumerate(baseline)
        if draw.random() < 1 / (1 + np.exp(-np.log(share / (1 - share)) - by_baseline * (pain - 7)))
    ]
    return pa.Table.from_pylist(rows, pa.schema([("course_id", pa.int64()), ("control", pa.string())]))


def found_for(study, exposures, **changes) -> dict[str, Estimate]:
    """The rows of the controls alone: what stands beside them is not asked."""
    courses = find_compared(study, rows_of_two(study, count=COUNT, seed=11, **changes)["outcomes"])
    weighted, values = (
        weigh(courses),
        {"final": numbers(courses.rows, "final"), "response": response_values(study, courses)},
    )
    means = {
        name: weighted_means(column, weighted.treated, weighted.weights, weighted.persons)
        for name, column in values.items()
    }
    final = contrast_row(weighted, "comparison.final", "difference", means["final"], unit="{points}")
    response = contrast_row(weighted, "comparison.response.difference", "difference", means["response"])
    rows = compare_control_exposures(study, courses, exposures, final, response)
    return {row.id: row for row in (*rows, final, response)}


@pytest.fixture(scope="module")
def baseline() -> list[float]:
    return rows_of_two(study_of_two(), count=COUNT, seed=11)["outcomes"]["baseline"].to_pylist()


@pytest.fixture(scope="module")
def given(baseline) -> pa.Table:
    "The iller took each drug more often."
    return taken(dict.fromkeys(DRUGS, 0.3), baseline, by_baseline=0.4)


@pytest.fixture(scope="module")
def found(given) -> dict[str, Estimate]:
    return found_for(study_with(*DRUGS), given)


def test_drugs_that_do_nothing_are_found_to_do_nothing(found, given):
    "As they are, those who took one rate worse at the end: they were iller before. Made alike, they do not."
    rows = [row for id, row in found.items() if id.startswith("comparison.control_exposure.")]
    assert len(rows) == 12
    assert all(abs(row.value) < 3.3 * row.standard_error for row in rows)
    assert all(row.unit == ("1" if row.id.endswith(".response") else "{points}") for row in rows)
    final = np.array(rows_of_two(study_of_two(), count=COUNT, seed=11)["outcomes"]["final"].to_pylist())
    crude = []
    for name in DRUGS:
        with_it = np.isin(np.arange(1, COUNT + 1), given.filter(pc.equal(given["control"], name))["course_id"])
        crude.append(final[with_it].mean() - final[~with_it].mean())
    made_alike = [row.value for row in rows if row.unit == "{points}"]
    assert abs(np.mean(made_alike)) < 0.2 < np.mean(crude)


def test_the_final_rating_is_calibrated_on_its_own_scale(found):
    "The mean error of the controls is taken off, and its spread is added; both by the published fit."
    plain, calibrated = found["comparison.final"], found["comparison.final.calibrated"]
    controls = [found[f"comparison.control_exposure.{name}"] for name in DRUGS]
    null = fit_empirical_null([row.value for row in controls], [row.standard_error for row in controls])
    assert calibrated.value == pytest.approx(plain.value - null.mean)
    assert calibrated.standard_error == pytest.approx(np.hypot(plain.standard_error, null.sd))
    assert "6 negative controls are few" in calibrated.method
    assert found["comparison.check.exposures_excluding"].value == null.excluding_count


def test_a_shift_that_all_controls_share_is_taken_off(baseline):
    "Whoever takes any of them rates 1 point more, for a reason nobody recorded: the controls show it, and it is taken off the difference."
    study, exposures = study_with(*DRUGS), taken(dict.fromkeys(DRUGS, 0.3), baseline)
    rows = found_for(study, exposures)
    one = [rows[f"comparison.control_exposure.{name}"].value for name in DRUGS]
    shifted = found_for(study, exposures, final=_with_a_point_more_for(exposures))
    after = [shifted[f"comparison.control_exposure.{name}"].value for name in DRUGS]
    assert np.mean(after) - np.mean(one) == pytest.approx(0.3, abs=0.25)  # each drug marks a part of them
    gap = shifted["comparison.final.calibrated"].value - shifted["comparison.final"].value
    assert gap == pytest.approx(-np.mean(after), abs=0.15)


def _with_a_point_more_for(exposures: pa.Table) -> list[float]:
    whose = set(exposures["course_id"].to_pylist())
    final = rows_of_two(study_of_two(), count=COUNT, seed=11)["outcomes"]["final"].to_pylist()
    return [value + (course in whose) for course, value in enumerate(final, start=1)]


def test_a_control_that_does_something_is_named_and_forbids_the_calibration(baseline):
    exposures = taken(dict.fromkeys(DRUGS, 0.3), baseline)
    strong = set(exposures.filter(pc.equal(exposures["control"], "c"))["course_id"].to_pylist())
    final = rows_of_two(study_of_two(), count=COUNT, seed=11)["outcomes"]["final"].to_pylist()
    rows = found_for(study_with(*DRUGS), exposures, final=[v - 4 * (c in strong) for c, v in enumerate(final, start=1)])
    calibrated = rows["comparison.final.calibrated"]
    assert calibrated.value is None
    assert calibrated.reason.startswith("drug c lies far from the other negative controls and may be affected")


def test_too_few_courses_and_too_few_controls_are_said(baseline):
    exposures = taken({"a": 0.3, "b": 0.3}, baseline)
    rare = pa.table({"course_id": pa.array([1, 2, 3], pa.int64()), "control": ["c"] * 3})
    rows = found_for(study_with("a", "b", "c"), pa.concat_tables([exposures, rare]))
    assert rows["comparison.control_exposure.c"].reason == "drug c was taken at time zero of 3 of 300 compared courses: too few to compare"  # fmt: skip
    assert rows["comparison.final.calibrated"].reason.startswith(
        "2 of the 3 negative-control exposures named can be compared, fewer than 5: records rarely hold enough drugs"
    )


def test_without_a_history_nothing_is_compared():
    rows = found_for(study_with("a"), None)
    assert rows["comparison.control_exposure.a"].reason == "no history of treatments was read"
    assert rows["comparison.control_exposure.a"].unit == "{points}"


def test_a_study_without_controls_has_no_rows_of_them():
    assert set(found_for(study_of_two(), None)) == {"comparison.final", "comparison.response.difference"}
