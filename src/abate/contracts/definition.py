"""What does a study ask? The study file's one model: what is asked, never where the records lie."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from abate.base.days import describe_length, parse_length
from abate.base.errors import ParameterError
from abate.contracts.clock import is_upside_down, parse_moment
from abate.contracts.dose_response import DoseResponse
from abate.contracts.failure import Failure
from abate.contracts.target_trial import TargetTrial
from abate.contracts.untreated import UntreatedVisits


def _checked_length(text: str) -> str:
    try:
        parse_length(text)
    except ParameterError as error:
        raise ValueError(str(error)) from None
    return text


def _checked_moment(text: str) -> str:
    try:
        parse_moment(text)
    except ParameterError as error:
        raise ValueError(str(error)) from None
    return text


def _in_order(pair: tuple[Any, Any]) -> tuple[Any, Any]:
    low, high = (parse_length(end) if isinstance(end, str) else end for end in pair)
    if low > high:
        raise ValueError(f"the range {list(pair)} is upside down; the lower end comes first.")
    return pair


def _as_pair(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


Length = Annotated[str, AfterValidator(_checked_length), Field(examples=["24h", "1d", "90min"])]
MomentText = Annotated[str, AfterValidator(_checked_moment), Field(examples=["start", "end-24h", "discharge"])]
LengthRange = Annotated[tuple[Length, Length], BeforeValidator(_as_pair), AfterValidator(_in_order)]
AgeRange = Annotated[
    tuple[Annotated[int, Field(ge=0, le=130)], Annotated[int, Field(ge=0, le=130)]],
    BeforeValidator(_as_pair),
    AfterValidator(_in_order),
]
Name = Annotated[str, Field(min_length=1, max_length=300)]
Take = Literal["first", "last", "mean", "median", "lowest", "highest"]


class Section(BaseModel):
    """A section of the study file: unknown keys are refused, values do not change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Codes(Section):
    """Codes by vocabulary; OMOP concepts stand with all their descendants where the vocabulary has them."""

    concepts: tuple[int, ...] = Field(default=(), description="OMOP standard concept ids, descendants included")
    snomed: tuple[str, ...] = Field(default=(), description="SNOMED CT codes")
    icd10cm: tuple[str, ...] = Field(
        default=(), description="ICD-10-CM codes; a code stands for all that begin with it"
    )
    icd9cm: tuple[str, ...] = Field(default=(), description="ICD-9-CM codes; a code stands for all that begin with it")

    @property
    def are_empty(self) -> bool:
        """Whether no code of any vocabulary is given."""
        return not (self.concepts or self.snomed or self.icd10cm or self.icd9cm)


class Condition(Codes):
    """The condition treated."""

    name: Name


class Treatment(Section):
    """The treatment studied, or the one it is compared with."""

    name: Name
    concepts: tuple[int, ...] = Field(default=(), description="OMOP concept ids of the drug, descendants included")
    routes: tuple[str, ...] = Field(
        default=(), description="Routes that count, such as intravenous; empty: every route"
    )
    unknown_route: Literal["keep", "drop"] = Field(
        default="keep", description="What a dose without a recorded route counts as"
    )
    new_course_after: Length = Field(
        default="24h", description="A pause between doses longer than this starts a new course"
    )
    length: LengthRange | None = Field(default=None, description="Shortest and longest course that enters")

    @property
    def is_given(self) -> bool:
        """Whether its courses are made of doses."""
        return True

    @property
    def clock_starts_with(self) -> str:
        """What time zero of its courses is, in words."""
        return "the first dose"


class Comparator(Treatment):
    """What the treatment is compared with: another drug, or visits without any."""

    untreated: UntreatedVisits | None = Field(
        default=None,
        description="Usual care: visits for the condition without a dose of the treatment, found in an OMOP database; [condition] is needed",
    )

    @model_validator(mode="after")
    def _has_no_doses(self) -> Comparator:
        of_doses = {"concepts": self.concepts, "routes": self.routes, "unknown_route": self.unknown_route != "keep"}
        said = [key for key, value in of_doses.items() if value]
        if self.untreated is not None and said:
            raise ValueError(
                f"{' and '.join(said)}: untreated visits have no doses; leave the key out, or leave untreated out."
            )
        return self

    @property
    def is_given(self) -> bool:
        """Whether its courses are made of doses."""
        return self.untreated is None

    @property
    def clock_starts_with(self) -> str:
        """What time zero of its courses is, in words."""
        if self.untreated is None:
            return super().clock_starts_with
        later = parse_length(self.untreated.starts_after)
        return f"{describe_length(later)} after admission" if later else "admission"


