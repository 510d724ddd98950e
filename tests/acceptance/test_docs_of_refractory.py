"""Do the examples of docs/refractory.md run, and does the page name every definition and key?"""

import re
from pathlib import Path

from abate.contracts.failure import Failure, SiteDrug
from abate.knowledge.refractory_definitions import definitions
from abate.study.read import parse_study, preset_text, read_study

PAGE = (Path(__file__).parents[2] / "docs" / "refractory.md").read_text(encoding="utf-8")


def blocks(kind):
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)


def test_the_example_of_one_patient_says_what_the_page_says(capsys):
    (code,) = blocks("python")
    exec(code, {})
    assert capsys.readouterr().out.strip() == code.strip().rpartition("# ")[2]


def test_the_study_file_and_the_file_of_drugs_are_read(tmp_path):
    (example,), (drugs,) = blocks("toml"), blocks("csv")
    entry, failure = example.split("[failure]")
    text = preset_text("ketamine-migraine").replace("[eligibility]", entry) + "\n[failure]" + failure
    (tmp_path / "our-drugs.csv").write_text(drugs, encoding="utf-8")
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    study = read_study(tmp_path / "study.toml")
    assert study.eligibility.refractory == "ehf-2020-resistant"
    assert study.failure.drugs[0].drug_class == "vitamin"
    assert set(drugs.splitlines()[0].split(",")) == set(SiteDrug.model_fields)


def test_the_page_names_every_definition_and_every_rule_of_failure():
    for name in definitions():
        assert name in PAGE or name.removeprefix("silberstein-2010") in PAGE
    for key in Failure.model_fields:
        assert key in PAGE


def test_the_presets_ask_for_what_they_asked():
    study = parse_study(preset_text("ketamine-migraine"))
    assert (study.failure, study.eligibility.refractory, study.eligibility.failed_preventive_classes) == (None, None, 3)
