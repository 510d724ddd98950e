"""What may reach a page, and what may leave the site? The one door between a result and whatever is written of it.

Nothing else in this room touches ``outcomes``, ``daily``, ``harm`` or ``doses`` of a result. Rows leave here as arrays
without any key of a person or course, in an order that no key decides, for the edition that stays at the site. For others
`disclose` makes a result without rows, in which small counts are hidden and with them whatever would give them away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from abate.base.arrow_arrays import numbers_of, times_of
from abate.base.errors import DisclosureError
from abate.contracts.definition import Disclosure, Study
from abate.contracts.result import PUBLISHED, Edition, Estimate, RateStep, StudyResult, Withheld

if TYPE_CHECKING:
    from abate.report.sharing.ledger import Key, Ledger
    from abate.report.sharing.protection import Mark

#: From so many courses on, single marks cover each other and give way to counts; the site's edition too.
MOST_SINGLE_LINES = 200
MOST_SINGLE_BARS = 500
MOST_SINGLE_DOTS = 2_000

#: Ids of the rows of a comparison, and of dose and response, begin so; no ledger protects their counts yet.
_UNPROTECTED = {
    "Comparison": "comparison.",
    "Dose and response": "dose_response.",
    "Untreated episodes": "regression.untreated_",
}

_FOR_THE_SITE = "Edition for the site: holds single courses; not for sharing"
_FOR_SHARING = "Edition for sharing: no single courses; {hidden}"

#: Named rules for what may leave the site.
PRESETS: Mapping[str, Disclosure] = {
    "5": Disclosure(smallest_count=5),
    "6": Disclosure(smallest_count=6),
    "11": Disclosure(smallest_count=11),
    "5-rounded": Disclosure(smallest_count=5, rounding=5),
}

Columns = Mapping[str, NDArray[Any]]


def disclose(
    result: StudyResult, rule: Disclosure | None = None, earlier: Sequence[Mapping[str, Any]] = ()
) -> StudyResult:
    """Return a result as it may leave the site: no rows, no small count, and nothing from which one could be worked out.

    Parameters
    ----------
    result : StudyResult
        As a run found it.
    rule : Disclosure, optional
        What is small, and to which multiple counts are rounded; the study's own without it, else counts under 5.
    earlier : sequence of mapping
        Earlier releases that readers may have too, from `abate.report.sharing.releases.read_release`.

    Raises
    ------
    DisclosureError
        If there are too few courses for anything to be told, or a small count cannot be protected.
    """
    from abate.report.sharing.hiding import Hider
    from abate.report.sharing.keys import COURSES
    from abate.report.sharing.rounding import round_result
    from abate.report.sharing.study_ledger import ledger_of

    study = Study.model_validate(dict(result.study))
    rule = rule or study.disclosure or Disclosure()
    smallest = rule.smallest_count
    own, published = _apart_from_published(result)
    coarse = replace(_without_unprotected(replace(result, estimates=own)), ways=_coarse_ways(result, smallest))
    ledger = ledger_of(coarse)
    _refuse_few(ledger[COURSES], smallest)
    marks = _find_marks(coarse, ledger, rule, earlier)
    hider = Hider(ledger, marks, primary=study.response.primary.id, smallest=smallest)
    if result.ways is not None and coarse.ways is None:
        hider.no_history()
    shown = replace(hider.result(coarse), rates=_rates_of_many(result, smallest))
    withheld = (*hider.withheld, *_withheld_whole(result))
    edition = Edition(audience="share", smallest_count=smallest, rounding=rule.rounding, withheld=withheld)
    rounded = round_result(replace(shown, edition=edition), rule.rounding)
    return replace(rounded, estimates=(*rounded.estimates, *published))


def _apart_from_published(result: StudyResult) -> tuple[tuple[Estimate, ...], tuple[Estimate, ...]]:
    """Return the estimates of the study's own courses, and those that others published: of these nothing need be hidden."""
    own = tuple(found for found in result.estimates if not found.id.startswith(PUBLISHED))
    return own, tuple(found for found in result.estimates if found.id.startswith(PUBLISHED))


def _without_unprotected(result: StudyResult) -> StudyResult:
    """Return a result without its comparison, and without dose and response, whose counts no ledger protects yet."""
    kept = [found for found in result.estimates if not found.id.startswith(tuple(_UNPROTECTED.values()))]
    return replace(result, estimates=kept, compared=None)


def _withheld_whole(result: StudyResult) -> tuple[Withheld, ...]:
    """Return the parts of which an edition for sharing tells nothing."""
    from abate.report.sharing.hiding import HIDDEN

    return tuple(
        Withheld(part=part, item="all numbers of this part", mark=HIDDEN)
        for part, prefix in _UNPROTECTED.items()
        if any(found.id.startswith(prefix) for found in result.estimates)
    )


def _refuse_few(courses: int, smallest: int) -> None:
    if courses < 2 * smallest:
        raise DisclosureError(
            f"nothing can be shared: the study has {courses if courses >= smallest else f'fewer than {smallest}'} courses, and with "
            f"fewer than {2 * smallest} nearly every number would be hidden; share with other sites' courses, or leave the report at the site."
        )


