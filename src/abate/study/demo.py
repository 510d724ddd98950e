"""What does abate do? The main job on a simulated hospital, for a first look without any records."""

from __future__ import annotations

import tempfile
from pathlib import Path

from abate.base.logs import Progress, silent
from abate.contracts.result import StudyResult
from abate.engine.connection import EngineName
from abate.study.output import check_target
from abate.study.run import run

#: The study that the demonstration runs.
DEMO_PRESET = "ketamine-migraine"


def run_demo(
    out: Path,
    *,
    course_count: int = 61,
    seed: int = 1,
    engine: EngineName = "duckdb",
    overwrite: bool = False,
    progress: Progress = silent,
) -> StudyResult:
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
        simulate_to(
            records,
            person_count=None,
            course_count=course_count,
            seed=seed,
            set_name="D",
            overrides={},
            overwrite=False,
            progress=None,
        )
        return run(DEMO_PRESET, records, out, engine=engine, overwrite=overwrite, progress=progress)
