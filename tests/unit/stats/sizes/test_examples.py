"""Do all examples of the sizes run, and does importing them stay cheap?"""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import abate.stats.sizes
from tests.unit.stats.test_import_cost import modules_loaded_by

MODULES = [f"abate.stats.sizes.{module.name}" for module in pkgutil.iter_modules(abate.stats.sizes.__path__)]
FACES = ["abate.trial.sizes", "abate.trial.assurance"]


@pytest.mark.parametrize("name", MODULES + FACES)
def test_examples_in_docstrings(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_importing_them_loads_numpy_only():
    loaded = modules_loaded_by("import " + ", ".join(MODULES + FACES))
    assert not loaded & {"scipy", "scipy.special", "scipy.stats", "statsmodels", "pandas", "pyarrow"}
