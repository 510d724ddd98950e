"""What might a person's unseen visits have been, at random or as in the reference arm?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from abate.base.errors import ParameterError
from abate.stats.arm_models import ArmParameters, ImputationModel, fit_arms
from abate.stats.arrays import Array
from abate.stats.reference_strategies import Strategy, joint_distribution
from abate.stats.repeated_normal import regression_on_seen
from abate.stats.repeated_outcomes import RepeatedOutcomes


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
        From :func:`abate.stats.repeated_outcomes.checked_outcomes`.
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
    >>> from abate.stats.repeated_outcomes import checked_outcomes
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
    strategies, fit = checked_strategies(strategy, data), fit_arms(data, model)
    if fit.reason is not None:
        raise ParameterError(f"the imputation model cannot be fitted: {fit.reason}.")
    random = np.random.default_rng(seed)
    parameters = fit.drawn_parameters(imputation_count, burn_in, random)
    values = fill_in(data, strategies, parameters, random)
    return ImputedOutcomes(values=values, data=data, strategies=strategies, model=model, seed=seed)


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
