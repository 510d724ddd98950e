"""The shape is kept: the command answers at once, and no room imports what it must not."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "abate"
MODULES = sorted(SOURCE.rglob("*.py"))
SLOW = {
    "ibis",
    "duckdb",
    "pandas",
    "scipy.stats",
    "altair",
    "pyarrow",
    "statsmodels",
    "numpy",
    "pydantic",
    "openpyxl",
    "jinja2",
}


def test_the_command_imports_nothing_slow_before_it_knows_what_is_asked():
    code = "import sys, abate.cli; print('\\n'.join(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": str(SOURCE.parent)}
    )
    assert not SLOW & set(loaded.stdout.split())


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_every_module_says_which_question_it_answers(module):
    docstring = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8")))
    assert docstring, "a module opens with one sentence"


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_public_functions_and_classes_have_docstrings(module):
    tree = ast.parse(module.read_text(encoding="utf-8"))
    bare = [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert bare == []
