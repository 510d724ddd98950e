"""Do the examples in the docstrings run?"""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import abate.stats.sequential

MODULES = [f"abate.stats.sequential.{module.name}" for module in pkgutil.iter_modules(abate.stats.sequential.__path__)]


@pytest.mark.parametrize("name", [*MODULES, "abate.trial.sequential"])
def test_examples_in_docstrings(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0
