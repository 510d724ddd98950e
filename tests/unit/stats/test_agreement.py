"""Cohen's kappa against statsmodels and by hand."""

from __future__ import annotations

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats.agreement import cohens_kappa


def test_agrees_with_statsmodels():
    from statsmodels.stats.inter_rater import cohens_kappa as other

    rng = np.random.default_rng(1)
    for _ in range(5):
        first = rng.integers(0, 4, 150)
        second = np.where(rng.random(150) < 0.6, first, rng.integers(0, 4, 150))
        table = np.zeros((4, 4))
        np.add.at(table, (first, second), 1)
        theirs, ours = other(table), cohens_kappa(first, second)
        assert ours.value == pytest.approx(theirs.kappa, rel=1e-12)
        assert ours.standard_error == pytest.approx(theirs.std_kappa, rel=1e-12)
        assert (ours.lower, ours.upper) == pytest.approx((theirs.kappa_low, theirs.kappa_upp), rel=1e-9)


def test_intervals_hold_the_truth():
    "Two labels, each half of the time, the same with probability 0.8: kappa is 0.6."
    rng = np.random.default_rng(2)
    held = 0
    for _ in range(400):
        first = rng.integers(0, 2, 200)
        second = np.where(rng.random(200) < 0.8, first, 1 - first)
        kappa = cohens_kappa(first, second)
        held += kappa.lower <= 0.6 <= kappa.upper
    assert held / 400 == pytest.approx(0.95, abs=0.03)


def test_perfect_and_no_agreement():
    assert cohens_kappa([1, 2, 1], [1, 2, 1]).value == 1
    assert cohens_kappa([1, 2], [2, 1]).value == -1
    assert cohens_kappa([1, 1], [1, 1]).reason.startswith("both say the same label")


def test_mistakes():
    with pytest.raises(ParameterError):
        cohens_kappa([], [])
    with pytest.raises(ParameterError):
        cohens_kappa([1], [1, 2])
