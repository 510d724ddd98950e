"""What is a run in the form of the HADES packages? A CSV a table, and one that specifies every column of them.

Tables of other packages are used where the results fit them (``cg_``: CohortGenerator; ``database_meta_data``: Strategus); the
others begin with ``abate_``. A small count stands as minus the smallest that is shown; a number that is hidden because it would
give one away is empty. Where a table of another package demands such a number, its row is left out.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path

from abate.contracts.result import RESULTS_SCHEMA
from abate.report.exports.cohorts import STUDIED, find_cohorts
from abate.report.exports.machine_csv import Cell, as_machine_csv, level_text
from abate.report.exports.omop import NOTICE
from abate.report.exports.summary import EstimateNumbers, Hidden, Kind, Number, StepNumbers, Summary

#: Version of an export; raised whenever a reader of an older one would misread the new one.
EXPORT_SCHEMA = "abate-export/1"
SPECIFICATION_FILE = "resultsDataModelSpecification.csv"
_SPECIFICATION = Path(__file__).with_name("hades_tables.csv")
#: Id, in ``abate_estimate``, of what is no row of the sensitivity table.
OF_THE_STUDY = "study"

Row = Mapping[str, Cell]


def hades_files(summary: Summary, database: str) -> dict[str, str]:
    """Return every file of the export by name, the specification among them.

    Parameters
    ----------
    summary : Summary
        As `protection.protected` returns it.
    database : str
        Name of the database; ``database_id`` in every table.
    """
    written = {name: [dict(row) for row in make(summary)] for name, make in _TABLES.items()}
    files = {f"{name}.csv": _as_csv(name, rows, level_text(database)) for name, rows in written.items()}
    return {**files, SPECIFICATION_FILE: _SPECIFICATION.read_text(encoding="utf-8")}


@cache
def specification() -> tuple[Mapping[str, str], ...]:
    """Return the specification, a row a column of a table."""
    return tuple(csv.DictReader(io.StringIO(_SPECIFICATION.read_text(encoding="utf-8"))))


def _as_csv(table: str, rows: Iterable[Row], database: str) -> str:
    columns = [row for row in specification() if row["table_name"] == table]
    names = [column["column_name"] for column in columns]
    demanded = [column["column_name"] for column in columns if column["is_required"] == "Yes"]
    named = dict.fromkeys(("database_id", "cdm_source_name", "cdm_source_abbreviation"), database)
    whole = ({**named, **row} for row in rows)
    kept = [row for row in whole if all(row.get(name) is not None for name in demanded)]
    return as_machine_csv(names, ([row.get(name) for name in names] for row in kept))


def _shown(number: Number | None, summary: Summary) -> int | float | None:
    """Return a number as it may be written; minus the smallest count that is shown for a small one."""
    if number is Hidden.SMALL:
        return None if summary.smallest is None else -summary.smallest
    return None if isinstance(number, Hidden) else number


def _count(number: Number | None, summary: Summary) -> int | None:
    shown = _shown(number, summary)
    return None if shown is None else int(shown)


def _database_rows(summary: Summary) -> Iterable[Row]:
    details = summary.provenance.source_details
    yield {
        "source_description": level_text(summary.provenance.source_kind),
        "cdm_version": _if_there(details.get("CDM version")),
        "vocabulary_version": _if_there(details.get("vocabulary version")),
    }


def _if_there(text: str | None) -> str | None:
    return None if text is None else level_text(text)


def _definition_rows(summary: Summary) -> Iterable[Row]:
    for cohort in find_cohorts(summary):
        yield {
            "cohort_definition_id": cohort.id,
            "cohort_name": cohort.title,
            "description": cohort.description,
            "subset_parent": cohort.id,
            "is_subset": 0,
            "is_templated_cohort": 0,
        }


def _count_rows(summary: Summary) -> Iterable[Row]:
    values = {estimate.id: estimate.numbers.get("value") for estimate in summary.estimates}
    yield {
        "cohort_id": STUDIED,
        "cohort_entries": _count(values.get("courses.n"), summary),
        "cohort_subjects": _count(values.get("persons.n"), summary),
    }


def _rules(summary: Summary) -> list[StepNumbers]:
    """Return the rules that the study asks, after the first step, which asks nothing but the treatment."""
    return [step for step in summary.attrition[1:] if step.is_asked]


def _inclusion_rows(summary: Summary) -> Iterable[Row]:
    for place, step in enumerate(_rules(summary)):
        yield {
            "cohort_definition_id": STUDIED,
            "rule_sequence": place,
            "name": level_text(step.id),
            "description": level_text(step.rule),
        }


def _summary_rows(summary: Summary) -> Iterable[Row]:
    if not summary.attrition:
        return
    first, last = summary.attrition[0].numbers, summary.attrition[-1].numbers
    for mode, name in enumerate(("courses", "persons")):
        yield {
            "cohort_definition_id": STUDIED,
            "base_count": _count(first[name], summary),
            "final_count": _count(last[name], summary),
            "mode_id": mode,
        }


def _cohort_attrition_rows(summary: Summary) -> Iterable[Row]:
    for place, step in enumerate([*summary.attrition[:1], *_rules(summary)], start=-1):
        yield {
            "cohort_definition_id": STUDIED,
            "mode_id": 1,
            "cohort_entry": int(place == -1),
            "rule_sequence": place,
            "person_count": _count(step.numbers["persons"], summary),
        }


def _run_rows(summary: Summary) -> Iterable[Row]:
    found = summary.provenance
    yield {
        "cohort_definition_id": STUDIED,
        "study_title": level_text(summary.study.title),
        "study_hash": found.study_hash,
        "study_json": find_cohorts(summary)[0].syntax,
        "data_fingerprint": found.data_fingerprint,
        "source_kind": level_text(found.source_kind),
        "is_simulated": int(found.is_simulated),
        "abate_version": level_text(found.abate_version),
        "results_schema": RESULTS_SCHEMA,
        "export_schema": EXPORT_SCHEMA,
        "min_cell_count": summary.smallest,
        "intended_use": NOTICE,
    }


def _attrition_rows(summary: Summary) -> Iterable[Row]:
    for place, step in enumerate(summary.attrition, start=1):
        yield {
            "cohort_definition_id": STUDIED,
            "step_number": place,
            "rule_id": level_text(step.id),
            "rule_description": level_text(step.rule),
            "is_asked": int(step.is_asked),
            "person_count": _count(step.numbers["persons"], summary),
            "record_count": _count(step.numbers["courses"], summary),
            "persons_lost": _count(step.numbers["persons_lost"], summary),
            "records_lost": _count(step.numbers["courses_lost"], summary),
        }


_STATISTICS = {
    "mean": "average_value",
    "sd": "standard_deviation",
    "median": "median_value",
    "q25": "p_25_value",
    "q75": "p_75_value",
}


def _characteristic_rows(summary: Summary) -> Iterable[Row]:
    for place, cell in enumerate(summary.characteristics, start=1):
        yield {
            "cohort_definition_id": STUDIED,
            "row_number": place,
            "group_name": cell.group,
            "variable_name": level_text(cell.variable),
            "variable_level": _if_there(cell.level),
            "count_value": _count(cell.numbers.get("count"), summary),
            "known_count": _count(cell.numbers.get("known"), summary),
            **{column: _shown(cell.numbers.get(name), summary) for name, column in _STATISTICS.items()},
        }


def _missing_rows(summary: Summary) -> Iterable[Row]:
    for row in summary.missing:
        yield {
            "cohort_definition_id": STUDIED,
            "variable_name": level_text(row.variable),
            "group_name": row.group,
            "missing_count": _count(row.numbers["missing"], summary),
        }


def _difference_rows(summary: Summary) -> Iterable[Row]:
    for row in summary.differences:
        yield {
            "cohort_definition_id": STUDIED,
            "variable_name": level_text(row.variable),
            "std_diff": _shown(row.numbers["smd"], summary),
        }


def _estimate_rows(summary: Summary) -> Iterable[Row]:
    for estimate in summary.estimates:
        yield _estimate_row(estimate, OF_THE_STUDY, summary)
    for row in summary.sensitivity:
        for estimate in row.estimates:
            yield _estimate_row(estimate, level_text(row.id), summary)


def _estimate_row(estimate: EstimateNumbers, sensitivity_id: str, summary: Summary) -> Row:
    numbers = {name: _shown(number, summary) for name, number in estimate.numbers.items()}
    is_rate = estimate.kind is Kind.RATE
    return {
        "cohort_definition_id": STUDIED,
        "sensitivity_id": sensitivity_id,
        "estimate_id": level_text(estimate.id),
        "estimate_kind": estimate.kind.value,
        "quantity": level_text(estimate.quantity),
        "part_of_courses": _if_there(estimate.part),
        "unit": level_text(estimate.unit or "1"),
        "method": level_text(estimate.method) if estimate.method else None,
        "estimate_value": numbers.get("value"),
        "lower_bound": numbers.get("lower"),
        "upper_bound": numbers.get("upper"),
        "interval_level": estimate.level,
        "record_count": numbers.get("n"),
        "person_count": numbers.get("person_count"),
        "numerator": numbers.get("numerator"),
        "denominator": None if is_rate else numbers.get("denominator"),
        "time_at_risk_days": numbers.get("denominator") if is_rate else None,
        "standard_error": numbers.get("standard_error"),
        "sd": numbers.get("sd"),
        "p_value": numbers.get("p_value"),
        "is_hidden": int(any(isinstance(number, Hidden) for number in estimate.numbers.values())),
        "reason": _if_there(estimate.reason),
    }


def _sensitivity_rows(summary: Summary) -> Iterable[Row]:
    for row in summary.sensitivity:
        yield {
            "cohort_definition_id": STUDIED,
            "sensitivity_id": level_text(row.id),
            "change_of_rule": level_text(row.change_of_rule),
            "is_main": int(row.is_main),
        }


_TABLES: Mapping[str, Callable[[Summary], Iterable[Row]]] = {
    "database_meta_data": _database_rows,
    "cg_cohort_definition": _definition_rows,
    "cg_cohort_count": _count_rows,
    "cg_cohort_inclusion": _inclusion_rows,
    "cg_cohort_summary_stats": _summary_rows,
    "cg_cohort_attrition": _cohort_attrition_rows,
    "abate_run": _run_rows,
    "abate_attrition": _attrition_rows,
    "abate_characteristic": _characteristic_rows,
    "abate_missing": _missing_rows,
    "abate_standardised_difference": _difference_rows,
    "abate_estimate": _estimate_rows,
    "abate_sensitivity": _sensitivity_rows,
}
