"""What is said of one course? The columns of `outcomes` (one row a course), `daily` and `harm`."""

from __future__ import annotations

from collections.abc import Sequence

from abate.contracts.definition import Study
from abate.contracts.schema import Column, ColumnType, Table

_ID, _TEXT, _INT, _NUM = ColumnType.ID, ColumnType.TEXT, ColumnType.INTEGER, ColumnType.NUMBER
_TIME, _BOOL = ColumnType.TIME, ColumnType.BOOLEAN


def _texts(*pairs: tuple[str, str]) -> tuple[Column, ...]:
    return tuple(Column(name=name, type=_TEXT, meaning=meaning) for name, meaning in pairs)


def _numbers(*triples: tuple[str, str | None, str]) -> tuple[Column, ...]:
    return tuple(Column(name=name, type=_NUM, unit=unit, meaning=meaning) for name, unit, meaning in triples)


def _counts(*pairs: tuple[str, str]) -> tuple[Column, ...]:
    return tuple(Column(name=name, type=_INT, meaning=meaning) for name, meaning in pairs)


def _times(*pairs: tuple[str, str]) -> tuple[Column, ...]:
    return tuple(Column(name=name, type=_TIME, meaning=meaning) for name, meaning in pairs)


def _flags(*pairs: tuple[str, str]) -> tuple[Column, ...]:
    return tuple(Column(name=name, type=_BOOL, meaning=meaning) for name, meaning in pairs)


#: Who and when.
COURSE_COLUMNS: tuple[Column, ...] = (
    Column(name="course_id", type=_ID, meaning="The course", is_required=True),
    Column(name="person_id", type=_ID, meaning="The person", is_required=True),
    Column(name="treatment", type=_TEXT, meaning="Name of the treatment", is_required=True),
    Column(name="course_number", type=_INT, meaning="1 = the person's first course of this treatment"),
    *_flags(("is_eligible", "Entered the study")),
    *_texts(("lost_at", "Id of the first rule of entry that the course did not meet; empty if it entered")),
    *_texts(("sex", "Sex"), ("race", "As the source records it"), ("ethnicity", "As the source records it"), ("site", "Hospital or centre")),
    *_numbers(("age_years", "a", "Age at the first dose in years of 365.25 days; the difference of the calendar years where only the year of birth is known")),
    *_texts(("setting", "inpatient or outpatient")),
    *_numbers(("weight_kg", "kg", "Body weight")),
    *_times(("admission", "Admission"), ("start", "First dose"), ("end", "End of the last dose"), ("discharge", "Discharge")),
    *_numbers(("length_days", "d", "From the first dose to the end of the last"), ("stay_days", "d", "From admission to discharge")),
    *_texts(("end_reason", "Why the course ended")),
)  # fmt: skip

#: What was given.
DOSE_COLUMNS: tuple[Column, ...] = (
    *_counts(("dose_count", "Dose rows"), ("bolus_count", "Boluses: rows that end as they start, or have neither a rate nor a later end")),
    *_numbers(
        ("dose_total_mg", "mg", "Sum of all amounts; empty where a row has none"),
        ("dose_mg_per_kg", "mg/kg", "Total dose by body weight"),
        ("rate_first_mg_h", "mg/h", "Rate of the first running stretch; of those that begin together the highest"),
        ("rate_max_mg_h", "mg/h", "Highest rate of one running stretch"),
        ("rate_mean_mg_h", "mg/h", "Amount infused by the running stretches, by the hours in which one ran"),
        ("running_hours", "h", "Hours in which an infusion ran at a rate above 0, overlapping stretches counted once; empty where no rate is known"),
        ("pause_hours", "h", "Hours between the first and the last running stretch in which none ran; empty where none ever ran"),
    ),
    *_counts(("pause_count", "Pauses between running stretches; empty where none ever ran")),
    *_texts(("dose_missing", "Why the total dose is empty")),
)  # fmt: skip

#: Where the rating stood and how it moved.
RATING_COLUMNS: tuple[Column, ...] = (
    *_numbers(("baseline", "{points}", "Rating before, by the study's rule")),
    *_times(("baseline_time", "When it was given; empty for a mean or median")),
    *_texts(("baseline_rule", "The rule that gave it: window or fallback"), ("baseline_missing", "Why there is none")),
    *_numbers(("final", "{points}", "Rating at the end, by the study's rule")),
    *_times(("final_time", "When it was given; empty for a mean or median")),
    *_texts(("final_rule", "The rule that gave it: window or fallback"), ("final_missing", "Why there is none")),
    *_numbers(("change", "{points}", "Final minus baseline: a fall is negative"), ("change_percent", "%", "Change in per cent of the baseline; empty where the baseline is 0")),
    *_numbers(("nadir", "{points}", "Lowest daily value of the course")),
    *_counts(("nadir_day", "Day of the course with the lowest daily value, the first of ties"), ("nadir_ties", "Days that share the lowest daily value")),
    *_numbers(("nadir_rating", "{points}", "Lowest single rating of the course")),
    *_times(("nadir_time", "When the lowest single rating was first given")),
    *_counts(("rating_count", "Ratings after the first dose until discharge"), ("rated_days", "Days of the course with a rating")),
    *_numbers(
        ("longest_gap_hours", "h", "Longest time without a rating between first dose and discharge"),
        ("mean_time_weighted", "{points}", "Area under the ratings of the course by the trapezoid rule, divided by their span"),
        ("spid", "{points}.h", "Sum of (baseline - rating) x hours since the rating before, or since the first dose"),
        ("first_response_hours", "h", "From the first dose to the first rating that meets the primary rule"),
        ("response_held_hours", "h", "From there to the first later rating of the course that does not, or to the last rating of the course"),
    ),
    *_flags(("response_was_lost", "A later rating of the course no longer met the primary rule; empty where none ever met it")),
)  # fmt: skip

