"""Which instruments and fields has abate's REDCap project? One list, from which the dictionary is written and an export read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from abate.contracts.course_tables import HIGHEST_WEIGHT_KG, LOWEST_WEIGHT_KG
from abate.knowledge.scales import SCALES

#: Codes that the how-to asks to enter as "missing data codes" of the project; they are read as empty.
MISSING_CODES: Mapping[str, str] = MappingProxyType(
    {"-99": "Not recorded", "-98": "Not asked", "-97": "Not applicable"}
)

RECORD_ID = "record_id"


class Kind(StrEnum):
    """Kinds of fields, by the words of REDCap's column "Field Type"; dates and numbers are texts with a validation."""

    TEXT = "text"
    NUMBER = "number"
    INTEGER = "integer"
    DATE = "date_ymd"
    TIME = "datetime_ymd"
    CLOCK = "time"
    RADIO = "radio"
    DROPDOWN = "dropdown"
    CHECKBOX = "checkbox"
    YES_NO = "yesno"


#: Codes of a yes-or-no field, as REDCap gives them.
YES_NO: Mapping[str, str] = MappingProxyType({"1": "yes", "0": "no"})


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field: ``choices`` gives the word of the contract, ``labels`` what is shown where that is another text."""

    name: str
    kind: Kind
    label: str
    note: str = ""
    section: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    minimum: str = ""
    maximum: str = ""
    is_required: bool = False
    is_identifier: bool = False
    branching: str = ""
    annotation: str = ""

    @property
    def words(self) -> Mapping[str, str]:
        """The word of the contract for each code."""
        return YES_NO if self.kind is Kind.YES_NO else self.choices

    def shown(self, code: str) -> str:
        """Return the label of a code."""
        return self.labels.get(code) or self.words[code].capitalize()


@dataclass(frozen=True, kw_only=True)
class Instrument:
    """One form; all but that of the patient repeat."""

    name: str
    label: str
    fields: tuple[Field, ...]
    repeats: bool = True


_FIRST_DATE, _FIRST_TIME = "1900-01-01", "1900-01-01 00:00"
_SCALE_LABELS = {scale.id: f"{scale.name} ({scale.minimum:g} to {scale.maximum:g})" for scale in SCALES.values()}
_LOWEST, _HIGHEST = min(s.minimum for s in SCALES.values()), max(s.maximum for s in SCALES.values())


def _scale(name: str) -> Field:
    return Field(
        name=name,
        kind=Kind.DROPDOWN,
        label="Scale",
        note="Empty: the scale of the study",
        choices={scale: scale for scale in SCALES},
        labels=_SCALE_LABELS,
    )


def _rating(name: str) -> Field:
    return Field(
        name=name,
        kind=Kind.NUMBER,
        label="Rating",
        note="One number within the range of the scale; no range such as 7-8",
        minimum=f"{_LOWEST:g}",
        maximum=f"{_HIGHEST:g}",
    )


def _clock(name: str) -> Field:
    return Field(
        name=name, kind=Kind.CLOCK, label="Clock time", note="Hours and minutes; empty where only the day is known"
    )


PATIENT = Instrument(
    name="patient",
    label="Patient",
    repeats=False,
    fields=(
        Field(name="pt_sex", kind=Kind.RADIO, label="Sex",
              choices={"1": "female", "2": "male", "3": "other", "9": "unknown"}),
        Field(name="pt_birth_date", kind=Kind.DATE, label="Date of birth", minimum=_FIRST_DATE, is_identifier=True,
              note="Leave empty if only the year is to be kept"),
        Field(name="pt_birth_year", kind=Kind.INTEGER, label="Year of birth", minimum="1900", maximum="2100",
              branching="[pt_birth_date] = ''"),
        Field(name="pt_site", kind=Kind.TEXT, label="Hospital or centre"),
    ),
)  # fmt: skip

HISTORY = Instrument(
    name="history",
    label="History of treatments",
    fields=(
        Field(name="hx_ingredient", kind=Kind.TEXT, label="Drug, its active ingredient", is_required=True,
              note="One instance for each drug that was tried"),
        Field(name="hx_class", kind=Kind.TEXT, label="Class of the drug", note="Empty: the class that abate knows of the ingredient"),
        Field(name="hx_role", kind=Kind.RADIO, label="What it was given for",
              choices={"1": "acute", "2": "preventive", "3": "infusion", "4": "other"}),
        Field(name="hx_start", kind=Kind.DATE, label="First day taken", minimum=_FIRST_DATE),
        Field(name="hx_outcome", kind=Kind.RADIO, label="How it went",
              choices={"1": "no effect", "2": "not tolerated", "3": "contraindicated", "4": "ongoing", "9": "unknown"}),
        Field(name="hx_end", kind=Kind.DATE, label="Last day taken", minimum=_FIRST_DATE, branching="[hx_outcome] <> '4'"),
        Field(name="hx_dose_mg_day", kind=Kind.NUMBER, label="Highest daily dose reached", note="mg a day", minimum="0"),
    ),
)  # fmt: skip

COURSE = Instrument(
    name="course",
    label="Course",
    fields=(
        Field(name="crs_treatment", kind=Kind.TEXT, label="Treatment",
              note="As the study file names it; empty where the study has only one"),
        Field(name="crs_setting", kind=Kind.RADIO, label="Setting", choices={"1": "inpatient", "2": "outpatient"}),
        Field(name="crs_admission", kind=Kind.TIME, label="Admission", minimum=_FIRST_TIME, section="Times, as the hospital's clock has them"),
        Field(name="crs_start", kind=Kind.TIME, label="First dose", minimum=_FIRST_TIME, is_required=True),
        Field(name="crs_end", kind=Kind.TIME, label="End of the last dose", minimum=_FIRST_TIME),
        Field(name="crs_discharge", kind=Kind.TIME, label="Discharge", minimum=_FIRST_TIME),
        Field(name="crs_weight_kg", kind=Kind.NUMBER, label="Body weight before the first dose", note="kg",
              minimum=f"{LOWEST_WEIGHT_KG:g}", maximum=f"{HIGHEST_WEIGHT_KG:g}", section="Dose"),
        Field(name="crs_total_mg", kind=Kind.NUMBER, label="Total dose of the course", note="mg", minimum="0"),
        Field(name="crs_first_rate_mg_h", kind=Kind.NUMBER, label="First rate", note="mg/h", minimum="0", branching="[crs_total_mg] <> ''"),
        Field(name="crs_max_rate_mg_h", kind=Kind.NUMBER, label="Highest rate", note="mg/h", minimum="0", branching="[crs_total_mg] <> ''"),
        Field(name="crs_end_reason", kind=Kind.RADIO, label="Why the course ended", section="End",
              choices={"1": "completed", "2": "adverse event", "3": "no effect", "4": "other", "9": "unknown"}),
        Field(name="crs_ae_looked_for", kind=Kind.YES_NO, label="Were adverse events looked for in the records of this course?",
              note="Yes and no event entered: there was none. No or empty: not recorded."),
    ),
)  # fmt: skip

DAILY_RATINGS = Instrument(
    name="daily_ratings",
    label="Daily ratings",
    fields=(
        Field(name="rt_date", kind=Kind.DATE, label="Date", minimum=_FIRST_DATE, is_required=True, note="One instance for each rating"),
        _clock("rt_clock"),
        Field(name="rt_when", kind=Kind.RADIO, label="When in the course",
              choices={"1": "before", "2": "during", "3": "discharge"},
              labels={"1": "Before the first dose", "2": "During the course", "3": "At discharge"},
              note="Needed where the clock time is empty"),
        _scale("rt_scale"),
        _rating("rt_value"),
    ),
)  # fmt: skip

ADVERSE_EVENTS = Instrument(
    name="adverse_events",
    label="Adverse events",
    fields=(
        Field(name="ae_term", kind=Kind.TEXT, label="Name of the event", is_required=True, note="As the study file names it"),
        Field(name="ae_onset", kind=Kind.TIME, label="Onset, or when it was recorded", minimum=_FIRST_TIME, is_required=True),
        Field(name="ae_grade", kind=Kind.RADIO, label="CTCAE grade", choices={str(n): str(n) for n in range(1, 6)},
              labels={str(n): f"Grade {n}" for n in range(1, 6)}),
        Field(name="ae_serious", kind=Kind.YES_NO, label="Serious in the regulatory sense"),
        Field(name="ae_related", kind=Kind.YES_NO, label="Judged related to the treatment"),
        Field(name="ae_action", kind=Kind.CHECKBOX, label="What was done",
              choices={"1": "none", "2": "rate lowered", "3": "paused", "4": "stopped", "5": "treated", "6": "other"},
              annotation="@NONEOFTHEABOVE='1'"),
    ),
)  # fmt: skip

FOLLOW_UP = Instrument(
    name="follow_up",
    label="Follow-up",
    fields=(
        Field(name="fu_date", kind=Kind.DATE, label="Date", minimum=_FIRST_DATE, is_required=True,
              note="One instance for each visit, contact or later rating"),
        _clock("fu_clock"),
        Field(name="fu_occasion", kind=Kind.RADIO, label="On which occasion",
              choices={"1": "planned visit", "2": "unplanned visit", "3": "diary", "4": "follow-up", "9": "unknown"}),
        Field(name="fu_contact", kind=Kind.RADIO, label="Contact with care",
              choices={"1": "office", "2": "emergency", "3": "inpatient", "4": "phone", "0": "none"},
              labels={"0": "None, as with a diary or a letter"}),
        Field(name="fu_for_condition", kind=Kind.YES_NO, label="For the condition of the study?", branching="[fu_contact] > 0"),
        _scale("fu_scale"),
        _rating("fu_value"),
    ),
)  # fmt: skip

INSTRUMENTS = (PATIENT, HISTORY, COURSE, DAILY_RATINGS, ADVERSE_EVENTS, FOLLOW_UP)

#: Every field by its name.
FIELDS: Mapping[str, Field] = MappingProxyType({f.name: f for instrument in INSTRUMENTS for f in instrument.fields})
#: The instrument of each field.
INSTRUMENT_OF: Mapping[str, str] = MappingProxyType(
    {f.name: instrument.name for instrument in INSTRUMENTS for f in instrument.fields}
)
