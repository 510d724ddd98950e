"""Where a list comes to lie, who may read it, and that it is never overwritten, left half-written or told."""

from __future__ import annotations

import errno
import json
import os
import stat
from pathlib import Path

import pytest

from abate.base.errors import OutputError, RecordsNotFoundError
from abate.study import randomise as work
from abate.study.allocation_package import AllocationPackageError
from abate.study.plan import plan_trial
from abate.study.plan_file import example_text, parse_plan
from abate.study.plan_text import render_plan
from abate.study.randomisation_file import EXAMPLE, allocation_plan_of, read_allocation_plan
from abate.trial.randomise import AllocationPlanError, BlockSizeError, TooManyStrataError

SMALL = """\
title = "Small trial"
[randomisation]
arms = ["ketamine", "midazolam"]
participants = 12
"""


@pytest.fixture
def trial(tmp_path):
    folder = tmp_path / "trial"
    folder.mkdir()
    (folder / "next-trial.toml").write_text(SMALL, encoding="utf-8")
    return folder


def made(trial: Path) -> Path:
    work.randomise(trial / "next-trial.toml", trial / "pharmacy")
    return trial / "pharmacy"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("is_there", [False, True])
def test_the_folder_and_its_files_are_for_their_owner_alone(trial, is_there):
    if is_there:
        (trial / "pharmacy").mkdir(mode=0o755)
    before = os.umask(0)
    try:
        folder = made(trial)
    finally:
        os.umask(before)
    assert mode(folder) == 0o700
    assert {mode(path) for path in folder.iterdir()} == {0o600}
    assert sorted(path.name for path in trial.iterdir()) == [
        "next-trial.allocation-sha256",
        "next-trial.toml",
        "pharmacy",
    ]


def test_files_are_private_before_anything_is_in_them(trial, monkeypatch):
    seen = []
    original = os.fsync

    def look(handle: int) -> None:
        staging = next(trial.glob(".pharmacy.unfinished-*"))
        seen.extend([mode(staging), *(mode(path) for path in staging.iterdir())])
        original(handle)

    monkeypatch.setattr(os, "fsync", look)
    made(trial)
    assert set(seen) == {0o700, 0o600}


def test_the_seed_is_the_operating_systems(trial, monkeypatch):
    monkeypatch.setattr(work.secrets, "token_bytes", lambda count: bytes(range(count)))
    seed = json.loads((made(trial) / "seed.json").read_text())
    assert seed["seed"] == bytes(range(32)).hex()


def test_two_lists_of_one_specification_differ(trial):
    first = made(trial)
    (trial / "next-trial.toml").rename(trial / "other.toml")
    work.randomise(trial / "other.toml", trial / "second")
    assert (first / "list.csv").read_bytes() != (trial / "second" / "list.csv").read_bytes()


def test_a_list_is_never_overwritten(trial):
    folder = made(trial)
    before = (folder / "list.csv").read_bytes()
    with pytest.raises(work.AllocationListExistsError, match="never overwritten"):
        made(trial)
    with pytest.raises(work.AllocationListExistsError, match="let somebody choose"):
        work.randomise(trial / "next-trial.toml", trial / "second")
    (trial / "next-trial.allocation-sha256").unlink()
    with pytest.raises(work.AllocationListExistsError):
        made(trial)
    assert (folder / "list.csv").read_bytes() == before
    assert not (trial / "second").exists()


def test_whoever_writes_a_plan_can_ask_whether_a_list_lies_there(trial):
    work.check_holds_no_list(trial)
    work.check_holds_no_list(trial / "not there")
    made(trial)
    for folder in (trial, trial / "pharmacy"):
        with pytest.raises(work.AllocationListExistsError):
            work.check_holds_no_list(folder)


@pytest.mark.parametrize("where", [".", "..", "../trial", "output/pharmacy", "run/deep/er"])
def test_places_of_the_blinded_are_refused(trial, where):
    for output, mark in (("output", "plan.json"), ("run", "manifest.json")):
        (trial / output).mkdir()
        (trial / output / mark).write_text("{}")
    with pytest.raises(work.UnblindedPlaceError):
        work.randomise(trial / "next-trial.toml", trial / where)


