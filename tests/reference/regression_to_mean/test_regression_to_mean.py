"""R's nlme agrees with the model of ratings before where the priors are off: parameters, log-likelihood, a prediction."""

from __future__ import annotations

import numpy as np
import pytest

from abate.stats.regression_to_mean_courses import checked_courses
from abate.stats.regression_to_mean_model import NO_PRIORS, fit_history_model
from abate.stats.regression_to_mean_prediction import predict_rating
from tests.reference.case import read_case, read_columns

CASE, DATA = read_case(__file__), {name: np.array(values) for name, values in read_columns(__file__).items()}
EXPECTED, RELATIVE = CASE["expected"], CASE["tolerance"]["relative"]


@pytest.fixture(scope="module")
def model():
    persons = np.unique(DATA["person"])
    day, rating = np.full((len(persons), 13), -1.0), np.full((len(persons), 13), np.nan)
    first = np.zeros(len(persons))
    for row, person in enumerate(persons):
        of_person = DATA["person"] == person
        days, ratings = DATA["day"][of_person], DATA["rating"][of_person]
        day[row, : np.sum(days < 0)], rating[row, : np.sum(days < 0)] = days[days < 0], ratings[days < 0]
        first[row] = ratings[days == 0][0]
    # The final rating is no part of the fit.
    return fit_history_model(checked_courses(day, rating, first, first, np.full(len(persons), 5.0)), NO_PRIORS)


@pytest.mark.parametrize("name", ["mean", "level_variance", "spell_variance", "spell_days", "error_variance"])
def test_parameters(model, name):
    assert getattr(model, name) == pytest.approx(EXPECTED[name], rel=RELATIVE)


def test_log_likelihood(model):
    assert model.log_likelihood == pytest.approx(EXPECTED["log_likelihood"], abs=CASE["tolerance"]["log_likelihood"])


def test_prediction_of_the_first_person_on_day_five(model):
    prediction = predict_rating(model, 5.0)
    assert prediction.mean[0] == pytest.approx(EXPECTED["predicted_mean"], rel=RELATIVE)
    assert prediction.variance[0] == pytest.approx(EXPECTED["predicted_variance"], rel=RELATIVE)
