"""Bad input: each gives one clear sentence with its exit code, and leaves nothing; or the run goes on and says what it left out."""

from __future__ import annotations

import base64
import csv
import hashlib
import html
import os
import re
import resource
import signal
import subprocess
from contextlib import contextmanager

import pytest

from tests.acceptance.command import COMMAND, abate, environment
from tests.acceptance.conftest import run
from tests.acceptance.records import (
    COURSE_COLUMNS,
    OMOP_STUDY,
    RATING_COLUMNS,
    STUDY,
    at,
    course,
    ratings_of,
    write_study,
    write_workbook,
)
from tests.ordinary_user import command_of_ordinary_user
from tests.small_cdm import small_cdm, write_csv, write_duckdb
from tests.unit.report.test_html import Page

#: What stands in the records below and must not be repeated by an error: a name, an id, a word instead of a number.
PRIVATE = ("Jane Doe", "4711", "terrible")


def everything_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def refused(folder, data, exit_code, **how):
    """Run the study of a folder on ``data``; return the one sentence, when all that every refusal promises is true."""
    if not (folder / "study.toml").exists():
        write_study(folder)
    (folder / "temporary").mkdir(exist_ok=True)
    there_before = everything_in(folder)
    answer = abate(
        "run", folder / "study.toml", "--data", data, "--out", how.pop("out", folder / "new" / "results"), "-q",
        temporary=folder / "temporary", **how,
    )  # fmt: skip
    assert (answer.returncode, answer.stderr.count("\n")) == (exit_code, 1), answer.stderr
    assert answer.stderr.startswith("abate: ")
    assert answer.stderr.endswith((".\n", "?\n"))
    assert not [word for word in PRIVATE if word in answer.stderr]
    assert everything_in(folder) == there_before
    return answer.stderr.removeprefix("abate: ")


def test_nothing_at_the_place(tmp_path):
    assert refused(tmp_path, tmp_path / "hospital.duckdb", 4).startswith("there is nothing at ")


def test_holiday_photos(tmp_path):
    (tmp_path / "holiday").mkdir()
    for name in ("1.jpg", "2.jpg"):
        (tmp_path / "holiday" / name).write_bytes(b"\xff\xd8")
    assert "the folder holiday holds no table" in refused(tmp_path, tmp_path / "holiday", 5)


def test_a_text_file_that_is_called_a_database(tmp_path):
    (tmp_path / "notes.duckdb").write_text("Jane Doe, 4711")
    assert "notes.duckdb is neither a workbook nor a DuckDB file" in refused(tmp_path, tmp_path / "notes.duckdb", 5)


def test_a_database_of_something_else(tmp_path):
    import duckdb

    with duckdb.connect(str(tmp_path / "shop.duckdb")) as connection:
        connection.execute("CREATE TABLE orders AS SELECT 'Jane Doe' AS customer")
    assert "neither an OMOP CDM nor course tables" in refused(tmp_path, tmp_path / "shop.duckdb", 5)


@pytest.mark.parametrize(
    ("share", "exit_code", "said"),
    [(0.001, 4, "half.duckdb cannot be opened"), (0.1, 7, "file half.duckdb is not whole"), (0.9, 7, "file half.duckdb is not whole")],
)  # fmt: skip
def test_a_database_that_is_not_whole(tmp_path, share, exit_code, said):
    whole = write_duckdb(small_cdm(), tmp_path / "whole.duckdb").read_bytes()
    (tmp_path / "half.duckdb").write_bytes(whole[: int(len(whole) * share)])
    write_study(tmp_path, OMOP_STUDY)
    assert said in refused(tmp_path, tmp_path / "half.duckdb", exit_code)


@pytest.mark.parametrize("table", ["person", "drug_exposure", "measurement"])
def test_a_missing_table(tmp_path, table):
    write_study(tmp_path, OMOP_STUDY)
    gone = {table: None} if table != "measurement" else {"measurement": None, "observation": None}
    data = write_duckdb(small_cdm(**gone), tmp_path / "records.duckdb")
    assert table.upper() in refused(tmp_path, data, 6)


def test_a_missing_column(tmp_path):
    write_study(tmp_path, OMOP_STUDY)
    tables = small_cdm()
    tables["drug_exposure"] = tables["drug_exposure"].drop_columns(["drug_concept_id"])
    data = write_csv(tables, tmp_path / "records")
    assert "the table DRUG_EXPOSURE has no column drug_concept_id" in refused(tmp_path, data, 6)


