"""Do the Python examples of the pages on the conduct of a trial run, and do they print what the text beside them says?"""

from __future__ import annotations

import re

import pytest

from tests.conftest import ROOT


def printed_by(page: str, capsys: pytest.CaptureFixture[str]) -> str:
    path = ROOT / "docs" / page
    examples = re.findall(r"```python\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)
    assert examples
    for example in examples:
        exec(compile(example, str(path), "exec"), {})
    return capsys.readouterr().out


def test_conduct(capsys):
    printed = printed_by("trial-conduct.md", capsys)
    for expected in (
        "true rate 0.150: stops with 0.891",
        "Bang 0.70 and 0.40, James 0.32",
        "[52, 58, 70, 86, 96]",
        "612 bed-days (557 to 667)",
        "(5, 'Friday')",
    ):
        assert expected in printed


def test_randomisation(capsys):
    printed = printed_by("trial-randomisation.md", capsys)
    assert "share guessed: 0.69" in printed
    assert "largest imbalance: " in printed
