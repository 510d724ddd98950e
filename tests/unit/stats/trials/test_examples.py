"""Do the examples in the docstrings run, and does importing load NumPy only?"""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import subprocess
import sys

import pytest

import abate.stats.mmrm
import abate.stats.trials

MODULES = [
    *(each.name for each in pkgutil.walk_packages(abate.stats.trials.__path__, "abate.stats.trials.")),
    "abate.stats.mmrm.monotone",
    "abate.trial.simulate",
    "abate.trial.simulate_designs",
    "abate.trial.trial_model",
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_importing_loads_numpy_only():
    code = "import sys\nimport " + ", ".join(MODULES) + "\nprint(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": ":".join(sys.path)}
    )
    assert not set(run.stdout.split()) & {"scipy", "scipy.special", "scipy.stats", "pandas", "pyarrow"}