def _find_marks(
    result: StudyResult, ledger: Ledger, rule: Disclosure, earlier: Sequence[Mapping[str, Any]]
) -> dict[Key, Mark]:
    """Return the counts that may not be told, beside what earlier releases have told already."""
    from abate.report.sharing.keys import COURSES
    from abate.report.sharing.protection import CannotProtectError, hide_counts
    from abate.report.sharing.releases import note_release

    stay_hidden: dict[Key, Mark] = {}
    for place, release in enumerate(earlier):
        stay_hidden |= note_release(ledger, result, release, place, rule=rule)
    told_from = min((rule.smallest_count, *(release["edition"]["smallest_count"] for release in earlier)))
    try:
        marks = hide_counts(
            ledger.counts, ledger.sums, smallest=rule.smallest_count, hidden=stay_hidden, told_from=told_from
        )
    except CannotProtectError as error:
        raise DisclosureError(
            f"nothing can be shared: a small count could be worked out ({error}); leave the report at the site."
        ) from None
    if COURSES in marks:
        raise DisclosureError(
            "nothing can be shared: the number of courses itself would have to be hidden so that no small count can be worked out; "
            "leave the report at the site, or ask the study fewer questions."
        )
    return marks


def _rates_of_many(result: StudyResult, smallest: int) -> tuple[RateStep, ...]:
    """Return the steps in which so many infusions ran that quartiles of their rates may be told, without their number."""
    from abate.report.figures.rates import find_rates
    from abate.report.sharing.hiding import HIDDEN
    from abate.report.view import ResultView

    steps = find_rates(ResultView(result)).steps
    many = [step for step in steps if isinstance(step.course_count, int) and step.course_count >= 4 * smallest]
    return tuple(replace(step, course_count=HIDDEN) for step in many)


def _coarse_ways(result: StudyResult, smallest: int) -> Any:
    from abate.report.figures.history import MOST_CLASSES, merge_ways
    from abate.report.sharing.hiding import coarsen_ways

    return coarsen_ways(result.ways, smallest, merge_ways, MOST_CLASSES)


def edition_notice(result: StudyResult) -> str:
    """Return for whom the report is, and what it therefore hides."""
    edition = result.edition
    if not edition.is_shared:
        return _FOR_THE_SITE
    hidden = (
        "no count is hidden"
        if edition.smallest_count == 1
        else f"counts from 1 to {edition.smallest_count - 1} are hidden, and whatever would give them away"
    )
    rounded = "" if edition.rounding == 1 else f"; other counts are rounded to multiples of {edition.rounding}"
    return _FOR_SHARING.format(hidden=hidden + rounded)


def single_lines_allowed(result: StudyResult) -> bool:
    """Return whether a figure may draw one faint line for each course."""
    return 0 < course_count(result) <= MOST_SINGLE_LINES


def single_bars_allowed(result: StudyResult) -> bool:
    """Return whether a figure may draw one bar for each course."""
    return 0 < course_count(result) <= MOST_SINGLE_BARS


def single_dots_allowed(result: StudyResult) -> bool:
    """Return whether a figure may draw one dot for each course."""
    return 0 < course_count(result) <= MOST_SINGLE_DOTS


def course_count(result: StudyResult) -> int:
    """Return the number of courses that entered, as rows of ``outcomes``; 0 where the rows are not there."""
    return 0 if result.outcomes is None else int(result.outcomes.num_rows)


def course_values(result: StudyResult, *columns: str) -> Columns:
    """Return columns of ``outcomes`` as arrays, a course each; a column that the study does not have is all empty.

    Numbers and flags come as float64 with NaN for empty (flags 0 or 1), times as datetime64[us] with NaT, texts as
    objects with None.
    """
    return _columns(result.outcomes, columns)


def daily_ratings(result: StudyResult) -> Columns:
    """Return ``course`` (its row in `course_values`), ``day`` and ``value``, in order of course and day."""
    return _columns_by_course(result.outcomes, result.daily, ("day", "value"))


def dose_stretches(result: StudyResult) -> Columns:
    """Return ``course`` (its row in `course_values`), ``start``, ``end`` and ``rate_mg_h`` of each dose row."""
    return _columns_by_course(result.outcomes, result.doses, ("start", "end", "rate_mg_h"))


def _columns(table: Any, names: tuple[str, ...]) -> Columns:
    count = 0 if table is None else table.num_rows
    return {
        name: _as_array(table.column(name))
        if table is not None and name in table.column_names
        else np.full(count, np.nan)
        for name in names
    }


def _columns_by_course(outcomes: Any, table: Any, names: tuple[str, ...]) -> Columns:
    """Return columns of a table with many rows a course, its key exchanged for the course's place in ``outcomes``."""
    if table is None or outcomes is None:
        return {"course": np.zeros(0, np.int64), **{name: np.zeros(0) for name in names}}
    import pyarrow.compute as pc

    place = pc.index_in(table.column("course_id"), outcomes.column("course_id").combine_chunks())
    course = numbers_of(place)
    columns = {"course": course, **_columns(table, names)}
    is_known = ~np.isnan(course)
    order = np.lexsort((*(columns[name][is_known] for name in reversed(names)), course[is_known]))
    return {name: values[is_known][order] for name, values in columns.items()} | {
        "course": course[is_known][order].astype(np.int64)
    }


def _as_array(column: Any) -> NDArray[Any]:
    import pyarrow as pa

    kind = column.type
    if pa.types.is_timestamp(kind):
        return times_of(column)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return np.array([*column.to_pylist(), None], dtype=object)[:-1]
    return numbers_of(column)
