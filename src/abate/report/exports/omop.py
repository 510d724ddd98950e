"""What is a run in the words of the OMOP tools? A summarised result with its settings, and the definitions of its cohorts.

The form is that of ``omopgenerics::exportSummarisedResult``: 13 columns, the settings as rows of the same file. Kinds of result
and names of estimates are those in use (``summarise_cohort_count``, ``summarise_cohort_attrition``,
``summarise_characteristics``; count, percentage, mean, q25); where there is none, the kind begins with ``abate_``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from abate.contracts.result import RESULTS_SCHEMA
from abate.report.exports.cohorts import CohortDefinition, find_cohorts
from abate.report.exports.machine_csv import SEPARATOR, Cell, as_machine_csv, level_text, number_text
from abate.report.exports.summary import (
    COURSES,
    PERSONS,
    CharacteristicNumbers,
    EstimateNumbers,
    Hidden,
    Kind,
    Number,
    Numbers,
    StepNumbers,
    Summary,
)

RESULT_COLUMNS = (
    "result_id", "cdm_name", "group_name", "group_level", "strata_name", "strata_level", "variable_name", "variable_level",
    "estimate_name", "estimate_type", "estimate_value", "additional_name", "additional_level",
)  # fmt: skip
DEFINITION_COLUMNS = (
    "cohort_definition_id", "cohort_definition_name", "cohort_definition_description", "definition_type_concept_id",
    "cohort_definition_syntax", "subject_concept_id", "cohort_initiation_date",
)  # fmt: skip
OVERALL = "overall"
#: What stands for a number that is hidden because it would give another away.
LINKED = "-"
#: "No matching concept": nobody publishes one for a study file, and the kind of subject is said in docs/export.md.
NO_CONCEPT = 0
NOTICE = "for research and for preparing a decision; not a medical device"

INTEGER, NUMERIC, PERCENTAGE, CHARACTER = "integer", "numeric", "percentage", "character"
Pairs = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class _Row:
    """One row of a summarised result, before its number is written."""

    variable: str
    level: str | None
    name: str
    type: str
    value: Number | str
    strata: Pairs = field(default_factory=dict)
    additional: Pairs = field(default_factory=dict)


def summarised_result(summary: Summary, database: str) -> str:
    """Return the summarised result of a protected summary as CSV, its settings as the last rows.

    Parameters
    ----------
    summary : Summary
        As `protection.protected` returns it.
    database : str
        Name of the database, the column ``cdm_name``.
    """
    cohort = find_cohorts(summary)[0]
    parts = [(kind, list(rows)) for kind, rows in _parts(summary)]
    numbered = [(number, kind, rows) for number, (kind, rows) in enumerate(((k, r) for k, r in parts if r), start=1)]
    lines = [
        line for number, _, rows in numbered for line in _lines(number, rows, level_text(database), cohort, summary)
    ]
    settings = [line for number, kind, rows in numbered for line in _settings(number, kind, rows, cohort, summary)]
    return as_machine_csv(RESULT_COLUMNS, [*lines, *settings], empty="NA")


def cohort_definitions(summary: Summary) -> str:
    """Return the rows of the CDM's table ``cohort_definition`` as CSV."""
    rows = (
        (cohort.id, cohort.title, cohort.description, NO_CONCEPT, cohort.syntax, NO_CONCEPT, None)
        for cohort in find_cohorts(summary)
    )
    return as_machine_csv(DEFINITION_COLUMNS, rows)


def _parts(summary: Summary) -> Iterator[tuple[str, Iterable[_Row]]]:
    yield "summarise_cohort_count", _count_rows(summary)
    yield "summarise_cohort_attrition", _attrition_rows(summary.attrition)
    yield "summarise_characteristics", _characteristic_rows(summary)
    yield "abate_standardised_differences", _difference_rows(summary)
    yield "abate_estimates", (row for estimate in summary.estimates for row in estimate_rows(estimate, {}))
    yield "abate_sensitivity", _sensitivity_rows(summary)


