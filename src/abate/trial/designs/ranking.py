"""Which design first? All of them, ranked by the sum of points of named criteria, each with its reason.

The rule: designs that can answer the question stand before those that cannot; among each, the higher sum of points first;
at equal sums the smaller size, then the order of the catalogue.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from abate.contracts.plan_file import DesignKind, PlanFile
from abate.contracts.trial_plan import DesignRow
from abate.trial.designs.catalogue import DesignEntry, catalogue
from abate.trial.designs.criteria import judge
from abate.trial.designs.duration import months_to_finish
from abate.trial.designs.facts import Facts
from abate.trial.designs.judgement import Case, Judgement, score
from abate.trial.designs.sized_design import SizedDesign


def rank_designs(plan: PlanFile, facts: Facts, sizes: Mapping[DesignKind, SizedDesign]) -> tuple[DesignRow, ...]:
    """Return every design of the catalogue in its order here, with the reasons from the answers and the data at hand.

    Parameters
    ----------
    plan : PlanFile
        Its ``question`` says what is asked, its ``design.kind`` which design is chosen.
    facts : Facts
        From :func:`abate.trial.designs.facts.facts_of`.
    sizes : mapping
        From :func:`abate.trial.designs.sizing.size_designs`; a design that it lacks is ranked without a size.

    Returns
    -------
    tuple of DesignRow
        ``rank`` 1 first. ``reasons`` are the criteria with their points; the last is their sum. A design that cannot
        answer the question has ``can_answer`` False and stands behind all that can.
    """
    judged = [_judged(entry, plan, facts, sizes) for entry in catalogue().values()]
    ordered = sorted(judged, key=_order)
    return tuple(_row(case, judgements, rank) for rank, (case, judgements) in enumerate(ordered, start=1))


def _judged(
    entry: DesignEntry, plan: PlanFile, facts: Facts, sizes: Mapping[DesignKind, SizedDesign]
) -> tuple[Case, tuple[Judgement, ...]]:
    parallel = [sizes[kind].total for kind in ("parallel", "parallel, other drug") if kind in sizes]
    case = Case(
        plan=plan,
        facts=facts,
        entry=entry,
        size=sizes.get(entry.kind),
        parallel_total=next((total for total in parallel if total is not None), None),
    )
    return case, judge(case)


def _order(judged: tuple[Case, Sequence[Judgement]]) -> tuple[bool, int, float]:
    """Sorting is stable, so that the order of the catalogue is left where all of this is equal."""
    case, judgements = judged
    total = None if case.size is None else case.size.total
    return not _can_answer(judgements), -score(judgements), math.inf if total is None else total


def _can_answer(judgements: Sequence[Judgement]) -> bool:
    return not any(judgement.stops for judgement in judgements)


def _row(case: Case, judgements: Sequence[Judgement], rank: int) -> DesignRow:
    entry, size = case.entry, case.size
    return DesignRow(
        kind=entry.kind,
        title=entry.title,
        rank=rank,
        is_chosen=entry.kind == case.plan.design.kind,
        can_answer=_can_answer(judgements),
        answers=entry.answers,
        against=entry.against_with_facts,
        reasons=_reasons(judgements),
        primary=f"{entry.primary}. {entry.analysis}",
        total=None if size is None else size.total,
        months=months_to_finish(size, case.facts),
        size_in_words="" if size is None else size.in_words,
        size_reason="not asked" if size is None else size.reason,
        source=entry.source,
    )


def _reasons(judgements: Sequence[Judgement]) -> tuple[str, ...]:
    stopping = [judgement.shown for judgement in judgements if judgement.stops]
    others = [judgement.shown for judgement in judgements if not judgement.stops]
    last = "cannot answer the question" if stopping else f"sum of points: {score(judgements)}"
    return (*stopping, *others, last)
