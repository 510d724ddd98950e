"""A site's own file of drugs is read with the study file, or one sentence says what to mend."""

import pytest

from abate.base.errors import StudyFileError
from abate.study.provenance import hash_study
from abate.study.read import parse_study, preset_text, read_study

STUDY = preset_text("ketamine-migraine") + '\n[failure]\ndrugs = "our-drugs.csv"\n'


def study_with(folder, text):
    (folder / "our-drugs.csv").write_text(text, encoding="utf-8")
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    return read_study(folder / "study.toml")


def test_its_rows_become_part_of_the_study(tmp_path):
    first = study_with(tmp_path, "ingredient,drug_class,role,omop_concept\nriboflavin,vitamin,preventive,\n")
    assert [(drug.ingredient, drug.omop_concept) for drug in first.failure.drugs] == [("riboflavin", None)]
    other = study_with(tmp_path, "ingredient,drug_class,role\nfeverfew,herb,preventive\n")
    assert hash_study(first) != hash_study(other)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("ingredient,drug_clas,role\na,b,acute\n", "the column 'drug_clas' is not known; did you mean 'drug_class'?"),
        ("ingredient,role\na,acute\n", "has no column 'drug_class'"),
        ("ingredient,drug_class,role\na,b,acut\n", "line 2, role: input should be 'acute'"),
        ("ingredient,drug_class,role\na,,acute\n", "line 2, drug_class: it has to be given"),
        ("ingredient,drug_class,role\na,b,acute,c\n", "line 2: there are not as many cells as columns"),
        ("ingredient,drug_class,role\na,b,acute\nA,b,acute\n", "'a' stands twice"),
        ("ingredient,drug_class,role,first_available\na,b,acute,18\n", "line 2, first_available"),
        ("ingredient,drug_class,role,role\na,b,acute,acute\n", "a column more than once"),
        ("ingredient,drug_class,role\na\0,b,acute\n", "NUL"),
        ("ingredient,drug_class,role\n" + "a" * 140_000 + ",b,acute\n", "line 2: this is no line of a CSV file"),
    ],
)
def test_a_mistake_in_it_gets_one_sentence(tmp_path, text, sentence):
    with pytest.raises(StudyFileError) as error:
        study_with(tmp_path, text)
    assert sentence in str(error.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    (tmp_path / "study.toml").write_text(STUDY, encoding="utf-8")
    with pytest.raises(StudyFileError, match=r"our-drugs\.csv cannot be read"):
        read_study(tmp_path / "study.toml")


def test_a_study_that_is_no_file_cannot_name_one():
    with pytest.raises(StudyFileError, match="was not read from a file"):
        parse_study(STUDY)
