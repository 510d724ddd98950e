"""Codes of a study find their rows through the records' own vocabulary, or as text where it knows nothing of them."""

import pytest

from abate.contracts.definition import Codes
from abate.engine.records import open_records
from abate.sources.findings import Findings
from abate.sources.vocabulary import Vocabulary
from tests.small_cdm import SMALL_CDM, small_cdm, write_parquet

CONCEPTS = (
    SMALL_CDM["concept"].rstrip()
    + """
        700001     | Type 2 diabetes mellitus | Condition | ICD10CM | code | | E11.9
        700002     | Accident                 | Condition | ICD9CM  | code | | E119
"""
)


@pytest.fixture
def vocabulary(duckdb_engine, tmp_path):
    place = write_parquet(small_cdm(concept=CONCEPTS), tmp_path / "cdm")
    with open_records(str(place), duckdb_engine) as store:
        yield Vocabulary(store=store, engine=duckdb_engine, findings=Findings(duckdb_engine))


def test_a_concept_stands_for_all_beneath_it(vocabulary):
    assert vocabulary.with_descendants([785649]) == (785649, 900001)
    assert vocabulary.descendants_of_each([785649, 318736, 7]) == {
        785649: (785649, 900001),
        318736: (318736, 43530652),
        7: (7,),
    }


def test_a_snomed_code_stands_for_its_concept_and_all_beneath_it(vocabulary):
    assert vocabulary.find(Codes(snomed=("37796009",))).concepts == (318736, 43530652)


def test_an_icd_code_stands_for_all_that_begin_with_it_in_its_own_vocabulary(vocabulary):
    "E11 is a diabetes in ICD-10 and an accident in ICD-9: the source concept decides, the text only where there is none."
    wanted = vocabulary.find(Codes(icd10cm=("E11",)))
    assert wanted.source_concepts == (700001,)
    rows = vocabulary.store.table("condition_occurrence", ["condition_occurrence_id"]).limit(1)
    import ibis

    def is_found(source_concept, text):
        test = wanted.are_in(
            concepts=[ibis.literal(0)],
            source_concept=ibis.literal(source_concept, "int64"),
            source_text=ibis.literal(text),
        )
        return vocabulary.engine.to_arrow(rows.select(found=test))["found"].to_pylist() == [True]

    assert is_found(700001, "anything")
    assert not is_found(700002, "E119")
    assert is_found(0, "E11.9")
    assert is_found(None, "e119")
    assert not is_found(0, "G43")


def test_names_are_given_where_they_are_known(vocabulary):
    assert vocabulary.names_of([785649, 12345]) == {785649: "ketamine"}
