"""What might a person's unseen visits have been, at random or as in the reference arm?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, IntArray, Labels, label_vector, require_same_length
from abate.stats.covariates import Covariates, checked_covariates
from abate.stats.reference_strategies import Joint, Strategy, joint_distribution
from abate.stats.repeated_normal import (
    Flags,
    RepeatedNormal,
    draw_repeated_normal,
    fit_repeated_normal,
    moments_of,
    moments_without_each,
    reason_against_fit,
    regression_on_seen,
)

_EVERYBODY = "all"


class ImputationModel(StrEnum):
    """What the arms have in common in the model of the outcomes."""

    COMMON = "common"  # covariance and slopes of the covariates at each visit; means differ
    BY_ARM = "by arm"  # nothing: each arm has a model of its own


@dataclass(frozen=True, kw_only=True, eq=False)
class RepeatedOutcomes:
    """Checked outcomes of persons at planned visits.

    Attributes
    ----------
    outcomes : array of float64, shape (n, v)
        nan where a visit is not seen.
    arms : tuple
        The labels of the arms, the reference first.
    arm_place : array of int64, shape (n,)
        Each person's place among the arms.
    covariates : Covariates or None
        At baseline.
    """

    outcomes: Array
    arms: tuple[Any, ...]
    arm_place: IntArray
    covariates: Covariates | None

    @property
    def seen(self) -> Flags:
        """Say which visits were seen, shape (n, v)."""
        return np.isfinite(self.outcomes)

    @property
    def last_seen(self) -> IntArray:
        """Return the place of each person's last seen visit, -1 where none was, shape (n,)."""
        seen = self.seen
        last: IntArray = np.where(seen.any(axis=1), seen.shape[1] - 1 - np.argmax(seen[:, ::-1], axis=1), -1)
        return last

    @property
    def baseline(self) -> Array:
        """Return ones and the covariates, centred and in units of their ranges, shape (n, 1 + k)."""
        ones = np.ones((len(self.outcomes), 1))
        if self.covariates is None:
            return ones
        values = self.covariates.values
        return np.column_stack([ones, (values - values.mean(axis=0)) / self.covariates.spread])

    @property
    def visit_means(self) -> Array:
        """Return the mean of what was seen at each visit, 0 where nothing was, shape (v,)."""
        seen_count = np.maximum(self.seen.sum(axis=0), 1)
        means: Array = np.where(self.seen, self.outcomes, 0.0).sum(axis=0) / seen_count
        return means

    @property
    def design(self) -> Array:
        """Return ones, the covariates, and a column of 0 and 1 for each arm but the reference."""
        flags = self.arm_place[:, None] == np.arange(1, len(self.arms))
        return np.column_stack([self.baseline, flags.astype(np.float64)])


@dataclass(frozen=True, kw_only=True, eq=False)
class ImputedOutcomes:
    """Outcomes with their unseen visits filled in, several times.

    Attributes
    ----------
    values : array of float64, shape (m, n, v)
        Seen outcomes as they were, in each imputation.
    data : RepeatedOutcomes
        What was seen.
    strategies : tuple of Strategy
        The assumption for each person; it matters where visits after the last seen one are missing.
    model : ImputationModel
    seed : int
    """

    values: Array
    data: RepeatedOutcomes
    strategies: tuple[Strategy, ...]
    model: ImputationModel
    seed: int

    def shifted(self, delta: ArrayLike) -> ImputedOutcomes:
        """Return the same imputations with an amount added to what was imputed, and to nothing else.

        Parameters
        ----------
        delta : array-like of numbers that fits shape (n, v)
            In the unit of the outcome, for each person and visit: one number, one for each visit, or a column of one for
            each person.

        Raises
        ------
        ParameterError
            If it has another shape or a value is missing.
        """
        return replace(self, values=self.values + np.where(self.data.seen, 0.0, checked_delta(delta, self.data)))


