"""Made-up courses with ratings before them: outcomes, days and ratings as a run has them."""

import datetime as dt

import numpy as np
import pyarrow as pa

from abate.contracts.definition import Study

FIRST_DOSE = dt.datetime(2024, 6, 1, 10)
ADMISSION = dt.datetime(2024, 6, 1, 8)
BASELINE = dt.datetime(2024, 6, 1, 9)
DAY = dt.timedelta(days=1)
RATINGS = pa.schema(
    {"person_id": pa.int64(), "time": pa.timestamp("us"), "scale": pa.string(), "value": pa.float64(), "occasion": pa.string()}
)  # fmt: skip


def study(**sections):
    return Study.model_validate(
        {
            "title": "made up",
            "treatment": {"name": "ketamine"},
            "rating": {"scale": "nrs"},
            "response": {"primary": {"points": 2}, "also": [{"at_most": 3}]},
            "follow_up": {"visits": {"visit_1": ["14d", "60d"]}},
            **sections,
        }
    )


def course(id, *, person=None, first=8.0, final=5.0, days=5, treatment="ketamine", **more):
    return {
        "course_id": id, "person_id": person or id, "treatment": treatment, "is_eligible": True, "admission": ADMISSION, "start": FIRST_DOSE,
        "end": FIRST_DOSE + days * DAY, "discharge": FIRST_DOSE + days * DAY + dt.timedelta(hours=4), "end_reason": "completed",
        "baseline": first, "baseline_time": BASELINE, "final": final, "final_time": BASELINE + days * DAY, "visit_1_time": None, **more,
    }  # fmt: skip


def outcomes(rows):
    times = ("admission", "start", "end", "discharge", "baseline_time", "final_time", "visit_1_time")
    fields = {name: pa.timestamp("us") for name in times} | {"course_id": pa.int64(), "person_id": pa.int64()}
    fields |= {"treatment": pa.string(), "is_eligible": pa.bool_(), "end_reason": pa.string(), "baseline": pa.float64(), "final": pa.float64()}  # fmt: skip
    return pa.Table.from_pylist(rows, schema=pa.schema(fields))


def rating(person, days_before, value, occasion="diary", scale="nrs"):
    time = BASELINE - dt.timedelta(seconds=round(days_before * 86400))
    return {"person_id": person, "time": time, "scale": scale, "value": float(value), "occasion": occasion}


def ratings(rows):
    return pa.Table.from_pylist(rows, schema=RATINGS)


def daily(rows=()):
    fields = {"course_id": pa.int64(), "day": pa.int64(), "value": pa.float64(), "rating_count": pa.int64()}
    made = [{"course_id": id, "day": day, "value": float(value), "rating_count": 1} for id, day, value in rows]
    return pa.Table.from_pylist(made, schema=pa.schema(fields))


def attacks(count=60, *, seed=1, treated=0.0):
    """Courses whose person has pain of 6 to 9 on the days of attacks and none between them, admitted in an attack."""
    draw = np.random.default_rng(seed)
    made, rated = [], []
    while len(made) < count:
        begins = draw.random(61) < 0.15
        pain = np.where(begins | np.roll(begins, 1), draw.integers(6, 10, 61), 0)[1:]
        if pain[54] == 0:
            continue
        id = len(made) + 1
        made.append(course(id, first=float(pain[54]), final=float(max(pain[59] - treated, 0))))
        rated += [rating(id, 54 - day, pain[day]) for day in range(0, 54, 3)]
    return outcomes(made), ratings(rated)


def hospital(count=60, *, seed=1, treated=3.0, diary=10, visits=6, when_bad=False):
    """Courses whose person varies about 5 with spells of a week, admitted on a day at 7 or above; ``treated`` points are taken off."""
    draw = np.random.default_rng(seed)
    days = np.arange(-150, 8)
    made, rated = [], []
    while len(made) < count:
        spell = np.zeros(len(days))
        for place in range(1, len(days)):
            spell[place] = 0.87 * spell[place - 1] + draw.normal(0, 0.75)
        told = np.clip(np.round(draw.normal(5, 0.8) + spell + draw.normal(0, 0.5, len(days))), 0, 10)
        start = int(np.flatnonzero(days == 0)[0])
        if told[start] < 7:
            continue
        id = len(made) + 1
        final = float(np.clip(told[start + 5] - treated, 0, 10))
        made.append(course(id, first=float(told[start]), final=final))
        before = days[:start]
        if when_bad:
            # The worse the day the likelier a visit: how bad it is on the other days is not seen.
            seen = [
                day for day in before[before < -29] if draw.random() < 0.02 * np.exp(0.8 * (told[days == day][0] - 5))
            ]
        else:
            seen = list(draw.choice(before[before < -29], visits, replace=False))
        rated += [
            rating(id, -int(day), told[days == day][0], "unplanned visit" if when_bad else "planned visit")
            for day in seen
        ]
        noted = draw.choice(before[before >= -28], diary, replace=False) if diary else []
        rated += [rating(id, -int(day), told[days == day][0]) for day in noted]
    return outcomes(made), ratings(rated)
