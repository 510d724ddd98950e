"""Do the examples in the docstrings of designs run?"""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import abate.trial.designs

MODULES = [module.name for module in pkgutil.iter_modules(abate.trial.designs.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name):
    outcome = doctest.testmod(importlib.import_module(f"abate.trial.designs.{name}"))
    assert outcome.failed == 0
