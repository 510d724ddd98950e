"""What would baseline, final and response be under other rules? The ratings are joined to courses once for all variants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from abate.base.errors import ParameterError
from abate.contracts.definition import Study
from abate.engine.joins import left_join_on
from abate.outcomes.endpoints import baseline_aggregates, endpoint_columns, final_aggregates
from abate.outcomes.ratings import join_ratings
from abate.outcomes.response import meets
from abate.outcomes.windows import find_windows

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from abate.contracts.course_tables import CourseTables
    from abate.engine.connection import Engine


def find_endpoints(variants: Mapping[str, Study], tables: CourseTables, engine: Engine) -> Mapping[str, ir.Table]:
    """Return baseline, final and response of every course under each variant of a study.

    Parameters
    ----------
    variants : mapping of str to Study
        Studies of one scale and one pair of windows, which differ in what they take, fall back on, and call a response.
    tables : CourseTables
        The contract filled.
    engine : Engine
        Where the tables are.

    Returns
    -------
    mapping of str to table
        For each variant one row a course: ``course_id``, ``person_id``, ``baseline``, ``baseline_rule``, ``final``,
        ``final_rule``, ``change``, ``change_percent`` and ``response_<rule>``.

    Raises
    ------
    ParameterError
        If two variants have different scales or windows.
    """
    if not variants:
        return {}
    windows = engine.materialise(find_windows(_without_the_rest(variants), tables), "windows")
    ratings = engine.materialise(
        join_ratings(_without_the_rest(variants), tables.ratings, windows), "ratings_of_courses"
    )
    # Position, not name: a name of a variant need not be one that a column can have.
    numbered = dict(enumerate(variants.values()))
    wide = engine.materialise(_endpoints(numbered, ratings, windows), "endpoints")
    return {name: _of_variant(number, numbered[number], wide) for number, name in enumerate(variants)}


def _without_the_rest(variants: Mapping[str, Study]) -> Study:
    """Return a study with the scale and the windows that all variants share, without follow-up and events."""
    first, *others = variants.values()
    for study in others:
        if _joined_by(study) != _joined_by(first):
            raise ParameterError(
                "variants of a study must have one scale and the same windows for baseline and final; "
                "run those with other windows by themselves."
            )
    return first.model_copy(update={"follow_up": None, "events": None})


def _joined_by(study: Study) -> tuple[str, ...]:
    rating = study.rating
    ends = (rating.baseline.opens, rating.baseline.closes, rating.final.opens, rating.final.closes)
    return (rating.scale, *ends)


def _endpoints(variants: Mapping[int, Study], ratings: ir.Table, windows: ir.Table) -> ir.Table:
    baselines = {number: study.rating.baseline for number, study in variants.items()}
    finals = {number: study.rating.final for number, study in variants.items()}
    picked = ratings.group_by("course_key").agg(
        **_merged(baseline_aggregates(rule, ratings, f"baseline_{number}") for number, rule in baselines.items())
    )
    picked = picked.select(
        "course_key",
        **_merged(endpoint_columns(rule, picked, f"baseline_{number}") for number, rule in baselines.items()),
    )
    after = ratings.filter(ratings.day >= 1)
    after = after.inner_join(
        picked.select("course_key", *(f"baseline_{number}_s" for number in variants)), "course_key"
    )
    found = after.group_by("course_key").agg(
        **_merged(
            final_aggregates(rule, after, f"final_{number}", f"baseline_{number}") for number, rule in finals.items()
        )
    )
    found = found.select(
        "course_key", **_merged(endpoint_columns(rule, found, f"final_{number}") for number, rule in finals.items())
    )
    return left_join_on(windows.select("course_key", "course_id", "person_id"), "course_key", picked, found)


def _merged(parts: Iterable[dict[str, ir.Value]]) -> dict[str, ir.Value]:
    return {name: value for part in parts for name, value in part.items()}


def _of_variant(number: int, study: Study, wide: ir.Table) -> ir.Table:
    baseline, final = wide[f"baseline_{number}"], wide[f"final_{number}"]
    return wide.select(
        "course_id",
        "person_id",
        baseline=baseline,
        baseline_rule=wide[f"baseline_{number}_rule"],
        final=final,
        final_rule=wide[f"final_{number}_rule"],
        change=final - baseline,
        change_percent=100 * (final - baseline) / baseline.nullif(0.0),
        **{f"response_{rule.id}": meets(rule, baseline, final) for rule in study.response.rules},
    )
