"""The command ``abate diary`` as a user types it."""

from __future__ import annotations

import csv
import json
import stat

import pytest

from tests.acceptance.command import abate


def write(path, people, *, days=28, heading="person_id,day,headache"):
    lines = [
        f"{person},{day},{'yes' if day < 15 + place % 2 else 'no'}"
        for place, person in enumerate(people)
        for day in range(days)
    ]
    path.write_text("\n".join([heading, *lines]) + "\n", encoding="utf-8")
    return path


def test_one_person(tmp_path):
    answer = abate("diary", write(tmp_path / "d.csv", ["Ada"]))
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "met        headache on 15 days a month or more (1.3 A)" in answer.stdout
    assert answer.stdout.count("not a medical device") == 1
    assert "Ada" not in answer.stdout


def test_one_person_as_json_gives_the_answers_of_the_sheet(tmp_path):
    answer = abate("diary", write(tmp_path / "d.csv", ["Ada"]), "--json")
    assert json.loads(answer.stdout)["answers"]["headache_days"] == 15.0


def test_many_persons_and_their_rows(tmp_path):
    out = tmp_path / "rows.csv"
    file = write(tmp_path / "d.csv", ["=1+1", *(f"p{n}" for n in range(11))], heading="id,time,pain")
    options = ("--person", "id", "--day", "time", "--column", "headache=pain", "--out", out)
    answer = abate("diary", file, *options)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "12 persons; counts of persons below 5 are hidden." in answer.stdout
    rows = list(csv.DictReader(out.read_text(encoding="utf-8-sig").splitlines()))
    assert {row["person_id"] for row in rows} == {"'=1+1", *(f"p{n}" for n in range(11))}
    assert {row["headache_15"] for row in rows} == {"met"}
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert abate("diary", file, *options).returncode == 9
    assert abate("diary", file, *options, "--overwrite").returncode == 0


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--minimum-filled", "2"), 11, "the minimum filled in must be above 0 and at most 1; found 2.0."),
        (("--migraine", "maybe"), 11, "'definite', 'probable'"),
        (("--column", "headache"), 11, "KNOWN=YOURS"),
        (("--drug", "relief=aspirin"), 6, "no column acute_medication"),
        (("--person", "id"), 6, "no column 'id' for person_id"),
        (("--day", "day", "--column", "date=day"), 11, "named twice"),
    ],
)
def test_mistakes_are_one_sentence(tmp_path, options, code, said):
    answer = abate("diary", write(tmp_path / "d.csv", ["Ada"]), *options)
    assert (answer.returncode, answer.stdout) == (code, "")
    assert answer.stderr.startswith("abate: ")
    assert said in answer.stderr
    assert answer.stderr.count("\n") == 1


def test_rows_of_one_day_that_differ(tmp_path):
    file = tmp_path / "d.csv"
    file.write_text("person_id,day,headache\nAda,1,yes\nAda,1,no\nBo,1,no\n", encoding="utf-8")
    refused = abate("diary", file)
    assert refused.returncode == 7
    assert "of 1 of 2 persons" in refused.stderr
    assert "Ada" not in refused.stderr
    assert abate("diary", file, "--two-rows", "leave-out").returncode == 0
