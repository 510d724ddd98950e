"""What is true of each course, and what should a study see of it? The simulator's own answer, one row a course.

The rules are those of the study file's defaults, worked out here on their own: nothing of abate's outcomes is used.
Times are local wall-clock. The first dose is the start of a course, the end of its last dose its end.

- baseline: the last rating with admission <= t <= start; if there is none, the first with start < t <= discharge.
- final: the last rating with end - 24 h <= t <= discharge and t > start.
- course day of a rating with t > start: calendar days from the day of the first dose, which is day 1.
- daily value: mean of the day's ratings up to discharge. Nadir day: the first day with the lowest daily value.
- response: baseline - final >= 2. A rating missing in its window leaves what depends on it empty.
- final_nothing, final_hospital: what the same person would have said at the time of the final rating.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import asdict
from itertools import pairwise

import numpy as np
import pyarrow as pa

from abate.base.days import SECONDS_PER_DAY
from abate.engine.columns import empty_table, number_column, text_column
from abate.sources.simulated.care import Doses
from abate.sources.simulated.occasions import Ratings
from abate.sources.simulated.parameters import LONGEST_STAY_DAYS, HospitalParameters
from abate.sources.simulated.ratings import STOPPED
from abate.sources.simulated.roster import Role
from abate.sources.simulated.stays import Stays
from abate.sources.simulated.streams import Array

TRUTH_SCHEMA = "abate-truth/1"
RESPONSE_POINTS = 2
#: A course of the longest stay touches one calendar day more, and day numbers start at 1.
_DAY_LIMIT = LONGEST_STAY_DAYS + 3
NONE = -1

TREATMENT_NAMES = {
    Role.KETAMINE: "ketamine",
    Role.LIDOCAINE: "lidocaine",
    Role.DIHYDROERGOTAMINE: "dihydroergotamine",
    Role.WARD: "ward without infusion",
    Role.HOME: "home",
}

#: Columns of the table of stays; the truth file holds those of TRUTH_COLUMNS, for courses of the main treatment.
STAY_SCHEMA = pa.schema(
    [
        ("course_id", pa.string()),
        ("person_id", pa.int64()),
        ("treatment", pa.string()),
        ("admission", pa.timestamp("us")),
        ("start", pa.timestamp("us")),
        ("end", pa.timestamp("us")),
        ("discharge", pa.timestamp("us")),
        ("stopped_for_adverse_event", pa.bool_()),
        ("baseline", pa.int64()),
        ("final", pa.int64()),
        ("final_nothing", pa.int64()),
        ("final_hospital", pa.int64()),
        ("nadir_day", pa.int64()),
        ("length_days", pa.float64()),
        ("total_dose_mg", pa.float64()),
        ("response", pa.bool_()),
    ]
)
TRUTH_COLUMNS = (
    "course_id", "person_id", "baseline", "final", "final_nothing", "final_hospital",
    "nadir_day", "length_days", "total_dose_mg", "response",
)  # fmt: skip


def describe_stays(stays: Stays, ratings: Ratings, doses: Doses) -> pa.Table:
    """Return one row a stay, with what was observed and what would have been.

    Parameters
    ----------
    stays : Stays
        The stays; start and end are those of the doses where there are any.
    ratings : Ratings
        Every recorded rating, ordered by stay and time.
    doses : Doses
        Every dose.

    Returns
    -------
    table with the columns of STAY_SCHEMA
    """
    baseline = _baseline_rows(stays, ratings)
    final = _final_rows(stays, ratings)
    has_both = (baseline != NONE) & (final != NONE)
    response = _at(ratings.value, baseline) - _at(ratings.value, final) >= RESPONSE_POINTS
    treatment = [TREATMENT_NAMES[Role(role)] for role in stays.role.tolist()]
    nadir_day = _nadir_days(stays, ratings)
    columns = {
        "course_id": text_column(_course_ids(stays, treatment)),
        "person_id": number_column(stays.person_id, pa.int64()),
        "treatment": text_column(treatment),
        "admission": _time_column(stays.admission),
        "start": _time_column(stays.start),
        "end": _time_column(stays.end),
        "discharge": _time_column(stays.discharge),
        "stopped_for_adverse_event": number_column(stays.reason == STOPPED, pa.bool_()),
        "baseline": _points(ratings.value, baseline),
        "final": _points(ratings.value, final),
        "final_nothing": _points(ratings.nothing, final),
        "final_hospital": _points(ratings.hospital, final),
        "nadir_day": number_column(nadir_day, pa.int64(), nadir_day == NONE),
        "length_days": number_column((stays.end - stays.start) / SECONDS_PER_DAY, pa.float64()),
        "total_dose_mg": _total_doses(stays, doses),
        "response": number_column(response, pa.bool_(), ~has_both),
    }
    return pa.Table.from_arrays([columns[field.name] for field in STAY_SCHEMA], schema=STAY_SCHEMA)


# ---- the rules -------------------------------------------------------------------------------------------------


def _baseline_rows(stays: Stays, ratings: Ratings) -> Array:
    """Return the row of each stay's baseline among the ratings, or NONE."""
    time, stay = ratings.time, ratings.stay
    before = _last_row((stays.admission[stay] <= time) & (time <= stays.start[stay]), stay, stays.count)
    during = _first_row((stays.start[stay] < time) & (time <= stays.discharge[stay]), stay, stays.count)
    return np.where(before != NONE, before, during)


