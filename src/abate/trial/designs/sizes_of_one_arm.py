"""How many persons do one arm in two stages need, to tell a response worth a trial from what comes with nothing done?"""

from __future__ import annotations

import math

from abate.base.errors import ParameterError
from abate.contracts.plan_file import PlanFile, Share
from abate.stats.distributions import normal_quantile
from abate.stats.sizes.two_stage import TwoStageDesign, two_stage_designs
from abate.trial.designs.facts import control_response, shown_share
from abate.trial.designs.planned_comparison import PlannedComparison
from abate.trial.designs.sized_design import SizedDesign

#: A search over two stages is not begun where one stage would need more; with so many, two arms are possible.
MOST_PERSONS = 120


def size_in_two_stages(comparison: PlannedComparison) -> SizedDesign:
    """Return Simon's optimal design, the minimax one beside it; alpha of one side."""
    null, worth = _null(comparison.plan), worthwhile_share(comparison.plan)
    alpha, power = comparison.one_sided_alpha, comparison.power
    _require_small(null.value, worth.value, alpha, power)
    found = two_stage_designs(null_share=null.value, share=worth.value, alpha=alpha, power=power)
    optimal = found.optimal
    return SizedDesign(
        kind="single-arm two-stage",
        total=float(optimal.total),
        in_words=_in_words(optimal),
        method=f"Simon's optimal two-stage design, exact, one-sided {alpha:g}",
        parts={
            "first_stage": optimal.first_stage,
            "stop_at": optimal.stop_at,
            "fail_at": optimal.fail_at,
            "expected_at_null": optimal.expected_total,
            "alpha": optimal.attained_alpha,
            "power": optimal.attained_power,
            "early_stop": optimal.early_stop_chance,
            "minimax.total": found.minimax.total,
        },
        notes=(
            *comparison.notes,
            f"p0 {shown_share(null, comparison.plan.disclosure.smallest_count)} ({null.source})",
            f"p1 {shown_share(worth, comparison.plan.disclosure.smallest_count)} ({worth.source})",
            f"smallest largest size: {_in_words(found.minimax)}",
            "no claim of an effect",
        ),
    )


def _null(plan: PlanFile) -> Share:
    share = control_response(plan)
    if share is None:
        raise ParameterError(
            "what share responds with nothing done is not known; give design.p0, or response.control from a study of attribution."
        )
    return share


def worthwhile_share(plan: PlanFile) -> Share:
    """Return the share of responders that would be worth a trial: ``design.p1``, else ``response.active``.

    Raises
    ------
    ParameterError
        If the plan gives neither.
    """
    share = plan.design.p1 or (None if plan.response is None else plan.response.active)
    if share is None:
        raise ParameterError("what share would be worth a trial is not known; give design.p1, or response.active.")
    return share


def _require_small(null: float, worth: float, alpha: float, power: float) -> None:
    """Refuse a search of minutes: one stage by the normal formula is about as large as two."""
    if not 0 < null < worth < 1:
        return  # the search says what is wrong
    error_null, error_worth = math.sqrt(null * (1 - null)), math.sqrt(worth * (1 - worth))
    persons = ((-normal_quantile(alpha) * error_null + normal_quantile(power) * error_worth) / (worth - null)) ** 2
    if persons > MOST_PERSONS:
        raise ParameterError(
            f"to tell a response of {100 * worth:.0f} % from {100 * null:.0f} % takes about {persons:.0f} persons in one arm; "
            "with so many, two arms are the better trial."
        )


def _in_words(design: TwoStageDesign) -> str:
    return (
        f"{design.first_stage} persons, go on with {design.stop_at + 1} responders or more,"
        f" {design.total} in all with {design.fail_at + 1} responders or more wanted"
    )
