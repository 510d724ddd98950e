"""What does each comparison make of two drugs whose choice depended on how sick people were, where the truth is known?

Courses, histories and effects are the package's own. Drug 1 goes to the sicker: those with a higher first rating, higher ratings
before, and to those in withdrawal, who stay sicker; in some scenarios also to those who got another medicine that nobody wrote
down and that helps by itself. The outcome is the fall; a difference above 0 says that drug 1 does more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from abate.sources.simulated.ratings import STEPS_PER_DAY, Traits, rate_in_worlds
from abate.sources.simulated.streams import Array
from abate.stats.balancing_weights import Population, Weights, balancing_weights
from abate.stats.comparison_checks import Thresholds, failed_checks
from abate.stats.contrasts import ComparisonEstimate, difference_of
from abate.stats.covariate_balance import weighted_balance
from abate.stats.doubly_robust import doubly_robust_means
from abate.stats.entropy_balancing import entropy_weights
from abate.stats.overlap import describe_overlap
from abate.stats.propensity import estimate_propensity
from abate.stats.ridge import expit
from abate.stats.weighted_comparison import weighted_means
from tests.known_truth.hospitals import draw_stays_of_courses
from tests.known_truth.methods import row_of
from tests.known_truth.scenarios import Scenario

#: Log odds of drug 1 for a standard deviation of the first rating and of the mean of ratings before, and for withdrawal.
FIRST_ODDS, HISTORY_ODDS, WITHDRAWAL_ODDS = 0.6, 0.5, 0.7
#: Points that withdrawal adds to the final rating, and that the medicine nobody wrote down takes off it.
WITHDRAWAL_POINTS, HIDDEN_POINTS = 0.8, 1.0
_HISTORY_DAYS = 3.0
_CHOICE_STREAM = 1


@dataclass(frozen=True, kw_only=True)
class TwoDrugs:
    """Courses of two drugs; arrays of shape (course,), covariates (course, covariate).

    ``truth_everybody`` and ``truth_overlap`` are the mean difference of the two falls of the same course, over all courses and
    weighted by e(1 - e) with the true chance e of drug 1.
    """

    fall: Array
    treated: Array
    covariates: Array
    hidden: Array
    person: Array
    truth_everybody: float
    truth_overlap: float


def draw_two_drugs(scenario: Scenario, number: int) -> TwoDrugs:
    """Draw the courses of one hospital, choose a drug for each person, and rate the end under both."""
    courses, blocks = draw_stays_of_courses(scenario, number)
    random = np.random.default_rng([scenario.seed_of(number), _CHOICE_STREAM])
    persons, place = np.unique(courses.person, return_inverse=True)
    withdrawal, hidden = ((random.random(len(persons)) < 0.5).astype(float)[place] for _ in range(2))
    counted = np.isfinite(courses.rating) & (courses.day <= -_HISTORY_DAYS)
    history = np.where(counted, courses.rating, 0.0).sum(axis=1) / counted.sum(axis=1)
    own = np.column_stack([courses.first, history, withdrawal])
    shared = np.column_stack([_person_means(column, place) for column in (courses.first, history)])
    odds = FIRST_ODDS * _standard(shared[:, 0]) + HISTORY_ODDS * _standard(shared[:, 1])
    odds += WITHDRAWAL_ODDS * (withdrawal - 0.5) + scenario.settings.get("hidden", 0.0) * (hidden - 0.5)
    chance = expit(odds)
    treated = (random.random(len(persons))[place] < chance).astype(float)
    shift = WITHDRAWAL_POINTS * withdrawal - HIDDEN_POINTS * hidden
    day = courses.later_day if scenario.at_follow_up else courses.final_day
    falls = {
        drug: courses.first - _final_rating(blocks, scenario, day, shift, ratio)
        for drug, ratio in ((1, 1.0), (0, scenario.settings["ratio"]))
    }
    difference, tilt = falls[1] - falls[0], chance * (1 - chance)
    return TwoDrugs(
        fall=np.where(treated == 1, falls[1], falls[0]),
        treated=treated,
        covariates=np.column_stack([own, shared]) if scenario.repeat_share else own,
        hidden=hidden,
        person=courses.person,
        truth_everybody=float(difference.mean()),
        truth_overlap=float(tilt @ difference / tilt.sum()),
    )


def _person_means(values: Array, place: Array) -> Array:
    means: Array = (np.bincount(place, weights=values) / np.bincount(place))[place]
    return means


def _standard(values: Array) -> Array:
    scaled: Array = (values - values.mean()) / values.std()
    return scaled


def _final_rating(blocks: list[Any], scenario: Scenario, day: Array, shift: Array, ratio: float) -> Array:
    """Return the rating on a day, with some points added to the pain and the drug's effect times ``ratio``."""
    ratings, done = [], 0
    for stays in blocks:
        rows = slice(done, done + stays.count)
        since = np.floor(STEPS_PER_DAY * day[rows]).astype(np.int64)
        step, here = stays.admission_step + since, np.arange(stays.count)
        traits = {field.name: getattr(stays.traits, field.name) for field in fields(Traits)}
        traits["drug_effect"] = ratio * traits["drug_effect"]
        worlds = rate_in_worlds(
            stays.paths.felt[step, here] + shift[rows],
            stays.paths.error[step, here],
            since / STEPS_PER_DAY,
            (stays.discharge - stays.admission) / 86_400,
            Traits(**traits),
            scenario.parameters,
        )
        ratings.append(worlds.treated)
        done += stays.count
    return np.concatenate(ratings)


