"""abate randomise as a user types it: what goes to the unblinded, what to the blinded, and that the two never mix."""

from __future__ import annotations

import base64
import json
import re
import shlex
import stat

import pytest

from tests.acceptance.command import abate
from tests.conftest import ROOT

PAGE = ROOT / "docs" / "trial-randomisation.md"


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    """A folder with a plan, its list for the unblinded, and everything that the command said, mistakes included."""
    folder = tmp_path_factory.mktemp("trial")
    (folder / "next-trial.toml").write_text(abate("randomise", "--example").stdout, encoding="utf-8")
    said = [abate("randomise", "next-trial.toml", "--unblinded-to", "pharmacy/", cwd=folder)]
    said += [
        abate("randomise", "next-trial.toml", "--verify", "pharmacy", cwd=folder),
        abate("randomise", "next-trial.toml", "--unblinded-to", "pharmacy", cwd=folder),
        abate("randomise", "next-trial.toml", "--unblinded-to", ".", cwd=folder),
    ]
    return folder, said


def test_exit_codes(trial):
    _, said = trial
    assert [answer.returncode for answer in said] == [0, 0, 18, 18]
    assert [answer.stderr.count("\n") for answer in said] == [0, 0, 1, 1]


def test_the_unblinded_folder_is_private_and_whole(trial):
    folder, _ = trial
    pharmacy = folder / "pharmacy"
    assert stat.S_IMODE(pharmacy.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in pharmacy.iterdir()} == {0o600}
    assert {"list.csv", "kit-labels.csv", "seed.json", "specification.json"} <= {path.name for path in pharmacy.iterdir()}


def test_nothing_of_the_seed_or_the_list_is_on_the_blinded_side(trial):
    """Every byte outside the unblinded folder and every word that was said, searched for the seed in any writing, and for lines of the list."""
    folder, said = trial
    package = json.loads((folder / "pharmacy" / "seed.json").read_text())
    key = bytes.fromhex(package["seed"])
    rows = (folder / "pharmacy" / "list.csv").read_text("utf-8-sig").splitlines()[1:]
    secrets = [key.hex(), key.hex()[:16], str(int.from_bytes(key, "big"))[:20], base64.b64encode(key).decode()[:16]]
    secrets += [row.rsplit(",", 1)[1] for row in rows]
    blinded = "\n".join(answer.stdout + answer.stderr for answer in said)
    for path in folder.rglob("*"):
        if path.is_file() and path.parent != folder / "pharmacy":
            blinded += path.read_bytes().decode("latin-1")
    assert len(blinded) > 1000
    for secret in secrets:
        assert secret.lower() not in blinded.lower()


def test_the_hash_is_the_lists(trial):
    import hashlib

    folder, said = trial
    digest = hashlib.sha256((folder / "pharmacy" / "list.csv").read_bytes()).hexdigest()
    assert (folder / "next-trial.allocation-sha256").read_text().split() == [digest, "list.csv"]
    assert digest in said[0].stdout
    assert digest in said[1].stdout


def test_a_changed_list_is_exit_code_18(trial, tmp_path):
    import shutil

    folder, _ = trial
    copy = tmp_path / "copy"
    shutil.copytree(folder / "pharmacy", copy)
    with (copy / "list.csv").open("ab") as file:
        file.write(b"A,yes,121,9,2,ketamine,1,0\r\n")
    answer = abate("randomise", "--verify", copy)
    assert (answer.returncode, answer.stdout) == (18, "")
    assert "not the one that its seed gives" in answer.stderr


def test_what_is_typed_wrong_is_exit_code_11(trial):
    folder, _ = trial
    for arguments in ((), ("next-trial.toml",), ("--unblinded-to", "x")):
        assert abate("randomise", *arguments, cwd=folder).returncode == 11


def test_the_examples_of_the_page(tmp_path):
    """A block ``toml`` is the plan, a block ``text`` that starts with ``$`` a command and what it prints; ... leaves out what changes."""
    blocks = re.findall(r"```(toml|text)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    commands = 0
    for kind, block in blocks:
        if kind == "toml":
            (tmp_path / "next-trial.toml").write_text(block, encoding="utf-8")
            continue
        command, expected = block.split("\n", 1)
        answer = abate(*shlex.split(command.removeprefix("$ abate ")), cwd=tmp_path)
        for part in expected.split("...\n"):
            assert part.strip("\n") in answer.stdout + answer.stderr
        commands += 1
    assert commands >= 2
