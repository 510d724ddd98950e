"""What is the next trial to be? The plan file's one model: assumptions, each with its source, the design, looks, costs."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from abate.contracts.definition import Name, Section
from abate.contracts.plan_assumptions import (
    Accrual,
    Effect,
    FollowUp,
    Ratings,
    Repeats,
    Rescue,
    Response,
    Retention,
    Stay,
)
from abate.contracts.plan_values import Basis, Number, Numbers, OpenShare, RisingNumbers, Share, Text
from abate.contracts.randomisation import Randomisation

#: Version of the plan file; raised whenever a reader of an older one would misread the new one.
PLAN_SCHEMA: Literal["abate-plan/1"] = "abate-plan/1"

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

#: Simulated trials of a plan: fewer say nothing, more take hours.
FEWEST_TRIALS, MOST_TRIALS = 100, 1_000_000


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
    text: Text | None = Field(default=None, description="What is given, how, for how long")
    weight: int = Field(default=1, ge=1, description="Share of the randomisation")


class IntercurrentEvent(Section):
    """What may happen after assignment that changes what a rating means, in the words of ICH E9(R1)."""

    event: Name
    strategy: Strategy
    alternative: Text | None = Field(default=None, description="Reported beside it")
    expected: Share | None = Field(default=None, description="How often it is to be expected")


class Estimand(Section):
    """What is to be estimated, in the words of ICH E9(R1)."""

    population: Text
    treatment: Text
    variable: Text
    summary: Text = "difference in means between the arms as assigned"
    events: tuple[IntercurrentEvent, ...] = ()


class HarmRule(Section):
    """When harm stops the trial."""

    event: Name
    limit: OpenShare = Field(description="Share of participants that may not be passed")
    level: OpenShare = Field(default=0.95, description="Probability beyond which the limit counts as passed")
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


class PlanDisclosure(Section):
    """Which counts of the study may stand in drafts."""

    smallest_count: int = Field(default=5, ge=1)
    rounding: int = Field(default=1, ge=1)


#: Designs of two arms at the same time: planning analyses simulated trials of them by the plan's own call.
TWO_ARM_KINDS: frozenset[DesignKind] = frozenset(
    ("parallel", "parallel, other drug", "group-sequential", "re-estimation, blinded", "re-estimation, unblinded")
)


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
        if self.design.kind in TWO_ARM_KINDS and (len(roles) != 2 or roles[0] != "active" or roles[1] == "active"):
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
