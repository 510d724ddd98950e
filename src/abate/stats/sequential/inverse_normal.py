"""What do the stages of an adaptive trial say together, whatever became of its size on the way?

Each stage is tested on its own patients. Its p-value becomes a normal score, and the scores are added with weights that were fixed before
the first patient, so that the sum is standard normal under no effect however the later sizes were chosen (Lehmacher & Wassmer 1999; Cui,
Hung & Wang 1999). Weights are the planned shares of information: with the planned sizes the sum is the usual statistic.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from abate.stats.arrays import Array, number_vector, require_level, require_same_length
from abate.stats.distributions import normal_cdf, normal_quantile
from abate.stats.roots import crossing
from abate.stats.sequential.boundaries import no_lower_bounds
from abate.stats.sequential.characteristics import lower_bounds
from abate.stats.sequential.design import GroupSequentialDesign
from abate.stats.sequential.errors import PowerNotReachableError, StageError
from abate.stats.sequential.looks import require_error_rate
from abate.stats.sequential.recursion import follow

_LEAST_P = 1e-300


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What one stage's own patients say: an estimate, higher is better, with its standard error."""

    estimate: float
    standard_error: float
    df: float | None = None  # of Student's t; None for a normal statistic
    known_error: float | None = None  # error taken as known in the final interval; the standard error where left out


@dataclass(frozen=True, kw_only=True)
class StopResult:
    """Stage-wise p-value, median-unbiased estimate and interval at the stage that ended the trial."""

    stage: int
    p_value: float  # one-sided
    estimate: float
    lower: float
    upper: float
    level: float
    ordering: str = "stage-wise"


@dataclass(frozen=True, kw_only=True)
class Combined:
    """The stages so far, one number a stage."""

    stage_p: tuple[float, ...]
    combined_z: tuple[float, ...]
    critical_z: tuple[float, ...]
    repeated_lower: tuple[float, ...]  # intervals that hold together at all stages, whatever rule stops the trial
    repeated_upper: tuple[float, ...]
    rejected_at: int | None
    stopped: StopResult | None  # None while the trial goes on


def two_sample_stages(
    *,
    n_1: Sequence[int],
    n_2: Sequence[int],
    mean_1: Sequence[float],
    mean_2: Sequence[float],
    sd_1: Sequence[float],
    sd_2: Sequence[float],
) -> tuple[Stage, ...]:
    """Return the stages of a comparison of two means with equal variances, higher being better in arm 1.

    The final interval takes the SD pooled over all patients of an arm up to the last stage as known.

    Parameters
    ----------
    n_1, n_2 : sequence of int, shape (stages,)
        Patients of each stage, not cumulative; at least 2.
    mean_1, mean_2, sd_1, sd_2 : sequence of float, shape (stages,)
        Of the stage's own patients.

    Raises
    ------
    ParameterError
        If lengths differ or a value is missing.
    StageError
        If a stage has fewer than 2 patients in an arm, or an SD is not above 0.

    Examples
    --------
    >>> stages = two_sample_stages(n_1=[20], n_2=[20], mean_1=[2.6], mean_2=[1.9], sd_1=[2.3], sd_2=[2.2])
    >>> round(stages[0].standard_error, 4), stages[0].df
    (0.7117, 38.0)
    """
    columns = {"n_1": n_1, "n_2": n_2, "mean_1": mean_1, "mean_2": mean_2, "sd_1": sd_1, "sd_2": sd_2}
    n1, n2, m1, m2, s1, s2 = (number_vector(column, name) for name, column in columns.items())
    require_same_length(n_1=n1, n_2=n2, mean_1=m1, mean_2=m2, sd_1=s1, sd_2=s2)
    if np.any(np.minimum(n1, n2) < 2) or np.any(np.minimum(s1, s2) <= 0):
        raise StageError("every stage needs at least 2 patients in each arm and an SD above 0; check the stages.")
    per_patient = np.sqrt(1 / n1 + 1 / n2)
    within = np.sqrt(((n1 - 1) * s1**2 + (n2 - 1) * s2**2) / (n1 + n2 - 2))
    squares = _squares(n1, m1, s1) + _squares(n2, m2, s2)
    overall = math.sqrt(squares / (n1.sum() + n2.sum() - 2))
    return tuple(
        Stage(
            estimate=float(m1[k] - m2[k]),
            standard_error=float(within[k] * per_patient[k]),
            df=float(n1[k] + n2[k] - 2),
            known_error=float(overall * per_patient[k]),
        )
        for k in range(len(n1))
    )


