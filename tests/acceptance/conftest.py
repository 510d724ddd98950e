"""Runs of the command that several tests look at."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pyarrow.parquet as pq
import pytest

from abate.study.schemas import schema_of
from tests.acceptance.command import abate
from tests.acceptance.records import OMOP_STUDY, write_study
from tests.acceptance.report_pages import CHROMIUM, write_page
from tests.conftest import skip_or_fail
from tests.report_example import example_result, hostile_result
from tests.small_cdm import SMALL_CDM, small_cdm, write_csv


@dataclass(frozen=True)
class Run:
    """A finished run: where its records lie, what it left, and what it said."""

    folder: Path  # holds study.toml, the records, results/ and temporary/
    answer: subprocess.CompletedProcess[str]

    @property
    def out(self) -> Path:
        return self.folder / "results"

    def findings(self) -> set[tuple[str, str, str | None]]:
        """Return (rule, action, row) of every finding."""
        rows = pq.read_table(self.out / "courses" / "findings.parquet").to_pylist()
        return {(row["rule"], row["action"], row["row_key"]) for row in rows}


def run(folder: Path, data: Path) -> Run:
    """Run the study of a folder on records in it, saying everything on the way."""
    (folder / "temporary").mkdir()
    answer = abate(
        "run", folder / "study.toml", "--data", data, "--out", folder / "results", temporary=folder / "temporary"
    )
    if answer.returncode == 0:  # whatever a test asks of a run, its results keep to their schema
        results = json.loads((folder / "results" / "results.json").read_text(encoding="utf-8"))
        jsonschema.validate(results, schema_of("results"))
    return Run(folder=folder, answer=answer)


#: Dose 104 says a volume an hour and no strength; 120 says a rate without its unit.
BROKEN_DOSES = SMALL_CDM["drug_exposure"] + (
    "        120 | 3 | 785649 | 2024-03-05 | 2024-03-05 10:00 | 2024-03-06 | 2024-03-06 10:00 | 32818 | | | 50 | 4171047 | |\n    "
)
#: Weight 211 is 700 kg, 213 is 0 kg.
BROKEN_WEIGHTS = SMALL_CDM["measurement"] + (
    "        213 | 1 | 3025315 | 2024-02-03 | 2024-02-03 08:00 | 0 | 9529 | kg | \n    "
)


@pytest.fixture(scope="session")
def omop_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run on a small OMOP database with doses and weights that cannot be."""
    folder = tmp_path_factory.mktemp("omop")
    write_study(folder, OMOP_STUDY)
    tables = small_cdm(drug_exposure=BROKEN_DOSES, measurement=BROKEN_WEIGHTS)
    return run(folder, write_csv(tables, folder / "records"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Headless Chromium."""
    if not Path(CHROMIUM).exists():
        skip_or_fail("the page is opened with Chromium, which is not installed")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as running:
        started = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of 61 courses."""
    path = tmp_path_factory.mktemp("usual") / "report.html"
    write_page(example_result(61, seed=4), path)
    return path


@pytest.fixture(scope="session")
def hostile_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a study whose names are hostile."""
    path = tmp_path_factory.mktemp("hostile") / "report.html"
    write_page(hostile_result(), path)
    return path
