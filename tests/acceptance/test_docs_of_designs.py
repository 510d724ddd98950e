"""Do the examples of docs/trial-designs.md print what the page says, and does it hold every design of the catalogue as it is?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from abate.trial.designs import CRITERIA, catalogue

PAGE = (Path(__file__).parents[2] / "docs" / "trial-designs.md").read_text(encoding="utf-8")


def test_every_example_prints_what_the_page_says(capsys):
    names: dict[str, object] = {}
    examples = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert len(examples) == 17  # the plan, one for each design, the order, the texts
    for example in examples:
        exec(compile(example, "docs/trial-designs.md", "exec"), names)
        said = "".join(line.removeprefix("# ") + "\n" for line in example.splitlines() if line.startswith("# "))
        assert capsys.readouterr().out == said


@pytest.mark.parametrize("entry", catalogue().values(), ids=lambda entry: entry.kind)
def test_each_design_has_its_section_with_a_worked_number(entry):
    section = re.split(r"^## ", PAGE, flags=re.MULTILINE)
    found = next(" ".join(text.split()) for text in section if text.startswith(entry.title + "\n"))
    for words in (entry.answers, entry.against_with_facts, entry.primary, entry.source):
        assert " ".join(words.split()) in found
    assert "```python" in found


def test_each_criterion_stands_in_the_table():
    assert all(f"| {name} |" in PAGE for name in CRITERIA)
