"""At which rate and in which amount was it given? The ways in which sites write an infusion down, made one.

OMOP has no column for a rate. A row may hold a rate as text ("50 mcg/hour", "0.3 mg/kg/h"), an amount with its unit, a start,
an end, or days of supply. The first rule that fits gives rate and amount, and its name stands in ``basis``; mass units are
converted row by row, so mcg and mg may be mixed within one drug. A row that no rule fits is dropped and listed with its
reason, never guessed.

| basis | the row has | rate | amount | end |
|---|---|---|---|---|
| zero rate | a rate of 0 | 0 | as recorded, else 0 | as recorded |
| rate text | a rate in mass per time, end after start | from the text | as recorded, else rate x time | as recorded |
| rate text per kg | the same per kg, and a weight before the dose | text x weight | as recorded, else rate x time | as recorded |
| rate text, end from amount | a rate and an amount, no length | from the text | as recorded | start + amount / rate |
| amount over days of supply | an amount, no end, days of supply | amount / time | as recorded | start + days |
| bolus | an amount, no rate text, no length or at most 5 minutes | none | as recorded | start |
| amount over time | an amount, end after start | amount / time | as recorded | as recorded |

Rate 0 is a pause: the row stays, so that it is counted, and no dose comes of it. A rate text that cannot be used (a volume per
time, no unit, per kg without a weight ...) does not spoil an amount that can: the amount's rules apply, and the findings say so.
Where a rate and an amount disagree by more than a tenth, both stand as recorded, and the findings say so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa

from abate.base.days import SECONDS_PER_DAY, SECONDS_PER_HOUR
from abate.base.units import MG_PER
from abate.contracts.course_tables import ADMINISTRATIONS
from abate.contracts.schema import Column, ColumnType, Table
from abate.engine.time import epoch_seconds, hours, time_from_seconds
from abate.sources.rate_text import rate_unit_table, split_rate_text

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from abate.engine.connection import Engine
    from abate.sources.findings import Findings

#: What the normaliser is given: rows of the records, their units as the site writes them.
EXPOSURES = Table(
    name="exposures",
    row_is="one row that records a dose, as the site wrote it",
    columns=(
        Column(name="row_key", type=ColumnType.TEXT, meaning="Key of the row", is_required=True),
        Column(name="person_id", type=ColumnType.ID, meaning="The person", is_required=True),
        Column(name="treatment", type=ColumnType.TEXT, meaning="Name of the treatment", is_required=True),
        Column(name="start", type=ColumnType.TIME, meaning="Start"),
        Column(name="end", type=ColumnType.TIME, meaning="End"),
        Column(name="rate_text", type=ColumnType.TEXT, meaning="Text that may hold a rate"),
        Column(name="amount", type=ColumnType.NUMBER, meaning="Amount in its own unit"),
        Column(name="amount_unit", type=ColumnType.TEXT, meaning="Unit of the amount"),
        Column(name="days_supply", type=ColumnType.INTEGER, meaning="Days of supply of an order", unit="d"),
        Column(name="route", type=ColumnType.TEXT, meaning="Route, empty where not known"),
    ),
)

#: Plausible body weights, at most one a person and time.
WEIGHTS = Table(
    name="weights",
    row_is="one body weight",
    columns=(
        Column(name="person_id", type=ColumnType.ID, meaning="The person", is_required=True),
        Column(name="time", type=ColumnType.TIME, meaning="When it was measured", is_required=True),
        Column(name="weight_kg", type=ColumnType.NUMBER, meaning="Body weight", unit="kg", is_required=True),
    ),
)

#: An amount without a rate text that ran no longer than this is a bolus: sites chart a bolus as a row of a minute or so.
LONGEST_BOLUS_SECONDS = 300
#: Rate x time and the recorded amount may differ by this share before it is a finding.
TOLERATED_DISAGREEMENT = 0.1
#: A weight older than this is used, and the findings say so.
OLD_WEIGHT_SECONDS = 365 * SECONDS_PER_DAY

#: Later than any time of a record, in seconds since 1970.
_END_OF_TIME = 2**62

ZERO_RATE = "zero rate"
RATE = "rate text"
RATE_PER_KG = "rate text per kg"
RATE_END_FROM_AMOUNT = "rate text, end from amount"
AMOUNT_OVER_SUPPLY = "amount over days of supply"
BOLUS = "bolus"
AMOUNT_OVER_TIME = "amount over time"

NO_START = "The start is missing"
ENDS_BEFORE_START = "The row ends before it starts"
RATE_NO_LENGTH = "There is a rate, but neither a length of time nor an amount"
NO_WEIGHT = "The rate is per kg and there is no weight before the dose"
NOTHING_RECORDED = "There is neither a rate nor an amount"
AMOUNT_NO_UNIT = "The amount has no unit"
AMOUNT_NO_MASS = "The unit of the amount is no mass"
AMOUNT_NOT_POSITIVE = "The amount is 0 or negative, and there is no rate"
RATE_NOT_USED = "The rate text was not used, the amount was: "
DISAGREES = "Rate x time and the recorded amount differ by more than a tenth: both stand as recorded"
SUPPLY_NOT_USED = "There are several days of supply, but the end is the start: taken as one dose at the start"
WEIGHT_IS_OLD = "The weight used is older than a year"


def normalise_rates(
    exposures: ir.Table, weights: ir.Table | None, engine: Engine, findings: Findings, table: str
) -> ir.Table:
    """Return the administrations that the exposures are, by the rules that the module states.

    Parameters
    ----------
    exposures : table EXPOSURES
        One row each; ``row_key`` unique.
    weights : table WEIGHTS, or None
        None where the records have no weights.
    engine : Engine
        Holds the tables.
    findings : Findings
        Is given every row that is dropped (by reason) and every odd row that is kept.
    table : str
        Name of the table of the records, for the findings.

    Returns
    -------
    table ADMINISTRATIONS
        Every exposure is either a row here or a finding with the action ``dropped``.
    """
    rows = engine.step(_with_weights(_with_units(exposures, engine), weights))
    measured = engine.step(_measured(rows))
    judged = engine.materialise(_with_dose(engine.step(_judge(measured))), "judged")
    _list_findings(judged, findings, table)
    kept = judged.filter(judged.reason.isnull())
    return kept.mutate(start=time_from_seconds(kept.start_seconds), end=time_from_seconds(kept.end_seconds)).select(
        *ADMINISTRATIONS.column_names
    )


def _with_units(exposures: ir.Table, engine: Engine) -> ir.Table:
    """Join what the rate texts and the units of amounts mean: texts repeat, so each is read once."""
    texts = exposures.select("rate_text").filter(exposures.rate_text.notnull()).distinct()
    split = engine.materialise(texts.mutate(**split_rate_text(texts.rate_text)), "rate_texts")
    units = rate_unit_table(_distinct(split.rate_unit, engine), engine)
    rates = engine.materialise(split.left_join(units, "rate_unit").drop("rate_unit_right"), "rates")
    amounts = _mass_table(_distinct(exposures.amount_unit, engine), engine)
    joined = exposures.left_join(rates, "rate_text").left_join(amounts, "amount_unit")
    found = (
        *(name for name in split.columns if name != "rate_text"),
        "rate_factor",
        "is_per_kg",
        "unit_problem",
        "amount_factor",
    )
    return joined.select(*exposures.columns, *found)


def _distinct(text: ir.StringColumn, engine: Engine) -> list[str]:
    found = engine.to_arrow(text.name("text").as_table().distinct())
    return [value for value in found.column("text").to_pylist() if value is not None]


def _mass_table(units: list[str], engine: Engine) -> ir.Table:
    factors = {unit: MG_PER.get(unit.strip().lower()) for unit in sorted(units)}
    columns = {
        "amount_unit": pa.array(list(factors), pa.string()),
        "amount_factor": pa.array(list(factors.values()), pa.float64()),
    }
    return engine.from_arrow(pa.table(columns), "amount_units")


def _with_weights(rows: ir.Table, weights: ir.Table | None) -> ir.Table:
    """Add ``weight_kg`` and ``weight_seconds``: of the weights up to the start the latest."""
    if weights is None:
        return rows.mutate(weight_kg=ibis.null("float64"), weight_seconds=ibis.null("int64"))
    spans = _spans_of_weights(weights)
    starts = rows.mutate(begins=epoch_seconds(rows.start))
    is_held = [
        starts.person_id == spans.person_id,
        starts.begins >= spans.weight_seconds,
        starts.begins < spans.until_seconds,
    ]
    return starts.left_join(spans, is_held).select(*rows.columns, "weight_kg", "weight_seconds")


def _spans_of_weights(weights: ir.Table) -> ir.Table:
    """Return each weight with the seconds from which and until which it is the person's latest."""
    measured = weights.select("person_id", "weight_kg", weight_seconds=epoch_seconds(weights["time"]))
    following = measured.weight_seconds.lead().over(group_by="person_id", order_by="weight_seconds")
    return measured.mutate(until_seconds=following.fill_null(_END_OF_TIME))