def test_a_missing_column_of_a_sheet(tmp_path):
    data = write_workbook(tmp_path / "review.xlsx", courses=[("course_id", "person_id", "end"), ("a", 4711, at(4, 8))])
    assert "'courses' has no column 'start'" in refused(tmp_path, data, 6)


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("scale =", "scael =", "study.toml, rating.scael: the key 'scael' is not known; did you mean 'scale'?"),
        ("[response]", "[respones]", "the key 'respones' is not known; did you mean 'response'?"),
        (
            'scale = "nrs"',
            'scale = "nrs"\nbaseline = { from = "start", to = "admission", take = "last" }',
            "rating.baseline: the window from 'start' to 'admission' is upside down",
        ),
        (
            'window = ["0h", "end+24h"]',
            'window = ["end", "0h"]',
            "events: the window from 'end' to '0h' is upside down",
        ),
    ],
)
def test_a_study_that_is_none(tmp_path, right, wrong, said):
    assert right in STUDY
    write_study(tmp_path, STUDY.replace(right, wrong))
    assert said in refused(tmp_path, write_workbook(tmp_path / "review.xlsx"), 3)


def test_ratings_of_which_none_can_be_used(tmp_path):
    wrong = [(4711, at(1, hour), "nrs", value) for hour, value in ((10, 11), (11, -1), (13, "terrible"))]
    data = write_workbook(tmp_path / "review.xlsx", ratings=[RATING_COLUMNS, *wrong])
    assert "none of the 3 rows of ratings can be used" in refused(tmp_path, data, 7)


def test_one_key_for_two_courses(tmp_path):
    both = [course(4711, course_id="Jane Doe"), course(2, course_id="Jane Doe")]
    data = write_workbook(tmp_path / "review.xlsx", courses=[COURSE_COLUMNS, *both])
    said = refused(tmp_path, data, 7)
    assert "1 value of course_id stands in several rows that differ" in said
    assert "courses row 2, courses row 3" in said


def test_times_of_which_none_are_in_order(tmp_path):
    backwards = course(4711, start=at(4, 12), end=at(1, 12), admission=None, discharge=None)
    data = write_workbook(tmp_path / "review.xlsx", courses=[COURSE_COLUMNS, backwards])
    assert "end is before start" in refused(tmp_path, data, 7)


def test_no_course_says_at_which_rule(tmp_path):
    write_study(tmp_path, OMOP_STUDY.replace("785649", "1"))
    data = write_csv(small_cdm(), tmp_path / "records")
    (tmp_path / "temporary").mkdir()
    there_before = everything_in(tmp_path)
    answer = abate("run", tmp_path / "study.toml", "--data", data, "--out", tmp_path / "out", "-q")
    assert answer.returncode == 8
    assert "the records hold no course of ketamine" in answer.stderr
    assert answer.stdout.splitlines()[0].split() == [
        "0",
        "courses",
        "0",
        "persons",
        "A",
        "course",
        "of",
        "ketamine",
        "is",
        "in",
        "the",
        "records.",
    ]
    assert everything_in(tmp_path) == there_before


# Rights, room, and Ctrl-C


@contextmanager
def closed(path, mode=0):
    path.chmod(mode)
    try:
        yield
    finally:
        path.chmod(0o755)


@pytest.mark.parametrize("what", ["a folder", "a file in it", "a workbook", "a database"])
def test_records_that_may_not_be_read(tmp_path, what):
    write_study(tmp_path, OMOP_STUDY)
    folder = write_csv(small_cdm(), tmp_path / "records")
    places = {
        "a folder": (folder, folder),
        "a file in it": (folder, folder / "drug_exposure.csv"),
        "a workbook": (tmp_path / "review.xlsx", write_workbook(tmp_path / "review.xlsx")),
        "a database": (tmp_path / "r.duckdb", write_duckdb(small_cdm(), tmp_path / "r.duckdb")),
    }
    data, locked = places[what]
    with closed(locked):
        assert "may not be read" in refused(tmp_path, data, 4, before=command_of_ordinary_user())


def test_a_place_where_nothing_may_be_written(tmp_path):
    (tmp_path / "locked").mkdir()
    data = write_workbook(tmp_path / "review.xlsx")
    with closed(tmp_path / "locked", 0o555):
        out = tmp_path / "locked" / "new" / "results"
        said = refused(tmp_path, data, 9, out=out, before=command_of_ordinary_user())
    assert "there is no right to write in" in said


@pytest.mark.parametrize(
    "arguments",
    [("init", "ketamine-migraine", "--out", "s.toml"), ("template", "t.xlsx"), ("simulate", "--courses", "1", "-q", "--out", "h.duckdb")],
)  # fmt: skip
def test_every_verb_that_writes_says_so_alike(tmp_path, arguments):
    with closed(tmp_path, 0o555):
        answer = abate(*arguments, cwd=tmp_path, before=command_of_ordinary_user())
    assert (answer.returncode, answer.stderr.count("\n")) == (9, 1), answer.stderr
    assert "could not be written: no right to write there" in answer.stderr
    assert list(tmp_path.iterdir()) == []


