"""What did the patients rate? Ratings of the study's scale from MEASUREMENT and OBSERVATION, once each and within range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis

from abate.base.errors import StudyFileError
from abate.contracts.course_tables import OCCASIONS, RATINGS
from abate.knowledge.scales import Scale, scale
from abate.sources.impossible_ratings import is_no_value, is_out_of_range
from abate.sources.omop.once import split_repeated
from abate.sources.omop.times import both_columns, remark_on_dates, time_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from abate.contracts.definition import Rating
    from abate.engine.connection import Engine
    from abate.sources.findings import Findings

NO_NUMBER = "The rating has no number."
NO_TIME = "The rating has no time."
NO_PERSON = "The rating has no person."
OUT_OF_RANGE = "The rating lies outside the range of its scale, {low:g} to {high:g}."
IMPOSSIBLE = "The rating is not {possible}, as its scale has."
REPEATED = "The rating repeats another of the same person, time, concept, occasion and value."
NUMBER_IN_TEXT = "The number of the rating stands in a text column."
NO_OCCASION = (
    "Some ratings are stored with no text that the study file gives an occasion to: their occasion is unknown."
)


@dataclass(frozen=True, kw_only=True)
class RatingTable:
    """Where ratings of one table stand; ``texts`` are the columns that may name the occasion, the first that does counts."""

    name: str
    texts: tuple[str, ...]
    number_texts: tuple[str, ...]

    @property
    def key(self) -> str:
        """The column that names a row."""
        return f"{self.name}_id"

    @property
    def concept(self) -> str:
        """The column that says what was rated."""
        return f"{self.name}_concept_id"

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that must be there."""
        return (self.key, "person_id", self.concept)

    @property
    def optional(self) -> tuple[str, ...]:
        """Columns that may be missing."""
        extra = (*both_columns(self.name), "value_as_number", *self.texts, *self.number_texts)
        return tuple(dict.fromkeys(extra))


RATING_TABLES: Mapping[str, RatingTable] = {
    "measurement": RatingTable(
        name="measurement",
        texts=("measurement_source_value", "value_source_value"),
        number_texts=("value_source_value",),
    ),
    "observation": RatingTable(
        name="observation",
        texts=("observation_source_value", "qualifier_source_value", "value_as_string"),
        number_texts=("value_as_string", "value_source_value"),
    ),
}


def check_occasions(rating: Rating) -> None:
    """Raise StudyFileError where the study file gives a text to an occasion that does not exist."""
    unknown = [name for name in rating.occasions if name not in OCCASIONS]
    if unknown:
        raise StudyFileError(f"rating.occasions names {unknown[0]!r}; occasions are {', '.join(OCCASIONS)}.")


def read_ratings(rows_by_table: Mapping[str, ir.Table], rating: Rating, engine: Engine, findings: Findings) -> ir.Table:
    """Return the ratings (contract's RATINGS) among rows of MEASUREMENT and OBSERVATION, materialised.

    Parameters
    ----------
    rows_by_table : mapping
        Materialised rows with the study's rating concepts, by name of their table, with the columns of `RatingTable`.
    rating : Rating
        The study's rating: scale and occasions.
    engine : Engine
        Holds the tables.
    findings : Findings
        Is given every row that is dropped, with its reason.
    """
    parts = [_read_one(RATING_TABLES[name], rows, rating, engine, findings) for name, rows in rows_by_table.items()]
    return engine.materialise(ibis.union(*parts) if len(parts) > 1 else parts[0], "ratings")


def _read_one(table: RatingTable, rows: ir.Table, rating: Rating, engine: Engine, findings: Findings) -> ir.Table:
    remark_on_dates(rows, table.name, table.name, engine, findings)
    judged = engine.materialise(_judge(rows, table, rating), "judged_ratings")
    dropped = judged.filter(judged.rule.notnull())
    findings.add_rows(dropped, table=table.name, rule=dropped.rule, action="dropped", key="key")
    same = ["person_id", "time", "concept", "value", "occasion"]
    kept, repeated = split_repeated(judged.filter(judged.rule.isnull()), same, "key", engine)
    findings.add_rows(repeated, table=table.name, rule=REPEATED, action="dropped", key="key")
    in_text = kept.filter(kept.is_in_text)
    findings.add_rows(in_text, table=table.name, rule=NUMBER_IN_TEXT, action="repaired", key="key")
    if rating.occasions and engine.to_arrow(kept.filter(kept.occasion == "unknown").limit(1)).num_rows:
        findings.add_remark(table.name, NO_OCCASION)
    return kept.select(*RATINGS.column_names)


def _judge(rows: ir.Table, table: RatingTable, rating: Rating) -> ir.Table:
    """Return each row as a rating with ``rule``, the reason why it is dropped, empty where it stays."""
    facts = scale(rating.scale)
    value = rows.value_as_number
    for column in table.number_texts:
        value = ibis.coalesce(value, _number(rows[column]))
    occasion = ibis.coalesce(*(_occasion(rows[column], rating.occasions) for column in table.texts))
    time = time_of(rows, table.name)
    rule = ibis.cases(
        (rows.person_id.isnull(), NO_PERSON),
        (time.isnull(), NO_TIME),
        (value.isnull(), NO_NUMBER),
        (is_out_of_range(value, facts), OUT_OF_RANGE.format(low=facts.minimum, high=facts.maximum)),
        *_impossible(value, facts),
    )
    return rows.select(
        key=rows[table.key],
        person_id=rows.person_id,
        time=time,
        scale=ibis.literal(rating.scale),
        value=value,
        occasion=occasion.fill_null("unknown"),
        concept=rows[table.concept],
        rule=rule,
        is_in_text=rows.value_as_number.isnull() & value.notnull(),
    )


def _impossible(value: ir.FloatingValue, facts: Scale) -> Sequence[tuple[ir.BooleanValue, str]]:
    is_broken = is_no_value(value, facts)
    return () if is_broken is None else ((is_broken, IMPOSSIBLE.format(possible=facts.possible_values)),)


def _number(text: ir.StringValue) -> ir.FloatingValue:
    """Return the number that a text is as a whole: "7" and "7.0", not "7/10" and not "pain 7"."""
    return text.re_extract(r"^\s*([+-]?\d+(?:\.\d+)?)\s*$", 1).try_cast("float64")


def _occasion(text: ir.StringValue, occasions: Mapping[str, Sequence[str]]) -> ir.StringValue:
    """Return the occasion that the study file gives to a text; case and blanks around it are of no account."""
    known = [(name, [word.strip().lower() for word in words]) for name, words in occasions.items() if words]
    if not known:
        return ibis.null("string")
    plain = text.lower()  # texts of the records come without blanks at their ends
    return ibis.cases(*((plain.isin(words), name) for name, words in known))
