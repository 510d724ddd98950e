"""What is the next trial to be? The plan file's one model: assumptions, each with its source, the design, looks, costs."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from abate.contracts.definition import Name, Section
from abate.contracts.randomisation import Randomisation

#: Version of the plan file; raised whenever a reader of an older one would misread the new one.
PLAN_SCHEMA: Literal["abate-plan/1"] = "abate-plan/1"

#: Where a number comes from. "assumed": nobody has measured it; it is shown as unverified wherever it is shown.
Basis = Literal["study", "literature", "typed", "assumed"]
#: What may take the place of the difference that is planned on.
PlanOn = Literal["shrunk", "typed", "pre-post (not recommended)"]
DesignKind = Literal[
    "parallel",
    "parallel, other drug",
    "three arms",
    "crossover",
    "randomised withdrawal",
    "dose-ranging",
    "group-sequential",
    "re-estimation, blinded",
    "re-estimation, unblinded",
    "non-inferiority",
    "single-arm two-stage",
    "cluster",
    "stepped wedge",
    "n-of-1",
]
Strategy = Literal["treatment policy", "hypothetical", "composite", "while on treatment", "principal stratum"]

#: Numbers of a plan are written with four digits.
_ROUNDING = 0.001
#: Simulated trials of a plan: fewer say nothing, more take hours.
FEWEST_TRIALS, MOST_TRIALS = 100, 1_000_000

_Share = Annotated[float, Field(ge=0, le=1)]
_ShareBelowOne = Annotated[float, Field(ge=0, lt=1)]
_OpenShare = Annotated[float, Field(gt=0, lt=1)]
_Text = Annotated[str, Field(min_length=1, max_length=2000)]


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _as_numbers(value: Any) -> Any:
    return (value,) if isinstance(value, int | float) else _as_tuple(value)


def _rising(values: tuple[float, ...]) -> tuple[float, ...]:
    if any(later <= earlier for earlier, later in pairwise(values)):
        raise ValueError("the values must rise; put them in order, each once.")
    return values


Numbers = Annotated[tuple[float, ...], BeforeValidator(_as_tuple)]
RisingNumbers = Annotated[tuple[float, ...], BeforeValidator(_as_tuple), AfterValidator(_rising)]
Counts = Annotated[tuple[Annotated[int, Field(ge=0)], ...], BeforeValidator(_as_tuple)]


class Sourced(Section):
    """What every assumption says of itself."""

    basis: Basis
    source: Name = Field(description="The estimate of the study, the paper, or who says so and why")
    n: int | None = Field(default=None, ge=1, description="Persons behind it")

    @property
    def is_unverified(self) -> bool:
        """Whether nobody has measured it."""
        return self.basis == "assumed"


class Number(Sourced):
    """A number with its standard error."""

    value: float
    se: float | None = Field(default=None, ge=0, description="Standard error; left out: taken as known, and said so")


class Positive(Sourced):
    """A number above 0 with its standard error."""

    value: float = Field(gt=0)
    se: float | None = Field(default=None, ge=0)


class Share(Sourced):
    """A share from 0 to 1; drawn from a Beta by ``n``, or by the range in which it lies with 95 %."""

    value: _Share
    low: _Share | None = None
    high: _Share | None = None

    @model_validator(mode="after")
    def _range_holds_value(self) -> Share:
        if (self.low is None) != (self.high is None):
            raise ValueError("low and high go together; give both or neither.")
        if self.low is not None and self.high is not None and not self.low <= self.value <= self.high:
            raise ValueError(f"value {self.value:g} lies outside low {self.low:g} to high {self.high:g}.")
        return self


class Question(Section):
    """Five answers by which designs are ranked."""

    aim: Literal["effect", "comparison", "durability", "dose", "feasibility"] = Field(
        default="effect",
        description="Does the drug do it; is it better than another; does it last; how much; can it be done",
    )
    can_be_blinded: bool = Field(default=True, description="Whether an active placebo can be given on the same ward")
    must_last: str = Field(default="4 weeks", description="How long the relief must be shown to last")
    per_month: float | None = Field(
        default=None, gt=0, description="Participants a month, if it is known better than from the study"
    )
    centres: int = Field(default=1, ge=1)
    dose_follows_pain: bool | None = Field(
        default=None, description="Whether the dose is raised until the pain falls; left out: not known"
    )


class Arm(Section):
    """One arm."""

    name: Name
    role: Literal["active", "control", "other drug"] = "active"
    text: _Text | None = Field(default=None, description="What is given, how, for how long")
    weight: int = Field(default=1, ge=1, description="Share of the randomisation")


class IntercurrentEvent(Section):
    """What may happen after assignment that changes what a rating means, in the words of ICH E9(R1)."""

    event: Name
    strategy: Strategy
    alternative: _Text | None = Field(default=None, description="Reported beside it")
    expected: Share | None = Field(default=None, description="How often it is to be expected")


class Estimand(Section):
    """What is to be estimated, in the words of ICH E9(R1)."""

    population: _Text
    treatment: _Text
    variable: _Text
    summary: _Text = "difference in means between the arms as assigned"
    events: tuple[IntercurrentEvent, ...] = ()


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
    no_effect: _Share = Field(default=0.0, description="Probability that the drug does nothing over and above all that")
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

    share: Annotated[tuple[_ShareBelowOne, ...], BeforeValidator(_as_numbers)] = Field(
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


class HarmRule(Section):
    """When harm stops the trial."""

    event: Name
    limit: _OpenShare = Field(description="Share of participants that may not be passed")
    level: _OpenShare = Field(default=0.95, description="Probability beyond which the limit counts as passed")
    prior: tuple[float, float] = Field(default=(0.1, 1.9), description="Beta prior, worth at most 2 participants")
    after: int = Field(default=5, ge=1, description="Participants before the rule may stop")
    basis: Basis = "assumed"
    source: Name = "to be set by the committee"


class Cost(Section):
    """One item of the budget."""

    item: Name
    per: Literal["participant", "bed-day", "month", "centre", "trial"]
    low: float = Field(ge=0)
    likely: float = Field(ge=0)
    high: float = Field(ge=0)
    arm: Name | None = None
    source: Name = "typed"

    @model_validator(mode="after")
    def _in_order(self) -> Cost:
        if not self.low <= self.likely <= self.high:
            raise ValueError(f"the costs of {self.item!r} must rise from low to likely to high.")
        return self


class Looks(Section):
    """Looks before the end."""

    information: RisingNumbers = Field(
        default=(0.5, 1.0), description="Share of the information at each look, the last 1"
    )
    spending: Literal["obrien-fleming", "pocock", "hwang-shih-decani", "kim-demets"] = "obrien-fleming"
    parameter: float | None = Field(default=None, description="Of the spending function or the shape that has one")
    shape: Literal["pocock", "obrien-fleming", "wang-tsiatis", "haybittle-peto"] | None = Field(
        default=None, description="A classic shape of the bounds, in the place of a spending function"
    )
    futility: Literal["none", "non-binding", "binding"] = "non-binding"
    futility_z: Numbers | None = Field(default=None, description="Bounds on the scale of z; left out: by beta spending")


class Design(Section):
    """The design, and which of size, power and effect is asked for."""

    kind: DesignKind = "parallel"
    alpha: float = Field(default=0.05, gt=0, lt=1)
    sided: Literal[1, 2] = 2
    power: float | None = Field(default=0.8, gt=0, lt=1, description="Asked for; left out where per_arm is given")
    per_arm: int | None = Field(default=None, ge=2)
    primary_day: float | None = Field(default=None, description="Day of the primary rating; left out: the last")
    analysis: Literal["mmrm", "constrained longitudinal", "ancova"] = "mmrm"
    df: Literal["satterthwaite", "kenward-roger", "kenward-roger-linear"] = "satterthwaite"
    margin: Number | None = Field(default=None, description="Of non-inferiority")
    washout: str | None = Field(default=None, description="Of a crossover, such as 8 weeks")
    icc: Number | None = Field(default=None, description="Between persons of one centre, for a trial in clusters")
    clusters: int | None = None
    within_sd: Number | None = Field(
        default=None, description="SD of the fall between courses of one person; left out: from repeats.icc"
    )
    hazard_ratio: Number | None = Field(
        default=None, description="Of relapse, drug to placebo, for randomised withdrawal; below 1"
    )
    doses: RisingNumbers | None = Field(default=None, description="Assigned ceilings of a dose-ranging trial")
    dose_unit: Name = "mg/kg/h"
    p0: Share | None = Field(default=None, description="Response with nothing done, for one arm in two stages")
    p1: Share | None = Field(default=None, description="Response that would be worth a trial")

    @model_validator(mode="before")
    @classmethod
    def _a_size_takes_the_place_of_a_power(cls, data: Any) -> Any:
        if not isinstance(data, dict) or data.get("per_arm") is None:
            return data
        if data.get("power") is not None:
            raise ValueError("give power, and the size is solved for, or per_arm, and the power is; not both.")
        return {**data, "power": None}

    @model_validator(mode="after")
    def _power_is_above_alpha(self) -> Design:
        if self.power is None and self.per_arm is None:
            raise ValueError("give power or per_arm; without one of them there is nothing to solve for.")
        if self.power is not None and self.power <= self.alpha:
            raise ValueError(
                f"power {self.power:g} is not above alpha {self.alpha:g}, which a trial has without any effect; ask for more."
            )
        return self


class Simulation(Section):
    """How the trial is simulated."""

    trials: int = Field(default=2000, ge=FEWEST_TRIALS, le=MOST_TRIALS)
    seed: int = Field(default=1, ge=0, description="Of the simulated trials; no list of allocation is made from it")
    scores: Literal["ordinal", "rounded", "as drawn"] = Field(
        default="ordinal", description="How normal ratings become whole ones of the scale"
    )


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


class PlanDisclosure(Section):
    """Which counts of the study may stand in drafts."""

    smallest_count: int = Field(default=5, ge=1)
    rounding: int = Field(default=1, ge=1)


#: Designs of exactly two arms.
_OF_TWO_ARMS = ("parallel", "group-sequential", "re-estimation, blinded", "re-estimation, unblinded")


class PlanFile(Section):
    """One plan: portable, edited by hand, run again."""

    schema_name: Literal["abate-plan/1"] = Field(default=PLAN_SCHEMA, alias="schema")
    title: Name
    condition: Name
    question: Question = Question()
    arms: tuple[Arm, ...] = Field(min_length=1)
    estimand: Estimand
    design: Design = Design()
    looks: Looks | None = Field(default=None, description="Left out: there is one look, at the end")
    effect: Effect
    ratings: Ratings
    retention: Retention
    rescue: Rescue | None = Field(
        default=None, description="Rescue medication in each arm; left out: none is simulated"
    )
    response: Response | None = None
    follow_up: FollowUp | None = None
    accrual: Accrual | None = None
    stay: Stay | None = None
    repeats: Repeats | None = None
    centre_sd: Number | None = Field(default=None, description="SD of the fall between centres")
    harm: tuple[HarmRule, ...] = ()
    costs: tuple[Cost, ...] = ()
    randomisation: Randomisation | None = Field(
        default=None, description="What 'abate randomise' makes a list of; it holds no seed"
    )
    simulation: Simulation = Simulation()
    disclosure: PlanDisclosure = PlanDisclosure()
    study: dict[str, str] = Field(
        default_factory=dict,
        description="Which study the numbers come from: title, hash of its file, whether it was simulated",
    )

    @model_validator(mode="after")
    def _arms_fit_the_design(self) -> PlanFile:
        names = [arm.name for arm in self.arms]
        if len(set(names)) < len(names):
            raise ValueError("two arms have the same name; give each its own.")
        roles = [arm.role for arm in self.arms]
        if self.design.kind in _OF_TWO_ARMS and (len(roles) != 2 or roles[0] != "active" or roles[1] == "active"):
            raise ValueError(
                f'the design {self.design.kind!r} has two arms, the first with role = "active", the second "control" or "other drug"; found {", ".join(roles)}.'
            )
        return self

    @model_validator(mode="after")
    def _retention_fits_the_days(self) -> PlanFile:
        if len(self.retention.seen) != len(self.ratings.days) - 1:
            raise ValueError(
                f"retention.seen has {len(self.retention.seen)} values and ratings.days has {len(self.ratings.days) - 1} days after the baseline; give one each."
            )
        self._rescue_fits_the_days()
        day = self.design.primary_day
        if day is not None and day not in self.ratings.days[1:]:
            raise ValueError(f"design.primary_day {day:g} is none of ratings.days; name one of them.")
        return self

    def _rescue_fits_the_days(self) -> None:
        for arm in ("in_active", "in_control") if self.rescue is not None else ():
            count, days = len(getattr(self.rescue, arm).share), len(self.ratings.days) - 1
            if count not in (1, days):
                raise ValueError(
                    f"rescue.{arm}.share has {count} values and ratings.days has {days} days after the baseline; give one each, or one for all."
                )
