"""The section ``[comparison]`` of the study file: what it takes and what it refuses."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from abate.contracts.target_trial import TargetTrial
from tests.outcome_tables import small_study
from tests.two_treatments import study_of_two


def test_a_comparator_alone_is_compared_by_default():
    assert small_study(comparator={"name": "lidocaine"}).target_trial == TargetTrial()
    assert small_study().target_trial is None


def test_a_comparison_needs_a_comparator():
    with pytest.raises(ValidationError, match=r"add a section \[comparator\]"):
        small_study(comparison={"users": "all"})


def test_a_negative_control_must_be_a_term_that_is_looked_for():
    with pytest.raises(ValidationError, match=r"nausea is no term of \[events\]"):
        study_of_two(comparison={"negative_controls": ["nausea"]})


@pytest.mark.parametrize(
    "section",
    [
        {"weights": "trimmed"},
        {"covariates": []},
        {"covariates": ["age", "age"]},
        {"covariates": ["outcome"]},
        {"intercurrent": {"switch": "principal stratum"}},
        {"thresholds": {"least_equipoise": 1.2}},
        {"recent": "-1d"},
    ],
)
def test_what_abate_does_not_do_is_refused(section):
    with pytest.raises(ValidationError):
        study_of_two(comparison=section)


def test_days_of_return_are_put_in_order():
    assert study_of_two(comparison={"return_days": [90, 30, 90]}).target_trial.return_days == (30, 90)


def test_a_negative_control_exposure_has_a_name_in_the_history():
    study = study_of_two(
        comparison={"control_exposures": {"vitamin_d": {}, "ppi": {"ingredient": "omeprazole", "concepts": [1]}}}
    )
    design = study.target_trial
    assert [design.ingredient_of(name) for name in design.control_exposures] == ["vitamin d", "omeprazole"]
    assert study.reads_history
    assert not study.asks_for_history
    assert not study_of_two().reads_history


@pytest.mark.parametrize(
    ("controls", "says"),
    [
        ({"lidocaine": {}}, "control_exposures.lidocaine is a treatment that is compared"),
        ({"x": {"ingredient": "Ketamine"}}, "control_exposures.x is a treatment that is compared"),
        ({"x": {"concepts": [785649]}}, "control_exposures.x is a treatment that is compared"),
        ({"Vitamin D": {}}, "should match pattern"),
    ],
)
def test_a_negative_control_exposure_is_another_drug(controls, says):
    with pytest.raises(ValidationError, match=says):
        study_of_two(
            treatment={"name": "ketamine", "concepts": [785649]}, comparison={"control_exposures": controls}
        )  # fmt: skip
