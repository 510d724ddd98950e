"""What is known of a drug: facts with their sources, and a site's own rows over them."""

import pytest

from abate.contracts.failure import SiteDrug
from abate.knowledge.drug_facts import FACTS, drug_facts
from abate.knowledge.drug_table import classes_of_role, drug_table, first_year_of_class


def drug(name, site=()):
    return next(drug for drug in drug_table(site) if drug.ingredient == name)


def test_each_fact_is_about_one_drug_or_class_of_the_table():
    ingredients = {drug.ingredient for drug in drug_table()}
    classes = {drug.drug_class for drug in drug_table()} | {"any preventive drug"}
    for fact in drug_facts():
        assert fact.fact in FACTS
        assert (fact.ingredient is None) != (fact.drug_class is None)
        assert fact.ingredient is None or fact.ingredient in ingredients
        assert fact.drug_class is None or fact.drug_class in classes


def test_numbers_are_numbers_and_a_range_of_doses_is_not_upside_down():
    for one in drug_table():
        assert all(low <= one.target_dose_high[source] for source, low in one.target_dose_low.items())
        assert one.adequate_days is None or one.adequate_days > 0


@pytest.mark.parametrize(
    ("name", "source", "target"),
    [
        ("topiramate", "EHF 2018", 100),
        ("topiramate", "AHS/AAN 2012", 25),
        ("venlafaxine", "EHF 2018", 150),  # only the other source gives one
        ("gabapentin", "EHF 2018", None),
        ("erenumab", "EHF 2018", None),  # a dose a month is no dose a day
    ],
)
def test_the_target_dose_is_of_the_source_asked_for_or_else_of_the_other(name, source, target):
    assert drug(name).target_mg_day(source) == target


def test_a_fair_time_is_the_drugs_own_or_that_of_its_class_or_of_all_preventives():
    assert drug("propranolol").adequate_days == 56
    assert drug("onabotulinumtoxinA").adequate_days == 168
    assert drug("erenumab").adequate_days == 84
    assert drug("sumatriptan").adequate_days is None


def test_only_what_was_read_has_a_first_year():
    years = {one.drug_class: one.first_available for one in drug_table() if one.first_available is not None}
    assert years == {"CGRP antibody": 2018}
    assert first_year_of_class(drug_table(), "CGRP antibody") == 2018
    assert first_year_of_class(drug_table(), "beta-blocker") is None


def test_contraindications_of_drug_and_class_stand_together_with_their_tags():
    found = {fact.value: fact.tag for fact in drug("dihydroergotamine").contraindications}
    assert found["pregnancy"] == "verified"
    assert found["peripheral vascular disease"] == "unverified: recalled"
    assert [fact.value for fact in drug("propranolol").cautions] == ["depression"]


def test_a_row_of_the_site_replaces_the_tables_and_takes_its_facts_where_it_is_silent():
    site = (SiteDrug(ingredient="Topiramate", drug_class="anticonvulsant", role="preventive", target_dose_mg_day=75),)
    own = drug("Topiramate", site)
    assert "topiramate" not in {one.ingredient for one in drug_table(site)}
    assert (own.target_mg_day("EHF 2018"), own.adequate_days, own.is_site_row) == (75, 56, True)


def test_a_new_drug_of_the_site_brings_its_class():
    site = (SiteDrug(ingredient="riboflavin", drug_class="vitamin", role="preventive", first_available=1950),)
    assert "vitamin" in classes_of_role(drug_table(site), "preventive")
    assert first_year_of_class(drug_table(site), "vitamin") == 1950
    assert drug("riboflavin", site).tag.startswith("unverified")
