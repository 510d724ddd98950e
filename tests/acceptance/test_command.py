"""The command as a user types it: what it prints, and its exit codes."""

import pytest

from tests.acceptance.command import abate


def test_help_names_every_verb():
    answer = abate("--help")
    assert answer.returncode == 0
    for verb in (
        "assess",
        "burden",
        "check",
        "check-counts",
        "demo",
        "diary",
        "explain",
        "init",
        "options",
        "run",
        "scale",
        "schema",
        "simulate",
        "template",
        "titration",
    ):
        assert verb in answer.stdout


def test_explain_writes_prose_to_stdout():
    answer = abate("explain", "ketamine-migraine")
    assert answer.returncode == 0
    assert answer.stdout.startswith("Ketamine infusions for refractory migraine: a retrospective study")


def test_a_misspelt_preset_is_one_sentence_and_exit_code_3():
    answer = abate("explain", "ketamine-migrane")
    assert answer.returncode == 3
    assert answer.stderr.count("\n") == 1
    assert "Traceback" not in answer.stderr


def test_init_writes_a_study_that_is_a_study(tmp_path):
    assert abate("init", "ketamine-migraine", "--out", tmp_path / "study.toml").returncode == 0
    assert abate("explain", tmp_path / "study.toml").returncode == 0


def test_init_does_not_write_over_a_file(tmp_path):
    (tmp_path / "study.toml").write_text("mine")
    answer = abate("init", "ketamine-migraine", "--out", tmp_path / "study.toml")
    assert answer.returncode == 9
    assert (tmp_path / "study.toml").read_text() == "mine"


def test_the_schema_is_json_schema():
    import json

    schema = json.loads(abate("schema").stdout)
    assert schema["properties"]["treatment"]
    assert schema["additionalProperties"] is False


def test_records_that_are_not_there_are_exit_code_4(tmp_path):
    answer = abate("run", "ketamine-migraine", "--data", tmp_path / "nothing.duckdb", "--out", tmp_path / "out")
    assert (answer.returncode, answer.stderr.count("Traceback")) == (4, 0)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("arguments", [("run", "ketamine-migraine"), ("frobnicate",)])
def test_what_the_command_does_not_know_is_exit_code_2(arguments):
    assert abate(*arguments).returncode == 2
