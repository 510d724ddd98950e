"""What is a trial assumed to be like, and what has to be worked out once before patients are drawn from it?"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from abate.stats.arrays import Array, IntArray
from abate.stats.matrices import lower_roots
from abate.stats.sizes.nearest_correlation import nearest_correlation
from abate.stats.trials.calendar import Accrual
from abate.stats.trials.errors import AccrualError, ArmError, CovarianceError, RetentionError
from abate.stats.trials.groups import Centres, RepeatedCourses
from abate.stats.trials.leaving import Leaving, leaving_intercepts
from abate.stats.trials.ratings import AsIs, RatingMap
from abate.stats.trials.rescue import Rescue

# Patients of the fixed sample by which intercepts and true values are found: for one set of assumptions, and for one of many.
_SAMPLE_OF_ONE, _SAMPLE_OF_MANY = 2**15, 2**9
_NUMBERS_AT_ONCE = 2_000_000


@dataclass(frozen=True, kw_only=True, eq=False)
class Scenario:
    """Assumptions for trials of one design: one set of numbers for all trials, or one a trial.

    Attributes
    ----------
    per_arm : array of int, shape (arm,)
        Randomised patients.
    mean : array, shape (set, arm, visit)
        Of the ratings at baseline and on days 1, 2, ..., had nobody left.
    covariance : array, shape (set, arm, visit, visit)
        Of the latent ratings within an arm.
    retention : array, shape (set, arm, day)
        Share still seen on each day.
    """

    per_arm: IntArray
    mean: Array
    covariance: Array
    retention: Array
    rating_map: RatingMap = field(default_factory=AsIs)
    leaving: Leaving = field(default_factory=Leaving)
    rescue: Rescue | None = None
    centres: Centres | None = None
    repeats: RepeatedCourses | None = None
    accrual: Accrual | None = None
    stay_days: Array | None = None

    def __post_init__(self) -> None:
        arms, visits = self.mean.shape[1:]
        if len(self.per_arm) != arms or arms < 2 or np.any(self.per_arm < 2):
            raise ArmError(
                f"there must be two or more arms of two or more patients; got {self.per_arm.tolist()}, {arms} means."
            )
        if (
            visits < 2
            or self.covariance.shape[1:] != (arms, visits, visits)
            or self.retention.shape[1:] != (arms, visits - 1)
        ):
            raise ArmError(
                f"means must be by arm at baseline and on one or more days, covariance between these {visits} times, and "
                f"retention on the {visits - 1} days; got {self.mean.shape[1:]}, {self.covariance.shape[1:]} and "
                f"{self.retention.shape[1:]}."
            )
        if not np.all(np.isfinite(self.mean)):
            raise ArmError("means must be finite numbers; check the assumptions.")
        _check_covariance(self.covariance)
        _check_retention(self.retention)
        if self.stay_days is not None and (self.stay_days.size == 0 or not np.all(self.stay_days >= 0)):
            raise AccrualError("stay_days must be one or more lengths of stay of at least 0 days.")

    @property
    def set_count(self) -> int:
        """How many sets of assumptions there are: 1, or one a trial."""
        return len(self.mean)

    @property
    def arm_of_patient(self) -> IntArray:
        """Each patient's arm, the arms one after the other."""
        return np.repeat(np.arange(len(self.per_arm)), self.per_arm)

    def rows(self, low: int, high: int) -> Scenario:
        """Return the scenario with sets ``low`` to ``high`` (excluded) only."""
        return replace(
            self, mean=self.mean[low:high], covariance=self.covariance[low:high], retention=self.retention[low:high]
        )


def _check_covariance(covariance: Array) -> None:
    if not np.all(np.isfinite(covariance)) or not np.allclose(covariance, covariance.swapaxes(-1, -2), rtol=1e-8):
        raise CovarianceError(
            "the covariance of the ratings must be finite and symmetric; check how it was put together."
        )
    sd = np.sqrt(np.maximum(np.diagonal(covariance, axis1=-2, axis2=-1), 0.0))
    if np.any(sd == 0):
        raise CovarianceError("every SD of the ratings must be above 0; one is 0 or a variance is below 0.")
    _, is_there = lower_roots(covariance)
    if not np.all(is_there):
        raise _not_positive_definite(*(each[~is_there][0] for each in (covariance, sd)))


def _not_positive_definite(covariance: Array, sd: Array) -> CovarianceError:
    products = np.outer(sd, sd)
    correlation = covariance / products
    nearest = nearest_correlation(correlation)
    return CovarianceError(
        "the covariance of the ratings is not positive definite (smallest eigenvalue of the correlation "
        f"{float(np.linalg.eigvalsh(correlation)[0]):.3g}): no ratings can have it; correct the correlations, or take the nearest "
        f"that can be, in `nearest` of this error, which changes none by more than {float(np.max(np.abs(nearest - correlation))):.2g}.",
        nearest * products,
    )


def _check_retention(retention: Array) -> None:
    if not np.all((retention > 0) & (retention <= 1)):
        raise RetentionError(f"retention must be above 0 and at most 1 on every day; found {_ends(retention)}.")
    if np.any(np.diff(retention, axis=-1) > 0):
        day = int(np.argmax(np.any(np.diff(retention, axis=-1) > 0, axis=tuple(range(retention.ndim - 1))))) + 2
        raise RetentionError(
            f"retention must not rise, for nobody comes back; it rises to day {day}. Give the share still seen on each day."
        )


def _ends(values: Array) -> str:
    return f"{float(np.min(values)):g} to {float(np.max(values)):g}"


