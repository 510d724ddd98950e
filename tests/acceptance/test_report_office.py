"""Do the Word report and the workbook open in another program? Turned into PDF by LibreOffice, of ordinary and of hostile studies."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import docx
import openpyxl
import pytest

from abate.report.files import write_outputs
from tests.acceptance.conftest import Run
from tests.report_example import example_result
from tests.unit.report.office import hostile_result

Opened = Callable[[Path], str]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    """Return the text of a file as LibreOffice prints it.

    Not asked for under CI=true: LibreOffice would be the largest thing that is installed there.
    """
    if shutil.which("soffice") is None or shutil.which("pdftotext") is None:
        pytest.skip("the files are opened with LibreOffice and pdftotext, of which one is not installed")
    folder = tmp_path_factory.mktemp("office")

    def open_file(path: Path) -> str:
        command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(path)]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=300)
        printed = folder / f"{path.stem}.pdf"
        return subprocess.run(["pdftotext", "-layout", printed, "-"], check=True, capture_output=True, text=True).stdout

    return open_file


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    write_outputs(example_result(61, seed=4), folder)
    return folder


@pytest.mark.slow
def test_the_word_report_is_printed_whole(opened: Opened, report: Path) -> None:
    text = opened(report / "report.docx")
    captions = re.findall(r"^ *((?:Table|Figure)\s\d+)\. ", text, re.MULTILINE)
    numbers = [f"Figure {n}" for n in range(1, 15)] + [f"Table {n}" for n in range(1, 13)]
    assert sorted(caption.replace("\u00a0", " ") for caption in captions) == sorted(numbers)
    pages = re.findall(r"Page (\d+) of (\d+)", text)
    assert [int(page) for page, _ in pages] == list(range(1, len(pages) + 1))
    assert {int(count) for _, count in pages} == {len(pages)}
    assert text.count("Simulated data \u2013 Ketamine infusions") == len(pages)
    assert "Error" not in text


@pytest.mark.slow
def test_the_workbook_is_printed_whole(opened: Opened, report: Path) -> None:
    text = opened(report / "tables.xlsx")
    assert "Table 1. Persons and courses, by response." in text
    assert not re.search(r"#NAME\?|#REF!|#VALUE!|Err:", text)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["report.docx", "tables.xlsx"])
def test_hostile_names_are_printed_as_text(opened: Opened, tmp_path: Path, name: str) -> None:
    write_outputs(hostile_result(), tmp_path)
    text = opened(tmp_path / name)
    assert "<script>alert(1)</script>" in text
    assert "=1+1" in text
    assert not re.search(r"#NAME\?|#REF!|#VALUE!|Err:", text)


def test_a_run_leaves_a_word_report_and_a_workbook_of_its_study(omop_run: Run) -> None:
    document = docx.Document(str(omop_run.out / "report.docx"))
    page = (omop_run.out / "report.html").read_text(encoding="utf-8")
    assert f"<title>{document.core_properties.title}" in page
    workbook = openpyxl.load_workbook(omop_run.out / "tables.xlsx")
    tables = sorted(path.stem for path in (omop_run.out / "tables").glob("*.csv"))
    assert len([name for name in workbook.sheetnames if name.startswith("Table ")]) == len(tables) > 3
    assert all(f'id="table-{name}"' in page for name in tables)
