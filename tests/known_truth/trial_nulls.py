"""How often does each planned analysis reject where nothing is different? ``docs/trial-type-one-error.md`` is made from this run.

    python -m tests.known_truth.trial_nulls --trials 20000

Some minutes of one processor. Whole ratings from 0 to 10, drop-out by chance and depending on pain, 30 and 60 patients an arm.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from abate.trial.simulate import Analysis, Centres, Leaving, Looks, Response, TrialModel, TrialsSummary, simulate

PAGE = Path(__file__).parents[2] / "docs" / "trial-type-one-error.md"
TRIALS, SEED, LEVEL = 20_000, 20261127, 0.05
PER_ARM = (30, 60)
SLOPE = 0.3

MEAN = np.array([7.5, 6.6, 6.0, 5.6, 5.4, 5.4])
SD = np.array([1.6, 2.0, 2.2, 2.3, 2.4, 2.4])
CORRELATION = np.array([1, 0.74, 0.584, 0.4904, 0.43424, 0.400544])
RETENTION = (1.0, 0.95, 0.9, 0.85, 0.8)

LEAVING: Mapping[str, Leaving] = {
    "by chance": Leaving(),
    "by pain": Leaving(depends_on="last rating", slope=SLOPE),
}
# Two-sided 0.05 spent in O'Brien and Fleming's way at half and all of the information, each side 0.025.
BOUNDS = (2.96258804272755, 1.96859563997714)
TWO_LOOKS = Looks(share=(0.5, 1.0), efficacy=BOUNDS)
WITH_FUTILITY = Looks(share=(0.5, 1.0), efficacy=BOUNDS, futility=(0.0,))
FIVE_CENTRES = Centres(shares=(3, 2, 2, 1, 1), sd=0.5)
MARGIN = 1.0


@dataclass(frozen=True, kw_only=True)
class NullCase:
    """A planned analysis, with what is special about its trials and the share that it may reject."""

    analysis: Analysis
    looks: Looks | None = None
    centres: Centres | None = None
    difference: float = 0.0
    level: float = LEVEL


_LINEAR = "kenward-roger-linear"
CASES: Mapping[str, NullCase] = {
    "MMRM, Satterthwaite": NullCase(analysis=Analysis()),
    "MMRM, Kenward-Roger": NullCase(analysis=Analysis(df="kenward-roger")),
    "MMRM, Kenward-Roger, linear": NullCase(analysis=Analysis(df=_LINEAR)),
    "MMRM, Satterthwaite, two looks": NullCase(analysis=Analysis(), looks=TWO_LOOKS),
    "MMRM, Satterthwaite, two looks, futility, one-sided 0.025": NullCase(
        analysis=Analysis(sides=1, alpha=0.025), looks=WITH_FUTILITY, level=0.025
    ),
    "MMRM, Satterthwaite, mean of days 3 to 5": NullCase(analysis=Analysis(day_weights=(0, 0, 1 / 3, 1 / 3, 1 / 3))),
    "MMRM, Satterthwaite, five centres": NullCase(analysis=Analysis(with_centres=True), centres=FIVE_CENTRES),
    "MMRM, Satterthwaite, non-inferiority, one-sided 0.025": NullCase(
        analysis=Analysis(sides=1, alpha=0.025, null=MARGIN), difference=MARGIN, level=0.025
    ),
    "constrained longitudinal, Satterthwaite": NullCase(analysis=Analysis(kind="constrained")),
    "constrained longitudinal, Kenward-Roger, linear": NullCase(analysis=Analysis(kind="constrained", df=_LINEAR)),
    "ANCOVA at the last day": NullCase(analysis=Analysis(kind="ancova")),
    "responders, fall of 2 points": NullCase(analysis=Analysis(kind="responders", response=Response(points=2))),
    "responders, fall of 50 %": NullCase(analysis=Analysis(kind="responders", response=Response(percent=50))),
}


@dataclass(frozen=True, kw_only=True)
class NullRun:
    """One analysis in one setting."""

    case: str
    per_arm: int
    leaving: str
    summary: TrialsSummary

    @property
    def level(self) -> float:
        """The share that the analysis may reject."""
        return CASES[self.case].level

    @property
    def allowed(self) -> float:
        """Three Monte Carlo standard errors of a share that is the level."""
        return 3 * math.sqrt(self.level * (1 - self.level) / self.summary.trial_count)

    @property
    def off(self) -> float:
        """Share rejected less the level."""
        return float(self.summary.success.value or 0.0) - self.level

    @property
    def verdict(self) -> str:
        """What the run says of the level."""
        if abs(self.off) <= self.allowed:
            return "holds"
        return "**too often**" if self.off > 0 else "**too seldom**"


def null_model(per_arm: int, leaving: str, case: NullCase) -> TrialModel:
    """Return two arms of which the second is like the first, or worse by the margin that it may not be worse by."""
    lag = np.abs(np.subtract.outer(np.arange(6), np.arange(6)))
    return TrialModel(
        per_arm=(per_arm, per_arm),
        mean=[MEAN, MEAN + case.difference * (np.arange(6) > 0)],
        covariance=np.outer(SD, SD) * CORRELATION[lag],
        retention=RETENTION,
        leaving=LEAVING[leaving],
        centres=case.centres,
    )


def run_nulls(trials: int, threads: int = 1) -> Iterator[NullRun]:
    """Run every analysis in every setting; those of one setting meet the same patients."""
    for number, (per_arm, leaving) in enumerate((n, name) for n in PER_ARM for name in LEAVING):
        for name, case in CASES.items():
            found = simulate(
                null_model(per_arm, leaving, case),
                case.analysis,
                looks=case.looks,
                seed=SEED,
                scenario=number,
                trials=trials,
                threads=threads,
            )
            yield NullRun(case=name, per_arm=per_arm, leaving=leaving, summary=found.summary)


_HEAD = """\
# Type I error of simulated trials

