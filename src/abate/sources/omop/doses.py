"""Which drug exposures are the study's treatments, by which route, and what do they say of dose and time?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa

from abate.base.errors import StudyFileError
from abate.knowledge.routes import route_of_concept, route_of_text
from abate.sources.infusion_rates import EXPOSURES, normalise_rates
from abate.sources.omop.once import drop_copies
from abate.sources.omop.times import both_columns, is_date_only, is_midnight, remark_on_dates, time_columns, time_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from abate.contracts.definition import Study, Treatment
    from abate.engine.connection import Engine
    from abate.engine.records import RecordStore
    from abate.sources.findings import Findings
    from abate.sources.vocabulary import Vocabulary

TABLE = "drug_exposure"
NO_PERSON = "The row has no person."
OTHER_ROUTE = "The route is not one of the study's."
UNKNOWN_ROUTE_DROPPED = "The route is not recorded, or not known to abate: dropped, as the study file says."
UNKNOWN_ROUTE_KEPT = "The route is not recorded, or not known to abate: kept, as the study file says."
END_IS_A_DATE = "The end is the date of the start without a time of day: the end is not known."
SEVERAL_KINDS = (
    "The doses come from records of several kinds (drug_type_concept_id {kinds}): "
    "orders and administrations may stand side by side."
)


def read_exposures(
    store: RecordStore, study: Study, vocabulary: Vocabulary, engine: Engine, findings: Findings
) -> ir.Table:
    """Return the exposures to the study's treatments (form EXPOSURES), once each and by the study's routes, materialised.

    Raises
    ------
    MissingTableError
        If DRUG_EXPOSURE or a needed column is missing.
    StudyFileError
        If a treatment names no concept, or two treatments share one.
    BrokenRecordsError
        If rows that differ share one key.
    """
    treatments = _treatment_by_concept(study.given_treatments, vocabulary)
    rows = _read_rows(store, treatments)
    findings.add_rows(_without_person(rows), table=TABLE, rule=NO_PERSON, action="dropped", key="drug_exposure_id")
    rows = drop_copies(rows.filter(rows.person_id.notnull()), TABLE, "drug_exposure_id", engine, findings)
    remark_on_dates(rows, "drug_exposure_start", TABLE, engine, findings)
    _remark_on_kinds(rows, engine, findings)
    exposures = _with_routes(_with_times(rows, findings), vocabulary, engine)
    named = exposures.inner_join(_treatment_table(treatments, engine), "drug_concept_id")
    judged = engine.materialise(_judge_routes(named, study.given_treatments), "exposures")
    return _of_wanted_routes(judged, findings)


def read_administrations(exposures: ir.Table, weights: ir.Table | None, engine: Engine, findings: Findings) -> ir.Table:
    """Return the administrations (contract's ADMINISTRATIONS) that the exposures are."""
    return normalise_rates(exposures, weights, engine, findings, TABLE)


def _treatment_by_concept(treatments: Iterable[Treatment], vocabulary: Vocabulary) -> Mapping[int, str]:
    """Return the name of the treatment by concept, descendants included."""
    found: dict[int, str] = {}
    for treatment in treatments:
        if not treatment.concepts:
            raise StudyFileError(
                f"the treatment {treatment.name!r} names no concepts; add the drug's OMOP concept ids."
            )
        for concept in vocabulary.with_descendants(treatment.concepts):
            if found.setdefault(concept, treatment.name) != treatment.name:
                raise StudyFileError(
                    f"concept {concept} belongs to both {found[concept]!r} and {treatment.name!r}; "
                    "a dose can be of one treatment only: give each its own concepts."
                )
    return found


def _treatment_table(treatments: Mapping[int, str], engine: Engine) -> ir.Table:
    columns = {
        "drug_concept_id": pa.array(list(treatments), pa.int64()),
        "treatment": pa.array(list(treatments.values()), pa.string()),
    }
    return engine.from_arrow(pa.table(columns), "treatments")


def _read_rows(store: RecordStore, treatments: Mapping[int, str]) -> ir.Table:
    time_columns(store, TABLE, "drug_exposure_start")
    return store.table(
        TABLE,
        ["drug_exposure_id", "person_id", "drug_concept_id"],
        optional=[
            *both_columns("drug_exposure_start", "drug_exposure_end"),
            *("quantity", "dose_unit_source_value", "sig", "days_supply"),
            *("route_concept_id", "route_source_value", "drug_type_concept_id"),
        ],
        keep={"drug_concept_id": tuple(treatments)},
        hold=True,
    )


def _without_person(rows: ir.Table) -> ir.Table:
    return rows.filter(rows.person_id.isnull())


def _remark_on_kinds(rows: ir.Table, engine: Engine, findings: Findings) -> None:
    kinds = _distinct(rows.select("drug_type_concept_id"), engine)
    named = [row["drug_type_concept_id"] for row in kinds if row["drug_type_concept_id"]]
    if len(named) > 1:
        findings.add_remark(TABLE, SEVERAL_KINDS.format(kinds=", ".join(map(str, named))))


def _with_times(rows: ir.Table, findings: Findings) -> ir.Table:
    """Add ``start`` and ``end``; an end that is only the start's date says nothing of the time of day."""
    start, end = time_of(rows, "drug_exposure_start"), time_of(rows, "drug_exposure_end")
    is_same_date = rows.drug_exposure_end_date == start.date()
    has_no_end = (is_date_only(rows, "drug_exposure_end") & ~is_midnight(start) & is_same_date).fill_null(False)
    findings.add_rows(rows.filter(has_no_end), table=TABLE, rule=END_IS_A_DATE, action="kept", key="drug_exposure_id")
    return rows.mutate(start=start, end=has_no_end.ifelse(ibis.null("timestamp"), end))


def _with_routes(rows: ir.Table, vocabulary: Vocabulary, engine: Engine) -> ir.Table:
    """Add ``route`` in words and ``is_known_route``; the different routes of a database are few."""
    rows = rows.mutate(
        route_concept=rows.route_concept_id.fill_null(0), route_text=rows.route_source_value.fill_null("")
    )
    pairs = _distinct(rows.select("route_concept", "route_text"), engine)
    names = _concept_names({row["route_concept"] for row in pairs}, vocabulary)
    columns = [(row["route_concept"], row["route_text"], *_route(row, names)) for row in pairs]
    schema = pa.schema(
        [
            ("route_concept", pa.int64()),
            ("route_text", pa.string()),
            ("route", pa.string()),
            ("is_known_route", pa.bool_()),
        ]
    )
    table = pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in columns], schema)
    return rows.inner_join(engine.from_arrow(table, "routes"), ["route_concept", "route_text"])


