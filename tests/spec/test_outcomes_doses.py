"""What was given: doses, boluses, totals, rates, running hours and pauses.

The course of these examples: first dose on 1 March 2024 at 10:00, end of the last dose on 4 March at 10:00, 80 kg.
"""


def test_titration_and_a_pause_by_hand(course):
    """10 h at 5 mg/h, 10 h at 10, 4 h nothing, 10 h at 20: 350 mg in 30 h."""
    course.given(
        doses="""
        start            | end              | rate_mg_h | amount_mg
        2024-03-01 10:00 | 2024-03-01 20:00 | 5         | 50
        2024-03-01 20:00 | 2024-03-02 06:00 | 10        | 100
        2024-03-02 10:00 | 2024-03-02 20:00 | 20        | 200
    """
    )
    course.then("""
        dose_count | bolus_count | dose_total_mg | dose_mg_per_kg | rate_first_mg_h | rate_max_mg_h | rate_mean_mg_h | running_hours | pause_count | pause_hours
        3          | 0           | 350           | 4.375          | 5               | 20            | 11.6666667     | 30            | 1           | 4
    """)


def test_a_bolus_ends_as_it_starts_or_has_neither_rate_nor_later_end(course):
    course.given(
        doses="""
        start            | end              | rate_mg_h | amount_mg
        2024-03-01 10:00 | 2024-03-01 10:00 |           | 10
        2024-03-01 11:00 |                  |           | 20
        2024-03-01 12:00 | 2024-03-01 14:00 |           | 30
        2024-03-01 15:00 | 2024-03-01 16:00 | 5         | 5
    """
    )
    course.then("""
        dose_count | bolus_count | dose_total_mg | running_hours
        4          | 2           | 65            | 1
    """)


def test_boluses_alone_run_no_hours_and_have_no_pauses(course):
    course.given(
        doses="""
        start            | end              | amount_mg
        2024-03-01 10:00 | 2024-03-01 10:00 | 1
        2024-03-01 18:00 | 2024-03-01 18:00 | 1
    """
    )
    course.then("""
        bolus_count | dose_total_mg | rate_first_mg_h | rate_max_mg_h | rate_mean_mg_h | running_hours | pause_count | pause_hours
        2           | 2             |                 |               |                | 0             |             |
    """)


def test_one_amount_that_is_not_known_leaves_the_total_empty_and_says_so(course):
    course.given(
        doses="""
        start            | end              | rate_mg_h | amount_mg
        2024-03-01 10:00 | 2024-03-01 20:00 | 5         | 50
        2024-03-01 20:00 | 2024-03-02 06:00 | 5         |
    """
    )
    course.then("""
        dose_total_mg | dose_mg_per_kg | dose_missing
                      |                | 1 of 2 dose rows without an amount
    """)


def test_a_stretch_at_rate_0_is_a_pause_and_gives_nothing(course):
    course.given(
        doses="""
        start            | end              | rate_mg_h | amount_mg
        2024-03-01 10:00 | 2024-03-01 20:00 | 5         | 50
        2024-03-01 20:00 | 2024-03-01 22:00 | 0         |
        2024-03-01 22:00 | 2024-03-01 23:00 | 5         | 5
    """
    )
    course.then("""
        dose_total_mg | dose_missing | running_hours | pause_count | pause_hours
        55            |              | 11            | 1           | 2
    """)


def test_hours_of_overlapping_stretches_count_once_and_their_rates_are_not_added(course):
    """10:00 to 20:00 at 5 and 12:00 to 14:00 at 8 mg/h: 66 mg in 10 h; the long one still covers 14:00 to 20:00."""
    course.given(
        doses="""
        start            | end              | rate_mg_h | amount_mg
        2024-03-01 10:00 | 2024-03-01 20:00 | 5         | 50
        2024-03-01 12:00 | 2024-03-01 14:00 | 8         | 16
        2024-03-01 19:00 | 2024-03-01 20:00 | 4         | 4
    """
    )
    course.then("""
        rate_max_mg_h | rate_mean_mg_h | running_hours | pause_count | pause_hours
        8             | 7              | 10            | 0           | 0
    """)


def test_of_stretches_that_begin_together_the_highest_rate_is_the_first(course):
    course.given(
        doses="""
        start            | end              | rate_mg_h | amount_mg
        2024-03-01 11:00 | 2024-03-01 12:00 | 9         | 9
        2024-03-01 10:00 | 2024-03-01 11:00 | 3         | 3
        2024-03-01 10:00 | 2024-03-01 10:30 | 4         | 2
    """
    )
    course.then("""
        rate_first_mg_h
        4
    """)


def test_without_any_known_rate_the_hours_cannot_be_said(course):
    course.given(
        doses="""
        start            | end              | rate_mg_h | amount_mg
        2024-03-01 10:00 | 2024-03-01 20:00 |           | 50
        2024-03-01 20:00 |                  | 4         | 50
    """
    )
    course.then("""
        dose_total_mg | bolus_count | rate_max_mg_h | running_hours | pause_count
        100           | 0           |               |               |
    """)


def test_a_course_without_a_dose_row_says_so(course):
    course.then("""
        dose_count | bolus_count | dose_total_mg | running_hours | dose_missing
        0          | 0           |               |               | no dose row
    """)


def test_where_doses_are_not_recorded_nothing_is_said_of_them(course):
    course.given(without=("doses",))
    course.then("""
        dose_count | bolus_count | dose_total_mg | rate_max_mg_h | running_hours | pause_count | dose_missing
                   |             |               |               |               |             | doses not recorded
    """)


def test_without_a_weight_there_is_no_dose_per_kg(course):
    course.given(
        courses="""
            start            | weight_kg
            2024-03-01 10:00 |
        """,
        doses="""
            start            | end              | rate_mg_h | amount_mg
            2024-03-01 10:00 | 2024-03-01 20:00 | 5         | 50
        """,
    )
    course.then("""
        dose_total_mg | dose_mg_per_kg
        50            |
    """)
