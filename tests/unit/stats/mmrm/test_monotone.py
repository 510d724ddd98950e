"""Does the fit without a search give the numbers of the climb, and does it say where there is none?"""

from __future__ import annotations

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats.mmrm import fit_mmrm_many
from abate.stats.mmrm.errors import NotMonotoneError, OutcomeError, ShapeError, UnknownStructureError
from abate.stats.mmrm.monotone import MONOTONE_DF_METHODS, fit_monotone_many, is_monotone

SUBJECTS, VISITS = 26, 4
ARM = np.arange(SUBJECTS) % 2


def data_sets(count=5, *, seed=1, shift=0.0):
    rng = np.random.default_rng(seed)
    visit = np.arange(VISITS)
    root = np.linalg.cholesky(4 * 0.6 ** np.abs(visit[:, None] - visit))
    outcomes = shift + 7 - visit + rng.normal(size=(count, SUBJECTS, VISITS)) @ root.T
    outcomes[visit >= np.maximum(rng.geometric(0.12, (count, SUBJECTS, 1)), 1)] = np.nan
    columns = np.stack(
        [np.ones((count, SUBJECTS)), np.tile(ARM, (count, 1)), rng.normal(7, 1.5, (count, SUBJECTS))], axis=2
    )
    return outcomes, columns


def design_of(columns, at_visit):
    visit, column = np.nonzero(at_visit)
    design = np.zeros((*columns.shape[:2], VISITS, len(visit)))
    design[:, :, visit, np.arange(len(visit))] = columns[:, :, column]
    return design


def is_same(one, other, tolerance=1e-8):
    for name in ("estimate", "standard_error", "df", "t", "p", "log_likelihood"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), rel=tolerance, abs=1e-10)
    assert np.array_equal(one.converged, other.converged)


@pytest.mark.parametrize("df", MONOTONE_DF_METHODS)
@pytest.mark.parametrize("left_out_at_first", [0, 1, 2])
def test_the_numbers_are_those_of_the_climb(df, left_out_at_first):
    outcomes, columns = data_sets()
    at_visit = np.ones((VISITS, 3), dtype=bool)
    at_visit[0, 3 - left_out_at_first :] = False
    contrast = np.where(at_visit, np.random.default_rng(4).normal(size=(VISITS, 3)), 0.0)
    found = fit_monotone_many(outcomes, columns, contrast=contrast, at_visit=at_visit, df=df)
    climbed = fit_mmrm_many(outcomes, design_of(columns, at_visit), contrast=contrast[at_visit], df=df)
    is_same(found, climbed)


def test_outcomes_far_from_0_keep_their_digits():
    contrast = np.zeros((VISITS, 3))
    contrast[-1, 1] = 1
    near, far = (fit_monotone_many(*data_sets(shift=shift), contrast=contrast) for shift in (0.0, 1e6))
    assert far.standard_error == pytest.approx(near.standard_error, rel=1e-8)


def test_one_visit_is_an_ordinary_regression():
    outcomes, columns = data_sets()
    found = fit_monotone_many(outcomes[:, :, :1], columns, contrast=[[0, 1, 0]], df="satterthwaite")
    for place in range(len(outcomes)):
        coefficients, squares, *_ = np.linalg.lstsq(columns[place], outcomes[place, :, 0])
        assert found.estimate[place] == pytest.approx(coefficients[1], rel=1e-10)
        spread = np.linalg.inv(columns[place].T @ columns[place])[1, 1] * squares[0] / (SUBJECTS - 3)
        assert found.standard_error[place] == pytest.approx(np.sqrt(spread), rel=1e-10)
        assert found.df[place] == pytest.approx(SUBJECTS - 3)


def test_a_data_set_that_cannot_be_fitted_leaves_the_others_alone():
    outcomes, columns = data_sets(6)
    contrast = np.zeros((VISITS, 3))
    contrast[-1, 1] = 1
    alone = fit_monotone_many(outcomes[[0, 4]], columns[[0, 4]], contrast=contrast)
    outcomes[1, :, -1] = np.nan  # nobody there at the end
    outcomes[2, 6:, -1] = np.nan  # six people, and six things to learn of them
    outcomes[2, :6] = np.where(np.isnan(outcomes[2, :6]), 5.0, outcomes[2, :6])
    columns[3, :, 2] = 1.0  # a column twice
    outcomes[5, ARM == 1, -1] = np.nan  # nobody of the arm that is asked for
    found = fit_monotone_many(outcomes, columns, contrast=contrast)
    assert found.converged.tolist() == [True, False, False, False, True, False]
    assert np.all(np.isnan(found.estimate[1:4]))
    assert np.all(np.isnan(found.log_likelihood[1:4]))
    assert np.array_equal(found.p[[0, 4]], alone.p)


def test_a_constant_outcome_has_no_variance_to_describe():
    outcomes, columns = data_sets()
    outcomes[0] = np.where(np.isnan(outcomes[0]), np.nan, 5.0)
    contrast = np.zeros((VISITS, 3))
    contrast[-1, 1] = 1
    assert not fit_monotone_many(outcomes, columns, contrast=contrast).converged[0]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda c: c | {"df": "residual"}, UnknownStructureError),
        (lambda c: c | {"outcomes": np.where(np.arange(VISITS) == 1, np.nan, c["outcomes"])}, NotMonotoneError),
        (lambda c: c | {"columns": c["columns"][:, :5]}, ShapeError),
        (lambda c: c | {"contrast": [1, 2, 3]}, ShapeError),
        (lambda c: c | {"at_visit": np.arange(VISITS)[:, None] < [[4, 4, 2]]}, ShapeError),
        (lambda c: c | {"columns": np.full_like(c["columns"], np.inf)}, OutcomeError),
        (lambda c: c | {"outcomes": "much"}, OutcomeError),
    ],
)
def test_mistakes_are_named(change, error):
    outcomes, columns = data_sets()
    call = {"outcomes": np.nan_to_num(outcomes, nan=5.0), "columns": columns, "contrast": np.ones((VISITS, 3))}
    with pytest.raises(error) as raised:
        fit_monotone_many(**change(call))
    assert isinstance(raised.value, ParameterError)


def test_who_comes_back_is_not_monotone():
    assert is_monotone(np.array([[1.0, np.nan, np.nan], [1.0, 2.0, 3.0]]))
    assert not is_monotone(np.array([[1.0, np.nan, 3.0]]))
