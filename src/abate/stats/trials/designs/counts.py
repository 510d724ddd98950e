"""How often do comparisons of counts succeed: of attacks by the negative binomial, or of headache days among those of a diary?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from abate.base.errors import ParameterError
from abate.stats.arrays import Array
from abate.stats.sizes.checks import require_above_zero
from abate.stats.trials.designs.checked import require_design
from abate.stats.trials.designs.judged import judged, moments_of
from abate.stats.trials.designs.run import Verdicts
from abate.stats.trials.errors import ArmError
from abate.stats.trials.streams import Purpose, Streams

# Logarithms of the shape (1 over the dispersion) between which the likeliest lies: beyond the upper one counts are Poisson.
_LOWEST, _HIGHEST = -7.0, 9.0
_HALVINGS = 34


@dataclass(frozen=True, kw_only=True)
class EventRates:
    """Counts of two arms with one dispersion, all persons observed as long.

    Rates and dispersion by maximum likelihood, Wald test of the logarithm of the ratio, normal. An arm without any event has no
    logarithm: the trial counts as failed.

    Attributes
    ----------
    per_arm : tuple of int
        Active and control.
    active_rate, control_rate : float
        Events per unit of time, above 0; fewer are the benefit.
    dispersion : float
        k in ``Var = mean + k mean^2``, at least 0.
    exposure : float
        Time for which each person is observed, above 0.
    alpha : float
        One-sided.

    References
    ----------
    Lawless (1987), Canadian Journal of Statistics 15(3), 209-225.
    """

    per_arm: tuple[int, int]
    active_rate: float
    control_rate: float
    dispersion: float
    exposure: float = 1.0
    alpha: float = 0.025

    def __post_init__(self) -> None:
        for name in ("active_rate", "control_rate", "exposure"):
            require_above_zero(getattr(self, name), name)
        if not (math.isfinite(self.dispersion) and self.dispersion >= 0):
            raise ParameterError(f"dispersion must be a finite number of at least 0; got {self.dispersion!r}.")
        require_design(alpha=self.alpha, effect=self.effect, active=self.per_arm[0], control=self.per_arm[1])

    @property
    def effect(self) -> float:
        """Logarithm of the control rate over the active one."""
        return math.log(self.control_rate / self.active_rate)

    @property
    def numbers_a_trial(self) -> int:
        """A person's own rate and count."""
        return 2 * sum(self.per_arm)

    def verdicts(self, trials: range, streams: Streams, effect: Array) -> Verdicts:
        """Return what becomes of some trials."""
        control = np.full(len(effect), self.exposure * self.control_rate)
        arms = [
            self._counts(arm, mean, trials, streams) for arm, mean in enumerate((control * np.exp(-effect), control))
        ]
        means = np.stack([each.mean(axis=1) for each in arms], axis=1)
        dispersion = likeliest_dispersion(np.concatenate(arms, axis=1), means, np.array(self.per_arm))
        with np.errstate(invalid="ignore", divide="ignore"):
            error = np.sqrt(np.sum((1 / means + dispersion[:, None]) / self.per_arm, axis=1))
            estimate = np.log(means[:, 1] / means[:, 0])
        return judged(estimate, error, np.full(len(effect), np.inf), self.alpha)

    def _counts(self, arm: int, mean: Array, trials: range, streams: Streams) -> Array:
        counts = np.empty((len(trials), self.per_arm[arm]))
        for place, trial in enumerate(trials):
            generator, own = streams.at(Purpose.PATIENTS, trial, arm), np.full(self.per_arm[arm], mean[place])
            if self.dispersion > 0:
                own = own * generator.gamma(1 / self.dispersion, self.dispersion, size=len(own))
            counts[place] = generator.poisson(own)
        return counts


