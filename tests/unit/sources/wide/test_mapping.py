"""A mapping is refused with the key that is wrong and the one that was meant."""

import pytest

from abate.base.errors import NotRecordsError, RecordsNotFoundError
from abate.sources.wide.mapping import read_mapping

GOOD = """
file = "review.csv"
[patient]
id = "patient"
sex = "s"
[course]
start = "start_date"
[ratings]
day = "pain_day{day}"
[events]
nausea = "ae_nausea"
hallucination = { column = "ae_hallucination", grade = "ae_grade" }
"""


def refusal(tmp_path, text):
    (tmp_path / "mapping.toml").write_text(text)
    with pytest.raises(NotRecordsError) as error:
        read_mapping(tmp_path / "mapping.toml")
    return str(error.value).removeprefix("mapping.toml is not a mapping of a wide sheet: ")


def test_what_is_left_out_has_its_stated_default(tmp_path):
    (tmp_path / "mapping.toml").write_text(GOOD)
    plan = read_mapping(tmp_path / "mapping.toml")
    assert (plan.course.assumed_start_time, plan.course.assumed_discharge_time) == ("08:00", "18:00")
    assert plan.ratings.assumed_time == "12:00"
    assert {term: event.column for term, event in plan.event_columns.items()} == {
        "nausea": "ae_nausea",
        "hallucination": "ae_hallucination",
    }


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('start = "start_date"', 'strat = "x"', "the key 'course.start' is missing."),
        ('day = "pain', 'dya = "x"\nday = "pain', "the key 'ratings.dya' is not known; did you mean 'day'?"),
        ('sex = "s"', 'colour = "s"', "the key 'patient.colour' is not known; known here are id, sex, birth_date, birth_year, age, race, ethnicity, site."),
        ("{day}", "", "at 'ratings.day': 'pain_day' does not say where the number of the day stands; write '{day}' there, once."),
        ("[patient]", "[patience]", "the key 'patient' is missing."),
        ('id = "patient"', 'id = "patient"\nage = "a"\nbirth_year = "b"', "at 'patient': give only one of birth_date, birth_year and age."),
        ('start = "start_date"', 'start = "s"\nassumed_start_time = "8 am"', "at 'course.assumed_start_time': '8 am' is not a clock time; write hours and minutes, such as '08:00'."),
        ('start = "start_date"', 'start = "s"\nend = "e"\nlength_days = "l"', "at 'course': give end or length_days, not both."),
        ('day = "pain_day{day}"', "", "at 'ratings': give at least one of admission, day and discharge."),
    ],
)  # fmt: skip
def test_the_first_mistake_is_one_sentence(tmp_path, old, new, sentence):
    assert old in GOOD
    assert refusal(tmp_path, GOOD.replace(old, new, 1)) == sentence


def test_a_follow_up_needs_its_time(tmp_path):
    assert refusal(tmp_path, GOOD + '[[follow_up]]\nrating = "fu"\n') == (
        "at 'follow_up.0': give date or days_after_discharge."
    )


def test_a_file_that_is_not_toml_is_told(tmp_path):
    (tmp_path / "mapping.toml").write_text("file: review.csv")
    with pytest.raises(NotRecordsError, match=r"^mapping.toml is not a TOML file: "):
        read_mapping(tmp_path / "mapping.toml")


def test_no_mapping_at_the_place(tmp_path):
    with pytest.raises(RecordsNotFoundError, match=r"^there is no mapping at .*mapping.toml\.$"):
        read_mapping(tmp_path / "mapping.toml")
