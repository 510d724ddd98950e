"""Do many fits give the numbers of one by one? And does one bad data set leave the others alone?"""

from __future__ import annotations

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats.mmrm import fit_mmrm, fit_mmrm_many, many
from abate.stats.mmrm.errors import NoFreedomError, OutcomeError, ShapeError, UnknownStructureError
from abate.stats.mmrm.many import MANY_DF_METHODS
from abate.stats.mmrm.structures import STRUCTURES

SUBJECTS, VISITS = 24, 4


def data_sets(count, *, seed=1, missing=0.2):
    rng = np.random.default_rng(seed)
    visit = np.arange(VISITS)
    root = np.linalg.cholesky(4 * 0.6 ** np.abs(visit[:, None] - visit) * np.outer(1 + 0.2 * visit, 1 + 0.2 * visit))
    outcomes = 7 - visit + rng.normal(size=(count, SUBJECTS, VISITS)) @ root.T
    outcomes[rng.random(outcomes.shape) < missing] = np.nan
    outcomes[:, :2] = np.where(np.isnan(outcomes[:, :2]), 5.0 + rng.normal(size=(count, 2, VISITS)), outcomes[:, :2])
    return outcomes


def design(*, seed=2):
    arm = np.arange(SUBJECTS) % 2
    by_visit = np.broadcast_to(np.eye(VISITS), (SUBJECTS, VISITS, VISITS))
    age = np.random.default_rng(seed).normal(size=SUBJECTS)
    return np.concatenate(
        [by_visit, by_visit * arm[:, None, None], np.broadcast_to(age[:, None, None], (SUBJECTS, VISITS, 1))], axis=2
    )


CONTRASTS = np.eye(9)[[7, 3]]


def one_by_one(outcomes, x, place, **options):
    subject, visit = np.nonzero(~np.isnan(outcomes[place]))
    matrix = x if x.ndim == 3 else x[place]
    return fit_mmrm(outcomes[place][subject, visit], matrix[subject, visit], subject, visit, **options)


@pytest.mark.parametrize("df", MANY_DF_METHODS)
@pytest.mark.parametrize("covariance", STRUCTURES)
def test_the_numbers_are_those_of_one_by_one(covariance, df):
    outcomes, x = data_sets(6), design()
    found = fit_mmrm_many(outcomes, x, contrast=CONTRASTS, covariance=covariance, df=df)
    for place in range(6):
        alone = one_by_one(outcomes, x, place, covariance=covariance, df=df)
        told = alone.contrast(CONTRASTS)
        assert found.converged[place] == alone.converged
        assert found.log_likelihood[place] == pytest.approx(alone.log_likelihood, rel=1e-11)
        for name in ("estimate", "standard_error", "df", "t", "p"):
            assert getattr(found, name)[place] == pytest.approx(getattr(told, name), rel=1e-7, abs=1e-9, nan_ok=True)


def test_full_likelihood_too():
    outcomes, x = data_sets(3), design()
    found = fit_mmrm_many(outcomes, x, contrast=CONTRASTS[0], reml=False)
    for place in range(3):
        alone = one_by_one(outcomes, x, place, reml=False)
        assert found.standard_error[place] == pytest.approx(alone.standard_error[7], rel=1e-9)
        assert found.df[place] == pytest.approx(alone.df[7], rel=1e-8)


def test_a_design_may_differ_by_simulation():
    outcomes = data_sets(4)
    x = np.stack([design(seed=seed) for seed in range(4)])
    found = fit_mmrm_many(outcomes, x, contrast=CONTRASTS[0])
    assert found.estimate.shape == (4,)
    for place in range(4):
        assert found.estimate[place] == pytest.approx(one_by_one(outcomes, x, place).estimate[7], rel=1e-9)


def test_blocks_are_of_no_account(monkeypatch):
    outcomes, x = data_sets(7), design()
    whole = fit_mmrm_many(outcomes, x, contrast=CONTRASTS)
    monkeypatch.setattr(many, "_NUMBERS_AT_ONCE", 1)
    alone = fit_mmrm_many(outcomes, x, contrast=CONTRASTS)
    assert alone.standard_error == pytest.approx(whole.standard_error, rel=1e-10)


