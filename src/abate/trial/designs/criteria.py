"""What speaks for a design here, and what against it? Named criteria, each a rule that gives points and a reason, or stops it.

Points run from -3 to 3. The limits in this file are abate's own, written down so that they can be disputed; they are not
from a guideline.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from abate.base.words import plural
from abate.stats.distributions import gamma_quantile
from abate.trial.assumptions import primary_place
from abate.trial.designs.duration import months_to_finish
from abate.trial.designs.facts import Facts, shown_share
from abate.trial.designs.judgement import Case, Judgement
from abate.trial.designs.lengths import in_words

#: More than this share with lasting relief, and a second period does not begin where the first did.
CARRIED_OVER = 0.2
CARRIED_OVER_SOME = 0.05
LOST_MUCH = 0.3
LOST_SOME = 0.1
SOON_MONTHS = 24
LATE_MONTHS = 48
TOO_LATE_MONTHS = 96
#: Fewer clusters than this need a small-sample correction.
FEW_CLUSTERS = 8
#: Two arms in parallel of fewer persons are not worth the work of a look.
ENOUGH_FOR_LOOKS = 100
PIPELINE_SMALL = 0.1
PIPELINE_LARGE = 0.25
PIPELINE_MOST = 0.5
#: Fewer degrees of freedom leave the standard deviation open by more than about 15 % to either side.
FIRM_SD_DF = 100
HIGH_CONTROL_RESPONSE = 0.2
SMALLER = 0.6
LARGER = 1.4
#: More than this share on one score, and ratings cannot fall or rise any further in many.
MANY_AT_A_LIMIT = 0.15


#: Designs that have no placebo left where their control is the other drug.
_WITHOUT_PLACEBO = frozenset(
    {"crossover", "group-sequential", "re-estimation, blinded", "re-estimation, unblinded", "n-of-1"}
)

Rule = Callable[[Case], Judgement | None]


def judge(case: Case) -> tuple[Judgement, ...]:
    """Return what every criterion that applies to a design says of it, in the order of the criteria."""
    return tuple(judgement for rule in CRITERIA.values() if (judgement := rule(case)) is not None)


def _question(case: Case) -> Judgement:
    aim = case.plan.question.aim
    fit = case.entry.aims[aim]
    reason = fit.because if fit.points else f"does not answer the question asked ({aim}): {fit.because}"
    return Judgement(criterion="question", points=fit.points, reason=reason, stops=fit.points == 0)


def _blinding(case: Case) -> Judgement | None:
    blinded = case.plan.question.can_be_blinded
    points, reason = {
        ("needed", True): (0, "the drug's effects on the mind may still give the arm away"),
        ("needed", False): (-2, "no active placebo can be given on the same ward, so everybody knows the arm"),
        ("unmasked", True): (-1, "who has had both knows which was which"),
        ("unmasked", False): (-3, "no active placebo can be given on the same ward, and everybody has both"),
        ("open", True): (-2, "a protocol of a centre cannot be hidden"),
        ("open", False): (-2, "a protocol of a centre cannot be hidden"),
    }.get((case.entry.blinding, blinded), (0, ""))
    if not reason or (not points and case.facts.belief is None):
        return None
    return Judgement(criterion="blinding", points=points, reason=reason + _of_belief(case))


def _of_belief(case: Case) -> str:
    belief = case.facts.belief
    if belief is None or case.entry.blinding not in ("needed", "unmasked"):
        return ""
    gap = belief.in_active.value - belief.in_control.value
    return (
        f"; {100 * belief.in_active.value:.0f} % with the drug and {100 * belief.in_control.value:.0f} % without expect"
        f" to have it, which alone makes {gap * belief.effect.value:.2g} points"
    )


def _carry_over(case: Case) -> Judgement | None:
    if case.entry.blinding != "unmasked":
        return None
    sustained = case.facts.sustained
    if sustained is None:
        return Judgement(criterion="carry-over", points=-1, reason="how long relief lasts is not known")
    reason = _relief_against_washout(case.facts)
    if sustained.value > CARRIED_OVER:
        return Judgement(criterion="carry-over", points=-3, reason=reason, stops=_relief_outlasts(case))
    return Judgement(criterion="carry-over", points=-2 if sustained.value > CARRIED_OVER_SOME else 0, reason=reason)


def _relief_outlasts(case: Case) -> bool:
    """Whether relief is known to outlast the washout; cycles of single persons have no washout of weeks."""
    day = case.facts.visit_day
    return case.kind == "n-of-1" or (day is not None and day >= case.facts.washout_days)


def _is_carried_over(case: Case) -> bool:
    sustained = case.facts.sustained
    return case.entry.blinding == "unmasked" and sustained is not None and sustained.value > CARRIED_OVER


def _relief_against_washout(facts: Facts) -> str:
    assert facts.sustained is not None
    share = shown_share(facts.sustained, facts.smallest_count)
    washout = in_words(facts.washout_days) + (", assumed and unverified" if facts.washout_is_assumed else "")
    if facts.visit_day is None:
        return (
            f"relief still held at the first visit in {share}; whether the washout ({washout}) is longer is not known"
        )
    if facts.visit_day >= facts.washout_days:
        return f"relief lasted longer than the washout ({washout}) in {share}"
    return f"relief still held after {in_words(facts.visit_day)} in {share}; the washout is {washout}"


def _outlasting(case: Case) -> Judgement | None:
    """Relief that is meant to last as long as the washout is carried over by intention."""
    if case.kind != "crossover" or case.facts.must_last_days < case.facts.washout_days:
        return None
    return Judgement(
        criterion="washout",
        points=-1,
        reason=f"relief is to last {in_words(case.facts.must_last_days)}, the washout is {in_words(case.facts.washout_days)}",
    )


def _stopping(case: Case) -> Judgement | None:
    if case.kind == "single-arm two-stage":
        return None
    share, reason = _share_lost(case)
    if share < LOST_SOME:
        return None
    heavy = case.entry.blinding == "unmasked"
    points = -(2 if share >= LOST_MUCH else 1) if heavy else -1 if share >= LOST_MUCH else 0
    return Judgement(criterion="stopping", points=points, reason=reason)


def _share_lost(case: Case) -> tuple[float, str]:
    facts = case.facts
    lost = facts.lost_after_discharge
    needs_return = case.entry.blinding == "unmasked" or case.plan.question.aim == "durability"
    if needs_return and lost is not None and lost.value > facts.stopped:
        ending = "they would have to come back" if case.entry.blinding == "unmasked" else "the rating would be missing"
        return lost.value, f"{shown_share(lost, facts.smallest_count)} had no rating at the visit; {ending}"
    what = "both periods are needed" if case.entry.blinding == "unmasked" else "what they gave before is used"
    return facts.stopped, f"{100 * facts.stopped:.0f} % are no longer rated on the primary day; {what}"


def _carries_size(case: Case) -> Judgement | None:
    size = case.size
    if size is None:
        return None
    if size.total is None:
        return Judgement(criterion="size", points=-1, reason=f"no size: {size.reason}")
    if case.parallel_total is None or case.kind == "parallel":
        return Judgement(criterion="size", points=0, reason=size.in_words + _on_which_day(case))
    ratio = size.total / case.parallel_total
    points = 1 if ratio <= SMALLER else -1 if ratio >= LARGER else 0
    compared = _compared(ratio, case.parallel_total)
    reason = f"{size.in_words}, {compared} two arms in parallel{_on_which_day(case)}"
    if _is_carried_over(case):
        points, reason = min(points, 0), f"{reason}; true only if nothing is carried over"
    return Judgement(criterion="size", points=points, reason=reason)


def _on_which_day(case: Case) -> str:
    """Where relief is to last, a size from the ratings of the course is not that of the late outcome."""
    rated_until = case.plan.ratings.days[primary_place(case.plan)]
    if case.plan.question.aim != "durability" or case.kind == "randomised withdrawal":
        return ""
    if case.facts.must_last_days <= rated_until:
        return ""
    return f"; sized on the ratings of day {rated_until:g}, not of {in_words(case.facts.must_last_days)}"


def _months(case: Case) -> Judgement | None:
    months = months_to_finish(case.size, case.facts)
    entering = None if case.size is None else case.size.to_enter
    if months is None or entering is None or case.facts.per_month is None:
        return None
    points = 1 if months <= SOON_MONTHS else 0 if months <= LATE_MONTHS else -1 if months <= TOO_LATE_MONTHS else -2
    return Judgement(
        criterion="months",
        points=points,
        reason=f"{plural(round(entering), 'person')} at {_short(case.facts.per_month)} a month take {months:.0f} months",
    )


def _compared(ratio: float, total: float) -> str:
    if ratio == 1:
        return "as many as"
    if _short(ratio) in ("1", "0.99"):
        return f"about as many as the {total:.0f} of"
    return f"{'more than 100' if ratio > 100 else _short(ratio)} times the {total:.0f} of"


def _short(number: float) -> str:
    return f"{number:.2g}" if number < 10 else f"{number:.0f}"


def _centres(case: Case) -> Judgement | None:
    if case.entry.blinding != "open":
        return None
    count = case.facts.clusters
    if count < 2:
        return Judgement(
            criterion="centres", points=-3, reason="one centre, and centres are what is randomised", stops=True
        )
    if count < FEW_CLUSTERS:
        return Judgement(
            criterion="centres",
            points=-2,
            reason=f"{count} centres; fewer than {FEW_CLUSTERS} need a correction that costs power",
        )
    return Judgement(criterion="centres", points=1, reason=f"{count} centres")


def _looks(case: Case) -> Judgement | None:
    facts, size = case.facts, case.size
    if case.kind not in ("group-sequential", "re-estimation, unblinded"):
        return None
    if facts.look is None:
        return Judgement(criterion="looks", points=-1, reason="the plan has no look before the end")
    if size is None or size.total is None or facts.in_pipeline is None or facts.per_month is None:
        return Judgement(criterion="looks", points=0, reason="how many would be in the pipeline at a look is not known")
    pipeline = facts.in_pipeline
    left = size.total * (1 - facts.look)
    reason = (
        f"{_participants(pipeline)} would be in the pipeline at the look ({_short(facts.per_month)} a month,"
        f" {in_words(facts.outcome_days)} to the outcome), of {left:.0f} still to come"
    )
    fixed = size.total if case.parallel_total is None else case.parallel_total
    if fixed < ENOUGH_FOR_LOOKS:
        reason += f"; fewer than {ENOUGH_FOR_LOOKS} persons are hardly worth a look"
    return Judgement(criterion="looks", points=_points_of_look(pipeline / left, fixed), reason=reason)


def _points_of_look(share_in_pipeline: float, total: float) -> int:
    if total < ENOUGH_FOR_LOOKS:
        return -1
    if share_in_pipeline > PIPELINE_MOST:
        return -2
    return 1 if share_in_pipeline <= PIPELINE_SMALL else 0 if share_in_pipeline <= PIPELINE_LARGE else -1


def _participants(count: float) -> str:
    whole = -int(-count // 1)  # a part of a participant is in the pipeline too
    return f"{whole} participant" + ("" if whole == 1 else "s")


def _standard_deviation(case: Case) -> Judgement | None:
    df = case.facts.covariance_df
    if case.kind != "re-estimation, blinded" or df is None:
        return None
    # A chi-squared variable over 2 is a gamma variable of half the degrees of freedom.
    low, high = ((df / (2 * gamma_quantile(p, df / 2))) ** 0.5 for p in (0.975, 0.025))
    return Judgement(
        criterion="standard deviation",
        points=1 if df < FIRM_SD_DF else 0,
        reason=f"it rests on {df:.0f} degrees of freedom and may be {low:.2f} to {high:.2f} times as large (95 %)",
    )


def _known_control(case: Case) -> Judgement | None:
    if case.kind != "single-arm two-stage":
        return None
    share = case.facts.control_response
    if share is None:
        return Judgement(
            criterion="p0",
            points=-2,
            reason="what share responds with nothing done is not known; a study of attribution gives it",
        )
    points = (-1 if share.value > HIGH_CONTROL_RESPONSE else 0) - (1 if share.is_unverified else 0)
    return Judgement(
        criterion="p0",
        points=points,
        reason=f"it would have to beat p0 of {shown_share(share, case.facts.smallest_count)} that comes with nothing done",
    )


def _assay_sensitivity(case: Case) -> Judgement | None:
    if case.kind == "parallel, other drug" or (
        case.plan.question.aim == "comparison" and case.kind in _WITHOUT_PLACEBO
    ):
        return Judgement(
            criterion="assay sensitivity", points=-1, reason="no difference would not tell whether either drug works"
        )
    if case.kind != "non-inferiority":
        return None
    margin = case.facts.margin
    if margin is None or margin.is_unverified:
        return Judgement(
            criterion="assay sensitivity",
            points=-3,
            reason="no assay sensitivity, and no placebo-controlled base for a margin",
            stops=True,
        )
    return Judgement(
        criterion="assay sensitivity",
        points=-1,
        reason=f"the margin of {margin.value:g} point{'' if margin.value == 1 else 's'} ({margin.source}) must hold in these persons too",
    )


def _dose(case: Case) -> Judgement | None:
    if case.kind != "dose-ranging":
        return None
    points, reason = {
        True: (-2, "the dose is raised until the pain falls, so dose follows pain; ceilings would have to be assigned"),
        False: (0, "doses are assigned, so pain cannot choose them"),
        None: (-1, "whether the dose follows the pain is not known"),
    }[case.facts.dose_follows_pain]
    return Judgement(criterion="dose", points=points, reason=reason)


def _repeats(case: Case) -> Judgement | None:
    courses = case.facts.courses_per_person
    if case.kind != "n-of-1" or courses is None:
        return None
    return Judgement(
        criterion="repeat courses",
        points=0 if courses >= 2 else -1,
        reason=f"a person has {plural(float(f'{courses:.2g}'), 'course')} on average, and several cycles are needed",
    )


def _limits_of_scale(case: Case) -> Judgement | None:
    """Floor and ceiling hurt every mean alike: shown, without points."""
    facts = case.facts
    found = [
        f"{100 * share:.0f} % {where}"
        for share, where in (
            (facts.at_ceiling, "at the highest score at baseline"),
            (facts.at_floor, "at the lowest on the primary day"),
        )
        if share > MANY_AT_A_LIMIT
    ]
    if not found or case.kind in ("single-arm two-stage", "randomised withdrawal"):
        return None
    return Judgement(
        criterion="scale", points=0, reason=f"{' and '.join(found)} by a normal curve: trust the simulated power"
    )


#: The criteria by name, in the order in which they are shown.
CRITERIA: Mapping[str, Rule] = {
    "question": _question,
    "assay sensitivity": _assay_sensitivity,
    "blinding": _blinding,
    "carry-over": _carry_over,
    "washout": _outlasting,
    "stopping": _stopping,
    "centres": _centres,
    "dose": _dose,
    "p0": _known_control,
    "repeat courses": _repeats,
    "looks": _looks,
    "standard deviation": _standard_deviation,
    "size": _carries_size,
    "months": _months,
    "scale": _limits_of_scale,
}