def _lines(
    number: int, rows: Sequence[_Row], database: str, cohort: CohortDefinition, summary: Summary
) -> Iterator[list[Cell]]:
    for row in rows:
        yield [
            number, database, "cohort_name", cohort.name, *_pair(row.strata), row.variable, row.level, row.name, row.type,
            _value(row, summary.smallest), *_pair(row.additional),
        ]  # fmt: skip


def _pair(pairs: Pairs) -> tuple[str, str]:
    if not pairs:
        return OVERALL, OVERALL
    return SEPARATOR.join(pairs), SEPARATOR.join(pairs.values())


def _value(row: _Row, smallest: int | None) -> str:
    if row.value is Hidden.SMALL and "count" in row.name:
        return f"<{smallest}"
    if isinstance(row.value, Hidden):
        return LINKED
    if isinstance(row.value, str):
        return row.value
    return str(int(row.value)) if row.type == INTEGER else number_text(row.value)


def _settings(
    number: int, kind: str, rows: Sequence[_Row], cohort: CohortDefinition, summary: Summary
) -> Iterator[list[Cell]]:
    """Return the settings of one kind of result: the usual ones in the usual order, then those of abate."""
    found = summary.provenance
    settings = {
        "result_type": kind,
        "package_name": "abate",
        "package_version": found.abate_version,
        "group": "cohort_name",
        "strata": SEPARATOR.join(dict.fromkeys(name for row in rows for name in row.strata)),
        "additional": SEPARATOR.join(dict.fromkeys(name for row in rows for name in row.additional)),
        "min_cell_count": str(summary.smallest),
        "cohort_definition_id": str(cohort.id),
        "data_fingerprint": found.data_fingerprint,
        "intended_use": NOTICE,
        "is_simulated": str(found.is_simulated).lower(),
        "results_schema": RESULTS_SCHEMA,
        "study_hash": found.study_hash,
        "study_title": level_text(summary.study.title),
        "table_name": "cohort",
    }
    for name, value in settings.items():
        yield [
            number, None, OVERALL, OVERALL, OVERALL, OVERALL, "settings", None, name, CHARACTER, value, OVERALL, OVERALL,
        ]  # fmt: skip


def _count_rows(summary: Summary) -> Iterator[_Row]:
    for variable, id in (("Number records", "courses.n"), ("Number subjects", "persons.n")):
        for estimate in summary.estimates:
            if estimate.id == id and "value" in estimate.numbers:
                yield _Row(variable=variable, level=None, name="count", type=INTEGER, value=estimate.numbers["value"])


_ATTRITION = {
    "number_records": "courses",
    "number_subjects": "persons",
    "excluded_records": "courses_lost",
    "excluded_subjects": "persons_lost",
}


def _attrition_rows(steps: Sequence[StepNumbers]) -> Iterator[_Row]:
    """Return the rules that the study asks; of a rule whose count left is hidden, everything is."""
    for place, step in enumerate((step for step in steps if step.is_asked), start=1):
        strata, additional = {"reason": level_text(step.rule)}, {"reason_id": str(place)}
        for variable, name in _ATTRITION.items():
            yield _Row(variable=variable, level=None, name="count", type=INTEGER, value=step.numbers[name],
                       strata=strata, additional=additional)  # fmt: skip


_GROUPS: Mapping[str, Pairs] = {
    "overall": {},
    "responders": {"response": "responder"},
    "non_responders": {"response": "non-responder"},
    "not_evaluable": {"response": "not evaluable"},
}
#: Names that the tools know; every other variable keeps its own.
_VARIABLES = {COURSES: "Number records", PERSONS: "Number subjects", "Age, years": "Age"}
_LEVELS = {("Sex", "female"): "Female", ("Sex", "male"): "Male"}


def _characteristic_rows(summary: Summary) -> Iterator[_Row]:
    for cell in summary.characteristics:
        for name, type, value in _statistics(cell.numbers):
            yield _Row(variable=_variable(cell.variable), level=_level(cell), name=name, type=type, value=value,
                       strata=_GROUPS[cell.group])  # fmt: skip
    for missing in summary.missing:
        yield _Row(variable=_variable(missing.variable), level=None, name="count_missing", type=INTEGER,
                   value=missing.numbers["missing"], strata=_GROUPS[missing.group])  # fmt: skip


