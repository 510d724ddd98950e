"""How do the two groups differ in one outcome once they are made alike, and is anything against using the number?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from abate.contracts.result import Estimate
from abate.inference.rows import LEVEL
from abate.stats.arrays import Array, IntArray
from abate.stats.balancing_weights import Population, Weights, balancing_weights
from abate.stats.comparison_checks import Thresholds, failed_checks
from abate.stats.contrasts import ComparisonEstimate, GroupMeans, difference_of
from abate.stats.covariate_balance import CovariateBalance, weighted_balance
from abate.stats.entropy_balancing import entropy_weights
from abate.stats.matching import match_nearest
from abate.stats.overlap import Overlap, describe_overlap
from abate.stats.propensity import Propensity, estimate_propensity
from abate.stats.stratification import stratum_weights

if TYPE_CHECKING:
    from abate.contracts.target_trial import WeightMethod
    from abate.inference.compared_courses import ComparedCourses

NOT_TO_BE_USED = "not to be used"

#: For whom each method compares; entropy balancing and strata for everybody.
METHODS: Mapping[WeightMethod, Callable[[Propensity], Weights]] = {
    "overlap": lambda propensity: balancing_weights(propensity, Population.OVERLAP),
    "matching": lambda propensity: match_nearest(propensity).weights,
    "strata": lambda propensity: stratum_weights(propensity),
    "entropy": lambda propensity: _entropy(propensity),
    "everybody": lambda propensity: balancing_weights(propensity, Population.EVERYBODY),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Weighted:
    """Some courses with their weights, and what was found out about these before any outcome was looked at.

    Attributes
    ----------
    treated : array of float64, shape (n,)
    covariates : array of float64, shape (n, k)
    names : tuple of str
        Of the covariates.
    persons : array of int64, shape (n,)
    weights : Weights
    balance : tuple of CovariateBalance
    overlap : Overlap
    thresholds : Thresholds
    groups : tuple of str
        Treatment and comparator, for words.
    """

    treated: Array
    covariates: Array
    names: tuple[str, ...]
    persons: IntArray
    weights: Weights
    balance: tuple[CovariateBalance, ...]
    overlap: Overlap
    thresholds: Thresholds
    groups: tuple[str, str]

    def in_words(self, text: str) -> str:
        """Return a clause of the statistics with the names of the treatments in it."""
        named = text.replace("group 1", f"the {self.groups[0]} group").replace("group 0", f"the {self.groups[1]} group")
        return (
            named.replace("a the ", "a ")
            .replace("rows of", "courses of")
            .replace("there are no rows", "there is no course")
        )

    def why_not(self, found: ComparisonEstimate) -> str | None:
        """Return why a number is not to be used, with every threshold that it does not keep; None where all are kept."""
        failed = failed_checks(self.thresholds, found, self.balance, self.overlap)
        if not failed:
            return None
        return f"{NOT_TO_BE_USED}: {self.in_words('; '.join(check.sentence for check in failed))}"


def weigh(courses: ComparedCourses, method: WeightMethod | None = None) -> Weighted:
    """Return courses with weights that make the groups alike, by the study's method or another."""
    treated, values, whose = courses.treated, courses.covariates.values, courses.persons
    if not values.shape[1]:
        values = np.zeros((treated.size, 1))  # nothing known tells them apart: every course counts the same
    names = courses.covariates.names or ("nothing known before",)
    propensity = estimate_propensity(treated, values, whose, names)
    weights = METHODS[method or courses.design.weights](propensity)
    limits = courses.design.thresholds
    return Weighted(
        treated=treated,
        covariates=values,
        names=names,
        persons=whose,
        weights=weights,
        balance=weighted_balance(values, treated, weights.weight, names),
        overlap=_overlap(treated, propensity),
        thresholds=Thresholds(
            largest_imbalance=limits.largest_imbalance,
            least_equipoise=limits.least_equipoise,
            least_effective_persons=limits.least_effective_persons,
            largest_share=limits.largest_share,
            largest_systematic_error=limits.largest_systematic_error,
        ),
        groups=courses.groups,
    )


def contrast_row(
    weighted: Weighted,
    id: str,
    quantity: str,
    means: GroupMeans,
    *,
    unit: str = "1",
    contrast: Callable[[GroupMeans, float], ComparisonEstimate] = difference_of,
) -> Estimate:
    """Return one contrast as a row of the result; without a value, and with the reason, where it is not to be used.

    Parameters
    ----------
    weighted : Weighted
        The courses behind the means.
    id, quantity, unit
        As in ``Estimate``.
    means : GroupMeans
    contrast : callable
        ``difference_of`` or ``ratio_of``.
    """
    found = contrast(means, LEVEL)
    bare = Estimate(
        id=id,
        quantity=quantity,
        value=None,
        unit=unit,
        n=found.count_1 + found.count_0,
        person_count=_persons_behind(weighted, found),
        method=weighted.in_words(found.method),
    )
    if found.value is None:
        return replace(bare, reason=weighted.in_words(found.reason or "there are no means"))
    forbidden = weighted.why_not(found)
    if forbidden is not None:
        return replace(bare, reason=forbidden)
    return replace(
        bare,
        value=found.value,
        lower=found.lower,
        upper=found.upper,
        level=found.level if found.lower is not None else None,
        standard_error=found.standard_error,
        p_value=found.p_value,
        reason=None if found.reason is None else weighted.in_words(found.reason),
    )


def _persons_behind(weighted: Weighted, found: ComparisonEstimate) -> int:
    """Return the persons of the courses that were used: all, or those that a method gave a weight."""
    count = found.count_1 + found.count_0
    if count == weighted.treated.size:
        return found.person_count
    return int(np.unique(weighted.persons[weighted.weights.weight > 0]).size) if count else 0


def mean_rows(
    weighted: Weighted, id: str, quantity: str, means: GroupMeans, of: Estimate, *, unit: str = "1"
) -> list[Estimate]:
    """Return what each group would have been on average, as two rows; they stand or fall with the contrast ``of`` them."""
    found = {"treated": (means.mean_1, means.count_1), "comparator": (means.mean_0, means.count_0)}
    return [
        Estimate(
            id=f"{id}.{name}",
            quantity=f"{quantity}, {group}",
            value=None if of.value is None else mean,
            unit=unit,
            n=count,
            method=of.method,
            group=group,
            reason=of.reason if of.value is None else None,
        )
        for (name, (mean, count)), group in zip(found.items(), weighted.groups, strict=True)
    ]


def unweighted(weighted: Weighted) -> Weights:
    """Return weights of 1: the groups as they are."""
    return Weights(weight=np.ones(weighted.treated.size), method="no weights")


def _entropy(propensity: Propensity) -> Weights:
    groups = propensity.groups
    if propensity.reason:
        return balancing_weights(propensity)
    return entropy_weights(
        groups.treated, groups.covariates, groups.person, groups.names, population=Population.EVERYBODY
    )


def _overlap(treated: Array, propensity: Propensity) -> Overlap:
    if propensity.score.size == treated.size:
        return describe_overlap(treated, propensity.score)
    return replace(describe_overlap([], []), reason=propensity.reason)
