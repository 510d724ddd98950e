"""The fall left: hand calculations, the model's own truth, properties, and the reasons why there is no split."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm, ttest_1samp

from abate.base.errors import ParameterError
from abate.stats.regression_to_mean import (
    ResponseRule,
    RuleKind,
    expected_response,
    expected_response_later,
    fall_left,
    history_bracket,
)
from abate.stats.regression_to_mean_courses import RatingScale, checked_courses
from abate.stats.regression_to_mean_model import NO_PRIORS, WEAK_PRIORS, Priors, fit_history_model
from abate.stats.regression_to_mean_prediction import (
    Prediction,
    chance_of_at_most,
    expected_rating,
    predict_rating,
)
from tests.unit.stats.simulated_ratings import simulated_courses

NAN = math.nan


def model_of(seed: int = 1, **settings):
    return fit_history_model(simulated_courses(np.random.default_rng(seed), **settings))


# --- the model ---


def test_slopes_are_those_of_numeric_differences():
    from abate.stats.regression_to_mean_likelihood import ascent_at, layout_of, log_likelihood_at

    layout = layout_of(simulated_courses(np.random.default_rng(3), course_count=20))
    point = np.array([5.8, 0.2, 0.5, 1.4, -0.6])
    ascent, step = ascent_at(layout, point), 1e-5 * np.eye(5)
    slope = [(log_likelihood_at(layout, point + h) - log_likelihood_at(layout, point - h)) / 2e-5 for h in step]
    bends = [
        (ascent_at(layout, point + h).scores - ascent_at(layout, point - h).scores).sum(axis=0) / 2e-5 for h in step
    ]
    assert ascent.scores.sum(axis=0) == pytest.approx(np.array(slope), rel=1e-6, abs=1e-6)
    assert ascent.hessian == pytest.approx(np.array(bends), rel=1e-6, abs=1e-5)


def test_two_ratings_by_hand():
    "A course rated 4 nine days before and 8 at first, at known parameters: a 2 by 2 matrix inverted by hand."
    courses = checked_courses([[-9.0]], [[4.0]], [8.0], [5.0], [3.0])
    model = replace(
        fit_history_model(courses), mean=6.0, level_variance=1.0, spell_variance=2.0, spell_days=6.0, error_variance=0.5
    )
    own, across = 3.5, 1 + 2 * math.exp(-1.5)
    near, far = 1 + 2 * math.exp(-0.5), 1 + 2 * math.exp(-2.0)
    determinant = own**2 - across**2
    of_first, of_earlier = (own * near - across * far) / determinant, (own * far - across * near) / determinant
    prediction = predict_rating(model, 3.0)
    assert prediction.mean[0] == pytest.approx(6 + 2 * of_first - 2 * of_earlier)
    assert prediction.variance[0] == pytest.approx(3.5 - of_first * near - of_earlier * far)


def test_a_course_without_earlier_ratings_regresses_by_the_correlation_alone():
    "What is left of 8 above a mean of 6 is rho = (tau2 + s2 exp(-lag/theta)) / (tau2 + s2 + v), as in the reference form."
    courses = checked_courses(np.empty((1, 0)), np.empty((1, 0)), [8.0], [5.0], [3.0])
    model = replace(
        fit_history_model(courses), mean=6.0, level_variance=1.0, spell_variance=2.0, spell_days=6.0, error_variance=0.5
    )
    rho = (1 + 2 * math.exp(-0.5)) / 3.5
    assert predict_rating(model, 3.0).mean[0] == pytest.approx(6 + 2 * rho)


def test_expectation_and_chances_on_the_scale():
    "Summed over the eleven ratings with the chance of each."
    prediction = Prediction(
        mean=np.array([9.2]), variance=np.array([2.25]), mean_slopes=np.zeros((1, 5)), variance_slopes=np.zeros((1, 5))
    )
    edges = np.r_[-np.inf, np.arange(0.5, 10), np.inf]
    chances = np.diff(norm.cdf(edges, 9.2, 1.5))
    scale = RatingScale()
    assert expected_rating(prediction, scale).value[0] == pytest.approx(float(chances @ np.arange(11)))
    at_most = [chance_of_at_most(prediction, np.array([x]), scale).value[0] for x in (-0.5, 0, 6.9, 7, 10, 12)]
    assert at_most == pytest.approx([0, chances[0], chances[:7].sum(), chances[:8].sum(), 1, 1])


def test_slopes_of_predictions_are_those_of_numeric_differences():
    model = model_of(course_count=12)

    def at(point):
        m, tau2, s2, theta, v = point[0], *np.exp(point[1:])
        moved = replace(model, mean=m, level_variance=tau2, spell_variance=s2, spell_days=theta, error_variance=v)
        prediction = predict_rating(moved, model.courses.final_day)
        chance = chance_of_at_most(prediction, model.courses.first - 2, model.courses.scale)
        return expected_rating(prediction, model.courses.scale), chance

    for part in (0, 1):
        numeric = [(at(model.point + h)[part].value - at(model.point - h)[part].value) / 2e-5 for h in 1e-5 * np.eye(5)]
        assert at(model.point)[part].slopes == pytest.approx(np.array(numeric).T, abs=1e-7)


def test_parameters_of_many_courses_are_found():
    model = model_of(seed=5, course_count=400)
    found = (model.mean, model.level_variance, model.spell_variance, model.spell_days, model.error_variance)
    assert found[0] == pytest.approx(5.5, abs=0.25)
    assert found[1:] == pytest.approx((0.8, 1.2, 6.0, 0.4 + 1 / 12), rel=0.3)  # rounding adds a twelfth to the error
    assert (model.at_bound, model.prior_dominated) == ((), ())


def test_order_of_courses_and_ratings_does_not_matter():
    rng = np.random.default_rng(2)
    raw = simulated_courses(rng, course_count=30, raw=True)
    turned = {name: values[::-1].copy() for name, values in raw.items()}
    turned["day"], turned["rating"] = turned["day"][:, ::-1], turned["rating"][:, ::-1]
    one, other = (fall_left(fit_history_model(checked_courses(**data))).left for data in (raw, turned))
    assert other.value == pytest.approx(one.value, abs=1e-7)
    assert other.standard_error == pytest.approx(one.standard_error, abs=1e-7)


def test_shifting_scale_and_ratings_together_shifts_nothing():
    raw = simulated_courses(np.random.default_rng(4), course_count=30, raw=True)
    moved = dict(raw)
    for name in ("rating", "first", "final"):
        moved[name] = raw[name] + 3
    one = fall_left(fit_history_model(checked_courses(**raw)))
    other = fall_left(fit_history_model(checked_courses(**moved, scale=RatingScale(lowest=3, highest=13))))
    assert (other.left.value, other.natural.value) == pytest.approx((one.left.value, one.natural.value), abs=1e-6)


# --- the fall left ---


def test_the_parts_add_up_to_the_fall():
    fall = fall_left(model_of(effect=1.0))
    assert fall.natural.value + fall.left.value == pytest.approx(fall.observed.value)
    courses = model_of(effect=1.0).courses
    assert fall.expected_final.value == pytest.approx(courses.final.mean() + fall.left.value)


def test_observed_fall_is_students_up_to_one_degree_of_freedom():
    model = model_of()
    observed, falls = fall_left(model).observed, model.courses.first - model.courses.final
    assert observed.standard_error == pytest.approx(falls.std(ddof=1) / math.sqrt(len(falls)))
    student = ttest_1samp(falls, 0).confidence_interval(0.95)
    assert observed.upper - observed.lower == pytest.approx(student.high - student.low, rel=0.01)


def test_courses_of_one_person_widen_the_interval():
    raw = simulated_courses(np.random.default_rng(6), course_count=40, raw=True)
    doubled = {name: np.concatenate([values, values]) for name, values in raw.items()}
    alone = fall_left(fit_history_model(checked_courses(**doubled))).left
    together = fall_left(fit_history_model(checked_courses(**doubled, person=np.tile(np.arange(40), 2)))).left
    assert together.value == pytest.approx(alone.value)
    assert (together.course_count, together.person_count) == (80, 40)
    assert together.standard_error == pytest.approx(alone.standard_error * math.sqrt(2 * 79 / 80 * 40 / 39))


def test_the_interval_covers_the_parameters():
    "It agrees with leaving out each course in turn, fit and all."
    raw = simulated_courses(np.random.default_rng(7), course_count=40, raw=True)
    left = fall_left(fit_history_model(checked_courses(**raw))).left
    without = [
        fall_left(
            fit_history_model(checked_courses(**{name: np.delete(v, k, axis=0) for name, v in raw.items()}))
        ).left.value
        for k in range(40)
    ]
    jackknife = math.sqrt(39 / 40 * np.sum((np.array(without) - np.mean(without)) ** 2))
    assert left.standard_error == pytest.approx(jackknife, rel=0.08)


@pytest.fixture(scope="module")
def hospitals():
    "150 hospitals of 61 from the model itself, the first day any day."
    rng = np.random.default_rng(11)
    return [fit_history_model(simulated_courses(rng)) for _ in range(150)]


@pytest.fixture(scope="module")
def choosing_hospitals():
    "40 hospitals whose first day is the first one rated 7 or more, ratings recorded daily."
    rng = np.random.default_rng(21)
    return [fit_history_model(simulated_courses(rng, chosen_at=7)) for _ in range(40)]


def lowered(model, effect):
    "The fit does not look at final ratings, so that the same one serves every effect."
    return replace(model, courses=replace(model.courses, final=np.clip(model.courses.final - effect, 0, 10)))


@pytest.mark.parametrize("effect", [0, 2])
def test_the_models_own_truth_is_covered(hospitals, effect):
    "No bias, 95 % within Monte Carlo error, SE as large as the spread."
    parts = [fall_left(lowered(model, effect)).left for model in hospitals]
    truths = [np.mean(model.courses.final - lowered(model, effect).courses.final) for model in hospitals]
    values = np.array([part.value for part in parts])
    spread = values.std(ddof=1)
    assert values.mean() == pytest.approx(np.mean(truths), abs=3 * spread / math.sqrt(150))
    held = [part.lower <= truth <= part.upper for part, truth in zip(parts, truths, strict=True)]
    assert np.mean(held) == pytest.approx(0.95, abs=3 * 0.0178)
    assert np.mean([part.standard_error for part in parts]) == pytest.approx(spread, rel=0.17)


def test_a_first_day_chosen_by_what_is_recorded_is_no_harm(choosing_hospitals):
    "The raw fall is far above 0 with nothing done, the fall left is not."
    falls = [fall_left(model) for model in choosing_hospitals]
    assert np.mean([fall.observed.value for fall in falls]) > 0.5
    assert np.mean([fall.left.value for fall in falls]) == pytest.approx(0, abs=0.09)
    assert np.mean([fall.left.lower <= 0 <= fall.left.upper for fall in falls]) >= 0.95 - 3 * 0.0345


# --- responders ---


@pytest.mark.parametrize(
    ("kind", "amount", "limits"),
    [
        (RuleKind.POINTS, 2, [6, 5, -2]),
        (RuleKind.PER_CENT, 30, [5.6, 4.9, NAN]),
        (RuleKind.AT_MOST, 3, [3, 3, 3]),
    ],
)
def test_limits_of_rules(kind, amount, limits):
    found = ResponseRule(kind=kind, amount=amount).limits(np.array([8.0, 7.0, 0.0]))
    assert found == pytest.approx(np.array(limits), nan_ok=True)


@pytest.mark.parametrize(
    "rule",
    [
        ResponseRule(kind=RuleKind.POINTS, amount=2),
        ResponseRule(kind=RuleKind.PER_CENT, amount=30),
        ResponseRule(kind=RuleKind.AT_MOST, amount=5),
    ],
)
def test_shares_expected_with_nothing_done_are_those_seen_with_nothing_done(choosing_hospitals, rule):
    responses = [expected_response(model, rule) for model in choosing_hospitals]
    beyond = [response.beyond for response in responses]
    assert np.mean([part.value for part in beyond]) == pytest.approx(0, abs=0.03)
    assert np.mean([part.lower <= 0 <= part.upper for part in beyond]) >= 0.95 - 3 * 0.0345
    assert 0.02 < np.mean([response.expected.value for response in responses]) < 0.8


def test_expected_and_beyond_add_up_to_the_observed_share():
    response = expected_response(model_of(effect=2.0), ResponseRule(kind=RuleKind.POINTS, amount=2))
    assert response.expected.value + response.beyond.value == pytest.approx(response.observed.value)


def test_a_fall_in_per_cent_of_nothing_is_left_out_and_counted():
    raw = simulated_courses(np.random.default_rng(1), raw=True)
    raw["first"][:4] = 0
    model = fit_history_model(checked_courses(**raw))
    response = expected_response(model, ResponseRule(kind=RuleKind.PER_CENT, amount=30))
    assert (response.left_out_count, response.expected.course_count, response.observed.course_count) == (4, 57, 57)


def test_a_late_day_forgets_the_spell():
    "On the final day itself it is the expected share; the later the day, the more return, up to what the level allows."
    model = model_of(chosen_at=7)
    rule = ResponseRule(kind=RuleKind.POINTS, amount=2)
    final = expected_response(model, rule).expected
    assert expected_response_later(model, rule, model.courses.final_day).expected == final
    shares = [expected_response_later(model, rule, day).expected.value for day in (5, 15, 40, 400, 4000)]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(shares[-2], abs=1e-9)


# --- the bracket ---


def test_history_bracket_by_hand():
    "Only ratings three days or more before count; a course with one of them is left out."
    courses = checked_courses(
        [[-30, -9, -2], [-20, -3, -1], [-9, -2, -1], [-9, -4, -3]],
        [[5, 6, 9], [7, 6, 9], [8, 9, 9], [4, 5, 6]],
        [8, 9, 9, 8],
        [4, 4, 4, 6],
        [5] * 4,
    )
    bracket = history_bracket(courses)
    assert bracket.left_out_count == 1
    assert bracket.history_mean_left.value == pytest.approx((5.5 - 4 + 6.5 - 4 + 5 - 6) / 3)
    assert bracket.observed.value == pytest.approx((4 + 5 + 2) / 3)


# --- bad input ---


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda raw: raw["rating"].fill(NAN), "there are no ratings before the first one"),
        (lambda raw: raw["first"].fill(NAN), "there are no courses with a first and a final rating"),
        (lambda raw: raw["rating"][:, 1:].fill(NAN), "pairs of ratings lie less than 10 days apart"),
        (lambda raw: [raw[name].fill(10) for name in ("rating", "first", "final")], "all ratings are equal"),
    ],
)
def test_no_split_has_a_reason(change, reason):
    raw = simulated_courses(np.random.default_rng(1), raw=True)
    raw["day"] = np.sort(raw["day"], axis=1)
    change(raw)
    fall = fall_left(fit_history_model(checked_courses(**raw)))
    assert reason in fall.reason
    assert (fall.left.value, fall.natural.value, fall.expected_final.value) == (None, None, None)
    for rule in RuleKind:
        response = expected_response(fit_history_model(checked_courses(**raw)), ResponseRule(kind=rule, amount=2))
        assert reason in response.reason
        assert response.expected.value is None
    history_bracket(checked_courses(**raw))


def test_incomplete_courses_are_left_out_and_counted():
    raw = simulated_courses(np.random.default_rng(1), raw=True)
    raw["first"][0] = raw["final"][1] = raw["final_day"][2] = NAN
    courses = checked_courses(**raw)
    assert (courses.course_count, courses.left_out_count) == (58, 3)
    assert fall_left(fit_history_model(courses)).left.value is not None


def test_ratings_that_never_change_within_a_person():
    "Level is all there is: error and spell run to their bounds, and there is a sentence in place of a number."
    rng = np.random.default_rng(1)
    level = rng.integers(3, 9, 40).astype(float)
    day = np.tile(-np.arange(1.0, 9), (40, 1))
    courses = checked_courses(day, np.tile(level[:, None], 8), level, level, np.full(40, 5.0))
    for priors in (WEAK_PRIORS, NO_PRIORS):
        model = fit_history_model(courses, priors)
        assert "error_variance" in model.at_bound or model.reason is not None
        fall = fall_left(model)
        assert fall.left.value is None
        assert "the fit ended at a bound" in fall.reason or "no most likely parameters" in fall.reason
        assert expected_response(model, ResponseRule(kind=RuleKind.POINTS, amount=2)).expected.reason == fall.reason


def test_a_spell_without_end_stops_at_the_bound_and_splits_nothing():
    "Random walks over a hundred days: theta runs to its bound and is named."
    rng = np.random.default_rng(1)
    path = 5 + np.cumsum(rng.normal(0, 0.35, (50, 34)), axis=1)
    rating = np.clip(np.round(path), 0, 10)
    day, first = np.tile(np.arange(-99.0, 0, 3), (50, 1)), rating[:, -1]
    courses = checked_courses(day, rating[:, :-1], first, first, np.full(50, 5.0))
    model = fit_history_model(courses, Priors(log_sds=(1.5, 1.5, 10.0, 1.5)))
    assert model.at_bound == ("spell_days",)
    assert model.spell_days == pytest.approx(60)
    fall = fall_left(model)
    assert fall.reason == "the ratings do not say how large the spell days is: the fit ended at a bound"
    assert (fall.left.value, fall.observed.value is None) == (None, False)


def test_two_persons_have_no_interval():
    raw = simulated_courses(np.random.default_rng(1), raw=True)
    model = fit_history_model(checked_courses(**raw, person=np.arange(61) % 2))
    left = fall_left(model).left
    assert left.value is not None
    assert left.reason == "2 persons are too few for an interval"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"day": [[-3.0, 1.0]]}, "not before the first rating"),
        ({"day": [[-3.0, NAN]]}, "have no day"),
        ({"rating": [[5.0, 11.0]]}, "outside the scale"),
        ({"first": [math.inf]}, "outside the scale"),
        ({"final_day": [0.0]}, "not after the first rating"),
        ({"rating": [["bad", 1]]}, "must be numbers"),
        ({"day": [[-3.0]]}, "same shape"),
        ({"final": [4.0, 4.0]}, "one number a course"),
        ({"person": ["a", "b"]}, "1 labels"),
    ],
)
def test_wrong_arguments_are_refused(change, message):
    good = {"day": [[-3.0, -1.0]], "rating": [[5.0, 6.0]], "first": [8.0], "final": [4.0], "final_day": [5.0]}
    with pytest.raises(ParameterError, match=message):
        checked_courses(**(good | change))


def test_wrong_settings_are_refused():
    with pytest.raises(ParameterError, match="two whole ends"):
        RatingScale(lowest=10, highest=0)
    with pytest.raises(ParameterError, match="amount of at least 0"):
        ResponseRule(kind=RuleKind.POINTS, amount=-1)
    with pytest.raises(ParameterError, match="level must be between 0 and 1"):
        fall_left(model_of(), level=95)
    with pytest.raises(ParameterError, match="day must be finite"):
        expected_response_later(model_of(), ResponseRule(kind=RuleKind.POINTS, amount=2), NAN)
