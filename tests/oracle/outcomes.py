"""A second program for `outcomes`, `daily` and `harm`: written from docs/outcomes.md in loops and exact fractions.

It is slow and plain on purpose, and shares nothing with the program that it checks but the study's model and its prose.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

from abate.contracts.clock import parse_moment
from abate.contracts.definition import ResponseRule, Study, WindowRule

Row = dict[str, Any]
Tables = Mapping[str, Sequence[Row] | None]
_SECOND, _DAY = timedelta(seconds=1), timedelta(days=1)
_UNITS = {"s": 1, "min": 60, "h": 3600, "d": 86400, "w": 604800}


@dataclass
class Found:
    """Rows of the three tables."""

    outcomes: list[Row] = field(default_factory=list)
    daily: list[Row] = field(default_factory=list)
    harm: list[Row] = field(default_factory=list)


@dataclass
class Stay:
    """One course with its stand-ins."""

    row: Row
    admission: datetime
    start: datetime
    end: datetime
    discharge: datetime

    def moment(self, text: str) -> datetime:
        anchor, length = re.fullmatch(r"\s*([a-z]{3,})?\s*(.*?)\s*", text).groups()
        return getattr(self, anchor or "start") + seconds_of(length)

    def window(self, opens: str, closes: str) -> tuple[datetime, datetime]:
        return self.moment(opens), self.moment(closes)


@dataclass
class Rating:
    """One person's rating at one second."""

    time: datetime
    value: Fraction


def find_outcomes(study: Study, tables: Tables, entry: Mapping[str, str | None]) -> Found:
    """Return all three tables; ``entry`` names the rule at which each course was lost, or None."""
    found = Found()
    for row in tables["courses"] or ():
        stay = stay_of(row)
        ratings = ratings_of(stay, study.rating.scale, tables["ratings"] or ())
        outcome = {**who(stay, tables["patients"], entry), **given(stay, tables["doses"])}
        days = daily(study, stay, ratings)
        pain = course_of_pain(study, stay, ratings, days)
        events = harm(study, stay, tables["events"])
        outcome |= {**pain, **counts_of_harm(study, events), **afterwards(study, stay, tables)}
        outcome |= visits(study, stay, ratings, pain, tables)
        found.outcomes.append(outcome)
        found.daily += [{"course_id": row["course_id"], **day} for day in days]
        found.harm += [{"course_id": row["course_id"], **event} for event in events or ()]
    return found


# ---------------------------------------------------------------- the course in time


def seconds_of(length: str) -> timedelta:
    match = re.fullmatch(r"([+-]?)\s*([\d.]+)\s*([a-z]+)", length)
    if match is None:
        return timedelta()
    return timedelta(seconds=(-1 if match[1] == "-" else 1) * float(match[2]) * _UNITS[match[3]])


def whole(time: datetime | None) -> datetime | None:
    return None if time is None else time.replace(microsecond=0)


def stay_of(row: Row) -> Stay:
    start = whole(row["start"])
    end = whole(row["end"]) or start
    return Stay(
        row=row,
        start=start,
        end=end,
        admission=whole(row["admission"]) or start - _DAY,
        discharge=whole(row["discharge"]) or end + _DAY,
    )


def who(stay: Stay, patients: Sequence[Row] | None, entry: Mapping[str, str | None]) -> Row:
    row = stay.row
    person = next((p for p in patients or () if p["person_id"] == row["person_id"]), {})
    age = None
    if person.get("birth_date") is not None:
        midnight = datetime.combine(person["birth_date"], datetime.min.time())
        age = (stay.start - midnight) / timedelta(days=365.25)
    elif person.get("birth_year") is not None:
        age = float(stay.start.year - person["birth_year"])
    length = None if row["end"] is None else (stay.end - stay.start) / _DAY
    is_whole = row["admission"] is not None and row["discharge"] is not None
    kept = ("course_id", "person_id", "treatment", "course_number", "setting", "weight_kg", "end_reason")
    return {
        **{name: row[name] for name in (*kept, "admission", "start", "end", "discharge")},
        **{name: person.get(name) for name in ("sex", "race", "ethnicity", "site")},
        "is_eligible": entry[row["course_id"]] is None,
        "lost_at": entry[row["course_id"]],
        "age_years": age,
        "length_days": length,
        "stay_days": (stay.discharge - stay.admission) / _DAY if is_whole else None,
    }