def _squares(n: Array, mean: Array, sd: Array) -> float:
    """Return the sum of squares of all patients of an arm around their common mean."""
    common = float(n @ mean) / n.sum()
    return float(((n - 1) * sd**2 + n * (mean - common) ** 2).sum())


def combine_stages(design: GroupSequentialDesign, stages: Sequence[Stage], *, level: float | None = None) -> Combined:
    """Return stage p-values, combined statistics, repeated intervals and, after a stop, the final result.

    Parameters
    ----------
    design : GroupSequentialDesign
        Its information fractions are the weights, its critical values the bounds of the combined statistic.
    stages : sequence of Stage, shape (at most looks,)
    level : float, optional
        Coverage of the final interval; ``1 - 2 * alpha`` for one side, ``1 - alpha`` for two, where left out.

    Raises
    ------
    StageError
        If there are no stages, more than the design has, or a standard error is not above 0.

    References
    ----------
    Lehmacher & Wassmer (1999), Biometrics 55(4), 1286-1290. https://doi.org/10.1111/j.0006-341X.1999.01286.x
    Wassmer & Brannath (2016), Group Sequential and Confirmatory Adaptive Designs in Clinical Trials.

    Examples
    --------
    >>> from abate.stats.sequential.boundaries import obrien_fleming
    >>> from abate.stats.sequential.design import plan_design
    >>> design = plan_design((0.5, 1), alpha=0.025, sided=1, power=0.9, efficacy=obrien_fleming())
    >>> found = combine_stages(design, [Stage(estimate=0.9, standard_error=0.5), Stage(estimate=1.1, standard_error=0.4)])
    >>> [round(z, 3) for z in found.combined_z], found.rejected_at
    ([1.8, 3.217], 2)
    """
    _check_stages(design, stages)
    level = (1 - design.alpha if design.sided == 2 else 1 - 2 * design.alpha) if level is None else level
    require_level(level)
    trial = _Stages(tuple(stages), stage_weights(design.information)[: len(stages)])
    combined = trial.combined(0.0)
    critical = np.array(design.efficacy_z)[: len(stages)]
    passed = (np.abs(combined) if design.sided == 2 else combined) >= critical
    rejected_at = int(np.argmax(passed)) + 1 if bool(np.any(passed)) else None
    ended_at = rejected_at or _ended_without(design, combined)
    repeated = [trial.repeated_interval(k, float(critical[k])) for k in range(len(stages))]
    return Combined(
        stage_p=tuple(normal_cdf(-float(score)) for score in trial.scores(0.0)),
        combined_z=tuple(map(float, combined)),
        critical_z=tuple(map(float, critical)),
        repeated_lower=tuple(lower for lower, _ in repeated),
        repeated_upper=tuple(upper for _, upper in repeated),
        rejected_at=rejected_at,
        stopped=None if ended_at is None else _stopped(design, trial, ended_at, level),
    )


def stage_weights(information: Sequence[float]) -> Array:
    """Return the weights of the stages' normal scores: roots of the planned increments of information.

    Examples
    --------
    >>> stage_weights((0.36, 1.0))
    array([0.6, 0.8])
    """
    return np.asarray(np.sqrt(np.diff(np.append(0.0, information))), dtype=np.float64)


def _ended_without(design: GroupSequentialDesign, combined: Array) -> int | None:
    """Return the stage at which the trial ended without passing a critical value; None while it goes on."""
    count = len(combined)
    if count == len(design.information):
        return count
    is_futile = bool(design.futility_z) and combined[-1] <= design.futility_z[count - 1]
    return count if is_futile else None


