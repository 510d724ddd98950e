"""How many persons do one arm in two stages need, to tell a response worth a trial from what comes with nothing done?"""

from __future__ import annotations

import math

from abate.base.errors import ParameterError
from abate.base.words import plural
from abate.contracts.plan_file import PlanFile
from abate.contracts.plan_values import Share
from abate.stats.distributions import normal_quantile
from abate.stats.sizes.two_stage import TwoStageDesign, TwoStageDesigns, two_stage_designs
from abate.trial.designs.facts import control_response, shown_share
from abate.trial.designs.planned_comparison import PlannedComparison
from abate.trial.designs.sized_design import SizedDesign

#: A search over two stages is not begun where one stage would need more; with so many, two arms are possible.
MOST_PERSONS = 120
#: Fewer persons in the first stage can show neither response nor harm.
FEWEST_IN_FIRST_STAGE = 5

_NO_CONTEXT = (
    "what the ward and its context add is not in p0; with it more respond without the drug, and the size is larger"
)


def size_in_two_stages(comparison: PlannedComparison) -> SizedDesign:
    """Return Simon's optimal design, the minimax one beside it; alpha of one side.

    Where the optimal first stage has fewer than five persons the minimax design takes its place; where that has too, none is sensible.
    """
    null, worth = _null(comparison.plan), worthwhile_share(comparison.plan)
    alpha, power = comparison.one_sided_alpha, comparison.power
    _require_small(null.value, worth.value, alpha, power)
    found = two_stage_designs(null_share=null.value, share=worth.value, alpha=alpha, power=power)
    chosen, name = _with_a_first_stage(found)
    return SizedDesign(
        kind="single-arm two-stage",
        total=float(chosen.total),
        in_words=_in_words(chosen),
        method=f"Simon's {name} two-stage design, exact, one-sided {alpha:g}",
        parts={
            "first_stage": chosen.first_stage,
            "stop_at": chosen.stop_at,
            "fail_at": chosen.fail_at,
            "expected_at_null": chosen.expected_total,
            "alpha": chosen.attained_alpha,
            "power": chosen.attained_power,
            "early_stop": chosen.early_stop_chance,
            "minimax.total": found.minimax.total,
        },
        notes=(
            *comparison.notes,
            f"p0 {shown_share(null, comparison.plan.disclosure.smallest_count)} ({null.source})",
            f"p1 {shown_share(worth, comparison.plan.disclosure.smallest_count)} ({worth.source})",
            f"smallest largest size: {_in_words(found.minimax)}",
            *(() if comparison.plan.design.p0 is not None else (_NO_CONTEXT,)),
            "no claim of an effect",
        ),
    )


def _with_a_first_stage(found: TwoStageDesigns) -> tuple[TwoStageDesign, str]:
    """Return the design whose first stage is one, and which of Simon's it is."""
    for design, name in ((found.optimal, "optimal"), (found.minimax, "minimax")):
        if design.first_stage >= FEWEST_IN_FIRST_STAGE:
            return design, name
    raise ParameterError(
        f"Simon's designs would stop after {plural(found.optimal.first_stage, 'person')} ({plural(found.minimax.first_stage, 'person')} with "
        f"the smallest size), and fewer than {FEWEST_IN_FIRST_STAGE} show nothing: p0 and p1 lie too far apart for two stages; "
        "look at design.p0 and design.p1, or take one stage."
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
