"""Separation and scores at the edges."""

from __future__ import annotations

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats.propensity import PenaltyChoice, cross_fitted_propensity, estimate_propensity
from abate.stats.ridge import PENALTIES, expit
from abate.stats.separation import Separation, find_separation
from abate.stats.two_groups import checked_groups

RANDOM = np.random.default_rng(11)
X = RANDOM.normal(size=(80, 4))
TREATED = (RANDOM.random(80) < expit(X[:, 0])).astype(int)


def test_a_line_that_no_covariate_gives_alone_is_found():
    "x + y > 0 parts these, neither x nor y does."
    x, y = np.array([1, -1, 2, -2, 1, -1]), np.array([0, 2, -1, 1, -2, 0])
    found = find_separation(checked_groups([1, 1, 1, 0, 0, 0], np.column_stack([x, y])))
    assert (found.kind, found.by_one) == (Separation.COMPLETE, ())
    assert "together" in found.sentence()


def test_part_of_a_group_told_apart_is_found():
    "Everybody with the property is in group 1; without it, some are in each."
    found = find_separation(checked_groups([1, 1, 1, 0, 0], [1, 1, 0, 0, 0]))
    assert found.kind is Separation.QUASI
    assert "part of a group" in found.sentence()


def test_overlapping_groups_are_not_separated():
    found = find_separation(checked_groups(TREATED, X))
    assert (found.kind, found.sentence()) == (Separation.NONE, None)


@pytest.mark.parametrize("fit", [estimate_propensity, cross_fitted_propensity])
@pytest.mark.parametrize(
    ("treated", "covariate", "reason"),
    [
        ([1] * 6, range(6), "nobody is in group 0"),
        ([1, 1, 0, 0, 0, 0], range(6), "group 1 has fewer than 3 persons: 2"),
        ([0, 0, 0, 1, 1, 1], range(6), "dose alone tells the groups apart without error, so nobody has a counterpart"),
        ([], np.empty((0, 1)), "there are no rows"),
    ],
)
def test_no_score_has_its_reason(fit, treated, covariate, reason):
    propensity = fit(treated, np.array(covariate, dtype=float), names=["dose"])
    assert propensity.reason == reason
    assert propensity.score.size == 0


def test_separation_in_part_is_flagged_and_fitted():
    propensity = estimate_propensity([1, 1, 1, 1, 0, 0, 0], [1, 1, 0, 0, 0, 0, 0], penalty=1)
    assert propensity.reason is None
    assert "no counterpart" in propensity.flags[0]


def test_separation_in_part_without_a_penalty_has_a_reason():
    propensity = estimate_propensity([1, 1, 1, 1, 0, 0, 0], [1, 1, 0, 0, 0, 0, 0], penalty=0)
    assert "no highest point" in propensity.reason


@pytest.mark.parametrize("choice", PenaltyChoice)
def test_a_chosen_penalty_is_of_the_grid_and_named(choice):
    propensity = estimate_propensity(TREATED, X, penalty=choice)
    assert propensity.fit.penalty in PENALTIES
    assert choice.value in propensity.method


def test_cross_validation_shrinks_what_is_only_noise():
    noise = np.random.default_rng(2).normal(size=(60, 10))
    propensity = estimate_propensity([0, 1] * 30, noise, penalty=PenaltyChoice.CROSS_VALIDATED)
    assert propensity.fit.penalty >= 100


def test_the_order_of_the_rows_does_not_matter():
    person = RANDOM.integers(0, 50, size=80)
    order = RANDOM.permutation(80)
    for fit in (estimate_propensity, cross_fitted_propensity):
        plain = fit(TREATED, X, person).score
        turned = fit(TREATED[order], X[order], person[order]).score
        assert turned.tolist() == pytest.approx(plain[order].tolist(), rel=1e-6)


def test_a_persons_rows_are_never_learnt_from():
    "Another covariate of one person changes that person's scores, through the fit to others not at all."
    person = np.repeat(np.arange(40), 2)
    moved = X.copy()
    moved[:2] += 3.0
    before, after = (cross_fitted_propensity(TREATED, x, person, penalty=1.0) for x in (X, moved))
    others_of_fold = np.flatnonzero(np.isclose(before.score, after.score, rtol=1e-12))
    assert others_of_fold.size >= 10  # the rest of the fold
    assert 0 not in others_of_fold
    assert 1 not in others_of_fold


def test_a_missing_covariate_is_refused():
    with pytest.raises(ParameterError, match="missing"):
        estimate_propensity([1, 0], [1, np.nan])