def _final_rows(stays: Stays, ratings: Ratings) -> Array:
    """Return the row of each stay's final rating among the ratings, or NONE."""
    time, stay = ratings.time, ratings.stay
    is_late = (stays.end[stay] - SECONDS_PER_DAY <= time) & (time <= stays.discharge[stay])
    return _last_row(is_late & (time > stays.start[stay]), stay, stays.count)


def _last_row(mask: Array, stay: Array, count: int) -> Array:
    rows = np.full(count, NONE)
    chosen = np.flatnonzero(mask)
    np.maximum.at(rows, stay[chosen], chosen)
    return rows


def _first_row(mask: Array, stay: Array, count: int) -> Array:
    rows = np.full(count, mask.size)
    chosen = np.flatnonzero(mask)
    np.minimum.at(rows, stay[chosen], chosen)
    return np.where(rows == mask.size, NONE, rows)


def _nadir_days(stays: Stays, ratings: Ratings) -> Array:
    """Return the first course day with the lowest daily value, or NONE where there is no rating in the course."""
    in_course = (ratings.time > stays.start[ratings.stay]) & (ratings.time <= stays.discharge[ratings.stay])
    stay, time = ratings.stay[in_course], ratings.time[in_course]
    day = time // SECONDS_PER_DAY - stays.start[stay] // SECONDS_PER_DAY + 1
    cell = stay * _DAY_LIMIT + day
    size = stays.count * _DAY_LIMIT
    rating_count = np.bincount(cell, minlength=size).reshape(stays.count, _DAY_LIMIT)
    total = np.bincount(cell, weights=ratings.value[in_course], minlength=size).reshape(stays.count, _DAY_LIMIT)
    daily = np.where(rating_count > 0, total / np.maximum(rating_count, 1), np.inf)
    return np.where(rating_count.any(axis=1), daily.argmin(axis=1), NONE)


def _total_doses(stays: Stays, doses: Doses) -> pa.Array:
    """Return each course's total dose, mg; none without a dose. Summed exactly, so that no order of adding shows."""
    edges = np.searchsorted(doses.stay, np.arange(stays.count + 1))
    amounts = doses.amount_mg.tolist()
    totals = [math.fsum(amounts[low:high]) for low, high in pairwise(edges)]
    return number_column(np.array(totals), pa.float64(), edges[1:] == edges[:-1])


def _course_ids(stays: Stays, treatment: list[str]) -> list[str]:
    """Return ids such as ``1042:ketamine:1``; a course's number counts the person's courses of one treatment."""
    seen: dict[tuple[int, str], int] = {}
    ids = []
    for key in zip(stays.person_id.tolist(), treatment, strict=True):
        seen[key] = seen.get(key, 0) + 1
        ids.append(f"{key[0]}:{key[1]}:{seen[key]}")
    return ids


def _at(values: Array, rows: Array) -> Array:
    return values[np.maximum(rows, 0)] if values.size else np.zeros(rows.size)


def _points(values: Array, rows: Array) -> pa.Array:
    return number_column(_at(values, rows), pa.int64(), rows == NONE)


def _time_column(seconds: Array) -> pa.Array:
    return number_column(seconds * 1_000_000, pa.timestamp("us"))


# ---- what the fall is made of ----------------------------------------------------------------------------------


def say_what_the_fall_is(courses: pa.Table) -> str:
    """Return one line that splits the mean fall into its true parts: what no study of real records can see.

    Parameters
    ----------
    courses : table
        From ``courses_of``; those count that have both a baseline and a final rating.
    """
    names = ("baseline", "final_nothing", "final_hospital", "final")
    rows = [row for row in courses.select(list(names)).to_pylist() if None not in row.values()]
    if not rows:
        return "No simulated course has both a baseline and a final rating."
    baseline, nothing, hospital, final = (sum(row[name] for row in rows) / len(rows) for name in names)
    return (
        f"Known only because it is simulated: of the mean fall of {baseline - final:.1f} points in {len(rows)} courses, "
        f"{baseline - nothing:.1f} would have come with nothing done, {nothing - hospital:.1f} came of being in hospital, "
        f"and {hospital - final:.1f} of the infusion."
    )


# ---- the file --------------------------------------------------------------------------------------------------


def courses_of(stays: Iterable[pa.Table]) -> pa.Table:
    """Return the stays with a course of the main treatment, by course id."""
    table = pa.concat_tables([empty_table(STAY_SCHEMA), *stays])
    is_main = [treatment == TREATMENT_NAMES[Role.KETAMINE] for treatment in table["treatment"].to_pylist()]
    return table.filter(number_column(np.array(is_main, dtype=bool), pa.bool_())).sort_by("course_id")


def render_truth(courses: pa.Table, parameters: HospitalParameters, seed: int) -> str:
    """Return the text of ``truth.json``: the same bytes for the same hospital."""
    plain = asdict(parameters)
    set_name = plain.pop("set_name")
    head = {"schema": TRUTH_SCHEMA, "seed": seed, "set": set_name, "parameters": plain}
    opening = json.dumps(head, indent=1)[:-2]
    rows = ",\n  ".join(json.dumps(row) for row in courses.select(list(TRUTH_COLUMNS)).to_pylist())
    return f'{opening},\n "courses": [\n  {rows}\n ]\n}}\n' if rows else f'{opening},\n "courses": []\n}}\n'