@contextmanager
def small_disk(folder, size_kb):
    """Give what makes a disk of this size of ``folder``: a real one where root may mount it, else a limit on each file."""
    folder.mkdir()
    mounted = (
        os.geteuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size_kb}k", "abate-test", str(folder)],
            capture_output=True,
            check=False,
        ).returncode
    )
    try:
        yield (
            {}
            if mounted
            else {"preexec": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size_kb << 8, size_kb << 8))}
        )
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("size_kb", [32, pytest.param(600, marks=pytest.mark.slow)], ids=["tables", "figures"])
def test_a_full_disk(tmp_path, size_kb):
    "The small one is full at the course tables, the larger one at the figures."
    data = write_workbook(tmp_path / "review.xlsx")
    with small_disk(tmp_path / "disk", size_kb) as how:
        assert "the disk is full" in refused(tmp_path, data, 9, out=tmp_path / "disk" / "new" / "results", **how)


@pytest.mark.parametrize("courses", [8, 60])
def test_a_full_disk_under_a_simulated_hospital(tmp_path, courses):
    "Eight courses fit into DuckDB's log and not into its file as well; sixty do not even fit into the log."
    with small_disk(tmp_path / "disk", 400) as how:
        answer = abate("simulate", "--courses", courses, "-q", "--out", tmp_path / "disk" / "h.duckdb", **how)
        assert (answer.returncode, answer.stderr.count("\n")) == (9, 1), answer.stderr
        assert "the disk is full" in answer.stderr
        assert everything_in(tmp_path / "disk") == []


