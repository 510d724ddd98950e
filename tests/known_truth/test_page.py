"""Does the frame of known truth see what is wrong: figures, verdicts, a run that goes on, a page that says what it lacks?"""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from tests.known_truth import methods, run
from tests.known_truth.demands import DEMANDS, Verdict, judge
from tests.known_truth.page import render_page, table
from tests.known_truth.reading import read_off
from tests.known_truth.run import evaluate, missing_jobs, read_results, run_scenario
from tests.known_truth.scenarios import BY_NAME, SCENARIOS
from tests.known_truth.summaries import Summary, line_of, summarise

HAZARD = replace(BY_NAME["hazard"], methods=("naive", "model"), controls=())


def row(estimate, half_width, truth=0.0):
    return {"estimate": estimate, "lower": estimate - half_width, "upper": estimate + half_width, "truth": truth}


def test_figures_of_a_line_by_hand():
    rows = [row(0.5, 0.4), row(0.1, 0.4), row(-0.3, 0.2), row(0.9, 0.6), {"estimate": None, "lower": None}]
    line = line_of(rows)
    assert (line.hospitals, line.answered) == (5, 4)
    assert line.bias == pytest.approx(0.3)
    assert line.bias_error == pytest.approx(math.sqrt((0.04 + 0.04 + 0.36 + 0.36) / 3 / 4))
    assert (line.coverage, line.claims, line.claims_margin, line.claims_below) == (0.25, 0.5, 0.25, 0.25)


def test_a_limit_that_touches_the_truth_holds_it():
    assert line_of([row(2.0, 0.5, truth=1.5), row(1.0, 0.5, truth=1.5)]).coverage == 1


def test_no_interval_at_all_is_no_number():
    line = line_of([{"lower": None}] * 3)
    assert (line.hospitals, line.answered) == (3, 0)
    assert math.isnan(line.bias)


def test_a_wrong_estimator_is_seen_as_biased(monkeypatch):
    "Half a point added to the model: the bias moves by as much, and the interval no longer holds the truth."

    def wrong(analysed):
        found = methods.METHODS["model"].estimate(analysed)
        return replace(found, value=found.value + 0.5, lower=found.lower + 0.5, upper=found.upper + 0.5)

    monkeypatch.setitem(methods.METHODS, "wrong", methods.Method(title="wrong", target="left", estimate=wrong))
    results = [evaluate(HAZARD, number, ("model", "wrong")) for number in range(4000, 4012)]
    right, off = (line_of([result["methods"][name] for result in results]) for name in ("model", "wrong"))
    assert off.bias - right.bias == pytest.approx(0.5, abs=1e-5)
    assert abs(right.bias) < 0.3 < off.bias - 2 * off.bias_error
    assert off.coverage < 0.6 < right.coverage
    assert off.claims > 0.4


def summary_with(name, **lines):
    scenario = BY_NAME[name]
    return {name: Summary(scenario=scenario, hospitals=200, lines=lines, flags={}, responders={}, seconds=1.0)}


def verdict_on(summaries, demand, where):
    (found,) = [v for v in judge(summaries) if v.demand == demand and v.where == where]
    return found


def covered(share, count=200):
    held = round(share * count)
    return line_of([row(0.0, 1.0)] * held + [row(3.0, 1.0)] * (count - held))


@pytest.mark.parametrize(
    ("coverage", "holds", "is_near"),
    [(0.92, True, False), (0.97, True, False), (0.91, False, True), (0.99, False, False), (0.80, False, False)],
)
def test_a_bound_belongs_to_what_holds(coverage, holds, is_near):
    found = verdict_on(summary_with("hazard", model=covered(coverage)), "model: coverage 92 to 97 %", "hazard")
    assert (found.holds, found.is_near) == (holds, is_near)


def test_a_biased_planned_day_does_not_hold():
    rng = np.random.default_rng(4)
    line = line_of([row(0.3 + error, 0.4) for error in rng.normal(0, 0.2, 200)])
    found = verdict_on(summary_with("leaving", planned_day=line), "planned day: bias within ±0.1", "leaving")
    assert (found.holds, found.is_near, found.word) == (False, False, "**does not hold**")


def test_what_was_not_run_is_not_said_to_hold():
    verdicts = [v for v in judge({}) if v.number not in ("9", "10") and v.where != "every model"]
    assert {v.holds for v in verdicts} == {None}
    assert {v.number for v in judge({})} == {str(number) for number in range(1, 11)}
    assert len(DEMANDS) == 11


