"""Does `abate assess` do what its page says, from the command line?"""

from __future__ import annotations

import csv
import json
import stat
import subprocess

import pytest

from tests.acceptance.command import COMMAND, abate, environment

ANSWERS = """
age = 41
[attacks]
attack_count = 200
attack_hours = 24
location = "unilateral"
quality = "pulsating"
intensity = "severe"
nausea = "none"
vomiting = false
photophobia = true
[judgement]
better_explained = false
"""


@pytest.fixture
def sheet(tmp_path):
    file = tmp_path / "one.toml"
    file.write_text(ANSWERS)
    return file


def test_one_patient_is_told_with_what_to_ask(sheet):
    answer = abate("assess", sheet)
    assert answer.returncode == 0
    assert answer.stdout.count("not a medical device") == 1
    assert "1.1 Migraine without aura: not known" in answer.stdout
    assert "yes: 1.1 is met" in answer.stdout
    assert "2.1      Infrequent episodic tension-type headache" in answer.stdout


def test_one_patient_as_json(sheet):
    found = json.loads(abate("assess", sheet, "--json", "--assume", "phonophobia=yes").stdout)
    assert found["assumed"] == {"phonophobia": "yes"}
    verdicts = {finding["code"]: finding["verdict"] for finding in found["disorders"]}
    assert (verdicts["1.1"], verdicts["1.2"], verdicts["2.2"]) == ("met", "not known", "not met")


def test_a_table_of_patients(tmp_path):
    file, out = tmp_path / "many.csv", tmp_path / "found.csv"
    file.write_text("person_id,attack_count,headache_days\na,3,4\nb,,20\n")
    answer = abate("assess", file, "--out", out)
    assert answer.returncode == 0
    assert "2 patients" in answer.stdout
    rows = list(csv.DictReader(out.open(encoding="utf-8-sig")))
    assert [(row["person_id"], row["1.1"], row["2.1 A"]) for row in rows] == [
        ("a", "not met", "not met"),
        ("b", "not known", "not known"),
    ]
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert abate("assess", file, "--out", out).returncode == 9
    assert abate("assess", file, "--out", out, "--overwrite").returncode == 0


@pytest.mark.parametrize("name", ["form.xlsx", "form.csv", "form.json"])
def test_forms_are_written_once(tmp_path, name):
    assert abate("assess", "--form", tmp_path / name).returncode == 0
    assert (tmp_path / name).stat().st_size > 1000
    assert abate("assess", "--form", tmp_path / name).returncode == 9


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("headache_days = 0\nmigraine_days = 20", 12, "contradict each other"),
        ("attack_hours = 0", 12, "no more than 0"),
        ("headache_days = 35", 12, "above 31"),
        ("headache_day = 3", 12, "did you mean 'headache_days'"),
        ("headache_days = ", 12, "is not TOML"),
    ],
)
def test_a_mistake_is_one_sentence(tmp_path, text, code, words):
    (tmp_path / "a.toml").write_text(text)
    answer = abate("assess", tmp_path / "a.toml")
    assert answer.returncode == code
    assert words in answer.stderr
    assert answer.stderr.count("\n") == 1
    assert answer.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["nowhere.toml"], 4), (["--form", "form.doc"], 11), (["--assume", "x"], 11), (["--assume", "vomitting=1"], 12)],
)
def test_mistakes_on_the_command_line(sheet, tmp_path, arguments, code):
    file = [] if arguments[0] in ("nowhere.toml", "--form") else [sheet]
    answer = abate("assess", *file, *arguments, cwd=tmp_path)
    assert answer.returncode == code
    assert "Traceback" not in answer.stderr


def test_questions_asked_in_the_terminal():
    "An impossible answer is asked again; what can no longer change anything is not asked."
    answered = subprocess.run(
        [*COMMAND, "assess"], input="40\n4\nmany\n5\n" + "\n" * 80, capture_output=True, text=True, check=False,
        env=environment(),
    )  # fmt: skip
    assert answered.returncode == 0, answered.stderr
    assert "found something that is no number" in answered.stderr
    assert answered.stderr.count("How long does an attack last") == 2
    assert "1.1      Migraine without aura (by A)" in answered.stdout


def test_options_for_one_patient(sheet, tmp_path):
    sheet.write_text(ANSWERS + '[[treatment]]\ndrug = "topiramate"\noutcome = "no effect"\n')
    answer = abate("options", sheet)
    assert answer.returncode == 0
    assert "topiramate (A) [no effect]" in answer.stdout
    assert "refractory migraine, Goadsby 2006: not met" in answer.stdout
    assert "(failed: anticonvulsant)" in answer.stdout
    assert json.loads(abate("options", sheet, "--json").stdout)["notice"].endswith("not a medical device.")
    table = tmp_path / "many.csv"
    table.write_text("person_id,age\n1,40\n")
    assert abate("options", table).returncode == 12


