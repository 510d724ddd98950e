"""The BCG trials and studies in the manner of infusion courses, pooled by metafor."""

from __future__ import annotations

import math

import numpy as np
import pytest

from abate.stats.heterogeneity import BetweenStudies
from abate.stats.meta_analysis import PooledEffect, PooledInterval, pool_fixed, pool_random
from abate.stats.study_effects import (
    Scale,
    StudyEffects,
    effects_given,
    effects_of_means,
    effects_of_proportions,
    effects_of_rates,
)
from tests.reference.case import read_case

CASE = read_case(__file__)
ESTIMATORS = {
    "DL": BetweenStudies.DERSIMONIAN_LAIRD,
    "REML": BetweenStudies.REML,
    "PM": BetweenStudies.PAULE_MANDEL,
}
INTERVALS = {
    "z": PooledInterval.NORMAL,
    "knha": PooledInterval.HARTUNG_KNAPP,
    "adhoc": PooledInterval.HARTUNG_KNAPP_NEVER_SHRUNK,
}
MAKERS = {
    "means": effects_of_means,
    "shares": effects_of_proportions,
    "rates": effects_of_rates,
    "alike": effects_given,
    "little": effects_given,
}


def effects_of(name: str) -> StudyEffects:
    if name == "bcg_risk":
        return risk_ratios()
    if name == "bcg_odds":
        return odds_ratios()
    return MAKERS[name.removesuffix("_zero")](**CASE["self_made"][name])


def bcg() -> list[np.ndarray]:
    cells = ("vaccinated_ill", "vaccinated_well", "control_ill", "control_well")
    return [np.array(CASE["bcg"][cell], dtype=float) for cell in cells]


def risk_ratios() -> StudyEffects:
    a, b, c, d = bcg()
    return effects_given(np.log(a / (a + b) * (c + d) / c), 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d))


def odds_ratios() -> StudyEffects:
    a, b, c, d = bcg()
    return effects_given(np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d)


def on_the_scale(number: float | None, scale: Scale) -> float | None:
    if number is None or scale is Scale.IDENTITY:
        return number
    return math.log(number) if scale is Scale.LOG else math.log(number / (1 - number))


def numbers_of(pooled: PooledEffect) -> dict[str, float | None]:
    found = pooled.heterogeneity
    return {
        "mean": on_the_scale(pooled.value, pooled.scale),
        "standard_error": pooled.standard_error,
        "lower": on_the_scale(pooled.lower, pooled.scale),
        "upper": on_the_scale(pooled.upper, pooled.scale),
        "p_value": pooled.p_value,
        "tau_squared": found.tau_squared,
        "tau_squared_lower": found.tau_squared_lower,
        "tau_squared_upper": found.tau_squared_upper,
        "i_squared": found.i_squared,
        "q": found.q,
        "q_p_value": found.p_value,
        "prediction_lower": on_the_scale(pooled.prediction_lower, pooled.scale),
        "prediction_upper": on_the_scale(pooled.prediction_upper, pooled.scale),
    }


def pool_as(fit: dict, effects: StudyEffects) -> PooledEffect:
    if fit["estimator"] == "FE":
        return pool_fixed(effects)
    return pool_random(effects, ESTIMATORS[fit["estimator"]], INTERVALS[fit["interval"]])


def not_given(fit: dict) -> set[str]:
    "A fixed effect predicts nothing; its Q-profile is ours alone; an empty one is 0 to 0 with metafor and None here."
    if fit["estimator"] == "FE":
        return {"tau_squared_lower", "tau_squared_upper", "prediction_lower", "prediction_upper"}
    return {"tau_squared_lower", "tau_squared_upper"} if fit["studies"] == "alike" else set()


@pytest.mark.parametrize("fit", CASE["fit"], ids=lambda fit: "-".join(list(fit.values())[:3]))
def test_metafor(fit):
    effects = effects_of(fit["studies"])
    pooled = pool_as(fit, effects)
    ours, theirs = numbers_of(pooled), dict(zip(CASE["columns"], fit["numbers"], strict=True))
    for name in set(theirs) - not_given(fit):
        assert ours[name] == pytest.approx(theirs[name], rel=CASE["tolerance"], abs=CASE["tolerance"]), name


def test_alike_studies_have_no_interval_of_tau_squared():
    "metafor gives 0 to 0 and a remark; the set of tau² that fit is empty."
    found = pool_random(effects_of("alike")).heterogeneity
    assert (found.tau_squared, found.tau_squared_lower, found.tau_squared_upper) == (0.0, None, None)
    assert "more alike than chance" in found.reason


def test_risk_ratios_as_viechtbauer_printed_them():
    ours = numbers_of(pool_random(risk_ratios(), interval=PooledInterval.NORMAL))
    for name, printed in CASE["published"]["risk"].items():
        assert ours[name] == pytest.approx(printed, abs=CASE["published"]["tolerance"]), name


def test_the_q_profile_of_the_odds_ratios_as_printed():
    found = pool_random(odds_ratios()).heterogeneity
    limits = (found.tau_squared_lower, found.tau_squared_upper)
    assert limits == pytest.approx(CASE["published"]["odds_tau_squared_limits"], abs=CASE["published"]["tolerance"])
