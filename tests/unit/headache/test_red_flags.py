"""Each flag of SNNOOP10 at its boundary, and the imaging that guidance gives."""

from __future__ import annotations

import pytest

from abate.base.errors import ParameterError
from abate.headache.answers import make_answers
from abate.headache.red_flags import find_red_flags, flag_lines

MET, NOT, OPEN = 1, 0, -1

FLAGS = [
    ("systemic", {"systemic_symptoms": "other systemic symptoms"}, MET),
    ("systemic", {"systemic_symptoms": "fever alone"}, MET),
    ("systemic", {"systemic_symptoms": "none"}, NOT),
    ("neoplasm", {"neoplasm": "yes"}, MET),
    ("deficit", {"neurological_deficit": "no", "examination": "normal"}, NOT),
    ("deficit", {"neurological_deficit": "no"}, OPEN),
    ("deficit", {"examination": "abnormal"}, MET),
    ("sudden", {"minutes_to_peak": 0.9}, MET),
    ("sudden", {"minutes_to_peak": 1}, NOT),
    ("age", {"onset_age": 49}, NOT),
    ("age", {"onset_age": 50}, MET),
    ("age", {}, OPEN),
    ("pattern", {"pattern_change": "yes"}, MET),
    ("positional", {"positional": "yes"}, MET),
    ("exertional", {"exertional": "no"}, NOT),
    ("exertional", {"exertional": "yes"}, MET),
    ("papilloedema", {"papilloedema": "yes"}, MET),
    ("progressive", {"progressive": "yes"}, MET),
    ("pregnancy", {"pregnancy": "after childbirth"}, MET),
    ("pregnancy", {"pregnancy": "no"}, NOT),
    ("painful_eye", {"painful_eye": "yes"}, MET),
    ("trauma", {"trauma": "yes"}, MET),
    ("immune", {"immune_disorder": "yes"}, MET),
    ("painkillers", {"new_drug_at_onset": "yes"}, MET),
    ("painkillers", {"triptan_days": 10, "overuse_months": 4}, MET),
    ("painkillers", {"triptan_days": 9, "overuse_months": 4}, OPEN),
    ("painkillers", {"acute_days": 9, "new_drug_at_onset": "no"}, NOT),
]


def found(answers, **options):
    return find_red_flags(
        make_answers({question: [answer] for question, answer in (answers or {"age": None}).items()}), **options
    )


@pytest.mark.parametrize(("flag", "answers", "verdict"), FLAGS)
def test_flags_at_their_boundaries(flag, answers, verdict):
    (verdicts,) = (each for one, each in found(answers).flags.items() if one.id == flag)
    assert verdicts.tolist() == [verdict]


def test_every_flag_has_a_case():
    assert {flag for flag, _, verdict in FLAGS if verdict == MET} == {flag.id for flag in found({}).flags}
    assert [flag.number for flag in found({}).flags] == [str(number) for number in range(1, 16)]


def test_the_age_limit_is_a_parameter():
    (verdicts,) = (each for one, each in found({"onset_age": 60}, onset_age=66).flags.items() if one.id == "age")
    assert verdicts.tolist() == [NOT]
    assert "began at 66 years or later" in "\n".join(flag_lines(found({}, onset_age=66)))
    with pytest.raises(ParameterError, match="age limit"):
        found({}, onset_age=0)


def situations(answers):
    return {one.id for one, verdicts in found(answers).situations.items() if verdicts[0] == MET}


NOTHING = {
    "age": 40, "onset_age": 20, "neoplasm": "no", "neurological_deficit": "no", "positional": "no", "exertional": "no",
    "papilloedema": "no", "pregnancy": "no", "painful_eye": "no", "trauma": "no", "immune_disorder": "no",
    "minutes_to_peak": 50, "pattern_change": "no", "progressive": "no", "systemic_symptoms": "none", "examination": "normal", "attack_count": 5, "attack_hours": 24,
    "location": "unilateral", "quality": "pulsating", "nausea": "mild", "better_explained": "no", "intensity": "severe",
}  # fmt: skip


def test_migraine_with_a_normal_examination_asks_for_nothing():
    assert situations(NOTHING) == {"primary"}
    assert "primary" not in situations({**NOTHING, "examination": "not done"})
    assert "primary" not in situations({**NOTHING, "trauma": "yes"})


def test_what_is_always_there_in_the_refractory_asks_for_nothing_by_itself():
    answers = {**NOTHING, "pattern_change": "yes", "progressive": "yes", "new_drug_at_onset": "yes", "headache_days": 20,
               "headache_months": 12, "minutes_to_peak": 90}  # fmt: skip
    asked = {one.id for one, verdicts in found(answers).situations.items() if one.asks and verdicts[0] == MET}
    assert asked == set()
    assert "asks for no imaging by itself" in "\n".join(flag_lines(found(answers)))


@pytest.mark.parametrize(
    ("changes", "situation"),
    [
        ({"minutes_to_peak": 60, "pattern_change": "yes"}, "sudden"),
        ({"minutes_to_peak": 0.5}, "sudden"),
        ({"papilloedema": "yes"}, "papilloedema"),
        ({"pattern_change": "yes", "exertional": "yes"}, "red_flag"),
        ({"progressive": "yes", "onset_age": 50, "age": 60}, "red_flag"),
        ({"progressive": "yes", "examination": "abnormal"}, "red_flag"),
        ({"painful_eye": "yes"}, "autonomic"),
        ({"pregnancy": "pregnant"}, "pregnant"),
    ],
)
def test_situations(changes, situation):
    assert situation in situations({**NOTHING, **changes})
    assert situation not in situations(NOTHING)


def test_sudden_is_within_an_hour_for_imaging_where_it_is_severe_and_new():
    new = {**NOTHING, "pattern_change": "yes"}
    assert "sudden" not in situations({**new, "minutes_to_peak": 61})
    assert "sudden" not in situations({**new, "minutes_to_peak": 60, "intensity": "mild"})
    assert "sudden" not in situations({**NOTHING, "minutes_to_peak": 45})


def test_a_flag_without_guidance_is_left_to_the_clinician():
    lines = flag_lines(found({**NOTHING, "neoplasm": "yes"}))
    assert any(line.strip().startswith("For neoplasm in the history, no situation") for line in lines)


def test_what_is_recalled_is_marked():
    text = "\n".join(flag_lines(found({**NOTHING, "painful_eye": "yes", "pregnancy": "pregnant"})))
    assert text.count("unverified: recalled") == 2
