"""How many degrees of freedom will a mixed model's t test have, before any data are seen?

Satterthwaite's formula at the expected REML information: ``2 f^2 / (g' A g)`` with f the variance of the contrast, g its
slope in the covariance parameters and A the inverse of their expected information, means and covariates taken off.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from abate.stats.arrays import Array
from abate.stats.matrices import inverse, solved
from abate.stats.sizes.rated_arm import RatedArm
from abate.stats.sizes.solving import Arms


@dataclass(frozen=True, kw_only=True, eq=False)
class MeanModel:
    """What the means of an arm are made of, and what is compared between arms.

    Attributes
    ----------
    design : array of float64, shape (J, q)
        Means by visit from q coefficients an arm: the identity for a mean by visit, ones and times for a line.
    weights : array of float64, shape (q,)
        Of the coefficients.
    """

    design: Array
    weights: Array

    def variance(self, arm: RatedArm) -> float:
        """Return the variance of the contrast times persons, where drop-out is as in ``arm``."""
        return float(self.weights @ inverse(self.design.T @ arm.information() @ self.design) @ self.weights)


def satterthwaite_degrees(
    model: MeanModel, active: RatedArm, control: RatedArm, covariate_count: int
) -> Callable[[Arms], float]:
    """Return the rule that gives the degrees of freedom for given arms.

    Parameters
    ----------
    model : MeanModel
    active, control : RatedArm
        One covariance is estimated for both where theirs are equal, else one each; unstructured.
    covariate_count : int
        Covariates whose coefficients differ by visit, such as 1 for the baseline.

    Returns
    -------
    function of the arms' sizes

    References
    ----------
    Satterthwaite (1946), Biometrics Bulletin 2(6), 110-114; Giesbrecht & Burns (1985), Biometrics 41(2), 477-486.
    """
    known: dict[tuple[float, ...], _PerPerson] = {}

    def degrees(arms: Arms) -> float:
        total = sum(arms)
        shares = tuple(round(arm / total, 12) for arm in arms)
        if shares not in known:
            known[shares] = _per_person(model, (active, control), shares, covariate_count)
        return known[shares].degrees(total)

    return degrees


@dataclass(frozen=True, kw_only=True, eq=False)
class _PerPerson:
    """Everything that the formula needs, apart from the number of persons, by which it grows or shrinks."""

    variance: float
    slope: Array
    information: Array
    taken_off: Array

    def degrees(self, total: float) -> float:
        of_parameters = (total * self.information - self.taken_off) / 2
        return float(2 * self.variance**2 / (self.slope @ solved(of_parameters, self.slope)))


def _per_person(
    model: MeanModel, arms: tuple[RatedArm, ...], shares: tuple[float, ...], covariate_count: int
) -> _PerPerson:
    directions = _directions(arms)
    parameter_count = len(directions[0])
    coefficient_count = model.design.shape[1] * (len(arms) + covariate_count)
    of_means = np.zeros((coefficient_count, coefficient_count))
    first = np.zeros((parameter_count, coefficient_count, coefficient_count))
    second = np.zeros((parameter_count, parameter_count, coefficient_count, coefficient_count))
    information = np.zeros((parameter_count, parameter_count))
    for place, (arm, share) in enumerate(zip(arms, shares, strict=True)):
        moments = _moments(place, len(arms), covariate_count)
        for of_arm, _, padded in arm.seen_inverses():
            weight = share * of_arm
            turned = padded @ directions[place]  # S^-1 D_k
            of_means += weight * np.kron(model.design.T @ padded @ model.design, moments)
            first += weight * np.kron(model.design.T @ turned @ padded @ model.design, moments)
            twice = np.einsum("kab,lbc->klac", turned, turned)
            information += weight * np.trace(twice, axis1=2, axis2=3)
            second += weight * np.kron(model.design.T @ twice @ padded @ model.design, moments)
    covariance = inverse(of_means)
    turned_first = covariance @ first
    taken_off = 2 * np.einsum("ab,klba->kl", covariance, second) - np.einsum("kab,lba->kl", turned_first, turned_first)
    contrast = np.kron(model.weights, np.r_[1.0, -1.0, np.zeros(covariate_count)])
    leaning = covariance @ contrast
    return _PerPerson(
        variance=float(contrast @ leaning),
        slope=np.einsum("a,kab,b->k", leaning, first, leaning),
        information=information,
        taken_off=taken_off,
    )


def _directions(arms: tuple[RatedArm, ...]) -> list[Array]:
    """Return, by arm, the slope of its covariance in each parameter, shape (parameters, J, J)."""
    one = _unstructured(arms[0].visit_count)
    if all(np.array_equal(arm.covariance, arms[0].covariance) for arm in arms):
        return [one] * len(arms)
    nothing = np.zeros_like(one)
    return [
        np.concatenate([one if other == place else nothing for other in range(len(arms))]) for place in range(len(arms))
    ]


def _unstructured(visit_count: int) -> Array:
    rows, columns = np.tril_indices(visit_count)
    directions: Array = np.zeros((len(rows), visit_count, visit_count))
    parameter = np.arange(len(rows))
    directions[parameter, rows, columns] = directions[parameter, columns, rows] = 1.0
    return directions


def _moments(place: int, arm_count: int, covariate_count: int) -> Array:
    """Return the expected products of a person's columns: one for each arm, and standard covariates apart from the arm."""
    diagonal = np.r_[np.zeros(arm_count), np.ones(covariate_count)]
    diagonal[place] = 1.0
    return np.diag(diagonal)
