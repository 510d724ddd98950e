"""Halving towards a crossing."""

from __future__ import annotations

import pytest

from abate.stats.roots import crossing


@pytest.mark.parametrize("sign", [1, -1])
def test_it_finds_the_crossing_of_a_rise_and_of_a_fall(sign):
    assert crossing(lambda x: sign * (x - 0.3), 0, 1) == pytest.approx(0.3, abs=1e-15)


def test_where_nothing_crosses_the_nearer_end_is_given():
    assert crossing(lambda x: x + 1, 0, 5) == 0
    assert crossing(lambda x: x - 9, 0, 5) == 5


def test_a_crossing_at_an_end_is_found():
    assert crossing(lambda x: -x, 0, 1) == pytest.approx(0, abs=1e-15)