def checked_outcomes(
    outcomes: ArrayLike, arm: ArrayLike | None = None, reference: Any = None, covariates: ArrayLike | None = None
) -> RepeatedOutcomes:
    """Return outcomes, arms and covariates in the form that imputation takes.

    Parameters
    ----------
    outcomes : array-like of numbers, shape (n, v) or (n,) for one visit
        One row a person, one column a planned visit, in their order; nan where a visit is not seen.
    arm : array-like of labels, shape (n,), optional
        Everybody is in one arm where it is not given.
    reference : label, optional
        The arm from which reference-based strategies borrow, and with which the others are compared; asked for with
        ``arm``.
    covariates : array-like of numbers, shape (n, k) or (n,), optional
        At baseline, without missing values and without the arm.

    Returns
    -------
    RepeatedOutcomes

    Raises
    ------
    ParameterError
        If an outcome is infinite, lengths differ, the reference is none of the arms, or the covariates cannot be told
        apart.

    Examples
    --------
    >>> checked_outcomes([[7, 5], [8, float("nan")], [6, 6]], ["drug", "drug", "none"], "none").last_seen
    array([1, 0, 1])
    """
    try:
        matrix = np.asarray(outcomes, dtype=np.float64)
    except (TypeError, ValueError):
        raise ParameterError("outcomes must be numbers, and nan where a visit is not seen.") from None
    if matrix.ndim == 1:
        matrix = matrix[:, None]
    if matrix.ndim != 2 or 0 in matrix.shape:
        raise ParameterError(f"outcomes must have one row a person and one column a visit; got shape {matrix.shape}.")
    if np.any(np.isinf(matrix)):
        raise ParameterError(
            f"outcomes has {int(np.isinf(matrix).sum())} infinite values; give nan where none is seen."
        )
    labels = np.full(len(matrix), _EVERYBODY) if arm is None else label_vector(arm, "arm")
    columns = None if covariates is None else checked_covariates(covariates)
    require_same_length(outcomes=matrix, arm=labels, covariates=labels if columns is None else columns.values)
    arms = _arms(labels, _EVERYBODY if arm is None and reference is None else reference)
    place = np.array([arms.index(label) for label in labels.tolist()], dtype=np.int64)
    return RepeatedOutcomes(outcomes=matrix, arms=arms, arm_place=place, covariates=columns)


def impute_outcomes(
    data: RepeatedOutcomes,
    strategy: Strategy | Sequence[Strategy] = Strategy.MISSING_AT_RANDOM,
    imputation_count: int = 100,
    model: ImputationModel = ImputationModel.COMMON,
    burn_in: int = 100,
    *,
    seed: int,
) -> ImputedOutcomes:
    """Return outcomes with unseen visits drawn from a multivariate normal model, several times.

    For each imputation the model's parameters are drawn from their posterior distribution
    (:func:`abate.stats.repeated_normal.draw_repeated_normal`, Jeffreys' prior), and then each person's unseen visits given
    the seen ones, from the joint distribution that the strategy makes of the own arm's and the reference arm's. Visits
    that are missing before the last seen one are always missing at random, unless the person as a whole copies the
    reference.

    Parameters
    ----------
    data : RepeatedOutcomes
        From :func:`checked_outcomes`.
    strategy : Strategy or sequence of Strategy, shape (n,)
        One for all, or one for each person. In the reference arm all strategies are the same.
    imputation_count : int
        Number of imputations; at least 2. A hundred make the result nearly independent of the seed.
    model : ImputationModel
        What the arms have in common.
    burn_in : int
        Steps of each chain before its draw is taken; at least 1.
    seed : int
        Of the random numbers; the same seed gives the same imputations.

    Returns
    -------
    ImputedOutcomes

    Raises
    ------
    ParameterError
        If a number is out of its range, or the model cannot be fitted to the outcomes; the sentence says why.

    References
    ----------
    Carpenter, Roger & Kenward (2013), Journal of Biopharmaceutical Statistics 23(6), 1352-1371.
    https://doi.org/10.1080/10543406.2013.834911

    Examples
    --------
    >>> nan = float("nan")
    >>> outcomes = [[7, 5], [8, nan], [6, 4], [7, 3], [5, 4], [8, 7], [7, nan], [6, 6], [9, 7], [5, 5]]
    >>> data = checked_outcomes(outcomes, ["drug"] * 5 + ["none"] * 5, "none")
    >>> imputed = impute_outcomes(data, Strategy.JUMP_TO_REFERENCE, imputation_count=20, seed=1)
    >>> imputed.values.shape, imputed.values[:, 0, 1].tolist() == [5.0] * 20
    ((20, 10, 2), True)
    """
    if imputation_count < 2 or burn_in < 1 or seed < 0:
        raise ParameterError(
            "imputation_count must be at least 2, burn_in at least 1 and seed at least 0; "
            f"got {imputation_count}, {burn_in} and {seed}."
        )
    strategies = checked_strategies(strategy, data)
    require_a_model(data, model)
    random = np.random.default_rng(seed)
    draws = [
        draw_repeated_normal(outcomes, design, imputation_count, burn_in, random)
        for outcomes, design in _model_parts(data, model)
    ]
    parameters = arm_parameters(data, model, [_required(draw) for draw in draws])
    values = fill_in(data, strategies, parameters, random)
    return ImputedOutcomes(values=values, data=data, strategies=strategies, model=model, seed=seed)


