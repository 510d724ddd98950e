"""How many there are, and what is missing for which reason."""

from __future__ import annotations

from tests.outcome_tables import estimates_of, outcomes_of, small_study

STUDY = small_study()


def _estimates(**columns):
    return estimates_of(STUDY, outcomes_of(STUDY, **columns))


def test_courses_and_persons_are_counted_apart():
    found = _estimates(person_id=["a", "a", "b"])
    assert (found["courses.n"].value, found["courses.n"].person_count) == (3.0, 2)
    assert (found["persons.n"].value, found["persons.n"].unit) == (2.0, "{persons}")


def test_evaluable_are_those_with_baseline_and_final():
    row = _estimates(baseline=[7.0, 7.0, None, None], final=[3.0, None, 3.0, None])["courses.evaluable"]
    assert (row.value, row.numerator, row.denominator) == (1.0, 1, 4)


def test_missing_endpoints_are_counted_by_reason():
    found = _estimates(
        baseline=[7.0, 7.0, 7.0, 7.0],
        final=[3.0, None, None, None],
        final_missing=[None, "no rating in the window", "no rating in the window", "the only rating is the baseline"],
    )
    assert (found["missing.final"].numerator, found["missing.final"].denominator) == (3, 4)
    assert found["missing.final.no_rating_in_the_window"].value == 2.0
    assert found["missing.final.the_only_rating_is_the_baseline"].value == 1.0
    assert found["missing.baseline"].value == 0.0


def test_reasons_of_missing_doses_do_not_carry_a_courses_own_counts():
    found = _estimates(dose_missing=["1 of 9 dose rows without an amount", "2 of 3 dose rows without an amount"])
    assert found["missing.dose_total.some_dose_rows_without_an_amount"].value == 2.0
