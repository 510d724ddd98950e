"""Which column of a wide sheet means what? The mapping file of an ordinary chart review, one row a course."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from abate.base.errors import NotRecordsError, RecordsNotFoundError
from abate.sources.sheets.raw import may_not_be_read


def _is_clock_time(text: str) -> str:
    if re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text) is None:
        raise ValueError(f"{text!r} is not a clock time; write hours and minutes, such as '08:00'.")
    return text


def _names_a_day(text: str) -> str:
    if text.count("{day}") != 1:
        raise ValueError(f"{text!r} does not say where the number of the day stands; write '{{day}}' there, once.")
    return text


#: Keys whose values are no names of columns.
_NO_COLUMNS = frozenset(
    {"assumed_start_time", "assumed_end_time", "assumed_discharge_time", "assumed_time", "scale", "day", "separator", "drugs"}
)  # fmt: skip

ColumnName = Annotated[str, Field(min_length=1)]
ClockTime = Annotated[str, AfterValidator(_is_clock_time)]
DayPattern = Annotated[str, Field(min_length=1), AfterValidator(_names_a_day)]


class Part(BaseModel):
    """A part of the mapping: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PatientColumns(Part):
    """Columns that say who the patient is."""

    id: ColumnName
    sex: ColumnName | None = None
    birth_date: ColumnName | None = None
    birth_year: ColumnName | None = None
    age: ColumnName | None = Field(default=None, description="Age in whole years at the first dose")
    race: ColumnName | None = None
    ethnicity: ColumnName | None = None
    site: ColumnName | None = None

    @model_validator(mode="after")
    def _has_one_age(self) -> PatientColumns:
        if sum(name is not None for name in (self.birth_date, self.birth_year, self.age)) > 1:
            raise ValueError("give only one of birth_date, birth_year and age.")
        return self


class CourseColumns(Part):
    """Columns of the course, and the clock times that dates without one are given."""

    start: ColumnName
    admission: ColumnName | None = None
    end: ColumnName | None = None
    length_days: ColumnName | None = Field(default=None, description="Length in days of 24 hours, instead of end")
    discharge: ColumnName | None = None
    treatment: ColumnName | None = None
    weight_kg: ColumnName | None = None
    setting: ColumnName | None = None
    end_reason: ColumnName | None = None
    assumed_start_time: ClockTime = "08:00"
    assumed_end_time: ClockTime = "16:00"
    assumed_discharge_time: ClockTime = "18:00"

    @model_validator(mode="after")
    def _has_one_end(self) -> CourseColumns:
        if self.end is not None and self.length_days is not None:
            raise ValueError("give end or length_days, not both.")
        return self


class RatingColumns(Part):
    """Columns of the ratings in hospital; ``day`` is a pattern such as ``pain_day{day}``."""

    admission: ColumnName | None = None
    day: DayPattern | None = None
    discharge: ColumnName | None = None
    assumed_time: ClockTime = "12:00"
    scale: str | None = Field(default=None, description="Scale of all ratings; left out: the study's")

    @model_validator(mode="after")
    def _has_a_rating(self) -> RatingColumns:
        if self.admission is None and self.day is None and self.discharge is None:
            raise ValueError("give at least one of admission, day and discharge.")
        return self


class FollowUpColumns(Part):
    """One follow-up visit: its rating, and its date or the days since discharge."""

    rating: ColumnName
    date: ColumnName | None = None
    days_after_discharge: ColumnName | None = None

    @model_validator(mode="after")
    def _has_one_time(self) -> FollowUpColumns:
        if (self.date is None) == (self.days_after_discharge is None):
            raise ValueError("give date or days_after_discharge.")
        return self


class DoseColumns(Part):
    """What the sheet says of the dose."""

    total_mg: ColumnName | None = None
    first_rate_mg_h: ColumnName | None = None
    highest_rate_mg_h: ColumnName | None = None

    @model_validator(mode="after")
    def _has_a_number(self) -> DoseColumns:
        if self.total_mg is None and self.first_rate_mg_h is None and self.highest_rate_mg_h is None:
            raise ValueError("give at least one of total_mg, first_rate_mg_h and highest_rate_mg_h.")
        return self


class EventColumns(Part):
    """One adverse event: a column that says yes or no, and what else is recorded of it."""

    column: ColumnName
    date: ColumnName | None = None
    grade: ColumnName | None = None
    serious: ColumnName | None = None


