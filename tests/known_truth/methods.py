"""What does each method make of one hospital? One row a method, with the truth of what it asks for."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from abate.sources.simulated.ratings import STEPS_PER_DAY
from abate.sources.simulated.streams import Array
from abate.stats.regression_to_mean import (
    ResponseRule,
    RuleKind,
    expected_response,
    expected_response_later,
    fall_left,
    history_bracket,
)
from abate.stats.regression_to_mean_checks import (
    check_asked_when_bad,
    check_discharge_when_better,
    checks_of_ratings,
)
from abate.stats.regression_to_mean_controls import compare_with_untreated
from abate.stats.regression_to_mean_hindsight import fall_left_in_hindsight
from abate.stats.regression_to_mean_intervals import mean_by_person
from abate.stats.regression_to_mean_model import fit_history_model
from abate.stats.regression_to_mean_reference import (
    natural_fall_above_threshold,
    natural_fall_conditional,
    natural_fall_on_scale,
    natural_fall_worst_of,
)
from tests.known_truth.analysed import LEVEL, Analysed, Interval, Method, Number
from tests.known_truth.hospitals import Hospital
from tests.known_truth.with_normal_scores import check_shape

#: A claim is made where the lower limit exceeds this, in points: none, and the default of the study file.
MARGINS = (0.0, 0.25)
TWO_POINTS = ResponseRule(kind=RuleKind.POINTS, amount=2)
#: Draws of a path for each course under the rule of hindsight: fewer where there are many courses.
_DRAWS, _DRAWS_OF_MANY, _MANY = 1000, 300, 200
_RHO_TOO_HIGH = 0.15


# ---- methods ---------------------------------------------------------------------------------------------------


def _naive(a: Analysed) -> Interval:
    return mean_by_person(a.courses.first - a.courses.final, a.courses.person, LEVEL)


def _naive_by_course(a: Analysed) -> Interval:
    return mean_by_person(a.by_course.first - a.by_course.final, a.by_course.person, LEVEL)


def _history_mean(a: Analysed) -> Interval:
    return history_bracket(a.courses, LEVEL).history_mean_left


def _model(a: Analysed) -> Interval:
    return a.fall.left


def _model_printed(a: Analysed) -> Interval:
    """The model's number where a reader is shown one: not where visits were asked for when bad."""
    if check_asked_when_bad(a.courses).is_flagged:
        return Number(reason="visits were asked for when bad")
    return _model(a)


def _model_by_course(a: Analysed) -> Interval:
    return fall_left(fit_history_model(a.by_course), LEVEL).left


def _diary_only(a: Analysed) -> Interval:
    """The model on ratings at planned times alone."""
    return fall_left(fit_history_model(a.only(~a.raw.is_visit | a.raw.is_planned)), LEVEL).left


def _hindsight(a: Analysed) -> Interval:
    draws = _DRAWS if a.courses.course_count < _MANY else _DRAWS_OF_MANY
    return fall_left_in_hindsight(a.model, a.raw.window, draw_count=draws, level=LEVEL).fall.left


def _less(a: Analysed, natural_of: Array | float) -> Interval:
    """Return the mean of each course's fall less a natural one that counts as known: sampling error alone."""
    return mean_by_person(a.courses.first - a.courses.final - natural_of, a.courses.person, LEVEL)


def _conditional_with(a: Analysed, rho_added: float) -> Interval:
    mu, rho = a.hospital.reference.mu, min(a.hospital.reference.rho + rho_added, 1.0)
    return _less(a, np.array([natural_fall_conditional(first, mu, rho) for first in a.courses.first]))


def _davis(a: Analysed) -> Interval:
    r = a.hospital.reference
    return _less(a, natural_fall_above_threshold(a.hospital.scenario.parameters.threshold, r.mu, r.sigma, r.rho))


def _worst_of(days: float) -> Callable[[Analysed], Interval]:
    def method(a: Analysed) -> Interval:
        r = a.hospital.reference
        return _less(a, natural_fall_worst_of(days, r.sigma, r.rho))

    return method


def _on_scale(a: Analysed) -> Interval:
    r = a.hospital.reference
    return _less(a, natural_fall_on_scale(a.courses.first, r.shares, r.rho))


def _controls(kind: str) -> Callable[[Analysed], Interval]:
    def method(a: Analysed) -> Interval:
        first, final = a.hospital.controls[kind]
        treated = np.arange(len(a.raw.first) + len(first)) < len(a.raw.first)
        found = compare_with_untreated(
            np.concatenate([a.raw.first, first]), np.concatenate([a.raw.final, final]), treated, level=LEVEL
        )
        return found.left

    return method


