"""Does the page on other designs hold every design, and do its differences and verdicts follow from its numbers?"""

from __future__ import annotations

import math
import re

import pytest

from tests.known_truth.design_nulls import PAGE, TRIALS, design_cases, render_page, run_designs

LINE = re.compile(
    r"^\| (.+?) \| ([\d.]+) \| ([\d.]+) ± ([\d.]+) \| ([+-][\d.]+) \| ([\d.]+) ± [\d.]+ \| (.+?) \| (\d+) \|$",
    re.MULTILINE,
)
#: How far closed forms that are no exact ones may lie from what they approximate.
APPROXIMATE = 0.03


def test_the_page_is_complete_and_follows_from_its_numbers():
    text = PAGE.read_text(encoding="utf-8")
    lines, cases = LINE.findall(text), list(design_cases())
    assert f"{TRIALS:,} trials a number" in text
    assert [name for name, *_ in lines] == [case.name for case in cases]
    for case, (name, closed, simulated, _, difference, null, verdict, _) in zip(cases, lines, strict=True):
        assert float(closed) == pytest.approx(case.closed, abs=6e-5), name
        assert float(difference) == pytest.approx(case.closed - float(simulated), abs=1.1e-4), name
        off = float(null) - case.alpha
        allowed = 3 * math.sqrt(case.alpha * (1 - case.alpha) / TRIALS)
        assert verdict == ("holds" if abs(off) <= allowed else "**too often**" if off > 0 else "seldomer"), name


def test_what_is_exact_agrees_within_three_errors_and_the_rest_nearly():
    exact = ("crossover, 2 x 14", "n-of-1", "12 clusters of 10", "variances known", "one arm", "MCP-Mod")
    for name, closed, simulated, error, *_ in LINE.findall(PAGE.read_text(encoding="utf-8")):
        is_exact = any(word in name for word in exact) and "not seen" not in name
        allowed = 3 * float(error) + (0 if is_exact else APPROXIMATE)
        assert abs(float(closed) - float(simulated)) < allowed, name


def test_a_short_run_makes_a_page():
    runs = list(run_designs(4))
    assert LINE.findall(render_page(runs, 1.0))
    assert len(LINE.findall(render_page(runs, 1.0))) == len(list(design_cases()))
