"""Which courses left the limits of ketamine on a ward: 1 mg/kg/h, a bolus of 0.35 mg/kg.

The course of these examples weighs 80 kg, so that the limits are 80 mg/h and 28 mg; its first dose is on 1 March at 10:00.
"""

import pytest

from abate.courses.limits import find_limit_breaches

COURSES = """
course_id | person_id | treatment | start            | weight_kg
a         | 1         | ketamine  | 2024-03-01 10:00 | 80
"""


class Checked:
    """The limits of the doses given."""

    def __init__(self, spec):
        self.spec = spec

    def given(self, doses, courses=COURSES, intensive=None, **settings):
        self.spec.given(doses=doses, courses=courses)
        tables = self.spec.tables
        if intensive is not None:
            settings["intensive"] = tables["courses"].filter(tables["courses"].course_id.isin(intensive))
        self.spec.when(find_limit_breaches, tables["doses"], tables["courses"], **settings)

    def then(self, expected):
        self.spec.then(expected)


@pytest.fixture
def checked(spec):
    return Checked(spec)


def test_exactly_the_limit_is_within_and_a_hair_above_is_beyond(checked):
    checked.given(
        """
        course_id | start            | end              | rate_mg_h | amount_mg
        at        | 2024-03-01 10:00 | 2024-03-01 12:00 | 80        |
        at        | 2024-03-01 09:00 | 2024-03-01 09:00 |           | 28
        above     | 2024-03-01 10:00 | 2024-03-01 12:00 | 80.0001   |
        above     | 2024-03-01 09:00 | 2024-03-01 09:00 |           | 28.0001
        odd       | 2024-03-01 10:00 | 2024-03-01 12:00 | 65.2      |
        odd       | 2024-03-01 09:00 | 2024-03-01 09:00 |           | 22.82
        lighter   | 2024-03-01 10:00 | 2024-03-01 12:00 | 65.2      |
        """,
        """
        course_id | person_id | treatment | start            | weight_kg
        at        | 1         | ketamine  | 2024-03-01 09:00 | 80
        above     | 2         | ketamine  | 2024-03-01 09:00 | 80
        odd       | 3         | ketamine  | 2024-03-01 09:00 | 65.2
        lighter   | 4         | ketamine  | 2024-03-01 10:00 | 65.1
        """,
    )
    checked.then("""
        course_id | limit_setting | rate_limit_mg_kg_h | rate_verdict  | bolus_limit_mg_kg | bolus_verdict | bolus_beyond_count | limits_verdict
        at        | ward          | 1                  | within limits | 0.35              | within limits | 0                  | within limits
        above     | ward          | 1                  | beyond        | 0.35              | beyond        | 1                  | beyond
        odd       | ward          | 1                  | within limits | 0.35              | within limits | 0                  | within limits
        lighter   | ward          | 1                  | beyond        | 0.35              | within limits | 0                  | beyond
    """)


def test_when_the_limit_was_passed_and_for_how_long(checked):
    """10 h at 40 mg/h, 2 h at 88, 6 h at 80, then 3 h at 96: first 10 h after the first dose, 5 h in all."""
    checked.given("""
        course_id | start            | end              | rate_mg_h
        a         | 2024-03-01 10:00 | 2024-03-01 20:00 | 40
        a         | 2024-03-01 20:00 | 2024-03-01 22:00 | 88
        a         | 2024-03-01 22:00 | 2024-03-02 04:00 | 80
        a         | 2024-03-02 04:00 | 2024-03-02 07:00 | 96
    """)
    checked.then("""
        course_id | rate_max_mg_kg_h | rate_verdict | rate_missing | beyond_first_hour | beyond_hours
        a         | 1.2              | beyond       |              | 10                | 5
    """)


