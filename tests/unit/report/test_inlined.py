"""What stands in the page besides its text: scripts that cannot end early, and strings of CSS that cannot either."""

import re

import pytest

from abate.report.inlined import describe_foot, quoted, read_scripts
from tests.report_example import HOSTILE


def read_css_string(text: str) -> str:
    """What a browser reads of a CSS string, by the rules of CSS Syntax 3 for escapes."""
    assert text[0] == text[-1] == '"'
    inside = text[1:-1]
    assert not re.search(r'["\n\\]', re.sub(r"\\[0-9a-f]{1,6} ", "", inside))
    return re.sub(r"\\([0-9a-f]{1,6}) ", lambda found: chr(int(found[1], 16)), inside)


@pytest.mark.parametrize("text", [*HOSTILE, 'a"b', "a\\b", "}</style>", "1 2", "caf\u00e9"])
def test_a_css_string_gives_back_its_text_and_holds_nothing_that_ends_it(text):
    assert read_css_string(quoted(text)) == text
    assert "<" not in quoted(text)


def test_the_foot_names_the_study_and_says_simulated():
    foot = describe_foot("Ketamine in pain", is_simulated=True)
    assert "Ketamine in pain" in foot
    assert "simulated data" in foot
    assert "counter(page)" in foot
    assert "imulated" not in describe_foot("Ketamine in pain", is_simulated=False)


def test_a_long_title_is_cut_in_the_foot_and_keeps_its_direction_to_itself():
    foot = describe_foot("\u202e" + "x" * 300, is_simulated=False)
    content = re.search(r'content:("[^"]*")', foot)
    assert content is not None
    words = read_css_string(content[1])
    assert words.startswith("abate \u00b7 \u2068\u202e")
    assert words.endswith("\u2026\u2069")
    assert len(words) < 110


def test_scripts_cannot_end_early_and_do_nothing_dangerous():
    scripts = read_scripts()
    for script in (scripts.early, scripts.late):
        assert not re.search(r"</script|<!--", script, re.IGNORECASE)
        assert not re.search(r"\beval\b|\bFunction\(|innerHTML\s*=|insertAdjacentHTML|document\.write|fetch\(|XMLHttp|WebSocket", script)  # fmt: skip
