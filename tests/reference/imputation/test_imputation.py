"""Imputation of the antidepressant trial: nlme, rbmi and (through CAMIS) SAS agree under all strategies."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest

from abate.stats.arm_models import ImputationModel, fit_arms
from abate.stats.imputation import impute_outcomes
from abate.stats.imputed_comparison import compare_conditional_means, compare_imputed
from abate.stats.reference_strategies import Strategy
from abate.stats.repeated_outcomes import checked_outcomes
from tests.conftest import skip_or_fail
from tests.reference.case import read_case

pytestmark = pytest.mark.data
CASE = read_case(__file__)
TOLERANCE = CASE["tolerance"]


@pytest.fixture(scope="module")
def trial(abate_data: Path):
    file = abate_data / "rbmi-antidepressant" / "antidepressant_data.csv.gz"
    if not file.is_file():
        skip_or_fail("the antidepressant trial is not among the data sets")
    with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    persons = sorted({row["PATIENT"] for row in rows})
    change = np.full((len(persons), 4), np.nan)
    first = {row["PATIENT"]: row for row in reversed(rows)}
    for row in rows:
        change[persons.index(row["PATIENT"]), int(row["VISIT"]) - 4] = float(row["CHANGE"])
    return {
        "change": change,
        "arm": [first[person]["THERAPY"] for person in persons],
        "baseline": [float(first[person]["BASVAL"]) for person in persons],
        "female": [first[person]["GENDER"] == "F" for person in persons],
    }


@pytest.fixture(scope="module")
def data(trial):
    return checked_outcomes(trial["change"], trial["arm"], "PLACEBO", trial["baseline"])


def pair(estimate):
    return estimate.value, estimate.standard_error


def test_the_reml_fit_is_that_of_gls(data):
    ours = fit_arms(data).parameters().covariance[0, 0]
    assert ours == pytest.approx(np.array(CASE["conditional_mean"]["covariance"]), rel=TOLERANCE["covariance"])


@pytest.mark.parametrize("model", list(ImputationModel))
def test_conditional_means_of_all_strategies(data, model):
    expected = CASE["conditional_mean"][model.name.lower()]
    ours = [compare_conditional_means(data, Strategy(name), model=model)[0].difference.value for name in CASE["order"]]
    assert ours == pytest.approx(expected, rel=TOLERANCE["conditional_mean"])


@pytest.mark.parametrize("visit", range(4))
def test_jackknife_of_rbmi(data, visit):
    (ours,) = compare_conditional_means(data, Strategy.JUMP_TO_REFERENCE, visit)
    expected = CASE["jackknife"]
    assert pair(ours.difference) == pytest.approx(tuple(expected["difference"][visit]), abs=TOLERANCE["jackknife"])
    assert pair(ours.arm_mean) == pytest.approx(tuple(expected["drug"][visit]), abs=TOLERANCE["jackknife"])
    assert pair(ours.reference_mean) == pytest.approx(tuple(expected["placebo"][visit]), abs=TOLERANCE["jackknife"])
    assert ours.difference.p_value == pytest.approx(expected["p"][visit], abs=TOLERANCE["jackknife"])
    if visit == 3:
        limits = (ours.difference.lower, ours.difference.upper)
        assert limits == pytest.approx(tuple(expected["interval_visit_7"]), abs=TOLERANCE["jackknife"])


def test_bayesian_imputation_of_rbmi(data):
    imputed = impute_outcomes(data, Strategy.JUMP_TO_REFERENCE, imputation_count=500, seed=1)
    for visit in range(4):
        (ours,) = compare_imputed(imputed, visit)
        for estimate, name in (
            (ours.difference, "difference"),
            (ours.arm_mean, "drug"),
            (ours.reference_mean, "placebo"),
        ):
            value, error = CASE["bayes"][name][visit]
            seen_by_all = visit == 0
            assert estimate.value == pytest.approx(value, abs=TOLERANCE["bayes_seen" if seen_by_all else "bayes"])
            assert estimate.standard_error == pytest.approx(
                error, abs=TOLERANCE["bayes_seen" if seen_by_all else "bayes_error"]
            )


def test_all_strategies_of_camis(trial):
    covariates = np.column_stack([trial["baseline"], trial["female"]])
    data = checked_outcomes(trial["change"], trial["arm"], "PLACEBO", covariates)
    for name, (value, error) in zip(CASE["camis"]["order"], CASE["camis"]["difference"], strict=True):
        (ours,) = compare_imputed(impute_outcomes(data, Strategy(name), imputation_count=1500, seed=2))
        assert ours.difference.value == pytest.approx(value, abs=TOLERANCE["camis"])
        assert ours.difference.standard_error == pytest.approx(error, abs=TOLERANCE["camis_error"])