# ---- methods ---------------------------------------------------------------------------------------------------


def _even(d: TwoDrugs) -> ComparisonEstimate:
    even = Weights(weight=np.ones(d.fall.size), method="none")
    return difference_of(weighted_means(d.fall, d.treated, even, d.person))


def _overlap(d: TwoDrugs, covariates: Array, person: Array | None) -> ComparisonEstimate:
    weights = balancing_weights(estimate_propensity(d.treated, covariates, person))
    return difference_of(weighted_means(d.fall, d.treated, weights, person))


def _augmented(d: TwoDrugs, person: Array, population: Population) -> ComparisonEstimate:
    return difference_of(doubly_robust_means(d.fall, d.treated, d.covariates, person, population=population))


def _entropy(d: TwoDrugs) -> ComparisonEstimate:
    weights = entropy_weights(d.treated, d.covariates, d.person, population=Population.EVERYBODY)
    return difference_of(weighted_means(d.fall, d.treated, weights, d.person))


def _by_course(d: TwoDrugs) -> Array:
    return np.arange(d.fall.size)


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A method, and for whom it asks: ``everybody`` or ``overlap``."""

    title: str
    target: str
    estimate: Callable[[TwoDrugs], ComparisonEstimate]


METHODS: dict[str, Comparison] = {
    "unadjusted": Comparison(title="naive difference", target="everybody", estimate=_even),
    "overlap": Comparison(
        title="overlap weights", target="overlap", estimate=lambda d: _overlap(d, d.covariates, d.person)
    ),
    "augmented": Comparison(
        title="augmented, overlap", target="overlap", estimate=lambda d: _augmented(d, d.person, Population.OVERLAP)
    ),
    "augmented_everybody": Comparison(
        title="AIPW, everybody", target="everybody", estimate=lambda d: _augmented(d, d.person, Population.EVERYBODY)
    ),
    "entropy": Comparison(title="entropy balancing", target="everybody", estimate=_entropy),
    "with_hidden": Comparison(
        title="overlap weights, hidden one known",
        target="overlap",
        estimate=lambda d: _overlap(d, np.column_stack([d.covariates, d.hidden]), d.person),
    ),
    "overlap_by_course": Comparison(
        title="overlap weights, interval by course",
        target="overlap",
        estimate=lambda d: _overlap(d, d.covariates, _by_course(d)),
    ),
    "augmented_by_course": Comparison(
        title="augmented, overlap, interval by course",
        target="overlap",
        estimate=lambda d: _augmented(d, _by_course(d), Population.OVERLAP),
    ),
}


def columns_of_two_drugs(drugs: TwoDrugs, names: tuple[str, ...]) -> dict[str, Any]:
    """Return everything that is kept of a hospital with two drugs."""
    truth = {"everybody": drugs.truth_everybody, "overlap": drugs.truth_overlap}
    known = [name for name in names if name in METHODS]
    rows = {name: row_of(METHODS[name].estimate(drugs), truth[METHODS[name].target]) for name in known}
    return {"truth": truth, "methods": rows, "checks": _checks(drugs), "responders": {}}


def _checks(drugs: TwoDrugs) -> dict[str, Any]:
    """Return whether the checks that come before an estimate forbid that of overlap weights."""
    propensity = estimate_propensity(drugs.treated, drugs.covariates, drugs.person)
    weights = balancing_weights(propensity)
    lines = weighted_balance(drugs.covariates, drugs.treated, weights.weight)
    estimate = difference_of(weighted_means(drugs.fall, drugs.treated, weights, drugs.person))
    overlap = describe_overlap(drugs.treated, propensity.score)
    failed = failed_checks(Thresholds(), estimate, lines, overlap)
    return {"not_to_be_used": {"flagged": bool(failed), "opposite": False, "statistic": float(len(failed))}}