class Eligibility(Section):
    """Who enters; a rule left out is not asked."""

    age: AgeRange | None = Field(default=None, description="Youngest and oldest age in years at the first dose")
    observed_before: Length | None = Field(default=None, description="Least time observed before the first dose")
    failed_preventive_classes: int | None = Field(
        default=None, ge=1, description="Preventive classes failed before the first dose"
    )
    failed_acute_classes: int | None = Field(
        default=None, ge=1, description="Acute classes failed before the first dose"
    )
    preventive_exposure: Length = Field(
        default="56d",
        description="Without a recorded outcome, an exposure this long that ended before the first dose counts as failed, marked inferred",
    )
    acute_exposure: Length = Field(default="1d", description="The same for acute drugs")
    refractory: str | None = Field(
        default=None, description="Definition of resistant or refractory that must be met, such as ehf-2020-resistant"
    )
    refractory_unknown: Literal["exclude", "include"] | None = Field(
        default=None, description="A course of which this cannot be known: excluded where nothing is said"
    )
    refractory_assumed: tuple[str, ...] | None = Field(
        default=None, description="Demands of the definition that these records cannot show and that count as met"
    )
    courses: Literal["first", "first eligible", "all"] = Field(
        default="first",
        description="first: a person's first recorded course, if it is eligible; first eligible: the first that is; all: every eligible course",
    )


class WindowRule(Section):
    """Which rating of a window counts; both ends belong to the window."""

    opens: MomentText = Field(alias="from")
    closes: MomentText = Field(alias="to")
    take: Take = "last"
    fallback: Literal["none", "first in course", "last in course"] = "none"

    @model_validator(mode="after")
    def _runs_forward(self) -> WindowRule:
        if is_upside_down(parse_moment(self.opens), parse_moment(self.closes)):
            raise ValueError(f"the window from {self.opens!r} to {self.closes!r} is upside down; exchange its ends.")
        return self


class Rating(Section):
    """The rating: scale, clock, and the rules for baseline and final."""

    scale: Name
    concepts: tuple[int, ...] = Field(
        default=(), description="OMOP concept ids, looked for in MEASUREMENT and OBSERVATION"
    )
    day: Literal["calendar", "24h"] = Field(
        default="calendar", description="Days of the course: calendar days, or 24-hour days from the first dose"
    )
    daily: Take = Field(default="mean", description="How the ratings of a day become one")
    baseline: WindowRule = WindowRule(opens="admission", closes="start", take="last", fallback="first in course")
    final: WindowRule = WindowRule(opens="end-24h", closes="discharge", take="last")
    occasions: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="Occasion of a rating by the text that the source stores with it"
    )


class ResponseRule(Section):
    """One rule of response: exactly one of a fall in points, a fall in per cent, or a final value."""

    points: float | None = Field(default=None, gt=0, description="A fall of at least this many points")
    percent: float | None = Field(
        default=None, gt=0, le=100, description="A fall of at least this share of the baseline"
    )
    at_most: float | None = Field(default=None, description="A final rating of at most this")

    @model_validator(mode="after")
    def _is_one_rule(self) -> ResponseRule:
        if sum(value is not None for value in (self.points, self.percent, self.at_most)) != 1:
            raise ValueError("a response rule has exactly one of points, percent, at_most.")
        return self

    @property
    def kind(self) -> str:
        """``points``, ``percent`` or ``at_most``."""
        return next(kind for kind in ("points", "percent", "at_most") if getattr(self, kind) is not None)

    @property
    def threshold(self) -> float:
        """The number of the rule."""
        return float(getattr(self, self.kind))

    @property
    def id(self) -> str:
        """Name in results, such as ``points_2`` or ``percent_30``."""
        return f"{self.kind}_{self.threshold:g}".replace(".", "_").replace("-", "minus_")


class Response(Section):
    """What counts as a response; the first rule is the primary one."""

    primary: ResponseRule
    also: tuple[ResponseRule, ...] = ()
    missing_final: Literal["exclude", "non-response"] = Field(
        default="exclude", description="What a course without a final rating counts as in the main line"
    )

    @property
    def rules(self) -> tuple[ResponseRule, ...]:
        """The primary rule and the others, each once."""
        return tuple({rule.id: rule for rule in (self.primary, *self.also)}.values())


