"""Is the level of each comparison with one control that of Dunnett's tables?"""

from __future__ import annotations

import pytest

from abate.base.errors import ParameterError
from abate.stats.distributions import normal_quantile
from abate.stats.dunnett import many_to_one_level


def bound(count, sided):
    return -normal_quantile(many_to_one_level(comparison_count=count, alpha=0.05, sided=sided) / sided)


@pytest.mark.parametrize(
    ("count", "two_sided", "one_sided"), [(1, 1.96, 1.64), (2, 2.21, 1.92), (3, 2.35, 2.06), (4, 2.44, 2.16)]
)
def test_bounds_are_those_of_the_tables_with_infinite_degrees_of_freedom(count, two_sided, one_sided):
    "Dunnett (1955) and (1964), 5 %, two decimals."
    assert bound(count, 2) == pytest.approx(two_sided, abs=0.006)
    assert bound(count, 1) == pytest.approx(one_sided, abs=0.006)


def test_without_correlation_it_is_sidaks_level():
    assert many_to_one_level(comparison_count=3, alpha=0.05, sided=2, correlation=0.0) == pytest.approx(
        1 - 0.95 ** (1 / 3), abs=1e-9
    )


def test_the_level_rises_with_the_correlation_and_stays_between_bonferroni_and_alpha():
    levels = [
        many_to_one_level(comparison_count=2, alpha=0.05, sided=2, correlation=rho) for rho in (0.0, 0.3, 0.6, 0.9)
    ]
    assert levels == sorted(levels)
    assert 0.025 < levels[0] < levels[-1] < 0.05


@pytest.mark.parametrize(
    "wrong", [{"comparison_count": 0}, {"alpha": 1.0}, {"sided": 3}, {"correlation": 1.0}, {"correlation": -0.1}]
)
def test_what_is_outside_its_range_is_refused(wrong):
    with pytest.raises(ParameterError, match="need comparison_count"):
        many_to_one_level(**{"comparison_count": 2, "alpha": 0.05, "sided": 2, **wrong})