def test_red_flags_are_told_with_the_diagnosis(sheet):
    sheet.write_text("onset_age = 60\n" + ANSWERS.replace("age = 41", "age = 61"))
    assert "5  began at 50 years or later" in abate("assess", sheet).stdout
    assert "not there: 5" in abate("assess", sheet, "--onset-age", "66").stdout
    found = json.loads(abate("assess", sheet, "--json").stdout)
    assert {flag["id"] for flag in found["red_flags"] if flag["verdict"] == "met"} == {"age"}


def test_the_end_of_input_ends_the_asking_and_answers_are_kept(tmp_path):
    kept = tmp_path / "kept.json"
    answered = subprocess.run(
        [*COMMAND, "assess", "--out", kept],
        input="40\n7\n",
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
    )
    assert answered.returncode == 0, answered.stderr
    assert json.loads(kept.read_text()) == {"age": "40", "attack_count": "7"}
    assert abate("assess", kept).returncode == 0
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.csv", "Mary Jones,44\nx,y\n", "question or column 1 is not known"),
        ("a.csv", "person_id,age,age\n1,40,41\n", "a column more than once"),
        ("a.csv", "Record ID,Age\n1,40\n", "export the raw data"),
        ("a.json", '{"age": 40, "age": 41}', "more than once"),
        ("a.json", '{"age": {"years": 40}}', "something nested"),
    ],
)
def test_files_that_say_something_else_leak_nothing(tmp_path, name, text, words):
    (tmp_path / name).write_text(text)
    answer = abate("assess", tmp_path / name)
    assert answer.returncode == 12
    assert words in answer.stderr
    assert "Mary" not in answer.stderr
    assert "Traceback" not in answer.stderr


def test_the_answers_are_never_written_over(tmp_path):
    file = tmp_path / "many.csv"
    file.write_text("person_id,age\n1,40\n")
    assert abate("assess", file, "--out", file, "--overwrite").returncode == 11
    assert file.read_text() == "person_id,age\n1,40\n"


def test_a_diary_answers_what_the_sheet_does_not(tmp_path):
    "Of 28 days 19 with headache, 10 of them with a triptan; the sheet's own answers stand."
    sheet, diary = tmp_path / "one.toml", tmp_path / "diary.csv"
    rows = [
        f"1,2024-01-{day + 1:02},{'yes' if day % 3 < 2 else 'no'},{'sumatriptan' if day % 3 == 0 else ''}"
        for day in range(28)
    ]
    diary.write_text("person_id,date,headache,acute_medication\n" + "\n".join(rows) + "\n")
    sheet.write_text(
        "headache_months = 6\noveruse_months = 6\nheadache_before_overuse = true\nbetter_explained = false\n"
    )
    answer = abate("assess", sheet, "--diary", diary)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith("From the diary, where not answered: ")
    assert "8.2.2    Triptan-overuse headache" in answer.stdout
    sheet.write_text("triptan_days = 2\n" + sheet.read_text())
    told = abate("assess", sheet, "--diary", diary).stdout
    assert "8.2.2    Triptan-overuse headache" not in told
    assert "Sheet and diary differ, and the sheet stands: triptan_days (2 on the sheet, 10 to 28 in the diary)." in told


def test_a_diary_of_two_is_refused(tmp_path):
    sheet, diary = tmp_path / "one.toml", tmp_path / "diary.csv"
    sheet.write_text("age = 40\n")
    diary.write_text("person_id,date,headache\n1,2024-01-01,yes\n2,2024-01-01,no\n")
    answer = abate("assess", sheet, "--diary", diary)
    assert answer.returncode == 12
    assert "takes that of one" in answer.stderr


def test_a_diary_is_never_written_over_and_leaks_no_row(tmp_path):
    diary = tmp_path / "diary.csv"
    text = "person_id,date,headache\n1,2024-01-01,yes\n"
    diary.write_text(text)
    assert abate("diary", diary, "--out", diary, "--overwrite").returncode == 11
    assert diary.read_text() == text
    assert abate("diary", diary, "--out", tmp_path / "found.parquet").returncode == 11
    bare = tmp_path / "bare.csv"
    bare.write_text("2026-01-01,yes,Jane Doe\n2026-01-02,no,Jane Doe\n")
    answer = abate("diary", bare)
    assert answer.returncode == 6
    assert "Jane" not in answer.stderr
    assert "is there a heading?" in answer.stderr


def test_no_cell_that_is_written_runs_as_a_formula(tmp_path):
    file, out = tmp_path / "many.csv", tmp_path / "found.csv"
    file.write_text("person_id,age\n=1+1,40\n")
    assert abate("assess", file, "--out", out).returncode == 0
    assert next(csv.DictReader(out.open(encoding="utf-8-sig")))["person_id"] == "'=1+1"
