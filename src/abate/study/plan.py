"""How is a trial planned? A run's folder or a plan file -> assumptions -> sizes, power, looks -> report and drafts."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from abate.base.errors import OutputError, ParameterError, ResultsError
from abate.base.logs import Progress, silent
from abate.base.writing import writing
from abate.contracts.definition import Study
from abate.contracts.plan_file import FEWEST_TRIALS, MOST_TRIALS
from abate.study.output import check_target, staged
from abate.study.plan_file import read_plan
from abate.study.plan_text import render_plan
from abate.study.provenance import installed_versions
from abate.study.randomise import check_holds_no_list

if TYPE_CHECKING:
    from abate.contracts.plan_file import PlanFile
    from abate.contracts.trial_plan import TrialPlan

#: The file by which a folder is known as a plan's own.
MARK_OF_A_PLAN = "plan.json"
#: The plan file inside a plan's folder.
PLAN_FILE = "next-trial.toml"
_RESULTS = "results.json"
_COURSE_TABLES = ("outcomes", "daily")


def plan_trial(
    source: str | Path,
    out: str | Path | None = None,
    *,
    trials: int | None = None,
    overwrite: bool = False,
    progress: Progress = silent,
) -> TrialPlan:
    """Plan the next trial from a study's run or from a plan file; with ``out``, write the report, the drafts and the plan file.

    Parameters
    ----------
    source : str or Path
        Folder that a run wrote for the site, or a plan file (TOML).
    out : str or Path, optional
        Folder to write; nothing is written without it.
    trials : int, optional
        Simulated trials, in the place of the plan file's own number.
    overwrite : bool
        Replace an earlier plan in ``out``.
    progress : callable
        Is given a short sentence whenever a stage begins.

    Raises
    ------
    AbateError
        One of its subclasses, with a sentence that says what to mend.
    """
    from abate.trial.planning.plan import plan as find_plan

    where = Path(source)
    target = None if out is None else Path(out)
    if target is not None:
        check_holds_no_list(target)
        _check_place(where, target)
        check_target(target, overwrite=overwrite, mark=MARK_OF_A_PLAN)

    check_trials(trials)
    plan = first_plan(where) if where.is_dir() else read_plan(where)
    if trials is not None:
        plan = plan.model_copy(update={"simulation": plan.simulation.model_copy(update={"trials": trials})})
    found = find_plan(plan, versions=installed_versions(), progress=progress)
    if target is not None:
        with staged(target) as folder, writing(target):
            _write(found, plan, folder, progress)
    return found


def first_plan(folder: Path) -> PlanFile:
    """Return the plan that a run's folder gives.

    Raises
    ------
    ResultsError
        If the folder holds no run, or one for others, which has no course tables.
    PlanFileError
        If the study cannot give a plan.
    """
    import pyarrow.parquet as pq

    from abate.report.exports.result_file import read_results

    if (folder / MARK_OF_A_PLAN).is_file() and not (folder / _RESULTS).is_file():
        raise ResultsError(
            f"{folder} is a plan's folder; give the plan file in it, {folder / PLAN_FILE}, or the folder of a run."
        )
    from abate.trial.from_study.plan import plan_from_study

    result = read_results(folder)
    if result.edition.is_shared:
        raise ResultsError(
            f"{folder} is an edition for sharing, without the course tables that a plan is made from; give the folder of a run for the site."
        )
    paths = [folder / "courses" / f"{name}.parquet" for name in _COURSE_TABLES]
    for path in paths:
        if not path.is_file():
            raise ResultsError(
                f"{folder} lacks {path.relative_to(folder)}, which a plan is made from; run the study again."
            )
    outcomes, daily = (pq.read_table(path) for path in paths)
    digest = hashlib.sha256((folder / _RESULTS).read_bytes()).hexdigest()
    return plan_from_study(Study.model_validate(result.study), result, outcomes, daily, digest)


def check_trials(trials: int | None) -> None:
    """Refuse a number of simulated trials that a plan file could not hold, before any work is done.

    Raises
    ------
    ParameterError
        If there are fewer than a hundred or more than a million.
    """
    if trials is not None and not FEWEST_TRIALS <= trials <= MOST_TRIALS:
        raise ParameterError(
            f"--trials must lie between {FEWEST_TRIALS} and {MOST_TRIALS:,}; got {trials}. Fewer say nothing, more take hours."
        )


def _check_place(source: Path, target: Path) -> None:
    """Refuse to write over what the plan is made from."""
    here, there = source.resolve(), target.resolve()
    if here == there or there in here.parents:
        raise OutputError(f"{target} holds what the plan is made from; name another folder with --out.")


def _write(found: TrialPlan, plan: PlanFile, folder: Path, progress: Progress) -> None:
    from abate.report.plan.files import write_plan
    from abate.trial.documents.every import write_drafts

    progress("writing the report and the drafts")
    write_plan(found, write_drafts(found), folder)
    (folder / PLAN_FILE).write_text(render_plan(plan), encoding="utf-8")
