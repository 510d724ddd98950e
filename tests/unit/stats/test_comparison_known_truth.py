"""Simulated hospitals whose truth is known: a confounded choice, repeat courses, a hidden confounder.

Few and small, to be quick: the bounds leave room for chance, and fail where a method is wrong. docs/statistics-comparison.md
has the larger run.
"""

from __future__ import annotations

import numpy as np
import pytest

from abate.stats.balancing_weights import Population, Weights, balancing_weights
from abate.stats.contrasts import difference_of
from abate.stats.doubly_robust import doubly_robust_means
from abate.stats.e_value import e_value_of_mean_difference
from abate.stats.propensity import PenaltyChoice, estimate_propensity
from abate.stats.ridge import expit
from abate.stats.unmeasured_confounding import difference_after_confounding
from abate.stats.weighted_comparison import weighted_means

HOSPITAL_COUNT = 100
EFFECT = -1.0


def _hospital(random, person_count):
    """Return rating, treated, covariates and person: a third of the persons come twice, the sicker get the drug."""
    person = np.concatenate([np.arange(person_count), random.choice(person_count, person_count // 3, replace=False)])
    lasting, n = random.normal(size=person_count)[person], person.size
    x = np.column_stack([0.6 * lasting + 0.8 * random.normal(size=n), random.normal(size=n), random.random(n) < 0.5])
    treated = (random.random(n) < expit(0.8 * x[:, 0] - 0.4 * x[:, 1] + 0.4 * (x[:, 2] - 0.5))).astype(float)
    rating = 5 + 0.8 * x[:, 0] - 0.5 * x[:, 1] + 0.5 * x[:, 2] + 0.7 * lasting + EFFECT * treated
    return rating + random.normal(size=n), treated, x, person


def _weighted(rating, treated, x, person, **choice):
    weights = balancing_weights(estimate_propensity(treated, x, person, **choice))
    return difference_of(weighted_means(rating, treated, weights, person))


METHODS = {
    "none": lambda y, t, x, p: difference_of(weighted_means(y, t, Weights(weight=np.ones(y.size), method="none"), p)),
    "overlap": _weighted,
    "shrunk": lambda *hospital: _weighted(*hospital, penalty=PenaltyChoice.AKAIKE),
    "augmented": lambda *hospital: difference_of(doubly_robust_means(*hospital)),
    "everybody": lambda *hospital: difference_of(doubly_robust_means(*hospital, population=Population.EVERYBODY)),
}


@pytest.fixture(scope="module")
def runs():
    """Return, for each method, errors, whether the interval holds the truth, and standard errors, at 61 courses."""
    found = {name: [] for name in METHODS}
    for number in range(HOSPITAL_COUNT):
        hospital = _hospital(np.random.default_rng([61, number]), 46)
        for name, method in METHODS.items():
            estimate = method(*hospital)
            if estimate.lower is not None:
                covers = estimate.lower <= EFFECT <= estimate.upper
                found[name].append((estimate.value - EFFECT, covers, estimate.standard_error))
    return {name: np.array(rows, dtype=float) for name, rows in found.items()}


def test_without_adjustment_the_sicker_make_the_drug_look_useless(runs):
    assert runs["none"][:, 0].mean() > 0.7
    assert runs["none"][:, 1].mean() < 0.6


@pytest.mark.parametrize("method", ["overlap", "augmented", "everybody"])
def test_adjustment_takes_the_confounding_away_and_covers(runs, method):
    "Three standard errors of the mean of 100 are about 0.11; of a coverage of 95 %, 6.5 points."
    assert len(runs[method]) >= 95
    assert abs(runs[method][:, 0].mean()) < 0.15
    assert runs[method][:, 1].mean() >= 0.88


@pytest.mark.parametrize("method", ["overlap", "augmented"])
def test_standard_errors_are_the_spread_of_the_estimates(runs, method):
    assert runs[method][:, 2].mean() == pytest.approx(runs[method][:, 0].std(), rel=0.25)


def test_a_score_shrunk_to_predict_best_leaves_confounding(runs):
    "Why the penalty is weak by default."
    assert runs["shrunk"][:, 0].mean() > 0.15


def test_a_hidden_confounder_is_not_taken_away_and_its_strength_says_how_much_is_left():
    "Leave the first covariate out: what stays is its effect times its difference under the weights, to the digit of chance."
    random = np.random.default_rng(3)
    rating, treated, x, person = _hospital(random, 6000)
    hidden, known = x[:, 0], x[:, 1:]
    weights = balancing_weights(estimate_propensity(treated, known, person))
    estimate = difference_of(weighted_means(rating, treated, weights, person))
    assert estimate.value - EFFECT > 0.5
    apart = difference_of(weighted_means(hidden, treated, weights, person)).value
    per_unit = 0.8 + 0.7 * 0.6  # its own effect, and that of what lasts, for which it stands
    left = difference_after_confounding(estimate.value, per_unit, apart)
    assert left.value == pytest.approx(EFFECT, abs=0.1)
    assert e_value_of_mean_difference(estimate.value, 1.6, estimate.lower, estimate.upper).value > 1


def test_one_course_a_person_taken_for_granted_is_too_sure():
    "Every person three times with the same treatment: the interval by course is some 0.6 of that by person."
    random = np.random.default_rng(9)
    person = np.repeat(np.arange(100), 3)
    treated = (random.random(100) < 0.5).astype(float)[person]
    rating = 2 * random.normal(size=100)[person] + random.normal(size=300)
    even = Weights(weight=np.ones(300), method="even")
    by_person = difference_of(weighted_means(rating, treated, even, person)).standard_error
    by_course = difference_of(weighted_means(rating, treated, even)).standard_error
    assert by_course < 0.7 * by_person
