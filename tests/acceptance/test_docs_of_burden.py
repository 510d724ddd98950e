"""Does the example of docs/burden.md run?"""

import re
import shlex

from tests.acceptance.command import abate
from tests.conftest import ROOT


def test_the_example_runs(tmp_path):
    text = (ROOT / "docs" / "burden.md").read_text(encoding="utf-8")
    commands = [line for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]
    assert len(commands) == 2
    for command in commands:
        program, *arguments = shlex.split(command)
        assert program == "abate"
        answer = abate(*arguments, cwd=tmp_path)
        assert answer.returncode == 0, answer.stderr
    assert "Burden of migraine, 2016 to 2018" in (tmp_path / "burden" / "burden.md").read_text(encoding="utf-8")
