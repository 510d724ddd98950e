"""Which tables hold treatment courses? The contract between the ways in and the study.

Left of these tables is where records live; right of them is what the study says. Every source fills them,
and nothing right of them knows which source did. Times are local wall-clock timestamps without zone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from abate.contracts.schema import Column, ColumnType, Table

_ID, _TEXT, _INT, _NUM = ColumnType.ID, ColumnType.TEXT, ColumnType.INTEGER, ColumnType.NUMBER
_TIME, _DATE, _BOOL = ColumnType.TIME, ColumnType.DATE, ColumnType.BOOLEAN

SETTINGS = ("inpatient", "outpatient")
END_REASONS = ("completed", "adverse event", "no effect", "other", "unknown")
OCCASIONS = ("planned visit", "unplanned visit", "diary", "course", "follow-up", "unknown")
ROLES = ("acute", "preventive", "infusion", "other")
TREATMENT_OUTCOMES = ("no effect", "not tolerated", "contraindicated", "ongoing", "unknown")
BASES = ("recorded", "inferred")
CONTACT_KINDS = ("office", "emergency", "inpatient", "phone")
PLANNED = ("yes", "no", "unknown")
DIAGNOSED = ("by admission", "later")

#: Weights outside this range are a slip of the pen (0 kg, 700 kg), not a patient.
LOWEST_WEIGHT_KG, HIGHEST_WEIGHT_KG = 2.0, 400.0


def _person() -> Column:
    return Column(name="person_id", type=_ID, is_required=True, meaning="The person, the same in all tables")


def _course() -> Column:
    return Column(name="course_id", type=_ID, is_required=True, meaning="The course, unique in `courses`")


PATIENTS = Table(
    name="patients",
    row_is="a person",
    key=("person_id",),
    columns=(
        _person(),
        Column(name="sex", type=_TEXT, meaning="female, male, other or unknown",
               allowed=("female", "male", "other", "unknown")),
        Column(name="birth_date", type=_DATE, meaning="Date of birth; leave empty where only the year is known"),
        Column(name="birth_year", type=_INT, meaning="Year of birth, used where the date is empty", minimum=1850, maximum=2300),
        Column(name="race", type=_TEXT, meaning="As the source records it"),
        Column(name="ethnicity", type=_TEXT, meaning="As the source records it"),
        Column(name="site", type=_TEXT, meaning="Hospital or centre"),
    ),
)  # fmt: skip

COURSES = Table(
    name="courses",
    row_is="a treatment course",
    key=("course_id",),
    is_required=True,
    before=(("start", "end"), ("admission", "discharge"), ("admission", "start")),
    columns=(
        _course(),
        _person(),
        Column(name="treatment", type=_TEXT, is_required=True, meaning="Name of the treatment, as in the study file"),
        Column(name="course_number", type=_INT, meaning="1 = the person's first course of this treatment; filled in order of start where empty", minimum=1),
        Column(name="admission", type=_TIME, meaning="Start of the hospital stay or visit that holds the first dose"),
        Column(name="start", type=_TIME, is_required=True, meaning="First dose"),
        Column(name="end", type=_TIME, meaning="End of the last dose"),
        Column(name="discharge", type=_TIME, meaning="End of the hospital stay or visit"),
        Column(name="setting", type=_TEXT, meaning="inpatient or outpatient", allowed=SETTINGS),
        Column(name="weight_kg", type=_NUM, meaning="Body weight nearest before the first dose", unit="kg",
               minimum=LOWEST_WEIGHT_KG, maximum=HIGHEST_WEIGHT_KG),
        Column(name="end_reason", type=_TEXT, meaning="Why the course ended", allowed=END_REASONS),
    ),
)  # fmt: skip

DOSES = Table(
    name="doses",
    row_is="a stretch at one rate, or one bolus",
    before=(("start", "end"),),
    columns=(
        _course(),
        Column(name="start", type=_TIME, is_required=True, meaning="Start of the stretch, or the time of the bolus"),
        Column(name="end", type=_TIME, meaning="End of the stretch; equal to start for a bolus"),
        Column(name="rate_mg_h", type=_NUM, meaning="Infusion rate; empty for a bolus", unit="mg/h", minimum=0),
        Column(name="amount_mg", type=_NUM, meaning="Amount given in the stretch or bolus", unit="mg", minimum=0),
        Column(name="route", type=_TEXT, meaning="intravenous, intranasal …; empty where not recorded"),
        Column(name="basis", type=_TEXT, meaning="Which rule gave the rate and amount"),
    ),
)

RATINGS = Table(
    name="ratings",
    row_is="one rating by the patient",
    is_required=True,
    columns=(
        _person(),
        Column(name="time", type=_TIME, is_required=True, meaning="When the rating was given"),
        Column(name="scale", type=_TEXT, is_required=True, meaning="nrs, vas, hit6, midas, phq9, madrs …"),
        Column(name="value", type=_NUM, is_required=True, meaning="The rating, within the scale's range"),
        Column(name="occasion", type=_TEXT, meaning="On which occasion the rating was asked for", allowed=OCCASIONS),
    ),
)

EVENTS = Table(
    name="events",
    row_is="one adverse event",
    columns=(
        _person(),
        Column(name="time", type=_TIME, is_required=True, meaning="Onset, or when it was recorded"),
        Column(name="term", type=_TEXT, is_required=True, meaning="Name of the event"),
        Column(name="grade", type=_INT, meaning="CTCAE grade; empty = not recorded", minimum=1, maximum=5),
        Column(name="serious", type=_BOOL, meaning="Serious in the regulatory sense; empty = not recorded"),
        Column(name="related", type=_BOOL, meaning="Judged related to the treatment; empty = not recorded"),
        Column(name="action", type=_TEXT, meaning="What was done: none, rate lowered, paused, stopped …"),
    ),
)

TREATMENTS = Table(
    name="treatments",
    row_is="one earlier or other treatment",
    columns=(
        _person(),
        Column(name="ingredient", type=_TEXT, is_required=True, meaning="Active ingredient"),
        Column(name="drug_class", type=_TEXT, meaning="Class that failures are counted by"),
        Column(name="role", type=_TEXT, meaning="acute, preventive, infusion or other", allowed=ROLES),
        Column(name="start", type=_TIME, meaning="First day taken"),
        Column(name="end", type=_TIME, meaning="Last day taken"),
        Column(name="dose_mg_day", type=_NUM, meaning="Highest daily dose reached", unit="mg/d", minimum=0),
        Column(name="outcome", type=_TEXT, meaning="How it went", allowed=TREATMENT_OUTCOMES),
        Column(
            name="basis",
            type=_TEXT,
            meaning="recorded = somebody wrote the outcome down; inferred = read from exposures",
            allowed=BASES,
        ),
    ),
)

CONDITIONS = Table(
    name="conditions",
    row_is="one diagnosis",
    columns=(
        _person(),
        Column(name="date", type=_TIME, is_required=True, meaning="When it was recorded"),
        Column(name="code", type=_TEXT, is_required=True, meaning="Code in its vocabulary"),
        Column(name="vocabulary", type=_TEXT, meaning="SNOMED, ICD10CM …"),
        Column(name="name", type=_TEXT, meaning="Name of the condition, as in the study file where it is the study's"),
    ),
)

CONTACTS = Table(
    name="contacts",
    row_is="one contact with care",
    columns=(
        _person(),
        Column(name="start", type=_TIME, is_required=True, meaning="Start of the contact"),
        Column(name="end", type=_TIME, meaning="End of the contact"),
        Column(
            name="kind",
            type=_TEXT,
            is_required=True,
            meaning="office, emergency, inpatient or phone",
            allowed=CONTACT_KINDS,
        ),
        Column(name="planned", type=_TEXT, meaning="yes, no or unknown", allowed=PLANNED),
        Column(name="for_condition", type=_BOOL, meaning="For the study's condition; empty = not known"),
    ),
)

OBSERVED = Table(
    name="observed",
    row_is="a span in which a person is observed",
    before=(("start", "end"),),
    columns=(
        _person(),
        Column(name="start", type=_TIME, is_required=True, meaning="First moment of observation"),
        Column(name="end", type=_TIME, is_required=True, meaning="Last moment of observation"),
    ),
)

#: All tables of the contract by name, in the order in which they are written.
COURSE_TABLES: Mapping[str, Table] = MappingProxyType(
    {
        table.name: table
        for table in (PATIENTS, COURSES, DOSES, RATINGS, EVENTS, TREATMENTS, CONDITIONS, CONTACTS, OBSERVED)
    }
)

#: What the ways in hand to `courses` before there are courses: one row = one recorded administration.
ADMINISTRATIONS = Table(
    name="administrations",
    row_is="one recorded administration of a named treatment, its units already converted",
    columns=(
        Column(name="row_key", type=_TEXT, is_required=True, meaning="Key of the source row, for findings"),
        _person(),
        Column(name="treatment", type=_TEXT, is_required=True, meaning="Name of the treatment, as in the study file"),
        Column(name="start", type=_TIME, is_required=True, meaning="Start"),
        Column(name="end", type=_TIME, meaning="End; equal to start for a bolus"),
        Column(name="rate_mg_h", type=_NUM, meaning="Rate, empty for a bolus or where unknown", unit="mg/h"),
        Column(name="amount_mg", type=_NUM, meaning="Amount, empty where unknown", unit="mg"),
        Column(name="route", type=_TEXT, meaning="Route, empty where not recorded"),
        Column(name="basis", type=_TEXT, is_required=True, meaning="Rule that gave rate and amount"),
        Column(name="weight_kg", type=_NUM, meaning="Weight nearest before the start", unit="kg"),
    ),
)

#: Hospital stays and visits by which a course gets its admission and discharge.
STAYS = Table(
    name="stays",
    row_is="one stay or visit",
    columns=(
        _person(),
        Column(name="stay_id", type=_ID, is_required=True, meaning="Key of the stay"),
        Column(name="start", type=_TIME, is_required=True, meaning="Admission"),
        Column(name="end", type=_TIME, meaning="Discharge"),
        Column(name="setting", type=_TEXT, is_required=True, meaning="inpatient or outpatient", allowed=SETTINGS),
    ),
)

#: Visits that may be untreated episodes, for the comparator's key ``untreated``.
CANDIDATE_VISITS = Table(
    name="candidate_visits",
    row_is="one visit, of a kind that the study file counts, of a person who has the condition",
    columns=(
        _person(),
        Column(name="stay_id", type=_ID, is_required=True, meaning="Key of the visit"),
        Column(name="start", type=_TIME, is_required=True, meaning="Admission"),
        Column(name="end", type=_TIME, meaning="Discharge"),
        Column(name="setting", type=_TEXT, is_required=True, meaning="inpatient or outpatient", allowed=SETTINGS),
        Column(
            name="diagnosed",
            type=_TEXT,
            meaning="When the condition was recorded for this visit: by the day of admission, later, or empty = not for this visit",
            allowed=DIAGNOSED,
        ),
    ),
)

#: Doses of drugs that an untreated visit must not hold, those of the study's treatments aside.
OTHER_DOSES = Table(
    name="other_doses",
    row_is="one dose of a drug that an untreated visit must not hold",
    columns=(
        _person(),
        Column(name="start", type=_TIME, is_required=True, meaning="Start"),
        Column(name="end", type=_TIME, meaning="End; empty = at its start"),
    ),
)

#: Every broken or odd row, with the rule that found it and what was done; stays at the site.
FINDINGS = Table(
    name="findings",
    row_is="one row of the records that broke a rule, or one remark on a whole table",
    columns=(
        Column(name="table", type=_TEXT, is_required=True, meaning="Table of the records or of the contract"),
        Column(name="rule", type=_TEXT, is_required=True, meaning="Rule, as a sentence"),
        Column(name="action", type=_TEXT, is_required=True, meaning="dropped, repaired, kept or noted"),
        Column(name="row_key", type=_TEXT, meaning="Key of the row; empty for a remark on the whole table"),
    ),
)


@dataclass(frozen=True, kw_only=True)
class _Tables:
    """What a way in and the filled contract have in common: tables of the engine (Ibis; typed Any, so that the contract
    imports no library) and where they come from. A table that the source cannot have is None: what depends on it is then
    "not recorded", which differs from a table without rows.
    """

    ratings: Any
    findings: Any
    doses: Any | None = None
    patients: Any | None = None
    events: Any | None = None
    treatments: Any | None = None
    conditions: Any | None = None
    contacts: Any | None = None
    observed: Any | None = None
    source_kind: str
    source_details: Mapping[str, str] = field(default_factory=dict)
    is_simulated: bool = False


@dataclass(frozen=True, kw_only=True)
class SourceTables(_Tables):
    """What a way in hands over.

    A source of administrations (OMOP, FHIR) fills ``administrations`` and ``stays``, and ``candidate_visits`` and
    ``other_doses`` where the study asks for untreated visits; a source that holds courses already (a workbook, a folder of
    course tables) fills ``courses`` and ``doses``.
    """

    administrations: Any | None = None
    stays: Any | None = None
    candidate_visits: Any | None = None
    other_doses: Any | None = None
    courses: Any | None = None


@dataclass(frozen=True, kw_only=True)
class CourseTables(_Tables):
    """The contract filled: every course of every treatment that the study names, before eligibility is applied.

    All columns of the contract are there, in its order and types.
    """

    courses: Any