def test_hours_beyond_count_once_where_stretches_overlap(checked):
    """88 mg/h from 10:00 to 14:00, 96 from 12:00 to 13:00 and from 13:30 to 15:00: 5 h beyond."""
    checked.given("""
        course_id | start            | end              | rate_mg_h
        a         | 2024-03-01 10:00 | 2024-03-01 14:00 | 88
        a         | 2024-03-01 12:00 | 2024-03-01 13:00 | 96
        a         | 2024-03-01 13:30 | 2024-03-01 15:00 | 96
    """)
    checked.then("""
        rate_max_mg_kg_h | beyond_first_hour | beyond_hours
        1.2              | 0                 | 5
    """)


def test_stretches_that_only_together_pass_the_limit_are_not_known(checked):
    "Two bags at once, or one in the other's place? One that ends as the next starts is no overlap."
    checked.given(
        """
        course_id | start            | end              | rate_mg_h
        two       | 2024-03-01 10:00 | 2024-03-01 14:00 | 48
        two       | 2024-03-01 13:00 | 2024-03-01 16:00 | 40
        one       | 2024-03-01 10:00 | 2024-03-01 14:00 | 48
        one       | 2024-03-01 14:00 | 2024-03-01 16:00 | 40
        exact     | 2024-03-01 10:00 | 2024-03-01 14:00 | 48
        exact     | 2024-03-01 13:00 | 2024-03-01 16:00 | 32
        """,
        """
        course_id | person_id | treatment | start            | weight_kg
        two       | 1         | ketamine  | 2024-03-01 10:00 | 80
        one       | 2         | ketamine  | 2024-03-01 10:00 | 80
        exact     | 3         | ketamine  | 2024-03-01 10:00 | 80
        """,
    )
    checked.then("""
        course_id | rate_max_mg_kg_h | rate_verdict  | rate_missing                                  | beyond_first_hour | beyond_hours | limits_verdict
        two       | 0.6              | not known     | overlapping stretches pass the limit together |                   |              | not known
        one       | 0.6              | within limits |                                               |                   | 0            | within limits
        exact     | 0.6              | within limits |                                               |                   | 0            | within limits
    """)


def test_without_a_weight_nothing_is_known(checked):
    checked.given(
        """
        course_id | start            | end              | rate_mg_h | amount_mg
        a         | 2024-03-01 10:00 | 2024-03-01 20:00 | 5         |
        a         | 2024-03-01 20:00 | 2024-03-01 20:00 |           | 5
        """,
        COURSES.replace("80", ""),
    )
    checked.then("""
        rate_max_mg_kg_h | rate_verdict | rate_missing   | beyond_hours | bolus_max_mg_kg | bolus_verdict | bolus_missing  | bolus_beyond_count | limits_verdict
                         | not known    | no body weight |              |                 | not known     | no body weight |                    | not known
    """)


def test_a_rate_comes_of_the_amount_where_none_is_recorded(checked):
    "90 mg in one hour; a row with neither, and a bolus without an amount, may have been anything."
    checked.given(
        """
        course_id | start            | end              | rate_mg_h | amount_mg
        amount    | 2024-03-01 10:00 | 2024-03-01 11:00 |           | 90
        neither   | 2024-03-01 10:00 | 2024-03-01 11:00 |           |
        neither   | 2024-03-01 11:00 | 2024-03-01 11:00 |           |
        both      | 2024-03-01 10:00 | 2024-03-01 11:00 |           |
        both      | 2024-03-01 11:00 | 2024-03-01 12:00 | 90        |
        """,
        """
        course_id | person_id | treatment | start            | weight_kg
        amount    | 1         | ketamine  | 2024-03-01 10:00 | 80
        neither   | 2         | ketamine  | 2024-03-01 10:00 | 80
        both      | 3         | ketamine  | 2024-03-01 10:00 | 80
        """,
    )
    checked.then("""
        course_id | rate_max_mg_kg_h | rate_verdict | rate_missing                             | beyond_hours | bolus_verdict | bolus_missing         | limits_verdict
        amount    | 1.125            | beyond       |                                          | 1            | within limits |                       | beyond
        neither   |                  | not known    | a dose row has neither rate nor amount   |              | not known     | a bolus has no amount | not known
        both      | 1.125            | beyond       |                                          | 1            | within limits |                       | beyond
    """)


