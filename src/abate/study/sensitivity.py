"""How far do the headline numbers hang on the rules? The same courses under other rules for baseline and final rating."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from abate.contracts.definition import Study
from abate.contracts.result import SensitivityRow
from abate.engine.connection import Engine

if TYPE_CHECKING:
    import pyarrow as pa

    from abate.contracts.course_tables import CourseTables


def vary_the_rules(
    study: Study, tables: CourseTables, outcomes: pa.Table, engine: Engine
) -> tuple[SensitivityRow, ...]:
    """Return the headline numbers under the study's own rules and under each change of one of them.

    Parameters
    ----------
    study : Study
        The study as it is declared.
    tables : CourseTables
        The course tables that it ran on.
    outcomes : Arrow table
        Rows of the courses that entered; they stay the same throughout.
    engine : Engine
        Where the ratings are.
    """
    from abate.inference.sensitivity import headline
    from abate.outcomes.variants import find_endpoints

    rows = [
        SensitivityRow(
            id="main", change_of_rule="the study's own rules", estimates=headline(study, outcomes), is_main=True
        )
    ]
    variants = list(_variants(study))
    found = find_endpoints({id: variant for id, _, variant in variants}, tables, engine)
    for id, words, variant in variants:
        endpoints = engine.to_arrow(found[id].order_by("course_id"))
        rows.append(
            SensitivityRow(id=id, change_of_rule=words, estimates=headline(variant, _of_entered(endpoints, outcomes)))
        )
    return tuple(rows)


def _variants(study: Study) -> Iterator[tuple[str, str, Study]]:
    """Give each change of one rule that is a change for this study: id, words, the changed study."""
    baseline, final = study.rating.baseline, study.rating.final
    for take, words in (("first", "first rating"), ("mean", "mean of the ratings"), ("highest", "highest rating")):
        if baseline.take != take:
            yield f"baseline_{take}", f"baseline: the {words} of its window", _changed(study, "baseline", take=take)
    if baseline.fallback != "none":
        yield (
            "baseline_no_fallback",
            "baseline: only from its window, without the fallback",
            _changed(study, "baseline", fallback="none"),
        )
    for take, words in (
        ("last", "last rating"),
        ("mean", "mean of the ratings"),
        ("lowest", "lowest rating"),
        ("highest", "highest rating"),
    ):
        if final.take != take:
            yield f"final_{take}", f"final: the {words} of its window", _changed(study, "final", take=take)
    if final.fallback != "last in course":
        yield (
            "final_last_in_course",
            "final: where the window is empty, the last rating of the course",
            _changed(study, "final", fallback="last in course"),
        )


def _changed(study: Study, which: str, **changes: Any) -> Study:
    rule = getattr(study.rating, which).model_copy(update=changes)
    return study.model_copy(update={"rating": study.rating.model_copy(update={which: rule})})


def _of_entered(endpoints: pa.Table, outcomes: pa.Table) -> pa.Table:
    import pyarrow.compute as pc

    return endpoints.filter(pc.is_in(endpoints["course_id"], outcomes["course_id"].combine_chunks()))
