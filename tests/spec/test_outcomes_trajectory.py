"""Days, lowest point, area, gaps, and time to response.

The course of these examples: admission on 1 March 2024 at 8:00, first dose at 10:00, end of the last dose on 4 March at
10:00, discharge on 5 March at 12:00. The primary rule of response is a fall of 2 points.
"""

H24 = 'rating.day = "24h"'
AT_MOST = "response.primary = { at_most = 3 }"


def test_day_1_is_the_day_of_the_first_dose_and_day_0_what_lies_before_it(course):
    course.given(
        ratings="""
        time             | value
        2024-03-01 08:00 | 9
        2024-03-01 10:00 | 8
        2024-03-01 10:01 | 7
        2024-03-01 23:59 | 6
        2024-03-02 00:00 | 5
        2024-03-05 12:00 | 4
    """
    )
    course.then(table="daily", expected="""
        course_id | day | value | rating_count
        a         | 0   | 8.5   | 2
        a         | 1   | 6.5   | 2
        a         | 2   | 5     | 1
        a         | 5   | 4     | 1
    """)  # fmt: skip


def test_days_of_24_hours_run_from_the_first_dose(course):
    course.given(study=H24, ratings="""
        time                | value
        2024-03-02 09:59:59 | 7
        2024-03-02 10:00:00 | 6
    """)  # fmt: skip
    course.then(table="daily", expected="""
        day | value
        1   | 7
        2   | 6
    """)  # fmt: skip


def test_the_days_of_a_course_reach_from_admission_to_discharge(course):
    course.given(
        ratings="""
        time                | value
        2024-03-01 07:59:59 | 9
        2024-03-01 09:00:00 | 8
        2024-03-05 12:00:01 | 1
        2024-03-25 12:00:00 | 0
    """
    )
    course.then(table="daily", expected="""
        day | value
        0   | 8
    """)  # fmt: skip


def test_the_nadir_is_the_lowest_daily_value_on_the_first_day_that_has_it(course):
    course.given(
        ratings="""
        time             | value
        2024-03-01 09:00 | 1
        2024-03-01 12:00 | 6
        2024-03-02 08:00 | 2
        2024-03-02 20:00 | 4
        2024-03-03 12:00 | 5
        2024-03-04 12:00 | 3
    """
    )
    course.then("""
        nadir | nadir_day | nadir_ties | rated_days | nadir_rating | nadir_time
        3     | 2         | 2          | 4          | 2            | 2024-03-02 08:00
    """)


def test_equal_daily_means_tie_however_they_came_about(course):
    "0.1 + 0.2 and 0.15 + 0.15 differ in floating point; their means do not."
    course.given(
        ratings="""
        time             | value
        2024-03-02 08:00 | 0.1
        2024-03-02 12:00 | 0.2
        2024-03-02 20:00 | 0.15
        2024-03-03 12:00 | 0.15
    """
    )
    course.then("""
        nadir | nadir_day | nadir_ties
        0.15  | 2         | 2
    """)


def test_the_lowest_single_rating_was_given_when_it_was_first_reached(course):
    course.given(
        ratings="""
        time             | value
        2024-03-01 12:00 | 3
        2024-03-02 12:00 | 2
        2024-03-03 12:00 | 4
        2024-03-04 12:00 | 2
    """
    )
    course.then("""
        nadir_rating | nadir_time
        2            | 2024-03-02 12:00
    """)


def test_area_and_spid_by_hand(course):
    """Trapezoid: (6 + 4)/2 x 6 h + (4 + 5)/2 x 12 h = 84, over 18 h. SPID: 2 x 2 h + 4 x 6 h + 3 x 12 h."""
    course.given(
        ratings="""
        time             | value
        2024-03-01 09:00 | 8
        2024-03-01 12:00 | 6
        2024-03-01 18:00 | 4
        2024-03-02 06:00 | 5
    """
    )
    course.then("""
        rating_count | mean_time_weighted | spid
        3            | 4.66666667         | 64
    """)


