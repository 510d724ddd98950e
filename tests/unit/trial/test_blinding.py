"""The report on blinding, and what is left of a difference."""

from __future__ import annotations

import pytest

from abate.base.errors import ParameterError
from abate.trial.blinding import Guesses, assess_blinding, blinding_room


def test_a_report_without_answers_judges_nothing():
    report = assess_blinding(Guesses(active=0, control=0), Guesses(active=3, control=3))
    assert report.is_plausible is None
    assert report.bias.reason


def test_guesses_at_random_are_plausible():
    report = assess_blinding(
        Guesses(active=20, control=18, do_not_know=22), Guesses(active=19, control=20, do_not_know=21)
    )
    assert report.is_plausible
    assert report.has_failed_overall is False


def test_room_is_nothing_where_belief_explains_all():
    room = blinding_room(-1.0, belief_difference=0.5, effects=[-2.0])
    assert room.left == (0.0,)
    assert room.tipping_effect == -2.0
    assert blinding_room(-1.0, belief_difference=0.0, effects=[1.0]).tipping_effect is None
    with pytest.raises(ParameterError):
        blinding_room(-1.0, belief_difference=1.5, effects=[1.0])
