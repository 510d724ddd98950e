"""What did planning find? Sizes, power, assurance, looks, accrual and the designs in their order: what the report and the drafts read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from abate.contracts.result import Estimate

#: Version of plan.json; raised whenever a reader of an older one would misread the new one.
TRIAL_PLAN_SCHEMA = "abate-trial-plan/1"


@dataclass(frozen=True, kw_only=True)
class AssumptionRow:
    """One assumption as a reader sees it; ``shown`` is value and uncertainty in words."""

    id: str  # place in the plan file, such as "effect.context"
    quantity: str
    shown: str
    value: float | None
    standard_error: float | None = None
    lower: float | None = None  # of 95 %
    upper: float | None = None
    unit: str = "1"
    basis: str  # study, literature, typed, assumed
    source: str
    n: int | str | None = None
    is_unverified: bool = False
    distribution: str = ""  # what the simulation draws it from, in words; "" where it is taken as known


@dataclass(frozen=True, kw_only=True)
class EffectStep:
    """One step from the observed fall to the difference that is planned on; ``value`` is signed, in points."""

    id: str  # "observed_fall", "regression_to_mean", "context", "bundle", "winners_curse", "planned"
    quantity: str
    value: float | None
    standard_error: float | None
    basis: str
    source: str
    reason: str | None = None  # why there is no value


@dataclass(frozen=True, kw_only=True)
class DesignRow:
    """One design: when it answers the question, what speaks against it here, and what it would take."""

    kind: str  # of the plan file's design.kind
    title: str
    rank: int  # 1 is the first choice
    is_chosen: bool
    can_answer: bool  # False: it does not answer the question asked, whatever its size
    answers: str  # when it answers the question
    against: str  # when it does not
    reasons: Sequence[str]  # why it stands at this rank here, from the answers and the data at hand
    primary: str  # primary outcome and analysis
    total: float | None  # participants, unrounded sizes rounded up
    months: float | None = None
    size_in_words: str = ""  # "2 x 64", "31 pairs"
    size_reason: str | None = None  # why there is no size
    source: str = ""  # of the formula


@dataclass(frozen=True, kw_only=True)
class EventRow:
    """One intercurrent event."""

    event: str
    strategy: str
    alternative: str
    expected: str  # share with its source, in words
    is_unverified: bool = False


@dataclass(frozen=True, kw_only=True)
class CurvePoint:
    """One point of a curve; limits where there is an interval."""

    x: float
    y: float
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True, kw_only=True)
class Curve:
    """A line to be drawn; ``y`` are shares unless the unit says otherwise."""

    id: str  # "power.closed", "power.simulated", "assurance", "accrual"
    title: str
    x_quantity: str
    y_quantity: str
    points: Sequence[CurvePoint]
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class TornadoBar:
    """Power when one assumption moves from its 10th to its 90th centile and the others stay."""

    id: str
    quantity: str
    low: float  # value at the 10th centile
    high: float
    power_low: float
    power_high: float


@dataclass(frozen=True, kw_only=True)
class LookRow:
    """One look."""

    look: int
    information: float
    participants: float  # whose day of the primary outcome has come
    month: float | None
    efficacy_z: float
    efficacy_p: float  # one-sided
    futility_z: float | None
    alpha_spent: float
    in_pipeline: float | None = None  # randomised, primary outcome still to come


@dataclass(frozen=True, kw_only=True)
class CharacteristicsRow:
    """What the looks do where the true difference is a multiple of the planned one."""

    multiple: float  # 0, 0.5, 1, 1.5
    effect: float  # points
    reject: float
    stop_for_futility: float
    reject_by_look: Sequence[float]
    futility_by_look: Sequence[float]
    expected_participants: float
    expected_with_overrun: float | None
    expected_months: float | None
    simulated_reject: float | None = None
    simulated_error: float | None = None  # Monte Carlo
    bias: float | None = None  # of the estimate at the end, simulated
    coverage: float | None = None
    failed: int | None = None
    trials: int | None = None


@dataclass(frozen=True, kw_only=True)
class HarmTable:
    """A rule that stops for harm: ``stop_at[i]`` of the first ``i + 1`` participants, None where no number can."""

    event: str
    limit: float
    rule: str  # in words
    stop_at: Sequence[int | None]
    characteristics: Sequence[Mapping[str, float]]  # true_rate, stop_probability, expected_patients
    unseen_upper: float  # upper 95 % limit where none is seen
    basis: str
    source: str


@dataclass(frozen=True, kw_only=True)
class BudgetRow:
    """One item of the budget over the whole trial."""

    item: str
    low: float
    likely: float
    high: float
    source: str


@dataclass(frozen=True, kw_only=True)
class PlanProvenance:
    """Where the plan comes from; nothing of it changes from run to run on the same inputs."""

    abate_version: str
    plan_hash: str  # SHA-256 of the plan in canonical form
    results_hash: str | None  # of results.json, where it was made from a study
    study_hash: str | None
    seed: int
    trials: int
    versions: Mapping[str, str] = field(default_factory=dict)
    is_simulated: bool = False  # the study's records were simulated


@dataclass(frozen=True, kw_only=True)
class TrialPlan:
    """All that planning found.

    Numbers that stand alone are estimates with ids such as ``effect.planned``, ``size.ancova.per_arm``,
    ``size.mmrm.per_arm``, ``power.closed``, ``power.simulated``, ``power.difference``, ``assurance``, ``assurance.limit``,
    ``accrual.months``, ``beds.days``, ``budget.total``, ``blinding.half_width``; one that could not be had has a reason.
    """

    title: str
    plan: Mapping[str, Any]  # the plan file as plain data
    estimates: Sequence[Estimate]
    assumptions: Sequence[AssumptionRow]
    effect_steps: Sequence[EffectStep]
    designs: Sequence[DesignRow]
    estimand: Mapping[str, str]  # population, treatment, variable, summary
    events: Sequence[EventRow]
    curves: Sequence[Curve]
    tornado: Sequence[TornadoBar]
    looks: Sequence[LookRow]
    characteristics: Sequence[CharacteristicsRow]
    harm: Sequence[HarmTable]
    budget: Sequence[BudgetRow]
    warnings: Sequence[str]  # shown on every page; where the pre-post change is planned on, the first says so, in red
    limits: Sequence[str]  # what the plan cannot know, in plain words
    model: str  # of the analysis, as a formula
    call: str  # the analysis as a call of abate; tests run it on simulated trials
    provenance: PlanProvenance

    def estimate(self, id: str) -> Estimate | None:
        """Return the number with this id, or None."""
        return next((estimate for estimate in self.estimates if estimate.id == id), None)

    def curve(self, id: str) -> Curve | None:
        """Return the curve with this id, or None."""
        return next((curve for curve in self.curves if curve.id == id), None)
