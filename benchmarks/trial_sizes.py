"""How long do sizes by closed form take? Medians on one core.

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.trial_sizes [--runs N]

The goal: Simon's search over every design of up to 80 persons within 1 s. SciPy is loaded before.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from abate.trial import assurance, sizes

GOAL_MS = 1000.0
SIMON = "Simon, every design of up to 80 persons"


def cases() -> Mapping[str, Callable[[], object]]:
    """Return what is timed, by name."""
    spread = np.array([1.6, 2.0, 2.2, 2.3, 2.4, 2.4])
    days = np.abs(np.subtract.outer(range(6), range(6)))
    retention = [1, 0.97, 0.94, 0.9, 0.85]
    model = partial(
        sizes.mixed_model,
        effect=1.3,
        weights=[0, 0, 0, 0, 1],
        power=0.8,
        covariance_with_baseline=np.outer(spread, spread) * (0.35 + 0.65 * 0.6**days),
        active_retention=retention,
        control_retention=retention,
    )
    shapes = [
        sizes.Shape(form=sizes.Form.LINEAR),
        sizes.Shape(form=sizes.Form.EMAX, guesses=(0.1,)),
        sizes.Shape(form=sizes.Form.SIGMOID_EMAX, guesses=(0.25, 4)),
        sizes.Shape(form=sizes.Form.EXPONENTIAL, guesses=(0.2,)),
    ]
    months = sizes.Times(control_hazard=0.46, accrual=24, follow_up=3, loss_hazard=0.01)
    return {
        "two means by t": partial(sizes.two_means, difference=1.3, sd=2.4, power=0.8),
        "mixed model of five days, normal": partial(model, reference=sizes.Reference.NORMAL),
        "mixed model of five days, t": model,
        "responders": partial(sizes.two_shares, active_share=0.5, control_share=0.3, power=0.8),
        "responders, Fisher's exact test": partial(
            sizes.two_shares_exact, active_share=0.5, control_share=0.3, power=0.8
        ),
        "time to relapse": partial(sizes.log_rank, hazard_ratio=0.5, times=months, power=0.9),
        SIMON: partial(sizes.two_stage_designs, null_share=0.5, share=0.65, largest_total=80),
        "MCP-Mod, five doses, four shapes": partial(
            sizes.mcp_mod, largest_effect=1.5, doses=[0, 0.1, 0.2, 0.35, 0.5], shapes=shapes, sd=2.2, power=0.8
        ),
        "size for an assurance": partial(
            assurance.size_for_assurance, assurance.EffectPrior(mean=1.2, sd=0.84), asked=0.8, sd=2.2
        ),
    }


def main() -> None:
    """Time every case and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.trial_sizes", description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs
    print(f"{'case':42} {'clock ms':>9} {'processor ms':>13}")
    for name, work in cases().items():
        by_clock, by_processor = _milliseconds(work, runs)
        goal = f"   goal {GOAL_MS:.0f} ms" if name == SIMON else ""
        print(f"{name:42} {by_clock:9.1f} {by_processor:13.1f}{goal}", flush=True)


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


if __name__ == "__main__":
    main()
