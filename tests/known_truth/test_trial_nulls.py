"""Does the page on type I error say what its numbers say, of every analysis in every setting, at full length?"""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest

from abate.stats.proportions import wilson_interval
from tests.known_truth.trial_nulls import (
    ANALYSES,
    LEAVING,
    LEVEL,
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
    assert [name for name, *_ in lines] == list(ANALYSES) * (len(PER_ARM) * len(LEAVING))
    allowed = 3 * math.sqrt(LEVEL * (1 - LEVEL) / TRIALS)
    for name, share, verdict, _ in lines:
        off = float(share) - LEVEL
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
    assert len(runs) == len(ANALYSES) * len(PER_ARM) * len(LEAVING)
    bad = NullRun(
        analysis=runs[0].analysis,
        per_arm=runs[0].per_arm,
        leaving=runs[0].leaving,
        summary=replace(runs[0].summary, trial_count=20_000, success=wilson_interval(2_000, 20_000)),
    )
    text = render_page([bad, *runs[1:]], 1.0)
    assert "the level does not hold with 30 an arm, by chance: 0.1000" in text


def test_both_arms_are_the_same():
    model = null_model(30, "by pain")
    assert (model.mean[0] == model.mean[1]).all()
    assert model.leaving.slope > 0
