"""The data files hold what their readers promise, each row with a tag and a source."""

import pytest

from abate.contracts.course_tables import CONTACT_KINDS, ROLES, SETTINGS
from abate.knowledge.cdm import CdmType, cdm_columns
from abate.knowledge.drug_classes import drug_classes
from abate.knowledge.facts import read_facts
from abate.knowledge.routes import route_of_concept, route_of_text
from abate.knowledge.visit_kinds import visit_kinds


@pytest.mark.parametrize(
    "name",
    [
        "chronic_codes.csv",
        "drug_classes.csv",
        "drug_facts.csv",
        "falls_without_drug.csv",
        "infusion_limits.csv",
        "published_burden.csv",
        "published_numbers.csv",
        "published_series.csv",
        "reporting_items.csv",
        "routes.csv",
        "scale_bands.csv",
        "scale_changes.csv",
        "scales.csv",
        "visit_kinds.csv",
        "weight_codes.csv",
    ],
)
def test_each_fact_has_a_tag_and_a_source(name):
    rows = read_facts(name)
    assert rows
    assert all(row["tag"] and row["source"] for row in rows)
    assert all("verified" in row["tag"] for row in rows)


def test_an_ingredient_stands_once_with_a_known_role():
    drugs = drug_classes()
    assert len({drug.ingredient for drug in drugs}) == len(drugs)
    assert {drug.role for drug in drugs} <= set(ROLES)
    concepts = [drug.omop_concept for drug in drugs if drug.omop_concept is not None]
    assert len(set(concepts)) == len(concepts)


def test_salts_of_one_ingredient_share_a_class():
    classes = {drug.ingredient: drug.drug_class for drug in drug_classes()}
    assert classes["valproate"] == classes["valproic acid"] == classes["divalproex"]


def test_a_visit_has_a_setting_and_a_kind_of_the_contract():
    for kind in visit_kinds().values():
        assert kind.setting in (*SETTINGS, "by length")
        assert kind.kind in CONTACT_KINDS


@pytest.mark.parametrize(
    ("text", "route"),
    [
        ("IV", "intravenous"),
        ("iv drip", "intravenous"),
        ("Intravenous route", "intravenous"),
        (" PO ", "oral"),
        ("NAS", "intranasal"),
        ("SIDE PORT", None),
        ("", None),
    ],
)
def test_a_route_is_known_by_its_text(text, route):
    assert route_of_text(text) == route


def test_a_route_is_known_by_its_concept():
    assert route_of_concept(4171047) == "intravenous"
    assert route_of_concept(1) is None


def test_ids_of_the_cdm_are_ids_and_vocabulary_names_are_texts():
    columns = cdm_columns()
    assert columns["person"]["person_id"] is CdmType.ID
    assert columns["concept"]["vocabulary_id"] is CdmType.TEXT
    assert columns["drug_exposure"]["drug_exposure_start_datetime"] is CdmType.TIME
    assert columns["measurement"]["value_as_number"] is CdmType.NUMBER
