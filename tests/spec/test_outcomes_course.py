"""Who was treated, when, and for how long: the first columns of `outcomes`."""


def test_lengths_are_days_of_24_hours(course):
    course.given(
        courses="""
        admission        | start            | end              | discharge        | setting   | end_reason
        2024-03-01 08:00 | 2024-03-01 10:00 | 2024-03-04 22:00 | 2024-03-05 08:00 | inpatient | completed
    """
    )
    course.then("""
        course_id | person_id | treatment | length_days | stay_days | setting   | end_reason | admission        | discharge
        a         | 1         | ketamine  | 3.5         | 4         | inpatient | completed  | 2024-03-01 08:00 | 2024-03-05 08:00
    """)


def test_age_is_that_at_the_first_dose(course):
    "From midnight of 29 February 1984 to 10:00 on 1 March 2024 there are 14611 days and 10 hours."
    course.given(
        patients="""
        sex    | birth_date | race | ethnicity | site
        female | 1984-02-29 | r    | e         | s
    """
    )
    course.then("""
        age_years  | sex    | race | ethnicity | site
        40.0038786 | female | r    | e         | s
    """)


def test_where_only_the_year_of_birth_is_known_age_is_the_difference_of_the_years(course):
    course.given(
        patients="""
        sex  | birth_year
        male | 1984
    """
    )
    course.then("""
        age_years
        40
    """)


def test_a_person_who_is_not_in_patients_still_has_a_row(course):
    course.then("""
        course_id | age_years | sex
        a         |           |
    """)


def test_where_patients_are_not_recorded_nothing_is_said_of_them(course):
    course.given(without=("patients",))
    course.then("""
        course_id | age_years | sex | race | ethnicity | site
        a         |           |     |      |           |
    """)


def test_every_course_has_a_row_eligible_or_not(spec):
    from tests.spec.casebook import Casebook, read_study

    found = Casebook.join_one(
        read_study(),
        spec.engine,
        courses="course_id | start\na | 2024-03-01 10:00\nb | 2024-05-01 10:00",
        entry={"a": None, "b": "courses.first"},
    )
    rows = sorted((row["course_id"], row["is_eligible"], row["lost_at"]) for row in found["outcomes"])
    assert rows == [("a", True, None), ("b", False, "courses.first")]
