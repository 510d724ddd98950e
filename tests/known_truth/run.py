"""Which hospitals are still to be run? Each one's result is a line of a file, so that a run can stop and go on.

``python -m tests.known_truth.run`` runs every scenario, in the order of importance, and writes what is missing. Lines that lack a
method that has come since are completed by a second line of the same hospital.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Collection, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import closing
from pathlib import Path
from typing import Any, TextIO

# One thread a process: the matrices are small, and two processes share two cores.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

from tests.known_truth import comparisons, hospitals, methods  # noqa: E402
from tests.known_truth.scenarios import BY_NAME, HOSPITALS, SCENARIOS, Scenario  # noqa: E402

DEFAULT_FOLDER = Path("known-truth")
_DIGITS = 6


def evaluate(
    scenario: Scenario, number: int, names: tuple[str, ...] | None = None, *, methods_alone: bool = False
) -> dict[str, Any]:
    """Draw one hospital, ask the methods and the checks (or the methods alone), and return what is kept of it."""
    names = scenario.methods if names is None else names
    started = time.process_time()
    if scenario.family == "comparison":
        columns = comparisons.columns_of_two_drugs(comparisons.draw_two_drugs(scenario, number), names)
    else:
        columns = methods.columns_of(hospitals.draw_hospital(scenario, number), names, methods_alone=methods_alone)
    seconds = time.process_time() - started
    return {"hospital": number, "seed": scenario.seed_of(number), "seconds": round(seconds, 4), **rounded(columns)}


def known_methods(scenario: Scenario) -> tuple[str, ...]:
    """Return the methods of a scenario whose modules are there."""
    known = comparisons.METHODS if scenario.family == "comparison" else methods.METHODS
    return tuple(name for name in scenario.methods if name in known)


def read_results(folder: Path, scenario: Scenario) -> dict[int, dict[str, Any]]:
    """Return the results of a scenario by hospital, the lines of one hospital joined."""
    found: dict[int, dict[str, Any]] = {}
    for line in lines_of_file(folder / f"{scenario.name}.jsonl"):
        earlier = found.get(line["hospital"])
        if earlier is not None:
            # A hospital asked again counts once.
            is_more = not set(line["methods"]) <= set(earlier["methods"])
            seconds = earlier["seconds"] + (line["seconds"] if is_more else 0.0)
            line = {**earlier, **line, "methods": {**earlier["methods"], **line["methods"]}, "seconds": seconds}
        found[line["hospital"]] = line
    return dict(sorted(found.items()))


def lines_of_file(path: Path) -> Iterator[dict[str, Any]]:
    if not path.exists():
        return
    for text in path.read_text(encoding="utf-8").splitlines():
        try:
            yield json.loads(text)
        except json.JSONDecodeError:  # a run that was stopped in the middle of a line
            continue


Job = tuple[int, tuple[str, ...], bool]
"""A hospital, the methods it lacks, and whether it has a line with everything else already."""


def missing_jobs(folder: Path, scenario: Scenario, hospital_count: int, again: Collection[str] = ()) -> list[Job]:
    """Return the hospitals that have no result yet, lack a method, or have one that is to be asked ``again``."""
    done, wanted = read_results(folder, scenario), known_methods(scenario)
    jobs: list[Job] = []
    for number in range(hospital_count):
        have = done[number]["methods"] if number in done else {}
        lacking = tuple(name for name in wanted if name not in have or name in again)
        if lacking or number not in done:
            jobs.append((number, lacking, number in done))
    return jobs


def run_scenario(
    folder: Path,
    scenario: Scenario,
    hospital_count: int,
    pool: ProcessPoolExecutor | None,
    again: Collection[str] = (),
) -> None:
    """Run what is missing of a scenario and add it to its file, line by line."""
    jobs = missing_jobs(folder, scenario, hospital_count, again)
    if not jobs:
        return
    started = time.monotonic()
    with closing(opened(folder / f"{scenario.name}.jsonl")) as file:
        for count, result in enumerate(_results(scenario, jobs, pool), start=1):
            file.write(json.dumps(result, separators=(",", ":")) + "\n")
            file.flush()
            say(f"\r{scenario.name}: {count} of {len(jobs)} hospitals, {time.monotonic() - started:.0f} s")
    say("\n")


def _results(scenario: Scenario, jobs: list[Job], pool: ProcessPoolExecutor | None) -> Iterator[dict[str, Any]]:
    if pool is None:
        for number, names, methods_alone in jobs:
            yield evaluate(scenario, number, names, methods_alone=methods_alone)
        return
    futures = [pool.submit(evaluate, scenario, number, names, methods_alone=alone) for number, names, alone in jobs]
    for future in as_completed(futures):
        yield future.result()


def opened(path: Path) -> TextIO:
    """Open a file for more lines; a line that was cut off is ended first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cut = path.exists() and path.stat().st_size > 0 and not path.read_bytes().endswith(b"\n")
    file = path.open("a", encoding="utf-8")
    if cut:
        file.write("\n")
    return file


def rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: rounded(one) for name, one in value.items()}
    return round(float(value), _DIGITS) if isinstance(value, float) else value


def say(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def main(arguments: list[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.known_truth.run", description=__doc__)
    parser.add_argument("--out", type=Path, default=DEFAULT_FOLDER, help="folder of the results")
    parser.add_argument("--hospitals", type=int, default=HOSPITALS, help="hospitals of each scenario")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--only", nargs="*", choices=sorted(BY_NAME), default=None, help="names of scenarios")
    parser.add_argument("--again", nargs="*", default=[], help="methods that have changed, to be asked again")
    asked = parser.parse_args(arguments)
    chosen = [scenario for scenario in SCENARIOS if asked.only is None or scenario.name in asked.only]
    if asked.processes == 1:
        for scenario in chosen:
            run_scenario(asked.out, scenario, asked.hospitals, None, asked.again)
        return
    with ProcessPoolExecutor(max_workers=asked.processes) as pool:
        for scenario in chosen:
            run_scenario(asked.out, scenario, asked.hospitals, pool, asked.again)


if __name__ == "__main__":
    main()
