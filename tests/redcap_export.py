"""A writer of raw REDCap exports for tests: rows as REDCap lays them out, whatever abate makes of them."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

#: The columns of an export of the project, in the order of its dictionary, with those that REDCap adds. Written out here, not
#: taken from abate, so that a field that changes its name is missed.
FORMS: Mapping[str, Sequence[str]] = {
    "patient": ("pt_sex", "pt_birth_date", "pt_birth_year", "pt_site"),
    "history": ("hx_ingredient", "hx_class", "hx_role", "hx_start", "hx_outcome", "hx_end", "hx_dose_mg_day"),
    "course": (
        "crs_treatment", "crs_setting", "crs_admission", "crs_start", "crs_end", "crs_discharge", "crs_weight_kg", "crs_total_mg",
        "crs_first_rate_mg_h", "crs_max_rate_mg_h", "crs_end_reason", "crs_ae_looked_for",
    ),
    "daily_ratings": ("rt_date", "rt_clock", "rt_when", "rt_scale", "rt_value"),
    "adverse_events": (
        "ae_term", "ae_onset", "ae_grade", "ae_serious", "ae_related",
        *(f"ae_action___{number}" for number in range(1, 7)),
    ),
    "follow_up": ("fu_date", "fu_clock", "fu_occasion", "fu_contact", "fu_for_condition", "fu_scale", "fu_value"),
}  # fmt: skip
COLUMNS = tuple(column for form, fields in FORMS.items() for column in (*fields, f"{form}_complete"))


def row(record: Any, form: str = "", instance: Any = "", event: str | None = None, **cells: Any) -> dict[str, Any]:
    """Return one row: of a repeating instrument where ``form`` is given, else the base row of a record."""
    made = {"record_id": record, "redcap_repeat_instrument": form, "redcap_repeat_instance": instance, **cells}
    if event is not None:
        made["redcap_event_name"] = event
    own = form or "patient"
    # REDCap writes 0 for every box that is not ticked, and for forms that nobody has completed.
    boxes = {c: 0 for c in FORMS[own] if "___" in c} if own in FORMS else {}
    return {**boxes, f"{own}_complete": 2, **made}


def write_export(path: Path, rows: Sequence[Mapping[str, Any]], columns: Sequence[str] = COLUMNS) -> Path:
    """Write rows as REDCap's raw CSV; ``redcap_event_name`` stands there where a row has one."""
    is_longitudinal = any("redcap_event_name" in row for row in rows)
    system = ["redcap_event_name"] if is_longitudinal else []
    headings = ["record_id", *system, "redcap_repeat_instrument", "redcap_repeat_instance", *columns]
    headings += sorted({name for row in rows for name in row} - set(headings) - {f"{f}_complete" for f in FORMS})
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, headings, restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows([{name: as_text(value) for name, value in row.items()} for row in rows])
    return path


def as_text(value: Any) -> Any:
    """Return a value as REDCap writes it: dates as 2024-03-01, times as 2024-03-01 08:00."""
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return value.isoformat() if isinstance(value, dt.date) else value