# ---------------------------------------------------------------- ratings


def ratings_of(stay: Stay, scale: str, rows: Sequence[Row]) -> list[Rating]:
    at: dict[datetime, list[Fraction]] = {}
    for row in rows:
        if row["person_id"] == stay.row["person_id"] and row["scale"] == scale:
            at.setdefault(whole(row["time"]), []).append(Fraction(repr(row["value"])))
    return [Rating(time, mean(values)) for time, values in sorted(at.items())]


def mean(values: Sequence[Fraction]) -> Fraction:
    return values[0] if len(values) == 1 else round(sum(values, Fraction()) / len(values), 9)


def take(how: str, ratings: Sequence[Rating]) -> tuple[Fraction | None, datetime | None]:
    if not ratings:
        return None, None
    values = [rating.value for rating in ratings]
    if how == "mean":
        return mean(values), None
    if how == "median":
        return round(statistics.median(values), 9), None
    chosen = {
        "first": ratings[0],
        "last": ratings[-1],
        "lowest": next(rating for rating in ratings if rating.value == min(values)),
        "highest": next(rating for rating in ratings if rating.value == max(values)),
    }[how]
    return chosen.value, chosen.time


def in_course(stay: Stay, ratings: Sequence[Rating]) -> list[Rating]:
    return [rating for rating in ratings if stay.start < rating.time <= stay.discharge]


def endpoint(
    rule: WindowRule, window: Sequence[Rating], course: Sequence[Rating]
) -> tuple[Fraction | None, datetime | None, str | None]:
    if window:
        return *take(rule.take, window), "window"
    if rule.fallback != "none" and course:
        return *take(rule.fallback.split()[0], course), rule.fallback
    return None, None, None


def course_of_pain(study: Study, stay: Stay, ratings: Sequence[Rating], days: Sequence[Row]) -> Row:
    rules = study.rating
    course = in_course(stay, ratings)
    opens, closes = stay.window(rules.baseline.opens, rules.baseline.closes)
    window = [rating for rating in ratings if opens <= rating.time <= closes]
    baseline, baseline_time, baseline_rule = endpoint(rules.baseline, window, course)
    opens, closes = stay.window(rules.final.opens, rules.final.closes)
    window = [rating for rating in ratings if opens <= rating.time <= closes and rating.time > stay.start]
    others = [rating for rating in course if rating.time != baseline_time]
    final, final_time, final_rule = endpoint(
        rules.final, [rating for rating in window if rating.time != baseline_time], others
    )
    change = None if baseline is None or final is None else final - baseline
    return {
        "baseline": baseline,
        "baseline_time": baseline_time,
        "baseline_rule": baseline_rule,
        "baseline_missing": no_rating(rules.baseline) if baseline is None else None,
        "final": final,
        "final_time": final_time,
        "final_rule": final_rule,
        "final_missing": why_no_final(rules.final, window, course, others) if final is None else None,
        "change": change,
        "change_percent": 100 * change / baseline if change is not None and baseline != 0 else None,
        **{f"response_{rule.id}": is_met(rule, baseline, final) for rule in study.response.rules},
        **movement(study.response.primary, stay, baseline, course),
        **nadir(days, course),
    }


def no_rating(rule: WindowRule) -> str:
    nor = "" if rule.fallback == "none" else ", nor in the course"
    return f"no rating from {parse_moment(rule.opens)} to {parse_moment(rule.closes)}{nor}"


