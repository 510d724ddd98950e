"""Stopping rules for harm against base R's exact recursion over binomial paths (harm-stopping.json)."""

from __future__ import annotations

import pytest

from abate.stats.harm_stopping import bayesian_stop_rule, pocock_stop_rule, stop_characteristics, tail_stop_rule
from tests.reference.trial_conduct.cases import ids_not_tested, read_cases

BAYESIAN = (
    "bayes-harm-limit0.05-level0.95-prior0.1-1.9-n60",
    "bayes-harm-limit0.1-level0.95-prior0.2-1.8-n60",
    "bayes-harm-limit0.05-level0.99-prior1-19-n100",
)
TAIL = ("pocock-harm-limit0.05-n60",)
TOLERANCE = 1e-9  # README: tables exact, numbers 1e-9


def test_every_case_is_tested(abate_data):
    assert not ids_not_tested(abate_data, "harm-stopping", BAYESIAN + TAIL)


@pytest.mark.parametrize("case", BAYESIAN)
def test_bayesian_rules(abate_data, case):
    found = read_cases(abate_data, "harm-stopping")[case]
    asked, expected = found["inputs"], found["outputs"]
    rule = bayesian_stop_rule(asked["limit"], asked["level"], asked["max_patients"], asked["prior_a"], asked["prior_b"])
    assert list(rule.stop_at) == expected["stop_at_or_above"]
    rates = [line["true_rate"] for line in expected["operating_characteristics"]]
    for ours, theirs in zip(
        stop_characteristics(rule.stop_at, rates), expected["operating_characteristics"], strict=True
    ):
        assert ours.stop_probability == pytest.approx(theirs["stop_probability"], abs=TOLERANCE)
        assert ours.expected_patients == pytest.approx(theirs["expected_patients"], abs=TOLERANCE)


@pytest.mark.parametrize("case", TAIL)
def test_tail_rules(abate_data, case):
    found = read_cases(abate_data, "harm-stopping")[case]
    asked, expected = found["inputs"], found["outputs"]
    rule = pocock_stop_rule(asked["limit"], asked["max_patients"], asked["total_false_alarm_at_most"])
    assert rule.level == pytest.approx(expected["constant_level"], abs=TOLERANCE)
    assert list(rule.stop_at) == expected["stop_at_or_above"]
    assert rule.stop_at == tail_stop_rule(asked["limit"], expected["constant_level"], asked["max_patients"]).stop_at
    at, twice, thrice = stop_characteristics(rule.stop_at, [asked["limit"] * times for times in (1, 2, 3)])
    assert at.stop_probability == pytest.approx(expected["attained"], abs=TOLERANCE)
    assert twice.stop_probability == pytest.approx(expected["stop_probability_at_2x"], abs=TOLERANCE)
    assert thrice.stop_probability == pytest.approx(expected["stop_probability_at_3x"], abs=TOLERANCE)
