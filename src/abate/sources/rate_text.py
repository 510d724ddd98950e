"""What does "50 mcg/hour" say? The rate that a free text holds, read in the engine; an unclear text is named, never guessed.

A text is split by one pattern into a number and a unit. The units of a whole database are few, so they are fetched once,
understood in Python (`abate.base.units`) and joined back.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import ibis
import pyarrow as pa

from abate.base.units import HOURS_PER, VOLUME_UNITS, parse_rate_unit

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from abate.engine.connection import Engine

HOLDS_TWO = "The rate text holds more than one rate"
HOLDS_RANGE = "The rate text holds a range of rates"
IS_NEGATIVE = "The rate is negative"
IS_INSTRUCTION = "The rate text is an instruction (a limit, a titration), not one rate"
HAS_COMMA = "The number of the rate has a comma, which may mean thousands or a decimal"
HAS_NO_UNIT = "The rate has no unit"
IS_VOLUME = "The rate is a volume per time, which is no dose without a concentration"
IS_NO_MASS = "The unit of the rate is no mass per time"

# Only what RE2 (DuckDB) and Java (Spark) understand alike: no look-around, no back-references.
_NUMBER = r"(?:\d[\d,]*\.?\d*|\.\d+)"
_PER = r"\s*(?:/|per)\s*"
_TIME = "(?:" + "|".join(sorted(HOURS_PER, key=lambda word: (-len(word), word))) + ")"
# Also for a body of a stated weight: mg/h per 70 kg is a seventieth of mg/kg/h, and far from mg/h.
_KG = r"(?:\d+(?:\.\d+)?\s*)?kg"
_UNIT = rf"[a-zµμ]+{_PER}(?:{_KG}{_PER})?{_TIME}\b(?:{_PER}{_KG}\b)?"
_RATE = rf"({_NUMBER})\s*({_UNIT})"
_TWO_RATES = rf"{_RATE}.*[^\d.,]{_RATE}"
_RANGE = rf"\d\s*(?:-|–|to)\s*{_RATE}"
_NEGATIVE = rf"(?:^|[\s:=])[-−]{_RATE}"
_INSTRUCTION = r"\b(?:max|maximum|up to|not above|titrat|taper|increase|decrease|target)"
_ONLY_NUMBER = rf"^\s*(?:rate|at|@|run at|infuse at)?\s*[:=]?\s*{_NUMBER}\s*$"


def split_rate_text(text: ir.StringValue) -> dict[str, ir.Value]:
    """Return the columns ``rate_number``, ``rate_unit`` and ``rate_problem`` of a text; all empty where it names no rate.

    ``rate_problem`` says why the text cannot be used; whether the unit can be understood is not known here yet.
    """
    lower = text.lower()
    number = lower.re_extract(_RATE, 1)
    problem = ibis.cases(
        (lower.re_search(_TWO_RATES), HOLDS_TWO),
        (lower.re_search(_RANGE), HOLDS_RANGE),
        ((number != "") & lower.re_search(_INSTRUCTION), IS_INSTRUCTION),
        (lower.re_search(_NEGATIVE), IS_NEGATIVE),
        (number.contains(","), HAS_COMMA),
        (lower.re_search(_ONLY_NUMBER), HAS_NO_UNIT),
    )
    unit = lower.re_extract(_RATE, 2).re_replace(r"\s+", " ").nullif("")
    return {"rate_number": number.try_cast("float64"), "rate_unit": unit, "rate_problem": problem}


def rate_unit_table(units: Iterable[str], engine: Engine) -> ir.Table:
    """Return a table of the engine with what each unit means: ``rate_unit``, ``rate_factor``, ``is_per_kg``, ``unit_problem``.

    ``rate_factor`` turns the number into mg/h, or into mg/kg/h where ``is_per_kg``; it is empty where ``unit_problem`` says why.
    """
    rows = [_describe_unit(unit) for unit in sorted(units)]
    schema = pa.schema(
        [
            ("rate_unit", pa.string()),
            ("rate_factor", pa.float64()),
            ("is_per_kg", pa.bool_()),
            ("unit_problem", pa.string()),
        ]
    )
    return engine.from_arrow(pa.Table.from_pylist(rows, schema), "rate_units")


def _describe_unit(text: str) -> dict[str, object]:
    unit = parse_rate_unit(text)
    if unit is not None:
        return {"rate_unit": text, "rate_factor": unit.mg_per_hour, "is_per_kg": unit.is_per_kg, "unit_problem": None}
    word = text.replace("per", "/").split("/")[0].strip()
    problem = IS_VOLUME if word in VOLUME_UNITS else IS_NO_MASS
    return {"rate_unit": text, "rate_factor": None, "is_per_kg": False, "unit_problem": problem}
