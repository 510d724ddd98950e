"""A body weight counts in its own unit; one without a unit, or that no body has, is listed."""

from abate.engine.records import open_records
from abate.sources.findings import Findings
from abate.sources.omop.ratings import RATING_TABLES
from abate.sources.omop.weights import find_weight_concepts, read_weights
from abate.sources.vocabulary import Vocabulary
from tests.small_cdm import small_cdm, write_parquet

ROWS = """
    measurement_id | person_id | measurement_concept_id | measurement_date | measurement_datetime | value_as_number | unit_concept_id | unit_source_value
    1 | 1 | 3025315 | 2024-01-01 | 2024-01-01 08:00 | 70      | 9529 |
    2 | 1 | 3025315 | 2024-01-02 | 2024-01-02 08:00 | 154.3235835 | 0 | lb
    3 | 1 | 3025315 | 2024-01-03 | 2024-01-03 08:00 | 65000   |      | G
    4 | 1 | 3025315 | 2024-01-04 | 2024-01-04 08:00 | 70      |      |
    5 | 1 | 3025315 | 2024-01-05 | 2024-01-05 08:00 | 0       | 9529 |
    6 | 1 | 3025315 | 2024-01-06 | 2024-01-06 08:00 | 700     | 9529 |
    7 | 1 | 3025315 | 2024-01-07 | 2024-01-07 08:00 |         | 9529 |
    8 | 1 | 3025315 | 2024-01-08 | 2024-01-08 08:00 | 72      | 9529 |
    9 | 1 | 3025315 | 2024-01-08 | 2024-01-08 08:00 | 71      | 9529 |
   10 | 1 | 880001  | 2024-01-09 |                  | 2000    | 880002 |
"""
CONCEPTS = """
    concept_id | concept_name         | domain_id   | vocabulary_id | concept_class_id | standard_concept | concept_code
    880001     | Body weight Measured | Measurement | LOINC         | Clinical Obs     | S                | 3141-9
    880002     | ounce                | Unit        | UCUM          | Unit             | S                | [oz_av]
"""


def test_weights_are_read_in_their_units(spec, tmp_path):
    "2000 oz are 56.699 kg (by the avoirdupois ounce of 28.349523125 g); of two weights at one moment the lower counts."
    findings = Findings(spec.engine)
    with open_records(
        str(write_parquet(small_cdm(measurement=ROWS, concept=CONCEPTS), tmp_path / "cdm")), spec.engine
    ) as store:
        vocabulary = Vocabulary(store=store, engine=spec.engine, findings=findings)
        assert find_weight_concepts(vocabulary) == (880001, 3025315)
        table = RATING_TABLES["measurement"]
        rows = store.table(
            "measurement", table.columns, optional=(*table.optional, "unit_concept_id", "unit_source_value")
        )
        weights = read_weights(rows, vocabulary, spec.engine, findings)
    spec.then(
        """
        person_id | time             | weight_kg
        1         | 2024-01-01 08:00 | 70
        1         | 2024-01-02 08:00 | 70
        1         | 2024-01-03 08:00 | 65
        1         | 2024-01-08 08:00 | 71
        1         | 2024-01-09 00:00 | 56.69904625
        """,
        weights.mutate(weight_kg=weights.weight_kg.round(8)),
    )
    spec.then(
        """
        row_key | action  | rule
        4       | dropped | The body weight has no unit that abate knows (kg, g, lb, oz).
        5       | dropped | The body weight is below 2 or above 400 kg.
        6       | dropped | The body weight is below 2 or above 400 kg.
        7       | dropped | The body weight has no number or no time.
        """,
        findings.as_table(),
    )
