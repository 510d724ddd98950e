"""What do the repetitions of a row say: how often a plan came true, what it had promised, and where the two part?"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from abate.sources.simulated.streams import Array
from tests.known_truth.plans import AGAIN

#: A demand holds where realised success is within so many standard errors of what was promised.
ALLOWED_ERRORS = 3.0
Lines = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Mean:
    """A mean over repetitions with its Monte Carlo standard error."""

    value: float
    error: float


@dataclass(frozen=True, kw_only=True)
class PlanSummary:
    """What many plans of one kind came to.

    Attributes
    ----------
    asked, planned : int
        Repetitions, and those in which there was a plan; all that follows is of these.
    truth, planned_difference, bias : Mean
        In points; bias is planned less true difference.
    coverage : float
        Share whose 95 % interval of the planned difference holds the true one.
    per_arm, per_arm_median : float
    power, power_simulated, power_at_truth, power_in_truth : float
        Closed form at the planned difference, simulated trials there, closed form at the true difference, and there with the true spread
        of the ratings.
    assurance, assurance_simulated : float
        Naive plans are not simulated: None.
    success : Mean
        Share of trials that succeeded.
    success_again : Mean or None
        Mean share of further trials of each plan; of naive plans there are none.
    at_first_look : float
        Share of trials that ended before their last look.
    failed : int
        Trials whose analysis failed; they are no success.
    again_less_assurance : Mean or None
        Success of the further trials less assurance by closed form: the sum of the three that follow.
    beliefs, spread : Mean
        Power at the true difference less assurance; power there with the true spread less power with that of the plan.
    trial, trial_without_looks : Mean or None
        Success of the further trials less power with true difference and spread; and the same had nobody looked before the end.
    spread_ratio : float
        Planned SD of the rating given the baseline, by the true one, on average.
    """

    asked: int
    planned: int
    truth: Mean
    planned_difference: Mean
    bias: Mean
    coverage: float
    per_arm: float
    per_arm_median: float
    power: float
    power_simulated: float | None
    power_at_truth: float
    power_in_truth: float
    assurance: float
    assurance_simulated: float | None
    success: Mean
    success_again: Mean | None
    at_first_look: float
    failed: int
    again_less_assurance: Mean | None
    beliefs: Mean
    spread: Mean
    trial: Mean | None
    trial_without_looks: Mean | None
    spread_ratio: float

    def is_kept(self, promised: float) -> bool:
        """Return whether realised success is within three standard errors of what was promised."""
        return abs(self.success.value - promised) <= ALLOWED_ERRORS * self.success.error

    def errors_apart(self, promised: float) -> float:
        """Return realised success less what was promised, in standard errors."""
        if self.success.error == 0:
            return 0.0 if self.success.value == promised else math.inf
        return (self.success.value - promised) / self.success.error


def summarise_plans(lines: Lines, kind: str) -> PlanSummary | None:
    """Return what the plans of a kind, ``plan`` or ``naive``, came to; None where there is none."""
    kept = [line for line in lines if "refused" not in line[kind]]
    if not kept:
        return None

    def column(name: str) -> Array:
        return np.array([line[kind][name] for line in kept], dtype=float)

    def _simulated(name: str) -> float | None:
        return float(column(name).mean()) if all(name in line[kind] for line in kept) else None

    truth = np.array([line["truth"]["effect"] for line in kept])
    in_truth, at_truth, share = column("power_in_truth"), column("power_at_truth"), float(column("succeeded").mean())
    again = column("again") / AGAIN if kind == "plan" else None
    return PlanSummary(
        asked=len(lines),
        planned=len(kept),
        truth=mean_of(truth),
        planned_difference=mean_of(column("mean")),
        bias=mean_of(column("mean") - truth),
        coverage=float(column("covers").mean()),
        per_arm=float(column("per_arm").mean()),
        per_arm_median=float(np.median(column("per_arm"))),
        power=float(column("power").mean()),
        power_simulated=_simulated("power_simulated"),
        power_at_truth=float(at_truth.mean()),
        power_in_truth=float(in_truth.mean()),
        assurance=float(column("assurance").mean()),
        assurance_simulated=_simulated("assurance_simulated"),
        success=Mean(value=share, error=math.sqrt(share * (1 - share) / len(kept))),
        success_again=None if again is None else mean_of(again),
        at_first_look=float(np.mean(column("look") == 1)),
        failed=sum(line[kind]["estimate"] is None for line in kept),
        again_less_assurance=None if again is None else mean_of(again - column("assurance")),
        beliefs=mean_of(at_truth - column("assurance")),
        spread=mean_of(in_truth - at_truth),
        trial=None if again is None else mean_of(again - in_truth),
        trial_without_looks=None
        if again is None
        else mean_of(column("again_without_looks") / AGAIN - column("power_without_looks")),
        spread_ratio=float(np.mean(column("spread") / column("spread_in_truth"))),
    )


@dataclass(frozen=True, kw_only=True)
class FallSummary:
    """How the fall left was estimated: bias in points, and the SD of its error in its own standard errors (1 where they are right)."""

    studies: int
    without: int
    bias: Mean
    error_sd: float


def summarise_falls(lines: Lines) -> FallSummary | None:
    """Return how the studies split their falls; None where none did."""
    kept = [line for line in lines if line["left"] is not None]
    if not kept:
        return None
    error = np.array([line["left"]["value"] - line["truth"]["left"] for line in kept])
    own = np.array([line["left"]["se"] for line in kept])
    return FallSummary(
        studies=len(lines),
        without=len(lines) - len(kept),
        bias=mean_of(error),
        error_sd=float(np.sqrt(np.mean((error / own) ** 2))),
    )


def mean_of(values: Array) -> Mean:
    """Return a mean with its standard error, which one value does not have."""
    error = float(values.std(ddof=1) / math.sqrt(len(values))) if len(values) > 1 else math.nan
    return Mean(value=float(values.mean()), error=error)


def refusals(lines: Lines, kind: str) -> Mapping[str, int]:
    """Return why there was no plan, and how often."""
    names = [line[kind]["refused"] for line in lines if "refused" in line[kind]]
    return {name: names.count(name) for name in sorted(set(names))}


Promised = Callable[[PlanSummary], float | None]
#: What a plan promises, by the words of the page.
PROMISES: Mapping[str, Promised] = {
    "assurance by closed form": lambda summary: summary.assurance,
    "assurance by simulated trials": lambda summary: summary.assurance_simulated,
}
