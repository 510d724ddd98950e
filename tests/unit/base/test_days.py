"""Lengths of time as a study file writes them."""

import pytest

from abate.base.days import describe_length, parse_length
from abate.base.errors import ParameterError


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("24h", 86400), ("1d", 86400), ("90min", 5400), ("2w", 1209600), ("0h", 0), ("1.5 h", 5400), ("-24h", -86400)],
)
def test_a_length_is_read(text, seconds):
    assert parse_length(text) == seconds


@pytest.mark.parametrize("text", ["", "24", "h", "one day", "56 days", "1d2h"])
def test_what_is_no_length_is_refused(text):
    with pytest.raises(ParameterError, match="not a length of time"):
        parse_length(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (86400, "24 hours"),
        (172800, "2 days"),
        (3600, "1 hour"),
        (5400, "90 minutes"),
        (61, "61 seconds"),
        (0, "0 hours"),
    ],
)
def test_a_length_is_said(seconds, text):
    assert describe_length(seconds) == text
