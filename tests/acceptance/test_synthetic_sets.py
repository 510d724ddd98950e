"""Records without a course of the treatment: a clear answer with attrition, not an empty report."""

import zipfile

import pytest

from tests.acceptance.test_command import abate


@pytest.fixture(params=["Synthea27NjParquet_5.4.zip", "Synthea27Nj_5.4.zip"])
def synthea(request, abate_data, tmp_path):
    with zipfile.ZipFile(abate_data / "omop-synthea27nj" / request.param) as archive:
        archive.extractall(tmp_path / "records")
    return tmp_path / "records"


def test_synthea_has_no_course_and_the_attrition_says_so(synthea, tmp_path):
    answer = abate("run", "ketamine-migraine", "--data", synthea, "--out", tmp_path / "out", "-q")
    assert answer.returncode == 8
    assert "0 courses          0 persons  A course of ketamine is in the records." in answer.stdout
    assert answer.stderr.startswith("abate: no courses: the records hold no course of ketamine")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("size", ["100", "1000"])
def test_the_small_sets_have_none_either(abate_data, size, tmp_path):
    "In the larger one MEASUREMENT is missing and OBSERVATION is there, which is enough."
    answer = abate(
        "run", "ketamine-migraine", "--data", abate_data / "omop-synthetic-100" / size, "--out", tmp_path / "out", "-q"
    )
    assert (answer.returncode, answer.stderr.count("\n")) == (8, 1)


@pytest.mark.parametrize(("missing", "sentence"), [("PERSON", "person"), ("DRUG_EXPOSURE", "drug_exposure")])
def test_a_missing_table_is_named(abate_data, missing, sentence, tmp_path):
    with zipfile.ZipFile(abate_data / "omop-synthea27nj" / "Synthea27Nj_5.4.zip") as archive:
        archive.extractall(tmp_path / "records")
    (tmp_path / "records" / f"{missing}.csv").unlink()
    answer = abate("run", "ketamine-migraine", "--data", tmp_path / "records", "--out", tmp_path / "out", "-q")
    assert answer.returncode == 6
    assert sentence in answer.stderr.lower()


def test_without_any_table_for_ratings_the_sentence_names_both(abate_data, tmp_path):
    with zipfile.ZipFile(abate_data / "omop-synthea27nj" / "Synthea27Nj_5.4.zip") as archive:
        archive.extractall(tmp_path / "records")
    for name in ("MEASUREMENT", "OBSERVATION"):
        (tmp_path / "records" / f"{name}.csv").unlink()
    answer = abate("run", "ketamine-migraine", "--data", tmp_path / "records", "--out", tmp_path / "out", "-q")
    assert answer.returncode == 6
    assert "measurement" in answer.stderr.lower()
    assert "observation" in answer.stderr.lower()
