"""A textbook's nine patients, R with ties, and scipy.stats on drawn changes."""

from __future__ import annotations

import numpy as np
import pytest

from abate.stats import signed_ranks
from tests.reference.case import read_case

CASE = read_case(__file__)
DEPRESSION, TIED, TOLERANCE = CASE["depression"], CASE["tied"], CASE["tolerance"]


def test_textbook():
    changes = np.array(DEPRESSION["after"]) - np.array(DEPRESSION["before"])
    result, estimate = signed_ranks.test_of_signed_ranks(changes), signed_ranks.hodges_lehmann(changes)
    assert (result.positive_rank_sum, result.method) == (DEPRESSION["positive_rank_sum"], signed_ranks.EXACT)
    assert result.p_value == pytest.approx(DEPRESSION["p_value"], abs=1e-14)
    limits = (DEPRESSION["estimate"], DEPRESSION["lower"], DEPRESSION["upper"])
    assert (estimate.value, estimate.lower, estimate.upper) == pytest.approx(limits, abs=1e-12)
    assert estimate.achieved_level == DEPRESSION["achieved_level"]


def test_r_with_ties():
    changes = np.array(TIED["first"]) - np.array(TIED["second"])
    result, estimate = signed_ranks.test_of_signed_ranks(changes), signed_ranks.hodges_lehmann(changes)
    assert (result.positive_rank_sum, result.method) == (TIED["positive_rank_sum"], signed_ranks.NORMAL)
    assert result.p_value == pytest.approx(TIED["p_value"], abs=TOLERANCE["p_value"])
    assert estimate.value == pytest.approx(TIED["estimate_of_r"], abs=TOLERANCE["centre"])
    assert (estimate.lower, estimate.upper) == pytest.approx(
        (TIED["lower_of_r"], TIED["upper_of_r"]), abs=TOLERANCE["limits"]
    )


@pytest.mark.parametrize("count", [3, 14, 50, 51, 300])
def test_scipy_without_ties(count):
    stats = pytest.importorskip("scipy.stats")
    changes = np.random.default_rng(count).normal(0.3, 1, count)
    ours = signed_ranks.test_of_signed_ranks(changes)
    theirs = stats.wilcoxon(changes, method="exact" if count <= 50 else "asymptotic", correction=True)
    assert ours.p_value == pytest.approx(theirs.pvalue, rel=1e-10)
    assert min(ours.positive_rank_sum, count * (count + 1) / 2 - ours.positive_rank_sum) == theirs.statistic


@pytest.mark.parametrize("count", [14, 61, 300])
def test_scipy_with_ties_and_zeros(count):
    "Whole points on a scale, as ratings are."
    stats = pytest.importorskip("scipy.stats")
    changes = np.random.default_rng(count).integers(-5, 4, count)
    theirs = stats.wilcoxon(changes, method="asymptotic", correction=True)
    assert signed_ranks.test_of_signed_ranks(changes).p_value == pytest.approx(theirs.pvalue, rel=1e-10)
