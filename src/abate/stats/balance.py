"""How far apart are two groups in one variable, on a scale that does not depend on their size?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, flag_vector, label_vector, number_vector, require_same_length, rounding_width


@dataclass(frozen=True, kw_only=True)
class StandardisedDifference:
    """The difference of two groups in units of their common spread.

    Attributes
    ----------
    value : float or None
        Group 1 minus group 2 for numbers and flags; at least 0 for categories. 0.1 is often called small.
    count_1, count_2 : int
        Units in each group.
    method : str
        Which formula.
    reason : str or None
        Why there is no value.
    """

    value: float | None = None
    count_1: int
    count_2: int
    method: str
    reason: str | None = None


def standardised_difference_of_numbers(
    values_1: ArrayLike,
    values_2: ArrayLike,
    weights_1: ArrayLike | None = None,
    weights_2: ArrayLike | None = None,
) -> StandardisedDifference:
    """Return the difference of two means divided by the root of the mean of the two variances.

    Without weights the variances are the sample variances. With weights w the mean is ``sum(w x) / sum(w)`` and the
    variance ``sum(w) / (sum(w)² - sum(w²)) * sum(w (x - mean)²)``, which is the same when all weights are equal.

    Parameters
    ----------
    values_1, values_2 : array-like of numbers, shapes (n,) and (m,)
        The variable in each group, one unit of measurement; without missing values.
    weights_1, weights_2 : array-like of numbers, shapes (n,) and (m,), optional
        At least 0; 1 for everybody where left out.

    Returns
    -------
    StandardisedDifference
        Without a value, and with a reason, where a group has fewer than two values or neither has a spread while the
        means differ.

    Raises
    ------
    ParameterError
        If a value or weight is missing, a weight is below 0 or weights and values differ in length.

    References
    ----------
    Austin (2009), Statistics in Medicine 28(25), 3083-3107. https://doi.org/10.1002/sim.3697
    Austin & Stuart (2015), Statistics in Medicine 34(28), 3661-3679. https://doi.org/10.1002/sim.6607

    Examples
    --------
    >>> standardised_difference_of_numbers([1, 2, 3], [2, 3, 4]).value
    -1.0
    """
    method = "difference of means / root mean variance"
    first, second = number_vector(values_1, "values_1"), number_vector(values_2, "values_2")
    w1, w2 = _weights(weights_1, first.size, "weights_1"), _weights(weights_2, second.size, "weights_2")
    for group, w in ((1, w1), (2, w2)):
        if np.count_nonzero(w) < 2:
            reason = f"group {group} has fewer than two values"
            return StandardisedDifference(count_1=first.size, count_2=second.size, method=method, reason=reason)
    mean_1, variance_1 = _mean_and_variance(first, w1)
    mean_2, variance_2 = _mean_and_variance(second, w2)
    width = rounding_width(np.concatenate([first, second]))
    return _scaled(mean_1 - mean_2, (variance_1 + variance_2) / 2, width, first.size, second.size, method)


def standardised_difference_of_flags(
    flags_1: ArrayLike,
    flags_2: ArrayLike,
    weights_1: ArrayLike | None = None,
    weights_2: ArrayLike | None = None,
) -> StandardisedDifference:
    """Return the difference of two shares divided by the root of the mean of ``p (1 - p)``.

    Parameters
    ----------
    flags_1, flags_2 : array-like of bool, shapes (n,) and (m,)
        Who has the property, in each group; without missing values.
    weights_1, weights_2 : array-like of numbers, shapes (n,) and (m,), optional
        At least 0; 1 for everybody where left out.

    Returns
    -------
    StandardisedDifference
        Without a value, and with a reason, where a group is empty, or one share is 0 and the other 1.

    Raises
    ------
    ParameterError
        As for :func:`standardised_difference_of_numbers`, and if a flag is neither 0 nor 1.

    References
    ----------
    Austin (2009), Statistics in Medicine 28(25), 3083-3107. https://doi.org/10.1002/sim.3697

    Examples
    --------
    >>> difference = standardised_difference_of_flags([1, 1, 1, 0], [1, 0, 0, 0])
    >>> round(difference.value, 4)
    1.1547
    """
    method = "difference of proportions / root mean p(1-p)"
    first, second = flag_vector(flags_1, "flags_1"), flag_vector(flags_2, "flags_2")
    w1, w2 = _weights(weights_1, first.size, "weights_1"), _weights(weights_2, second.size, "weights_2")
    empty = _empty_group(w1, w2)
    if empty:
        return StandardisedDifference(count_1=first.size, count_2=second.size, method=method, reason=empty)
    p1, p2 = float(np.average(first, weights=w1)), float(np.average(second, weights=w2))
    return _scaled(p1 - p2, (p1 * (1 - p1) + p2 * (1 - p2)) / 2, 1e-12, first.size, second.size, method)


def standardised_difference_of_categories(
    labels_1: ArrayLike,
    labels_2: ArrayLike,
    weights_1: ArrayLike | None = None,
    weights_2: ArrayLike | None = None,
) -> StandardisedDifference:
    """Return the Mahalanobis distance between two groups' shares of each category (Yang & Dalton).

    With all categories but one, shares ``T`` and ``C`` and ``S`` the mean of the two multinomial covariances
    ``diag(p) - p p'``, it is ``sqrt((T - C)' S⁻¹ (T - C))``. Which category is left out does not matter, and with two
    categories it is the size of :func:`standardised_difference_of_flags`.

    Parameters
    ----------
    labels_1, labels_2 : array-like of labels, shapes (n,) and (m,)
        Each unit's category: numbers or words, of one kind. Give the missing a label of their own.
    weights_1, weights_2 : array-like of numbers, shapes (n,) and (m,), optional
        At least 0; 1 for everybody where left out.

    Returns
    -------
    StandardisedDifference
        At least 0. Without a value, and with a reason, where a group is empty, or the groups share no category or are
        told apart by one without error.

    Raises
    ------
    ParameterError
        As for :func:`standardised_difference_of_numbers`, and if a label is missing or of another kind.

    References
    ----------
    Yang & Dalton (2012), A unified approach to measuring the effect size between two groups using SAS, SAS Global Forum
    2012, paper 335. https://support.sas.com/resources/papers/proceedings12/335-2012.pdf (the covariances off the
    diagonal are printed there without their minus sign)

    Examples
    --------
    >>> difference = standardised_difference_of_categories(["a", "a", "b", "c"], ["a", "b", "b", "c"])
    >>> round(difference.value, 4)
    0.603
    """
    method = "Mahalanobis distance of shares (Yang-Dalton)"
    first, second = label_vector(labels_1, "labels_1"), label_vector(labels_2, "labels_2")
    w1, w2 = _weights(weights_1, first.size, "weights_1"), _weights(weights_2, second.size, "weights_2")
    empty = _empty_group(w1, w2)
    if empty:
        return StandardisedDifference(count_1=first.size, count_2=second.size, method=method, reason=empty)
    categories, place = np.unique(np.concatenate([first, second]), return_inverse=True)
    shares_1 = np.bincount(place[: first.size], weights=w1, minlength=categories.size) / w1.sum()
    shares_2 = np.bincount(place[first.size :], weights=w2, minlength=categories.size) / w2.sum()
    distance = _distance(shares_1, shares_2)
    return StandardisedDifference(
        value=distance,
        count_1=first.size,
        count_2=second.size,
        method=method,
        reason=None if distance is not None else "categories tell the groups apart without error",
    )


def _weights(weights: ArrayLike | None, count: int, name: str) -> Array:
    """Return the weights as numbers, 1 for everybody where there are none."""
    if weights is None:
        return np.ones(count)
    vector = number_vector(weights, name)
    require_same_length(**{name: vector, name.replace("weights", "values"): np.empty(count)})
    if np.any(vector < 0):
        raise ParameterError(f"{name} must be at least 0; {int(np.count_nonzero(vector < 0))} are below.")
    return vector


def _empty_group(weights_1: Array, weights_2: Array) -> str | None:
    """Return which group has nobody with a weight above 0."""
    empty = [str(group) for group, weights in ((1, weights_1), (2, weights_2)) if not weights.sum() > 0]
    return f"group {' and '.join(empty)} has no values" if empty else None


def _mean_and_variance(values: Array, weights: Array) -> tuple[float, float]:
    """Return the weighted mean and variance (formula in :func:`standardised_difference_of_numbers`)."""
    total = float(weights.sum())
    mean = float(weights @ values) / total
    correction = total / (total**2 - float(weights @ weights))
    return mean, correction * float(weights @ (values - mean) ** 2)


def _scaled(
    difference: float, variance: float, width: float, count_1: int, count_2: int, method: str
) -> StandardisedDifference:
    """Return a difference in units of the root of ``variance``; ``width`` is what rounding alone can make of 0."""
    if math.sqrt(variance) > width:
        value, reason = difference / math.sqrt(variance), None
    elif abs(difference) <= width:
        value, reason = 0.0, None
    else:
        value, reason = None, "neither group has a spread, and they differ"
    return StandardisedDifference(value=value, count_1=count_1, count_2=count_2, method=method, reason=reason)


def _distance(shares_1: Array, shares_2: Array) -> float | None:
    """Return the Mahalanobis distance of two vectors of shares, None where it is infinite."""
    covariance = sum((np.diag(p) - np.outer(p, p) for p in (shares_1, shares_2)), np.zeros((shares_1.size,) * 2)) / 2
    difference = (shares_1 - shares_2)[:-1]
    solution, _, _, _ = np.linalg.lstsq(covariance[:-1, :-1], difference, rcond=1e-10)
    if not np.allclose(covariance[:-1, :-1] @ solution, difference, rtol=0, atol=1e-9):
        return None
    return math.sqrt(max(0.0, float(difference @ solution)))
