"""Trials and series that others collected: does abate find what their own pages print, and does docs/outside-data.md say what it finds?

Expected values are printed by the data sets' pages or reckoned here in plain Python.
"""

from __future__ import annotations

import math
from statistics import mean, stdev

import numpy as np
import pytest

from abate.stats.reliable_change import ChangeClass
from tests.conftest import ROOT, skip_or_fail
from tests.reference.outside_data import worked

PAGE = ROOT / "docs" / "outside-data.md"
FOLDERS = ("pain-rct-teaching", "clinical-significance", "rbmi-antidepressant")


@pytest.fixture(scope="module")
def data(abate_data):
    for folder in FOLDERS:
        if not (abate_data / folder).is_dir():
            skip_or_fail(f"the data set {folder} is not in ABATE_DATA")
    return abate_data


@pytest.fixture(scope="module")
def trials(data):
    return {"licorice": worked.licorice(data), "block": worked.supraclavicular(data)}


@pytest.fixture(scope="module")
def draws(data, trials):
    found = worked.all_draws(data)
    return {(name, outcome): one for name, trial in trials.items() for outcome, one in found[trial.name].items()}


CASES = [
    ("licorice", "throat pain after 30 min"),
    ("licorice", "throat pain next morning"),
    ("block", "pain at rest"),
    ("block", "pain on movement"),
]


def test_the_gargle_has_the_means_that_its_page_prints(trials):
    "README: mean pain after 30 min 1.03 and 0.27, next morning 0.65 and 0.32."
    trial = trials["licorice"]
    found = [
        round(float(values[trial.treated == arm].mean()), 2) for values in trial.outcomes.values() for arm in (0, 1)
    ]
    assert found == [1.03, 0.27, 0.65, 0.32]


@pytest.mark.parametrize(("name", "outcome"), CASES)
def test_the_randomised_contrast_is_that_of_plain_arithmetic(trials, name, outcome):
    trial = trials[name]
    arms = [
        [y for y, t in zip(trial.outcomes[outcome].tolist(), trial.treated.tolist(), strict=True) if t == arm]
        for arm in (1, 0)
    ]
    value, lower, upper = worked.randomised(trial, outcome)
    assert value == pytest.approx(mean(arms[0]) - mean(arms[1]))
    error = math.sqrt(sum(stdev(arm) ** 2 / len(arm) for arm in arms))
    "Student's t lies between the normal quantile and that on some 100 degrees of freedom."
    assert 1.96 * error < (upper - lower) / 2 < 1.99 * error


@pytest.mark.parametrize(("name", "outcome"), CASES)
def test_the_blinded_subsample_holds_the_randomised_contrast_in_its_interval(trials, name, outcome):
    truth = worked.randomised(trials[name], outcome)[0]
    found = worked.blinded(trials[name], outcome)
    assert found.imbalance_before > 0.4
    assert found.imbalance_after < 0.05
    for estimate in (found.overlap, found.everybody, found.augmented):
        assert estimate.lower <= truth <= estimate.upper


@pytest.mark.parametrize(("name", "outcome"), CASES)
def test_over_many_subsamples_weights_take_most_of_the_selection_away(draws, name, outcome):
    found = draws[name, outcome]
    assert found.raw_bias > 0.04
    assert abs(found.everybody_bias) < 0.6 * found.raw_bias
    "A subsample shares patients with the whole, so more than 95 of 100 hold it."
    assert found.overlap_holds >= 0.95 * worked.DRAWS
    assert found.everybody_holds >= 0.95 * worked.DRAWS


def test_the_same_seed_draws_the_same_patients(trials):
    trial = trials["licorice"]
    assert np.array_equal(trial.drawn(1), trial.drawn(1))
    assert not np.array_equal(trial.drawn(1), trial.drawn(2))


