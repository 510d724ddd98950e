"""Which distribution do the repeated outcomes of each arm come from?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from abate.stats.arrays import Array, IntArray
from abate.stats.reference_strategies import Joint
from abate.stats.repeated_normal import (
    RepeatedNormal,
    draw_repeated_normal,
    fit_repeated_normal,
    moments_of,
    moments_without_each,
    reason_against_fit,
)
from abate.stats.repeated_outcomes import RepeatedOutcomes


class ImputationModel(StrEnum):
    """What the arms have in common in the model of the outcomes."""

    COMMON = "common"  # covariance and slopes of the covariates at each visit; means differ
    BY_ARM = "by arm"  # nothing: each arm has a model of its own


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


@dataclass(frozen=True, kw_only=True, eq=False)
class FittedModel:
    """The REML fit of a model of all arms.

    Attributes
    ----------
    data : RepeatedOutcomes
    model : ImputationModel
    parts : tuple of RepeatedNormal
        One for all arms, or one for each; none where a part cannot be fitted.
    reason : str or None
        Why there is no fit, as a clause.
    """

    data: RepeatedOutcomes
    model: ImputationModel
    parts: tuple[RepeatedNormal, ...]
    reason: str | None = None

    def parameters(self) -> ArmParameters:
        """Return the fitted parameters of each arm, as a stack of one."""
        return self._by_arm([_repeated(part, 1) for part in self.parts])

    def drawn_parameters(self, draw_count: int, burn_in: int, random: np.random.Generator) -> ArmParameters:
        """Return draws of the parameters from their posterior distribution, stacked."""
        return self._by_arm(
            [
                draw_repeated_normal(outcomes, design, part, draw_count, burn_in, random)
                for part, (outcomes, design) in zip(self.parts, _parts_of(self.data, self.model), strict=True)
            ]
        )

    def parameters_without_each(self, persons: IntArray) -> ArmParameters | None:
        """Return the REML fits without each of some persons in turn, stacked; None where one of them fails."""
        stacks = []
        members = _members(self.data, self.model)
        for part, rows, (outcomes, design) in zip(self.parts, members, _parts_of(self.data, self.model), strict=True):
            stack = _repeated(part, len(persons))
            concerned = np.flatnonzero(np.isin(persons, rows))
            if concerned.size:
                left_out = moments_without_each(outcomes, design, np.searchsorted(rows, persons[concerned]))
                fits = fit_repeated_normal(left_out, start=part.covariance)
                if fits is None:
                    return None
                stack.coefficients[concerned] = fits.coefficients
                stack.covariance[concerned] = fits.covariance
            stacks.append(stack)
        return self._by_arm(stacks)

    def _by_arm(self, parts: Sequence[RepeatedNormal]) -> ArmParameters:
        """Return the parameters of each arm from stacks of those of the parts."""
        if self.model is ImputationModel.BY_ARM:
            coefficients = np.stack([part.coefficients for part in parts], axis=1)
            covariance = np.stack([part.covariance for part in parts], axis=1)
        else:
            (whole,) = parts
            own_count, arm_count = self.data.baseline.shape[1], len(self.data.arms)
            coefficients = np.repeat(whole.coefficients[:, None, :own_count], arm_count, axis=1)
            coefficients[:, 1:, 0] += whole.coefficients[:, own_count:]
            covariance = np.repeat(whole.covariance[:, None], arm_count, axis=1)
        coefficients[:, :, 0] += self.data.visit_means
        return ArmParameters(coefficients=coefficients, covariance=covariance)


def fit_arms(data: RepeatedOutcomes, model: ImputationModel = ImputationModel.COMMON) -> FittedModel:
    """Return the REML fit of the outcomes' distribution in all arms, or the reason why there is none.

    Examples
    --------
    >>> from abate.stats.repeated_outcomes import checked_outcomes
    >>> nan = float("nan")
    >>> data = checked_outcomes([2, 4, nan, 7, 9], ["drug", "drug", "drug", "none", "none"], "none")
    >>> fit_arms(data).parameters().coefficients.ravel()
    array([8., 3.])
    """
    parts = []
    for arm, (outcomes, design) in enumerate(_parts_of(data, model)):
        reason = reason_against_fit(outcomes, design)
        part = fit_repeated_normal(moments_of(outcomes, design)) if reason is None else None
        if part is None:
            clause = reason or "the covariance of the visits is singular: one follows from the others"
            named = clause if model is ImputationModel.COMMON else f"in arm {data.arms[arm]}: {clause}"
            return FittedModel(data=data, model=model, parts=(), reason=named)
        parts.append(part)
    return FittedModel(data=data, model=model, parts=tuple(parts))


def _members(data: RepeatedOutcomes, model: ImputationModel) -> list[IntArray]:
    """Return the persons of each part of the model, rising."""
    if model is ImputationModel.COMMON:
        return [np.arange(len(data.outcomes))]
    return [np.flatnonzero(data.arm_place == arm) for arm in range(len(data.arms))]


def _parts_of(data: RepeatedOutcomes, model: ImputationModel) -> list[tuple[Array, Array]]:
    """Return outcomes, less the mean of their visit, and design of each part of the model."""
    design = data.design if model is ImputationModel.COMMON else data.baseline
    centred = data.outcomes - data.visit_means
    return [(centred[rows], design[rows]) for rows in _members(data, model)]


def _repeated(part: RepeatedNormal, count: int) -> RepeatedNormal:
    return RepeatedNormal(
        coefficients=np.repeat(part.coefficients[None], count, axis=0),
        covariance=np.repeat(part.covariance[None], count, axis=0),
    )