@pytest.mark.parametrize("stage", ["reading omop records", "joining doses to courses", "joining outcomes to courses"])
def test_ctrl_c_in_the_middle(tmp_path, stage):
    study, data = write_study(tmp_path, OMOP_STUDY), write_csv(small_cdm(), tmp_path / "records")
    (tmp_path / "temporary").mkdir()
    there_before = everything_in(tmp_path)
    running = subprocess.Popen(
        [*COMMAND, "run", study, "--data", data, "--out", tmp_path / "new" / "results"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(tmp_path / "temporary"),
    )  # fmt: skip
    assert running.stderr is not None
    while stage not in (line := running.stderr.readline()):
        assert line, "the run ended before the stage"
    running.send_signal(signal.SIGINT)
    said = running.communicate(timeout=60)[1]
    assert (running.returncode, said.splitlines()[-1]) == (130, "abate: stopped; nothing was left half-written.")
    assert "Traceback" not in said
    assert everything_in(tmp_path) == there_before


def test_a_reader_that_leaves_early_is_no_fault():
    running = subprocess.Popen(
        [*COMMAND, "schema"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()
    )
    assert running.stdout is not None
    running.stdout.close()
    assert running.stderr is not None
    assert (running.stderr.read(), running.wait()) == ("", 0)


def test_a_password_in_an_address_is_shown_nowhere(tmp_path):
    "Port 9 of this machine answers nobody."
    write_study(tmp_path, OMOP_STUDY)
    address = "postgresql://jane:Tr0ub4dor@127.0.0.1:9/hospital"
    said = refused(tmp_path, address, 4)
    assert "no PostgreSQL database answered at 127.0.0.1:9, database hospital" in said
    loud = abate("run", tmp_path / "study.toml", "--data", address, "--out", tmp_path / "out")
    for text in (said, loud.stdout, loud.stderr):
        assert "Tr0ub4dor" not in text
        assert "jane" not in text
    assert not any(b"Tr0ub4dor" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


# What a run leaves out, says, and goes on


def test_omop_rows_that_cannot_be_used_are_listed_and_the_run_goes_on(omop_run):
    assert omop_run.answer.returncode == 0, omop_run.answer.stderr
    assert {
        ("The rate has no unit.", "dropped", "120"),
        ("The rate is a volume per time, which is no dose without a concentration.", "dropped", "104"),
        ("The body weight is below 2 or above 400 kg.", "dropped", "211"),
        ("The body weight is below 2 or above 400 kg.", "dropped", "213"),
        ("The rating lies outside the range of its scale, 0 to 10.", "dropped", "204"),
        ("The rating has no number.", "dropped", "205"),
    } <= omop_run.findings()


#: A drug's name and adverse events as somebody may have typed them who means no good.
HOSTILE_DRUG = "<script>alert('drug')</script>"
FORMULAS = ('=HYPERLINK("http://127.0.0.1/x","open")', "+cmd|' /C calc'!A0", "@SUM(1+1)", "-2+3")
HOSTILE_EVENT = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def hostile_run(tmp_path_factory):
    """Eight courses of a drug whose name is a script, with broken ratings, weights and times, and formulas for events."""
    folder = tmp_path_factory.mktemp("hostile")
    drug = {"treatment": HOSTILE_DRUG}
    courses = [
        COURSE_COLUMNS,
        course(1, weight_kg=0, **drug),
        course(2, weight_kg=700, **drug),
        course(3, admission=at(2, 8), **drug),
        course(4, discharge=at(1, 8), **drug),
        course(5, start=at(4, 12), end=at(1, 12), **drug),
        course(6, **drug),
        course(6, **drug),
        course(7, **drug),
    ]
    wrong = [(1, at(2, hour), "nrs", value) for hour, value in ((14, 11), (15, -1), (16, "terrible"))]
    ratings = [RATING_COLUMNS, *wrong, *(row for person in range(1, 8) for row in ratings_of(person))]
    events = [("person_id", "time", "term"), *((1, at(2, 9), term) for term in (*FORMULAS, HOSTILE_EVENT))]
    write_study(folder, STUDY.replace('"ketamine"', f'"{HOSTILE_DRUG}"'))
    return run(folder, write_workbook(folder / "review.xlsx", courses=courses, ratings=ratings, events=events))


def test_rows_of_a_workbook_that_break_a_rule_are_listed_and_the_run_goes_on(hostile_run):
    assert hostile_run.answer.returncode == 0, hostile_run.answer.stderr
    assert hostile_run.findings() == {
        ("value is outside 0 to 10, the range of scale nrs", "dropped", "ratings row 2"),
        ("value is outside 0 to 10, the range of scale nrs", "dropped", "ratings row 3"),
        ("value is not a number", "dropped", "ratings row 4"),
        ("weight_kg is outside 2 to 400 kg", "repaired", "courses row 2"),
        ("weight_kg is outside 2 to 400 kg", "repaired", "courses row 3"),
        ("admission is after start", "repaired", "courses row 4"),
        ("discharge is before start", "repaired", "courses row 5"),
        ("end is before start", "dropped", "courses row 6"),
        ("the same row stands twice; one is kept", "dropped", "courses row 8"),
        ("course_number is empty; filled in the order of start", "noted", None),
    }


def test_no_cell_of_a_written_table_runs_as_a_formula(hostile_run):
    cells = [
        cell
        for path in [hostile_run.out / "results.csv", *hostile_run.out.glob("*/*.csv")]
        for row in csv.reader(path.read_text(encoding="utf-8-sig").splitlines())
        for cell in row
    ]
    assert not [
        cell for cell in cells if cell.startswith(("=", "+", "@")) or (cell.startswith("-") and not is_number(cell))
    ]
    for formula in FORMULAS:
        assert f"'{formula}" in cells


def is_number(cell):
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_markup_in_names_is_shown_as_text(hostile_run):
    page = Page((hostile_run.out / "report.html").read_text(encoding="utf-8"))
    assert HOSTILE_DRUG in page.text
    assert HOSTILE_EVENT in page.text
    assert not [tag for tag, attributes in page.tags if "onerror" in attributes]
    text = (hostile_run.out / "report.html").read_text(encoding="utf-8")
    scripts = re.findall(r"<script[^>]*>(.*?)</script>", text, flags=re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    assert len(scripts) == sum(tag == "script" for tag, _ in page.tags) == 2
    assert all(f"'sha256-{found}'" in html.unescape(text) for found in hashes)
    for path in (hostile_run.out / "figures").glob("*.svg"):
        assert "<script" not in path.read_text(encoding="utf-8")
        assert "<img" not in path.read_text(encoding="utf-8")


def test_one_course_is_described_without_an_interval(tmp_path):
    write_study(tmp_path)
    one = run(tmp_path, write_workbook(tmp_path / "review.xlsx", people=[1]))
    assert one.answer.returncode == 0, one.answer.stderr
    assert one.answer.stdout.startswith("In the one course of ketamine, ")
    assert "1 courses" not in one.answer.stdout
    with (one.out / "results.csv").open(encoding="utf-8-sig", newline="") as file:
        change = next(row for row in csv.DictReader(file) if row["id"] == "change.mean")
    assert (change["value"], change["lower"], change["upper"], change["n"]) == ("-5.0", "", "", "1")


def test_courses_without_any_rating_are_described_and_no_change_is_stated(tmp_path):
    write_study(tmp_path)
    none = run(tmp_path, write_workbook(tmp_path / "review.xlsx", ratings=[RATING_COLUMNS]))
    assert none.answer.returncode == 0, none.answer.stderr
    assert none.answer.stdout.startswith("In 3 courses of ketamine, no change of pain can be stated: ")
    with (none.out / "results.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    assert (rows["change.mean"]["value"], rows["courses.n"]["value"]) == ("", "3.0")
    assert rows["change.mean"]["reason"]