def test_inpatients_with_pain_have_the_means_that_their_page_prints(data):
    "README: 35.7 (SD 9.0, n = 101) to 22.2 (10.8, n = 94)."
    series = worked.hechler(data)
    for rating, expected in ((series.first, (35.7, 9.0, 101)), (series.final, (22.2, 10.8, 94))):
        known = [value for value in rating.tolist() if not math.isnan(value)]
        assert (round(mean(known), 1), round(stdev(known), 1), len(known)) == expected


@pytest.mark.parametrize("reliability", [0.7, 0.8, 0.9])
@pytest.mark.parametrize("which", ["hechler", "claus"])
def test_reliable_change_is_that_of_plain_arithmetic(data, which, reliability):
    series = getattr(worked, which)(data)
    pairs = list(zip(*(rating.tolist() for rating in series.both), strict=True))
    first = [before for before, _ in pairs]
    needed = 1.959964 * stdev(first) * math.sqrt(2) * math.sqrt(1 - reliability)
    cutoff = mean(first) - 2 * stdev(first)
    better = [(a, b) for a, b in pairs if a - b > needed]
    counts = worked.reliable_change(series, reliability).counts
    assert counts[ChangeClass.RECOVERED] == sum(a > cutoff > b for a, b in better)
    assert counts[ChangeClass.RECOVERED] + counts[ChangeClass.IMPROVED] == len(better)
    assert counts[ChangeClass.UNCHANGED] == sum(abs(a - b) <= needed for a, b in pairs)


@pytest.mark.parametrize("which", ["hechler", "claus", "DRUG", "PLACEBO"])
def test_without_earlier_ratings_the_split_is_refused_and_the_fall_stands_alone(data, which):
    series = getattr(worked, which)(data) if which.islower() else worked.antidepressant(data, which)[0]
    split = worked.refused_split(series)
    assert split.reason == "there are no ratings before the first one"
    assert split.left.value is split.natural.value is split.expected_final.value is None
    first, final = (rating.tolist() for rating in series.both)
    assert split.observed.value == pytest.approx(mean(first) - mean(final))


def test_the_tipping_points_are_those_of_the_formula(data):
    "mu* = a - D / (1 - rho); with nothing in common between the days (rho 0) it is the mean final rating."
    series = worked.hechler(data)
    first, final = (mean(rating.tolist()) for rating in series.both)
    levels = worked.needed_levels(series, (0.0, 0.5))
    assert levels[0] == pytest.approx(final)
    assert levels[1] == pytest.approx(first - 2 * (first - final))


def test_the_placebo_arm_gives_a_range_and_no_interval(data):
    rows = worked.read_rows(data / "rbmi-antidepressant" / "antidepressant_data.csv.gz")
    assert len(rows) == 608
    pairs = [
        (float(row["BASVAL"]), float(row["HAMDTL17"]))
        for row in rows
        if row["THERAPY"] == "PLACEBO" and row["VISIT"] == "7"
    ]
    a, b = ([pair[place] for pair in pairs] for place in (0, 1))
    product = sum((x - mean(a)) * (y - mean(b)) for x, y in pairs) / (len(pairs) - 1)
    correlations = worked.placebo_correlations(data)
    assert correlations["7"] == (pytest.approx(product / stdev(a) / stdev(b)), len(pairs))
    found = worked.reference_range(data, "DRUG")
    assert found.stated.rho == (min(rho for rho, _ in correlations.values()), max(rho for rho, _ in correlations.values()))  # fmt: skip
    drug = worked.antidepressant(data, "DRUG")[0].both[0]
    ends = [(1 - rho) * (float(drug.mean()) - mu) for rho in found.stated.rho for mu in found.stated.mu]
    assert (found.lower, found.upper) == (pytest.approx(min(ends)), pytest.approx(max(ends)))


@pytest.mark.parametrize("part", ["trial_lines", "draw_lines", "change_lines", "reliable_lines", "reference_lines"])
def test_the_page_has_the_numbers_of_the_run(data, part):
    page = PAGE.read_text(encoding="utf-8").split("\n")
    assert [line for line in getattr(worked, part)(data) if line not in page] == []
