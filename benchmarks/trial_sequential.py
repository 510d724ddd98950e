"""How long do boundaries, characteristics and estimates of trials with interim looks take? Medians on one core.

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.trial_sequential [--runs N] [--profile]

The goal: a five-look boundary with beta spending within 50 ms. Beside the clock stands the processor's own time, which other work on the
machine hardly touches. SciPy is loaded before; the first call of a process has its own line.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial

from abate.trial import sequential

GOAL_MS = 50.0
FIVE = (0.2, 0.4, 0.6, 0.8, 1.0)
UNEVEN = (0.1, 0.3, 0.55, 0.8, 1.0)
BETA = sequential.beta_spending(("hwang-shih-decani", -2))
WITH_BETA = "5 looks, beta spending, not binding"


def cases() -> Mapping[str, Callable[[], object]]:
    """Return what is timed, by name."""
    plan = sequential.boundaries
    five, two = plan(looks=FIVE, futility=BETA), plan()
    stages = [sequential.Stage(estimate=0.4, standard_error=0.5)] * 5
    return {
        "default: 2 looks, z at or below 0": plan,
        WITH_BETA: partial(plan, looks=FIVE, futility=BETA),
        "5 looks, beta spending, binding": partial(plan, looks=FIVE, futility=BETA, is_binding=True),
        "5 uneven looks, two sides": partial(plan, looks=UNEVEN, alpha=0.05, sided=2, futility=None),
        "5 looks, Pocock's shape, beta spending, binding": partial(
            plan, looks=FIVE, shape="pocock", futility=BETA, is_binding=True
        ),
        "20 looks, beta spending, binding": partial(plan, looks=20, futility=BETA, is_binding=True),
        "characteristics at 4 drifts, 5 looks": partial(sequential.characteristics, five),
        "estimate and interval after look 4 of 5": partial(
            sequential.after_stopping, five, look=4, z=2.5, standard_error=0.4
        ),
        "5 stages combined, final interval": partial(sequential.combine, five, stages),
        "promising zone and its rivals": partial(sequential.against_rival, two, sequential.PromisingZone()),
    }


def main() -> None:
    """Time every case, print a table, and say whether the goal is met."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.trial_sequential", description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--profile", action="store_true", help="show where a five-look boundary spends its time")
    arguments = parser.parse_args()
    print(f"{'case':50} {'clock ms':>9} {'processor ms':>13}")
    for name, work in cases().items():
        by_clock, by_processor = _milliseconds(work, arguments.runs)
        goal = f"   goal {GOAL_MS:.0f} ms" if name == WITH_BETA else ""
        print(f"{name:50} {by_clock:9.1f} {by_processor:13.1f}{goal}", flush=True)
    _first_call()
    if arguments.profile:
        _profile(cases()[WITH_BETA])


def _milliseconds(work: Callable[[], object], runs: int) -> tuple[float, float]:
    """Return the medians of several runs after a warm-up, by the clock and by the processor."""
    work()
    clock, processor = [], []
    for _ in range(runs):
        began, worked = time.perf_counter(), time.process_time()
        work()
        clock.append(1e3 * (time.perf_counter() - began))
        processor.append(1e3 * (time.process_time() - worked))
    return statistics.median(clock), statistics.median(processor)


def _first_call() -> None:
    code = (
        "import time; began = time.perf_counter(); from abate.trial import sequential; loaded = time.perf_counter();"
        "sequential.boundaries(); print(loaded - began, time.perf_counter() - loaded)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loading, first = (1e3 * float(seconds) for seconds in done.stdout.split())
    print(f"first call of a process: {loading:.0f} ms to import, {first:.0f} ms for the default with SciPy's import")


def _profile(work: Callable[[], object]) -> None:
    profile = cProfile.Profile()
    profile.runcall(work)
    pstats.Stats(profile).sort_stats("tottime").print_stats(8)


if __name__ == "__main__":
    main()
