"""Classes of acute drugs: every row has its source, every drug and word one class."""

from __future__ import annotations

import pytest

from abate.knowledge.acute_classes import OTHER, acute_classes, acute_words
from abate.knowledge.drug_classes import drug_classes


def test_every_row_has_tag_and_source():
    assert all(row.tag and row.source for row in acute_classes())


def test_thresholds_of_ichd_3():
    "8.2.1 to 8.2.5 as published in 2018; 8.2.8 is recalled, and says so."
    assert {row.code: row.overuse_days for row in acute_classes()} == {
        "8.2.1": 10, "8.2.2": 10, "8.2.3": 15, "8.2.4": 10, "8.2.5": 10, "8.2.8": 10,
    }  # fmt: skip
    assert {row.code for row in acute_classes() if row.tag.startswith("unverified")} == {"8.2.8"}


@pytest.mark.parametrize(
    ("word", "question"),
    [
        ("sumatriptan", "triptan_days"),
        ("dihydroergotamine", "ergot_days"),
        ("paracetamol", "simple_analgesic_days"),
        ("ibuprofen", "simple_analgesic_days"),
        ("codeine", "opioid_days"),
        ("butalbital", "combination_days"),
        ("metoclopramide", OTHER),
        ("lasmiditan", OTHER),
        ("propranolol", None),
        ("nsaids", "simple_analgesic_days"),
    ],
)
def test_what_a_word_counts_as(word, question):
    assert acute_words()[word].question == question


def test_two_names_of_one_drug_are_one():
    assert acute_words()["paracetamol"].name == acute_words()["acetaminophen"].name
    assert acute_words()["asa"].name == acute_words()["aspirin"].name


def test_every_drug_of_the_table_is_known():
    assert {drug.ingredient.lower() for drug in drug_classes()} <= set(acute_words())


def test_classes_of_the_drug_table_are_named_as_there():
    named = {name for row in acute_classes() for name in row.drug_classes if name}
    assert named <= {drug.drug_class for drug in drug_classes()}
