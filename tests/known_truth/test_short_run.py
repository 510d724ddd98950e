"""A short run of known truth: few hospitals, bounds that leave room for chance and fail where a method is wrong.

docs/known-truth.md has the full run.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from tests.known_truth.run import evaluate
from tests.known_truth.scenarios import BY_NAME
from tests.known_truth.summaries import line_of

HOSPITALS = range(4000, 4016)  # none of those of the full run
#: In test_later_modules.py.
ELSEWHERE = ("planned_day", "planned_day_rating", "planned_day_untreated", "visits")


@cache
def results(name):
    few = HOSPITALS[:6] if name in ("bad-visits", "attacks-new") else HOSPITALS  # slow to fit
    asked = tuple(method for method in BY_NAME[name].methods if method not in ELSEWHERE)
    return [evaluate(BY_NAME[name], number, asked) for number in few]


def line(name, method):
    return line_of([result["methods"][method] for result in results(name)])


def flagged(name, check):
    return np.mean([bool(result["checks"][check]["flagged"]) for result in results(name)])


@pytest.mark.parametrize("name", ["hazard", "threshold"])
def test_the_model_takes_off_what_nothing_would_have_brought(name):
    "Four standard errors of a mean of 16 are about 0.25."
    assert line(name, "naive").bias > 0.7
    assert line(name, "naive").claims >= 0.85
    assert abs(line(name, "model").bias) < 0.25
    assert line(name, "model").coverage >= 0.8
    assert line(name, "model").claims_margin <= 0.1
    assert abs(line(name, "controls_ward").bias) < 0.3
    assert line(name, "history_mean").bias < 0


def test_milder_untreated_patients_speak_against_the_drug():
    assert line("hazard", "controls_milder").bias < -0.2


def test_a_reference_takes_off_too_little_after_a_threshold():
    assert line("threshold", "conditional").bias > 0.3
    assert line("threshold", "conditional_high").bias > line("threshold", "conditional").bias + 0.2


def test_an_effect_is_found_whole():
    found = line("effect-2.5", "model")
    assert found.truth == pytest.approx(2.4, abs=0.15)
    assert abs(found.bias) < 0.25
    assert found.claims_margin == 1


def test_visits_only_when_bad_are_flagged_and_hidden():
    assert flagged("bad-visits", "asked_when_bad") >= 0.8
    assert line("bad-visits", "model").bias > 0.8
    assert line("bad-visits", "model_printed").answered <= 1


def test_attacks_with_days_without_pain_are_flagged_and_hardly_claimed():
    assert line("attacks-new", "model").bias > 0.4
    assert abs(line("attacks-new", "normal_scores").bias) < 0.35
    assert flagged("attacks-new", "shape_of_ratings") == 1
    for result in results("attacks-new"):
        model, scored, page = (result["methods"][name]["lower"] for name in ("model", "normal_scores", "page_claim"))
        assert page is None or page == min(model, scored)
    assert line("attacks-new", "model").claims_margin > line("attacks-new", "page_claim").claims_margin
    assert flagged("hazard", "shape_of_ratings") <= 0.1
    assert line("hazard", "page_claim").claims_margin <= 0.1


def test_leaving_when_better_is_flagged_and_flatters():
    assert flagged("leaving", "discharge_when_better") >= 0.85
    assert line("leaving", "model").bias > 0.05


def test_the_ward_stays_in_what_is_left_and_a_comparator_of_the_ward_takes_it_out():
    assert line("ward", "model").truth > 1.2
    assert abs(line("ward", "model").bias) < 0.25
    assert abs(line("ward", "controls_ward").bias) < 0.3
    assert line("ward", "controls_home").bias > 1


def test_a_lasting_rise_errs_on_the_safe_side_and_is_flagged():
    assert line("rise", "model").bias < 0
    assert flagged("rise", "lasting_rise") >= 0.7


def test_intervals_by_person_are_wider_where_courses_repeat():
    "The drug's effect differs between persons by an SD of 1.4, and both courses of a person share it."
    by_person, by_course = (
        np.mean([row["methods"][name]["upper"] - row["methods"][name]["lower"] for row in results("effect-2.5-repeat")])
        for name in ("model", "model_by_course")
    )
    assert by_person > 1.05 * by_course


def test_responders_of_a_chosen_bad_day_are_expected_without_treatment():
    expected = np.mean([result["responders"]["expected"] for result in results("hazard")])
    true = np.mean([result["truth"]["responders"] for result in results("hazard")])
    assert 0.3 < expected < 0.55
    assert expected == pytest.approx(true, abs=0.06)


def test_a_confounded_choice_is_seen_without_adjustment_only():
    assert line("choice-same", "unadjusted").bias > 0.15
    for method in ("overlap", "augmented", "entropy"):
        assert abs(line("choice-same", method).bias) < 0.3
        assert line("choice-same", method).coverage >= 0.8


def test_a_hidden_confounder_is_not_taken_away():
    hidden, known = line("hidden-same", "overlap"), line("hidden-same", "with_hidden")
    assert hidden.bias > 0.15
    assert abs(known.bias) < hidden.bias