#: What harm was seen.
HARM_COLUMNS: tuple[Column, ...] = (
    *_counts(("event_count", "New adverse events in the window, of terms not present before; empty where not asked or not recorded"), ("event_worst_grade", "Highest CTCAE grade of them; empty = none or not recorded")),
    *_flags(("event_any", "At least one new event"), ("event_serious", "At least one serious new event; empty = there are new events and seriousness is recorded for none of them")),
)  # fmt: skip

#: What came afterwards, whatever the visits.
AFTER_COLUMNS: tuple[Column, ...] = (
    *_numbers(
        ("return_days", "d", "From discharge to the next contact that counts as a return to care, while observed; empty if none was seen"),
        ("followed_days", "d", "From discharge to the end of observation"),
    ),
    *_texts(("return_kind", "Kind of that contact"), ("return_missing", "Why it cannot be said")),
)  # fmt: skip


def visit_columns(visit: str) -> tuple[Column, ...]:
    """Return the columns of one follow-up visit."""
    return (
        *_numbers((f"{visit}_value", "{points}", f"Rating at {visit}")),
        *_times((f"{visit}_time", "When it was given; empty for a mean or median")),
        *_texts((f"{visit}_missing", "Why there is none")),
        *_flags((f"{visit}_response", "The primary rule holds at this visit, against the baseline"), (f"{visit}_sustained", "The same among responders at the final rating; empty for others and where there is no rating")),
    )  # fmt: skip


def response_columns(study: Study) -> tuple[Column, ...]:
    """Return one flag for each rule of response; empty where it cannot be evaluated."""
    return _flags(
        *((f"response_{rule.id}", f"Meets {rule.id}; empty = not evaluable") for rule in study.response.rules)
    )


def event_columns(study: Study) -> tuple[Column, ...]:
    """Return one count for each term of adverse event that the study names."""
    terms: Sequence[str] = () if study.events is None else tuple(study.events.terms)
    return _counts(*((f"event_{term}", f"New events of {term} in the window") for term in terms))


def outcomes_table(study: Study) -> Table:
    """Return the table `outcomes` as this study fills it; the order of its columns is fixed."""
    visits = () if study.follow_up is None else tuple(study.follow_up.visits)
    return Table(
        name="outcomes",
        row_is="a course",
        key=("course_id",),
        columns=(
            *COURSE_COLUMNS,
            *DOSE_COLUMNS,
            *RATING_COLUMNS,
            *response_columns(study),
            *HARM_COLUMNS,
            *event_columns(study),
            *AFTER_COLUMNS,
            *(column for visit in visits for column in visit_columns(visit)),
        ),
    )


DAILY = Table(
    name="daily",
    row_is="a day of a course with at least one rating; day 0 is admission to first dose",
    key=("course_id", "day"),
    columns=(
        Column(name="course_id", type=_ID, meaning="The course", is_required=True),
        Column(name="day", type=_INT, meaning="Day of the course; 1 = the day of the first dose", is_required=True),
        Column(name="value", type=_NUM, meaning="The day's ratings as one", is_required=True),
        Column(name="rating_count", type=_INT, meaning="Ratings behind it", is_required=True),
    ),
)

HARM = Table(
    name="harm",
    row_is="one adverse event in a course's window",
    columns=(
        Column(name="course_id", type=_ID, meaning="The course", is_required=True),
        Column(name="term", type=_TEXT, meaning="Name of the event", is_required=True),
        Column(name="onset_hours", type=_NUM, unit="h", meaning="From the first dose", is_required=True),
        Column(name="grade", type=_INT, meaning="CTCAE grade; empty = not recorded"),
        Column(name="serious", type=_BOOL, meaning="Serious; empty = not recorded"),
        Column(name="related", type=_BOOL, meaning="Related; empty = not recorded"),
        Column(
            name="was_present_before",
            type=_BOOL,
            meaning="The same term stood in the records in the 30 days before the first dose and before the window",
        ),
    ),
)
