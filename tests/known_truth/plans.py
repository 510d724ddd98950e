"""Does a planned trial succeed as often as its plan says? Truth from the prior -> hospital -> study -> plan -> one trial, many times.

``python -m tests.known_truth.plans`` runs what is missing, a line a repetition, so that it can stop and go on, and writes
docs/known-truth-of-plans.md.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

# One thread a process, as in run.py.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402

from abate.base.errors import AbateError  # noqa: E402
from abate.contracts.definition import Study  # noqa: E402
from abate.contracts.plan_assumptions import Effect  # noqa: E402
from abate.contracts.plan_file import PlanFile  # noqa: E402
from abate.contracts.plan_values import Number  # noqa: E402
from abate.study.read import read_study  # noqa: E402
from tests.known_truth.planned_hospitals import COURSES, TRIAL_SEED, Effects, study_tables, with_effects  # noqa: E402
from tests.known_truth.planned_trials import (  # noqa: E402
    SizedPlan,
    as_written,
    believed,
    draw_from,
    naive,
    plan_of_study,
    promise_of,
    simulated_promise,
    size_plan,
    trials_of,
    with_beliefs,
)
from tests.known_truth.run import DEFAULT_FOLDER, lines_of_file, opened, rounded, say  # noqa: E402
from tests.known_truth.scenarios import FIRST_SEED, SEEDS_PER_SCENARIO  # noqa: E402

REPETITIONS = 200
STUDY = "ketamine-migraine"
_WHOLE_RUNS = 2
_WHOLE_RUNS_FILE = "plans-whole-runs.jsonl"
#: Stream of a repetition's seed.
_TRUTH = 7
#: Further trials of each plan.
AGAIN = 10

#: Nearly always above 0, where the simulator's drug must be: below in 1 of 700.
PRIOR = believed(1.5, 0.5)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One way of coming by truth, study and plan.

    Attributes
    ----------
    number : int
        Part of the seeds.
    name, title : str
        Of the file of results, and on the page.
    edited : mapping
        What a reader writes into the section [effect] of the first plan; the rest is as abate writes it.
    fixed : float or None
        The true difference in place of a draw from the prior; the study's population then has the same.
    admission : mapping
        Parameters of the study's hospital; those of the trial are always admitted by the hazard.
    is_demand : bool
        Whether success is demanded to be as frequent as promised; then power and assurance are simulated too, which takes longer than
        all the rest.
    """

    number: int
    name: str
    title: str
    edited: Mapping[str, Number | None] = field(default_factory=lambda: {"prior": PRIOR})
    fixed: float | None = None
    admission: Mapping[str, float | str] = field(default_factory=dict)
    is_demand: bool = False

    def seed_of(self, repetition: int) -> int:
        """Return the seed of a repetition, counted from 0; that of its trial is ``TRIAL_SEED`` more."""
        return FIRST_SEED + SEEDS_PER_SCENARIO * self.number + repetition

    @property
    def stated(self) -> Effect:
        """The section [effect] whose distributions the truth is drawn from."""
        return as_written(**self.edited)

    @property
    def parts(self) -> tuple[Part, ...]:
        """What is asked of a plan."""
        return (_trial_and_more, _simulated) if self.is_demand else (_trial_and_more,)


_WARD_KNOWN: Mapping[str, Number | None] = {
    "prior": PRIOR,
    "context": believed(1.8, 0.2),
    "bundle": believed(0.0, None),
    "between_populations_sd": None,
}
_HINDSIGHT: Mapping[str, float | str] = {"admission_rule": "worst", "candidate_days": 28}

#: In the order in which they are run: by importance.
ROWS: tuple[Row, ...] = (
    Row(number=200, name="plans-prior", title="drawn from the prior", is_demand=True),
    Row(number=201, name="plans-fixed-0", title="fixed, 0", fixed=0.0),
    Row(number=202, name="plans-fixed-1", title="fixed, 1", fixed=1.0),
    Row(number=203, name="plans-fixed-2.5", title="fixed, 2.5", fixed=2.5),
    Row(
        number=204, name="plans-hindsight", title="drawn from the prior; study's days chosen in hindsight",
        admission=_HINDSIGHT,
    ),
    Row(number=205, name="plans-ward-known", title="drawn from the prior; ward nearly known", edited=_WARD_KNOWN),
)  # fmt: skip
BY_NAME: Mapping[str, Row] = {row.name: row for row in ROWS}