class DrugColumn(Part):
    """One drug: a column that says yes where it had failed."""

    column: ColumnName
    role: Literal["acute", "preventive"]
    drug_class: str | None = None


class FailedColumns(Part):
    """What had failed before: drugs listed in a cell, a column a drug, or a number of classes."""

    preventive_drugs: ColumnName | None = None
    acute_drugs: ColumnName | None = None
    separator: Annotated[str, Field(min_length=1)] = ";"
    preventive_class_count: ColumnName | None = None
    acute_class_count: ColumnName | None = None
    drugs: dict[str, DrugColumn] = Field(default_factory=dict)


class WideSheetMapping(Part):
    """The mapping file: where the wide sheet is, and which of its columns means what."""

    file: Annotated[str, Field(min_length=1)]
    sheet: str | None = Field(default=None, description="Sheet of the workbook; left out: the first")
    patient: PatientColumns
    course: CourseColumns
    ratings: RatingColumns
    follow_up: tuple[FollowUpColumns, ...] = ()
    doses: DoseColumns | None = None
    events: dict[str, ColumnName | EventColumns] | None = None
    failed: FailedColumns | None = None

    @property
    def event_columns(self) -> dict[str, EventColumns]:
        """Adverse events by term, each with its columns."""
        given = self.events or {}
        return {term: EventColumns(column=name) if isinstance(name, str) else name for term, name in given.items()}

    @property
    def optional_columns(self) -> dict[str, list[str]]:
        """Columns of the tables that a sheet need not have, by the contract's name of the table."""
        found: dict[str, list[str]] = {}
        if self.doses is not None:
            found["doses"] = _columns_in(self.doses)
        if self.events is not None:
            found["events"] = [event.column for event in self.event_columns.values()]
        if self.failed is not None:
            found["treatments"] = [*_columns_in(self.failed), *(drug.column for drug in self.failed.drugs.values())]
        return found

    @property
    def column_names(self) -> list[str]:
        """Every column that the mapping names, the pattern of the days left aside."""
        parts = (self.patient, self.course, self.ratings, *self.follow_up)
        events = [name for event in self.event_columns.values() for name in _columns_in(event)]
        optional = [name for names in self.optional_columns.values() for name in names]
        return [*(name for part in parts for name in _columns_in(part)), *events, *optional]


def _columns_in(part: Part) -> list[str]:
    return [value for key, value in part if key not in _NO_COLUMNS and value is not None]


def read_mapping(path: Path) -> WideSheetMapping:
    """Return the mapping in a TOML file.

    Raises
    ------
    RecordsNotFoundError
        If there is no such file, or it may not be read.
    NotRecordsError
        If it is not TOML, or has an unknown key or an impossible value.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RecordsNotFoundError(f"there is no mapping at {path}.") from None
    except PermissionError:
        raise may_not_be_read(path) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise NotRecordsError(f"{path.name} is not a TOML file: {error}.") from None
    try:
        return WideSheetMapping.model_validate(data)
    except ValidationError as error:
        raise NotRecordsError(f"{path.name} is not a mapping of a wide sheet: {_first_mistake(error)}") from None


def clock_time(text: str) -> dt.time:
    """Return a checked clock time such as '08:00'."""
    return dt.time.fromisoformat(text)


def _first_mistake(error: ValidationError) -> str:
    mistake = error.errors(include_url=False, include_context=False)[0]
    place = [str(part) for part in mistake["loc"] if part not in ("EventColumns", "constrained-str")]
    if mistake["type"] == "extra_forbidden":
        return f"the key {'.'.join(place)!r} is not known{_did_you_mean(place)}"
    if mistake["type"] == "missing":
        return f"the key {'.'.join(place)!r} is missing."
    message = str(mistake["msg"]).removeprefix("Value error, ").rstrip(".")
    return f"at {'.'.join(place)!r}: {message}." if place else f"{message}."


def _did_you_mean(place: list[str]) -> str:
    known = _keys_at(WideSheetMapping, place[:-1])
    near = get_close_matches(place[-1], list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; known here are {', '.join(known)}."


def _keys_at(model: type[BaseModel], place: Iterable[str]) -> list[str]:
    for part in place:
        field = model.model_fields.get(part)
        inner = None if field is None else _model_in(field.annotation)
        if inner is not None:
            model = inner
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _model_in(argument)
        if found is not None:
            return found
    return None
