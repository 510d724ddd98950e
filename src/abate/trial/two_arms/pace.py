"""How fast do participants come, and when is the primary outcome of the k-th known?"""

from __future__ import annotations

from dataclasses import dataclass

from abate.contracts.plan_file import PlanFile
from abate.trial.assumptions import primary_place

_DAYS_PER_MONTH = 30.4375


@dataclass(frozen=True, kw_only=True)
class Pace:
    """Participants a month, and the months until the primary outcome of one is known."""

    per_month: float
    outcome_months: float

    @property
    def in_pipeline(self) -> float:
        """Participants who are in when a look comes and whose primary outcome does not count yet."""
        return self.per_month * self.outcome_months

    def month_of_outcome(self, participants: float) -> float:
        """Return the month by which so many have their primary outcome, from the first participant on."""
        return participants / self.per_month + self.outcome_months


def pace_of(plan: PlanFile) -> Pace | None:
    """Return the pace that is expected; None where the plan does not say how many come."""
    per_month = participants_a_month(plan)
    if per_month is None or per_month <= 0:
        return None
    days = plan.ratings.days[primary_place(plan)]
    return Pace(per_month=per_month, outcome_months=days / _DAYS_PER_MONTH)


def participants_a_month(plan: PlanFile) -> float | None:
    """Return participants a month over all centres: as typed, else eligible a month and centre, times consent and centres."""
    if plan.question.per_month is not None:
        return plan.question.per_month
    accrual = plan.accrual
    if accrual is None or accrual.seen == 0:
        return None
    return accrual.seen / accrual.months / accrual.centres * accrual.consent.value * plan.question.centres
