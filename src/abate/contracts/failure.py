"""What does a study say of failed treatments? Its section ``[failure]``: a site's own drugs, and the rules of inference."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from abate.base.days import parse_length
from abate.base.errors import ParameterError

#: What an inference may say of a treatment.
InferredOutcome = Literal["no effect", "not tolerated", "unknown"]
#: Whose target doses are held against the dose reached.
TargetSource = Literal["EHF 2018", "AHS/AAN 2012"]
Year = Annotated[int, Field(ge=1850, le=2300)]
_Text = Annotated[str, Field(min_length=1, max_length=300)]


def _checked_length(text: str) -> str:
    try:
        seconds = parse_length(text)
    except ParameterError as error:
        raise ValueError(str(error)) from None
    if seconds < 0:
        raise ValueError(f"the length {text!r} is below nought.")
    return text


LengthOfTime = Annotated[str, AfterValidator(_checked_length)]


class _Part(BaseModel):
    """Unknown keys are refused, values do not change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SiteDrug(_Part):
    """One drug that a site adds to the drug table, or whose row there it replaces."""

    ingredient: _Text = Field(description="Active ingredient, as in the table of treatments")
    drug_class: _Text = Field(description="Class that failures are counted by")
    role: Literal["acute", "preventive", "infusion", "other"]
    omop_concept: int | None = Field(default=None, gt=0, description="OMOP concept of the ingredient")
    rxnorm: str | None = Field(default=None, pattern=r"^\d+$", description="RxNorm code of the ingredient")
    atc: str | None = Field(default=None, pattern=r"^[A-Z]\d\d[A-Z]{2}\d\d$", description="ATC code")
    first_available: Year | None = Field(default=None, description="Year in which it could first be had at the site")
    target_dose_mg_day: float | None = Field(default=None, gt=0, description="Lowest daily dose that counts as enough")
    adequate_days: int | None = Field(default=None, gt=0, description="Days at that dose that are a fair trial")
    dose_lasts_days: int | None = Field(default=None, gt=0, description="Days that one dose lasts, for injections")
    tag: _Text = Field(default="unverified: a site's own row")
    source: _Text = Field(default="the site")


class Failure(_Part):
    """What had failed a person, and by which rules it is inferred where nobody wrote it down."""

    drugs: tuple[SiteDrug, ...] = Field(
        default=(), description="A CSV file beside the study file, or rows, that add to the drug table"
    )
    available_since: dict[str, Year] = Field(
        default_factory=dict, description="Class of drugs by the year in which it could first be had at the site"
    )
    stop_reasons: dict[
        Annotated[str, Field(pattern=r"\S")], Literal["no effect", "not tolerated", "contraindicated"]
    ] = Field(
        default_factory=dict,
        description="Text that the records give as reason for stopping (OMOP: stop_reason, in any case) by the outcome that it records",
    )
    target_dose: TargetSource = Field(
        default="EHF 2018", description="Whose target dose counts; the other's where this one gives none"
    )
    dose: Literal["where known", "required", "ignored"] = Field(
        default="where known",
        description="where known: a dose known to be below target is not adequate; required: an unknown dose leaves it open",
    )
    adequate_preventive: LengthOfTime | None = Field(
        default=None, description="Time that is a fair trial of every preventive; else that of the definition or drug"
    )
    adequate_acute: LengthOfTime = Field(default="1d", description="The same for acute drugs")
    refill_gap: LengthOfTime = Field(
        default="30d", description="Exposures of one drug with at most this between them are one trial"
    )
    switch_within: LengthOfTime = Field(
        default="30d", description="A drug of another class begun this near to the end is a switch"
    )
    stopped_after_adequate: InferredOutcome = "no effect"
    switched_after_adequate: InferredOutcome = "no effect"
    switched_after_short: InferredOutcome = "not tolerated"
    no_effect_too_short: Literal["counts", "does not count"] = Field(
        default="does not count",
        description="A recorded lack of effect of a treatment known to be too short or too low",
    )
    contraindicated: Literal["as the definition says", "counts", "does not count"] = "as the definition says"
    unknown_after_adequate: Literal["counts", "not known"] = Field(
        default="not known", description="A fair trial whose outcome stays unknown"
    )
    not_recorded: Literal["never taken", "not known"] = Field(
        default="never taken", description="A class of which the records hold nothing"
    )