def _measured(rows: ir.Table) -> ir.Table:
    """Add rate in mg/h, amount in mg, times in seconds, and why a rate text cannot be used."""
    needs_weight = rows.is_per_kg.fill_null(False)
    kg = needs_weight.ifelse(rows.weight_kg, 1.0)
    problem = ibis.coalesce(
        rows.rate_problem,
        rows.unit_problem,
        (needs_weight & rows.weight_kg.isnull()).ifelse(NO_WEIGHT, ibis.null("string")),
    )
    rows = rows.mutate(
        rate_problem=problem,
        text_rate=problem.isnull().ifelse(rows.rate_number * rows.rate_factor * kg, ibis.null("float64")),
        has_rate_text=rows.rate_unit.notnull() | problem.notnull(),
        recorded_mg=rows.amount * rows.amount_factor,
        start_seconds=epoch_seconds(rows.start),
        recorded_end=epoch_seconds(rows["end"]),
    )
    supplied = (rows.recorded_end.isnull() & (rows.days_supply > 0)).fill_null(False)
    end_of_supply = rows.start_seconds + rows.days_supply * SECONDS_PER_DAY
    rows = rows.mutate(is_supplied=supplied, known_end=supplied.ifelse(end_of_supply, rows.recorded_end))
    return rows.mutate(length_hours=hours(rows.known_end - rows.start_seconds))


