"""How much of a fall would have come with nothing done, by episodes that were chosen alike and not treated?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, IntArray, flag_vector, is_constant, label_vector, require_level
from abate.stats.distributions import t_quantile
from abate.stats.matrices import inverse
from abate.stats.regression_to_mean_intervals import CourseMean, mean_by_person, no_mean

Flags = NDArray[np.bool_]

METHOD = "analysis of covariance with interaction at the treated mean; HC3 interval, t"
_COLUMNS = 4
# A row that alone decides a coefficient leaves no residual to judge it by.
_FULL_LEVERAGE = 1 - 1e-9


@dataclass(frozen=True, kw_only=True)
class UntreatedComparison:
    """A mean fall of treated episodes split by untreated ones, in points.

    Attributes
    ----------
    observed : CourseMean
        Mean fall of the treated.
    natural : CourseMean
        Mean first rating of the treated minus the final rating of untreated ones with that first rating.
    left : CourseMean
        Final rating of untreated minus that of treated ones, at the mean first rating of the treated. Where the untreated
        were at home, what the ward does is in it.
    slope_difference : CourseMean
        By how much more the final rating of treated rises with the first one, in points a point.
    treated_count, untreated_count : int
    left_out_count : int
        Episodes without a first or a final rating.
    reason : str or None
        Why only ``observed`` has a number.
    """

    observed: CourseMean
    natural: CourseMean
    left: CourseMean
    slope_difference: CourseMean
    treated_count: int
    untreated_count: int
    left_out_count: int
    reason: str | None = None


def compare_with_untreated(
    first: ArrayLike, final: ArrayLike, is_treated: ArrayLike, person: ArrayLike | None = None, level: float = 0.95
) -> UntreatedComparison:
    """Return the fall left beyond that of untreated episodes with the same first rating.

    Least squares of the final rating on treatment, the first rating less its mean among the treated, and their product;
    HC3 variance, residuals added up within a person before they are squared, t on persons less 4.

    Parameters
    ----------
    first, final : array-like of numbers, shape (n,)
        In points; nan where missing.
    is_treated : array-like of bool, shape (n,)
    person : array-like of labels, shape (n,), optional
        Whose episode it is; every episode is somebody else's where it is not given.
    level : float

    Returns
    -------
    UntreatedComparison
        With a reason where a group is too small, first ratings of a group are all equal, or one row alone decides.

    Raises
    ------
    ParameterError
        If columns differ in length, are no numbers, or ``level`` is outside its range.

    References
    ----------
    Lin (2013), Annals of Applied Statistics 7(1), 295-318. https://doi.org/10.1214/12-AOAS583
    MacKinnon & White (1985), Journal of Econometrics 29(3), 305-325. https://doi.org/10.1016/0304-4076(85)90158-7

    Examples
    --------
    >>> treated = [True] * 4 + [False] * 4
    >>> result = compare_with_untreated([7, 8, 8, 9, 7, 7, 8, 9], [3, 4, 3, 5, 6, 5, 6, 8], treated)
    >>> result.observed.value, round(result.left.value, 3), round(result.natural.value, 3)
    (4.25, 2.795, 1.455)
    """
    require_level(level)
    a, f, treated, label = _checked(first, final, is_treated, person)
    complete = np.isfinite(a) & np.isfinite(f)
    a, f, treated = a[complete], f[complete], treated[complete]
    place = np.unique(label[complete], return_inverse=True)[1].astype(np.int64).ravel()
    counts = int(treated.sum()), int(np.sum(~treated))
    observed = mean_by_person((a - f)[treated], place[treated], level)
    reason, fit = _reason_against(a, treated), None
    if reason is None:
        fit = _hc3(f, _design(a, treated), place)
        reason = "one episode alone decides a coefficient" if fit is None else None

    def described(value: float, column: int) -> CourseMean:
        persons = int(place.max(initial=-1)) + 1
        if fit is None:
            return no_mean(len(f), persons, level, METHOD, reason or "")
        return _interval(value, fit[1][column, column], persons, len(f), level)

    beta = np.zeros(_COLUMNS) if fit is None else fit[0]
    mean_first = float(a[treated].mean()) if fit else 0.0
    return UntreatedComparison(
        observed=observed,
        natural=described(mean_first - float(beta[0]), 0),
        left=described(-float(beta[1]), 1),
        slope_difference=described(float(beta[3]), 3),
        treated_count=counts[0],
        untreated_count=counts[1],
        left_out_count=int(np.sum(~complete)),
        reason=reason,
    )


def _checked(
    first: ArrayLike, final: ArrayLike, is_treated: ArrayLike, person: ArrayLike | None
) -> tuple[Array, Array, Flags, NDArray[np.generic]]:
    try:
        a, f = np.asarray(first, dtype=np.float64), np.asarray(final, dtype=np.float64)
    except (TypeError, ValueError):
        raise ParameterError("first and final must be numbers only.") from None
    treated = flag_vector(is_treated, "is_treated") == 1
    labels = np.arange(len(treated)) if person is None else label_vector(person, "person")
    if not (a.shape == f.shape == treated.shape == labels.shape):
        raise ParameterError("first, final, is_treated and person must have one entry an episode.")
    if np.any(np.isinf(a)) or np.any(np.isinf(f)):
        raise ParameterError("first and final must be finite or nan.")
    return a, f, treated, labels


def _reason_against(first: Array, treated: Flags) -> str | None:
    for group, name in ((first[treated], "treated"), (first[~treated], "untreated")):
        if len(group) < _COLUMNS - 1:
            return f"{len(group)} {name} episodes are too few"
        if is_constant(group):
            return f"the first ratings of the {name} episodes are all equal"
    return None


def _design(first: Array, treated: Flags) -> Array:
    centred = first - first[treated].mean()
    return np.column_stack([np.ones(len(first)), treated, centred, treated * centred])


def _hc3(outcome: Array, design: Array, place: IntArray) -> tuple[Array, Array] | None:
    """Return coefficients and their HC3 covariance, summed within persons."""
    bread = inverse(design.T @ design)
    beta = bread @ (design.T @ outcome)
    leverage = np.einsum("ni,ij,nj->n", design, bread, design)
    if np.max(leverage) >= _FULL_LEVERAGE:
        return None
    rows = design * ((outcome - design @ beta) / (1 - leverage))[:, None]
    sums = np.zeros((int(place.max()) + 1, design.shape[1]))
    np.add.at(sums, place, rows)
    return beta, bread @ (sums.T @ sums) @ bread


def _interval(value: float, variance: float, person_count: int, count: int, level: float) -> CourseMean:
    degrees = person_count - _COLUMNS
    standard_error = float(np.sqrt(max(variance, 0.0)))
    if degrees < 1 or standard_error <= 1e-12:
        reason = f"{person_count} persons are too few for an interval" if degrees < 1 else "the fit leaves no residuals"
        return CourseMean(
            value=value, level=level, method=METHOD, reason=reason, course_count=count, person_count=person_count
        )
    half_width = t_quantile((1 + level) / 2, degrees) * standard_error
    return CourseMean(
        value=value,
        lower=value - half_width,
        upper=value + half_width,
        level=level,
        method=METHOD,
        course_count=count,
        person_count=person_count,
        standard_error=standard_error,
    )