How often does an analysis reject where both arms are the same: at 0.05, two-sided, unless a line says 0.025, one-sided? This page is made by
`python -m tests.known_truth.trial_nulls --trials {trials}`; its numbers are not edited by hand.

**What is simulated**: {trials:,} trials a line; ratings at baseline (mean {baseline:g}) and on five days (means {days}), SD {sd},
correlation of neighbouring times 0.74, falling with distance to 0.40; whole ratings from 0 to 10 with means and SDs kept; {left} % have left
by day 5, the same in both arms, by chance or by pain (odds of leaving before a day times {odds:.2f} for each point of the last rating). MMRM is
`rating ~ baseline*day + arm*day`, unstructured; the constrained model has baseline as an outcome with one mean; the
difference is that on day 5. A missing last rating is no response. Two looks are at half and all of the patients, with boundaries {bounds}; with
futility a trial stops where the difference at the first look points the wrong way, and the boundaries take no notice of that (non-binding), so
that it rejects a little too seldom by design. Five centres differ with SD {centre_sd:g} on the days and have a mean each in the model. For non-inferiority the
second arm is worse by the margin, {margin:g} point.

**How to read it**: the share rejected with its Monte Carlo standard error. The level holds where the share is within 3 standard errors of
it: from {low:.4f} to {high:.4f} for 0.05, from {low_one:.4f} to {high_one:.4f} for 0.025. Coverage is that of the 95 % interval of the difference at the end, which takes no notice of a look.
"""

_COLUMNS = "| analysis | rejected | level | coverage | failed fits |\n|---|---|---|---|---|\n"


def render_page(runs: list[NullRun], minutes: float) -> str:
    """Return the page."""
    first, allowed = runs[0], {run.level: run.allowed for run in runs}
    parts = [
        _HEAD.format(
            trials=first.summary.trial_count,
            baseline=MEAN[0],
            days=", ".join(f"{mean:g}" for mean in MEAN[1:]),
            sd=" to ".join(f"{sd:g}" for sd in (SD[0], SD[-1])),
            left=round(100 * (1 - RETENTION[-1])),
            odds=math.exp(SLOPE),
            bounds=" and ".join(f"{bound:.3f}" for bound in TWO_LOOKS.efficacy),
            centre_sd=FIVE_CENTRES.sd,
            margin=MARGIN,
            low=LEVEL - allowed[LEVEL],
            high=LEVEL + allowed[LEVEL],
            low_one=0.025 - allowed[0.025],
            high_one=0.025 + allowed[0.025],
        )
    ]
    for per_arm in PER_ARM:
        for leaving in LEAVING:
            parts.append(f"\n## {per_arm} an arm, leaving {leaving}\n\n{_COLUMNS}")
            parts += [_line(run) for run in runs if (run.per_arm, run.leaving) == (per_arm, leaving)]
    parts.append("\n## What it says\n\n" + _findings(runs))
    parts.append(f"\nMade in {minutes:.0f} minutes of processor time, {len(runs)} runs.\n")
    return "".join(parts)


def _line(run: NullRun) -> str:
    summary = run.summary
    return (
        f"| {run.case} | {summary.success.value:.4f} ± {summary.monte_carlo_se:.4f} | {run.verdict} "
        f"| {summary.coverage.value:.4f} | {summary.failed.numerator} |\n"
    )


def _findings(runs: list[NullRun]) -> str:
    lines = []
    for name in CASES:
        off = [run for run in runs if run.case == name and run.verdict != "holds"]
        where = "; ".join(f"{run.per_arm} an arm, {run.leaving}: {run.summary.success.value:.4f}" for run in off)
        lines.append(f"- {name}: the level {'does not hold with ' + where if off else 'holds in every setting'}.\n")
    return "".join(lines)


def main() -> None:
    """Run everything and write the page."""
    parser = argparse.ArgumentParser(prog="python -m tests.known_truth.trial_nulls", description=__doc__)
    parser.add_argument("--trials", type=int, default=TRIALS)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--page", type=Path, default=PAGE)
    arguments = parser.parse_args()
    began, runs = time.process_time(), []
    for run in run_nulls(arguments.trials, arguments.threads):
        runs.append(run)
        print(run.per_arm, run.leaving, _line(run), end="", flush=True)
    arguments.page.write_text(render_page(runs, (time.process_time() - began) / 60), encoding="utf-8")


if __name__ == "__main__":
    main()
