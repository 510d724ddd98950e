"""A folder for others: two studies that differ in hidden things only leave the same bytes, and the command takes earlier releases."""

import json
import re
import zipfile
from dataclasses import replace

import pyarrow as pa
import pytest

from abate.report.disclosure import disclose
from abate.report.files import write_outputs
from tests.acceptance.command import abate
from tests.acceptance.records import write_study, write_workbook
from tests.report_example import example_result, example_study, result_of_rows, simulate_rows


def written(result, folder):
    """Every file of the edition for sharing, by name."""
    folder.mkdir()
    write_outputs(disclose(result), folder)
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def one_and_other():
    """Two results of 61 courses: a hidden event is of another term, a hidden finding of another count, two are of the other sex."""
    study, rows = example_study(), simulate_rows(example_study(), 61, 4)
    plain = result_of_rows(study, rows)
    courses, events = rows["outcomes"].to_pylist(), rows["harm"].to_pylist()
    had = {event["course_id"] for event in events if event["term"] == "tachycardia"}
    event = next(e for e in events if e["term"] == "dizziness" and e["grade"] == 1 and e["course_id"] not in had)
    event["term"] = "tachycardia"
    course = next(course for course in courses if course["course_id"] == event["course_id"])
    course |= {"event_dizziness": 0, "event_tachycardia": 1}
    man = next(row for row in courses if row["sex"] == "male" and row["response_points_2"] is True)
    woman = next(row for row in courses if row["sex"] == "female" and row["response_points_2"] is False)
    man["sex"], woman["sex"] = "female", "male"
    changed = rows | {
        "outcomes": pa.Table.from_pylist(courses, schema=rows["outcomes"].schema),
        "harm": pa.Table.from_pylist(events, schema=rows["harm"].schema),
    }
    other = result_of_rows(study, changed)
    return plain, replace(other, findings=(other.findings[0], replace(other.findings[1], count=4)))


def test_what_is_hidden_changes_no_byte_of_any_file(one_and_other, tmp_path):
    one, other = one_and_other
    assert one != other
    first, second = written(one, tmp_path / "one"), written(other, tmp_path / "other")
    assert len(first) > 25
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_no_file_holds_a_mark_of_a_single_course(tmp_path):
    """No figure of single courses, no key of one, and nobody's time of day."""
    files = written(example_result(40, seed=3), tmp_path / "shared")
    for name, content in files.items():
        texts = [content] if not name.endswith((".docx", ".xlsx")) else list(_parts(tmp_path / "shared" / name))
        for text in texts:
            assert not re.search(rb"course_id|person_id|2024-\d\d-\d\d", text), name
    assert not any("swimmer" in name or "change" in name for name in files if name.endswith((".svg", ".png")))


def _parts(path):
    """The parts of a document of Office, without those that say when the template was made."""
    with zipfile.ZipFile(path) as document:
        for name in document.namelist():
            if not name.startswith("docProps/"):
                yield document.read(name)


def test_a_second_release_is_told_of_the_first(tmp_path):
    study = write_study(tmp_path)
    run = ("run", study, "--audience", "share", "--data")
    rounded = ("--disclosure", "5-rounded")
    then = write_workbook(tmp_path / "then.xlsx", range(1, 21))
    assert abate(*run, then, "--out", tmp_path / "then", *rounded).returncode == 0
    more = write_workbook(tmp_path / "more.xlsx", range(1, 31))
    answer = abate(*run, more, "--out", tmp_path / "exact", "--earlier", tmp_path / "then")
    assert answer.returncode == 16
    assert "has changed since the earlier release" in answer.stderr
    assert not (tmp_path / "exact").exists()
    few = write_workbook(tmp_path / "few.xlsx", range(1, 24))
    rounded = (*rounded, "--earlier", tmp_path / "then", "--earlier", tmp_path / "then")
    answer = abate(*run, few, "--out", tmp_path / "few", *rounded)
    assert answer.returncode == 16
    assert "fewer than 5 courses may be new" in answer.stderr
    answer = abate(*run, more, "--out", tmp_path / "now", *rounded)
    assert answer.returncode == 0, answer.stderr
    found = json.loads((tmp_path / "now" / "results.json").read_text(encoding="utf-8"))
    assert found["estimates"][0]["value"] == 30


def test_an_earlier_release_means_nothing_to_the_site(tmp_path):
    study, records = write_study(tmp_path), write_workbook(tmp_path / "records.xlsx")
    answer = abate("run", study, "--data", records, "--out", tmp_path / "out", "--earlier", tmp_path)
    assert answer.returncode != 0
    assert "give --audience share as well" in answer.stderr
    assert abate("run", study, "--data", records, "--out", tmp_path / "out", "--audience", "share", "--earlier", tmp_path / "nowhere").returncode == 16  # fmt: skip