def why_no_final(rule: WindowRule, window: Sequence[Rating], course: Sequence[Rating], others: Sequence[Rating]) -> str:
    if len(course) == 1 and not others:
        return "the only rating of the course is the baseline"
    if window:
        return f"the only rating from {parse_moment(rule.opens)} to {parse_moment(rule.closes)} is the baseline"
    return no_rating(rule)


def is_met(rule: ResponseRule, baseline: Fraction | None, rating: Fraction | None) -> bool | None:
    near = Fraction(1, 10**9)
    if rating is None or (baseline is None and rule.at_most is None):
        return None
    if rule.at_most is not None:
        return rating <= Fraction(repr(rule.at_most)) + near
    if rule.points is not None:
        return baseline - rating >= Fraction(repr(rule.points)) - near
    return None if baseline == 0 else 100 * (baseline - rating) / baseline >= Fraction(repr(rule.percent)) - near


def daily(study: Study, stay: Stay, ratings: Sequence[Rating]) -> list[Row]:
    of_day: dict[int, list[Rating]] = {}
    for rating in ratings:
        if stay.admission <= rating.time <= stay.discharge:
            of_day.setdefault(day_of(study.rating.day, stay.start, rating.time), []).append(rating)
    return [
        {"day": day, "value": take(study.rating.daily, group)[0], "rating_count": len(group)}
        for day, group in sorted(of_day.items())
    ]


