"""A study file is read, or one sentence says what to mend and where."""

import pytest

from abate.base.errors import StudyFileError
from abate.study.read import parse_study, preset_names, preset_text, read_study

MODEL = preset_text("ketamine-migraine")


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_is_a_study(name):
    assert read_study(name).title


def test_the_presets_that_are_promised_are_there():
    assert set(preset_names()) == {
        "ketamine-migraine",
        "ketamine-lidocaine-migraine",
        "lidocaine-migraine",
        "dhe-migraine",
        "ketamine-crps",
        "ketamine-depression-madrs",
        "ketamine-depression-phq9",
        "opioid-icu",
    }


@pytest.mark.parametrize(
    ("was", "is_now", "sentence"),
    [
        (
            "new_course_after",
            "new_course_aftr",
            "treatment.new_course_aftr: the key 'new_course_aftr' is not known; did you mean 'new_course_after'?",
        ),
        ("snomed = [", "snomd = [", "did you mean 'snomed'?"),
        ("window = [", "windw = [", "events.windw: the key 'windw' is not known; did you mean 'window'?"),
        ('["1d", "14d"]', '["14d", "1d"]', "treatment.length: the range ['14d', '1d'] is upside down"),
        (
            'from = "admission", to = "start"',
            'from = "start", to = "admission"',
            "rating.baseline: the window from 'start' to 'admission' is upside down",
        ),
        ('scale = "nrs"', 'scale = "nsr"', "the scale 'nsr' is not known; did you mean 'nrs'?"),
        ("points = 2 ", "points = 12 ", "a fall of 12 points is impossible"),
        ("{ at_most = 3 }", "{ at_most = 11 }", "at_most 11 lies outside"),
        (
            "{ percent = 30 }",
            "{ percent = 30, points = 1 }",
            "response.also (entry 1): a response rule has exactly one of",
        ),
        ('"56d"', '"56 days"', "'56 days' is not a length of time"),
        ("age = [18, 89]", "age = [89, 18]", "eligibility.age: the range [89, 18] is upside down"),
        ('missing_final = "exclude"', 'missing_final = "no"', "found 'no'; write 'exclude' or 'non-response'"),
        ('title = "Ketamine infusions for refractory migraine"', "", "'title' is missing"),
        ("[treatment]", "[treatment", "is not valid TOML"),
    ],
)
def test_a_mistake_gets_one_sentence(was, is_now, sentence):
    assert was in MODEL
    with pytest.raises(StudyFileError) as caught:
        parse_study(MODEL.replace(was, is_now, 1))
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_preset_that_is_nearly_named_is_offered():
    with pytest.raises(StudyFileError, match="did you mean the preset 'ketamine-migraine'"):
        read_study("ketamine-migrane")


def test_a_heading_without_a_line_asks_nothing():
    assert parse_study(MODEL + "\n[comparator]\n").comparator is None


def test_two_treatments_need_two_names():
    with pytest.raises(StudyFileError, match="give each its own name"):
        parse_study(MODEL + '\n[comparator]\nname = "ketamine"\nconcepts = [989878]\n')


def test_a_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "study.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(StudyFileError, match="not a text file"):
        read_study(tmp_path / "study.toml")


def test_what_a_preset_could_not_verify_is_marked_in_its_text():
    assert "concepts = []                          # unverified" in preset_text("ketamine-crps")
    assert "concepts = []                          # unverified" in preset_text("ketamine-depression-madrs")
