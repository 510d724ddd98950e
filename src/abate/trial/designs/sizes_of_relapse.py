"""How many must be randomised to maintenance or placebo, and how many must begin the open course?"""

from __future__ import annotations

from abate.base.errors import ParameterError
from abate.contracts.plan_assumptions import FollowUp
from abate.contracts.plan_values import Share
from abate.stats.sizes.relapse import Times, hazard_from_share, log_rank, with_open_phase
from abate.trial.designs.facts import facts_of
from abate.trial.designs.lengths import in_words
from abate.trial.designs.planned_comparison import PlannedComparison
from abate.trial.designs.sized_design import SizedDesign

# Each person is followed for the same time; all at once stands for that, and the hazard does not change.
_AT_ONCE_DAYS = 1e-6


def size_of_withdrawal(comparison: PlannedComparison) -> SizedDesign:
    """Return who is randomised, and who must begin, from how long relief lasted in the study and a typed hazard ratio."""
    ratio = comparison.plan.design.hazard_ratio
    if ratio is None:
        raise ParameterError(
            "design.hazard_ratio is not given: by how much maintenance lowers relapses cannot come from a study without it."
        )
    sustained = _sustained(comparison.plan.follow_up)
    days = facts_of(comparison.plan).must_last_days
    size = log_rank(
        hazard_ratio=ratio.value,
        times=times_to_relapse(comparison),
        power=comparison.power,
        alpha=comparison.alpha,
        sided=comparison.sided,
    )
    responding = _responding(comparison)
    opened = with_open_phase(size, responding.value)
    return SizedDesign(
        kind="randomised withdrawal",
        total=float(size.total_rounded),
        in_words=f"{_arms(size.per_arm_rounded)} of {opened.screened} treated openly",
        method=size.method,
        to_screen=None if opened.screened is None else float(opened.screened),
        parts={"events": size.events, "hazard_ratio": ratio.value, "event_chance.placebo": size.event_chance[1]},
        notes=(
            *comparison.notes,
            f"hazard ratio {ratio.value:g} ({ratio.source})",
            f"relapse with placebo as in the study: {100 * sustained.value:.0f} % held after {in_words(_day(comparison))}",
            f"each followed for {in_words(days)}; {size.dropout}",
            f"{100 * responding.value:.0f} % of those treated openly can be randomised",
        ),
    )


def _sustained(follow_up: FollowUp | None) -> Share:
    if follow_up is None or follow_up.sustained is None or follow_up.day is None:
        raise ParameterError("how long relief lasts is not known; give follow_up.sustained and follow_up.day.")
    if follow_up.lost.value >= 1:
        raise ParameterError("follow_up.lost is 1: nobody would be seen to relapse; give the share that is lost.")
    if not 0 < follow_up.sustained.value < 1:
        raise ParameterError(
            f"follow_up.sustained is {follow_up.sustained.value:g}, which gives no rate of relapse; it must lie between 0 and 1."
        )
    return follow_up.sustained


def times_to_relapse(comparison: PlannedComparison) -> Times:
    """Return hazards of relapse with placebo and of loss, as in the study, and how long each is followed.

    Raises
    ------
    ParameterError
        If the plan does not say how long relief lasts.
    """
    sustained, day = _sustained(comparison.plan.follow_up), _day(comparison)
    assert comparison.plan.follow_up is not None  # sustained comes from it
    return Times(
        control_hazard=hazard_from_share(1 - sustained.value, day),
        accrual=_AT_ONCE_DAYS,
        follow_up=facts_of(comparison.plan).must_last_days,
        loss_hazard=hazard_from_share(comparison.plan.follow_up.lost.value, day),
    )


def _day(comparison: PlannedComparison) -> float:
    follow_up = comparison.plan.follow_up
    return 0.0 if follow_up is None or follow_up.day is None else follow_up.day


def _responding(comparison: PlannedComparison) -> Share:
    response = comparison.plan.response
    if response is None or response.active is None:
        raise ParameterError("what share responds to the open course is not known; give response.active.")
    return response.active


def _arms(arms: tuple[int, ...]) -> str:
    return f"{len(arms)} x {arms[0]}" if len(set(arms)) == 1 else " + ".join(map(str, arms))