@dataclass(frozen=True, eq=False)
class _Stages:
    """Stages with their weights, tested against any effect."""

    stages: tuple[Stage, ...]
    weights: Array

    def scores(self, effect: float) -> Array:
        """Return each stage's normal score against an effect."""
        return np.array([_score(stage, effect) for stage in self.stages])

    def combined(self, effect: float) -> Array:
        """Return the combined statistic after each stage, against an effect."""
        return self._added(self.scores(effect))

    def shift(self, effect: float) -> Array:
        """Return the mean of the combined statistics under an effect, errors taken as known."""
        errors = [stage.known_error or stage.standard_error for stage in self.stages]
        return self._added(effect / np.array(errors))

    def _added(self, scores: Array) -> Array:
        return np.asarray(np.cumsum(self.weights * scores) / np.sqrt(np.cumsum(self.weights**2)), dtype=np.float64)

    def repeated_interval(self, k: int, critical: float) -> tuple[float, float]:
        """Return the effects that stage k's critical value does not reject in either direction."""
        if math.isinf(critical):
            return -math.inf, math.inf
        up_to = _Stages(self.stages[: k + 1], self.weights[: k + 1])
        return (
            _falls_to(lambda effect: float(up_to.combined(effect)[-1]) - critical, up_to),
            _falls_to(lambda effect: float(up_to.combined(effect)[-1]) + critical, up_to),
        )


def _score(stage: Stage, effect: float) -> float:
    from scipy.special import stdtr

    statistic = (stage.estimate - effect) / stage.standard_error
    if stage.df is None:
        return statistic
    # The smaller tail keeps its digits.
    tail = max(float(stdtr(stage.df, -abs(statistic))), _LEAST_P)
    return math.copysign(-normal_quantile(tail), statistic)


def _falls_to(function: Callable[[float], float], trial: _Stages) -> float:
    """Return where a function that falls with the effect is 0."""
    centre = trial.stages[-1].estimate
    reach = 4 * max(stage.standard_error for stage in trial.stages)
    while function(centre - reach) < 0 or function(centre + reach) > 0:
        reach *= 2
    return crossing(function, centre - reach, centre + reach, nearest=1e-12 * reach)


def _stopped(design: GroupSequentialDesign, trial: _Stages, stage: int, level: float) -> StopResult:
    seen = _Stages(trial.stages[:stage], trial.weights[:stage])
    z = float(seen.combined(0.0)[-1])
    information = np.array(design.information[:stage])
    upper = np.append(design.efficacy_z[: stage - 1], z)
    lower = lower_bounds(design)[:stage] if design.sided == 2 or design.is_binding else no_lower_bounds(stage)

    def chance(effect: float) -> float:
        shift = seen.shift(effect)
        return float(follow(information, lower - shift, upper - shift, 0.0).above.sum())

    def effect_with(target: float) -> float:
        return _falls_to(lambda effect: target - chance(effect), seen)

    return StopResult(
        stage=stage,
        p_value=chance(0.0),
        estimate=effect_with(0.5),
        lower=effect_with((1 - level) / 2),
        upper=effect_with((1 + level) / 2),
        level=level,
    )


def score_still_needed(design: GroupSequentialDesign, combined_z: float, stage: int) -> float:
    """Return the normal score that all later patients together must reach for the last critical value to be passed.

    Parameters
    ----------
    design : GroupSequentialDesign
    combined_z : float
        Combined statistic after ``stage``.
    stage : int
        From 1 to the last but one.

    Raises
    ------
    StageError
        If there is no such stage, or the statistic is not finite.

    Examples
    --------
    >>> from abate.stats.sequential.boundaries import obrien_fleming
    >>> from abate.stats.sequential.design import plan_design
    >>> design = plan_design((0.5, 1), alpha=0.025, sided=1, power=0.9, efficacy=obrien_fleming())
    >>> round(score_still_needed(design, 1.2, 1), 4)
    1.5965
    """
    if stage not in range(1, len(design.information)):
        raise StageError(f"stage must be from 1 to {len(design.information) - 1}, before the last; got {stage!r}.")
    if not math.isfinite(combined_z):
        raise StageError(f"combined_z must be a finite number; got {combined_z!r}.")
    t = design.information[stage - 1]
    return (design.efficacy_z[-1] - math.sqrt(t) * combined_z) / math.sqrt(1 - t)


