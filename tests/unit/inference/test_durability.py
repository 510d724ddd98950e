"""Visits, sustained response and return to care."""

from __future__ import annotations

import pytest

from tests.outcome_tables import estimates_of, outcomes_of, small_study

STUDY = small_study(follow_up={"visits": {"visit_1": ["14d", "60d"]}})

# Four responders, of whom three are seen at the visit and two still respond; two others, of whom one is seen.
SIX = {
    "baseline": [8.0, 8.0, 8.0, 8.0, 8.0, 8.0],
    "response_points_2": [True, True, True, True, False, None],
    "visit_1_value": [4.0, 5.0, 8.0, None, 3.0, None],
    "visit_1_response": [True, True, False, None, True, None],
    "visit_1_sustained": [True, True, False, None, None, None],
}


def _estimates(study=STUDY, **columns):
    return estimates_of(study, outcomes_of(study, **columns))


@pytest.mark.parametrize(
    ("id", "numerator", "denominator"),
    [
        ("visit_1.seen", 4, 6),
        ("follow_up.visit_1.response", 3, 4),
        ("sustained.visit_1", 2, 3),
        ("sustained.visit_1.of_all", 2, 6),
        ("sustained.visit_1.unseen_as_no", 2, 4),
        ("sustained.visit_1.unseen_as_yes", 3, 4),
        ("missing.follow_up.visit_1", 2, 6),
    ],
)
def test_every_share_at_a_visit_has_its_own_denominator(id, numerator, denominator):
    row = _estimates(**SIX)[id]
    assert (row.numerator, row.denominator) == (numerator, denominator)


def test_the_rating_at_a_visit_and_its_change_from_baseline():
    found = _estimates(**SIX)
    assert (found["follow_up.visit_1.mean"].value, found["follow_up.visit_1.mean"].n) == (5.0, 4)
    assert found["follow_up.visit_1.change"].value == -3.0


def test_nobody_seen_at_a_visit_says_why():
    found = _estimates(baseline=[8.0], response_points_2=[True], visit_1_missing=["no rating in the window"])
    assert found["sustained.visit_1"].reason == "nobody was seen at visit_1 (no rating in the window)"
    assert found["sustained.visit_1.unseen_as_no"].denominator == 1


def test_nobody_responded():
    found = _estimates(baseline=[8.0], response_points_2=[False], visit_1_value=[8.0], visit_1_response=[False])
    assert found["sustained.visit_1"].reason == "no course responded"
    assert found["sustained.visit_1.unseen_as_yes"].reason == "no course responded"


def test_a_study_without_visits_has_no_rows_of_visits():
    assert not [
        id for id in _estimates(study=small_study(), baseline=[8.0]) if "visit" in id or id.startswith("sustained")
    ]


def test_return_to_care_by_hand():
    "Returns on days 10 and 50, ends of observation on days 20 and 100: S(30) = 3/4, S(90) = 3/4 * 1/2."
    found = _estimates(return_days=[10.0, None, 50.0, None], followed_days=[400.0, 20.0, 400.0, 100.0])
    assert found["return.day_30"].value == pytest.approx(1 / 4)
    assert found["return.day_90"].value == pytest.approx(5 / 8)
    assert (found["return.day_90"].numerator, found["return.day_90"].denominator) == (2, 1)
    assert found["return.median"].value == 50.0


def test_the_limits_of_the_complement_change_places():
    row = _estimates(return_days=[10.0, None, 50.0, None], followed_days=[400.0] * 4)["return.day_90"]
    assert row.lower < row.value < row.upper


def test_a_return_of_a_course_whose_observation_has_no_known_end_is_not_followed():
    "Followed would be 1 of 1; the two others like it that did not return cannot be seen not to."
    found = _estimates(
        return_days=[5.0, None, None, 40.0],
        followed_days=[None, None, None, 90.0],
        return_missing=[None, "end of observation not recorded", "end of observation not recorded", None],
    )
    assert (found["return.day_90"].n, found["return.day_30"].value) == (1, 0.0)
    assert (found["return.seen"].value, found["missing.return"].numerator) == (2.0, 3)
    assert found["missing.return.end_of_observation_not_recorded"].value == 2.0


def test_contacts_that_are_not_recorded_are_no_proof_of_staying_well():
    found = _estimates(followed_days=[90.0, 90.0], return_missing=["contacts not recorded"] * 2)
    assert (found["return.day_30"].value, found["return.day_30"].reason) == (None, "contacts not recorded")
    assert found["return.median"].reason == "contacts not recorded"


def test_nobody_returned():
    row = _estimates(followed_days=[100.0, 200.0])["return.day_30"]
    assert (row.value, row.reason) == (0.0, "nobody returned within 30 days, and this interval needs a return")


def test_nobody_was_followed_so_long():
    row = _estimates(return_days=[10.0, None], followed_days=[40.0, 40.0])["return.day_90"]
    assert (row.value, row.reason) == (None, "nobody was observed beyond 40")


def test_repeat_courses_widen_the_interval_and_leave_the_curve():
    columns = {"return_days": [10.0, None, 50.0] * 2, "followed_days": [400.0] * 6}
    single, repeated = _estimates(**columns), _estimates(person_id=[1, 2, 3] * 2, **columns)
    assert repeated["return.day_30"].value == single["return.day_30"].value
    assert repeated["return.day_30"].upper > single["return.day_30"].upper
    assert repeated["return.median"].value == single["return.median"].value
    assert repeated["return.median"].reason.startswith("persons have several courses")
