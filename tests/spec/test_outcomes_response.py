"""When is a final rating a response?

The course of these examples: first dose on 1 March 2024 at 10:00, discharge on 5 March at 12:00. The rules: a fall of 2
points, a fall of 50 %, a final rating of at most 3.
"""

NO_FALLBACK = """
    rating.baseline = { from = "admission", to = "start" }
    response.missing_final = "non-response"
"""


def rated(*pairs):
    """Write a course and its two ratings for each pair of baseline and final."""
    courses = ["course_id | person_id | admission | start | end | discharge"]
    ratings = ["person_id | time | value"]
    for person, (baseline, final) in enumerate(pairs):
        courses.append(
            f"{'abcdefgh'[person]}|{person}|2024-03-01 08:00|2024-03-01 10:00|2024-03-04 10:00|2024-03-05 12:00"
        )
        ratings += [f"{person} | 2024-03-01 09:00 | {baseline}"] if baseline is not None else []
        ratings += [f"{person} | 2024-03-05 09:00 | {final}"] if final is not None else []
    return {"courses": "\n".join(courses), "ratings": "\n".join(ratings)}


def test_each_threshold_belongs_to_its_rule(course):
    course.given(**rated((8, 6), (8, 6.1), (8, 4), (8, 4.1), (8, 3), (3, 3)))
    course.then("""
        course_id | change | response_points_2 | response_percent_50 | response_at_most_3
        a         | -2     | true              | false               | false
        b         | -1.9   | false             | false               | false
        c         | -4     | true              | true                | false
        d         | -3.9   | true              | false               | false
        e         | -5     | true              | true                | true
        f         | 0      | false             | false               | true
    """)


def test_a_threshold_met_but_for_floating_point_is_met(course):
    "7.1 - 5.1 is 1.9999999999999991 in floating point."
    course.given(**rated((7.1, 5.1), (0.3, 0.15), (6.6, 3.3)))
    course.then("""
        course_id | response_points_2 | response_percent_50
        a         | true              | false
        b         | false             | true
        c         | true              | true
    """)


def test_what_cannot_be_evaluated_is_empty(course):
    "A baseline of 0 has no per cent; without a baseline only the final rating itself can be judged."
    course.given(study=NO_FALLBACK, **rated((0, 2), (None, 2), (8, None), (None, None)))
    course.then("""
        course_id | response_points_2 | response_percent_50 | response_at_most_3
        a         | false             |                     | true
        b         |                   |                     | true
        c         |                   |                     |
        d         |                   |                     |
    """)


def test_a_missing_final_rating_is_left_missing_however_the_study_counts_it_later(course):
    course.given(study=NO_FALLBACK, **rated((8, None)))
    course.then("""
        course_id | response_points_2
        a         |
    """)
