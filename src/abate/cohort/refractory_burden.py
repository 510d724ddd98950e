"""How many of those with the condition meet each definition of refractory by a day? Counts only; no row leaves the engine.

Each person is taken as if a course began at the end of the day: what had failed by then counts. What no record shows (days and
months of headache, overuse, care beside it) is taken as met, so that the counts are of what the treatments say, and an upper
bound of who meets the whole definition.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import ibis

from abate.base.days import SECONDS_PER_DAY
from abate.cohort.failures import JoinedTrials
from abate.cohort.verdicts import judge_trials, rules_of
from abate.contracts.burden import RefractoryCount
from abate.contracts.failure import Failure
from abate.engine.time import epoch_seconds
from abate.knowledge.refractory_definitions import Definition, definitions

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from abate.engine.connection import Engine

_EPOCH = date(1970, 1, 1).toordinal()


def count_refractory(
    conditions: ir.Table, treatments: ir.Table, failure: Failure | None, by: date, engine: Engine
) -> Sequence[RefractoryCount]:
    """Return for each definition how many persons meet it by a day, do not, or of how many it is not known.

    Parameters
    ----------
    conditions : table
        ``person_id`` and ``date`` of each record of the condition; persons with one up to the day are counted.
    treatments : table TREATMENTS
        Of these persons.
    failure : Failure, optional
        Rules of inference; left out, their defaults.
    by : date
        The last day that counts.
    engine : Engine
    """
    # The last second of the day: what begins on it still counts, and what was available is judged by its own year.
    last = (by.toordinal() - _EPOCH + 1) * SECONDS_PER_DAY - 1
    seen = conditions.filter(epoch_seconds(conditions["date"]) <= last).select("person_id").distinct()
    persons = engine.materialise(
        seen.select("person_id", course_id=seen.person_id.cast("string"), start_seconds=ibis.literal(last, "int64")),
        "persons_with_condition",
    )
    trials = JoinedTrials(persons, treatments, engine)
    return tuple(_count(one, persons, trials, failure, engine) for one in definitions().values())


def _count(
    definition: Definition, persons: ir.Table, trials: JoinedTrials, failure: Failure | None, engine: Engine
) -> RefractoryCount:
    assumed = [demand.id for demand in definition.demands if not demand.is_of_records]
    found = trials.under(rules_of(definition, failure))
    verdicts = judge_trials(persons, found, definition, failure=failure, assumed=assumed)
    counted = engine.to_arrow(verdicts.group_by("verdict").aggregate(person_count=verdicts.count())).to_pylist()
    counts = {row["verdict"]: int(row["person_count"]) for row in counted}
    return RefractoryCount(
        id=definition.id,
        name=definition.name,
        source=definition.source,
        tag=definition.tag,
        persons=sum(counts.values()),
        met=counts.get("met", 0),
        not_met=counts.get("not met", 0),
        not_known=counts.get("not known", 0),
    )
