"""How do two plans differ? The same simulated patients meet both, so that chance cancels between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from abate.base.logs import Progress, silent
from abate.contracts.plan_file import PlanFile
from abate.contracts.trial_plan import TrialPlan
from abate.study.plan import check_trials
from abate.study.plan_file import read_plan
from abate.study.provenance import installed_versions
from abate.trial.planning.plan import SimulatedPlan, simulate_plan
from abate.trial.simulate import PairedDifference, SimulatedTrials, paired_difference

#: What is set side by side: id, words, factor, digits.
_LINES = (
    ("effect.planned", "difference planned on, points", 1, 2),
    ("size.per_arm", "participants an arm", 1, 0),
    ("size.total", "participants in all", 1, 0),
    ("power.closed", "power, closed form, %", 100, 1),
    ("power.simulated", "power, simulated, %", 100, 1),
    ("assurance.simulated", "assurance, simulated, %", 100, 1),
    ("assurance.limit", "largest assurance of any size, %", 100, 1),
    ("accrual.months", "months until the last is in", 1, 0),
    ("beds.days", "bed-days", 1, 0),
    ("budget.total", "expected cost", 1, 0),
)


@dataclass(frozen=True, kw_only=True)
class ComparedPlans:
    """Two plans side by side, and how much oftener the first succeeds with the same patients."""

    names: tuple[str, str]
    plans: tuple[TrialPlan, TrialPlan]
    power: PairedDifference | None  # None: one of them is not two arms at the same time


def compare_plans(
    first: Path, second: Path, *, trials: int | None = None, progress: Progress = silent
) -> ComparedPlans:
    """Plan both files with the seed and the number of trials of the first.

    Raises
    ------
    PlanFileError
        If one of them is no plan.
    AbateError
        As `abate.study.plan.plan_trial`.
    """
    plans = [read_plan(path) for path in (first, second)]
    settings = plans[0].simulation
    check_trials(trials)
    if trials is not None:
        settings = settings.model_copy(update={"trials": trials})
    found = [
        _simulated(plan, settings.seed, settings.trials, path, progress)
        for plan, path in zip(plans, (first, second), strict=True)
    ]
    return ComparedPlans(
        names=(str(first), str(second)),
        plans=(found[0].plan, found[1].plan),
        power=_paired(found[0].simulated, found[1].simulated),
    )


def _paired(first: SimulatedTrials | None, second: SimulatedTrials | None) -> PairedDifference | None:
    return None if first is None or second is None else paired_difference(first, second)


def _simulated(plan: PlanFile, seed: int, trials: int, path: Path, progress: Progress) -> SimulatedPlan:
    alike = plan.model_copy(update={"simulation": plan.simulation.model_copy(update={"seed": seed, "trials": trials})})
    return simulate_plan(alike, installed_versions(), lambda said: progress(f"{path.name}: {said}"), keep_each=True)


def comparison_lines(compared: ComparedPlans) -> Iterator[str]:
    """Give the comparison as lines of a table; a number that one of them lacks is a dash."""
    width = max(len(words) for _, words, _, _ in _LINES)
    names = [Path(name).name[:22] for name in compared.names]
    yield f"{'':{width}}  {names[0]:>22}  {names[1]:>22}"
    for id, words, factor, digits in _LINES:
        cells = [_cell(plan, id, factor, digits) for plan in compared.plans]
        if cells != ["–", "–"]:
            yield f"{words:{width}}  {cells[0]:>22}  {cells[1]:>22}"
    difference = compared.power
    if difference is None:
        yield "Their power is not compared trial by trial: a design that is not two arms at the same time is among them."
        return
    more, less = ("first", "second") if difference.value >= 0 else ("second", "first")
    yield (
        f"The {more} succeeds {100 * abs(difference.value):.1f} percentage points more often than the {less} "
        f"(Monte Carlo error {100 * difference.monte_carlo_se:.1f}; {difference.trial_count} trials with the same patients)."
    )


def _cell(plan: TrialPlan, id: str, factor: float, digits: int) -> str:
    row = plan.estimate(id)
    return "–" if row is None or row.value is None else f"{factor * row.value:.{digits}f}"
