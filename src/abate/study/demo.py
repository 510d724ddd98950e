"""What does abate do? The main job on a simulated hospital, for a first look without any records."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from abate.base.logs import Progress, silent
from abate.contracts.result import StudyResult
from abate.engine.connection import EngineName
from abate.study.output import check_target
from abate.study.run import run

#: The study that the demonstration runs.
DEMO_PRESET = "ketamine-migraine"


@dataclass(frozen=True, kw_only=True)
class Demonstration:
    """What the study found, and one line on what the fall truly is made of, which only a simulation can say."""

    result: StudyResult
    fall: str


def run_demo(
    out: Path,
    *,
    course_count: int = 61,
    seed: int = 1,
    engine: EngineName = "duckdb",
    overwrite: bool = False,
    progress: Progress = silent,
) -> Demonstration:
    """Simulate a hospital with ``course_count`` infusion courses and run the ketamine study on it.

    Raises
    ------
    OutputError
        If ``out`` cannot be written.
    """
    from abate.sources.simulated import simulate_to

    check_target(out, overwrite=overwrite)
    with tempfile.TemporaryDirectory(prefix="abate-demo-") as folder:
        records = Path(folder) / "hospital.duckdb"
        progress("simulating a hospital")
        summary = simulate_to(
            records,
            person_count=None,
            course_count=course_count,
            seed=seed,
            set_name="D",
            overrides={},
            overwrite=False,
            progress=None,
        )
        result = run(DEMO_PRESET, records, out, engine=engine, overwrite=overwrite, progress=progress)
    return Demonstration(result=result, fall=str(summary["fall"]))
