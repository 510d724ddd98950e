"""Harm by course, seriousness, grade, response and term, and by days of infusion."""

from __future__ import annotations

import pytest

from tests.outcome_tables import estimates_of, harm_of, outcomes_of, small_study

STUDY = small_study(events={"hallucination": {"snomed": ["7011001"]}})
ANY_TERM = small_study(events={"window": ["0h", "end"]})


def _estimates(*events, study=STUDY, **columns):
    return estimates_of(study, outcomes_of(study, **columns), harm=harm_of(*events))


def test_a_share_of_courses_with_its_exact_interval():
    "2 of 4: Clopper-Pearson 0.0676 to 0.9324."
    row = _estimates(event_count=[3, 0, 1, 0, None])["harm.any"]
    assert (row.numerator, row.denominator) == (2, 4)
    assert (row.lower, row.upper) == pytest.approx((0.0676, 0.9324), abs=5e-5)


def test_none_seen_carries_its_upper_bound():
    row = _estimates(event_count=[0] * 10)["harm.any"]
    assert (row.value, row.reason) == (0.0, None)
    assert row.upper == pytest.approx(1 - 0.025**0.1)


def test_not_asked_is_no_zero():
    found = _estimates(study=small_study(), event_count=[None, None])
    assert found["harm.any"].value is None
    assert found["harm.any"].reason == "the study does not ask for adverse events"
    assert found["harm.grade_3"].value is None


def test_not_recorded_is_no_zero():
    found = _estimates(event_count=[None, None])
    assert found["harm.hallucination"].value is None
    assert found["harm.hallucination"].reason == "the records do not hold adverse events"


def test_a_rate_counts_events_and_days():
    "4 events in 3 + 5 days are 50 per 100 days; the course without a length counts on neither side."
    row = _estimates(event_count=[3, 1, 5], length_days=[3.0, 5.0, None])["harm.rate"]
    assert (row.value, row.numerator, row.denominator) == (50.0, 4, 8.0)


def test_seriousness_of_events_that_is_not_recorded_is_no_zero():
    row = _estimates(event_count=[1, 0], event_serious=[None, False])["harm.serious"]
    assert (row.value, row.reason) == (None, "seriousness is not recorded of any event")


def test_courses_of_unknown_seriousness_are_left_out_and_counted():
    row = _estimates(event_count=[1, 1, 0, 0], event_serious=[True, None, False, None])["harm.serious"]
    assert (row.numerator, row.denominator) == (1, 3)
    assert row.quantity.endswith("1 with events of unknown seriousness left out")


def test_courses_by_worst_grade():
    found = _estimates(event_count=[1, 2, 1, 0], event_worst_grade=[2, 3, None, None])
    assert [found[f"harm.grade_{grade}"].numerator for grade in (1, 2, 3, 4, 5)] == [0, 1, 1, 0, 0]
    assert (found["harm.grade_not_recorded"].numerator, found["harm.grade_3"].denominator) == (1, 4)


def test_grades_that_nobody_recorded_are_no_zeros():
    found = _estimates(event_count=[1, 0])
    assert found["harm.grade_3"].value is None
    assert found["harm.grade_3"].reason == "no grade of an adverse event is recorded"
    assert found["harm.grade_not_recorded"].numerator == 1


def test_no_event_has_no_grade_and_that_is_a_zero():
    assert _estimates(event_count=[0, 0])["harm.grade_3"].value == 0.0


def test_harm_by_response():
    found = _estimates(event_count=[1, 0, 2, 1], response_points_2=[True, True, False, None])
    responders, others = found["harm.any.responders"], found["harm.any.non_responders"]
    assert (responders.numerator, responders.denominator, responders.group) == (1, 2, "responders")
    assert (others.numerator, others.denominator, others.group) == (1, 1, "non-responders")


def test_an_asked_term_counts_courses_events_and_grades():
    found = _estimates(
        (1, "hallucination", 2, False),
        (1, "hallucination", 1, False),
        event_count=[2, 0],
        event_hallucination=[2, 0],
        length_days=[4.0, 4.0],
    )
    assert (found["harm.hallucination"].numerator, found["harm.hallucination"].denominator) == (1, 2)
    assert (found["harm.hallucination.rate"].numerator, found["harm.hallucination.rate"].value) == (2, 25.0)
    assert found["harm.hallucination.grade_2"].numerator == 1
    assert found["harm.hallucination.grade_1"].numerator == 0


def test_where_no_term_is_named_all_terms_seen_have_rows():
    found = _estimates((1, "Dry mouth", None, False), (1, "Dry mouth", None, True), study=ANY_TERM, event_count=[1, 0])
    assert (found["harm.dry_mouth"].numerator, found["harm.dry_mouth"].denominator) == (1, 2)
    assert found["harm.dry_mouth.grade_not_recorded"].numerator == 1


def test_a_term_present_before_is_not_new():
    found = _estimates((1, "nausea", 1, True), study=ANY_TERM, event_count=[0])
    assert "harm.nausea" not in found
    assert found["harm.any"].value == 0.0


def test_terms_keep_apart_from_other_rows_and_from_each_other():
    events = [(1, name, None, False) for name in ("any", "Dry mouth", "dry-mouth")]
    found = _estimates(*events, study=ANY_TERM, event_count=[3])
    assert {"harm.any_2", "harm.dry_mouth", "harm.dry_mouth_2"} <= set(found)
