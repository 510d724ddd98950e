"""The committee's tables and what a rule is shown with."""

from __future__ import annotations

import pytest

from abate.base.errors import ParameterError
from abate.stats.harm_stopping import HarmPatientsError
from abate.trial.harm import bayesian_stopping, closed_report, open_report


def test_multiples_of_one_and_above_are_left_out():
    plan = bayesian_stopping("stopped for harm", limit=0.3, max_patients=20)
    assert [line.true_rate for line in plan.characteristics] == pytest.approx([0.15, 0.3, 0.6, 0.9])
    with pytest.raises(HarmPatientsError):
        bayesian_stopping("stopped for harm", limit=0.3, max_patients=20, multiples=[4])


def test_the_more_harm_the_sooner_it_stops():
    lines = bayesian_stopping("stopped for harm", limit=0.05, max_patients=60).characteristics
    assert [line.stop_probability for line in lines] == sorted(line.stop_probability for line in lines)
    assert [line.expected_patients for line in lines] == sorted(
        (line.expected_patients for line in lines), reverse=True
    )


def test_reports():
    "Newcombe 1998, contrast (a) of table II: 56 of 70 less 48 of 80 is 0.2."
    (line,) = closed_report({"fall": (56, 48)}, (70, 80))
    assert line.difference.value == pytest.approx(0.2)
    (both,) = open_report({"fall": (56, 48)}, (70, 80))
    assert both.both_arms.value == pytest.approx(104 / 150)
    with pytest.raises(ParameterError):
        closed_report({"fall": (71, 0)}, (70, 80))
