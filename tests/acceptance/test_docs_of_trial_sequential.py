"""Do the examples of docs/trial-sequential.md run, and do they print what the page says?"""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "trial-sequential.md"


def test_every_example_runs_and_says_what_the_page_says(capsys):
    text = PAGE.read_text(encoding="utf-8")
    for example in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        exec(compile(example, str(PAGE), "exec"), {})
    printed = capsys.readouterr().out
    for line in (
        "stop above [2.669, 1.981] or, for futility, at or below (0.0,)",
        "a trial larger by 1.0 %",
        "0.0 0.025 0.5 0.798",
        "0.5 0.366 0.104 0.927",
        "1.0 0.9 0.006 0.821",
        "1.5 0.998 0.0 0.653",
        "0.0 96 100",
        "power left 0.61 0.19 0.04 0.25",
        "bounds now [2.524, 1.989]",
        "0.0135 0.9 0.1 1.69",
        "adaptive 0.847 0.984",
        "a look and a larger end 1.13 0.994",
    ):
        assert line in printed
