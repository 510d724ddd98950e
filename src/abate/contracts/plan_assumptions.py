"""What does a plan take for granted, and who says so? The assumptions of a plan file, each with its source."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from abate.contracts.definition import Name, Section
from abate.contracts.plan_values import (
    Number,
    Numbers,
    OneShare,
    RisingNumbers,
    Share,
    ShareBelowOne,
    Sourced,
    as_numbers,
)

#: What may take the place of the difference that is planned on.
PlanOn = Literal["shrunk", "typed", "pre-post (not recommended)"]

#: Numbers of a plan are written with four digits.
_ROUNDING = 0.001


class Belief(Section):
    """What it does to a rating to believe that one has the drug, and how many believe it in each arm."""

    effect: Number
    in_active: Share
    in_control: Share


class Effect(Section):
    """The difference to be planned on: what is left of the observed fall after all that a control arm has too."""

    plan_on: PlanOn = "shrunk"
    typed: Number | None = Field(default=None, description='The difference itself, with plan_on = "typed"')
    observed_fall: Number | None = None
    regression_to_mean: Number | None = Field(default=None, description="Fall to be expected with nothing done")
    fall_left: Number | None = Field(
        default=None,
        description="Observed fall less regression to the mean; its standard error allows for both coming from the same ratings",
    )
    context: Number | None = Field(
        default=None, description="Fall in a blinded control over and above regression to the mean"
    )
    bundle: Number | None = Field(default=None, description="Fall by what is given to both arms")
    between_populations_sd: Number | None = Field(
        default=None, description="How far the effect in the trial's persons may lie from that in the study's"
    )
    prior: Number | None = Field(
        default=None,
        description="What was believed of the difference before this study; the two are weighted by their precision",
    )
    no_effect: OneShare = Field(
        default=0.0, description="Probability that the drug does nothing over and above all that"
    )
    chosen_beyond_z: float | None = Field(
        default=None,
        ge=0,
        description="Where the study's result was chosen because its z lay beyond this: the winner's curse is taken off",
    )
    belief: Belief | None = None
    worthwhile: Number | None = Field(
        default=None, description="Smallest difference between groups that is worth having"
    )

    @model_validator(mode="after")
    def _has_what_it_plans_on(self) -> Effect:
        if self.plan_on == "typed" and self.typed is None:
            raise ValueError(
                'plan_on = "typed" needs a line typed = { value = …, se = …, basis = "typed", source = "…" }.'
            )
        if self.plan_on != "typed" and self.observed_fall is None and self.fall_left is None:
            raise ValueError(f'plan_on = "{self.plan_on}" needs observed_fall; give it, or plan_on = "typed".')
        if self.plan_on == "shrunk":
            lacking = [name for name in ("context", "bundle") if getattr(self, name) is None]
            if self.fall_left is None and self.regression_to_mean is None:
                lacking.insert(0, "regression_to_mean")
            if lacking:
                raise ValueError(
                    f'plan_on = "shrunk" takes {", ".join(lacking)} off the fall, and the file does not give it; add it with its source.'
                )
        return self

    @model_validator(mode="after")
    def _prior_has_a_spread(self) -> Effect:
        if self.prior is not None and not self.prior.se:
            raise ValueError("prior needs se above 0; a belief without uncertainty would leave the study no say.")
        return self

    @model_validator(mode="after")
    def _parts_add_up(self) -> Effect:
        observed, expected, left = self.observed_fall, self.regression_to_mean, self.fall_left
        if observed is None or expected is None or left is None:
            return self
        if abs(observed.value - expected.value - left.value) > _ROUNDING:
            raise ValueError(
                f"fall_left is {left.value:g}, and observed_fall less regression_to_mean is {observed.value - expected.value:g}; "
                "change it as well, or leave it out (its standard error is then made of theirs)."
            )
        return self


class Ratings(Sourced):
    """The ratings of an arm as in the study: baseline first, then the days of the trial's ratings."""

    scale: Name
    lowest: float = 0.0
    highest: float = 10.0
    days: RisingNumbers = Field(description="0 is the baseline")
    mean: Numbers = Field(description="On each of the days, in the treated")
    covariance: tuple[Numbers, ...] = Field(description="Of the ratings of one person, in points squared")
    df: float | None = Field(
        default=None, gt=0, description="Degrees of freedom of the covariance; left out: taken as known"
    )
    structure: Name = "unstructured"

    @model_validator(mode="after")
    def _sizes_agree(self) -> Ratings:
        count = len(self.days)
        if count < 2 or self.days[0] != 0:
            raise ValueError("days begin with 0, the baseline, and have at least one more.")
        if (
            len(self.mean) != count
            or len(self.covariance) != count
            or any(len(row) != count for row in self.covariance)
        ):
            raise ValueError(f"mean and covariance must have one row and column for each of the {count} days.")
        if self.lowest >= self.highest:
            raise ValueError("lowest must lie below highest.")
        if not all(self.lowest <= mean <= self.highest for mean in self.mean):
            raise ValueError(f"every mean must lie on the scale, from {self.lowest:g} to {self.highest:g}.")
        return self


