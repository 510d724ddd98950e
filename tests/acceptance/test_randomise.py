"""abate randomise as a user types it: what goes to the unblinded, what to the blinded, and that the two never mix."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shlex
import stat
import tomllib

import pytest
from typer.testing import CliRunner

from abate.cli import app
from tests.acceptance.command import abate
from tests.conftest import ROOT

PAGE = ROOT / "docs" / "trial-randomisation.md"


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    """A folder with the page's plan, its list for the unblinded, and all that the command said: the page's examples, then two mistakes."""
    folder = tmp_path_factory.mktemp("trial")
    (plan,) = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (folder / "next-trial.toml").write_text(plan, encoding="utf-8")
    said = [abate(*command, cwd=folder) for command, _ in examples()]
    said += [abate("randomise", "next-trial.toml", "--unblinded-to", where, cwd=folder) for where in ("pharmacy", ".")]
    return folder, said


def examples():
    """Return the commands of the page with what it says that they print; ... leaves out what changes."""
    blocks = re.findall(r"```text\n\$ abate (.*?)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return [(shlex.split(command), expected) for command, expected in blocks]


def test_exit_codes(trial):
    _, said = trial
    assert [answer.returncode for answer in said] == [0, 0, 18, 18]
    assert [answer.stderr.count("\n") for answer in said] == [0, 0, 1, 1]


def test_the_page_says_what_is_printed(trial):
    _, said = trial
    for answer, (_, expected) in zip(said, examples(), strict=False):
        for part in expected.split("...\n"):
            assert part.strip("\n") in answer.stdout


def test_the_unblinded_folder_is_private_and_whole(trial):
    folder, _ = trial
    pharmacy = folder / "pharmacy"
    assert stat.S_IMODE(pharmacy.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in pharmacy.iterdir()} == {0o600}
    assert {"list.csv", "kit-labels.csv", "seed.json", "specification.json"} <= {
        path.name for path in pharmacy.iterdir()
    }


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
    folder, said = trial
    digest = hashlib.sha256((folder / "pharmacy" / "list.csv").read_bytes()).hexdigest()
    assert (folder / "next-trial.allocation-sha256").read_text().split() == [digest, "list.csv"]
    assert digest in said[0].stdout
    assert digest in said[1].stdout


def test_the_example_can_be_read_and_what_is_typed_wrong_is_exit_code_11(trial):
    folder, _ = trial
    printed = CliRunner().invoke(app, ["randomise", "--example"]).output
    assert tomllib.loads(printed)["randomisation"]["participants"] == 120
    for arguments in ((), (str(folder / "next-trial.toml"),), ("--unblinded-to", str(folder / "x"))):
        answer = CliRunner().invoke(app, ["randomise", *arguments])
        assert answer.exit_code == 11
        assert not (folder / "x").exists()
