"""All rows together: edges, order, repeat courses, and the list in docs/estimates.md."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from abate.inference.characteristics import describe_characteristics
from abate.inference.columns import eligible_courses
from abate.inference.estimate import estimate_study
from tests.outcome_tables import daily_of, estimates_of, harm_of, hours_after_start, limits_of, outcomes_of, small_study

DOCS = Path(__file__).parents[3] / "docs" / "estimates.md"

STUDY = small_study(
    response={"primary": {"points": 2}, "also": [{"percent": 30}, {"at_most": 3}]},
    follow_up={"visits": {"visit_1": ["14d", "60d"]}},
    events={"hallucination": {"snomed": ["7011001"]}},
)

# Six courses in which nearly everything happens; course 6 is not evaluable.
FULL = {
    "baseline": [7.0, 8.0, 9.0, 6.0, 7.0, None],
    "baseline_missing": [None, None, None, None, None, "no rating before"],
    "final": [3.0, 7.0, 2.0, None, 4.0, 5.0],
    "final_missing": [None, None, None, "no rating at the end", None, None],
    "change_percent": [-57.0, -12.5, -78.0, None, -43.0, None],
    "response_points_2": [True, False, True, None, True, None],
    "response_percent_30": [True, False, True, None, True, None],
    "response_at_most_3": [True, False, True, None, False, False],
    "first_response_hours": [20.0, None, 30.0, 26.0, 50.0, None],
    "discharge": [hours_after_start(hours) for hours in (130, 110, 90, 150, 140, 80)],
    "end": [hours_after_start(hours) for hours in (120, 100, 80, 140, 130, 70)],
    "length_days": [2.5, 2.2, 1.9, 3.0, 2.6, 1.5],
    "stay_days": [6.0, 5.0, 4.0, 7.0, 6.5, 3.5],
    "dose_total_mg": [4000.0, 3000.0, None, 5000.0, 4500.0, 2000.0],
    "dose_missing": [None, None, "1 of 4 dose rows without an amount", None, None, None],
    "dose_mg_per_kg": [50.0, 40.0, None, 60.0, 55.0, 30.0],
    "rate_first_mg_h": [10.0, 10.0, 20.0, 10.0, 20.0, 10.0],
    "rate_max_mg_h": [40.0, 50.0, 60.0, 40.0, 55.0, 45.0],
    "rate_mean_mg_h": [30.0, 35.0, 40.0, 30.0, 36.0, 33.0],
    "running_hours": [118.0, 99.0, 80.0, 138.0, 129.0, 66.0],
    "pause_count": [0, 1, 0, 2, 0, 0],
    "end_reason": ["completed", "no effect", "completed", "adverse event", "completed", "unknown"],
    "nadir": [2.0, 6.0, 1.0, 3.0, 3.0, 4.0],
    "nadir_day": [3, 2, 2, 3, 3, 1],
    "nadir_rating": [1.0, 5.0, 0.0, 2.0, 3.0, 4.0],
    "mean_time_weighted": [4.0, 7.0, 4.0, 4.5, 5.0, 4.6],
    "spid": [300.0, 60.0, 400.0, 150.0, 200.0, None],
    "rating_count": [20, 18, 15, 22, 21, 9],
    "longest_gap_hours": [8.0, 9.0, 12.0, 7.0, 8.0, 14.0],
    "event_count": [1, 0, 0, 2, 0, 1],
    "event_worst_grade": [2, None, None, 3, None, None],
    "event_serious": [False, False, False, True, False, None],
    "event_hallucination": [1, 0, 0, 2, 0, 1],
    "return_days": [12.0, None, None, 55.0, 100.0, None],
    "followed_days": [200.0, 60.0, 400.0, 300.0, 250.0, None],
    "return_missing": [None, None, None, None, None, "end of observation not recorded"],
    "visit_1_value": [5.0, 8.0, 3.0, None, 7.0, None],
    "visit_1_missing": [None, None, None, "no rating in the window", None, "no rating in the window"],
    "visit_1_response": [True, False, True, None, False, None],
    "visit_1_sustained": [True, None, True, None, False, None],
    "sex": ["female", "male", "female", "female", None, "male"],
    "age_years": [34.0, 45.0, 51.0, 29.0, 60.0, 41.0],
}
DAYS = [(course, day, float(10 - 2 * day + course % 3)) for course in range(1, 7) for day in range(4)]
EVENTS = [(1, "hallucination", 2, False), (4, "hallucination", 3, False), (4, "hallucination", None, False)]


def _first(count):
    return outcomes_of(STUDY, **{name: values[:count] for name, values in FULL.items()})


@pytest.mark.parametrize("count", [0, 1, 2, 6])
def test_every_row_has_a_value_or_a_reason(count):
    found = estimates_of(STUDY, _first(count), daily_of(*DAYS), harm_of(*EVENTS))
    assert [id for id, row in found.items() if row.value is None and not row.reason] == []


@pytest.mark.parametrize("count", [1, 6])
def test_an_interval_holds_its_value_and_names_its_level(count):
    rows = estimates_of(STUDY, _first(count), daily_of(*DAYS), harm_of(*EVENTS)).values()
    with_limits = [row for row in rows if row.lower is not None and row.upper is not None]
    assert with_limits
    assert all(row.lower <= row.value <= row.upper and row.level == 0.95 for row in with_limits)
    assert all(row.level is None for row in rows if row.lower is None and row.upper is None)


def test_every_row_says_how_it_was_found():
    rows = estimates_of(STUDY, _first(6), daily_of(*DAYS), harm_of(*EVENTS)).values()
    assert [row.id for row in rows if row.value is not None and not (row.method and row.quantity)] == []


def test_one_course_has_values_and_no_interval_of_a_mean():
    found = estimates_of(STUDY, _first(1), daily_of(*DAYS), harm_of(*EVENTS))
    assert (found["change.mean"].value, found["change.mean"].reason) == (-4.0, "one value shows no spread")
    assert found["response.primary"].upper == 1.0


def test_no_course_entered():
    found = estimates_of(
        STUDY, outcomes_of(STUDY, course_id=[1], is_eligible=[False]), daily_of(*DAYS), harm_of(*EVENTS)
    )
    assert found["courses.n"].value == 0.0
    assert found["change.mean"].value is None
    assert found["harm.any"].reason == "no course entered the study"


def test_nothing_but_the_courses_is_known():
    found = estimates_of(STUDY, outcomes_of(STUDY, course_id=[1, 2, 3]))
    assert found["courses.n"].value == 3.0
    assert found["response.primary_missing_as_no"].value == 0.0
    assert found["response.primary"].value is found["nadir_day.mean"].value is found["return.day_30"].value is None


def test_the_order_of_the_rows_makes_no_difference():
    outcomes, daily, harm = _first(6), daily_of(*DAYS), harm_of(*EVENTS)
    backwards = [table.take(list(range(table.num_rows))[::-1]) for table in (outcomes, daily, harm)]
    assert estimate_study(STUDY, outcomes, daily, harm) == estimate_study(STUDY, *backwards)
    assert describe_characteristics(STUDY, outcomes) == describe_characteristics(STUDY, backwards[0])


def test_a_comparators_courses_change_nothing():
    alone = _first(6)
    columns = {"course_id": [7, 8], "treatment": ["lidocaine"] * 2, "baseline": [0.0] * 2, "final": [9.0] * 2}
    import pyarrow as pa

    both = pa.concat_tables([alone, outcomes_of(STUDY, **columns)])
    daily, harm = daily_of(*DAYS, (7, 1, 0.0)), harm_of(*EVENTS, (8, "death", 5, False))
    assert estimate_study(STUDY, both, daily, harm) == estimate_study(STUDY, alone, daily_of(*DAYS), harm_of(*EVENTS))


def test_every_course_twice_is_worth_no_more_than_once():
    "Of the same persons: means and their intervals stay as they are."
    single = outcomes_of(STUDY, **{name: values * 1 for name, values in FULL.items()})
    doubled = outcomes_of(
        STUDY, person_id=[1, 2, 3, 4, 5, 6] * 2, **{name: values * 2 for name, values in FULL.items()}
    )
    one, two = estimates_of(STUDY, single), estimates_of(STUDY, doubled)
    for id in ("baseline.mean", "change.mean", "course_length.mean", "nadir_day.mean"):
        assert (two[id].value, two[id].lower, two[id].upper) == pytest.approx(
            (one[id].value, one[id].lower, one[id].upper)
        )
    assert (two["change.mean"].n, two["change.mean"].person_count) == (8, 4)
    assert two["change.mean"].p_value == pytest.approx(one["change.mean"].p_value)


def test_sixty_thousand_courses_of_forty_thousand_persons_are_taken():
    rng = np.random.default_rng(7)
    baseline, final = rng.integers(5, 11, 60_000).astype(float), rng.integers(0, 8, 60_000).astype(float)
    outcomes = outcomes_of(
        STUDY,
        person_id=rng.integers(0, 40_000, 60_000),
        baseline=baseline,
        final=final,
        response_points_2=baseline - final >= 2,
    )
    row = estimates_of(STUDY, outcomes)["change.mean"]
    assert row.value == pytest.approx(np.mean(final - baseline))
    assert row.n == 60_000


def _documented_patterns():
    """The ids in the first column of the tables, as regular expressions."""
    ids = re.findall(r"^\| `([a-z_<>.0-9]+)` \|", DOCS.read_text(encoding="utf-8"), flags=re.MULTILINE)
    numbers = {"<day>", "<grade>"}
    return {
        id: "".join(
            (r"\d+" if part in numbers else r"[^.]+") if part.startswith("<") else re.escape(part)
            for part in re.split(r"(<[a-z]+>)", id)
        )
        for id in ids
    }


def _ids_of_failed_classes():
    """The ids of what had failed: a study that asks for it adds them to its own."""
    from abate.inference.failed import ASPECTS, estimate_failed

    names = ("has_failed", *(column for column, _ in ASPECTS))
    failed = pa.table(
        {"course_id": [1], "role": ["preventive"], "drug_class": ["beta-blocker"], **{name: [True] for name in names}}
    )
    return [row.id for row in estimate_failed(eligible_courses(STUDY, _first(6)), failed)]


def _ids_of_published_series():
    """The ids of published series: a study of their drug and condition has them."""
    study = small_study(condition={"name": "migraine", "concepts": [318736]})
    return [id for id in estimates_of(study, outcomes_of(study, course_id=[1])) if id.startswith("published.")]


def _specific_first(patterns):
    return sorted(patterns, key=lambda id: (id.count("<"), -len(id)))


def test_every_id_is_documented_and_every_documented_id_is_made():
    patterns = _documented_patterns()
    made = estimates_of(STUDY, _first(6), daily_of(*DAYS), harm_of(*EVENTS), limits_of(_first(6)))
    documented_as = {
        id: next((name for name in _specific_first(patterns) if re.fullmatch(patterns[name], id)), None)
        for id in (*made, *_ids_of_failed_classes(), *_ids_of_published_series())
    }
    assert [id for id, name in documented_as.items() if name is None] == []
    assert set(patterns) - set(documented_as.values()) == set()


def test_values_are_plain_numbers():
    "So that they can be written as JSON."
    rows = estimates_of(STUDY, _first(6), daily_of(*DAYS), harm_of(*EVENTS)).values()
    kinds = {type(value) for row in rows for value in asdict(row).values()}
    assert kinds <= {str, int, float, type(None)}