def _variable(name: str) -> str:
    return level_text(_VARIABLES.get(name, name))


def _level(cell: CharacteristicNumbers) -> str | None:
    if cell.level is None:
        return None
    return level_text(_LEVELS.get((cell.variable, cell.level), cell.level))


def _statistics(numbers: Numbers) -> Iterator[tuple[str, str, Number]]:
    for name, number in numbers.items():
        if name == "known":
            continue
        yield name, INTEGER if name == "count" else NUMERIC, number
    if "known" in numbers:
        yield "percentage", PERCENTAGE, _percentage(numbers["count"], numbers["known"])


def _percentage(count: Number, known: Number) -> Number:
    if isinstance(count, Hidden) or isinstance(known, Hidden):
        return Hidden.LINKED
    return 100 * count / known


def _difference_rows(summary: Summary) -> Iterator[_Row]:
    for row in summary.differences:
        yield _Row(variable=_variable(row.variable), level=None, name="smd", type=NUMERIC, value=row.numbers["smd"])


def _sensitivity_rows(summary: Summary) -> Iterator[_Row]:
    for row in summary.sensitivity:
        strata = {"sensitivity_id": level_text(row.id), "change_of_rule": level_text(row.change_of_rule)}
        for estimate in row.estimates:
            yield from estimate_rows(estimate, strata)


def estimate_rows(estimate: EstimateNumbers, strata: Pairs) -> Iterator[_Row]:
    """Return the rows of one estimate: its value and interval, its counts, and why there is none.

    The variable is the id of the estimate, its level the quantity in words; unit and method stand in the additional pair.
    """
    part = {} if estimate.part is None else {"part_of_courses": level_text(estimate.part)}
    additional = {"unit": level_text(estimate.unit or "1"), "method": level_text(estimate.method or "none")}
    for name, type, value in (*_value_rows(estimate), *_size_rows(estimate), *_reason_rows(estimate)):
        yield _Row(variable=level_text(estimate.id), level=level_text(estimate.quantity), name=name, type=type, value=value,
                   strata={**strata, **part}, additional=additional)  # fmt: skip


def _value_rows(estimate: EstimateNumbers) -> Iterator[tuple[str, str, Number]]:
    numbers, kind = estimate.numbers, estimate.kind
    if "value" in numbers:
        if kind is Kind.COUNT:
            yield "count", INTEGER, numbers["value"]
        elif kind is Kind.SHARE:
            yield "percentage", PERCENTAGE, _per_cent(numbers["value"])
        else:
            yield kind.value, NUMERIC, numbers["value"]
    name = "percentage" if kind is Kind.SHARE else kind.value
    for end in ("lower", "upper"):
        if end in numbers:
            bound = _per_cent(numbers[end]) if kind is Kind.SHARE else numbers[end]
            yield f"{name}_{end}", PERCENTAGE if kind is Kind.SHARE else NUMERIC, bound
    if estimate.level is not None:
        yield "confidence_level", "proportion", estimate.level
    for statistic in ("sd", "standard_error", "p_value"):
        if statistic in numbers:
            yield statistic, NUMERIC, numbers[statistic]


def _per_cent(share: Number) -> Number:
    """Return a share as a percentage; rounding must not carry it beyond 100."""
    return share if isinstance(share, Hidden) else min(100.0, max(0.0, 100.0 * share))


def _size_rows(estimate: EstimateNumbers) -> Iterator[tuple[str, str, Number]]:
    numbers = estimate.numbers
    if estimate.kind is Kind.SHARE:
        counts = {"numerator": "count", "denominator": "denominator_count"}
    elif estimate.kind is Kind.RATE:
        counts = {"numerator": "outcome_count"}
        if "denominator" in numbers:
            yield "infusion_days", NUMERIC, numbers["denominator"]
    else:
        counts = {}
    for name, called in {**counts, "n": "record_count", "person_count": "subject_count"}.items():
        if name in numbers:
            yield called, INTEGER, numbers[name]


def _reason_rows(estimate: EstimateNumbers) -> Iterator[tuple[str, str, str]]:
    if estimate.reason is not None:
        yield "reason", CHARACTER, level_text(estimate.reason)