def test_a_rate_without_an_end_may_be_beyond_for_a_time_that_is_not_known(checked):
    checked.given("""
        course_id | start            | end | rate_mg_h
        a         | 2024-03-01 16:00 |     | 100
    """)
    checked.then("""
        rate_max_mg_kg_h | rate_verdict | beyond_first_hour | beyond_hours
        1.25             | beyond       | 6                 |
    """)


def test_a_pause_and_another_route_are_no_dose_into_a_vein(checked):
    "A route that is not recorded is taken as a vein."
    checked.given(
        """
        course_id | start            | end              | rate_mg_h | amount_mg | route
        pause     | 2024-03-01 10:00 | 2024-03-01 12:00 | 0         |           | intravenous
        pause     | 2024-03-01 12:00 | 2024-03-01 14:00 | 40        |           |
        spray     | 2024-03-01 10:00 | 2024-03-01 10:00 |           | 40        | intranasal
        """,
        """
        course_id | person_id | treatment | start            | weight_kg
        pause     | 1         | ketamine  | 2024-03-01 10:00 | 80
        spray     | 2         | ketamine  | 2024-03-01 10:00 | 80
        nothing   | 3         | ketamine  | 2024-03-01 10:00 | 80
        """,
    )
    checked.then("""
        course_id | rate_max_mg_kg_h | limits_verdict | rate_missing
        pause     | 0.5              | within limits  |
        spray     |                  | not known      | no dose into a vein is recorded
        nothing   |                  | not known      | no dose into a vein is recorded
    """)


def test_a_drug_or_a_setting_without_a_limit_is_not_known(checked):
    "Under intensive monitoring only the bolus of ketamine has a limit."
    checked.given(
        """
        course_id | start            | end              | rate_mg_h | amount_mg
        watched   | 2024-03-01 10:00 | 2024-03-01 12:00 | 100       |
        large     | 2024-03-01 10:00 | 2024-03-01 12:00 | 100       |
        large     | 2024-03-01 12:00 | 2024-03-01 12:00 |           | 40
        other     | 2024-03-01 10:00 | 2024-03-01 12:00 | 100       |
        renamed   | 2024-03-01 10:00 | 2024-03-01 12:00 | 100       |
        """,
        """
        course_id | person_id | treatment | start            | weight_kg
        watched   | 1         | ketamine  | 2024-03-01 10:00 | 80
        large     | 2         | ketamine  | 2024-03-01 10:00 | 80
        other     | 3         | lidocaine | 2024-03-01 10:00 | 80
        renamed   | 4         | ket drip  | 2024-03-01 10:00 | 80
        """,
        intensive=["watched", "large"],
        drugs={"ket drip": "ketamine"},
    )
    checked.then("""
        course_id | limit_setting | rate_limit_mg_kg_h | rate_verdict | rate_missing      | bolus_verdict | limits_verdict
        watched   | intensive     |                    | not known    | no limit is known | within limits | not known
        large     | intensive     |                    | not known    | no limit is known | beyond        | beyond
        other     | ward          |                    | not known    | no limit is known | within limits | not known
        renamed   | ward          | 1                  | beyond       |                   | within limits | beyond
    """)


def test_where_doses_are_not_recorded_nothing_is_known(spec):
    spec.given(courses=COURSES)
    spec.when(find_limit_breaches, None, spec.tables["courses"])
    spec.then("""
        course_id | rate_max_mg_kg_h | rate_verdict | beyond_hours | bolus_verdict | limits_verdict
        a         |                  | not known    |              | not known     | not known
    """)
