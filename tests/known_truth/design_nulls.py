"""Do simulated trials of other designs keep alpha, and how far is the closed form? ``docs/trial-other-designs.md`` is made from this run.

    python -m tests.known_truth.design_nulls --trials 20000

A minute or two of one processor.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from abate.stats.sizes.two_stage import two_stage_designs
from abate.trial.simulate_designs import (
    BoundedDays,
    Crossover,
    Cycles,
    DesignSummary,
    DoseRanging,
    DrawnDesign,
    EventRates,
    RandomisedClusters,
    SteppedWedge,
    TimeToRelapse,
    TwoStages,
    WedgeVariance,
    simulate_design,
)
from abate.trial.sizes import (
    Reference,
    Times,
    bounded_days,
    crossover_means,
    dose_test,
    log_rank,
    mean_effect_over_cycles,
    negative_binomial_rates,
    stepped_wedge,
    two_means_in_clusters,
)

PAGE = Path(__file__).parents[2] / "docs" / "trial-other-designs.md"
TRIALS, SEED, ALPHA = 20_000, 20261127, 0.025
SEEN = 0.85
WEDGE = ("01111", "01111", "00111", "00111", "00011", "00011", "00001", "00001")
TIMES = Times(control_hazard=0.3, accrual=18, follow_up=6, loss_hazard=0.03)
SHAPES = np.array([[0, 0.2, 0.4, 0.7, 1.0], [0, 0.6, 0.8, 0.9333, 1.0]])


@dataclass(frozen=True, kw_only=True)
class DesignCase:
    """A design, its power by closed form, and the level and the effect where there is nothing to find."""

    name: str
    design: DrawnDesign
    closed: float
    null: float = 0.0
    alpha: float = ALPHA


@dataclass(frozen=True, kw_only=True)
class DesignRun:
    """What trials with the planned effect, and with none, come to."""

    case: DesignCase
    power: DesignSummary
    at_null: DesignSummary

    @property
    def verdict(self) -> str:
        """What the run says of the level."""
        off = float(self.at_null.success.value or 0.0) - self.case.alpha
        allowed = 3 * math.sqrt(self.case.alpha * (1 - self.case.alpha) / self.at_null.trial_count)
        if abs(off) <= allowed:
            return "holds"
        return "**too often**" if off > 0 else "seldomer"


def design_cases() -> Iterator[DesignCase]:
    """Give every design, with all seen and, where it has drop-out, with some."""
    yield from _within_persons()
    yield from _of_centres()
    yield from _of_doses()
    relapse = TimeToRelapse(per_arm=(60, 60), hazard_ratio=0.6, times=TIMES)
    closed = log_rank(hazard_ratio=0.6, times=TIMES, total=120).power
    yield DesignCase(name="time to relapse, 2 x 60, hazard ratio 0.6", design=relapse, closed=closed)
    simon = two_stage_designs(null_share=0.1, share=0.3).optimal
    yield DesignCase(
        name="one arm, two stages, 0.1 against 0.3",
        design=TwoStages(design=simon, share=0.3),
        closed=simon.attained_power,
        null=0.1,
        alpha=simon.attained_alpha,
    )
    yield from _of_counts()


def _within_persons() -> Iterator[DesignCase]:
    for seen in (1.0, SEEN):
        size = crossover_means(difference=1.0, sd_within=1.2, total=28 * seen)
        design = Crossover(per_sequence=14, effect=1.0, sd_within=1.2, seen=seen, period_shift=0.5)
        yield DesignCase(name=f"crossover, 2 x 14{_lost(seen)}", design=design, closed=size.power)
    cycles = mean_effect_over_cycles(
        effect=1.2, cycles=3, effect_sd_between_persons=1.0, sd_within_period=1.5, total=14
    )
    design_of_cycles = Cycles(persons=14, cycles=3, effect=1.2, effect_sd=1.0, sd_within=1.5)
    yield DesignCase(name="n-of-1, 14 persons, 3 cycles", design=design_of_cycles, closed=cycles.power)


def _of_centres() -> Iterator[DesignCase]:
    for seen in (1.0, SEEN):
        size = two_means_in_clusters(difference=1.4, sd=2.2, icc=0.05, mean_cluster_size=10 * seen, total=120 * seen)
        design = RandomisedClusters(clusters=(6, 6), per_cluster=10, effect=1.4, sd=2.2, icc=0.05, seen=seen)
        yield DesignCase(name=f"12 clusters of 10{_lost(seen)}", design=design, closed=size.power)
    for variance, reference in ((WedgeVariance.KNOWN, Reference.NORMAL), (WedgeVariance.ESTIMATED, Reference.T)):
        for seen in (1.0, SEEN):
            size = stepped_wedge(
                effect=1.4,
                pattern=WEDGE,
                sd_within=2.2 * math.sqrt(0.95),
                sd_between_clusters=2.2 * math.sqrt(0.05),
                total=240 * seen,
                reference=reference,
            )
            wedge = SteppedWedge(pattern=WEDGE, per_cell=6, effect=1.4, sd=2.2, icc=0.05, seen=seen, variance=variance)
            name = f"stepped wedge, 8 centres, variances {variance.value}{_lost(seen)}"
            yield DesignCase(name=name, design=wedge, closed=size.power)


def _of_doses() -> Iterator[DesignCase]:
    for seen in (1.0, SEEN):
        per_dose = 25 * seen
        test = dose_test(SHAPES, np.eye(5) * 4 / per_dose, ALPHA, 5 * (per_dose - 1))
        design = DoseRanging(per_dose=25, effect=1.5, profile=tuple(SHAPES[0]), sd=2.0, test=test, seen=seen)
        yield DesignCase(
            name=f"MCP-Mod, 5 x 25, linear{_lost(seen)}", design=design, closed=test.power(1.5 * SHAPES[0])
        )


def _of_counts() -> Iterator[DesignCase]:
    for per_arm in (30, 108):
        size = negative_binomial_rates(active_rate=3, control_rate=4.5, dispersion=0.8, total=2 * per_arm)
        rates = EventRates(per_arm=(per_arm, per_arm), active_rate=3, control_rate=4.5, dispersion=0.8)
        yield DesignCase(name=f"negative binomial rates, 2 x {per_arm}", design=rates, closed=size.power)
    days = bounded_days(active_days=20, control_days=24, days_observed=28, overdispersion=6, total=72)
    design = BoundedDays(per_arm=(36, 36), active_days=20, control_days=24, days_observed=28, overdispersion=6)
    yield DesignCase(name="days out of 28, 2 x 36", design=design, closed=days.power)


def _lost(seen: float) -> str:
    return "" if seen == 1 else f", {100 * (1 - seen):.0f} % not seen"


def run_designs(trials: int) -> Iterator[DesignRun]:
    """Run every design with its effect and without."""
    for case in design_cases():
        yield DesignRun(
            case=case,
            power=simulate_design(case.design, seed=SEED, trials=trials),
            at_null=simulate_design(case.design, seed=SEED, trials=trials, scenario=1, effects=[case.null]),
        )


_HEAD = """\
# Other designs: simulated power beside the closed form, and type I error

