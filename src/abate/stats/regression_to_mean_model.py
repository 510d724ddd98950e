"""How do these persons' ratings differ: by level, by spells of some length, by the error of a single rating?

The fit is to every earlier rating *and the first one*, though that one was chosen for being bad: if the choice rests on what
was recorded up to then, it is a stopping rule, and its probability a factor that does not hold the parameters.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from abate.stats.arrays import Array, is_constant
from abate.stats.matrices import inverse
from abate.stats.regression_to_mean_climb import Top, climb_within
from abate.stats.regression_to_mean_courses import RatedCourses
from abate.stats.regression_to_mean_likelihood import (
    PARAMETER_COUNT,
    THETA,
    Ascent,
    Layout,
    ascent_at,
    layout_of,
    log_likelihood_at,
)

NAMES = ("mean", "level_variance", "spell_variance", "spell_days", "error_variance")
# The pairs of ratings that tell spells from error lie closer together than this.
NEAR_DAYS = 10.0
LEAST_NEAR_PAIRS = 30
SPELL_BOUNDS_DAYS = (0.15, 60.0)
# Variances, as shares of that of all ratings: far from any estimate unless the data say there is none.
_SHARE_BOUNDS = (1e-6, 1e3)
START_DAYS = (1.0, 5.0, 20.0)
# Half of what is known of a parameter, or more, comes from its prior.
_DOMINATED = 0.5
NO_MAXIMUM = "no most likely parameters were found: the ratings say too little of some of them"


@dataclass(frozen=True, kw_only=True)
class Priors:
    """Weak normal priors on the logarithms of the parameters of the covariance.

    Attributes
    ----------
    level_share, spell_share, error_share : float
        Centres of the three variances, as shares of the variance of all ratings.
    spell_days : float
        Centre of theta, in days.
    log_sds : tuple of float
        SDs on the log scale, in the order level, spell, theta, error; infinite for no prior. The default lets a variance be
        20 times its centre or a 20th of it.
    """

    level_share: float = 0.4
    spell_share: float = 0.4
    error_share: float = 0.2
    spell_days: float = 5.0
    log_sds: tuple[float, float, float, float] = (1.5, 1.5, 1.2, 1.5)

    def centres(self, variance: float) -> Array:
        """Return the centres on the log scale, shape (4,), where ratings have this variance."""
        return np.log(
            [self.level_share * variance, self.spell_share * variance, self.spell_days, self.error_share * variance]
        )


WEAK_PRIORS = Priors()
NO_PRIORS = Priors(log_sds=(math.inf, math.inf, math.inf, math.inf))


@dataclass(frozen=True, kw_only=True, eq=False)
class HistoryModel:
    """The model of ratings before, or the reason why there is none.

    Attributes
    ----------
    courses : RatedCourses
        What it was fitted to.
    mean : float or None
        m, in points.
    level_variance, spell_variance, error_variance : float or None
        tau2, s2 and v, in points squared.
    spell_days : float or None
        theta: after as many days a spell's correlation is 1/e.
    log_likelihood : float or None
        Of the ratings, without the priors.
    near_pair_count : int
        Pairs of ratings less than 10 days apart.
    at_bound : tuple of str
        Parameters that ended at a bound: then the ratings do not say what they are, and no fall is split by them.
    prior_dominated : tuple of str
        Parameters of which the prior knows as much as the ratings, or more: the prior variance is at most twice what is
        left of it.
    influence : array of float64, shape (n, 5), or None
        What each course adds to the estimate of ``(m, log tau2, log s2, log theta, log v)``, times n; 0 for what is at a
        bound.
    converged : bool
    reason : str or None
        Why there is no model, as a clause.
    """

    courses: RatedCourses
    near_pair_count: int
    mean: float | None = None
    level_variance: float | None = None
    spell_variance: float | None = None
    spell_days: float | None = None
    error_variance: float | None = None
    log_likelihood: float | None = None
    at_bound: tuple[str, ...] = ()
    prior_dominated: tuple[str, ...] = ()
    influence: Array | None = None
    converged: bool = False
    reason: str | None = None

    @property
    def refusal(self) -> str | None:
        """Return why nothing may be predicted from the model, as a clause, or None."""
        if self.at_bound:
            names = " and ".join(name.replace("_", " ") for name in self.at_bound)
            return f"the ratings do not say how large the {names} is: the fit ended at a bound"
        return self.reason

    @property
    def point(self) -> Array:
        """Return ``(m, log tau2, log s2, log theta, log v)``, shape (5,).

        Raises
        ------
        ValueError
            If there is no model.
        """
        given = (self.mean, self.level_variance, self.spell_variance, self.spell_days, self.error_variance)
        numbers = [number for number in given if number is not None]
        if len(numbers) < PARAMETER_COUNT:
            raise ValueError(f"there is no model: {self.reason}")
        return np.array([numbers[0], *np.log(numbers[1:])])


def fit_history_model(
    courses: RatedCourses, priors: Priors = WEAK_PRIORS, least_near_pairs: int = LEAST_NEAR_PAIRS
) -> HistoryModel:
    """Return the most likely parameters, by Newton's steps with exact derivatives.

    ``y = m + b + w(t) + e`` with ``b ~ N(0, tau2)``, ``cov(w(s), w(t)) = s2 exp(-|s - t| / theta)``, ``e ~ N(0, v)``; the log
    priors are added to the log-likelihood. theta stays within 0.15 to 60 days.

    Parameters
    ----------
    courses : RatedCourses
        Each course counts as independent here; :func:`abate.stats.regression_to_mean.fall_left` allows for several of one
        person in its interval.
    priors : Priors
    least_near_pairs : int
        With fewer pairs of ratings less than 10 days apart there is no model, because spells cannot be told from error.

    Returns
    -------
    HistoryModel
        With a reason in place of numbers where there are too few ratings, they do not vary, or no maximum is found.

    References
    ----------
    Laird & Ware (1982), Biometrics 38(4), 963-974. https://doi.org/10.2307/2529876
    Diggle (1988), Biometrics 44(4), 959-971, for the three parts of the covariance. https://doi.org/10.2307/2531727

    Examples
    --------
    >>> from abate.stats.regression_to_mean_courses import checked_courses
    >>> random = np.random.default_rng(1)
    >>> level, first = random.normal(6, 1, (40, 1)), random.normal(6, 1.5, 40).clip(0, 10).round()
    >>> day = np.tile(np.arange(-12.0, 0), (40, 1))
    >>> rating = (level + random.normal(0, 1, (40, 12))).clip(0, 10).round()
    >>> model = fit_history_model(checked_courses(day, rating, first, first, np.full(40, 5)))
    >>> model.converged, round(model.mean, 1)
    (True, 6.0)
    """
    pair_count = courses.near_pair_count(NEAR_DAYS)
    reason = reason_against_model(courses, pair_count, least_near_pairs)
    if reason is not None:
        return HistoryModel(courses=courses, near_pair_count=pair_count, reason=reason)
    variance = float(np.var(courses.rating[courses.seen]))
    surface = _Surface(
        layout=layout_of(courses),
        centres=priors.centres(variance),
        precisions=1 / np.square(priors.log_sds),
        bounds=bounds_of(variance),
    )
    start = _start(surface, float(np.mean(courses.rating[courses.seen])))
    return _described(courses, pair_count, surface, climb_within(surface, start))


def reason_against_model(courses: RatedCourses, pair_count: int, least_near_pairs: int) -> str | None:
    """Return why there can be no model of these ratings, as a clause, or None."""
    earlier_count = int(courses.is_earlier.sum())
    if courses.course_count == 0:
        return "there are no courses with a first and a final rating"
    if earlier_count == 0:
        return "there are no ratings before the first one"
    if is_constant(courses.rating[courses.seen]):
        return "all ratings are equal"
    if pair_count < least_near_pairs:
        return (
            f"{pair_count} pairs of ratings lie less than {NEAR_DAYS:g} days apart, fewer than the {least_near_pairs} "
            "that it takes to tell a spell from the error of a rating"
        )
    if courses.course_count < PARAMETER_COUNT:
        return f"{courses.course_count} courses are too few for {PARAMETER_COUNT} parameters"
    return None


@dataclass(frozen=True, kw_only=True, eq=False)
class _Surface:
    """What is climbed: the log-likelihood and the log priors, within bounds."""

    layout: Layout
    centres: Array
    precisions: Array
    bounds: tuple[Array, Array]

    def prior_value(self, point: Array) -> float:
        return -0.5 * float(self.precisions @ (point[1:] - self.centres) ** 2)

    def value(self, point: Array) -> float:
        try:
            return log_likelihood_at(self.layout, point) + self.prior_value(point)
        except np.linalg.LinAlgError:
            return -math.inf

    def ascent(self, point: Array) -> Ascent:
        """Return the derivatives; every course carries an equal share of the priors' slope."""
        bare = ascent_at(self.layout, point)
        prior_slope = np.append(0.0, -self.precisions * (point[1:] - self.centres))
        return Ascent(
            value=bare.value + self.prior_value(point),
            scores=bare.scores + prior_slope / len(bare.scores),
            hessian=bare.hessian - np.diag(np.append(0.0, self.precisions)),
        )


