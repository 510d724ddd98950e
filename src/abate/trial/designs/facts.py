"""What does the study, or the plan file, say that decides between designs?"""

from __future__ import annotations

import math
from dataclasses import dataclass

from abate.contracts.plan_assumptions import Belief
from abate.contracts.plan_file import PlanFile
from abate.contracts.plan_values import Number, Share
from abate.stats.distributions import normal_cdf
from abate.trial.assumptions import primary_place
from abate.trial.designs.lengths import DAYS_PER_MONTH, days_in
from abate.trial.two_arms.pace import participants_a_month

#: Used where the plan file has no ``design.washout``; judged from a pilot of 6 persons, unverified.
ASSUMED_WASHOUT_DAYS = 56.0


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What decides between designs.

    Attributes
    ----------
    must_last_days : float
        How long relief must be shown to last.
    outcome_days : float
        From the start of the course to the primary rating.
    washout_days : float
    washout_is_assumed : bool
        The plan file names no washout.
    sustained : Share or None
        Response still held at the first visit, among responders seen there.
    visit_day : float or None
        Mean day of that visit.
    lost_after_discharge : Share or None
        Without a rating at that visit.
    stopped : float
        Share no longer rated on the primary day.
    seen_persons : int or None
        Persons behind it.
    per_month : float or None
        Participants a month, all centres together.
    centres : int
    clusters : int
        Centres that could be randomised.
    look : float or None
        Share of the information at the first look; None without looks.
    dose_follows_pain : bool or None
        Whether the dose is raised until the pain falls.
    control_response : Share or None
        Share that responds with nothing done.
    belief : Belief or None
        Share of each arm that believes it has the drug.
    covariance_df : float or None
        Degrees of freedom behind the standard deviation.
    courses_per_person : float or None
    at_floor, at_ceiling : float
        Share at the lowest score on the primary day and at the highest at baseline, by a normal curve rounded to
        whole scores.
    margin : Number or None
        Of non-inferiority.
    smallest_count : int
        Smallest count of the study that may be shown.
    """

    must_last_days: float
    outcome_days: float
    washout_days: float
    washout_is_assumed: bool
    sustained: Share | None
    visit_day: float | None
    lost_after_discharge: Share | None
    stopped: float
    seen_persons: int | None
    per_month: float | None
    centres: int
    clusters: int
    look: float | None
    dose_follows_pain: bool | None
    control_response: Share | None
    belief: Belief | None
    covariance_df: float | None
    courses_per_person: float | None
    at_floor: float
    at_ceiling: float
    margin: Number | None
    smallest_count: int

    @property
    def months_to_outcome(self) -> float:
        """From the start of the course to the primary rating."""
        return self.outcome_days / DAYS_PER_MONTH

    @property
    def in_pipeline(self) -> float | None:
        """Randomised at a look, primary rating still to come: participants a month times months to the outcome."""
        return None if self.per_month is None else self.per_month * self.months_to_outcome


def facts_of(plan: PlanFile) -> Facts:
    """Return what a plan file says that decides between designs.

    Raises
    ------
    ParameterError
        If ``question.must_last`` or ``design.washout`` is not a length of time.
    """
    follow_up, repeats = plan.follow_up, plan.repeats
    washout = plan.design.washout
    return Facts(
        must_last_days=days_in(plan.question.must_last, "question.must_last"),
        outcome_days=_outcome_days(plan),
        washout_days=ASSUMED_WASHOUT_DAYS if washout is None else days_in(washout, "design.washout"),
        washout_is_assumed=washout is None,
        sustained=None if follow_up is None else follow_up.sustained,
        visit_day=None if follow_up is None else follow_up.day,
        lost_after_discharge=None if follow_up is None else follow_up.lost,
        stopped=1 - plan.retention.seen[primary_place(plan) - 1],
        seen_persons=plan.retention.n,
        per_month=participants_a_month(plan),
        centres=plan.question.centres,
        clusters=plan.design.clusters or plan.question.centres,
        look=None if plan.looks is None or len(plan.looks.information) < 2 else plan.looks.information[0],
        dose_follows_pain=plan.question.dose_follows_pain,
        control_response=control_response(plan),
        belief=plan.effect.belief,
        covariance_df=plan.ratings.df,
        courses_per_person=None if repeats is None else repeats.courses_per_person,
        at_floor=_share_at_floor(plan),
        at_ceiling=_share_at_ceiling(plan),
        margin=plan.design.margin,
        smallest_count=plan.disclosure.smallest_count,
    )


def control_response(plan: PlanFile) -> Share | None:
    """Return the share that responds with nothing done: ``design.p0``, else ``response.control``."""
    if plan.design.p0 is not None or plan.response is None:
        return plan.design.p0
    return plan.response.control


def shown_share(share: Share, smallest_count: int) -> str:
    """Return a share in words, such as ``40 % (19/48)``.

    Both counts are left out where one of them is above 0 and below ``smallest_count``, or where nobody counted.

    Examples
    --------
    >>> shown_share(Share(value=19 / 48, n=48, basis="study", source="sustained.visit_1"), smallest_count=5)
    '40 % (19/48)'
    """
    words = f"{100 * share.value:.0f} %"
    # A share with a range of its own came from a model: no persons were counted.
    if share.n is None or share.low is not None or share.basis not in ("study", "literature"):
        return words + (" (unverified)" if share.is_unverified else "")
    count = round(share.value * share.n)
    if any(0 < part < smallest_count for part in (count, share.n - count)):
        return words
    return f"{words} ({count}/{share.n})"


def _outcome_days(plan: PlanFile) -> float:
    if plan.question.aim == "durability":
        return days_in(plan.question.must_last, "question.must_last")
    return plan.ratings.days[primary_place(plan)]


def _share_at_floor(plan: PlanFile) -> float:
    place = primary_place(plan)
    return normal_cdf((plan.ratings.lowest + 0.5 - plan.ratings.mean[place]) / _sd(plan, place))


def _share_at_ceiling(plan: PlanFile) -> float:
    return normal_cdf((plan.ratings.mean[0] - plan.ratings.highest + 0.5) / _sd(plan, 0))


def _sd(plan: PlanFile, place: int) -> float:
    variance = plan.ratings.covariance[place][place]
    return math.sqrt(variance) if variance > 0 else math.inf
