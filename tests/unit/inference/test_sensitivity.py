"""The headline numbers under other rules, from four columns."""

from __future__ import annotations

import pyarrow as pa
import pytest

from abate.inference.sensitivity import headline
from tests.outcome_tables import estimates_of, outcomes_of, small_study

STUDY = small_study()


def _endpoints(baseline, final, person_id=None):
    numbered = list(range(1, len(baseline) + 1))
    columns = {"course_id": numbered, "person_id": person_id or numbered, "baseline": baseline, "final": final}
    return pa.table({name: pa.array(values) for name, values in columns.items()})


def test_the_headline_by_hand():
    "Falls of 5, 1 and an unknown one: mean -3, one of two responds, one of three where unknown counts as no."
    found = headline(STUDY, _endpoints([8.0, 6.0, 7.0], [3.0, 5.0, None]))
    values = {"baseline.mean": 7.0, "final.mean": 4.0, "change.mean": -3.0, "response.primary": 0.5}
    assert {id: found[id].value for id in values} == values
    assert found["response.primary_missing_as_no"].value == pytest.approx(1 / 3)


def test_the_same_endpoints_give_the_rows_of_the_study():
    baseline, final, person = [8.0, 6.0, 7.0, 9.0, None], [3.0, 5.0, None, 4.0, 2.0], [1, 1, 2, 3, 4]
    responded = [True, False, None, True, None]
    whole = estimates_of(
        STUDY, outcomes_of(STUDY, person_id=person, baseline=baseline, final=final, response_points_2=responded)
    )
    found = headline(STUDY, _endpoints(baseline, final, person))
    assert all(found[id] == whole[id] for id in found)


def test_no_course_has_both():
    found = headline(STUDY, _endpoints([8.0, None], [None, 3.0]))
    assert found["change.mean"].reason == "no course has both a baseline and a final rating"
    assert found["response.primary"].reason == "no course can be judged"


def test_no_course_at_all():
    empty = pa.table({name: pa.nulls(0, pa.int64()) for name in ("course_id", "person_id", "baseline", "final")})
    assert all(row.value is None for row in headline(STUDY, empty).values())
