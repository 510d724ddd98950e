"""Follow-up visits, sustained response, and the return to care.

The course of these examples: first dose on 1 March 2024 at 10:00, discharge on 5 March at 12:00. Visit 1 lies 14 to 60
days, visit 2 61 to 150 days after discharge; the first rating of a visit counts.
"""

TWO_COURSES = """
    course_id | treatment | admission        | start            | end              | discharge
    a         | ketamine  | 2024-03-01 08:00 | 2024-03-01 10:00 | 2024-03-04 10:00 | 2024-03-05 12:00
    b         | lidocaine | 2024-04-01 08:00 | 2024-04-01 10:00 | 2024-04-04 10:00 | 2024-04-05 12:00
"""
RESPONDER = """
    time             | value
    2024-03-01 09:00 | 8
    2024-03-05 09:00 | 3
"""


def test_the_first_rating_of_a_visit_counts_and_both_ends_belong_to_it(course):
    course.given(
        ratings="""
        time                | value
        2024-03-19 11:59:59 | 9
        2024-03-19 12:00:00 | 4
        2024-04-10 12:00:00 | 2
        2024-08-02 12:00:00 | 5
        2024-08-02 12:00:01 | 1
    """
    )
    course.then("""
        visit_1_value | visit_1_time     | visit_1_missing | visit_2_value | visit_2_time     | visit_2_missing
        4             | 2024-03-19 12:00 |                 | 5             | 2024-08-02 12:00 |
    """)


def test_a_response_is_sustained_only_in_those_who_had_one(course):
    course.given(
        courses="""
            course_id | person_id | admission        | start            | end              | discharge
            a         | 1         | 2024-03-01 08:00 | 2024-03-01 10:00 | 2024-03-04 10:00 | 2024-03-05 12:00
            b         | 2         | 2024-03-01 08:00 | 2024-03-01 10:00 | 2024-03-04 10:00 | 2024-03-05 12:00
            c         | 3         | 2024-03-01 08:00 | 2024-03-01 10:00 | 2024-03-04 10:00 | 2024-03-05 12:00
        """,
        ratings="""
            person_id | time             | value
            1         | 2024-03-01 09:00 | 8
            1         | 2024-03-05 09:00 | 3
            1         | 2024-04-01 09:00 | 6
            1         | 2024-06-01 09:00 | 7
            2         | 2024-03-01 09:00 | 8
            2         | 2024-03-05 09:00 | 7
            2         | 2024-04-01 09:00 | 2
            3         | 2024-03-01 09:00 | 8
            3         | 2024-04-01 09:00 | 2
        """,
    )
    course.then("""
        course_id | response_points_2 | visit_1_response | visit_1_sustained | visit_2_response | visit_2_sustained
        a         | true              | true             | true              | false            | false
        b         | false             | true             |                   |                  |
        c         |                   | true             |                   |                  |
    """)


def test_a_rating_after_the_next_course_began_is_not_of_this_one(course):
    "Whatever the next course was given for: the person's next course of any treatment."
    course.given(courses=TWO_COURSES, ratings="""
        time             | value
        2024-04-01 10:00 | 2
        2024-04-25 10:00 | 3
    """)  # fmt: skip
    course.then("""
        course_id | visit_1_value | visit_1_missing                              | visit_2_missing
        a         |               | another course began before the window closed | another course began before the window closed
        b         | 3             |                                              | no rating in the window
    """)


def test_a_course_that_begins_at_the_last_second_of_a_window_takes_that_second_from_it(course):
    course.given(
        courses="""
            course_id | treatment | admission        | start            | end              | discharge
            a         | ketamine  | 2024-03-01 08:00 | 2024-03-01 10:00 | 2024-03-04 10:00 | 2024-03-05 12:00
            b         | ketamine  | 2024-05-04 08:00 | 2024-05-04 12:00 | 2024-05-07 10:00 | 2024-05-08 12:00
        """,
        ratings="""
            time             | value
            2024-05-04 12:00 | 2
        """,
    )
    course.then("""
        course_id | visit_1_value | visit_1_missing
        a         |               | another course began before the window closed
        b         |               | no rating in the window
    """)


def test_a_rating_before_the_next_course_counts(course):
    course.given(courses=TWO_COURSES, ratings="""
        time                | value
        2024-04-01 09:59:59 | 2
    """)  # fmt: skip
    course.then("""
        course_id | visit_1_value
        a         | 2
        b         |
    """)


