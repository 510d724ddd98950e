"""Adverse events: which are in the window, which are new, and what is not recorded.

The course of these examples: first dose on 1 March 2024 at 10:00, end of the last dose on 4 March at 10:00; events count
from the first dose to 24 hours after the end of the last.
"""

TERMS = "events.nausea = {}\nevents.dizziness = {}"
FROM_BEFORE = 'events.window = ["start-2h", "end+24h"]'


def test_both_ends_belong_to_the_window(course):
    course.given(
        events="""
        time                | term
        2024-03-01 09:59:59 | nausea
        2024-03-01 10:00:00 | dizziness
        2024-03-05 10:00:00 | vomiting
        2024-03-05 10:00:01 | fatigue
    """
    )
    course.then(table="harm", expected="""
        course_id | term      | onset_hours | was_present_before
        a         | dizziness | 0           | false
        a         | vomiting  | 96          | false
    """)  # fmt: skip


def test_a_term_of_the_30_days_before_is_listed_but_not_new(course):
    course.given(
        events="""
        time             | term      | grade | serious
        2024-01-31 10:00 | nausea    |       |
        2024-03-02 10:00 | nausea    | 3     | true
        2024-01-31 09:59 | dizziness |       |
        2024-03-02 11:00 | dizziness | 1     | false
    """
    )
    course.then(table="harm", expected="""
        term      | was_present_before
        nausea    | true
        dizziness | false
    """)  # fmt: skip


def test_only_new_events_are_counted(course):
    course.given(
        events="""
        time             | term      | grade | serious
        2024-02-20 10:00 | nausea    |       |
        2024-03-02 10:00 | nausea    | 3     | true
        2024-03-02 11:00 | dizziness | 1     | false
        2024-03-03 11:00 | dizziness | 2     | false
    """
    )
    course.then("""
        event_count | event_any | event_worst_grade | event_serious
        2           | true      | 2                 | false
    """)


def test_what_lies_before_the_window_but_after_its_opening_is_in_it(course):
    "The window opens two hours before the first dose: what lies in it is an event of the course, not one from before."
    course.given(study=FROM_BEFORE, events="""
        time             | term
        2024-03-01 07:59 | dizziness
        2024-03-01 08:00 | nausea
        2024-03-01 12:00 | nausea
        2024-03-01 12:00 | dizziness
    """)  # fmt: skip
    course.then(table="harm", expected="""
        term      | onset_hours | was_present_before
        nausea    | -2          | false
        nausea    | 2           | false
        dizziness | 2           | true
    """)  # fmt: skip


def test_rows_of_one_second_and_term_are_one_event_with_the_worst_said_of_it(course):
    course.given(
        events="""
        time             | term   | grade | serious | related
        2024-03-02 10:00 | nausea | 1     | false   |
        2024-03-02 10:00 | nausea | 2     | true    |
        2024-03-02 10:00 | nausea |       |         | false
    """
    )
    course.then(table="harm", expected="""
        term   | grade | serious | related
        nausea | 2     | true    | false
    """)  # fmt: skip


def test_where_the_study_names_terms_only_those_count(course):
    course.given(study=TERMS, events="""
        time             | term
        2024-03-02 10:00 | nausea
        2024-03-02 11:00 | nausea
        2024-03-02 12:00 | toothache
    """)  # fmt: skip
    course.then("""
        event_count | event_nausea | event_dizziness
        2           | 2            | 0
    """)


def test_seriousness_that_is_recorded_for_no_new_event_is_empty(course):
    course.given(
        courses="""
            course_id | person_id | start            | end
            a         | 1         | 2024-03-01 10:00 | 2024-03-04 10:00
            b         | 2         | 2024-03-01 10:00 | 2024-03-04 10:00
            c         | 3         | 2024-03-01 10:00 | 2024-03-04 10:00
        """,
        events="""
            person_id | time             | term      | serious
            1         | 2024-03-02 10:00 | nausea    |
            2         | 2024-03-02 10:00 | nausea    |
            2         | 2024-03-02 11:00 | dizziness | false
        """,
    )
    course.then("""
        course_id | event_count | event_serious
        a         | 1           |
        b         | 2           | false
        c         | 0           | false
    """)


def test_a_course_without_events_has_none(course):
    course.then("""
        event_count | event_any | event_worst_grade | event_serious
        0           | false     |                   | false
    """)


def test_where_events_are_not_recorded_nothing_is_said_of_them(course):
    course.given(without=("events",), study=TERMS)
    course.then("""
        event_count | event_any | event_worst_grade | event_serious | event_nausea
                    |           |                   |               |
    """)


def test_a_study_that_does_not_ask_for_events_has_none(spec):
    from tests.spec.casebook import STUDY, Casebook, read_study

    without_events = "\n".join(line for line in STUDY.splitlines() if not line.startswith("events"))
    found = Casebook.join_one(read_study(without_events), spec.engine, events="time | term\n2024-03-02 10:00 | nausea")
    assert found["harm"] == []
    assert [row["event_count"] for row in found["outcomes"]] == [None]
