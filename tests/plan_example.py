"""A plan made up by hand, for tests of what comes out of planning: no number in it was computed, and none is evidence."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from abate.contracts.plan_file import PlanFile
from abate.contracts.result import Estimate
from abate.contracts.trial_plan import (
    AssumptionRow,
    BudgetRow,
    CharacteristicsRow,
    Curve,
    CurvePoint,
    DesignRow,
    EffectStep,
    EventRow,
    HarmTable,
    LookRow,
    PlanProvenance,
    TornadoBar,
    TrialPlan,
)

#: Words that break pages, files and readers.
HOSTILE = (
    "<script>alert(1)</script>",
    "\"'&]]>{{7*7}}",
    "\u202etxt.exe",
    "=1+1",
    "a\x00b\x07c\ufffe",
    "]]></style><img src=x onerror=alert(1)>",
)

_STUDY = "example study, simulated, n = 61"
_TYPED = "typed for this example"


def _number(value: float, se: float | None, basis: str, source: str, n: int | None = None) -> dict[str, Any]:
    return {"value": value, "se": se, "basis": basis, "source": source, "n": n}


def example_plan_file(**changes: Any) -> dict[str, Any]:
    """A plan file as plain data, its defaults filled in."""
    plan: dict[str, Any] = {
        "schema": "abate-plan/1",
        "title": "Ketamine course against midazolam: example plan",
        "condition": "refractory chronic migraine",
        "question": {
            "aim": "effect",
            "can_be_blinded": True,
            "must_last": "4 weeks",
            "per_month": 2.0,
            "centres": 2,
        },
        "arms": [
            {
                "name": "Ketamine",
                "role": "active",
                "text": "infusion to a ceiling of 0.5 mg/kg/h for 5 days",
                "weight": 1,
            },
            {
                "name": "Midazolam",
                "role": "control",
                "text": "infusion as active placebo on the same clock",
                "weight": 1,
            },
        ],
        "estimand": {
            "population": "adults with refractory chronic migraine admitted for a course",
            "treatment": "ketamine against midazolam, each on top of the fixed bundle",
            "variable": "rating from 0 to 10 on day 5",
            "summary": "difference in means between the arms as assigned",
            "events": [
                {
                    "event": "infusion stopped for harm",
                    "strategy": "treatment policy",
                    "alternative": "composite",
                    "expected": {"value": 0.08, "basis": "study", "source": _STUDY, "n": 61},
                },
                {
                    "event": "rescue drug",
                    "strategy": "treatment policy",
                    "alternative": "hypothetical",
                    "expected": None,
                },
            ],
        },
        "design": {
            "kind": "parallel",
            "alpha": 0.05,
            "sided": 2,
            "power": 0.8,
            "analysis": "mmrm",
            "df": "satterthwaite",
        },
        "looks": {"information": [0.5, 1.0], "spending": "obrien-fleming", "futility": "non-binding"},
        "effect": {
            "plan_on": "shrunk",
            "observed_fall": _number(4.1, 0.32, "study", _STUDY, 61),
            "regression_to_mean": _number(0.8, 0.4, "study", _STUDY, 61),
            "context": _number(1.8, 0.6, "assumed", "nobody has measured it; example"),
            "bundle": _number(0.3, 0.3, "assumed", "nobody has measured it; example"),
            "worthwhile": _number(1.0, None, "typed", _TYPED),
            "no_effect": 0.1,
        },
        "ratings": {
            "basis": "study",
            "source": _STUDY,
            "n": 61,
            "scale": "nrs",
            "days": [0, 1, 2, 3, 4, 5],
            "mean": [7.5, 6.4, 5.4, 4.5, 3.8, 3.4],
            "covariance": [[4.0 if i == j else 2.0 for j in range(6)] for i in range(6)],
            "df": 60,
        },
        "retention": {
            "basis": "study",
            "source": _STUDY,
            "n": 61,
            "seen": [1.0, 0.98, 0.95, 0.92, 0.9],
            "reasons": {
                "pain ended": {"value": 0.066, "basis": "study", "source": _STUDY, "n": 61},
                "harm": {"value": 0.033, "basis": "study", "source": _STUDY, "n": 61},
            },
        },
        "response": {
            "rule": "fall of 2 points or more",
            "active": {"value": 0.7, "basis": "study", "source": _STUDY, "n": 59},
            "control": {"value": 0.45, "basis": "assumed", "source": "nobody has measured it; example"},
        },
        "follow_up": {
            "lost": {"value": 0.3, "basis": "study", "source": _STUDY, "n": 61},
            "sustained": {"value": 0.4, "basis": "study", "source": _STUDY, "n": 30},
            "visit": "visit_1",
        },
        "accrual": {
            "basis": "study",
            "source": _STUDY,
            "n": 61,
            "seen": 61,
            "months": 36,
            "consent": {
                "value": 0.5,
                "low": 0.3,
                "high": 0.7,
                "basis": "assumed",
                "source": "nobody has measured it; example",
            },
            "centres": 1,
            "start_up_months": 6,
        },
        "stay": {
            "basis": "study",
            "source": _STUDY,
            "n": 61,
            "mean": 5.1,
            "sd": 1.2,
            "beds": 4,
            "usual_admissions_per_week": 2.0,
        },
        "harm": [
            {
                "event": "serious psychiatric event",
                "limit": 0.05,
                "level": 0.95,
                "prior": [0.1, 1.9],
                "after": 5,
                "basis": "assumed",
                "source": "to be set by the committee",
            }
        ],
        "costs": [
            {
                "item": "bed-day",
                "per": "bed-day",
                "low": 500,
                "likely": 700,
                "high": 900,
                "source": _TYPED,
            }
        ],
        "simulation": {"trials": 2000, "seed": 7, "scores": "ordinal"},
        "disclosure": {"smallest_count": 5, "rounding": 1},
        "study": {"title": "Example study", "hash": "ab" * 32, "simulated": "yes"},
    }
    return PlanFile.model_validate(plan | changes).model_dump(mode="json", by_alias=True)


def _estimate(id: str, quantity: str, value: float | None, **more: Any) -> Estimate:
    return Estimate(id=id, quantity=quantity, value=value, **more)


def _interval(id: str, quantity: str, value: float, lower: float, upper: float, **more: Any) -> Estimate:
    return Estimate(id=id, quantity=quantity, value=value, lower=lower, upper=upper, level=0.95, **more)


def example_estimates() -> tuple[Estimate, ...]:
    """Every number that stands alone, one of them with a reason in its place."""
    points = {"unit": "{points}"}
    return (
        _interval(
            "effect.planned",
            "difference planned on",
            1.2,
            -0.4,
            2.8,
            standard_error=0.84,
            method="fall less what a control arm has too",
            **points,
        ),
        _estimate("size.ancova.per_arm", "persons an arm, analysis of covariance", 61.0, method="Borm 2007"),
        _estimate(
            "size.mmrm.per_arm", "persons an arm, repeated measures with drop-out", 64.0, method="Lu, Luo & Chen 2008"
        ),
        _estimate(
            "size.responders.per_arm",
            "persons an arm, responders",
            None,
            reason="the share of responders in the control arm was not given",
        ),
        _estimate("power.closed", "power by the closed form", 0.82, method="Lu, Luo & Chen 2008, t reference"),
        _interval(
            "power.simulated",
            "power in simulated trials",
            0.80,
            0.78,
            0.82,
            standard_error=0.009,
            n=2000,
            method="Wilson interval",
        ),
        _estimate("power.difference", "closed form less simulated", 0.02),
        _estimate(
            "size.simulated.per_arm", "persons an arm that reach the power when simulated", 64.0, method="simulation"
        ),
        _interval("assurance", "probability of success over all that is not known", 0.61, 0.59, 0.63, n=2000),
        _estimate("assurance.limit", "the most that any size can reach", 0.92),
        _interval("accrual.months", "months to the last participant", 48.0, 39.0, 61.0, unit="mo"),
        _estimate("accrual.centres_80", "centres that make 36 months likely", 4.0),
        _interval("beds.days", "bed-days", 653.0, 610.0, 700.0),
        _estimate("beds.refused", "share of admissions refused, with the trial", 0.07),
        _interval("budget.total", "cost of the whole trial", 812000.0, 640000.0, 1040000.0, unit="EUR"),
        _estimate("blinding.half_width", "half width of the interval of Bang's index", 0.2, method="Bang 2004"),
        _estimate("blinding.bias", "points added by believing that one has the drug", 0.3, **points),
    )


def _points(id: str, quantity: str, value: float, standard_error: float, **origin: Any) -> AssumptionRow:
    """Return a number of points that simulated trials draw from a normal distribution."""
    half = 1.96 * standard_error
    return AssumptionRow(
        id=f"effect.{id}",
        quantity=quantity,
        shown=f"{value:g} points (SE {standard_error:g})",
        value=value,
        standard_error=standard_error,
        lower=round(value - half, 2),
        upper=round(value + half, 2),
        unit="{points}",
        distribution="normal",
        **origin,
    )


def _assumptions() -> tuple[AssumptionRow, ...]:
    study: dict[str, Any] = {"basis": "study", "source": _STUDY, "n": 61}
    assumed: dict[str, Any] = {"basis": "assumed", "source": "nobody has measured it; example", "is_unverified": True}
    drawn = "inverse Wishart, 60 degrees of freedom"
    return (
        _points("observed_fall", "observed mean fall", 4.1, 0.32, **study),
        _points("regression_to_mean", "regression to the mean", 0.8, 0.4, **study),
        _points("context", "fall in a blinded control over and above regression", 1.8, 0.6, **assumed),
        _points("bundle", "fall by the bundle given to both arms", 0.3, 0.3, **assumed),
        AssumptionRow(
            id="effect.worthwhile",
            quantity="smallest difference worth having",
            shown="1.0 point",
            value=1.0,
            unit="{points}",
            basis="typed",
            source=_TYPED,
        ),
        AssumptionRow(
            id="ratings.covariance",
            quantity="covariance of the ratings",
            shown="SD 2.0, correlation 0.5",
            value=None,
            distribution=drawn,
            **study,
        ),
        AssumptionRow(
            id="retention.seen", quantity="still rated on day 5", shown="90 %", value=0.9, distribution="Beta", **study
        ),
        AssumptionRow(
            id="retention.reasons.harm",
            quantity="left early for harm",
            shown="3 %",
            value=0.033,
            distribution="Beta",
            **{**study, "n": "<5"},
        ),
        AssumptionRow(
            id="accrual.consent",
            quantity="share that consents",
            shown="50 % (30 to 70 %)",
            value=0.5,
            lower=0.3,
            upper=0.7,
            distribution="Beta",
            **assumed,
        ),
        AssumptionRow(id="stay.mean", quantity="mean length of stay", shown="5.1 days", value=5.1, unit="d", **study),
    )


def _steps() -> tuple[EffectStep, ...]:
    return (
        EffectStep(
            id="observed_fall",
            quantity="observed fall",
            value=4.1,
            standard_error=0.32,
            basis="study",
            source=_STUDY,
        ),
        EffectStep(
            id="regression_to_mean",
            quantity="regression to the mean",
            value=-0.8,
            standard_error=0.4,
            basis="study",
            source=_STUDY,
        ),
        EffectStep(
            id="context",
            quantity="context of five days in hospital",
            value=-1.8,
            standard_error=0.6,
            basis="assumed",
            source="nobody has measured it; example",
        ),
        EffectStep(
            id="bundle",
            quantity="bundle given to both arms",
            value=-0.3,
            standard_error=0.3,
            basis="assumed",
            source="nobody has measured it; example",
        ),
        EffectStep(
            id="winners_curse",
            quantity="chosen for its result",
            value=None,
            standard_error=None,
            basis="typed",
            source=_TYPED,
            reason="the file does not say that the result was chosen",
        ),
        EffectStep(
            id="planned",
            quantity="difference planned on",
            value=1.2,
            standard_error=0.84,
            basis="study",
            source="sum of the steps",
        ),
    )


def _designs() -> tuple[DesignRow, ...]:
    return (
        DesignRow(
            kind="parallel",
            title="Two arms in parallel, active placebo",
            rank=1,
            is_chosen=True,
            can_answer=True,
            answers="whether the drug does it, over and above ward and ritual",
            against="a psychomimetic drug may unblind",
            reasons=("the aim is an effect", "an active placebo can be given on the same ward"),
            primary="rating on day 5; mixed model for repeated measures",
            total=128,
            months=48.0,
            size_in_words="2 \u00d7 64",
            source="Lu, Luo & Chen 2008",
        ),
        DesignRow(
            kind="group-sequential",
            title="Two arms with looks",
            rank=2,
            is_chosen=False,
            can_answer=True,
            answers="the same, sooner where the effect is large",
            against="participants in the pipeline at a look cannot be saved",
            reasons=("more than 100 participants",),
            primary="rating on day 5; mixed model for repeated measures",
            total=132,
            months=40.0,
            size_in_words="at most 2 \u00d7 66",
            source="Lan & DeMets 1983",
        ),
        DesignRow(
            kind="crossover",
            title="Two periods, crossed over",
            rank=3,
            is_chosen=False,
            can_answer=False,
            answers="the effect within a person, where relief ends before the second period",
            against="carry-over",
            reasons=("relief lasted longer than the washout in 40 %",),
            primary="difference within a person",
            total=None,
            size_reason="the variance within a person is not known from one course each",
            source="",
        ),
        DesignRow(
            kind="single-arm two-stage",
            title="One arm in two stages",
            rank=4,
            is_chosen=False,
            can_answer=False,
            answers="whether a titration scheme can be carried out",
            against="says nothing of an effect",
            reasons=("the aim is an effect",),
            primary="response; exact binomial",
            total=43,
            months=21.0,
            size_in_words="17, then 26",
            source="Simon 1989",
        ),
    )


def _curves() -> tuple[Curve, ...]:
    sizes = (20, 40, 64, 80, 100, 120, 160, 200)

    def power(n: float) -> float:
        return 1 - math.exp(-n / 38)

    closed = Curve(
        id="power.closed",
        title="Power, closed form",
        x_quantity="persons an arm",
        y_quantity="power",
        points=tuple(CurvePoint(x=n, y=power(n) + 0.01) for n in sizes),
    )
    simulated = Curve(
        id="power.simulated",
        title="Power, simulated",
        x_quantity="persons an arm",
        y_quantity="power",
        points=tuple(
            CurvePoint(x=n, y=power(n) - 0.01, lower=power(n) - 0.03, upper=power(n) + 0.01) for n in sizes[:6]
        ),
        note="2 000 trials a point.",
    )
    assurance = Curve(
        id="assurance",
        title="Assurance",
        x_quantity="persons an arm",
        y_quantity="probability of success",
        points=tuple(CurvePoint(x=n, y=0.9 * (1 - math.exp(-n / 56))) for n in sizes),
    )
    accrual = Curve(
        id="accrual",
        title="Participants by month",
        x_quantity="months",
        y_quantity="participants",
        points=tuple(CurvePoint(x=m, y=2.67 * m, lower=2.1 * m, upper=3.28 * m) for m in range(0, 73, 6)),
        note="Two centres from the start.",
    )
    return (closed, simulated, assurance, accrual)


def _tornado() -> tuple[TornadoBar, ...]:
    return (
        TornadoBar(
            id="effect.context",
            quantity="fall in a blinded control over and above regression",
            low=1.0,
            high=2.6,
            power_low=0.99,
            power_high=0.18,
        ),
        TornadoBar(id="ratings.covariance", quantity="SD on day 5", low=1.8, high=2.2, power_low=0.88, power_high=0.73),
        TornadoBar(
            id="retention.seen", quantity="still rated on day 5", low=0.85, high=0.95, power_low=0.78, power_high=0.82
        ),
    )


def _looks() -> tuple[LookRow, ...]:
    return (
        LookRow(
            look=1,
            information=0.5,
            participants=64,
            month=25.0,
            efficacy_z=2.963,
            efficacy_p=0.0015,
            futility_z=0.31,
            alpha_spent=0.0031,
            in_pipeline=4.0,
        ),
        LookRow(
            look=2,
            information=1.0,
            participants=128,
            month=49.0,
            efficacy_z=1.969,
            efficacy_p=0.0245,
            futility_z=1.969,
            alpha_spent=0.05,
        ),
    )


def _characteristics() -> tuple[CharacteristicsRow, ...]:
    return tuple(
        CharacteristicsRow(
            multiple=multiple,
            effect=1.2 * multiple,
            reject=reject,
            stop_for_futility=futility,
            reject_by_look=(early, reject - early),
            futility_by_look=(futility, 0.0),
            expected_participants=participants,
            expected_with_overrun=participants + 4,
            expected_months=months,
            simulated_reject=reject - 0.01,
            simulated_error=0.009,
            bias=0.01,
            coverage=0.95,
            failed=0,
            trials=2000,
        )
        for multiple, reject, futility, early, participants, months in (
            (0.0, 0.05, 0.62, 0.003, 88.0, 34.0),
            (0.5, 0.29, 0.29, 0.04, 107.0, 41.0),
            (1.0, 0.8, 0.08, 0.2, 110.0, 42.0),
            (1.5, 0.98, 0.01, 0.55, 92.0, 35.0),
        )
    )


def _harm() -> HarmTable:
    stops = tuple(None if n < 5 else 2 if n < 9 else 3 if n < 19 else 4 if n < 32 else 6 for n in range(1, 61))
    return HarmTable(
        event="serious psychiatric event",
        limit=0.05,
        rule="stop where the probability that the rate lies above 5 % passes 95 %, from participant 5 on",
        stop_at=stops,
        characteristics=(
            {"true_rate": 0.025, "stop_probability": 0.03, "expected_patients": 59.0},
            {"true_rate": 0.05, "stop_probability": 0.125, "expected_patients": 55.0},
            {"true_rate": 0.15, "stop_probability": 0.89, "expected_patients": 27.0},
        ),
        unseen_upper=0.023,
        basis="assumed",
        source="to be set by the committee",
    )


def example_plan(**changes: Any) -> TrialPlan:
    """A whole plan; ``changes`` replace its fields."""
    file = example_plan_file()
    plan = TrialPlan(
        title=file["title"],
        plan=file,
        estimates=example_estimates(),
        assumptions=_assumptions(),
        effect_steps=_steps(),
        designs=_designs(),
        estimand={name: file["estimand"][name] for name in ("population", "treatment", "variable", "summary")},
        events=(
            EventRow(
                event="infusion stopped for harm",
                strategy="treatment policy",
                alternative="composite",
                expected="8 % (example study, simulated)",
            ),
            EventRow(
                event="rescue drug",
                strategy="treatment policy",
                alternative="hypothetical",
                expected="not known",
                is_unverified=True,
            ),
        ),
        curves=_curves(),
        tornado=_tornado(),
        looks=_looks(),
        characteristics=_characteristics(),
        harm=(_harm(),),
        budget=(
            BudgetRow(item="bed-days", low=326500.0, likely=457100.0, high=587700.0, source=_TYPED),
            BudgetRow(item="blinding kits", low=51200.0, likely=64000.0, high=89600.0, source=_TYPED),
        ),
        warnings=(),
        limits=(
            "The study has no control arm: what a blinded control would do was assumed, not measured.",
            "The covariance comes from admitted persons; persons of the trial may vary more.",
        ),
        model="rating ~ arm * day + baseline * day, unstructured covariance within a person",
        call='fit_mmrm(ratings, design, structure="unstructured", df="satterthwaite")',
        provenance=PlanProvenance(
            abate_version="0.0.0",
            plan_hash="12" * 32,
            results_hash="34" * 32,
            study_hash="56" * 32,
            seed=7,
            trials=2000,
            versions={"numpy": "2.0.0", "scipy": "1.14.0"},
            is_simulated=True,
        ),
    )
    return replace(plan, **changes)


def bare_plan() -> TrialPlan:
    """A plan from next to nothing: no study, no looks, no costs, and a reason where each number would stand."""
    file = example_plan_file(looks=None, harm=[], costs=[], stay=None, accrual=None, follow_up=None, response=None)
    reason = "the covariance was not given"
    return example_plan(
        plan=file,
        estimates=tuple(
            replace(found, value=None, lower=None, upper=None, reason=reason) for found in example_estimates()
        ),
        effect_steps=(),
        curves=(),
        tornado=(),
        looks=(),
        characteristics=(),
        harm=(),
        budget=(),
        events=(),
        designs=tuple(
            replace(design, total=None, months=None, size_in_words="", size_reason=reason) for design in _designs()
        ),
        limits=(),
        provenance=replace(example_plan().provenance, results_hash=None, study_hash=None, is_simulated=False),
    )


#: What a plan says on every page where the pre-post change was planned on.
PRE_POST = "Planned on the pre-post fall of 4.1 points, which is not the effect of the drug."


def pre_post_plan() -> TrialPlan:
    """A plan on the pre-post change: its warning stands on every page."""
    effect = {**example_plan_file()["effect"], "plan_on": "pre-post (not recommended)"}
    observed, planned = _steps()[0], replace(_steps()[-1], value=4.1, standard_error=0.32)
    estimates = (
        replace(example_estimates()[0], value=4.1, lower=3.47, upper=4.73, standard_error=0.32),
        *example_estimates()[1:],
    )
    return example_plan(
        plan=example_plan_file(effect=effect),
        effect_steps=(observed, planned),
        estimates=estimates,
        warnings=(PRE_POST,),
    )


def hostile_plan() -> TrialPlan:
    """A plan every word of which is hostile."""
    words, drawn = (
        " ".join(HOSTILE),
        f"{HOSTILE[0]} {HOSTILE[1]}",
    )  # what is drawn is short: long texts are measured for seconds
    plan = example_plan()
    file = example_plan_file(title=words, condition=words)
    file["arms"] = [{**arm, "name": f"{arm['name']} {words}", "text": words} for arm in file["arms"]]
    return replace(
        plan,
        title=words,
        plan=file,
        warnings=(words,),
        limits=(words,),
        estimand=dict.fromkeys(plan.estimand, words),
        assumptions=tuple(replace(row, quantity=words, source=words, shown=words) for row in plan.assumptions),
        effect_steps=tuple(replace(step, quantity=drawn, source=words) for step in plan.effect_steps),
        designs=tuple(replace(row, title=words, against=words, reasons=(words,)) for row in plan.designs),
        events=tuple(replace(row, event=words, alternative=words, expected=words) for row in plan.events),
        tornado=tuple(replace(bar, quantity=drawn) for bar in plan.tornado),
        harm=tuple(replace(rule, event=drawn, rule=words, source=words) for rule in plan.harm),
        budget=tuple(replace(item, item=words, source=words) for item in plan.budget),
        model=words,
        call=words,
    )