#: A visit of this name would give columns that `outcomes` has already, such as ``final_time``.
_TAKEN_BY_COLUMNS = ("baseline", "final", "nadir", "dose", "return")
#: The same for terms of adverse events: ``event_count``.
_TAKEN_BY_COUNTS = ("count", "worst_grade", "any", "serious")


class FollowUp(Section):
    """What happens afterwards."""

    counts_from: Literal["start", "end", "discharge"] = Field(default="discharge", alias="from")
    visits: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], LengthRange] = Field(default_factory=dict)
    take: Take = Field(default="first", description="Which rating of a visit's window counts")
    return_to_care: tuple[Literal["office", "emergency", "inpatient", "phone"], ...] = Field(
        default=("emergency", "inpatient"), description="Kinds of contact that count as a return to care"
    )

    @model_validator(mode="after")
    def _visit_names_are_free(self) -> FollowUp:
        for visit in self.visits:
            if visit in _TAKEN_BY_COLUMNS:
                raise ValueError(
                    f"a visit cannot be called {visit!r}: the results use that name; write 'visit_1', say."
                )
        return self


class Events(Section):
    """Adverse events: terms to look for, and the window in which a new one counts."""

    window: tuple[MomentText, MomentText] = ("0h", "end+24h")
    terms: dict[str, Codes] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _terms_are_tables(cls, data: Any) -> Any:
        """Read ``hallucination = {...}`` as a term; whatever is no table and no known key stays and is refused."""
        if not isinstance(data, dict):
            return data
        known = {key: value for key, value in data.items() if key in ("window", "terms") or not isinstance(value, dict)}
        terms = {key: value for key, value in data.items() if key not in known}
        return {**known, "terms": {**known.get("terms", {}), **terms}} if terms else known

    @model_validator(mode="after")
    def _runs_forward(self) -> Events:
        opening, closing = (parse_moment(end) for end in self.window)
        if is_upside_down(opening, closing):
            raise ValueError(
                f"the window from {self.window[0]!r} to {self.window[1]!r} is upside down; exchange its ends."
            )
        return self

    @model_validator(mode="after")
    def _terms_are_free_and_differ(self) -> Events:
        # Databases take no notice of case in the names of columns.
        folded = [term.casefold() for term in self.terms]
        for term, name in zip(self.terms, folded, strict=True):
            if name in _TAKEN_BY_COUNTS:
                raise ValueError(f"a term cannot be called {term!r}: the results use that name; write it out.")
            if folded.count(name) > 1:
                raise ValueError(f"the term {term!r} stands twice, written in two ways; give it once.")
        return self


def _as_range(value: Any) -> Any:
    return (value, value) if isinstance(value, int | float) and not isinstance(value, bool) else _as_pair(value)


NumberRange = Annotated[tuple[float, float], BeforeValidator(_as_range), AfterValidator(_in_order)]
CorrelationRange = Annotated[
    tuple[Annotated[float, Field(gt=-1, lt=1)], Annotated[float, Field(gt=-1, lt=1)]],
    BeforeValidator(_as_range),
    AfterValidator(_in_order),
]


class Reference(Section):
    """Published values of persons who were not chosen for a bad day, for regression to the mean; a number or a range each."""

    mean: NumberRange = Field(description="Mean rating of all days, or its least and largest plausible value")
    correlation: CorrelationRange = Field(
        description="Correlation of two untreated ratings as far apart as first and final, or its range; between persons and within them together"
    )
    sd: float | None = Field(default=None, gt=0, description="SD of all persons' days together, where it is known")
    source: Name


class Attribution(Section):
    """What is declared beforehand about the share of the fall that needs no treatment."""

    margin: float = Field(
        default=0.25, ge=0, description="Points that the lower limit must exceed before a claim is made"
    )
    index_day: str | None = Field(default=None, description="How the day of admission was chosen, in words")
    index_rule: Literal["as recorded", "in hindsight"] = Field(
        default="as recorded",
        description="Whether what had been recorded so far decided on the day of admission, or the day was chosen afterwards as the worst of its neighbours",
    )
    index_window: Length | None = Field(
        default=None, description="In hindsight: so long after the first rating no day would have been worse"
    )
    planned_day: int = Field(
        default=5, ge=1, le=60, description="Day of the course whose rating is final where patients left when better"
    )
    untreated: bool = Field(
        default=False,
        description="Whether the courses of the comparator are untreated episodes, chosen in the same way in the same place",
    )
    references: tuple[Reference, ...] = ()

    @model_validator(mode="after")
    def _window_goes_with_hindsight(self) -> Attribution:
        if self.index_window is not None and self.index_rule != "in hindsight":
            raise ValueError('index_window is of a day chosen in hindsight; write index_rule = "in hindsight" as well.')
        return self


