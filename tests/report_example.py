"""A made-up study result for tests of the report: courses drawn by chance, estimates by the package from their rows.

Nothing here is a patient's. Attrition, findings and sensitivity are written by hand.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from abate.contracts.course_tables import DOSES
from abate.contracts.definition import Study
from abate.contracts.outcome import DAILY, HARM, outcomes_table
from abate.contracts.result import (
    AttritionStep,
    Estimate,
    FindingCount,
    Provenance,
    SensitivityRow,
    StudyResult,
    TreatmentWay,
)
from abate.contracts.schema import ColumnType, Table
from abate.inference.columns import eligible_courses
from abate.inference.days import count_days
from abate.inference.estimate import describe_characteristics, estimate_study
from abate.inference.failed import estimate_failed
from abate.inference.periods import count_periods
from abate.study.explain import explain
from abate.study.provenance import study_as_data
from abate.study.read import read_study

_ARROW = {
    ColumnType.ID: pa.int64(),
    ColumnType.TEXT: pa.string(),
    ColumnType.INTEGER: pa.int64(),
    ColumnType.NUMBER: pa.float64(),
    ColumnType.TIME: pa.timestamp("us"),
    ColumnType.DATE: pa.date32(),
    ColumnType.BOOLEAN: pa.bool_(),
}
_MIDNIGHT = dt.datetime(2024, 3, 4)
_TERMS = {"hallucination": 0.21, "nausea": 0.15, "dizziness": 0.11, "blurred_vision": 0.08, "tachycardia": 0.02}


def example_study(**changes: Any) -> Study:
    """The migraine study with few terms of harm; ``changes`` replace whole sections or the title."""
    data = study_as_data(read_study("ketamine-migraine"))
    data["events"] = {"window": ["0h", "end+24h"], "terms": {term: {"snomed": ["1"]} for term in (*_TERMS, "seizure")}}
    data |= changes
    return Study.model_validate({key: value for key, value in data.items() if value is not None})


def example_result(courses: int = 61, seed: int = 61, study: Study | None = None, **changes: Any) -> StudyResult:
    """A result with so many courses, one a person; keyword arguments as `simulate_rows` takes them."""
    study = study or example_study()
    return result_of_rows(study, simulate_rows(study, courses, seed, **changes))


def result_of_rows(study: Study, rows: dict[str, pa.Table], **changes: Any) -> StudyResult:
    """The result that a run would make of these rows; ``changes`` replace whole fields."""
    estimates = estimate_study(study, rows["outcomes"], rows["daily"], rows["harm"])
    result = StudyResult(
        study=study_as_data(study),
        explanation=explain(study),
        estimates=estimates,
        attrition=_attrition(rows["outcomes"].num_rows),
        characteristics=describe_characteristics(study, rows["outcomes"]),
        findings=(
            FindingCount(table="drug_exposure", rule="no rule gave a rate", action="kept", count=11),
            FindingCount(table="measurement", rule="rating outside its scale", action="dropped", count=3),
        ),
        sensitivity=_sensitivity({estimate.id: estimate for estimate in estimates}),
        days=count_days(study, rows["outcomes"], rows["daily"]),
        periods=count_periods(study, eligible_courses(study, rows["outcomes"])),
        provenance=Provenance(
            abate_version="0.1.0",
            study_hash="4f1c92a0" * 8,
            data_fingerprint="91b30c55" * 8,
            source_kind="OMOP CDM",
            source_details={"CDM version": "5.4"},
            versions={"abate": "0.1.0", "duckdb": "1.5.6", "numpy": "2.3.5"},
            is_simulated=True,
        ),
        **rows,
    )
    return replace(result, **changes)


#: Names that would break a page, a file or a spreadsheet that took them for more than text.
HOSTILE = (
    "<script>alert(1)</script>",
    "\"'&{{7*7}}{% x %}",
    "\u202etxt.exe \u05e9\u05dc\u05d5\u05dd",
    "x" * 300,
    "\U0001f600 na\u00efve",
    "=1+1",
    "</svg><img src=x onerror=alert(1)>",
    "</style></title><script>alert(2)</script>",
)


def hostile_result() -> StudyResult:
    """A study whose title, treatment, condition, classes, terms and findings are hostile, with characters nobody can see."""
    base = study_as_data(read_study("ketamine-migraine"))
    study = example_study(
        title=f"{HOSTILE[7]}\x00\x07{''.join(HOSTILE)}"[:290],
        treatment={**base["treatment"], "name": " ".join(HOSTILE[:3])},
        condition={**base["condition"], "name": f"{HOSTILE[6]} {HOSTILE[2]}"},
        events={"window": ["0h", "end+24h"], "terms": {}},
    )
    rows = simulate_rows(study, 61, 61)
    events = [{**event, "term": HOSTILE[place % len(HOSTILE)]} for place, event in enumerate(rows["harm"].to_pylist())]
    rows["harm"] = pa.Table.from_pylist(events, schema=rows["harm"].schema)
    findings = tuple(FindingCount(table="t", rule=f"{name}\x1b\tand", action="dropped", count=1) for name in HOSTILE)
    result = result_of_rows(study, rows, findings=findings)
    ways = tuple(
        TreatmentWay(step=1, drug_class=name, next_class=None, course_count=7, skipped_count=0) for name in HOSTILE
    )
    return replace(result, estimates=[*result.estimates, *_failed_classes(study, rows["outcomes"])], ways=ways)


def _failed_classes(study: Study, outcomes: pa.Table) -> Sequence[Estimate]:
    """Every hostile name as a class of drugs that had failed before every course."""
    courses = outcomes["course_id"].to_pylist()
    rows = [(course, name) for name in HOSTILE for course in courses]
    flags = ("has_failed", "no_effect", "not_tolerated", "contraindicated", "inferred", "fair", "may_be_fair", "may_have_failed")  # fmt: skip
    table = pa.table(
        {
            "course_id": [course for course, _ in rows],
            "role": ["preventive"] * len(rows),
            "drug_class": [name for _, name in rows],
            **{flag: [flag == "has_failed"] * len(rows) for flag in flags},
        }
    )
    return estimate_failed(eligible_courses(study, outcomes), table)


def large_result(courses: int = 60_000) -> StudyResult:
    """A study of so many courses: 600 of them drawn by chance, and copies of these as other persons."""
    drawn = 600
    study = example_study()
    rows = simulate_rows(study, drawn, 61)
    return result_of_rows(
        study, {name: _repeated(table, courses // drawn, apart=drawn) for name, table in rows.items()}
    )


def _repeated(table: pa.Table, times: int, *, apart: int) -> pa.Table:
    keys = [name for name in ("course_id", "person_id") if name in table.column_names]
    copies = []
    for place in range(times):
        copy = table
        for key in keys:
            moved = pc.add(table[key], place * apart)
            copy = copy.set_column(copy.column_names.index(key), key, moved)
        copies.append(copy)
    return pa.concat_tables(copies).combine_chunks()


def without(result: StudyResult, *prefixes: str) -> StudyResult:
    """The result without the estimates whose ids begin so."""
    return replace(result, estimates=[e for e in result.estimates if not e.id.startswith(prefixes)])


def with_estimates(result: StudyResult, *estimates: Estimate) -> StudyResult:
    """The result with these estimates in place of those of the same id."""
    ids = {estimate.id for estimate in estimates}
    return replace(result, estimates=[*(e for e in result.estimates if e.id not in ids), *estimates])


def simulate_rows(study: Study, courses: int, seed: int, *, responders: float = 0.76, finals: float = 0.95, rated: bool = True,
                  harm_recorded: bool = True) -> dict[str, pa.Table]:  # fmt: skip
    """Rows of ``outcomes``, ``daily``, ``harm`` and ``doses``; shares say how many respond and have a final rating."""
    draw = np.random.default_rng(seed)
    outcomes: list[dict[str, Any]] = []
    daily: list[dict[str, Any]] = []
    harm: list[dict[str, Any]] = []
    doses: list[dict[str, Any]] = []
    for number in range(1, courses + 1):
        course = _course(study, number, draw, responders, finals, rated)
        events = _events(number, course, draw) if harm_recorded else []
        doses += course.pop("_doses")
        daily += course.pop("_daily")
        if harm_recorded and study.events is not None:
            course |= {f"event_{term}": sum(e["term"] == term for e in events) for term in study.events.terms}
            course |= {"event_count": len(events), "event_any": bool(events), "event_serious": False}
            course["event_worst_grade"] = max((e["grade"] for e in events), default=None)
            harm += events
        outcomes.append(course)
    return {
        "outcomes": _table(outcomes_table(study), outcomes),
        "daily": _table(DAILY, daily),
        "harm": _table(HARM, harm),
        "doses": _table(DOSES, doses),
    }


def _course(
    study: Study, number: int, draw: np.random.Generator, responders: float, finals: float, rated: bool
) -> dict[str, Any]:
    days = int(draw.choice([3, 4, 5, 6, 7], p=[0.11, 0.19, 0.35, 0.24, 0.11]))
    start = _MIDNIGHT + dt.timedelta(days=int(draw.integers(0, 300)), hours=int(draw.integers(8, 18)))
    end = start.replace(hour=9) + dt.timedelta(days=days)
    baseline = float(draw.choice([5, 6, 7, 8, 9, 10], p=[0.04, 0.2, 0.36, 0.17, 0.16, 0.07]))
    responds = draw.random() < responders
    depth = (baseline - max(0.0, float(draw.integers(0, 4)))) if responds else float(draw.integers(-1, 2))
    best_day = min(days, 4)
    values = {
        day: float(np.clip(baseline - depth * min(1, day / best_day) + 0.5 * draw.normal(), 0, 10))
        for day in range(1, days + 1)
    }
    kept = {day: round(value, 1) for day, value in values.items() if day == 1 or draw.random() < 0.96}
    final = float(np.clip(round(baseline - depth), 0, 10)) if draw.random() < finals else None
    course: dict[str, Any] = {
        "course_id": number, "person_id": number, "treatment": study.treatment.name, "course_number": 1, "is_eligible": True,
        "sex": "female" if draw.random() < 0.85 else "male", "age_years": float(np.clip(draw.normal(42, 12), 18, 89)),
        "setting": "inpatient", "weight_kg": float(draw.normal(78, 14)),
        "admission": start - dt.timedelta(hours=5), "start": start, "end": end, "discharge": end + dt.timedelta(hours=6),
        "length_days": (end - start).total_seconds() / 86400, "stay_days": (end - start).total_seconds() / 86400 + 0.46,
        "end_reason": "completed",
    }  # fmt: skip
    course |= _given(number, start, end, draw)
    course["dose_mg_per_kg"] = course["dose_total_mg"] / course["weight_kg"]
    course["_daily"] = []
    if not rated:
        nothing = "no rating in the window"
        return course | {"baseline_missing": nothing, "final_missing": nothing, "rating_count": 0, "rated_days": 0}
    course["_daily"] = [{"course_id": number, "day": 0, "value": baseline, "rating_count": 1}]
    course["_daily"] += [
        {"course_id": number, "day": day, "value": value, "rating_count": 3} for day, value in kept.items()
    ]
    course |= {"baseline": baseline, "baseline_rule": "window", "rating_count": 3 * len(kept), "rated_days": len(kept)}
    nadir = min(kept.values())
    tied = [day for day, value in kept.items() if value == nadir]
    course |= {"nadir": nadir, "nadir_day": tied[0], "nadir_ties": len(tied)}
    first = next((day for day, value in kept.items() if baseline - value >= 2), None)
    course |= {"first_response_hours": None if first is None else 24.0 * first - 8}
    if final is None:
        return course | {"final_missing": "no rating in the window"}
    course |= {
        "final": final,
        "final_rule": "window",
        "change": final - baseline,
        "change_percent": 100 * (final - baseline) / baseline,
    }
    course |= {f"response_{rule.id}": _meets(rule, baseline, final) for rule in study.response.rules}
    return course | _afterwards(study, baseline, course[f"response_{study.response.primary.id}"], draw)


def _meets(rule: Any, baseline: float, final: float) -> bool:
    if rule.kind == "points":
        return baseline - final >= rule.threshold
    return final <= (rule.threshold if rule.kind == "at_most" else baseline * (1 - rule.threshold / 100))


def _given(number: int, start: dt.datetime, end: dt.datetime, draw: np.random.Generator) -> dict[str, Any]:
    top = float(draw.choice([25, 35, 45, 55, 65, 85], p=[0.05, 0.1, 0.25, 0.3, 0.2, 0.1]))
    rows, rate, at = [], 10.0, start
    while at < end:
        until = min(end, at + dt.timedelta(hours=int(draw.integers(5, 9))))
        amount = rate * (until - at).total_seconds() / 3600
        rows.append(
            {
                "course_id": number,
                "start": at,
                "end": until,
                "rate_mg_h": rate,
                "amount_mg": amount,
                "basis": "rate in sig",
            }
        )
        rate, at = min(top, rate + 5), until + dt.timedelta(hours=4 * int(draw.random() < 0.01))
    hours = sum((row["end"] - row["start"]).total_seconds() for row in rows) / 3600
    total = sum(row["amount_mg"] for row in rows)
    return {
        "_doses": rows, "dose_count": len(rows), "bolus_count": 0, "dose_total_mg": total, "rate_first_mg_h": 10.0,
        "rate_max_mg_h": max(row["rate_mg_h"] for row in rows), "rate_mean_mg_h": total / hours, "running_hours": hours,
        "pause_hours": (end - start).total_seconds() / 3600 - hours, "pause_count": 0,
    }  # fmt: skip


def _events(number: int, course: dict[str, Any], draw: np.random.Generator) -> list[dict[str, Any]]:
    return [
        {"course_id": number, "term": term, "onset_hours": float(draw.integers(2, 60)), "grade": int(draw.choice([1, 2, 3], p=[0.7, 0.27, 0.03])),
         "serious": False, "related": True, "was_present_before": False}
        for term, share in _TERMS.items() if draw.random() < share
    ]  # fmt: skip


def _afterwards(study: Study, baseline: float, responded: bool, draw: np.random.Generator) -> dict[str, Any]:
    found: dict[str, Any] = {
        "followed_days": float(draw.integers(90, 400)),
        "return_days": float(draw.exponential(130)),
    }
    if found["return_days"] > found["followed_days"]:
        found["return_days"] = None
    for place, visit in enumerate(() if study.follow_up is None else study.follow_up.visits):
        if draw.random() > 0.85 - 0.2 * place:
            found[f"{visit}_missing"] = "no rating in the window"
            continue
        holds = draw.random() < (0.63 - 0.1 * place if responded else 0.1)
        found |= {f"{visit}_value": baseline - 4 * holds, f"{visit}_response": holds}
        found[f"{visit}_sustained"] = holds if responded else None
    return found


def _table(contract: Table, rows: list[dict[str, Any]]) -> pa.Table:
    return pa.table({c.name: pa.array([row.get(c.name) for row in rows], _ARROW[c.type]) for c in contract.columns})


def _attrition(courses: int) -> tuple[AttritionStep, ...]:
    rules = (
        ("recorded", "ketamine recorded by a route that counts", True, 3.5),
        ("condition", "a diagnosis of migraine before the first dose", True, 2.6),
        ("age", "the person was 18 to 89 years old at the first dose", True, 2.5),
        ("observed_before", "the person had been observed for 365 days before the first dose", True, 1.8),
        ("preventive", "at least 3 classes of preventive drugs had failed before the first dose", True, 1.3),
        ("acute", "at least 1 class of acute drugs had failed before the first dose", True, 1.2),
        ("length", "the course lasted from 24 hours to 14 days", True, 1.1),
        ("setting", "the course was given in a setting that counts", False, 1.1),
        ("first", "the first recorded course of the person", True, 1.0),
    )
    persons = [round(courses * times) for *_, times in rules]
    of_courses = [count + (count // 4 if place < 8 else 0) for place, count in enumerate(persons)]
    steps = []
    for place, (id, rule, is_asked, _) in enumerate(rules):
        lost, courses_lost = (0, 0) if place == 0 else (left[place - 1] - left[place] for left in (persons, of_courses))
        steps.append(AttritionStep(id=id, rule=rule, is_asked=is_asked, persons=persons[place], courses=of_courses[place],
                                   persons_lost=lost, courses_lost=courses_lost))  # fmt: skip
    return tuple(steps)


def _sensitivity(by_id: dict[str, Estimate]) -> tuple[SensitivityRow, ...]:
    ids = ("baseline.mean", "final.mean", "change.mean", "response.primary", "response.primary_missing_as_no")
    main = {id: by_id[id] for id in ids}
    return (
        SensitivityRow(id="main", change_of_rule="as declared", estimates=main, is_main=True),
        SensitivityRow(id="final.mean", change_of_rule="final: the mean of the ratings of the window", estimates=main),
        SensitivityRow(id="final.none", change_of_rule="final: none in any course", estimates={
            id: Estimate(id=id, quantity=main[id].quantity, value=None, n=0, reason="no course has a final rating") for id in ids
        }),
    )  # fmt: skip
