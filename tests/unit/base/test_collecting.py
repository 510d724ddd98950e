"""The collector is left as it was found, whatever happened in between."""

import gc

import pytest

from abate.base.collecting import collecting_rarely


def test_it_is_rare_within_and_as_before_afterwards():
    before = gc.get_threshold()
    with collecting_rarely():
        assert gc.get_threshold()[0] > before[0]
    assert gc.get_threshold() == before


def test_it_is_as_before_after_an_error():
    before = gc.get_threshold()
    with pytest.raises(ZeroDivisionError), collecting_rarely():
        _ = 1 / 0
    assert gc.get_threshold() == before
