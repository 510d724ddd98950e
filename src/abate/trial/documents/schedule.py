"""What is done when? Rows are activities, columns the times from screening to week 12."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from abate.base.numbers import describe_short
from abate.contracts.draft import Draft, DraftSection, DraftTable
from abate.contracts.plan_view import PlanView

#: Planned by the plan; proposed by abate, for an author to decide.
PLANNED, PROPOSED = "X", "(X)"

_BEFORE = ("Screening", "Day \u221228 to \u22121", "Admission")
_HOURS = ("Hour 1", "Hour 4", "Hour 8")
_AFTER = ("Discharge", "Week 1", "Week 2", "Week 4", "Week 8", "Week 12")
_LAST_DAY_IN_HOSPITAL = 7

_GUESS = "Guess of the assignment"

#: Where each activity is proposed; "days" stands for every day of the course that is rated.
_PROPOSED: Mapping[str, Sequence[str]] = {
    "Consent": ("Screening",),
    "Diary": ("Day \u221228 to \u22121", "Week 1", "Week 2", "Week 4", "Week 8", "Week 12"),
    "Eligibility": ("Screening", "Admission"),
    "Bloods": ("Screening", "Discharge"),
    "Heart rate, blood pressure, oxygen, sedation": ("Admission", *_HOURS, "days", "Discharge"),
    "Rating": ("Week 1", "Week 2", "Week 4", "Week 8", "Week 12"),
    "Rescue drugs": (*_HOURS, "days", "Week 1", "Week 2", "Week 4", "Week 8", "Week 12"),
    "Scale of dissociation, of the kind of CADSS": ("Admission", *_HOURS, "days"),
    _GUESS: ("Hour 4", "first day", "Discharge"),
    "Harm": (*_HOURS, "days", "Discharge", "Week 1", "Week 2", "Week 4", "Week 8", "Week 12"),
    "HIT-6": ("Admission", "Week 4", "Week 12"),
    "MIDAS": ("Admission", "Week 12"),
    "PHQ-9": ("Admission", "Week 4", "Week 12"),
    "PGIC": ("Discharge", "Week 4", "Week 12"),
}


def write_schedule(view: PlanView) -> Draft:
    """Return the schedule of activities as a draft of one table."""
    return Draft(
        id="schedule-of-activities",
        title=f"Schedule of activities: {view.title}",
        note="What is done when; what the plan does not say is a proposal.",
        sections=(DraftSection(heading="Schedule of activities", tables=(schedule_table(view),)),),
        warnings=tuple(view.plan.warnings),
    )


def schedule_table(view: PlanView) -> DraftTable:
    """Return the table of the schedule: a row an activity, a column a time."""
    days = rated_days(view)
    columns = (*_BEFORE, *_HOURS, *days, *_AFTER)
    planned = _planned_ratings(view, columns)
    rows = [
        (name, *(_mark(name, place, proposed, days, planned) for place in columns))
        for name, proposed in _PROPOSED.items()
        if name != _GUESS or view.is_masked
    ]
    return DraftTable(
        title="Schedule of activities.",
        columns=("Activity", *columns),
        rows=rows,
        note=f"{PLANNED}: as the plan says (plan.json, plan: ratings.days). {PROPOSED}: proposed, unverified; an author decides."
        + (" Guess: before the first outcome is known to whoever is asked." if view.is_masked else ""),
    )


def rated_days(view: PlanView) -> tuple[str, ...]:
    """Return the days of the course that have a column: those that the plan rates, at most to day 7.

    A rating that the plan has later stands in the column of its week.
    """
    return tuple(f"Day {describe_short(day)}" for day in view.file.ratings.days if 1 <= day <= _LAST_DAY_IN_HOSPITAL)


def _planned_ratings(view: PlanView, columns: Sequence[str]) -> frozenset[str]:
    """Return the columns in which the plan itself has a rating."""
    names = {"Admission"}
    for day in view.file.ratings.days[1:]:
        names.add(f"Day {describe_short(day)}" if day <= _LAST_DAY_IN_HOSPITAL else f"Week {describe_short(day / 7)}")
    return frozenset(names & set(columns))


def _mark(name: str, place: str, proposed: Sequence[str], days: Sequence[str], planned: frozenset[str]) -> str:
    if name == "Rating" and place in planned:
        return PLANNED
    is_day = place in days and ("days" in proposed or ("first day" in proposed and place == days[0]))
    return PROPOSED if is_day or place in proposed else ""
