"""Blinding indices by hand, at their ends, and where they cannot be had."""

from __future__ import annotations

import math

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats.blinding import (
    BeliefEffectError,
    GuessCountError,
    Guesses,
    GuessShareError,
    GuessWordError,
    bang_half_width,
    bang_index,
    belief_bias,
    guesses_by_response,
    james_index,
)


def test_bang_by_hand():
    "30 right, 10 wrong, 10 do not know: (30 - 10)/50 = 0.4; variance (.6 .4 + .2 .8 + 2 .6 .2)/50 = 0.0128."
    index = bang_index(Guesses(active=30, control=10, do_not_know=10), is_active_arm=True)
    assert (index.value, index.standard_error) == pytest.approx((0.4, math.sqrt(0.0128)), abs=1e-12)
    assert bang_index(Guesses(active=30, control=10, do_not_know=10), is_active_arm=False).value == pytest.approx(-0.4)


def test_james_at_its_ends():
    all_right = james_index(Guesses(active=10, control=0), Guesses(active=0, control=10))
    assert all_right.value == 0
    nobody = james_index(Guesses(active=0, control=0, do_not_know=5), Guesses(active=0, control=0, do_not_know=5))
    assert (nobody.value, nobody.lower) == (1, None)
    by_chance = james_index(Guesses(active=10, control=10), Guesses(active=10, control=10))
    assert by_chance.value == pytest.approx(0.5)


def test_james_where_no_wrong_guess_was_to_be_expected():
    index = james_index(Guesses(active=10, control=0), Guesses(active=0, control=0, do_not_know=10))
    assert index.value is None
    assert index.reason.startswith("all guesses are of one kind")


def test_james_error_is_that_of_drawn_tables():
    rng = np.random.default_rng(3)
    shares = np.array([[0.30, 0.10], [0.08, 0.22], [0.12, 0.18]])
    tables = rng.multinomial(2000, shares.ravel(), size=2000).reshape(-1, 3, 2)
    found = [
        james_index(*(Guesses(active=int(t[0, j]), control=int(t[1, j]), do_not_know=int(t[2, j])) for j in (0, 1)))
        for t in tables
    ]
    values, errors = np.array([index.value for index in found]), np.array([index.standard_error for index in found])
    # A standard deviation of 2000 draws has a relative standard error of 1/sqrt(4000).
    assert values.std() == pytest.approx(errors.mean(), rel=3 / math.sqrt(4000))


def test_without_do_not_know_the_belief_difference_is_half_the_sum_of_bangs():
    active, control = Guesses(active=40, control=10), Guesses(active=15, control=35)
    bangs = bang_index(active, is_active_arm=True).value + bang_index(control, is_active_arm=False).value
    bias = belief_bias(active, control, [2.0])
    assert bias.belief_difference == pytest.approx(bangs / 2)
    assert bias.biases[0] == pytest.approx(bangs)


def test_nobody_answered_is_a_reason():
    empty = Guesses(active=0, control=0)
    assert bang_index(empty, is_active_arm=True).reason == "nobody of this arm answered"
    assert james_index(empty, empty).reason == "nobody answered"
    bias = belief_bias(empty, Guesses(active=1, control=1), [1.0])
    assert (bias.belief_difference, bias.biases) == (None, ())
    assert bias.reason


def test_planned_half_width_is_that_of_the_interval():
    index = bang_index(Guesses(active=12, control=18, do_not_know=30), is_active_arm=True)
    assert (index.upper - index.lower) / 2 == pytest.approx(bang_half_width(60, 0.2, 0.3), abs=1e-12)


def test_guesses_by_response_add_up():
    rng = np.random.default_rng(4)
    arm, response = rng.integers(0, 2, 60), rng.integers(0, 2, 60)
    guess = rng.choice(["active", "control", "do not know"], 60)
    lines = guesses_by_response(arm, guess, response)
    assert sum(line.guesses.count for line in lines) == 60
    assert sum(line.guesses.active for line in lines if line.is_active_arm) == np.sum((guess == "active") & (arm == 1))


@pytest.mark.parametrize(
    ("error", "call"),
    [
        (GuessCountError, lambda: Guesses(active=-1, control=2)),
        (GuessCountError, lambda: Guesses(active=1, control=2, do_not_know=0.5)),
        (GuessCountError, lambda: bang_half_width(0, 0.5, 0.5)),
        (GuessShareError, lambda: bang_half_width(10, 0.6, 0.5)),
        (GuessWordError, lambda: guesses_by_response([1], ["drug"], [1])),
        (BeliefEffectError, lambda: belief_bias(Guesses(active=1, control=1), Guesses(active=1, control=1), [])),
        (
            BeliefEffectError,
            lambda: belief_bias(Guesses(active=1, control=1), Guesses(active=1, control=1), [math.nan]),
        ),
        (ParameterError, lambda: bang_index(Guesses(active=1, control=1), is_active_arm=True, level=95)),
    ],
)
def test_mistakes(error, call):
    with pytest.raises(error):
        call()
