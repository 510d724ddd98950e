"""A plan's file is checked, and what is printed says verdict, source and what was not known."""

import json

import pytest

from abate.base.errors import ExitCode, PlanError, RecordsNotFoundError
from abate.study.titration import EXAMPLE, NOT_A_DEVICE, check_plan_file, read_plan


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "plan.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def printed(path):
    return "\n".join(check_plan_file(path).lines)


def test_the_example_is_a_plan_within_limits(written):
    checked = check_plan_file(written(EXAMPLE))
    text = "\n".join(checked.lines)
    assert checked.exit_code is ExitCode.OK
    assert text.count(NOT_A_DEVICE) == 1
    assert "Within limits." in text
    assert "Highest rate 0.5 mg/kg/h: within limits (limit 1 mg/kg/h)." in text
    assert "29870457" in text
    assert "[verified in the abstract]" in text


def test_the_example_adds_up(written):
    "4 h each at 0.1 to 0.4, then 104 h at 0.5: 4 + 52 = 56 mg/kg, at 85.8 kg 4804.8 mg."
    last = [line for line in printed(written(EXAMPLE)).splitlines() if line.split()[:2] == ["16", "120"]]
    assert [line.split() for line in last] == [["16", "120", "0.500", "42.9", "56.00", "4,804.8"]]


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ('ceiling = "0.5', 'ceiling = "1.1', ExitCode.LIMITS, "BEYOND A LIMIT."),
        ('drug = "ketamine"', 'drug = "lidocaine"', ExitCode.LIMITS, "NOT KNOWN"),
        ('ceiling = "0.5', 'ceiling = "0.05', ExitCode.PLAN, "REFUSED"),
        ('# bolus = "0.2', 'bolus = "0.36', ExitCode.LIMITS, "Bolus 0.36 mg/kg: beyond (limit 0.35 mg/kg)."),
        ('# bolus = "0.2', 'bolus = "0.35', ExitCode.OK, "Bolus 0.35 mg/kg: within limits (limit 0.35 mg/kg)."),
    ],
)
def test_the_exit_code_is_0_only_within_limits(written, old, new, code, words):
    assert old in EXAMPLE
    path = written(EXAMPLE.replace(old, new))
    assert check_plan_file(path).exit_code is code
    assert words in printed(path)


def test_a_refused_plan_prints_no_schedule(written):
    text = printed(written(EXAMPLE.replace('ceiling = "0.5', 'ceiling = "0.05')))
    assert "lies below the start" in text
    assert "Schedule" not in text


def test_json_holds_the_same(written):
    (text,) = check_plan_file(written(EXAMPLE), as_json=True).lines
    found = json.loads(text)
    assert found["notice"] == NOT_A_DEVICE
    assert found["verdict"] == "within limits"
    assert found["plan"]["ceiling_mg_kg_h"] == 0.5
    assert found["limits"][0]["limit"]["limit"] == 1.0
    assert found["hours_to_ceiling"] == 16
    assert len(found["schedule"]) == 5
    assert all(finding["source"] for finding in found["findings"])


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(RecordsNotFoundError, match="abate titration --example"):
        read_plan(tmp_path / "none.toml")
    with pytest.raises(RecordsNotFoundError):
        read_plan(tmp_path)


@pytest.mark.parametrize("content", [b"drug = ", b"\xff\xfe\x00", b""])
def test_what_is_no_plan_is_one_sentence(tmp_path, content):
    path = tmp_path / "plan.toml"
    path.write_bytes(content)
    with pytest.raises(PlanError, match=r"plan\.toml") as raised:
        read_plan(path)
    assert "\n" not in str(raised.value)
