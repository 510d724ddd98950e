"""Each mistake in the data is one sentence and a class of its own."""

from __future__ import annotations

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats.mmrm import fit_mmrm
from abate.stats.mmrm.errors import (
    GroupError,
    NoFreedomError,
    OutcomeError,
    RankError,
    RepeatedVisitError,
    SamePlaceError,
    ShapeError,
    UnknownStructureError,
)
from tests.unit.stats.mmrm.trial import simulated_trial

TRIAL = simulated_trial(seed=1, subject_count=20, visit_count=3)
GOOD = {"outcome": TRIAL.outcome, "design_matrix": TRIAL.design, "subject": TRIAL.subject, "visit": TRIAL.visit}


def changed(values, place, value):
    copy = np.array(values, dtype=float)
    copy[place] = value
    return copy


CASES = {
    "missing outcome": ({"outcome": changed(TRIAL.outcome, 0, np.nan)}, OutcomeError, "1 missing or infinite values"),
    "infinite outcome": ({"outcome": changed(TRIAL.outcome, 1, np.inf)}, OutcomeError, "outcome has 1"),
    "missing cell": ({"design_matrix": changed(TRIAL.design, (0, 0), np.nan)}, OutcomeError, "design_matrix has 1"),
    "text": ({"outcome": ["a"] * len(TRIAL.outcome)}, OutcomeError, "numbers only"),
    "weight of 0": ({"weights": changed(np.ones(len(TRIAL.outcome)), 3, 0)}, OutcomeError, "above 0"),
    "too short": ({"outcome": TRIAL.outcome[1:]}, ShapeError, "outcome has"),
    "one dimension": ({"design_matrix": TRIAL.outcome}, ShapeError, "2 dimension"),
    "names": ({"names": ["a"]}, ShapeError, "got 1 for 6"),
    "group too short": ({"group": ["a"]}, ShapeError, "group must have one entry a row"),
    "two rows for a visit": ({"visit": np.zeros(len(TRIAL.visit))}, RepeatedVisitError, "two rows for one visit"),
    "group changes": ({"group": TRIAL.visit}, GroupError, "a subject has one group"),
    "structure": ({"covariance": "unstructurd"}, UnknownStructureError, "did you mean 'unstructured'"),
    "fallback": ({"fallback": ["nothing"]}, UnknownStructureError, "choose one of"),
    "df": ({"df": "kenward"}, UnknownStructureError, "did you mean 'kenward-roger'"),
    "sandwich": ({"sandwich": "cr1"}, UnknownStructureError, "choose one of cr0, cr2, cr3"),
    "no places": ({"covariance": "spatial-exponential"}, ParameterError, "needs coordinates"),
    "places for no use": ({"coordinates": np.arange(len(TRIAL.outcome))}, ParameterError, "leave them out"),
    "two rows at one place": (
        {"covariance": "spatial-exponential", "coordinates": np.zeros(len(TRIAL.outcome))},
        SamePlaceError,
        "two rows at the same coordinates",
    ),
    "two corrections": ({"df": "kenward-roger", "sandwich": "cr2"}, ParameterError, "choose satterthwaite"),
    "Kenward-Roger by ML": ({"df": "kenward-roger", "reml": False}, ParameterError, "restricted likelihood"),
    "level": ({"level": 95}, ParameterError, "between 0 and 1"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_is_told(case):
    change, kind, words = CASES[case]
    with pytest.raises(kind, match=words.replace("(", r"\(")) as told:
        fit_mmrm(**{**GOOD, **change})
    assert type(told.value) is kind


def test_dependent_columns_are_named():
    twice = np.column_stack([TRIAL.design, TRIAL.design[:, 1] * 2, np.zeros(len(TRIAL.outcome))])
    names = ["a", "b", "c", "d", "e", "f", "again b", "nothing"]
    with pytest.raises(RankError, match="again b, nothing can be made"):
        fit_mmrm(TRIAL.outcome, twice, TRIAL.subject, TRIAL.visit, names=names)


def test_no_degrees_of_freedom_are_left():
    with pytest.raises(NoFreedomError, match="2 rows for 2 coefficients"):
        fit_mmrm([1.0, 2.0], np.eye(2), [1, 1], [1, 2])


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        ([1, 2], ShapeError),
        (np.zeros(6), ParameterError),
        (np.ones((2, 5)), ShapeError),
        ([1, 0, 0, 0, 0, np.nan], ParameterError),
        ([[1, 0, 0, 0, 0, 0], [1]], ParameterError),
    ],
)
def test_a_contrast_of_the_wrong_shape(rows, kind):
    with pytest.raises(kind):
        fit_mmrm(**GOOD).contrast(rows)


def test_a_joint_test_of_the_same_row_twice():
    with pytest.raises(ParameterError, match="made of the others"):
        fit_mmrm(**GOOD).joint_test(np.ones((2, 6)))
