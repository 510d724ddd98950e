"""How heavy was the person? Body weights in kg from MEASUREMENT, each in its own unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import ibis
import pyarrow as pa

from abate.base.units import KG_PER
from abate.contracts.course_tables import HIGHEST_WEIGHT_KG, LOWEST_WEIGHT_KG
from abate.knowledge.body_weight import WEIGHT_UNITS, weight_concepts, weight_loinc_codes
from abate.sources.omop.times import time_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from abate.engine.connection import Engine
    from abate.sources.findings import Findings
    from abate.sources.vocabulary import Vocabulary

TABLE = "measurement"
NO_UNIT = "The body weight has no unit that abate knows (kg, g, lb, oz)."
NO_VALUE = "The body weight has no number or no time."
IMPLAUSIBLE = f"The body weight is below {LOWEST_WEIGHT_KG:g} or above {HIGHEST_WEIGHT_KG:g} kg."


def find_weight_concepts(vocabulary: Vocabulary) -> tuple[int, ...]:
    """Return the concepts of body weight: those known, and those that the records' vocabulary has for the LOINC codes."""
    looked_up = vocabulary.concepts_of_codes("LOINC", weight_loinc_codes())
    return tuple(sorted({*weight_concepts(), *(concept for found in looked_up.values() for concept in found)}))


def read_weights(rows: ir.Table, vocabulary: Vocabulary, engine: Engine, findings: Findings) -> ir.Table:
    """Return weights (form WEIGHTS) of the measurements of body weight, materialised; implausible ones are listed.

    Of several weights of one person and moment the lowest is taken.
    """
    judged = engine.materialise(_judge(_with_kg(rows, vocabulary, engine)), "weights")
    for rule in (NO_VALUE, NO_UNIT, IMPLAUSIBLE):
        findings.add_rows(
            judged.filter(judged.rule == rule), table=TABLE, rule=rule, action="dropped", key="measurement_id"
        )
    kept = judged.filter(judged.rule.isnull())
    return engine.materialise(kept.group_by("person_id", "time").aggregate(weight_kg=kept.weight_kg.min()), "weights")


def _with_kg(rows: ir.Table, vocabulary: Vocabulary, engine: Engine) -> ir.Table:
    """Add ``kg_per``, what one of the row's unit weighs; the unit's concept goes before its text."""
    rows = rows.mutate(unit_concept=rows.unit_concept_id.fill_null(0), unit_text=rows.unit_source_value.fill_null(""))
    pairs = engine.to_arrow(rows.select("unit_concept", "unit_text").distinct()).to_pylist()
    codes = _unit_codes({pair["unit_concept"] for pair in pairs}, vocabulary)
    factors = [_kg_per(codes.get(pair["unit_concept"], ""), pair["unit_text"]) for pair in pairs]
    units = pa.table(
        {
            "unit_concept": pa.array([pair["unit_concept"] for pair in pairs], pa.int64()),
            "unit_text": pa.array([pair["unit_text"] for pair in pairs], pa.string()),
            "kg_per": pa.array(factors, pa.float64()),
        }
    )
    return rows.inner_join(engine.from_arrow(units, "weight_units"), ["unit_concept", "unit_text"])


def _kg_per(code: str, text: str) -> float | None:
    return KG_PER.get(code.strip().lower()) or KG_PER.get(text.strip().lower())


def _unit_codes(concepts: set[int], vocabulary: Vocabulary) -> Mapping[int, str]:
    """Return the unit of each concept: the known ones, and the UCUM code where the records' vocabulary has it."""
    unknown = sorted(concepts - {0} - set(WEIGHT_UNITS))
    named = vocabulary.names(unknown) if unknown else None
    if named is None:
        return WEIGHT_UNITS
    found = vocabulary.engine.to_arrow(named.select("concept_id", "concept_code")).to_pylist()
    return {**WEIGHT_UNITS, **{row["concept_id"]: row["concept_code"] or "" for row in found}}


def _judge(rows: ir.Table) -> ir.Table:
    time = time_of(rows, "measurement")
    weight = rows.value_as_number * rows.kg_per
    rule = ibis.cases(
        (rows.value_as_number.isnull() | time.isnull(), NO_VALUE),
        (rows.kg_per.isnull(), NO_UNIT),
        ((weight < LOWEST_WEIGHT_KG) | (weight > HIGHEST_WEIGHT_KG), IMPLAUSIBLE),
    )
    return rows.select("measurement_id", "person_id", time=time, weight_kg=weight, rule=rule)
