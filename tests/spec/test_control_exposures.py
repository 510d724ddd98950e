"""At which courses was a drug taken that does nothing? Courses and treatments in, pairs out, on every engine."""

from __future__ import annotations

from abate.cohort.control_exposures import find_control_exposures
from abate.contracts.target_trial import TargetTrial

DESIGN = TargetTrial.model_validate({"control_exposures": {"vitamin_d": {}, "ppi": {"ingredient": "Omeprazole"}}})


def test_a_drug_begun_by_time_zero_and_not_ended_before_the_admission_was_taken(spec):
    "Persons 1 to 3 took one; 4 ended it the day before the admission, 5 began it after the first dose, 6 gives no start, 7 took another."
    spec.given(
        courses="""
        course_id | person_id | treatment | admission        | start
        a         | 1         | ketamine  | 2024-03-01 08:00 | 2024-03-01 10:00
        b         | 2         | ketamine  | 2024-03-01 08:00 | 2024-03-01 10:00
        c         | 3         | lidocaine | 2024-03-01 08:00 | 2024-03-01 10:00
        d         | 4         | ketamine  | 2024-03-01 08:00 | 2024-03-01 10:00
        e         | 5         | ketamine  | 2024-03-01 08:00 | 2024-03-01 10:00
        f         | 6         | ketamine  | 2024-03-01 08:00 | 2024-03-01 10:00
        g         | 7         | ketamine  | 2024-03-01 08:00 | 2024-03-01 10:00
        h         | 8         | ketamine  |                  | 2024-03-01 10:00
        i         | 9         | ketamine  | 2024-03-01 08:00 | 2024-03-01 10:00
    """,
        treatments="""
        person_id | ingredient | start            | end
        1         | vitamin D  | 2023-03-01       | 2024-04-01
        1         | Vitamin D  | 2024-02-01       | 2024-03-02
        1         | omeprazole | 2024-03-01 09:00 | 2024-03-01 09:15
        2         | omeprazole | 2024-02-01       | 2024-03-01 08:00
        3         | omeprazole | 2024-03-01       |
        4         | omeprazole | 2024-02-01       | 2024-02-29
        5         | omeprazole | 2024-03-01 10:01 | 2024-03-09
        6         | omeprazole |                  | 2024-03-09
        7         | ibuprofen  | 2024-02-01       | 2024-03-09
        8         | vitamin D  | 2024-02-01       | 2024-02-29 10:00
        9         | vitamin D  | 2024-02-01       |
    """,
    )
    spec.when(find_control_exposures, DESIGN, spec.tables["courses"], spec.tables["treatments"], spec.engine)
    spec.then("""
        course_id | control
        a         | vitamin_d
        a         | ppi
        b         | ppi
        c         | ppi
        h         | vitamin_d
    """)
