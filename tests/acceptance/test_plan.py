"""abate plan, from a run and from a file alone: what it leaves, the same bytes twice, nothing small told, mistakes in one sentence."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.acceptance.command import abate
from tests.conftest import ROOT

#: So few that the tests are quick; what is counted is not how precise the numbers are.
TRIALS = 100


@pytest.fixture(scope="module")
def example(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("example") / "next-trial.toml"
    answer = abate("plan", "--example", "--out", path)
    assert (answer.returncode, answer.stderr) == (0, "")
    return path


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Path:
    """A run on 61 simulated courses."""
    folder = tmp_path_factory.mktemp("run") / "results"
    assert abate("demo", "--courses", 61, "--out", folder, "-q").returncode == 0
    return folder


@pytest.fixture(scope="module")
def planned(run, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("plan") / "plan"
    answer = abate("plan", run, "--out", out, "--trials", TRIALS, "-q")
    assert (answer.returncode, answer.stderr) == (0, ""), answer.stderr
    # The arithmetic hangs on no simulation: it is the one that docs/trial.md prints.
    page = (ROOT / "docs" / "trial.md").read_text(encoding="utf-8")
    assert next(line for line in answer.stdout.splitlines() if line.startswith("Difference that is planned on")) in page
    assert "Counting what is not known (assurance)" in answer.stdout
    return out


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_plan_leaves_report_drafts_and_the_file_to_edit(planned):
    expected = {
        "report.html", "report.docx", "protocol.docx", "protocol.html", "sap.docx", "registration.json", "consent-facts.docx",
        "schedule-of-activities.csv", "committee-charter.docx", "plan.json", "assumptions.csv", "operating-characteristics.csv",
        "next-trial.toml",
    }  # fmt: skip
    assert expected <= set(files_of(planned))


def test_the_plan_file_that_is_left_gives_the_same_plan(planned, tmp_path):
    "From the run and from the file it left: the same bytes, but for the number of trials that the command gave."
    text = (planned / "next-trial.toml").read_text(encoding="utf-8")
    assert f"trials = {TRIALS}" in text
    answer = abate("plan", planned / "next-trial.toml", "--out", tmp_path / "again", "-q")
    assert answer.returncode == 0, answer.stderr
    assert files_of(tmp_path / "again") == files_of(planned)


def test_the_numbers_hold_together(planned):
    plan = json.loads((planned / "plan.json").read_text(encoding="utf-8"))
    found = {row["id"]: row for row in plan["estimates"]}
    assert found["power.simulated"]["value"] >= 0.8
    assert abs(found["power.closed"]["value"] - found["power.simulated"]["value"]) < 0.1
    assert found["assurance"]["value"] <= found["assurance.limit"]["value"]
    steps = [step["value"] for step in plan["effect_steps"] if step["id"] != "planned"]
    assert sum(steps) == pytest.approx(found["effect.planned"]["value"], abs=1e-6)
    assert found["effect.planned"]["value"] < plan["effect_steps"][0]["value"]


def test_what_nobody_has_measured_is_marked_where_it_is_shown(planned):
    page = (planned / "report.html").read_text(encoding="utf-8")
    assert "unverified" in page
    rows = (planned / "assumptions.csv").read_text(encoding="utf-8-sig").splitlines()
    context = next(row for row in rows if row.startswith("effect.context"))
    assert "assumed" in context


def test_no_small_count_of_the_study_is_in_any_draft(planned):
    "The simulated review has fewer than five repeat courses, and fewer than five lost at the first visit: neither count is told."
    told = (planned / "next-trial.toml").read_text(encoding="utf-8")
    shares = re.findall(r"n = (\d+), value = (0\.\d+)", told)
    assert shares
    for n, value in shares:
        count = float(value) * int(n)
        if abs(count - round(count)) < 0.02:
            assert round(count) == 0 or round(count) >= 5 or int(n) - round(count) >= 5


def test_no_identity_and_no_path_leaves_with_a_plan(planned, run):
    for name, content in files_of(planned).items():
        if name.endswith((".html", ".json", ".csv", ".toml", ".svg")):
            assert str(run).encode() not in content, name


def test_two_plans_side_by_side_meet_the_same_patients(example, tmp_path):
    larger = tmp_path / "larger.toml"
    larger.write_text(example.read_text(encoding="utf-8").replace("power = 0.8\n", "power = 0.9\n"), encoding="utf-8")
    answer = abate("plan", "compare", example, larger, "--trials", TRIALS, "-q")
    assert answer.returncode == 0, answer.stderr
    assert "trials with the same patients" in answer.stdout
    assert re.search(r"The second succeeds [\d.]+ percentage points more often than the first", answer.stdout)


def test_a_file_alone_is_enough_and_a_change_from_before_to_after_is_called_so_on_every_page(example, tmp_path):
    text = example.read_text(encoding="utf-8").replace('plan_on = "shrunk"', 'plan_on = "pre-post (not recommended)"')
    (tmp_path / "naive.toml").write_text(text, encoding="utf-8")
    answer = abate("plan", tmp_path / "naive.toml", "--out", tmp_path / "naive", "--trials", TRIALS, "-q")
    assert answer.returncode == 0, answer.stderr
    warning = "takes the change from before to after for the difference between arms"
    for name in ("report.html", "protocol.html"):
        assert warning in (tmp_path / "naive" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("value = 1.8, se = 0.6", "value = 3.8, se = 0.6"), "what is left to be planned on is -0.80 points"),
        (("information = [0.5, 1]", "information = [0.5, 0.5, 1]"), "the values must rise"),
        (("seen = [1, 0.97,", "seen = [0.9, 0.97,"), "retention.seen rises from 0.9 to 0.97 on day 2"),
        (
            ('plan_on = "shrunk"', 'plan_on = "typed"\ntyped = { value = 0.001, basis = "typed", source = "x" }'),
            "no more than 20,000 are planned",
        ),
        (("[2.56, 2.368,", "[2.56, 9.9,"), "ratings.covariance"),
    ],
)
def test_a_mistake_is_one_sentence_and_leaves_nothing(example, tmp_path, change, sentence):
    text = example.read_text(encoding="utf-8")
    assert change[0] in text
    (tmp_path / "wrong.toml").write_text(text.replace(*change), encoding="utf-8")
    answer = abate("plan", tmp_path / "wrong.toml", "--out", tmp_path / "plan", "-q")
    assert answer.returncode not in (0, 1)
    assert sentence in answer.stderr
    assert answer.stderr.count("\n") == 1
    assert not (tmp_path / "plan").exists()


def test_too_few_simulated_trials_are_refused_before_any_work(example, tmp_path):
    answer = abate("plan", example, "--out", tmp_path / "plan", "--trials", 60, "-q")
    assert (answer.returncode, answer.stderr.count("\n")) == (11, 1)
    assert "--trials must lie between 100 and 1,000,000; got 60" in answer.stderr


def test_a_plans_own_folder_is_not_taken_for_a_run(planned, tmp_path):
    answer = abate("plan", planned, "--out", tmp_path / "again", "-q")
    assert answer.returncode == 15
    assert "next-trial.toml" in answer.stderr


def test_without_looks_there_is_one_at_the_end(example, tmp_path):
    text = re.sub(r"\[looks\]\n(.+\n)+", "", example.read_text(encoding="utf-8"))
    (tmp_path / "one.toml").write_text(text, encoding="utf-8")
    assert abate("plan", tmp_path / "one.toml", "--out", tmp_path / "one", "--trials", TRIALS, "-q").returncode == 0
    assert json.loads((tmp_path / "one" / "plan.json").read_text(encoding="utf-8"))["looks"] == []
    assert "[looks]" not in (tmp_path / "one" / "next-trial.toml").read_text(encoding="utf-8")


def test_a_plan_is_never_written_over_the_run_it_is_made_from(run):
    answer = abate("plan", run, "--out", run, "--overwrite", "-q")
    assert answer.returncode == 9
    assert "holds what the plan is made from" in answer.stderr


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    answer = abate("plan", tmp_path, "--out", tmp_path / "plan", "-q")
    assert answer.returncode == 15
