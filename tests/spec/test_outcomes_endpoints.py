"""Baseline and final: which rating counts, and what is said where there is none.

The course of these examples: admission on 1 March 2024 at 8:00, first dose at 10:00, end of the last dose on 4 March at
10:00, discharge on 5 March at 12:00. Unless said otherwise the baseline is the last rating from admission to the first
dose, else the first of the course; the final one the last from 24 hours before the end of the last dose to discharge.
"""

NO_FALLBACK = 'rating.baseline = { from = "admission", to = "start", take = "last" }'


FIRST_DAY = 'rating.final = { from = "start", to = "start+24h", take = "first" }'
MEANS = """
    rating.baseline = { from = "admission", to = "start", take = "mean" }
    rating.final = { from = "end-24h", to = "discharge", take = "mean" }
"""


def test_the_last_rating_of_each_window_counts(course):
    course.given(
        ratings="""
        time             | value
        2024-03-01 08:30 | 9
        2024-03-01 09:30 | 8
        2024-03-03 12:00 | 4
        2024-03-05 09:00 | 3
    """
    )
    course.then("""
        baseline | baseline_time    | baseline_rule | final | final_time       | final_rule | change | change_percent
        8        | 2024-03-01 09:30 | window        | 3     | 2024-03-05 09:00 | window     | -5     | -62.5
    """)


def test_both_ends_belong_to_a_window(course):
    course.given(
        courses="""
            course_id | person_id | admission        | start            | end              | discharge
            a         | 1         | 2024-03-01 08:00 | 2024-03-01 10:00 | 2024-03-04 10:00 | 2024-03-05 12:00
            b         | 2         | 2024-03-01 08:00 | 2024-03-01 10:00 | 2024-03-04 10:00 | 2024-03-05 12:00
        """,
        ratings="""
            person_id | time             | value
            1         | 2024-03-01 08:00 | 9
            1         | 2024-03-03 10:00 | 4
            2         | 2024-03-01 10:00 | 8
            2         | 2024-03-05 12:00 | 3
        """,
    )
    course.then("""
        course_id | baseline | final
        a         | 9        | 4
        b         | 8        | 3
    """)


def test_a_second_outside_a_window_is_outside(course):
    course.given(study=NO_FALLBACK, ratings="""
        time                | value
        2024-03-01 07:59:59 | 9
        2024-03-01 10:00:01 | 8
        2024-03-03 09:59:59 | 4
        2024-03-05 12:00:01 | 3
    """)  # fmt: skip
    course.then("""
        baseline | baseline_missing                           | final | final_missing
                 | no rating from admission to the first dose |       | no rating from 24 hours before the end of the last dose to discharge
    """)


def test_a_rating_at_the_second_of_the_first_dose_is_one_from_before(course):
    course.given(study=FIRST_DAY, ratings="""
        time             | value
        2024-03-01 10:00 | 8
        2024-03-02 10:00 | 5
    """)  # fmt: skip
    course.then("""
        baseline | final | rating_count
        8        | 5     | 1
    """)


def test_a_rating_at_the_second_of_the_first_dose_is_none_of_the_course(course):
    closed_before = 'rating.baseline = { from = "admission", to = "start-1h", fallback = "first in course" }'
    course.given(study=closed_before, ratings="""
        time             | value
        2024-03-01 10:00 | 8
        2024-03-02 10:00 | 5
    """)  # fmt: skip
    course.then("""
        baseline | baseline_rule
        5        | first in course
    """)


def test_without_a_rating_before_the_first_one_of_the_course_is_the_baseline(course):
    course.given(
        ratings="""
        time             | value
        2024-03-01 14:00 | 7
        2024-03-02 10:00 | 6
        2024-03-05 10:00 | 3
    """
    )
    course.then("""
        baseline | baseline_time    | baseline_rule   | baseline_missing | final
        7        | 2024-03-01 14:00 | first in course |                  | 3
    """)


def test_the_baseline_is_not_also_the_final_rating(course):
    course.given(
        ratings="""
        time             | value
        2024-03-04 09:00 | 7
    """
    )
    course.then("""
        baseline | baseline_rule   | final | final_missing                                | change | response_points_2
        7        | first in course |       | the only rating of the course is the baseline |       |
    """)


