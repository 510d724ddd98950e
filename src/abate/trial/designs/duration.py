"""How many months does a design take, from its first participant to the last primary rating?"""

from __future__ import annotations

from abate.contracts.plan_file import DesignKind
from abate.trial.designs.facts import Facts
from abate.trial.designs.lengths import DAYS_PER_MONTH
from abate.trial.designs.sized_design import SizedDesign


def months_to_finish(size: SizedDesign | None, facts: Facts) -> float | None:
    """Return months until the last primary rating at the expected accrual; None where size or accrual is not known."""
    if size is None or size.to_enter is None or not facts.per_month:
        return None
    return size.to_enter / facts.per_month + _days_of_one(size.kind, facts) / DAYS_PER_MONTH


def _days_of_one(kind: DesignKind, facts: Facts) -> float:
    """Return the days from a person's first course to their last primary rating."""
    if kind == "crossover":
        return 2 * facts.outcome_days + facts.washout_days
    if kind == "randomised withdrawal":
        return facts.outcome_days + facts.must_last_days
    return facts.outcome_days