def _route(row: Mapping[str, Any], names: Mapping[int, str]) -> tuple[str | None, bool]:
    """Return the route in words, and whether abate knows it; an unknown one is given as recorded, in lower case."""
    concept, text = row["route_concept"], row["route_text"]
    known = route_of_concept(concept) or route_of_text(text) or route_of_text(names.get(concept, ""))
    return known or (text or names.get(concept, "")).lower() or None, known is not None


def _concept_names(concepts: Iterable[int], vocabulary: Vocabulary) -> Mapping[int, str]:
    return vocabulary.names_of(concept for concept in concepts if concept and route_of_concept(concept) is None)


def _distinct(rows: ir.Table, engine: Engine) -> list[dict[str, Any]]:
    # Not ordered by the engine: Ibis on Spark makes a distinct select with a condition distinct by more, if it is ordered.
    found = engine.to_arrow(rows.distinct()).to_pylist()
    return sorted(found, key=lambda row: [(value is None, value) for value in row.values()])


def _judge_routes(rows: ir.Table, treatments: Sequence[Treatment]) -> ir.Table:
    """Add ``route_rule``: empty where the route is wanted, else what is said of it."""
    rules = []
    for treatment in treatments:
        if not treatment.routes:
            continue
        is_own = rows.treatment == treatment.name
        wanted = [route_of_text(route) or route.strip().lower() for route in treatment.routes]
        is_wanted = rows.route.isin(wanted).fill_null(False)
        unknown = UNKNOWN_ROUTE_KEPT if treatment.unknown_route == "keep" else UNKNOWN_ROUTE_DROPPED
        rules += [(is_own & ~is_wanted & ~rows.is_known_route, unknown), (is_own & ~is_wanted, OTHER_ROUTE)]
    rule = ibis.cases(*rules) if rules else ibis.null("string")
    return rows.select(
        row_key=rows.drug_exposure_id.cast("string"),
        person_id=rows.person_id,
        treatment=rows.treatment,
        start=rows.start,
        end=rows["end"],
        rate_text=rows.sig,
        amount=rows.quantity,
        amount_unit=rows.dose_unit_source_value,
        days_supply=rows.days_supply,
        route=rows.route,
        route_rule=rule,
    )


def _of_wanted_routes(judged: ir.Table, findings: Findings) -> ir.Table:
    dropped = judged.filter(judged.route_rule.isin([OTHER_ROUTE, UNKNOWN_ROUTE_DROPPED]))
    kept = judged.filter(judged.route_rule.isnull() | (judged.route_rule == UNKNOWN_ROUTE_KEPT))
    unknown = kept.filter(kept.route_rule.notnull())
    findings.add_rows(dropped, table=TABLE, rule=dropped.route_rule, action="dropped", key="row_key")
    findings.add_rows(unknown, table=TABLE, rule=UNKNOWN_ROUTE_KEPT, action="kept", key="row_key")
    return kept.select(*EXPOSURES.column_names)