def power_with_more(
    design: GroupSequentialDesign, combined_z: float, stage: int, *, effect: float, sd: float, more_per_arm: float
) -> float:
    """Return conditional power if the trial goes on to its end with so many more patients in each of two arms.

    Looks between are not counted; the later patients are tested together.

    Parameters
    ----------
    design, combined_z, stage
        As for :func:`score_still_needed`.
    effect : float
        True difference of means, in the outcome's unit.
    sd : float
        Within arm, above 0.
    more_per_arm : float
        Patients still to come in each arm, above 0.

    Raises
    ------
    StageError
        If an argument is outside its range.

    Examples
    --------
    >>> from abate.stats.sequential.boundaries import obrien_fleming
    >>> from abate.stats.sequential.design import plan_design
    >>> design = plan_design((0.5, 1), alpha=0.025, sided=1, power=0.9, efficacy=obrien_fleming())
    >>> round(power_with_more(design, 1.2, 1, effect=1.0, sd=2.0, more_per_arm=60), 3)
    0.873
    """
    needed = score_still_needed(design, combined_z, stage)
    if not (math.isfinite(effect) and sd > 0 and more_per_arm > 0):
        raise StageError(f"need a finite effect, sd and more_per_arm above 0; got {effect=}, {sd=}, {more_per_arm=}.")
    return normal_cdf(effect / (sd * math.sqrt(2 / more_per_arm)) - needed)


def patients_for_power(
    design: GroupSequentialDesign, combined_z: float, stage: int, *, effect: float, sd: float, power: float
) -> float:
    """Return how many more patients in each of two arms give a conditional power; unrounded, 0 where none are needed.

    Raises
    ------
    StageError, ErrorRateError
        If an argument is outside its range.
    PowerNotReachableError
        If the effect is not above 0.

    Examples
    --------
    >>> from abate.stats.sequential.boundaries import obrien_fleming
    >>> from abate.stats.sequential.design import plan_design
    >>> design = plan_design((0.5, 1), alpha=0.025, sided=1, power=0.9, efficacy=obrien_fleming())
    >>> round(patients_for_power(design, 1.2, 1, effect=1.0, sd=2.0, power=0.9), 1)
    66.3
    """
    require_error_rate(power, "power")
    needed = score_still_needed(design, combined_z, stage) + normal_quantile(power)
    if not (math.isfinite(effect) and sd > 0):
        raise StageError(f"need a finite effect and an sd above 0; got {effect=}, {sd=}.")
    if effect <= 0:
        raise PowerNotReachableError(
            f"no number of patients gives power for an effect of {effect:g}; it must be above 0."
        )
    return 2 * (sd * max(needed, 0.0) / effect) ** 2


def _check_stages(design: GroupSequentialDesign, stages: Sequence[Stage]) -> None:
    if not 1 <= len(stages) <= len(design.information):
        raise StageError(f"the design has {len(design.information)} stages; got results of {len(stages)}.")
    for k, stage in enumerate(stages):
        if not (math.isfinite(stage.estimate) and math.isfinite(stage.standard_error) and stage.standard_error > 0):
            raise StageError(f"stage {k + 1} needs a finite estimate and a standard error above 0; check it.")
        if stage.df is not None and not stage.df > 0:
            raise StageError(f"stage {k + 1} has {stage.df!r} degrees of freedom; they must be above 0.")
        if stage.known_error is not None and not stage.known_error > 0:
            raise StageError(f"stage {k + 1} has a known error of {stage.known_error!r}; it must be above 0.")
