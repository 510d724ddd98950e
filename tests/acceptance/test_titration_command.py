"""abate titration as a user types it, and the examples of its page."""

import re
import shlex
import tomllib

import pytest

from tests.acceptance.command import abate
from tests.conftest import ROOT

PAGE = ROOT / "docs" / "infusion-safety.md"


@pytest.fixture
def plan(tmp_path):
    def write(old="", new=""):
        text = abate("titration", "--example").stdout
        path = tmp_path / "plan.toml"
        path.write_text(text.replace(old, new) if old else text, encoding="utf-8")
        return path

    return write


def test_the_example_is_toml_and_within_limits(plan):
    path = plan()
    assert tomllib.loads(path.read_text())["drug"] == "ketamine"
    answer = abate("titration", path)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "not a medical device" in answer.stdout


def test_beyond_a_limit_is_exit_code_14_and_the_check_is_printed(plan):
    answer = abate("titration", plan('"0.5 mg/kg/h"', '"1.5 mg/kg/h"'))
    assert (answer.returncode, answer.stderr) == (14, "")
    assert "BEYOND A LIMIT." in answer.stdout


@pytest.mark.parametrize(("old", "new"), [('"0.5 mg/kg/h"', '"0.5"'), ('"0.5 mg/kg/h"', "0.5"), ("drug", "durg")])
def test_a_plan_that_cannot_be_read_is_one_sentence_and_exit_code_13(plan, old, new):
    answer = abate("titration", plan(old, new))
    assert (answer.returncode, answer.stdout) == (13, "")
    assert answer.stderr.count("\n") == 1


def test_no_plan_is_exit_code_11_and_no_file_4(tmp_path):
    assert abate("titration").returncode == 11
    assert abate("titration", tmp_path / "none.toml").returncode == 4


def test_the_examples_of_the_page_print_what_it_says(tmp_path):
    """A block ``toml`` is the plan, a block ``text`` that starts with ``$`` a command and what it prints; ... leaves lines out."""
    page = PAGE.read_text(encoding="utf-8")
    blocks = re.findall(r"```(toml|text)\n(.*?)```", page, re.DOTALL)
    commands = 0
    for kind, block in blocks:
        if kind == "toml":
            (tmp_path / "plan.toml").write_text(block, encoding="utf-8")
            continue
        command, expected = block.split("\n", 1)
        printed = abate(*shlex.split(command.removeprefix("$ abate ")), cwd=tmp_path).stdout
        for part in expected.split("...\n"):
            assert part.strip("\n") in printed
        commands += 1
    assert commands


def test_the_python_examples_of_the_page_run():
    examples = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert examples
    for example in examples:
        exec(compile(example, str(PAGE), "exec"), {})
