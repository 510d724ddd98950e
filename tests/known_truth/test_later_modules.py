"""Methods of modules of their own, on a few hospitals; left out where the module is not there."""

from __future__ import annotations

import pytest

from tests.known_truth.run import evaluate
from tests.known_truth.scenarios import BY_NAME
from tests.known_truth.summaries import line_of


def lines(name, methods, count):
    results = [evaluate(BY_NAME[name], number, methods, methods_alone=True) for number in range(4000, 4000 + count)]
    return [line_of([result["methods"][method] for result in results]) for method in methods]


def test_a_planned_day_is_not_flattered_by_leaving():
    pytest.importorskip("abate.stats.regression_to_mean_planned_day")
    flattered, planned = lines("leaving-600", ("model", "planned_day"), 3)
    assert planned.bias < flattered.bias - 0.1
    assert abs(planned.bias) < 0.15
    assert planned.answered == 3


def test_visits_asked_for_when_bad_are_told_from_the_level_by_a_diary():
    pytest.importorskip("abate.stats.regression_to_mean_visits")
    plain, visits = lines("bad-visits-diary", ("model", "visits"), 1)  # slow; its own tests ask more
    assert visits.bias < plain.bias - 0.3


def test_normal_scores_give_what_the_model_gives_where_ratings_are_normal():
    pytest.importorskip("abate.stats.regression_to_mean_normal_scores")
    plain, scored = lines("hazard", ("model", "normal_scores"), 6)
    assert scored.bias == pytest.approx(plain.bias, abs=0.1)