def bounds_of(variance: float) -> tuple[Array, Array]:
    """Return the bounds of the five parameters, where ratings have this variance."""
    share, days = np.log(np.array(_SHARE_BOUNDS) * variance), np.log(SPELL_BOUNDS_DAYS)
    lower = np.array([-math.inf, share[0], share[0], days[0], share[0]])
    return lower, np.array([math.inf, share[1], share[1], days[1], share[1]])


def _start(surface: _Surface, mean: float) -> Array:
    """Return the best of a few points with spells of different lengths: the surface can have more than one hill."""
    starts = [np.array([mean, *surface.centres]) for _ in START_DAYS]
    for start, days in zip(starts, START_DAYS, strict=True):
        start[THETA] = math.log(days)
    return max(starts, key=surface.value)


def _described(courses: RatedCourses, pair_count: int, surface: _Surface, top: Top | None) -> HistoryModel:
    if top is None:
        return HistoryModel(courses=courses, near_pair_count=pair_count, reason=NO_MAXIMUM)
    m, (tau2, s2, theta, v) = float(top.at[0]), np.exp(top.at[1:]).tolist()
    return HistoryModel(
        courses=courses,
        near_pair_count=pair_count,
        mean=m,
        level_variance=tau2,
        spell_variance=s2,
        spell_days=theta,
        error_variance=v,
        log_likelihood=top.value - surface.prior_value(top.at),
        at_bound=tuple(name for name, is_free in zip(NAMES, top.free, strict=True) if not is_free),
        prior_dominated=_prior_dominated(surface, top),
        influence=top.influence,
        converged=True,
    )


def _prior_dominated(surface: _Surface, top: Top) -> tuple[str, ...]:
    """Return the parameters whose variance, given ratings and priors, is at least half of the prior's."""
    share = np.zeros(PARAMETER_COUNT)
    share[top.free] = np.diag(inverse(top.information))
    share[1:] *= surface.precisions
    share[0] = 0.0
    return tuple(name for name, known in zip(NAMES, share, strict=True) if known >= _DOMINATED)