def test_one_bad_data_set_leaves_the_others_alone():
    "Of five, one has a visit that nobody was seen at, one two visits that are the same, one hardly any rows."
    outcomes, x = data_sets(5, missing=0.1), design()
    good = fit_mmrm_many(outcomes, x, contrast=CONTRASTS)
    broken = outcomes.copy()
    broken[1, :, 3] = np.nan
    broken[2, :, 3] = broken[2, :, 2]
    broken[3, 2:] = np.nan
    found = fit_mmrm_many(broken, x, contrast=CONTRASTS)
    assert found.converged.tolist() == [True, False, False, False, True]
    assert np.isnan(found.estimate[1]).all()
    assert np.isnan(found.standard_error[1:4]).all()
    for place in (0, 4):
        assert found.df[place] == pytest.approx(good.df[place], rel=1e-9)


def test_a_data_set_that_is_fitted_exactly_leaves_the_others_alone():
    outcomes, x = data_sets(3), design()
    outcomes[1] = x @ np.arange(1.0, 10.0)
    found = fit_mmrm_many(outcomes, x, contrast=CONTRASTS)
    assert found.converged.tolist() == [True, False, True]
    assert found.estimate[1] == pytest.approx([8.0, 4.0])
    assert np.isnan(found.standard_error[1]).all()


def test_outcomes_far_from_0_lose_no_digits():
    outcomes, x = data_sets(3, missing=0.1), design()
    near = fit_mmrm_many(outcomes, x, contrast=CONTRASTS)
    moved = fit_mmrm_many(outcomes + 1e6, x, contrast=CONTRASTS)
    assert moved.df == pytest.approx(near.df, rel=1e-6)
    assert moved.standard_error == pytest.approx(near.standard_error, rel=1e-8)
    assert moved.estimate == pytest.approx(near.estimate + np.array([0, 1e6]), abs=1e-8)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"covariance": "spatial-exponential"}, UnknownStructureError),
        ({"df": "between-within"}, UnknownStructureError),
        ({"df": "kenward-roger", "reml": False}, ParameterError),
        ({"contrast": [1, 2]}, ShapeError),
        ({"contrast": np.zeros(9)}, ParameterError),
        ({"contrast": np.full(9, np.nan)}, ParameterError),
        ({"outcomes": data_sets(2)[0]}, ShapeError),
        ({"outcomes": np.full((2, SUBJECTS, VISITS), np.inf)}, OutcomeError),
        ({"outcomes": np.full((2, SUBJECTS, VISITS), np.nan)}, NoFreedomError),
        ({"outcomes": np.zeros((0, SUBJECTS, VISITS))}, ShapeError),
        ({"design_matrix": np.full((SUBJECTS, VISITS, 9), np.nan)}, OutcomeError),
        ({"outcomes": [["a"]]}, OutcomeError),
    ],
)
def test_a_mistake_is_told(change, kind):
    good = {"outcomes": data_sets(2), "design_matrix": design(), "contrast": CONTRASTS[0]}
    with pytest.raises(kind):
        fit_mmrm_many(**{**good, **change})


def test_the_size_of_the_test_holds_in_a_thousand_trials():
    "No effect, 24 subjects: rejections of 5 % within three Monte Carlo errors, by both that hold their size in small samples."
    outcomes, x = data_sets(1000, seed=5), design()
    found = fit_mmrm_many(outcomes, x, contrast=CONTRASTS[0], df="kenward-roger-linear")
    share = np.mean(found.p[found.converged] < 0.05)
    assert found.converged.mean() > 0.95
    assert 0.05 - 3 * 0.0069 < share < 0.05 + 3 * 0.0069


def test_a_root_that_is_of_no_use_counts_as_none():
    "Where the variance of one visit goes to 0, its information goes to infinity: 1e36 beside 1 has a root, and an inverse of rounding."
    information = np.stack([np.diag([1.0, 1e36]), np.array([[4.0, 2.0], [2.0, 5.0]])])
    root, is_there = many._roots_apart_from_zero(information)
    assert is_there.tolist() == [False, True]
    assert root.tolist() == [[[1, 0], [0, 1]], [[2, 0], [1, 2]]]