def checked_visit(visit: int, data: RepeatedOutcomes) -> int:
    """Return the place of a visit, counted from 0.

    Raises
    ------
    ParameterError
        If there is no such visit.
    """
    visit_count: int = data.outcomes.shape[1]
    if not -visit_count <= visit < visit_count:
        raise ParameterError(f"visit must be from 0 to {visit_count - 1}, or -1 for the last; got {visit!r}.")
    return visit % visit_count


@dataclass(frozen=True, kw_only=True, eq=False)
class ArmParameters:
    """The distribution of the outcomes in each arm, or a stack of them.

    Attributes
    ----------
    coefficients : array of float64, shape (m, arms, 1 + k, v)
        Of ones and the covariates.
    covariance : array of float64, shape (m, arms, v, v)
    """

    coefficients: Array
    covariance: Array

    def distribution(self, baseline: Array, arm: int) -> Joint:
        """Return the distribution of persons with these ones and covariates as if in one arm."""
        return Joint(mean=baseline @ self.coefficients[:, arm], covariance=self.covariance[:, arm])


def reason_against_model(data: RepeatedOutcomes, model: ImputationModel) -> str | None:
    """Return why the model of the outcomes cannot be fitted, as a clause, or None."""
    for place, (outcomes, design) in enumerate(_model_parts(data, model)):
        reason = reason_against_fit(outcomes, design)
        if reason is None and fit_repeated_normal(moments_of(outcomes, design)) is None:
            reason = "the covariance of the visits is singular: one follows from the others"
        if reason is not None:
            return reason if model is ImputationModel.COMMON else f"in arm {data.arms[place]}: {reason}"
    return None


def require_a_model(data: RepeatedOutcomes, model: ImputationModel) -> None:
    """Refuse outcomes to which the model cannot be fitted.

    Raises
    ------
    ParameterError
        With the reason.
    """
    reason = reason_against_model(data, model)
    if reason is not None:
        raise ParameterError(f"the imputation model cannot be fitted: {reason}.")


def fitted_parameters(data: RepeatedOutcomes, model: ImputationModel) -> ArmParameters:
    """Return the REML fit, as a stack of one."""
    fits = [_required(fit_repeated_normal(moments_of(*part))) for part in _model_parts(data, model)]
    stacked = [RepeatedNormal(coefficients=fit.coefficients[None], covariance=fit.covariance[None]) for fit in fits]
    return arm_parameters(data, model, stacked)


def parameters_without_each(data: RepeatedOutcomes, model: ImputationModel, persons: IntArray) -> ArmParameters | None:
    """Return the REML fits without each of some persons in turn, stacked; None where one of them is singular."""
    parts = list(_model_parts(data, model))
    members = _model_members(data, model)
    stacks = []
    for (outcomes, design), rows in zip(parts, members, strict=True):
        whole = _required(fit_repeated_normal(moments_of(outcomes, design)))
        coefficients = np.repeat(whole.coefficients[None], len(persons), axis=0)
        covariance = np.repeat(whole.covariance[None], len(persons), axis=0)
        concerned = np.flatnonzero(np.isin(persons, rows))
        if concerned.size:
            left_out = moments_without_each(outcomes, design, np.searchsorted(rows, persons[concerned]))
            fits = fit_repeated_normal(left_out, start=whole.covariance)
            if fits is None:
                return None
            coefficients[concerned], covariance[concerned] = fits.coefficients, fits.covariance
        stacks.append(RepeatedNormal(coefficients=coefficients, covariance=covariance))
    return arm_parameters(data, model, stacks)


def arm_parameters(data: RepeatedOutcomes, model: ImputationModel, parts: Sequence[RepeatedNormal]) -> ArmParameters:
    """Return the parameters of each arm from those of the model: one part in common, or one for each arm."""
    if model is ImputationModel.BY_ARM:
        coefficients = np.stack([part.coefficients for part in parts], axis=1)
        covariance = np.stack([part.covariance for part in parts], axis=1)
    else:
        (whole,) = parts
        own_count = data.baseline.shape[1]
        coefficients = np.repeat(whole.coefficients[:, None, :own_count], len(data.arms), axis=1)
        coefficients[:, 1:, 0] += whole.coefficients[:, own_count:]
        covariance = np.repeat(whole.covariance[:, None], len(data.arms), axis=1)
    coefficients[:, :, 0] += data.visit_means
    return ArmParameters(coefficients=coefficients, covariance=covariance)