def day_of(clock: str, start: datetime, time: datetime) -> int:
    if time <= start:
        return 0
    return ((time - start) // _DAY if clock == "24h" else (time.date() - start.date()).days) + 1


def nadir(days: Sequence[Row], course: Sequence[Rating]) -> Row:
    after = [day for day in days if day["day"] >= 1]
    lowest = min((day["value"] for day in after), default=None)
    sharing = [day["day"] for day in after if day["value"] == lowest]
    rating, time = take("lowest", course)
    return {
        "nadir": lowest,
        "nadir_day": min(sharing, default=None),
        "nadir_ties": len(sharing) if sharing else None,
        "nadir_rating": rating,
        "nadir_time": time,
        "rated_days": len(after),
    }


def movement(rule: ResponseRule, stay: Stay, baseline: Fraction | None, course: Sequence[Rating]) -> Row:
    times = [stay.start, *(rating.time for rating in course), stay.discharge]
    gaps = [hours(later - earlier) for earlier, later in pairwise(times)]
    met = [rating for rating in course if is_met(rule, baseline, rating.value)]
    first = met[0] if met else None
    lost = [rating for rating in course if first and rating.time > first.time and rating not in met]
    held_until = lost[0].time if lost else course[-1].time if course else None
    return {
        "rating_count": len(course),
        "longest_gap_hours": max(0, *gaps),
        "mean_time_weighted": time_weighted(course),
        "spid": None
        if baseline is None or not course
        else sum((baseline - r.value) * g for r, g in zip(course, gaps, strict=False)),
        "first_response_hours": hours(first.time - stay.start) if first else None,
        "response_held_hours": hours(held_until - first.time) if first else None,
        "response_was_lost": bool(lost) if first else None,
    }


def hours(length: timedelta) -> Fraction:
    return Fraction(length // _SECOND, 3600)


def time_weighted(course: Sequence[Rating]) -> Fraction | None:
    if not course:
        return None
    if len(course) == 1:
        return course[0].value
    area = Fraction()
    for earlier, later in pairwise(course):
        area += (earlier.value + later.value) / 2 * hours(later.time - earlier.time)
    return area / hours(course[-1].time - course[0].time)


# ---------------------------------------------------------------- doses


def given(stay: Stay, doses: Sequence[Row] | None) -> Row:
    names = ("dose_count", "bolus_count", "dose_total_mg", "dose_mg_per_kg", "rate_first_mg_h", "rate_max_mg_h")
    empty = dict.fromkeys((*names, "rate_mean_mg_h", "running_hours", "pause_hours", "pause_count", "dose_missing"))
    if doses is None:
        return {**empty, "dose_missing": "doses not recorded"}
    rows = [row for row in doses if row["course_id"] == stay.row["course_id"]]
    if not rows:
        return {**empty, "dose_count": 0, "bolus_count": 0, "dose_missing": "no dose row"}
    return {**empty, **amounts(rows, stay.row["weight_kg"]), **rates(rows)}


def lasts(row: Row) -> bool:
    return row["end"] is not None and whole(row["end"]) > whole(row["start"])


def is_bolus(row: Row) -> bool:
    ends_as_it_starts = row["end"] is not None and whole(row["end"]) == whole(row["start"])
    return ends_as_it_starts or (row["rate_mg_h"] is None and not lasts(row))


def amounts(rows: Sequence[Row], weight_kg: float | None) -> Row:
    known = [0.0 if row["rate_mg_h"] == 0 and row["amount_mg"] is None else row["amount_mg"] for row in rows]
    missing = sum(amount is None for amount in known)
    total = None if missing else sum(Fraction(repr(amount)) for amount in known)
    return {
        "dose_count": len(rows),
        "bolus_count": sum(map(is_bolus, rows)),
        "dose_total_mg": total,
        "dose_mg_per_kg": total / Fraction(repr(weight_kg)) if total is not None and weight_kg is not None else None,
        "dose_missing": f"{missing} of {len(rows)} dose rows without an amount" if missing else None,
    }


def rates(rows: Sequence[Row]) -> Row:
    running = [row for row in rows if lasts(row) and (row["rate_mg_h"] or 0) > 0]
    if not running:
        is_known = any(lasts(row) and row["rate_mg_h"] is not None for row in rows) or all(map(is_bolus, rows))
        return {"running_hours": 0 if is_known else None}
    stretches = [(whole(row["start"]), whole(row["end"]), Fraction(repr(row["rate_mg_h"]))) for row in running]
    edges = sorted({edge for start, end, _ in stretches for edge in (start, end)})
    runs = [any(s <= low < e for s, e, _ in stretches) for low in edges[:-1]]
    lengths = [hours(high - low) for low, high in pairwise(edges)]
    ran = sum(length for length, run in zip(lengths, runs, strict=True) if run)
    first = min(start for start, _, _ in stretches)
    return {
        "rate_first_mg_h": max(rate for start, _, rate in stretches if start == first),
        "rate_max_mg_h": max(rate for _, _, rate in stretches),
        "rate_mean_mg_h": sum(rate * hours(end - start) for start, end, rate in stretches) / ran,
        "running_hours": ran,
        "pause_hours": sum(lengths) - ran,
        # A pause begins where running ends: with the first edge after a stretch that ran.
        "pause_count": sum(not run and before for before, run in pairwise(runs)),
    }


# ---------------------------------------------------------------- harm


def harm(study: Study, stay: Stay, events: Sequence[Row] | None) -> list[Row] | None:
    if study.events is None or events is None:
        return None
    opens, closes = stay.window(*study.events.window)
    mine = [row for row in events if row["person_id"] == stay.row["person_id"]]
    mine = [row for row in mine if not study.events.terms or row["term"] in study.events.terms]
    found = []
    for time, term in sorted({(whole(row["time"]), row["term"]) for row in mine}):
        same = [row for row in mine if (whole(row["time"]), row["term"]) == (time, term)]
        if opens <= time <= closes:
            found.append(
                {
                    "term": term,
                    "onset_hours": hours(time - stay.start),
                    "grade": max((row["grade"] for row in same if row["grade"] is not None), default=None),
                    "serious": any_known(row["serious"] for row in same),
                    "related": any_known(row["related"] for row in same),
                    "was_present_before": any(
                        row["term"] == term and stay.start - 30 * _DAY <= whole(row["time"]) < min(stay.start, opens)
                        for row in mine
                    ),
                }
            )
    return found


def any_known(flags: Any) -> bool | None:
    known = [flag for flag in flags if flag is not None]
    return any(known) if known else None


def counts_of_harm(study: Study, events: list[Row] | None) -> Row:
    terms = () if study.events is None else tuple(study.events.terms)
    if events is None:
        names = ("event_count", "event_worst_grade", "event_any", "event_serious", *(f"event_{t}" for t in terms))
        return dict.fromkeys(names)
    new = [event for event in events if not event["was_present_before"]]
    return {
        "event_count": len(new),
        "event_any": bool(new),
        "event_worst_grade": max((event["grade"] for event in new if event["grade"] is not None), default=None),
        "event_serious": any_known(event["serious"] for event in new) if new else False,
        **{f"event_{term}": sum(event["term"] == term for event in new) for term in terms},
    }


# ---------------------------------------------------------------- afterwards


def observed_until(stay: Stay, spans: Sequence[Row] | None) -> datetime | None:
    mine = [
        (whole(row["start"]), whole(row["end"])) for row in spans or () if row["person_id"] == stay.row["person_id"]
    ]
    return max((end for start, end in mine if start <= stay.discharge <= end), default=None)


def next_start(stay: Stay, courses: Sequence[Row]) -> datetime | None:
    mine = [whole(row["start"]) for row in courses if row["person_id"] == stay.row["person_id"]]
    return min((start for start in mine if start > stay.start), default=None)


def afterwards(study: Study, stay: Stay, tables: Tables) -> Row:
    found: Row = dict.fromkeys(("return_days", "followed_days", "return_kind", "return_missing"))
    if study.follow_up is None:
        return found | {"return_missing": "not asked"}
    until = observed_until(stay, tables["observed"])
    found["followed_days"] = None if until is None else (until - stay.discharge) / _DAY
    if tables["contacts"] is None:
        return found | {"return_missing": "contacts not recorded"}
    kinds = study.follow_up.return_to_care
    contacts = [
        (whole(row["start"]), kinds.index(row["kind"]))
        for row in tables["contacts"]
        if row["person_id"] == stay.row["person_id"] and row["kind"] in kinds and whole(row["start"]) > stay.discharge
    ]
    contacts = [contact for contact in contacts if until is None or contact[0] <= until]
    if contacts:
        time, kind = min(contacts)
        return found | {"return_days": (time - stay.discharge) / _DAY, "return_kind": kinds[kind]}
    return found | {"return_missing": "end of observation not recorded" if until is None else None}


def visits(study: Study, stay: Stay, ratings: Sequence[Rating], pain: Row, tables: Tables) -> Row:
    found: Row = {}
    if study.follow_up is None:
        return found
    until, following = observed_until(stay, tables["observed"]), next_start(stay, tables["courses"] or ())
    for visit, (low, high) in study.follow_up.visits.items():
        anchor = getattr(stay, study.follow_up.counts_from)
        opens, closes = anchor + seconds_of(low), anchor + seconds_of(high)
        value, time = take(
            study.follow_up.take,
            [
                rating
                for rating in ratings
                if opens <= rating.time <= closes
                and rating.time > stay.start
                and (following is None or rating.time < following)
            ],
        )
        why = "no rating in the window"
        if until is not None and until < closes:
            why = "observation ended before the window closed"
        if following is not None and following <= closes:
            why = "another course began before the window closed"
        response = is_met(study.response.primary, pain["baseline"], value)
        responded = pain[f"response_{study.response.primary.id}"]
        found |= {
            f"{visit}_value": value,
            f"{visit}_time": time,
            f"{visit}_missing": why if value is None else None,
            f"{visit}_response": response,
            f"{visit}_sustained": response if responded else None,
        }
    return found


def plain(value: Any) -> Any:
    """Return a value as a table would hold it: fractions as numbers."""
    return float(value) if isinstance(value, Fraction) else value
