"""Does the page on type I error say what its numbers say, of every analysis in every setting, at full length?"""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest

from abate.stats.proportions import wilson_interval
from tests.known_truth.trial_nulls import (
    CASES,
    LEAVING,
    PAGE,
    PER_ARM,
    TRIALS,
    NullRun,
    null_model,
    render_page,
    run_nulls,
)

LINE = re.compile(r"^\| (.+?) \| ([\d.]+) ± [\d.]+ \| (.+?) \| [\d.]+ \| (\d+) \|$", re.MULTILINE)


def test_the_page_is_complete_and_its_verdicts_follow_from_its_numbers():
    text = PAGE.read_text(encoding="utf-8")
    lines = LINE.findall(text)
    assert f"{TRIALS:,} trials a line" in text
    assert [name for name, *_ in lines] == list(CASES) * (len(PER_ARM) * len(LEAVING))
    for name, share, verdict, _ in lines:
        level = 0.025 if name.endswith("one-sided 0.025") else 0.05
        allowed = 3 * math.sqrt(level * (1 - level) / TRIALS)
        off = float(share) - level
        expected = "holds" if abs(off) <= allowed else ("**too often**" if off > 0 else "**too seldom**")
        assert verdict == expected, name


@pytest.mark.parametrize(
    ("rejected", "verdict"), [(1000, "holds"), (1092, "holds"), (1093, "**too often**"), (907, "**too seldom**")]
)
def test_the_level_holds_within_three_errors(rejected, verdict):
    # 3 sqrt(0.05 * 0.95 / 20,000) = 0.004623: 1,092 of 20,000 are within.
    run = next(run_nulls(4))
    summary = replace(run.summary, trial_count=20_000, success=wilson_interval(rejected, 20_000))
    assert replace(run, summary=summary).verdict == verdict


def test_a_short_run_makes_a_page_that_names_what_does_not_hold():
    runs = list(run_nulls(6))
    assert len(runs) == len(CASES) * len(PER_ARM) * len(LEAVING)
    bad = NullRun(
        case=runs[0].case,
        per_arm=runs[0].per_arm,
        leaving=runs[0].leaving,
        summary=replace(runs[0].summary, trial_count=20_000, success=wilson_interval(2_000, 20_000)),
    )
    text = render_page([bad, *runs[1:]], 1.0)
    assert "the level does not hold with 30 an arm, by chance: 0.1000" in text


def test_both_arms_are_the_same_but_for_the_margin():
    plain = null_model(30, "by pain", CASES["MMRM, Satterthwaite"])
    assert (plain.mean[0] == plain.mean[1]).all()
    assert plain.leaving.slope > 0
    margin = null_model(30, "by chance", CASES["MMRM, Satterthwaite, non-inferiority, one-sided 0.025"])
    assert (margin.mean[1] - margin.mean[0] == [0, 1, 1, 1, 1, 1]).all()