def likeliest_dispersion(counts: Array, means: Array, per_arm: Array) -> Array:
    """Return the dispersion of each trial by maximum likelihood, the arms having means of their own, shape (trial,).

    With shape a = 1/k the score is ``sum_j N_j / (a + j) - sum_arms n log(1 + m / a)``, ``N_j`` the persons with more than j events.
    It passes 0 from above once; where it stays above, counts spread no more than Poisson's, and the dispersion is next to 0.

    Parameters
    ----------
    counts : array, shape (trial, person)
    means : array, shape (trial, arm)
    per_arm : array, shape (arm,)

    References
    ----------
    Lawless (1987), as in :class:`EventRates`.

    Examples
    --------
    >>> likeliest_dispersion(np.array([[0.0, 1, 2, 9]]), np.array([[3.0]]), np.array([4])).round(3)
    array([1.233])
    """
    more_than = np.arange(int(counts.max()) if counts.size else 0)
    persons = np.stack([(counts > j).sum(axis=1) for j in more_than], axis=1) if more_than.size else counts[:, :0]
    low, high = np.full(len(counts), _LOWEST), np.full(len(counts), _HIGHEST)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        shape = np.exp(middle)[:, None]
        score = np.sum(persons / (shape + more_than), axis=1) - np.log1p(means / shape) @ per_arm
        low, high = np.where(score > 0, middle, low), np.where(score > 0, high, middle)
    return np.asarray(np.exp(-(low + high) / 2))


@dataclass(frozen=True, kw_only=True)
class BoundedDays:
    """Days out of a fixed number: each person has a share of days of their own (beta), and days by chance (beta-binomial).

    Means compared with variances of their own (Welch), as a quasi-binomial model with an identity link would.

    Attributes
    ----------
    per_arm : tuple of int
        Active and control, each at least 2.
    active_days, control_days : float
        Mean days, above 0 and below ``days_observed``; fewer are the benefit.
    days_observed : int
        Of the diary, at least 2.
    overdispersion : float
        Variance over that of independent days, from 1 to below ``days_observed``.
    alpha : float
        One-sided.
    """

    per_arm: tuple[int, int]
    active_days: float
    control_days: float
    days_observed: int
    overdispersion: float
    alpha: float = 0.025

    def __post_init__(self) -> None:
        require_design(alpha=self.alpha, effect=self.effect, active=self.per_arm[0], control=self.per_arm[1])
        if min(self.per_arm) < 2:
            raise ArmError(f"each arm must have two persons or more to have a variance; got {self.per_arm}.")
        if self.days_observed != int(self.days_observed) or self.days_observed < 2:
            raise ParameterError(f"days_observed must be a whole number of at least 2; got {self.days_observed!r}.")
        if not 1 <= self.overdispersion < self.days_observed:
            raise ParameterError(
                f"overdispersion must be from 1 to below the {self.days_observed} days, or no days could vary so; "
                f"got {self.overdispersion!r}."
            )
        for name in ("active_days", "control_days"):
            if not 0 < getattr(self, name) < self.days_observed:
                raise ParameterError(
                    f"{name} must be above 0 and below {self.days_observed}; got {getattr(self, name)!r}."
                )

    @property
    def effect(self) -> float:
        """Days fewer than in the control arm."""
        return self.control_days - self.active_days

    @property
    def numbers_a_trial(self) -> int:
        """A person's own share and days."""
        return 2 * sum(self.per_arm)

    def verdicts(self, trials: range, streams: Streams, effect: Array) -> Verdicts:
        """Return what becomes of some trials."""
        control_share = self.control_days / self.days_observed
        active_share = control_share - effect / self.days_observed
        if np.any((active_share <= 0) | (active_share >= 1)):
            raise ArmError("a drawn effect leaves no day, or more than there are; draw effects within the diary.")
        both = active_share, np.full(len(effect), control_share)
        of_arm = [self._days(arm, share, trials, streams) for arm, share in enumerate(both)]
        active, control = (moments_of(days, np.ones(days.shape, dtype=np.bool_)) for days in of_arm)
        own = [each.squares / (each.count - 1) / each.count for each in (active, control)]
        variance = own[0] + own[1]
        with np.errstate(invalid="ignore", divide="ignore"):
            df = variance**2 / (own[0] ** 2 / (active.count - 1) + own[1] ** 2 / (control.count - 1))
        return judged(control.mean - active.mean, np.sqrt(variance), df, self.alpha)

    def _days(self, arm: int, share: Array, trials: range, streams: Streams) -> Array:
        """Draw days; correlation of a person's days is ``(overdispersion - 1) / (days - 1)``."""
        alike = (self.overdispersion - 1) / (self.days_observed - 1)
        days = np.empty((len(trials), self.per_arm[arm]))
        for place, trial in enumerate(trials):
            generator, own = streams.at(Purpose.PATIENTS, trial, arm), np.full(self.per_arm[arm], share[place])
            if alike > 0:
                weight = (1 - alike) / alike
                own = generator.beta(own * weight, (1 - own) * weight)
            days[place] = generator.binomial(self.days_observed, own)
        return days
