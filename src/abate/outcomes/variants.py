"""What would baseline and final rating be under other rules? The ratings are joined to courses once for all variants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from abate.base.errors import ParameterError
from abate.contracts.definition import Study, WindowRule
from abate.engine.joins import left_join_on
from abate.outcomes.endpoints import baseline_aggregates, endpoint_columns, final_aggregates
from abate.outcomes.ratings import join_ratings
from abate.outcomes.windows import find_windows

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from abate.contracts.course_tables import CourseTables
    from abate.engine.connection import Engine


def find_endpoints(variants: Mapping[str, Study], tables: CourseTables, engine: Engine) -> Mapping[str, ir.Table]:
    """Return baseline and final rating of every course under each variant of a study.

    Parameters
    ----------
    variants : mapping of str to Study
        Studies of one scale and one pair of windows, which differ in what they take and fall back on.
    tables : CourseTables
        The contract filled.
    engine : Engine
        Where the tables are.

    Returns
    -------
    mapping of str to table
        For each variant one row a course: ``course_id``, ``person_id``, ``baseline``, ``final``.

    Raises
    ------
    ParameterError
        If two variants have different scales or windows.
    """
    if not variants:
        return {}
    shared = _without_the_rest(variants)
    windows = engine.materialise(find_windows(shared, tables), "windows")
    ratings = engine.materialise(join_ratings(shared, tables.ratings, windows), "ratings_of_courses")
    # Numbers, not names: the name of a variant need not be one that a column can have.
    baselines = _baselines({n: study.rating.baseline for n, study in enumerate(variants.values())}, ratings)
    finals = _finals({n: study.rating.final for n, study in enumerate(variants.values())}, ratings, baselines)
    courses = windows.select("course_key", "course_id", "person_id")
    wide = engine.materialise(left_join_on(courses, "course_key", baselines, finals), "endpoints")
    return {name: _of_variant(number, wide) for number, name in enumerate(variants)}


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


def _baselines(rules: Mapping[int, WindowRule], ratings: ir.Table) -> ir.Table:
    picked = ratings.group_by("course_key").agg(
        **_merged(baseline_aggregates(rule, ratings, f"baseline_{number}") for number, rule in rules.items())
    )
    return picked.select(
        "course_key",
        **_merged(endpoint_columns(rule, picked, f"baseline_{number}") for number, rule in rules.items()),
    )


def _finals(rules: Mapping[int, WindowRule], ratings: ir.Table, baselines: ir.Table) -> ir.Table:
    times = baselines.select("course_key", *(f"baseline_{number}_s" for number in rules))
    after = ratings.filter(ratings.day >= 1).inner_join(times, "course_key")
    picked = after.group_by("course_key").agg(
        **_merged(
            final_aggregates(rule, after, f"final_{number}", f"baseline_{number}") for number, rule in rules.items()
        )
    )
    return picked.select(
        "course_key", **_merged(endpoint_columns(rule, picked, f"final_{number}") for number, rule in rules.items())
    )


def _merged(parts: Iterable[dict[str, ir.Value]]) -> dict[str, ir.Value]:
    return {name: value for part in parts for name, value in part.items()}


def _of_variant(number: int, wide: ir.Table) -> ir.Table:
    return wide.select("course_id", "person_id", baseline=wide[f"baseline_{number}"], final=wide[f"final_{number}"])
