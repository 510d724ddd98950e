"""What docs/privacy.md promises about a run, looked for on a run."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys

from typer.testing import CliRunner

from tests.acceptance.command import COMMAND, abate, environment
from tests.acceptance.records import OMOP_STUDY, write_study
from tests.conftest import ROOT
from tests.small_cdm import BIG, small_cdm, write_csv, write_duckdb

#: What stands in cells of the small hospital: keys, codes, words, times of single rows.
VALUES_OF_ROWS = (str(BIG), "G43.719", "154.32", "0.2 mg/kg/h", "2024-03-02", "2b", "43530652", "unknown")


def test_nothing_of_a_record_is_said_on_the_way(omop_run):
    said = omop_run.answer.stderr + (omop_run.out / "run.log").read_text(encoding="utf-8")
    assert "reading doses" in said
    assert not [value for value in VALUES_OF_ROWS if value in said]


def test_records_are_left_as_they_were(tmp_path, omop_run):
    expected = write_csv(small_cdm(), tmp_path / "records")
    found = {path.name: path.read_bytes() for path in (omop_run.folder / "records").iterdir()}
    changed_by_the_fixture = {"drug_exposure.csv", "measurement.csv"}
    assert {
        name for name, content in found.items() if content != (expected / name).read_bytes()
    } == changed_by_the_fixture
    assert {path.name for path in omop_run.folder.iterdir()} == {"records", "study.toml", "results", "temporary"}


def test_a_database_file_is_left_as_it_was(tmp_path):
    study, data = (
        write_study(tmp_path, OMOP_STUDY.replace("785649", "1")),
        write_duckdb(small_cdm(), tmp_path / "r.duckdb"),
    )
    digest, changed = hashlib.sha256(data.read_bytes()).hexdigest(), data.stat().st_mtime_ns
    data.chmod(0o444)
    assert abate("run", study, "--data", data, "--out", tmp_path / "out", "-q").returncode == 8
    assert (hashlib.sha256(data.read_bytes()).hexdigest(), data.stat().st_mtime_ns) == (digest, changed)
    assert {path.name for path in tmp_path.iterdir()} == {"study.toml", "r.duckdb"}


WATCHED = """
import sys
def watch(event, arguments):
    if event.startswith("socket.") and event != "socket.__new__":
        raise RuntimeError("the network was asked: " + event)
sys.addaudithook(watch)
from abate.cli import main
main()
"""


def test_the_watch_on_the_network_sees_a_connection():
    "Without this the next test could not fail."
    code = WATCHED.replace(
        "from abate.cli import main\nmain()", "import socket; socket.create_connection(('127.0.0.1', 9))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "the network was asked: socket." in answer.stderr


def test_a_run_opens_no_connection(tmp_path):
    study, data = write_study(tmp_path, OMOP_STUDY), write_duckdb(small_cdm(), tmp_path / "r.duckdb")
    answer = subprocess.run(
        [sys.executable, "-c", WATCHED, "run", study, "--data", data, "--out", tmp_path / "out", "-q"],
        capture_output=True, text=True, check=False, env=environment(),
    )  # fmt: skip
    assert (answer.returncode, answer.stderr) == (0, "")


def test_the_engine_loads_and_fetches_no_extension(duckdb_engine):
    settings = "SELECT current_setting('autoinstall_known_extensions'), current_setting('autoload_known_extensions')"
    assert duckdb_engine.backend.raw_sql(settings).fetchone() == (False, False)


def test_temporary_folders_are_private_and_go_again(tmp_path):
    "The folder is looked at while the run works in it."
    study, data = write_study(tmp_path, OMOP_STUDY), write_csv(small_cdm(), tmp_path / "records")
    (tmp_path / "temporary").mkdir()
    running = subprocess.Popen(
        [*COMMAND, "run", study, "--data", data, "--out", tmp_path / "results"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(tmp_path / "temporary"),
    )  # fmt: skip
    assert running.stderr is not None
    running.stderr.readline()
    modes = {
        path.stat().st_mode & 0o777 for path in (*(tmp_path / "temporary").iterdir(), *tmp_path.glob(".results.*"))
    }
    running.communicate(timeout=60)
    assert modes == {0o700}
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_fault_is_told_without_its_own_words(monkeypatch):
    import abate.study.run
    from abate.cli import app

    row = ("Jane Doe", 4711)

    def fail(*_, **__):
        raise ValueError(f"could not convert {row} to a number")

    monkeypatch.setattr(abate.study.run, "run", fail)
    answer = CliRunner().invoke(app, ["run", "ketamine-migraine", "--data", "x", "--out", "y", "-q"])
    assert answer.exit_code == 1
    assert "Jane Doe" not in answer.output
    assert "a fault in abate (ValueError); please report the lines above" in answer.output
    assert "in fail" in answer.output


def test_every_test_that_a_promise_names_is_there():
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8"))
    assert len(named) >= 12
    for file, test in named:
        text = (ROOT / file).read_text(encoding="utf-8")
        assert not test or f"def {test}(" in text, f"{file} has no {test}"