This page is made by `python -m tests.known_truth.design_nulls --trials {trials}`; its numbers are not edited by hand. What is drawn and
how it is analysed: [simulated trials](trial-simulation.md), "Other designs". The numbers are made up and not estimates from patients.

{trials_words} trials a number, one-sided at 0.025 on the side of benefit (two stages: at the attained {alpha:.4f}), with Monte Carlo standard errors.
The level holds where the share without an effect is within 3 standard errors; "seldomer" is safe and costs power.

| design | closed form | simulated | difference | without an effect | level | failed |
|---|---|---|---|---|---|---|
"""

_TAIL = """
Where drop-out is by chance the closed form, which counts those seen as if each group lost the same, is a little too kind. Schoenfeld's
formula, the Wald test of rates and the normal law of bounded days are approximations for many persons; with few the Wald test of rates
may reject too often. The stepped wedge's closed form with a t reference takes the variances as known and pays for that with few degrees of
freedom: with eight centres of so low a correlation it pays too much, and the test rejects less often than 0.025.

Made in {minutes:.1f} minutes of processor time.
"""


def render_page(runs: list[DesignRun], minutes: float) -> str:
    """Return the page."""
    trials = runs[0].power.trial_count
    simon = next(run for run in runs if isinstance(run.case.design, TwoStages))
    head = _HEAD.format(trials=trials, trials_words=f"{trials:,}", alpha=simon.case.alpha)
    return head + "".join(map(_line, runs)) + _TAIL.format(minutes=minutes)


def _line(run: DesignRun) -> str:
    power, null = run.power, run.at_null
    share = float(power.success.value or 0.0)
    return (
        f"| {run.case.name} | {run.case.closed:.4f} | {share:.4f} ± {power.monte_carlo_se:.4f} | {run.case.closed - share:+.4f} "
        f"| {null.success.value:.4f} ± {null.monte_carlo_se:.4f} | {run.verdict} "
        f"| {power.failed.numerator + null.failed.numerator} |\n"
    )


def main() -> None:
    """Run everything and write the page."""
    parser = argparse.ArgumentParser(prog="python -m tests.known_truth.design_nulls", description=__doc__)
    parser.add_argument("--trials", type=int, default=TRIALS)
    parser.add_argument("--page", type=Path, default=PAGE)
    arguments = parser.parse_args()
    began, runs = time.process_time(), []
    for run in run_designs(arguments.trials):
        runs.append(run)
        print(_line(run), end="", flush=True)
    arguments.page.write_text(render_page(runs, (time.process_time() - began) / 60), encoding="utf-8")


if __name__ == "__main__":
    main()