def test_what_is_not_a_new_folder_is_refused(trial):
    (trial / "full").mkdir()
    (trial / "full" / "note.txt").write_text("mine")
    (trial / "file").write_text("mine")
    (trial / "link").symlink_to(trial / "elsewhere")
    for where in ("full", "file", "link", "no/such/parent"):
        with pytest.raises(OutputError):
            work.randomise(trial / "next-trial.toml", trial / where)
    assert not (trial / "next-trial.allocation-sha256").exists()


@pytest.mark.parametrize("failure", [OSError(errno.ENOSPC, "full"), KeyboardInterrupt()])
@pytest.mark.parametrize("place", ["fsync", "_take_new_name"])
def test_a_failure_leaves_nothing(trial, monkeypatch, failure, place):
    def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr(os if place == "fsync" else work, place, fail)
    with pytest.raises((OutputError, KeyboardInterrupt)):
        made(trial)
    assert [path.name for path in trial.iterdir()] == ["next-trial.toml"]


def test_a_file_system_without_links(trial, monkeypatch):
    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, "no links")

    monkeypatch.setattr(os, "link", no_links)
    made(trial)
    assert (trial / "next-trial.allocation-sha256").is_file()


def test_somebody_else_who_is_faster_keeps_his_list(trial, monkeypatch):
    def other_list_first(temporary: str, target: Path) -> None:
        target.write_text("another's\n")
        os.link(temporary, target)

    monkeypatch.setattr(work, "_take_new_name", other_list_first)
    with pytest.raises(OutputError):
        made(trial)
    assert (trial / "next-trial.allocation-sha256").read_text() == "another's\n"
    assert not (trial / "pharmacy").exists()


def test_a_list_is_proved(trial):
    folder = made(trial)
    assert "says the same" in work.verify(folder, trial / "next-trial.toml")[0]
    assert len(work.verify(folder)) == 2
    (trial / "next-trial.toml").write_text(SMALL.replace("Small", "Smaller"))
    assert "has been changed" in work.verify(folder, trial / "next-trial.toml")[-1]


def changed(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="")


@pytest.mark.parametrize("file", ["list.csv", "seed.json", "specification.json", "list.csv.sha256", "blinded"])
def test_whatever_is_changed_is_found(trial, file):
    folder = made(trial)
    blinded = trial / "next-trial.allocation-sha256"
    digest = blinded.read_text().split()[0]
    match file:
        case "list.csv":
            (folder / file).write_bytes((folder / file).read_bytes()[:-2])
        case "seed.json":
            seed = json.loads((folder / file).read_text())["seed"]
            changed(folder / file, seed, seed[::-1])
        case "specification.json":
            changed(folder / file, '"rows_per_stratum": 12', '"rows_per_stratum": 40')
        case "list.csv.sha256":
            changed(folder / file, digest, digest[::-1])
        case "blinded":
            changed(blinded, digest, digest[::-1])
    with pytest.raises(work.AllocationListDiffersError) as caught:
        work.verify(folder, trial / "next-trial.toml")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("seed.json", "{"),
        ("seed.json", "[]"),
        ("seed.json", '{"algorithm": "abate-allocation/9"}'),
        ("seed.json", '{"algorithm": "abate-allocation/1", "seed": "xyz"}'),
        ("seed.json", '{"algorithm": "abate-allocation/1", "seed": "00"}'),
        ("seed.json", '{"algorithm": "abate-allocation/1"}'),
        ("specification.json", '{"plan": {}}'),
        ("specification.json", '{"plan": [], "plan_file_sha256": ""}'),
        ("list.csv", None),
    ],
)
def test_a_broken_folder_is_one_sentence(trial, file, content):
    folder = made(trial)
    seed = json.loads((folder / "seed.json").read_text())["seed"]
    (folder / file).unlink()
    if content is not None:
        (folder / file).write_text(content)
    with pytest.raises(AllocationPackageError) as caught:
        work.verify(folder)
    assert "\n" not in str(caught.value)
    assert seed not in str(caught.value)


def test_no_hash_beside_the_plan(trial):
    folder = made(trial)
    (trial / "next-trial.allocation-sha256").unlink()
    with pytest.raises(AllocationPackageError, match="cannot be read"):
        work.verify(folder, trial / "next-trial.toml")