def fill_in(
    data: RepeatedOutcomes,
    strategies: Sequence[Strategy],
    parameters: ArmParameters,
    random: np.random.Generator | None,
) -> Array:
    """Return the completed outcomes under each stack of parameters, shape (m, n, v).

    Unseen visits are drawn from their distribution given the seen ones; without ``random`` they are its mean.
    """
    seen, last_seen = data.seen, data.last_seen
    completed = np.repeat(np.where(seen, data.outcomes, 0.0)[None], len(parameters.coefficients), axis=0)
    effective = [
        Strategy.MISSING_AT_RANDOM if last == seen.shape[1] - 1 else strategy
        for strategy, last in zip(strategies, last_seen.tolist(), strict=True)
    ]
    kinds = [(g, s.value, *row) for g, s, row in zip(data.arm_place.tolist(), effective, seen.tolist(), strict=True)]
    for kind in sorted({kind for kind in kinds if not all(kind[2:])}):
        rows = np.array([place for place, other in enumerate(kinds) if other == kind])
        g, strategy, pattern = kind[0], Strategy(kind[1]), np.array(kind[2:])
        own, reference = (parameters.distribution(data.baseline[rows], arm) for arm in (g, 0))
        joint = joint_distribution(strategy, own, reference, first=int(last_seen[rows[0]]) + 1)
        regression = regression_on_seen(joint.covariance, pattern)
        residual = data.outcomes[rows][:, pattern] - joint.mean[..., pattern]
        unseen = joint.mean[..., ~pattern] + residual @ np.swapaxes(regression.slopes, -1, -2)
        if random is not None:
            unseen = unseen + random.standard_normal(unseen.shape) @ np.swapaxes(regression.spread, -1, -2)
        completed[:, rows[:, None], np.flatnonzero(~pattern)] = unseen
    return completed


def checked_strategies(strategy: Strategy | Sequence[Strategy], data: RepeatedOutcomes) -> tuple[Strategy, ...]:
    """Return one strategy for each person.

    Raises
    ------
    ParameterError
        If there are more or fewer than persons, or one is unknown.
    """
    given = [strategy] * len(data.outcomes) if isinstance(strategy, str) else list(strategy)
    if len(given) != len(data.outcomes):
        raise ParameterError(
            f"strategy must be one for all or one for each of {len(data.outcomes)} persons; got {len(given)}."
        )
    try:
        return tuple(Strategy(one) for one in given)
    except ValueError:
        raise ParameterError(f"strategy must be one of {', '.join(repr(one.value) for one in Strategy)}.") from None


def checked_delta(delta: ArrayLike, data: RepeatedOutcomes) -> Array:
    """Return an amount for each person and visit, shape (n, v).

    Raises
    ------
    ParameterError
        If the shape does not fit, or a value is missing.
    """
    amounts = np.asarray(delta, dtype=np.float64)
    try:
        spread = np.broadcast_to(amounts, data.outcomes.shape)
    except ValueError:
        raise ParameterError(
            f"delta must fit the shape {data.outcomes.shape} of the outcomes; got {amounts.shape}."
        ) from None
    if not np.all(np.isfinite(amounts)):
        raise ParameterError("delta has missing or infinite values; give 0 where nothing is to be added.")
    return spread


def _arms(labels: Labels, reference: Any) -> tuple[Any, ...]:
    found = np.unique(labels).tolist()
    if reference not in found:
        raise ParameterError(f"reference must be one of the arms {', '.join(map(repr, found))}; got {reference!r}.")
    return (reference, *(label for label in found if label != reference))


def _model_members(data: RepeatedOutcomes, model: ImputationModel) -> list[NDArray[np.int64]]:
    """Return the persons of each part of the model, rising."""
    if model is ImputationModel.COMMON:
        return [np.arange(len(data.outcomes))]
    return [np.flatnonzero(data.arm_place == g) for g in range(len(data.arms))]


def _model_parts(data: RepeatedOutcomes, model: ImputationModel) -> list[tuple[Array, Array]]:
    """Return outcomes, less the mean of their visit, and design of each part of the model."""
    design = data.design if model is ImputationModel.COMMON else data.baseline
    centred = data.outcomes - data.visit_means
    return [(centred[rows], design[rows]) for rows in _model_members(data, model)]


def _required(fit: RepeatedNormal | None) -> RepeatedNormal:
    if fit is None:
        raise ParameterError("the imputation model cannot be fitted: the covariance of the visits is singular.")
    return fit
