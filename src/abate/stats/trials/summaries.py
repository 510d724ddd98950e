"""What do thousands of simulated trials come to: how often success, how biased, how covered, how long, how many failed?

A block of trials is summed up and forgotten; sums of blocks are added in the order of the trials.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from abate.stats.arrays import Array
from abate.stats.mmrm.patterns import Flags
from abate.stats.proportions import Proportion, wilson_interval
from abate.stats.trials.errors import RunError


@dataclass(frozen=True, kw_only=True, eq=False)
class TrialResults:
    """Each trial's result, every array with shape (trial,).

    ``look`` counts from 1; ``estimate``, ``standard_error``, ``df`` and ``p`` are those at the end, ``nan`` where the fit failed;
    ``true_value`` is what they estimate; ``patient_count`` was analysed, ``entered_count`` had entered; ``months`` and ``bed_days``
    are ``nan`` where they were not asked for.
    """

    succeeded: Flags
    failed: Flags
    look: Array
    estimate: Array
    standard_error: Array
    df: Array
    p: Array
    covered: Array
    true_value: Array
    patient_count: Array
    entered_count: Array
    months: Array
    bed_days: Array


@dataclass(frozen=True, kw_only=True)
class MeanOfTrials:
    """A mean over simulated trials with its Monte Carlo standard error; ``None`` where no trial has it."""

    value: float | None
    monte_carlo_se: float | None
    trial_count: int


@dataclass(frozen=True, kw_only=True)
class LookSummary:
    """How many trials ended at a look, and how."""

    patient_count: int
    succeeded: int
    stopped_without_success: int


@dataclass(frozen=True, kw_only=True)
class TrialsSummary:
    """What the trials come to.

    Attributes
    ----------
    trial_count : int
    success : Proportion
        With Wilson's interval; a failed fit is no success.
    monte_carlo_se : float
        Of the share with success.
    failed : Proportion
        Trials whose last fit failed on every step of the ladder; they are in ``success`` as no success, and in no mean below.
    true_value, estimate, bias, standard_error, df : MeanOfTrials
        Bias is estimate less true value.
    sd_of_estimates : float or None
    coverage : Proportion
        Of the true value by the interval at the end.
    looks : tuple of LookSummary
    patient_count, entered_count, months, bed_days : MeanOfTrials
        Analysed; entered by the time of the decision, overrun included; months from the first day of accrual to the decision.
    """

    trial_count: int
    success: Proportion
    monte_carlo_se: float
    failed: Proportion
    true_value: MeanOfTrials
    estimate: MeanOfTrials
    bias: MeanOfTrials
    sd_of_estimates: float | None
    standard_error: MeanOfTrials
    df: MeanOfTrials
    coverage: Proportion
    looks: tuple[LookSummary, ...]
    patient_count: MeanOfTrials
    entered_count: MeanOfTrials
    months: MeanOfTrials
    bed_days: MeanOfTrials


_AVERAGED = (
    "true_value", "estimate", "bias", "standard_error", "df", "patient_count", "entered_count", "months", "bed_days",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class Sums:
    """Sums over trials, as small for a million as for one.

    ``moments`` has for each averaged number how many trials have it, their mean, and their squared deviations from it.
    """

    trial_count: int
    succeeded: int
    failed: int
    covered: int
    ended: Array  # (look, 2): with success, without
    moments: Array  # (number, 3)

    def plus(self, other: Sums) -> Sums:
        """Return both together."""
        return Sums(
            trial_count=self.trial_count + other.trial_count,
            succeeded=self.succeeded + other.succeeded,
            failed=self.failed + other.failed,
            covered=self.covered + other.covered,
            ended=self.ended + other.ended,
            moments=_together(self.moments, other.moments),
        )


def sums_of(results: TrialResults, look_count: int) -> Sums:
    """Return the sums of some trials."""
    ended = np.zeros((look_count, 2))
    np.add.at(ended, (results.look.astype(np.int64) - 1, np.where(results.succeeded, 0, 1)), 1)
    averaged = {name: getattr(results, name) for name in _AVERAGED if name != "bias"}
    averaged["bias"] = results.estimate - results.true_value
    return Sums(
        trial_count=len(results.look),
        succeeded=int(results.succeeded.sum()),
        failed=int(results.failed.sum()),
        covered=int(np.nansum(results.covered)),
        ended=ended,
        moments=np.array([_moments(averaged[name]) for name in _AVERAGED]),
    )


def _moments(values: Array) -> tuple[float, float, float]:
    known = values[np.isfinite(values)]
    if known.size == 0:
        return 0.0, 0.0, 0.0
    mean = float(known.mean())
    return float(known.size), mean, float(np.sum((known - mean) ** 2))


def _together(one: Array, other: Array) -> Array:
    """Return counts, means and squared deviations of two groups together (Chan, Golub & LeVeque 1983)."""
    count = one[:, 0] + other[:, 0]
    share = other[:, 0] / np.maximum(count, 1.0)
    apart = other[:, 1] - one[:, 1]
    squares = one[:, 2] + other[:, 2] + apart**2 * one[:, 0] * share
    return np.stack([count, one[:, 1] + apart * share, squares], axis=1)


def summarise(sums: Sums, patients_at_look: Array, level: float = 0.95) -> TrialsSummary:
    """Return shares and means of the trials that were summed.

    Raises
    ------
    RunError
        If there was no trial.
    """
    if sums.trial_count < 1:
        raise RunError("there must be one or more trials to sum up; got none.")
    share = sums.succeeded / sums.trial_count
    means = {name: _mean(row) for name, row in zip(_AVERAGED, sums.moments, strict=True)}
    count, _, squares = sums.moments[_AVERAGED.index("estimate")]
    return TrialsSummary(
        trial_count=sums.trial_count,
        success=wilson_interval(sums.succeeded, sums.trial_count, level),
        monte_carlo_se=math.sqrt(share * (1 - share) / sums.trial_count),
        failed=wilson_interval(sums.failed, sums.trial_count, level),
        sd_of_estimates=math.sqrt(squares / (count - 1)) if count > 1 else None,
        coverage=wilson_interval(sums.covered, sums.trial_count - sums.failed, level),
        looks=tuple(
            LookSummary(patient_count=int(patients), succeeded=int(yes), stopped_without_success=int(no))
            for patients, (yes, no) in zip(patients_at_look, sums.ended, strict=True)
        ),
        **means,
    )


def _mean(row: Array) -> MeanOfTrials:
    count, mean, squares = row
    if count == 0:
        return MeanOfTrials(value=None, monte_carlo_se=None, trial_count=0)
    error = math.sqrt(squares / (count - 1) / count) if count > 1 else None
    return MeanOfTrials(value=float(mean), monte_carlo_se=error, trial_count=int(count))