def test_minimisation_gets_a_specification_and_no_list(trial):
    (trial / "next-trial.toml").write_text(
        SMALL + 'method = "minimisation"\n[[randomisation.strata]]\nname = "centre"\nlevels = ["A", "B"]\n'
    )
    told = work.randomise(trial / "next-trial.toml", trial / "programmer")
    assert told.lines[0].startswith("minimisation makes no list")
    assert sorted(path.name for path in (trial / "programmer").iterdir()) == [
        "READ-ME.txt",
        "simulated-balance.csv",
        "specification.json",
    ]
    assert not (trial / "next-trial.allocation-sha256").exists()
    assert "imbalance in centre A" in (trial / "programmer" / "simulated-balance.csv").read_text("utf-8")


def test_the_example_is_a_plan(tmp_path):
    (tmp_path / "plan.toml").write_text(EXAMPLE, encoding="utf-8")
    plan, digest = read_allocation_plan(tmp_path / "plan.toml")
    assert (plan.arms, len(plan.strata), plan.participants, len(digest)) == (("ketamine", "midazolam"), 4, 120, 64)


def test_the_section_is_part_of_the_plan_file_and_comes_back():
    section = EXAMPLE[EXAMPLE.index("[randomisation]") :]
    plan = parse_plan(example_text() + section)
    assert [factor.levels for factor in plan.randomisation.strata] == [("A", "B"), ("yes", "no")]
    assert parse_plan(render_plan(plan)) == plan


def test_no_plan_is_written_into_a_folder_with_a_list(trial):
    folder = made(trial)
    for out in (folder, trial):
        with pytest.raises(work.AllocationListExistsError):
            plan_trial(trial / "next-trial.toml", out, overwrite=True)
    assert (folder / "list.csv").is_file()


ARMS = [{"name": "a"}, {"name": "b"}]


def test_size_and_weights_come_from_the_design():
    data = {"title": "T", "arms": ARMS, "design": {"per_arm": 30}, "randomisation": {}}
    assert allocation_plan_of(data, "plan").participants == 60
    data["arms"] = [{"name": "a", "weight": 2}, {"name": "b"}]
    with pytest.raises(AllocationPlanError, match="gives no size"):
        allocation_plan_of(data, "plan")
    data["randomisation"] = {"participants": 60}
    assert allocation_plan_of(data, "plan").ratio == (2, 1)


@pytest.mark.parametrize(
    ("error", "data"),
    [
        (AllocationPlanError, {"title": "T", "arms": ARMS}),
        (AllocationPlanError, {"arms": ARMS, "randomisation": {"participants": 10}}),
        (AllocationPlanError, {"title": "T", "arms": 3, "randomisation": {"participants": 10}}),
        (AllocationPlanError, {"schema": "abate-plan/2", "title": "T", "randomisation": {}}),
        (
            AllocationPlanError,
            {"title": "T", "arms": [{"name": "a", "weight": 1.5}, {"name": "b"}], "randomisation": {}},
        ),
        (AllocationPlanError, {"title": "T", "arms": ARMS, "randomisation": {"blocks": [2]}}),
        (AllocationPlanError, {"title": "T", "arms": ARMS, "randomisation": {"seed": 1}}),
        (AllocationPlanError, {"title": "T", "arms": ARMS, "randomisation": {"strata": [{"name": "centre"}]}}),
        (AllocationPlanError, {"title": "T", "arms": ARMS, "randomisation": {"method": "coin"}}),
        (AllocationPlanError, {"title": "T", "arms": ARMS, "randomisation": {"participants": "many"}}),
        (BlockSizeError, {"title": "T", "arms": ARMS, "randomisation": {"participants": 10, "block_sizes": [5]}}),
        (
            TooManyStrataError,
            {
                "title": "T",
                "arms": ARMS,
                "randomisation": {"participants": 10, "strata": [{"name": "centre", "levels": list("ABCDEF")}]},
            },
        ),
    ],
)
def test_mistakes_in_a_plan(error, data):
    with pytest.raises(error) as caught:
        allocation_plan_of(data, "plan.toml")
    assert caught.value.exit_code == 18
    assert "\n" not in str(caught.value)


def test_files_that_are_no_plan(tmp_path):
    with pytest.raises(RecordsNotFoundError):
        read_allocation_plan(tmp_path / "none.toml")
    (tmp_path / "plan.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(AllocationPlanError, match="UTF-8"):
        read_allocation_plan(tmp_path / "plan.toml")
    (tmp_path / "plan.toml").write_text("title =")
    with pytest.raises(AllocationPlanError, match="TOML"):
        read_allocation_plan(tmp_path / "plan.toml")