class Disclosure(Section):
    """What may leave the site."""

    smallest_count: int = Field(default=5, ge=1)
    rounding: int = Field(default=1, ge=1)


#: Sections whose heading alone is a question.
_ASKED_BY_HEADING = ("dose_response",)


class Study(Section):
    """One study: portable, hashed and shared."""

    title: Name
    condition: Condition | None = None
    treatment: Treatment
    eligibility: Eligibility | None = None
    failure: Failure | None = None
    rating: Rating
    response: Response
    follow_up: FollowUp | None = None
    events: Events | None = None
    comparator: Comparator | None = None
    comparison: TargetTrial | None = None
    dose_response: DoseResponse | None = None
    attribution: Attribution | None = None
    disclosure: Disclosure | None = None

    @model_validator(mode="before")
    @classmethod
    def _empty_section_is_left_out(cls, data: Any) -> Any:
        """A heading without a line under it, such as ``[comparator]``, asks nothing."""
        if isinstance(data, dict):
            return {key: value for key, value in data.items() if value != {} or key in _ASKED_BY_HEADING}
        return data

    @model_validator(mode="after")
    def _treatments_differ(self) -> Study:
        if self.comparator is not None and self.comparator.name == self.treatment.name:
            raise ValueError(
                f"treatment and comparator are both called {self.treatment.name!r}; give each its own name."
            )
        return self

    @model_validator(mode="after")
    def _untreated_are_named(self) -> Study:
        if self.attribution is not None and self.attribution.untreated and self.comparator is None:
            raise ValueError("attribution.untreated is of the comparator's courses; add [comparator] with their name.")
        return self

    @model_validator(mode="after")
    def _untreated_have_the_condition(self) -> Study:
        if self.comparator is not None and not self.comparator.is_given and self.condition is None:
            raise ValueError("comparator.untreated asks for visits for the condition; add [condition] with its codes.")
        return self

    @model_validator(mode="after")
    def _comparison_is_possible(self) -> Study:
        if self.comparison is None:
            return self
        if self.comparator is None:
            raise ValueError(
                "[comparison] asks for a comparator: add a section [comparator], or leave [comparison] out."
            )
        terms = () if self.events is None else tuple(self.events.terms)
        unknown = [name for name in self.comparison.negative_controls if name not in terms]
        if unknown:
            raise ValueError(
                f"comparison.negative_controls: {', '.join(unknown)} is no term of [events]; add it there."
            )
        return self

    @model_validator(mode="after")
    def _controls_are_other_drugs(self) -> Study:
        if self.comparison is None:
            return self
        own = {treatment.name.casefold() for treatment in self.treatments}
        concepts = {concept for treatment in self.treatments for concept in treatment.concepts}
        for name, control in self.comparison.control_exposures.items():
            if self.comparison.ingredient_of(name).casefold() in own or concepts & set(control.concepts):
                raise ValueError(
                    f"comparison.control_exposures.{name} is a treatment that is compared; name a drug that does nothing for the rating."
                )
        return self

    @property
    def target_trial(self) -> TargetTrial | None:
        """How treatment and comparator are compared: as declared, else as by default; None without a comparator."""
        return None if self.comparator is None else self.comparison or TargetTrial()

    @property
    def reads_history(self) -> bool:
        """Whether the table of treatments is needed: for what had failed, or for negative-control exposures."""
        return self.asks_for_history or (self.comparison is not None and bool(self.comparison.control_exposures))

    @property
    def asks_for_history(self) -> bool:
        """Whether something depends on what had failed before."""
        entry = self.eligibility
        asked = () if entry is None else (entry.failed_preventive_classes, entry.failed_acute_classes, entry.refractory)
        return self.failure is not None or any(rule is not None for rule in asked)

    @property
    def treatments(self) -> tuple[Treatment, ...]:
        """The treatment studied and, where there is one, the comparator."""
        return (self.treatment,) if self.comparator is None else (self.treatment, self.comparator)

    @property
    def given_treatments(self) -> tuple[Treatment, ...]:
        """Those of ``treatments`` whose courses are made of doses."""
        return tuple(treatment for treatment in self.treatments if treatment.is_given)