def test_degenerate_ratings_get_a_sentence():
    assert all(v.holds for v in judge({}) if v.number == "10")


def test_words_of_a_verdict():
    verdict = Verdict(number="1", demand="d", where="w", figure="f", holds=False, is_near=True)
    assert verdict.word == "does not hold, by less than chance"


# ---- a run that goes on ----------------------------------------------------------------------------------------


def test_a_run_goes_on_where_it_stopped_and_adds_a_method_that_came_later(tmp_path, monkeypatch):
    naive_only = replace(HAZARD, methods=("naive", "later"))
    run_scenario(tmp_path, naive_only, 2, None)
    file = tmp_path / "hazard.jsonl"
    file.write_text(file.read_text() + '{"hospital": 2, "seed"')  # stopped in the middle of a line
    assert missing_jobs(tmp_path, naive_only, 3) == [(2, ("naive",), False)]
    run_scenario(tmp_path, naive_only, 3, None)
    before = read_results(tmp_path, naive_only)
    assert sorted(before) == [0, 1, 2]
    monkeypatch.setitem(methods.METHODS, "later", methods.METHODS["history_mean"])
    assert missing_jobs(tmp_path, naive_only, 3) == [(number, ("later",), True) for number in range(3)]
    run_scenario(tmp_path, naive_only, 3, None)
    after = read_results(tmp_path, naive_only)
    assert all(set(result["methods"]) == {"naive", "later"} for result in after.values())
    assert all(after[n]["methods"]["naive"] == before[n]["methods"]["naive"] for n in range(3))
    assert all(after[n]["checks"] == before[n]["checks"] != {} for n in range(3))
    assert missing_jobs(tmp_path, naive_only, 3) == []
    assert missing_jobs(tmp_path, naive_only, 1, again=["later"]) == [(0, ("later",), True)]


def test_the_same_hospital_twice_is_the_same():
    one, two = (evaluate(HAZARD, 4000) for _ in range(2))
    assert {**one, "seconds": 0} == {**two, "seconds": 0}
    assert json.loads(json.dumps(one)) == one


def test_a_page_of_a_few_hospitals_says_so_everywhere(tmp_path):
    run_scenario(tmp_path, HAZARD, 3, None)
    page = render_page(tmp_path)
    assert page.count("**only 3**") >= 2
    assert all(scenario.title in page for scenario in SCENARIOS)
    assert "not run" in page
    assert "minutes on two cores" in page
    assert summarise(tmp_path, BY_NAME["hazard"]).hospitals == 3
    tables = [line for line in page.splitlines() if line.startswith("|")]
    assert len(tables) > 4 * len(SCENARIOS)
    assert render_page(tmp_path) == page


def test_what_the_check_of_shape_found_is_read_off_the_new_seeds():
    claims = {"model": [row(1.0, 0.5)] * 3 + [row(0.5, 0.5)], "normal_scores": [row(0.0, 0.5)] * 4}
    claims["page_claim"] = claims["normal_scores"]
    summaries = {}
    for name, share in (("attacks-new", 0.97), ("attacks-effect-new", 1.0), ("hazard-new", 0.0), ("threshold-new", 0.02), ("skew", 0.01)):  # fmt: skip
        (one,) = summary_with(name, **{method: line_of(rows) for method, rows in claims.items()}).values()
        summaries[name] = replace(one, flags={"shape_of_ratings": share})
    said = read_off(summaries)
    assert "On new seeds it rings in 97 to 100 % of the hospitals with attacks" in said
    assert "and in 0 to 2 % of those whose admission is likelier when bad" in said
    assert "in 1 other scenarios without attacks in 1 %" in said
    assert (
        "the model alone claims in 75 %, normal scores alone in 0 %, and the page, which asks both where they differ, in 0 %"
        in said
    )
    assert "check of the shape" not in read_off({"skew": summaries["skew"]})


def test_a_bar_in_a_cell_is_refused():
    with pytest.raises(AssertionError):
        table(["a"], [["b | c"]])


def test_scenarios_are_named_on_the_command_line(tmp_path, monkeypatch):
    ran = []
    monkeypatch.setattr(run, "run_scenario", lambda folder, scenario, count, *rest: ran.append((scenario.name, count)))
    run.main(["--out", str(tmp_path), "--only", "rise", "hazard", "--hospitals", "5", "--processes", "1"])
    assert ran == [("hazard", 5), ("rise", 5)]
