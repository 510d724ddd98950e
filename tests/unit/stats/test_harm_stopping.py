"""Stopping rules for harm by hand, and against every path of a small trial."""

from __future__ import annotations

from itertools import product

import pytest

from abate.stats.harm_stopping import (
    HarmLevelError,
    HarmLimitError,
    HarmPatientsError,
    HarmPriorError,
    HarmRateError,
    bayesian_stop_rule,
    pocock_stop_rule,
    rule_of_three,
    stop_characteristics,
    tail_stop_rule,
)


@pytest.mark.parametrize(
    "table", [(None, 2, 2, 3, 3, 3), (1, 1, 1, 1, 1, 1), (None, None, None, None, None, 4), (None,) * 6]
)
def test_every_path_of_six_patients(table):
    for rate in (0.0, 0.2, 0.7, 1.0):
        stop = patients = events = 0.0
        for path in product((0, 1), repeat=6):
            chance = 1.0
            for had in path:
                chance *= rate if had else 1 - rate
            at = next((n for n in range(1, 7) if table[n - 1] is not None and sum(path[:n]) >= table[n - 1]), None)
            stop += chance * (at is not None)
            patients += chance * (at or 6)
            events += chance * sum(path[: at or 6])
        found = stop_characteristics(table, [rate])[0]
        assert (found.stop_probability, found.expected_patients, found.expected_events) == pytest.approx(
            (stop, patients, events), abs=1e-12
        )


def test_a_flat_prior_by_hand():
    "With Beta(1, 1) and two of two, P(rate > 1/2) is 7/8; with one of one it is 3/4."
    assert bayesian_stop_rule(0.5, 0.87, 2, 1, 1).stop_at == (None, 2)
    assert bayesian_stop_rule(0.5, 0.88, 2, 1, 1).stop_at == (None, None)
    assert bayesian_stop_rule(0.5, 0.74, 2, 1, 1).stop_at == (1, 2)


def test_no_stop_before_the_fewest_patients():
    early = bayesian_stop_rule(0.05, 0.95, 30, 0.1, 1.9)
    late = bayesian_stop_rule(0.05, 0.95, 30, 0.1, 1.9, min_patients=10)
    assert early.stop_at[1] == 2
    assert late.stop_at[:9] == (None,) * 9
    assert late.stop_at[9:] == early.stop_at[9:]


def test_the_printed_level_gives_the_same_table():
    rule = pocock_stop_rule(0.1, 40, 0.1)
    assert tail_stop_rule(0.1, float(f"{rule.level:.12f}"), 40).stop_at == rule.stop_at
    assert stop_characteristics(rule.stop_at, [0.1])[0].stop_probability <= 0.1


def test_the_next_level_would_alarm_too_often():
    "Of all tails of 12 patients, by trying each of them."
    limit, most, wanted = 0.2, 12, 0.1
    rule = pocock_stop_rule(limit, most, wanted)
    tails = {
        round(1 - sum(chance(k, n, limit) for k in range(x)), 12) for n in range(1, most + 1) for x in range(1, n + 1)
    }
    larger = min(tail for tail in tails if tail > rule.level + 1e-12)
    too_often = stop_characteristics(tail_stop_rule(limit, larger, most).stop_at, [limit])[0]
    assert too_often.stop_probability > wanted


def chance(k: int, n: int, p: float) -> float:
    from math import comb

    return comb(n, k) * p**k * (1 - p) ** (n - k)


def test_a_false_alarm_that_cannot_be_kept_is_said():
    rule = pocock_stop_rule(0.5, 2, 0.01)
    assert rule.stop_at == (None, None)
    assert rule.method == "no level keeps the false alarm at 0.5 to 0.01"


def test_steps_are_the_table_in_short():
    assert tail_stop_rule(0.5, 0.2, 4).steps == ((3, 3, 3), (4, 4, 4))


def test_the_rule_of_three():
    "0.95 ** (1 / n) solved by hand for one patient: 5 % of no event, so a rate of 0.95."
    assert rule_of_three(1).upper == pytest.approx(0.95, abs=1e-15)
    assert rule_of_three(1).three_over_n == 1
    assert rule_of_three(300).upper == pytest.approx(0.01, abs=1e-4)


@pytest.mark.parametrize(
    ("error", "call"),
    [
        (HarmLimitError, lambda: bayesian_stop_rule(1.0, 0.95, 10, 1, 1)),
        (HarmLimitError, lambda: pocock_stop_rule(0, 10)),
        (HarmLevelError, lambda: tail_stop_rule(0.1, 95, 10)),
        (HarmLevelError, lambda: pocock_stop_rule(0.1, 10, 0)),
        (HarmPriorError, lambda: bayesian_stop_rule(0.1, 0.95, 10, 0, 1)),
        (HarmPatientsError, lambda: bayesian_stop_rule(0.1, 0.95, 0, 1, 1)),
        (HarmPatientsError, lambda: bayesian_stop_rule(0.1, 0.95, 5, 1, 1, min_patients=6)),
        (HarmPatientsError, lambda: tail_stop_rule(0.1, 0.05, 9.5)),
        (HarmPatientsError, lambda: stop_characteristics([], [0.1])),
        (HarmPatientsError, lambda: stop_characteristics([0], [0.1])),
        (HarmPatientsError, lambda: rule_of_three(0)),
        (HarmRateError, lambda: stop_characteristics([1], [1.5])),
    ],
)
def test_mistakes(error, call):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value).count("\n") == 0