def _judge(row: ir.Table) -> ir.Table:
    """Add basis or reason, and whether the row has a length (``runs``)."""
    runs = (row.length_hours > 0).fill_null(False)
    has_rate = row.text_rate.notnull()
    has_amount = (row.recorded_mg > 0).fill_null(False)
    is_short = row.length_hours <= LONGEST_BOLUS_SECONDS / SECONDS_PER_HOUR
    basis = ibis.cases(
        (has_rate & (row.text_rate == 0), ZERO_RATE),
        (has_rate & runs, row.is_per_kg.ifelse(RATE_PER_KG, RATE)),
        (has_rate & has_amount, RATE_END_FROM_AMOUNT),
        (has_rate | ~has_amount, ibis.null("string")),
        (runs & row.is_supplied, AMOUNT_OVER_SUPPLY),
        (~runs | (is_short & ~row.has_rate_text), BOLUS),
        else_=AMOUNT_OVER_TIME,
    )
    reason = ibis.cases(
        (row.start_seconds.isnull(), NO_START),
        ((row.recorded_end < row.start_seconds).fill_null(False), ENDS_BEFORE_START),
        (basis.notnull(), ibis.null("string")),
        (has_rate, RATE_NO_LENGTH),
        (row.rate_problem.notnull(), row.rate_problem),
        (row.amount.isnull(), NOTHING_RECORDED),
        (row.amount_unit.isnull(), AMOUNT_NO_UNIT),
        (row.amount_factor.isnull(), AMOUNT_NO_MASS),
        else_=AMOUNT_NOT_POSITIVE,
    )
    return row.mutate(basis=basis, reason=reason, runs=runs)


def _with_dose(row: ir.Table) -> ir.Table:
    """Add rate, amount and end by the basis, and what is odd; keep what ADMINISTRATIONS and the findings need."""
    runs = row.runs
    from_text = row.basis.isin([ZERO_RATE, RATE, RATE_PER_KG, RATE_END_FROM_AMOUNT])
    from_amount = row.basis.isin([AMOUNT_OVER_SUPPLY, AMOUNT_OVER_TIME])
    rate = ibis.cases((from_text, row.text_rate), (from_amount, row.recorded_mg / row.length_hours))
    from_rate = runs.ifelse(row.text_rate * row.length_hours, 0.0)
    seconds_of_amount = (row.recorded_mg / row.text_rate * SECONDS_PER_HOUR + 0.5).floor().cast("int64")
    end = ibis.cases(
        (row.basis == BOLUS, row.start_seconds),
        (row.basis == RATE_END_FROM_AMOUNT, row.start_seconds + seconds_of_amount),
        else_=row.known_end,
    )
    return row.select(
        "row_key",
        "person_id",
        "treatment",
        "route",
        "basis",
        "weight_kg",
        "reason",
        "start_seconds",
        rate_mg_h=rate,
        # A negative amount beside a rate is no amount.
        amount_mg=(row.recorded_mg >= 0).fill_null(False).ifelse(row.recorded_mg, from_rate),
        end_seconds=end,
        remark=_remark(row, runs=runs),
    )


def _remark(row: ir.Table, *, runs: ir.BooleanValue) -> ir.StringValue:
    """Return what is odd in a row that is kept; of several things the first."""
    expected = row.text_rate * row.length_hours
    differs = (row.recorded_mg - expected).abs() > TOLERATED_DISAGREEMENT * expected
    is_old = row.start_seconds - row.weight_seconds > OLD_WEIGHT_SECONDS
    several_days = (row.days_supply > 1) & (row.recorded_end == row.start_seconds)
    return ibis.cases(
        (row.rate_problem.notnull(), ibis.literal(RATE_NOT_USED) + row.rate_problem.fill_null("")),
        ((runs & differs).fill_null(False), DISAGREES),
        (((row.basis == RATE_PER_KG) & is_old).fill_null(False), WEIGHT_IS_OLD),
        (((row.basis == BOLUS) & several_days).fill_null(False), SUPPLY_NOT_USED),
    )


def _list_findings(judged: ir.Table, findings: Findings, table: str) -> None:
    dropped = judged.filter(judged.reason.notnull())
    kept = judged.filter(judged.reason.isnull(), judged.remark.notnull())
    both: Any = ((dropped, dropped.reason, "dropped"), (kept, kept.remark, "kept"))
    for rows, rule, action in both:
        findings.add_rows(rows, table=table, rule=rule + ".", action=action, key="row_key")
