"""Which trial would answer the question, and how do the records stand in for it? The study file's section ``[comparison]``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from abate.contracts.failure import LengthOfTime

#: What was known of a course before its first dose.
Covariate = Literal[
    "age",
    "sex",
    "race",
    "ethnicity",
    "site",
    "weight",
    "setting",
    "year",
    "baseline",
    "earlier_course",
    "failed_preventive_classes",
    "failed_acute_classes",
    "days_before",
]
#: How the two groups are made alike.
WeightMethod = Literal["overlap", "matching", "strata", "entropy", "everybody"]
_Text = Annotated[str, Field(min_length=1, max_length=600)]
_Share = Annotated[float, Field(ge=0, le=1)]


def _each_once(names: tuple[str, ...]) -> tuple[str, ...]:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{', '.join(twice)} stands twice; give each name once.")
    return names


def _in_order(days: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(set(days)))


class _Part(BaseModel):
    """Unknown keys are refused, values do not change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class IntercurrentEvents(_Part):
    """What is done about events after the first dose that change what a rating means, in the words of ICH E9(R1).

    Only strategies that abate carries out can be named.
    """

    early_discharge: Literal["while on treatment"] = Field(
        default="while on treatment",
        description="Discharge before a planned day: the final rating counts whenever the course ended",
    )
    stopped_for_harm: Literal["treatment policy"] = Field(
        default="treatment policy",
        description="A course stopped for an adverse event: its ratings count like those of any other",
    )
    switch: Literal["treatment policy", "hypothetical"] = Field(
        default="treatment policy",
        description="A later course of the other treatment: follow-up goes on (treatment policy), or ends there as if it had not been given (hypothetical)",
    )


class ComparisonThresholds(_Part):
    """What a comparison must keep; where one fails, its numbers are not to be used."""

    largest_imbalance: float = Field(
        default=0.1,
        ge=0,
        description="Of any covariate after weighting, in standard deviations; convention (Austin 2009, https://doi.org/10.1002/sim.3697)",
    )
    least_equipoise: _Share = Field(
        default=0.5,
        description="Share of each group with a preference score from 0.3 to 0.7; convention (Walker 2013, https://doi.org/10.2147/CER.S40357)",
    )
    least_effective_persons: float = Field(
        default=10, ge=0, description="In each group after weighting; placeholder without a source"
    )
    largest_share: _Share = Field(
        default=0.2, description="Of a group’s weight, the most on one person; placeholder without a source"
    )
    largest_systematic_error: float | None = Field(
        default=None,
        ge=0,
        description="Risk difference that the negative controls lead one to expect; not asked where left out",
    )


class HiddenConfounder(_Part):
    """Something nobody measured, of a strength that is given: placeholders to begin from, none of them published."""

    points: float = Field(default=1.0, ge=0, description="By which the final rating differs with and without it")
    difference: _Share = Field(default=0.2, description="How much more often it is found in one group, as a share")
    ratio_with_group: float = Field(default=2.0, ge=1, description="How many times more often in one group")
    ratio_with_outcome: float = Field(default=2.0, ge=1, description="How many times more often response with it")


class ControlExposure(_Part):
    """A drug that is known to do nothing for the rating: who took it is compared as who got the treatment would be."""

    ingredient: str | None = Field(
        default=None,
        min_length=1,
        max_length=300,
        description="Name in the table of treatments; without it the key itself, underscores read as blanks",
    )
    concepts: tuple[int, ...] = Field(default=(), description="OMOP concept ids of the drug, descendants included")


class TargetTrial(_Part):
    """The trial that would answer the question; eligibility, treatments, ratings and visits stand in their own sections."""

    assignment: _Text = Field(
        default="by lot, without blinding", description="How the trial would assign the treatments, in words"
    )
    users: Literal["new", "all"] = Field(
        default="new",
        description="new: a course after an earlier one of the other treatment is left out; all: it stays",
    )
    covariates: Annotated[tuple[Covariate, ...], AfterValidator(_each_once)] = Field(
        default=(
            "age",
            "sex",
            "baseline",
            "failed_preventive_classes",
            "failed_acute_classes",
            "setting",
            "year",
            "earlier_course",
        ),
        min_length=1,
        description="Known before the first dose, and held alike between the groups",
    )
    weights: WeightMethod = Field(
        default="overlap",
        description="overlap: for those who might have got either; matching: nearest neighbour; strata: of the score; entropy: exact means; everybody: inverse weights",
    )
    last_day: int = Field(default=5, ge=1, le=30, description="Daily ratings are compared up to this day of the course")
    return_days: Annotated[tuple[Annotated[int, Field(ge=1, le=3650)], ...], AfterValidator(_in_order)] = Field(
        default=(30, 90), description="Days after discharge by which a return to care is compared"
    )
    recent: LengthOfTime = Field(
        default="90d",
        description="A course of the other treatment without response this long before counts as just failed; placeholder",
    )
    intercurrent: IntercurrentEvents = IntercurrentEvents()
    thresholds: ComparisonThresholds = ComparisonThresholds()
    hidden_confounder: HiddenConfounder = HiddenConfounder()
    negative_controls: Annotated[tuple[Annotated[str, Field(min_length=1)], ...], AfterValidator(_each_once)] = Field(
        default=(),
        description="Terms of [events] that neither treatment can cause or prevent; five are the least that calibrate",
    )
    control_exposures: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], ControlExposure] = Field(
        default_factory=dict,
        description="Drugs that are known to do nothing for the rating and were taken at time zero; five are the least that calibrate",
    )

    def ingredient_of(self, control: str) -> str:
        """Return the name of a negative-control exposure in the table of treatments."""
        return self.control_exposures[control].ingredient or control.replace("_", " ")