def test_where_the_window_holds_only_the_baseline_that_is_said(course):
    course.given(study=FIRST_DAY, ratings="""
        time             | value
        2024-03-01 14:00 | 7
        2024-03-03 14:00 | 5
    """)  # fmt: skip
    course.then("""
        baseline | final | final_missing
        7        |       | the only rating from the first dose to 24 hours after the first dose is the baseline
    """)


def test_without_any_rating_both_are_missing_with_their_reasons(course):
    course.given(
        ratings="""
        time             | value
        2024-02-01 14:00 | 7
    """
    )
    course.then("""
        baseline | baseline_rule | baseline_missing                                                | final_missing
                 |               | no rating from admission to the first dose, nor in the course | no rating from 24 hours before the end of the last dose to discharge
    """)


def test_the_final_rating_can_fall_back_on_the_last_of_the_course(course):
    fallback = 'rating.final = { from = "end-24h", to = "discharge", take = "last", fallback = "last in course" }'
    course.given(study=fallback, ratings="""
        time             | value
        2024-03-01 09:00 | 8
        2024-03-01 14:00 | 7
        2024-03-02 14:00 | 5
    """)  # fmt: skip
    course.then("""
        final | final_time       | final_rule     | final_missing
        5     | 2024-03-02 14:00 | last in course |
    """)


def test_other_scales_do_not_count(course):
    course.given(
        ratings="""
        time             | scale | value
        2024-03-01 09:00 | nrs   | 8
        2024-03-01 09:30 | hit6  | 60
    """
    )
    course.then("""
        baseline
        8
    """)


def test_several_ratings_at_one_second_count_as_one_their_mean(course):
    course.given(
        ratings="""
        time                  | value
        2024-03-01 09:30:00   | 8
        2024-03-01 09:30:00.4 | 5
        2024-03-04 12:00:00   | 3
        2024-03-04 12:00:00   | 3
        2024-03-04 12:00:00   | 4
    """
    )
    course.then("""
        baseline | final       | rating_count
        6.5      | 3.333333333 | 1
    """)


def test_a_mean_was_given_at_no_one_time(course):
    course.given(
        study=MEANS,
        ratings="""
        time             | value
        2024-03-01 08:30 | 7
        2024-03-01 09:30 | 9
        2024-03-04 08:00 | 2
        2024-03-04 12:00 | 2
        2024-03-05 08:00 | 4
    """,
    )
    course.then("""
        baseline | baseline_time | final       | final_time
        8        |               | 2.666666667 |
    """)


def test_the_change_in_per_cent_of_nothing_is_empty(course):
    course.given(
        ratings="""
        time             | value
        2024-03-01 09:30 | 0
        2024-03-05 08:00 | 2
    """
    )
    course.then("""
        baseline | final | change | change_percent
        0        | 2     | 2      |
    """)


def test_what_is_not_recorded_has_a_stand_in(course):
    "Admission 24 hours before the first dose, end of the last dose at the first, discharge 24 hours after that."
    course.given(
        courses="""
            start            | admission
            2024-03-01 10:00 |
        """,
        ratings="""
            time             | value
            2024-02-29 10:00 | 8
            2024-03-02 10:00 | 5
        """,
    )
    course.then("""
        baseline | final | longest_gap_hours | admission | end | discharge | length_days | stay_days
        8        | 5     | 24                |           |     |           |             |
    """)


def test_a_later_course_in_the_same_stay_does_not_close_the_windows_of_the_first(course):
    course.given(
        courses="""
            course_id | treatment | admission        | start            | end              | discharge
            a         | ketamine  | 2024-03-01 08:00 | 2024-03-01 10:00 | 2024-03-02 10:00 | 2024-03-05 12:00
            b         | lidocaine | 2024-03-01 08:00 | 2024-03-04 10:00 | 2024-03-05 10:00 | 2024-03-05 12:00
        """,
        ratings="""
            time             | value
            2024-03-01 09:00 | 8
            2024-03-02 10:00 | 6
            2024-03-05 10:00 | 3
        """,
    )
    course.then("""
        course_id | baseline | final
        a         | 8        | 3
        b         | 6        | 3
    """)
