"""The worked example of Jacobson and Truax, a published table of classes, and base R."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from abate.stats.important_difference import important_difference_by_anchor, important_difference_by_spread
from abate.stats.reliable_change import (
    Better,
    Population,
    ReliableChange,
    classify_reliable_change,
    cutoff_a,
    cutoff_b,
    cutoff_c,
)
from tests.reference.case import read_case

CASE = read_case(__file__)


def paired(file: Path, person: str, occasion: str, first: str, last: str, columns: list[str]) -> np.ndarray:
    "One row for each person with every column on both occasions: the columns before, then those after."
    with file.open(encoding="utf-8", newline="") as lines:
        rows = {(row[person], row[occasion]): [row[column] for column in columns] for row in csv.DictReader(lines)}
    people = sorted({name for name, _ in rows})
    pairs = [rows.get((name, first), [""]) + rows.get((name, last), [""]) for name in people]
    return np.array([pair for pair in pairs if "" not in pair and "NA" not in pair], dtype=float)


@pytest.fixture
def claus(abate_data):
    file = abate_data / "clinical-significance" / "claus_2020.csv"
    return paired(file, "id", "time", "1", "4", ["bdi", "hamd"])


def counts_of(change: ReliableChange) -> dict[str, int]:
    return {member.value: count for member, count in change.counts.items()}


def test_the_worked_example():
    case = CASE["jacobson_truax"]
    patients, healthy = (Population(mean=mean, sd=sd) for mean, sd in (case["patients"], case["healthy"]))
    cutoffs = {
        "a": cutoff_a(patients, Better.HIGHER),
        "b": cutoff_b(healthy, Better.HIGHER),
        "c": cutoff_c(patients, healthy),
    }
    assert cutoffs == pytest.approx(case["cutoffs"])
    change = classify_reliable_change(
        [case["before"]],
        [case["after"]],
        reliability=case["reliability"],
        cutoff=cutoffs["c"],
        better=Better.HIGHER,
        sd=patients.sd,
    )
    found, expected = (change.standard_error, change.index[0]), (case["standard_error"], case["index"])
    assert found == pytest.approx(expected, abs=case["tolerance"])


def test_the_published_classes_of_depression(claus):
    case, before, after = CASE["claus"], claus[:, 0], claus[:, 2]
    patients = Population(mean=before.mean(), sd=before.std(ddof=1))
    assert [patients.mean, patients.sd] == pytest.approx(case["patients"], abs=case["tolerance"])
    cutoff = cutoff_a(patients, Better.LOWER)
    assert cutoff == pytest.approx(case["cutoff"], abs=case["tolerance"])
    change = classify_reliable_change(
        before, after, reliability=case["reliability"], cutoff=cutoff, better=Better.LOWER
    )
    assert counts_of(change) == case["counts"]


def test_disability_of_inpatients_in_pain(abate_data):
    file = abate_data / "clinical-significance" / "hechler_2014.csv"
    case, pairs = CASE["hechler"], paired(file, "patient", "measurement", "1", "2", ["disability"])
    before, after = pairs.T
    cutoff = cutoff_a(Population(mean=before.mean(), sd=before.std(ddof=1)), Better.LOWER)
    change = classify_reliable_change(
        before, after, reliability=case["reliability"], cutoff=cutoff, better=Better.LOWER
    )
    found = (before.size, change.standard_error, cutoff, change.index.sum())
    expected = (case["person_count"], case["standard_error"], case["cutoff"], case["sum_of_indices"])
    assert found == pytest.approx(expected, rel=case["tolerance"])
    assert counts_of(change) == case["counts"]


def test_differences_by_spread(claus):
    case = CASE["important_difference"]
    found = important_difference_by_spread(claus[:, 0], case["reliability"])
    assert found.count == case["person_count"]
    for name in ("sd", "half_sd", "standard_error_of_measurement", "smallest_detectable_change"):
        assert getattr(found, name) == pytest.approx(case[name], rel=case["tolerance"]), name


def test_a_difference_by_anchor(claus):
    case, fall = CASE["important_difference"], claus[:, 1] - claus[:, 3]
    found = important_difference_by_anchor(claus[:, 2] - claus[:, 0], (fall >= 4) & (fall <= 10))
    assert found.count == case["anchor_count"]
    assert [found.value, found.lower, found.upper] == pytest.approx(case["anchor"], rel=case["tolerance"])
