"""How fast is the main job beside what a user would do instead? All in one run, as ratios; peak memory of each.

    python -m benchmarks [--people N] [--folder DIR] [--runs N]

Each job runs in a process of its own, in turn, so that a change in the machine's load meets all alike.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

JOBS = ("abate", "plain_sql", "scan_once", "pandas")
#: A job in a fresh process: imports stand outside the clock for all alike, since they do not grow with the records.
CHILD = """
import json, resource, sys, time, warnings
warnings.simplefilter("ignore")
from pathlib import Path
from benchmarks import jobs
name, folder = sys.argv[1], Path(sys.argv[2])
job = jobs.prepare(name)
began = time.perf_counter()
answer = job(folder)
seconds = time.perf_counter() - began
print(json.dumps({"seconds": seconds, "peak_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, "answer": [float(x) for x in answer]}))
"""


def main() -> None:
    """Generate the records, time every job, print a table of medians and ratios."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="abate-bench-") as temporary:
        folder = Path(arguments.folder or temporary) / "records"
        if not folder.is_dir():
            print(f"generating {arguments.people:,} people in {folder}", flush=True)
            _generate(folder, arguments.people)
        runs = [{job: _run(job, folder) for job in JOBS} for _ in range(arguments.runs)]
    _print_table(runs, arguments.people)


def _generate(folder: Path, people: int) -> None:
    """Generate in a process of its own: a child's peak memory begins at what its parent has taken."""
    made = "import sys; from pathlib import Path; from benchmarks.generate import generate; generate(Path(sys.argv[1]), person_count=int(sys.argv[2]))"
    subprocess.run([sys.executable, "-c", made, str(folder), str(people)], check=True)


def _run(job: str, folder: Path) -> dict[str, object]:
    done = subprocess.run([sys.executable, "-c", CHILD, job, str(folder)], capture_output=True, text=True, check=True)
    found: dict[str, object] = json.loads(done.stdout.strip().splitlines()[-1])
    print(f"{job:10} {found['seconds']:7.2f} s", flush=True)
    return found


def _print_table(runs: list[dict[str, dict[str, object]]], people: int) -> None:
    print(f"\n{people:,} people, median of {len(runs)} run{'s' if len(runs) > 1 else ''}; ratios within one run")
    print(
        f"{'job':10} {'seconds':>9} {'peak GiB':>9} {'x plain SQL':>12} {'x one scan':>11}   courses, baseline, final, response, nadir day"
    )
    for job in JOBS:
        seconds = statistics.median(float(run[job]["seconds"]) for run in runs)  # type: ignore[arg-type]
        peak = max(float(run[job]["peak_gib"]) for run in runs)  # type: ignore[arg-type]
        ratios = [
            statistics.median(run[job]["seconds"] / run[other]["seconds"] for run in runs)
            for other in ("plain_sql", "scan_once")
        ]  # type: ignore[operator]
        answer = " ".join(f"{value:.4g}" for value in runs[0][job]["answer"]) if job != "scan_once" else ""  # type: ignore[attr-defined]
        print(f"{job:10} {seconds:9.2f} {peak:9.2f} {ratios[0]:12.2f} {ratios[1]:11.2f}   {answer}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--folder", help="keep the generated records here and use them again")
    parser.add_argument("--runs", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    main()