def test_a_lone_rating_is_its_own_mean_over_time(course):
    course.given(
        ratings="""
        time             | value
        2024-03-01 09:00 | 8
        2024-03-01 12:00 | 6
    """
    )
    course.then("""
        mean_time_weighted | spid | rating_count | rated_days
        6                  | 4    | 1            | 1
    """)


def test_the_longest_gap_may_lie_before_the_first_rating_or_after_the_last(course):
    "From the first dose to discharge there are 98 hours."
    course.given(
        courses="""
            course_id | person_id | start            | end              | discharge
            a         | 1         | 2024-03-01 10:00 | 2024-03-04 10:00 | 2024-03-05 12:00
            b         | 2         | 2024-03-01 10:00 | 2024-03-04 10:00 | 2024-03-05 12:00
            c         | 3         | 2024-03-01 10:00 | 2024-03-04 10:00 | 2024-03-05 12:00
            d         | 4         | 2024-03-01 10:00 | 2024-03-04 10:00 | 2024-03-05 12:00
        """,
        ratings="""
            person_id | time             | value
            1         | 2024-03-03 16:00 | 5
            1         | 2024-03-04 12:00 | 5
            2         | 2024-03-01 12:00 | 5
            2         | 2024-03-02 12:00 | 5
            3         | 2024-03-01 12:00 | 5
            3         | 2024-03-04 12:00 | 5
        """,
    )
    course.then("""
        course_id | longest_gap_hours | rating_count
        a         | 54                | 2
        b         | 72                | 2
        c         | 72                | 2
        d         | 98                | 0
    """)


def test_without_a_rating_in_the_course_its_movement_is_empty(course):
    course.given(
        ratings="""
        time             | value
        2024-03-01 09:00 | 8
    """
    )
    course.then("""
        nadir | nadir_day | nadir_rating | mean_time_weighted | spid | rated_days | first_response_hours | response_was_lost
              |           |              |                    |      | 0          |                      |
    """)


def test_a_response_that_held_to_the_last_rating(course):
    course.given(
        ratings="""
        time             | value
        2024-03-01 09:00 | 8
        2024-03-01 12:00 | 7
        2024-03-02 10:00 | 6
        2024-03-04 10:00 | 5
    """
    )
    course.then("""
        first_response_hours | response_held_hours | response_was_lost
        24                   | 48                  | false
    """)


def test_a_response_that_was_lost_and_came_back_held_until_it_was_lost(course):
    course.given(
        ratings="""
        time             | value
        2024-03-01 09:00 | 8
        2024-03-02 10:00 | 6
        2024-03-02 22:00 | 7
        2024-03-04 10:00 | 2
    """
    )
    course.then("""
        first_response_hours | response_held_hours | response_was_lost
        24                   | 12                  | true
    """)


def test_ratings_after_discharge_neither_make_nor_end_a_response(course):
    course.given(
        courses="""
            course_id | person_id | start            | end              | discharge
            a         | 1         | 2024-03-01 10:00 | 2024-03-04 10:00 | 2024-03-05 12:00
            b         | 2         | 2024-03-01 10:00 | 2024-03-04 10:00 | 2024-03-05 12:00
        """,
        ratings="""
            person_id | time             | value
            1         | 2024-03-01 09:00 | 8
            1         | 2024-03-02 10:00 | 6
            1         | 2024-03-25 10:00 | 8
            2         | 2024-03-01 09:00 | 8
            2         | 2024-03-02 10:00 | 7
            2         | 2024-03-25 10:00 | 2
        """,
    )
    course.then("""
        course_id | first_response_hours | response_was_lost | rating_count
        a         | 24                   | false             | 1
        b         |                      |                   | 1
    """)


def test_a_rule_on_the_rating_itself_needs_no_baseline(course):
    course.given(study=AT_MOST + '\nrating.baseline = { from = "admission", to = "start" }', ratings="""
        time             | value
        2024-03-02 10:00 | 3
        2024-03-02 22:00 | 4
    """)  # fmt: skip
    course.then("""
        baseline | spid | first_response_hours | response_held_hours | response_was_lost
                 |      | 24                   | 12                  | true
    """)
