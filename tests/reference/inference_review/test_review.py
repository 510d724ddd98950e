"""A review of sixteen courses: the rows of the study against scipy and statsmodels."""

from __future__ import annotations

import math
from dataclasses import asdict

import pytest

from tests.outcome_tables import estimates_of, hours_after_start, outcomes_of, small_study
from tests.reference.case import read_case

CASE = read_case(__file__)
STUDY = small_study(events={"window": ["0h", "end"]})


def _column(name):
    return [None if math.isnan(value) else float(value) for value in CASE[name]]


@pytest.fixture(scope="module")
def found():
    baseline, final = _column("baseline"), _column("final")
    outcomes = outcomes_of(
        STUDY,
        baseline=baseline,
        final=final,
        response_points_2=[None if f is None else b - f >= 2 for b, f in zip(baseline, final, strict=True)],
        length_days=_column("length_days"),
        event_count=[int(count) for count in CASE["events"]],
        first_response_hours=_column("first_response_hours"),
        discharge=[hours_after_start(hours) for hours in CASE["discharge_hours"]],
        return_days=_column("return_days"),
        followed_days=_column("followed_days"),
    )
    return estimates_of(STUDY, outcomes)


@pytest.mark.parametrize("id", CASE["expected"])
def test_rows_agree(found, id):
    row, expected = asdict(found[id]), CASE["expected"][id]
    assert {name: row[name] for name in expected} == pytest.approx(expected, rel=CASE["tolerance"]["relative"])


def test_the_programs_themselves(found):
    "The headline again, with the programs at hand."
    stats = pytest.importorskip("scipy.stats")
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    both = [(b, f) for b, f in zip(_column("baseline"), _column("final"), strict=True) if f is not None]
    baseline, final = zip(*both, strict=True)
    test = stats.ttest_rel(final, baseline)
    assert found["change.mean"].p_value == pytest.approx(test.pvalue)
    assert (found["change.mean"].lower, found["change.mean"].upper) == pytest.approx(tuple(test.confidence_interval()))
    limits = proportion.proportion_confint(sum(b - f >= 2 for b, f in both), len(both), method="wilson")
    assert (found["response.primary"].lower, found["response.primary"].upper) == pytest.approx(limits)