METHODS: dict[str, Method] = {
    "naive": Method(title="naive fall", target="left", estimate=_naive),
    "history_mean": Method(title="history mean", target="left", estimate=_history_mean),
    "model": Method(title="model", target="left", estimate=_model),
    "model_printed": Method(title="model, where no flag hides it", target="left", estimate=_model_printed),
    "conditional": Method(
        title="conditional, true values", target="left", estimate=lambda a: _conditional_with(a, 0.0)
    ),
    "conditional_high": Method(
        title="conditional, rho 0.15 too high", target="left", estimate=lambda a: _conditional_with(a, _RHO_TOO_HIGH)
    ),
    "davis": Method(title="Davis, rule known", target="left", estimate=_davis),
    "on_scale": Method(title="bounded scale", target="left", estimate=_on_scale),
    "worst_of_28": Method(title="worst of 28 independent days", target="left", estimate=_worst_of(28)),
    "worst_of_5": Method(title="worst of 5 independent days", target="left", estimate=_worst_of(5)),
    "hindsight": Method(title="model, rule known", target="left", estimate=_hindsight),
    "controls_ward": Method(title="untreated, same ward", target="drug", estimate=_controls("ward")),
    "controls_home": Method(title="untreated, at home", target="drug", estimate=_controls("home")),
    "controls_milder": Method(title="untreated, own level 0.7 lower", target="drug", estimate=_controls("milder")),
    "diary_only": Method(title="model, diary alone", target="left", estimate=_diary_only),
    "naive_by_course": Method(title="naive fall, interval by course", target="left", estimate=_naive_by_course),
    "model_by_course": Method(title="model, interval by course", target="left", estimate=_model_by_course),
}


#: Methods of modules of their own, each with what it needs: the split on a planned day, the visit process, normal scores.
_MODULES = {
    "abate.stats.regression_to_mean_planned_day": "tests.known_truth.with_planned_day",
    "abate.stats.regression_to_mean_visits": "tests.known_truth.with_visits",
    "abate.stats.regression_to_mean_normal_scores": "tests.known_truth.with_normal_scores",
}
for _needed, _module in _MODULES.items():
    if find_spec(_needed) and find_spec(_module):
        METHODS.update(import_module(_module).METHODS)


# ---- one hospital ----------------------------------------------------------------------------------------------


def columns_of(hospital: Hospital, names: tuple[str, ...], *, methods_alone: bool = False) -> dict[str, Any]:
    """Return everything that is kept of a hospital: its truth, a row a method, the checks, the responders expected."""
    analysed = Analysed(hospital)
    columns = {"truth": hospital.truth, "methods": estimate_rows(analysed, names)}
    if not methods_alone:
        columns |= {"checks": checks_of(analysed), "responders": responders_of(analysed)}
    return columns


def estimate_rows(analysed: Analysed, names: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Return one row for each method asked that there is."""
    truth = analysed.hospital.truth
    known = [name for name in names if name in METHODS]
    return {name: row_of(METHODS[name].estimate(analysed), truth[METHODS[name].target]) for name in known}


def row_of(found: Interval, truth: float) -> dict[str, Any]:
    """Return ``estimate``, ``lower``, ``upper``, ``truth``, ``claim`` (the lower limit exceeds 0), ``claim_margin`` (0.25).

    ``reason`` is there where there is no interval.
    """
    row = {"estimate": found.value, "lower": found.lower, "upper": found.upper, "truth": truth}
    for name, margin in zip(("claim", "claim_margin"), MARGINS, strict=True):
        row[name] = None if found.lower is None else bool(found.lower > margin)
    if found.lower is None:
        row["reason"] = found.reason
    return row


def checks_of(analysed: Analysed) -> dict[str, Any]:
    """Return, for each check of the ratings, whether it is flagged, and its statistic."""
    checks = [
        *checks_of_ratings(analysed.model),
        check_discharge_when_better(*_days_in_hospital(analysed.hospital)),
        check_shape(analysed),
    ]
    return {
        check.name.value: {"flagged": check.is_flagged, "opposite": check.is_opposite, "statistic": check.statistic}
        for check in checks
    }


def _days_in_hospital(hospital: Hospital) -> tuple[Array, Array, Array, Array]:
    """Return one row for each course and day of the stay: day, mean rating, whether the last, whether stopped."""
    c = hospital.courses
    by_day = c.stay[:, 1:].reshape(len(c.first), -1, STEPS_PER_DAY)
    course, place = np.nonzero(np.isfinite(by_day).all(axis=2))
    is_last = place + 1 == c.last_day[course]
    return place + 1, by_day[course, place].mean(axis=1), is_last, is_last & c.is_stopped[course]


def responders_of(analysed: Analysed) -> dict[str, float | None]:
    """Return the share expected to fall by two points with nothing done, at the end and at the follow-up visit."""
    scenario = analysed.hospital.scenario
    found = {"expected": expected_response(analysed.model, TWO_POINTS, LEVEL).expected.value}
    if scenario.parameters.follow_up_1_days > 2 and not scenario.at_follow_up:
        later = expected_response_later(analysed.model, TWO_POINTS, analysed.hospital.courses.later_day, LEVEL)
        found["expected_later"] = later.expected.value
    return found
