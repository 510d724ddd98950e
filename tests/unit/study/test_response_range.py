"""A study file whose response rules do not fit its scale is refused with one sentence."""

from dataclasses import replace

import pytest

from abate.base.errors import StudyFileError
from abate.knowledge.scales import SCALES
from abate.study import response_range
from abate.study.read import check_study


def study(scale, **primary):
    return {
        "title": "A study",
        "treatment": {"name": "ketamine"},
        "rating": {"scale": scale},
        "response": {"primary": primary},
    }


@pytest.mark.parametrize(
    ("scale", "primary"),
    [
        ("nrs", {"points": 10}),
        ("nrs", {"at_most": 0}),
        ("nrs", {"at_most": 10}),
        ("nrs", {"percent": 100}),
        ("hit6", {"points": 42}),
        ("hit6", {"percent": 53.8}),
        ("hit6", {"at_most": 36}),
        ("madrs", {"percent": 50}),
        ("pgic", {"at_most": 2}),
    ],
)
def test_a_rule_that_can_be_met_passes(scale, primary):
    assert check_study(study(scale, **primary)).rating.scale == scale


@pytest.mark.parametrize(
    ("scale", "primary", "sentence"),
    [
        ("nrs", {"points": 200}, "a fall of 200 points is impossible on numeric rating scale (0 to 10)."),
        ("nrs", {"points": 10.5}, "a fall of 10.5 points is impossible"),
        ("nrs", {"at_most": 11}, "at_most 11 lies outside numeric rating scale (0 to 10)."),
        ("nrs", {"at_most": -1}, "at_most -1 lies outside"),
        ("nrs", {"at_most": float("nan")}, "at_most nan lies outside"),
        ("hit6", {"points": 43}, "a fall of 43 points is impossible on HIT-6 total (36 to 78)."),
        ("hit6", {"at_most": 35}, "at_most 35 lies outside"),
        ("hit6", {"percent": 54}, "a fall of 54 per cent is impossible on HIT-6 total (36 to 78); the largest is 53.8"),
        ("pgic", {"points": 2}, "a fall means nothing on the patient global impression of change"),
        ("HIT-6", {"points": 2}, "the scale 'HIT-6' is not known; did you mean 'hit6'?"),
        ("smiley", {"points": 2}, "known are nrs, vas"),
    ],
)
def test_a_rule_that_cannot_be_met_is_refused(scale, primary, sentence):
    with pytest.raises(StudyFileError) as refusal:
        check_study(study(scale, **primary))
    assert sentence in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_second_rule_is_checked_too():
    with pytest.raises(StudyFileError, match="at_most 11"):
        check_study({**study("nrs"), "response": {"primary": {"points": 2}, "also": [{"at_most": 11}]}})


def test_a_scale_on_which_higher_is_better_is_refused_clearly(monkeypatch):
    upside_down = replace(SCALES["nrs"], id="wellbeing", name="well-being", lower_is_better=False)
    monkeypatch.setattr(response_range, "SCALES", {**SCALES, "wellbeing": upside_down})
    with pytest.raises(StudyFileError, match="on the well-being higher is better, and a study counts a fall"):
        check_study(study("wellbeing", points=2))
