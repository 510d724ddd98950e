"""A run's results are read back whole, or refused in one sentence without a value of theirs."""

import json
from dataclasses import fields
from pathlib import Path

import pytest

from abate.base.errors import ResultsError
from abate.contracts import result as words
from abate.contracts.result import RESULTS_SCHEMA
from abate.report.exports.result_file import ResultsFile, read_results
from abate.report.files import describe_results
from abate.study.schemas import schema_of
from tests.report_example import example_result


def write(folder: Path, **changes) -> Path:
    data = json.loads(describe_results(example_result(12))) | changes
    (folder / "results.json").write_text(json.dumps(data), encoding="utf-8")
    return folder


def test_what_was_written_is_read_back(tmp_path):
    result = example_result(12)
    (tmp_path / "results.json").write_text(describe_results(result), encoding="utf-8")
    assert json.loads(describe_results(read_results(tmp_path))) == json.loads(describe_results(result))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"schema": "abate-results/2"', "no JSON"),
        ("", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[]", "does not say its version"),
        ("{}", "does not say its version"),
        ('{"schema": 1}', "does not say its version"),
        ('{"schema": "abate-results/0"}', "says it is 'abate-results/0', and this abate reads 'abate-results/2'"),
    ],
)
def test_a_broken_file_or_another_version_is_refused(tmp_path, text, told):
    (tmp_path / "results.json").write_text(text, encoding="utf-8")
    with pytest.raises(ResultsError, match=told):
        read_results(tmp_path)


def test_a_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "results.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ResultsError, match="no UTF-8"):
        read_results(tmp_path)


def test_a_folder_without_results_is_refused(tmp_path):
    with pytest.raises(ResultsError, match=r"there is no results\.json"):
        read_results(tmp_path)


def test_a_key_too_many_or_too_few_is_refused(tmp_path):
    with pytest.raises(ResultsError, match="broken at surprise"):
        read_results(write(tmp_path, surprise=1))
    estimates = json.loads(describe_results(example_result(12)))["estimates"]
    del estimates[3]["quantity"]
    with pytest.raises(ResultsError, match=r"broken at estimates\.3\.quantity"):
        read_results(write(tmp_path, estimates=estimates))
    estimates[3] |= {"quantity": "q", "extra": 1}
    with pytest.raises(ResultsError, match=r"broken at estimates\.3\.extra"):
        read_results(write(tmp_path, estimates=estimates))


def test_a_value_of_another_type_is_refused_and_not_told(tmp_path):
    estimates = json.loads(describe_results(example_result(12)))["estimates"]
    estimates[0]["value"] = "Mrs Miller"
    with pytest.raises(ResultsError, match=r"broken at estimates\.0\.value") as caught:
        read_results(write(tmp_path, estimates=estimates))
    assert "Miller" not in str(caught.value)


def test_not_a_number_is_refused(tmp_path):
    text = describe_results(example_result(12)).replace('"value": 12.0', '"value": NaN', 1)
    assert "NaN" in text
    (tmp_path / "results.json").write_text(text, encoding="utf-8")
    with pytest.raises(ResultsError, match="broken"):
        read_results(tmp_path)


def test_an_id_that_stands_twice_is_refused(tmp_path):
    estimates = json.loads(describe_results(example_result(12)))["estimates"]
    with pytest.raises(ResultsError, match="an id stands twice among the estimates"):
        read_results(write(tmp_path, estimates=[*estimates, estimates[0]]))


def test_a_study_of_another_age_is_refused(tmp_path):
    with pytest.raises(ResultsError, match="a study that this abate cannot read"):
        read_results(write(tmp_path, study={"title": "t", "treatment": {}, "rating": {}, "response": {}}))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("estimate", words.Estimate),
        ("step", words.AttritionStep),
        ("characteristic", words.CharacteristicRow),
        ("finding", words.FindingCount),
        ("sensitivity", words.SensitivityRow),
        ("day", words.DayCount),
        ("compared", words.Compared),
        ("balance", words.BalanceRow),
        ("edition", words.Edition),
        ("provenance", words.Provenance),
    ],
)
def test_the_schema_names_every_key_and_demands_it(name, kind):
    found = schema_of("results")["$defs"][name]
    assert set(found["properties"]) == set(found["required"]) == {field.name for field in fields(kind)}
    assert found["additionalProperties"] is False
    assert all({"type", "$ref", "oneOf", "anyOf", "enum"} & set(column) for column in found["properties"].values())


def test_the_schema_the_reader_and_the_contract_have_the_same_keys_and_version():
    found = schema_of("results")
    assert found["$id"] == found["properties"]["schema"]["const"] == RESULTS_SCHEMA
    keys = {field.alias or name for name, field in ResultsFile.model_fields.items()}
    assert set(found["properties"]) == keys
    assert set(found["required"]) == keys - {"compared"}  # only a study with a comparator has it
