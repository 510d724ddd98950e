"""Do the stored trials come out as R's mmrm, tightly converged, has them: in closed form, by search, and through the plan's analysis?"""

from __future__ import annotations

import numpy as np
import pytest

from abate.stats.mmrm import fit_mmrm_many
from abate.stats.mmrm.monotone import fit_monotone_many
from abate.stats.trials.analyse import Analysis, analyse
from tests.reference.trial_simulation.reference import read_fits, read_trials

pytestmark = pytest.mark.data

DF = ("satterthwaite", "kenward-roger")


@pytest.fixture(scope="module")
def trials(abate_data):
    return read_trials(abate_data)


@pytest.fixture(scope="module")
def fits(abate_data):
    return read_fits(abate_data)


def columns_of(ratings, arm):
    return np.stack([np.ones(len(arm)), arm, ratings[:, 0]], axis=1)


def agrees(found, expected):
    for name, stored in expected.items():
        assert getattr(found, name)[0] == pytest.approx(stored, rel=1e-6), name


def test_all_fifteen_are_there(fits, trials):
    assert len(fits) == 15
    assert {(fit["scenario"], fit["trial"]) for fit in fits} == set(trials)


@pytest.mark.parametrize("df", DF)
def test_in_closed_form(fits, trials, df):
    contrast = np.zeros((5, 3))
    contrast[-1, 1] = 1
    for fit in fits:
        ratings, arm = trials[fit["scenario"], fit["trial"]]
        found = fit_monotone_many(ratings[None, :, 1:], columns_of(ratings, arm), contrast=contrast, df=df)
        agrees(found, fit[df.replace("-", "_")])


@pytest.mark.parametrize("df", DF)
def test_by_search(fits, trials, df):
    for fit in fits:
        ratings, arm = trials[fit["scenario"], fit["trial"]]
        design = np.einsum("nc,vw->nvwc", columns_of(ratings, arm), np.eye(5)).reshape(len(arm), 5, 15)
        found = fit_mmrm_many(ratings[None, :, 1:], design, contrast=np.eye(15)[13], df=df)
        agrees(found, fit[df.replace("-", "_")])


@pytest.mark.parametrize("df", DF)
def test_through_the_plans_analysis(fits, trials, df):
    for fit in fits:
        ratings, arm = trials[fit["scenario"], fit["trial"]]
        order = np.argsort(arm, kind="stable")
        found = analyse(Analysis(df=df), ratings[None, order], arm[order], np.zeros_like(arm))
        expected = {name: stored for name, stored in fit[df.replace("-", "_")].items() if name != "log_likelihood"}
        agrees(found, expected)