class Retention(Sourced):
    """Who is still rated on each day of the trial."""

    seen: Numbers = Field(description="Share still rated on each day after the baseline, at most 1 and never rising")
    reasons: dict[str, Share] = Field(default_factory=dict, description="Why courses end early, by reason")
    depends_on_pain: float = Field(
        default=0.0,
        description="How much the log odds of leaving rise with each point of the last rating; 0: at random",
    )


class RescueShares(Sourced):
    """How many of an arm take rescue medication."""

    share: Annotated[tuple[ShareBelowOne, ...], BeforeValidator(as_numbers)] = Field(
        min_length=1, description="Of all randomised, on each day after the baseline, or one number for every day"
    )


class Rescue(Section):
    """Rescue medication, for simulated trials: the ratings of the section [ratings] are taken as those without it."""

    in_active: RescueShares
    in_control: RescueShares
    points: Number = Field(description="By how much it lowers the rating of its day, at least 0")
    depends_on_pain: Number | None = Field(
        default=None,
        description="How much the log odds of taking it rise with each point of the rating; left out: it does not depend on it",
    )
    strategy: Literal["treatment policy", "hypothetical"] = Field(
        default="treatment policy",
        description="The rating as it was; or, hypothetical, ratings from the first rescue on are taken as missing",
    )

    @model_validator(mode="after")
    def _lowers_pain(self) -> Rescue:
        if self.points.value < 0:
            raise ValueError(
                f"points is {self.points.value:g}, and rescue lowers a rating; give a number of at least 0."
            )
        return self


class Accrual(Sourced):
    """How many come."""

    seen: int = Field(ge=0, description="Eligible first courses in the study")
    months: float = Field(gt=0, description="Over how many months")
    consent: Share
    centres: int = Field(default=1, ge=1, description="Centres behind these numbers")
    start_up_months: float = Field(default=0.0, ge=0, description="Until a further centre has its first participant")
    finish_within_months: float = Field(default=24.0, gt=0, description="By when the last participant is wanted")

    @model_validator(mode="after")
    def _somebody_consents(self) -> Accrual:
        if self.consent.value == 0:
            raise ValueError(
                "consent is 0, so that nobody would ever take part; give the share of the eligible who would."
            )
        return self


class Stay(Sourced):
    """Days in hospital."""

    mean: float = Field(gt=0)
    sd: float = Field(ge=0)
    beds: int | None = Field(default=None, ge=1, description="Beds of the unit")
    usual_admissions_per_week: float | None = Field(default=None, ge=0, description="Without the trial")


class Repeats(Sourced):
    """Courses of one person."""

    courses_per_person: float = Field(ge=1)
    icc: float | None = Field(default=None, ge=0, le=1, description="Of the falls of one person's courses")


class Response(Section):
    """The rule of response, and how many of the control arm are to be expected to meet it."""

    rule: Name
    active: Share | None = None
    control: Share | None = Field(default=None, description="With nothing done, from the study, and what context adds")


class FollowUp(Section):
    """After discharge."""

    lost: Share = Field(description="Without a rating at the visit")
    sustained: Share | None = Field(default=None, description="Response still held at the visit, among responders seen")
    visit: Name = "visit_1"
    day: float | None = Field(default=None, gt=0, description="Mean day of the visit")
