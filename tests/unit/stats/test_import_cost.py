"""The numbers must not make a command wait: which slow libraries stay out, and do all examples run?"""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import subprocess
import sys

import pytest

import abate.stats

MODULES = [f"abate.stats.{module.name}" for module in pkgutil.iter_modules(abate.stats.__path__)]


def modules_loaded_by(program: str) -> set[str]:
    code = f"import sys\n{program}\nprint(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": ":".join(sys.path)}
    )
    return set(run.stdout.split())


def test_importing_the_numbers_loads_numpy_only():
    loaded = modules_loaded_by("import " + ", ".join(MODULES))
    assert not loaded & {"scipy", "scipy.special", "scipy.stats", "statsmodels", "pandas", "pyarrow"}


def test_computing_loads_special_functions_only():
    loaded = modules_loaded_by("from abate.stats.proportions import wilson_interval\nwilson_interval(48, 61)")
    assert "scipy.special" in loaded
    assert not loaded & {"scipy.stats", "statsmodels", "pandas"}


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name):
    outcome = doctest.testmod(importlib.import_module(name))
    assert outcome.failed == 0
