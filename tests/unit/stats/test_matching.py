"""Matching and strata, by hand and at the edges."""

from __future__ import annotations

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats.balancing_weights import Population
from abate.stats.matching import match_nearest
from abate.stats.propensity import Propensity, estimate_propensity
from abate.stats.ridge import expit
from abate.stats.stratification import stratum_weights
from abate.stats.two_groups import checked_groups


def _at(treated, log_odds, person=None):
    groups = checked_groups(treated, np.zeros((len(treated), 1)), person)
    return Propensity(score=expit(np.array(log_odds, dtype=float)), groups=groups, fit=None, is_cross_fitted=False)


# Group 1 at 2.0 and 1.0; group 0 at 1.9, 1.2, 0.9 and -3. The highest chooses first.
TREATED, LOG_ODDS = [1, 1, 0, 0, 0, 0], [2.0, 1.0, 1.9, 1.2, 0.9, -3.0]


def _units(propensity, distance):
    """Return the caliper in SD that is a distance in log odds."""
    return distance / match_nearest(propensity, caliper_in_sd=1).caliper


def test_the_highest_score_chooses_first():
    "1.6 is nearer to 1.4 than 2.0 is, but 2.0 comes first and takes it."
    scored = _at([1, 1, 0, 0], [2.0, 1.6, 1.4, 0.0])
    assert match_nearest(scored, caliper_in_sd=100).pairs.tolist() == [[0, 2], [1, 3]]


def test_pairs_by_hand():
    scored = _at(TREATED, LOG_ODDS)
    assert match_nearest(scored, caliper_in_sd=_units(scored, 0.5)).pairs.tolist() == [[0, 2], [1, 4]]


@pytest.mark.parametrize(("distance", "left"), [(0.0999, 2), (0.1001, 0)])
def test_the_caliper_holds_on_both_sides(distance, left):
    scored = _at(TREATED, LOG_ODDS)
    matching = match_nearest(scored, caliper_in_sd=_units(scored, distance))
    assert matching.weights.left_out_1 == left


def test_who_finds_nobody_is_counted_and_flagged():
    scored = _at([1, 1, 0, 0], [5.0, 1.0, 1.0, 0.0])
    weights = match_nearest(scored).weights
    assert (weights.left_out_1, weights.left_out_0) == (1, 1)
    assert weights.flags == ("1 rows of group 1 found no match",)


def test_two_matches_share_a_weight():
    scored = _at(TREATED, LOG_ODDS)
    matching = match_nearest(scored, caliper_in_sd=_units(scored, 1.0), ratio=2)
    assert matching.pairs.tolist() == [[0, 2], [0, 3], [1, 4]]
    assert matching.weights.weight.tolist() == [1, 1, 0.5, 0.5, 1, 0]


def test_with_replacement_one_may_serve_twice():
    scored = _at([1, 1, 0, 0], [1.0, 0.9, 0.95, -2.0])
    matching = match_nearest(scored, is_with_replacement=True)
    assert matching.pairs.tolist() == [[0, 2], [1, 2]]
    assert matching.weights.weight.tolist() == [1, 1, 2, 0]


def test_nobody_is_matched_to_the_same_person():
    scored = _at([1, 0, 0, 1, 0], [1.0, 1.0, 0.8, -1.0, -1.0], person=["a", "a", "b", "c", "d"])
    assert match_nearest(scored, caliper_in_sd=1).pairs.tolist() == [[0, 2], [3, 4]]


def test_nobody_within_the_caliper_is_a_reason():
    matching = match_nearest(_at([1, 1, 0, 0], [5.0, 5.1, -5.0, -5.1]))
    assert "nobody of group 0" in matching.reason
    assert matching.weights.reason == matching.reason
    assert match_nearest(estimate_propensity([1, 1], [1, 2])).reason == "nobody is in group 0"


def test_a_wrong_argument_is_refused():
    with pytest.raises(ParameterError, match="caliper"):
        match_nearest(_at(TREATED, LOG_ODDS), caliper_in_sd=0)


def test_strata_by_hand():
    """Two strata end at the median 0.45: in the lower 1 of group 1 and 2 of group 0, in the upper 2 and 1."""
    scored = _at(
        [1, 0, 0, 1, 1, 0],
        np.log(np.array([0.2, 0.3, 0.4, 0.5, 0.6, 0.7]) / (1 - np.array([0.2, 0.3, 0.4, 0.5, 0.6, 0.7]))),
    )
    assert stratum_weights(scored, 2).weight.tolist() == pytest.approx([3, 1.5, 1.5, 1.5, 1.5, 3])
    of_1 = stratum_weights(scored, 2, Population.GROUP_1).weight  # ends at 0.5, which belongs above
    assert of_1.tolist() == pytest.approx([1, 0.5, 0.5, 1, 1, 2])


def test_a_stratum_without_the_other_group_is_left_out_and_said():
    scored = _at([0, 0, 1, 0, 1, 0], [-3, -2, 0.0, 0.1, 0.2, 0.3])
    weights = stratum_weights(scored, 3)
    assert weights.weight[:2].tolist() == [0, 0]
    assert (weights.left_out_1, weights.left_out_0) == (0, 2)
    assert "strata without the other group" in weights.flags[0]
    assert weights.population is None


def test_no_common_stratum_is_a_reason():
    assert "no stratum" in stratum_weights(_at([1, 1, 0, 0], [3, 2, -2, -3]), 2).reason
    assert stratum_weights(estimate_propensity([1, 1], [1, 2])).reason == "nobody is in group 0"


def test_strata_are_not_for_overlap():
    with pytest.raises(ParameterError, match="OVERLAP"):
        stratum_weights(_at(TREATED, LOG_ODDS), 2, Population.OVERLAP)
    with pytest.raises(ParameterError, match="at least 2"):
        stratum_weights(_at(TREATED, LOG_ODDS), 1)