def test_courses_that_start_together_are_not_each_others_next(course):
    course.given(
        courses="""
            course_id | treatment | admission        | start            | end              | discharge
            a         | ketamine  | 2024-03-01 08:00 | 2024-03-01 10:00 | 2024-03-04 10:00 | 2024-03-05 12:00
            b         | lidocaine | 2024-03-01 08:00 | 2024-03-01 10:00 | 2024-03-04 10:00 | 2024-03-05 12:00
        """,
        ratings="""
            time             | value
            2024-04-01 09:59 | 2
        """,
    )
    course.then("""
        course_id | visit_1_value
        a         | 2
        b         | 2
    """)


def test_an_end_of_observation_before_the_window_closed_is_the_reason(course):
    course.given(
        observed="""
        start      | end
        2020-01-01 | 2024-05-04 12:00
    """
    )
    course.then("""
        visit_1_missing         | visit_2_missing
        no rating in the window | observation ended before the window closed
    """)


def test_a_visit_may_count_from_the_first_dose(course):
    course.given(study='follow_up.from = "start"', ratings="""
        time             | value
        2024-03-15 10:00 | 4
    """)  # fmt: skip
    course.then("""
        visit_1_value
        4
    """)


def test_the_first_contact_that_counts_after_discharge(course):
    course.given(
        contacts="""
            start               | kind
            2024-03-05 12:00:00 | emergency
            2024-03-08 12:00:00 | office
            2024-03-15 12:00:00 | inpatient
            2024-03-20 12:00:00 | emergency
        """,
        observed="""
            start      | end
            2020-01-01 | 2024-05-04 12:00
        """,
    )
    course.then("""
        return_days | return_kind | followed_days | return_missing
        10          | inpatient   | 60            |
    """)


def test_of_contacts_at_one_second_the_kind_named_first_in_the_study_counts(course):
    course.given(
        contacts="""
        start            | kind
        2024-03-15 12:00 | inpatient
        2024-03-15 12:00 | emergency
    """
    )
    course.then("""
        return_days | return_kind | followed_days | return_missing
        10          | emergency   |               |
    """)


def test_a_contact_at_the_last_second_of_observation_counts(course):
    course.given(
        contacts="""
            start            | kind
            2024-05-04 12:00 | emergency
        """,
        observed="""
            start      | end
            2020-01-01 | 2024-05-04 12:00
        """,
    )
    course.then("""
        return_days | return_kind | followed_days
        60          | emergency   | 60
    """)


def test_no_return_while_observed_is_no_return(course):
    course.given(
        contacts="""
            start            | kind
            2024-05-05 12:00 | emergency
        """,
        observed="""
            start      | end
            2020-01-01 | 2024-05-04 12:00
        """,
    )
    course.then("""
        return_days | return_kind | followed_days | return_missing
                    |             | 60            |
    """)


def test_no_return_and_no_end_of_observation_cannot_be_told(course):
    course.given(
        observed="""
        start            | end
        2020-01-01       | 2024-03-05 11:59
        2024-03-05 12:01 | 2024-12-31
    """
    )
    course.then("""
        return_days | followed_days | return_missing
                    |               | end of observation not recorded
    """)


def test_of_overlapping_spans_the_one_that_reaches_furthest_counts(course):
    course.given(
        observed="""
        start            | end
        2020-01-01       | 2024-03-15 12:00
        2024-03-05 12:00 | 2024-04-04 12:00
    """
    )
    course.then("""
        followed_days
        30
    """)


def test_where_contacts_are_not_recorded_a_return_cannot_be_told(course):
    course.given(without=("contacts",), observed="""
        start      | end
        2020-01-01 | 2024-05-04 12:00
    """)  # fmt: skip
    course.then("""
        return_days | followed_days | return_missing
                    | 60            | contacts not recorded
    """)


def test_a_study_without_follow_up_does_not_ask(spec):
    from tests.spec.casebook import STUDY, Casebook, read_study

    without_follow_up = "\n".join(line for line in STUDY.splitlines() if not line.startswith("follow_up"))
    found = Casebook.join_one(
        read_study(without_follow_up), spec.engine, contacts="start | kind\n2024-03-15 | emergency"
    )
    row = found["outcomes"][0]
    assert (row["return_days"], row["followed_days"], row["return_missing"]) == (None, None, "not asked")
    assert not [name for name in row if name.startswith("visit")]