# ---- one repetition --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What is true in one repetition, in points: in the study's persons and in the trial's.

    ``cut`` says whether a draw below 0, which the simulator cannot have, was taken for 0.
    """

    study: Effects
    trial: Effects
    cut: bool


def draw_truth(row: Row, repetition: int) -> Truth:
    """Draw what ward and drug do from the distributions that the plan states."""
    random, stated = np.random.default_rng([row.seed_of(repetition), _TRUTH]), row.stated
    ward = draw_from(stated.context, random) + draw_from(stated.bundle, random)
    drug = draw_from(stated.prior, random) if row.fixed is None else row.fixed
    spread = (
        0.0 if row.fixed is not None or stated.between_populations_sd is None else stated.between_populations_sd.value
    )
    in_study = drug + spread * random.standard_normal()
    return Truth(
        study=Effects(ward=max(ward, 0.0), drug=max(in_study, 0.0)),
        trial=Effects(ward=max(ward, 0.0), drug=max(drug, 0.0)),
        cut=min(ward, drug, in_study) < 0,
    )


def evaluate(row: Row, repetition: int) -> dict[str, Any]:
    """Draw the truth, run the study, plan on it and do the trial once; the naive plan on the same study beside it."""
    started = time.process_time()
    truth, seed = draw_truth(row, repetition), row.seed_of(repetition)
    study = _study()
    plan = plan_of_study(study, study_tables(study, with_effects(truth.study, **row.admission), seed))
    line: dict[str, Any] = {
        "repetition": repetition,
        "seed": seed,
        "truth": {"effect": truth.trial.drug, "ward": truth.trial.ward, "left": truth.study.ward + truth.study.drug},
        "cut": truth.cut,
        "left": _carried(plan.effect.fall_left),
        "observed": _carried(plan.effect.observed_fall),
        "plan": _kept(with_beliefs(plan, row.stated), truth, seed, row.parts),
        "naive": _kept(naive(plan), truth, seed, (_one_trial,)),
    }
    line["seconds"] = time.process_time() - started
    found: dict[str, Any] = rounded(line)
    return found


def _carried(number: Number | None) -> dict[str, float | None] | None:
    return None if number is None else {"value": number.value, "se": number.se}


def _one_trial(sized: SizedPlan, truth: Truth, seed: int) -> dict[str, Any]:
    (first,) = trials_of(sized, truth.trial, seed, 1)
    return first


def _trial_and_more(sized: SizedPlan, truth: Truth, seed: int) -> dict[str, Any]:
    """Return the one trial, and how many of further ones succeed: they say more of a plan, and are no part of the demand."""
    first, *others = trials_of(sized, truth.trial, seed, 1 + AGAIN)
    return {
        **first,
        "again": sum(trial["succeeded"] for trial in others),
        "again_without_looks": sum(trial["without_looks"] for trial in others),
    }


def _simulated(sized: SizedPlan, truth: Truth, seed: int) -> dict[str, Any]:
    return simulated_promise(sized)


Part = Callable[[SizedPlan, Truth, int], dict[str, Any]]


def _kept(plan: PlanFile, truth: Truth, seed: int, parts: Sequence[Part]) -> dict[str, Any]:
    """Return what is asked of a plan, or why there is none."""
    try:
        sized = size_plan(plan, seed + TRIAL_SEED)
        asked = {name: value for part in parts for name, value in part(sized, truth, seed + TRIAL_SEED).items()}
        return {**promise_of(sized, truth.trial), **asked}
    except AbateError as refusal:
        return {"refused": type(refusal).__name__}


@cache
def _study() -> Study:
    return read_study(STUDY)


# ---- a run that goes on ----------------------------------------------------------------------------------------------


def read_lines(folder: Path, row: Row) -> list[dict[str, Any]]:
    """Return the results of a row in the order of their repetitions."""
    found = {line["repetition"]: line for line in lines_of_file(folder / f"{row.name}.jsonl")}
    return [found[number] for number in sorted(found)]


def run_row(folder: Path, row: Row, repetitions: int, pool: ProcessPoolExecutor | None) -> None:
    """Run the repetitions of a row that are missing and add them to its file, line by line."""
    done = {line["repetition"] for line in read_lines(folder, row)}
    missing = [number for number in range(repetitions) if number not in done]
    if not missing:
        return
    with closing(opened(folder / f"{row.name}.jsonl")) as file:
        for count, line in enumerate(_lines(row, missing, pool), start=1):
            file.write(json.dumps(line, separators=(",", ":")) + "\n")
            file.flush()
            say(f"\r{row.name}: {count} of {len(missing)}")
    say("\n")


def _lines(row: Row, missing: list[int], pool: ProcessPoolExecutor | None) -> Iterator[dict[str, Any]]:
    if pool is None:
        yield from (evaluate(row, number) for number in missing)
        return
    for future in as_completed([pool.submit(evaluate, row, number) for number in missing]):
        yield future.result()


# ---- the short way and the whole one ---------------------------------------------------------------------------------


def compare_with_whole_runs(folder: Path, count: int = _WHOLE_RUNS) -> None:
    """Write the first hospitals as records, run the study on them with ``abate.run``, and keep how far the two plans are apart."""
    row, path = ROWS[0], folder / _WHOLE_RUNS_FILE
    done = {line["repetition"] for line in whole_runs(folder)}
    for repetition in (number for number in range(count) if number not in done):
        line = rounded({"repetition": repetition, "apart": how_far_apart(row, repetition)})
        with closing(opened(path)) as file:
            file.write(json.dumps(line) + "\n")


def whole_runs(folder: Path) -> list[dict[str, Any]]:
    """Return how far the plans are apart, a line a hospital."""
    return list(lines_of_file(folder / _WHOLE_RUNS_FILE))


def how_far_apart(row: Row, repetition: int) -> float:
    """Return the largest difference of fall, fall left, its error, means, covariances and retention of the two plans."""
    truth, seed, study = draw_truth(row, repetition), row.seed_of(repetition), _study()
    parameters = with_effects(truth.study, **row.admission)
    short, whole = plan_of_study(study, study_tables(study, parameters, seed)), _whole_plan(parameters, seed)
    return float(np.max(np.abs(_numbers_of(short) - _numbers_of(whole))))


def _whole_plan(parameters: Any, seed: int) -> PlanFile:
    from abate.sources.simulated import write_hospital
    from abate.study.plan import first_plan
    from abate.study.run import run

    with tempfile.TemporaryDirectory(prefix="abate-plans-") as name:
        records, results = Path(name) / "hospital.duckdb", Path(name) / "results"
        write_hospital(records, parameters, course_count=COURSES, seed=seed)
        run(STUDY, records, results)
        return first_plan(results)


def _numbers_of(plan: PlanFile) -> Any:
    effect, ratings = plan.effect, plan.ratings
    falls = [
        number
        for part in (effect.observed_fall, effect.regression_to_mean, effect.fall_left)
        if part
        for number in (part.value, part.se)
    ]
    return np.concatenate(
        [np.array(falls, dtype=float), ratings.mean, np.ravel(ratings.covariance), plan.retention.seen]
    )


def main(arguments: list[str] | None = None) -> None:
    """Run from the command line."""
    from tests.known_truth.plans_page import PAGE, render_page

    parser = argparse.ArgumentParser(prog="python -m tests.known_truth.plans", description=__doc__)
    parser.add_argument("--out", type=Path, default=DEFAULT_FOLDER, help="folder of the results")
    parser.add_argument("--repetitions", type=int, default=REPETITIONS, help="repetitions of each row")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--only", nargs="*", choices=sorted(BY_NAME), default=None, help="names of rows")
    parser.add_argument("--page", type=Path, default=PAGE)
    asked = parser.parse_args(arguments)
    chosen = [row for row in ROWS if asked.only is None or row.name in asked.only]
    compare_with_whole_runs(asked.out)
    if asked.processes == 1:
        for row in chosen:
            run_row(asked.out, row, asked.repetitions, None)
    else:
        with ProcessPoolExecutor(max_workers=asked.processes) as pool:
            for row in chosen:
                run_row(asked.out, row, asked.repetitions, pool)
    asked.page.write_text(render_page(asked.out), encoding="utf-8")


if __name__ == "__main__":
    main()
