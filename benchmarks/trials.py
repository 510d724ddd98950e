"""How long do 10,000 simulated trials take, drawn and analysed, and how much memory? In one run, wall and processor time.

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.trials [--trials N] [--threads N] [--search] [--profile]

Trials of two arms of 60 patients, five days with drop-out (reference scenario A). Goals on two cores: 30 s with Satterthwaite, 45 s with
Kenward-Roger, below 1 GB. ``--search`` fits 1,000 of them by Newton's steps as well, the way taken where the closed form is none. A machine
that others use as well stretches wall time, not processor time.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import resource
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from abate.stats.mmrm import fit_mmrm_many, fit_monotone_many
from abate.stats.trials.generate import draw_trials
from abate.stats.trials.scenario import prepare
from abate.stats.trials.streams import Streams
from abate.trial.simulate import Analysis, AsIs, Leaving, Ordinal, Response, TrialModel, simulate
from abate.trial.trial_model import scenario_of

SD = np.array([1.6, 2.0, 2.2, 2.3, 2.4, 2.4])
CONTROL = np.array([7.5, 6.6, 6.0, 5.6, 5.4, 5.4])
MODEL = TrialModel(
    per_arm=(60, 60),
    mean=[CONTROL, CONTROL + np.array([0, -0.2, -0.6, -1.0, -1.2, -1.3])],
    covariance=np.outer(SD, SD)
    * np.array([1, 0.74, 0.584, 0.4904, 0.43424, 0.400544])[np.abs(np.subtract.outer(np.arange(6), np.arange(6)))],
    retention=[1, 0.97, 0.94, 0.9, 0.85],
    rating_map=AsIs(),
)
DEPENDENT = TrialModel(
    per_arm=MODEL.per_arm,
    mean=MODEL.mean,
    covariance=MODEL.covariance,
    retention=MODEL.retention,
    rating_map=Ordinal(),
    leaving=Leaving(depends_on="last rating", slope=0.3),
)
JOBS = (
    ("Satterthwaite", MODEL, Analysis()),
    ("Kenward-Roger", MODEL, Analysis(df="kenward-roger")),
    ("Kenward-Roger, linear", MODEL, Analysis(df="kenward-roger-linear")),
    ("constrained longitudinal", MODEL, Analysis(kind="constrained")),
    ("analysis of covariance", MODEL, Analysis(kind="ancova")),
    ("responders", MODEL, Analysis(kind="responders", response=Response(points=2))),
    ("whole ratings, pain leaves", DEPENDENT, Analysis()),
)


def main() -> None:
    """Time every job and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.trials", description=__doc__)
    parser.add_argument("--trials", type=int, default=10_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--search", action="store_true")
    parser.add_argument("--profile", action="store_true")
    arguments = parser.parse_args()
    simulate(MODEL, Analysis(df="kenward-roger"), seed=1, trials=10)  # imports
    print(f"{arguments.trials:,} trials of 2 x 60 x 5")
    print(f"{'analysis':32} {'threads':>7} {'wall s':>8} {'processor s':>12} {'success':>8} {'peak MB':>8}")
    for name, model, analysis in JOBS:
        for threads in sorted({1, arguments.threads}):
            _job(name, model, analysis, arguments.trials, threads)
    if arguments.search:
        _search()
    if arguments.profile:
        _profile()


def _job(name: str, model: TrialModel, analysis: Analysis, trials: int, threads: int) -> None:
    found, wall, processor = _timed(lambda: simulate(model, analysis, seed=1, trials=trials, threads=threads))
    share = found.summary.success.value
    print(f"{name:32} {threads:7} {wall:8.2f} {processor:12.2f} {share:8.4f} {_peak_megabytes():8.0f}", flush=True)


def _search(count: int = 1_000) -> None:
    """Time both ways to the same fits, drawing left out, and say how far apart they come."""
    scenario = scenario_of([MODEL])
    ratings = draw_trials(scenario, prepare(scenario), range(count), Streams(1)).ratings
    arm = np.broadcast_to(scenario.arm_of_patient, ratings.shape[:2])
    columns = np.stack([np.ones(arm.shape), arm, ratings[:, :, 0]], axis=2)
    design = np.einsum("rnc,vw->rnvwc", columns, np.eye(5)).reshape(*arm.shape, 5, 15)
    contrast = np.zeros((5, 3))
    contrast[-1, 1] = 1
    for df in ("satterthwaite", "kenward-roger"):
        closed, _, own = _timed(lambda df=df: fit_monotone_many(ratings[..., 1:], columns, contrast=contrast, df=df))
        search, _, their = _timed(
            lambda df=df: fit_mmrm_many(ratings[..., 1:], design, contrast=contrast.ravel(), df=df)
        )
        apart = float(np.max(np.abs(closed.standard_error / search.standard_error - 1)))
        print(
            f"{count:,} fits, {df}: closed form {own:.2f} s, search {their:.2f} s of processor, {their / own:.0f} times; "
            f"standard errors apart by {apart:.0e}"
        )


def _profile() -> None:
    for df in ("satterthwaite", "kenward-roger"):
        profile = cProfile.Profile()
        profile.runcall(simulate, MODEL, Analysis(df=df), seed=1, trials=2_000)
        pstats.Stats(profile).sort_stats("tottime").print_stats(12)


def _timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    began, spent = time.perf_counter(), time.process_time()
    found = work()
    return found, time.perf_counter() - began, time.process_time() - spent


def _peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
