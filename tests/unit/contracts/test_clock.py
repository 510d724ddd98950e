"""Moments of a course and windows between them."""

import pytest

from abate.base.errors import ParameterError
from abate.contracts.clock import Anchor, Moment, is_upside_down, parse_moment


def test_a_bare_length_counts_from_the_first_dose():
    assert parse_moment("0h") == Moment(anchor=Anchor.START)


def test_an_anchor_with_a_length():
    assert parse_moment("end-24h") == Moment(anchor=Anchor.END, offset_seconds=-86400)
    assert str(parse_moment("end-24h")) == "24 hours before the end of the last dose"


@pytest.mark.parametrize("text", ["", "begin", "end-", "24", "end-24", "start+end"])
def test_what_is_no_moment_is_refused(text):
    with pytest.raises(ParameterError, match="not a moment of a course"):
        parse_moment(text)


@pytest.mark.parametrize(
    ("opening", "closing"), [("start", "admission"), ("discharge", "end"), ("end+24h", "end"), ("end+1h", "start")]
)
def test_a_window_that_can_hold_nothing_is_upside_down(opening, closing):
    assert is_upside_down(parse_moment(opening), parse_moment(closing))


@pytest.mark.parametrize(
    ("opening", "closing"),
    [("admission", "start"), ("end-24h", "discharge"), ("end-24h", "start+5d"), ("start", "start")],
)
def test_other_windows_run_forward(opening, closing):
    assert not is_upside_down(parse_moment(opening), parse_moment(closing))