@dataclass(frozen=True, kw_only=True, eq=False)
class Prepared:
    """What follows from a scenario: roots of covariances, latent means, intercepts, and the true values.

    Attributes
    ----------
    root : array, shape (set, arm, visit, visit)
    latent_mean : array, shape (set, arm, visit)
    stretch : array, shape (set, arm, visit)
        By how much latent numbers are spread more than the covariance says, so that ratings keep their SD; else 1.
    leaving_intercept, rescue_intercept : array, shape (set, arm, day)
    true_mean : array, shape (set, arm, visit)
        Of the ratings that the strategy for rescue wants, had nobody left; by the sample where rescue lowers ratings, else exact.
    sample : array, shape (set, arm, patient, visit)
        Ratings of the fixed sample; empty unless they are asked for.
    stayed : array, shape (set, arm, patient)
        Probability of each of them to be seen on the last day.
    """

    root: Array
    latent_mean: Array
    stretch: Array
    leaving_intercept: Array
    rescue_intercept: Array
    true_mean: Array
    sample: Array
    stayed: Array


def prepare(scenario: Scenario, *, keep_sample: bool = False) -> Prepared:
    """Return what has to be worked out before patients are drawn.

    Raises
    ------
    ParameterError
        If means cannot be reached on the scale, or shares with rescue do not fit.
    """
    count = _SAMPLE_OF_ONE if scenario.set_count == 1 else _SAMPLE_OF_MANY
    arms, visits = scenario.mean.shape[1:]
    at_once = max(1, _NUMBERS_AT_ONCE // (count * arms * visits))
    points = normal_points(count, visits)
    uniforms = None if scenario.rescue is None else _uniform_points(count, 2 * visits - 1)[:, visits:]
    parts = [
        _prepare(scenario.rows(low, low + at_once), points, uniforms, keep_sample)
        for low in range(0, scenario.set_count, at_once)
    ]
    return Prepared(
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in Prepared.__dataclass_fields__}
    )


def _prepare(scenario: Scenario, points: Array, uniforms: Array | None, keep_sample: bool) -> Prepared:
    total = _with_centres(scenario)
    sd = np.sqrt(np.diagonal(total, axis1=-2, axis2=-1))
    latent_mean, latent_sd = scenario.rating_map.latent(scenario.mean, sd)
    true_mean, _ = scenario.rating_map.moments(latent_mean, latent_sd)
    stretch = latent_sd / sd
    needs_sample = scenario.leaving.slope != 0 or scenario.rescue is not None or keep_sample
    roots, _ = lower_roots(total)
    noise = (points if needs_sample else points[:1]) @ roots.swapaxes(-1, -2)
    latent = latent_mean[:, :, None] + stretch[:, :, None] * noise
    ratings = scenario.rating_map.rated(latent)
    intercept = np.full(scenario.retention.shape, -np.inf)
    if scenario.rescue is not None and uniforms is not None:
        share = scenario.rescue.share_by_arm(*scenario.retention.shape[1:])
        intercept = scenario.rescue.intercepts(ratings, np.broadcast_to(share, scenario.retention.shape))
        taken = scenario.rescue.taken(ratings, intercept[:, :, None], uniforms)
        ratings = scenario.rating_map.rated(scenario.rescue.lowered(latent, taken))
        if scenario.rescue.strategy == "treatment policy":
            true_mean = ratings.mean(axis=2)
    leaving_intercept, stayed = leaving_intercepts(scenario.leaving, ratings, scenario.retention)
    if needs_sample and scenario.rescue is not None:
        stayed = np.where(np.isnan(scenario.rescue.analysed(ratings, taken)[..., -1]), 0.0, stayed)
    return Prepared(
        root=lower_roots(scenario.covariance)[0],
        latent_mean=latent_mean,
        stretch=stretch,
        leaving_intercept=leaving_intercept,
        rescue_intercept=intercept,
        true_mean=true_mean,
        sample=ratings if keep_sample else ratings[:, :, :0],
        stayed=stayed if keep_sample else stayed[:, :, :0],
    )


def _with_centres(scenario: Scenario) -> Array:
    """Return the covariance of any patient's ratings, that between centres included."""
    if scenario.centres is None:
        return scenario.covariance
    added = np.zeros(scenario.covariance.shape[1:])
    added[:, 1:, 1:] = scenario.centres.sd**2
    added[1:, 1:, 1:] += scenario.centres.effect_sd**2
    return scenario.covariance + added


def _uniform_points(count: int, dimensions: int) -> Array:
    """Return points spread evenly over the unit cube: multiples of powers of a root of ``x**(d + 1) = x + 1`` (Roberts 2018)."""
    root = 2.0
    for _ in range(60):
        root = (1 + root) ** (1 / (dimensions + 1))
    steps = root ** -np.arange(1.0, dimensions + 1)
    return (0.5 + np.arange(1, count + 1)[:, None] * steps) % 1


def normal_points(count: int, dimensions: int) -> Array:
    """Return standard normal points spread evenly, shape (count, dimension), with mean 0 and covariance 1 exactly.

    Examples
    --------
    >>> points = normal_points(256, 3)
    >>> bool(np.allclose(points.T @ points / 256, np.eye(3))), bool(np.allclose(points.mean(axis=0), 0))
    (True, True)
    """
    from scipy.special import ndtri

    rough = ndtri(_uniform_points(count, dimensions))
    rough = rough - rough.mean(axis=0)
    root, _ = lower_roots(rough.T @ rough / count)
    return np.asarray(np.linalg.solve(root, rough.T).T)
