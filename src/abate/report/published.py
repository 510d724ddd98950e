"""What stands beside published series of the same drug and condition? The study's own numbers, theirs, and where a new one would lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from abate.contracts.result import PUBLISHED, Estimate
from abate.knowledge.published_series import PublishedSeries, published_series
from abate.report.cells import EMPTY, mean_cell, share_cell, share_interval_cell
from abate.report.numbers import (
    describe_count,
    describe_number,
    describe_percent,
    describe_percent_range,
    describe_range,
)
from abate.report.report_table import ReportTable, RowKind, row, table
from abate.report.view import ResultView
from abate.report.words import capital, in_words, plural, shown

QUANTITIES = ("baseline", "final", "fall", "response")
THIS_STUDY, POOLED, NEW_SERIES = "This study", "Mean over series", "A new series"
BORROWED = "\u2020"
_RULE = "points_2"
_COLUMNS = (
    "Series",
    "n",
    "Days",
    "Admission",
    "Discharge",
    "Fall in points",
    "Fall of 2 points or more",
    "Its interval",
)


@dataclass(frozen=True, kw_only=True)
class ForestRow:
    """One line of the table and the figure: this study, a series, the mean over series, or a new one."""

    label: str
    n: str
    days: str
    estimates: dict[str, Estimate | None]  # by quantity; a fall is above 0
    is_own: bool = False
    is_pooled: bool = False
    is_prediction: bool = False


def has_published(view: ResultView) -> bool:
    """Return whether there are published series to stand beside, and more than one patient to set beside them."""
    return bool(view.under(PUBLISHED)) and not view.is_one_patient and view.course_count > 0


def series_of(view: ResultView) -> Sequence[PublishedSeries]:
    """Return the series of the study's drug and condition."""
    if view.study.condition is None:
        return ()
    return published_series(view.study.condition, view.treatment.lower())


def forest_rows(view: ResultView) -> Sequence[ForestRow]:
    """Return this study, each series with any number, their mean, and where a new one would lie."""
    series = [
        ForestRow(
            label=one.label,
            n=describe_count(one.n),
            days=EMPTY if one.days_mean is None else describe_number(one.days_mean),
            estimates={quantity: view.known(f"{PUBLISHED}{quantity}.{one.id}") for quantity in QUANTITIES},
        )
        for one in series_of(view)
    ]
    pooled = {quantity: view.known(f"{PUBLISHED}{quantity}.pooled") for quantity in QUANTITIES}
    predicted = {quantity: view.known(f"{PUBLISHED}{quantity}.prediction") for quantity in QUANTITIES}
    return (
        _own(view),
        *(one for one in series if any(one.estimates.values())),
        ForestRow(label=POOLED, n=EMPTY, days=EMPTY, estimates=pooled, is_pooled=True),
        ForestRow(label=NEW_SERIES, n=EMPTY, days=EMPTY, estimates=predicted, is_prediction=True),
    )


def _own(view: ResultView) -> ForestRow:
    change, length = view.known("change.mean"), view.known("course_length.mean")
    return ForestRow(
        label=THIS_STUDY,
        n=describe_count(view.course_count),
        days=EMPTY if length is None or length.value is None else describe_number(length.value),
        estimates={
            "baseline": view.known("baseline.mean"),
            "final": view.known("final.mean"),
            "fall": None if change is None else turned(change),
            "response": view.known(f"response.{_RULE}"),
        },
        is_own=True,
    )


def turned(change: Estimate) -> Estimate:
    """Return a change as a fall: above 0 where the rating went down."""
    return replace(
        change,
        value=None if change.value is None else -change.value + 0.0,
        lower=None if change.upper is None else -change.upper,
        upper=None if change.lower is None else -change.lower,
    )


def published_table(view: ResultView) -> ReportTable:
    """Return the numbers of this study, of each series that prints any, and of all together."""
    rows = [
        row(
            shown(one.label),
            one.n,
            one.days,
            *(_mean(one, quantity) for quantity in ("baseline", "final", "fall")),
            *_share(one),
            kind=RowKind.KEY if one.is_own else RowKind.PLAIN,
        )
        for one in forest_rows(view)
    ]
    notes = [
        f"{BORROWED} No SD is printed: the interval stands on one borrowed from series that print it.",
        (
            "n: courses here; patients or admissions there. Means with their intervals; of a new series the range in which its true mean "
            "would lie, which can pass the ends of the scale where few series differ much."
        ),
        *_left_out(view),
    ]
    return table(
        "published", "This study beside published series of the same drug and condition.", _COLUMNS, rows, notes=notes
    )


def sources_table(view: ResultView) -> ReportTable:
    """Return where each series comes from, what was read of it, and what it lacks."""
    rows = [row(shown(one.label), _whom(one), _read(one), _missing(view, one)) for one in series_of(view)]
    columns = ("Series", "Who and where, as printed", "Source, and what was read", "Left out")
    title = "Where the published numbers come from, and what was read."
    return table("published-sources", title, columns, rows, is_prose=True)


def say_published(view: ResultView) -> str:
    """Return the study's fall beside the mean over series, in one sentence."""
    count = len(series_of(view))
    series = f"{plural(count, 'published series', 'published series')} of {shown(view.treatment)}"
    own, pooled = _own(view).estimates["fall"], view.known(f"{PUBLISHED}fall.pooled")
    if pooled is None or pooled.value is None:
        return f"{series} {'was' if count == 1 else 'were'} found for this condition, and no mean fall can be pooled from them."
    over = f"over the {_pooled_count(view, 'fall')} of {series} that print one the mean fall was {mean_cell(pooled, 1)} points"
    if own is None or own.value is None:
        return f"No fall of this study can be set beside published ones; {over}."
    return f"The mean fall here was {mean_cell(own, 1)} points; {over}."


def paragraphs_on_published(view: ResultView) -> tuple[str, ...]:
    """Return how the study lies to what a new series would show, and what the comparison cannot say."""
    no_comparison = (
        "This is no comparison of treatments: patients, rules, days and care differ, and a fall of all series alike would "
        "say nothing of why pain fell. Most numbers were read in abstracts or press texts; what is not verified is marked."
    )
    return (*_place_of_own(view), no_comparison)


def _place_of_own(view: ResultView) -> tuple[str, ...]:
    own, predicted = _own(view).estimates["fall"], view.known(f"{PUBLISHED}fall.prediction")
    if own is None or own.value is None:
        return ()
    if predicted is None or predicted.lower is None or predicted.upper is None:
        reason = view.reason(f"{PUBLISHED}fall.prediction") or "too few series print it"
        return (f"Where the fall of a new series would lie cannot be said: {in_words(reason)}.",)
    place = "within" if predicted.lower <= own.value <= predicted.upper else "outside"
    reach = describe_range(predicted.lower, predicted.upper)
    wide = " That range is so wide, with so few series, that hardly any study could lie outside it." if (
        predicted.upper - predicted.lower > view.scale.maximum - view.scale.minimum
    ) else ""  # fmt: skip
    return (
        (
            f"The true mean fall of a new series would lie from {reach} points with 95\u202f% probability if it were one of their kind; "
            f"this study\u2019s lies {place} it.{wide}"
        ),
    )


def _pooled_count(view: ResultView, quantity: str) -> int:
    found = (view.known(f"{PUBLISHED}{quantity}.{one.id}") for one in series_of(view))
    return sum(one is not None and one.lower is not None for one in found)


def _mean(one: ForestRow, quantity: str) -> str:
    found = one.estimates[quantity]
    if found is None or found.value is None:
        return EMPTY
    if one.is_prediction and found.lower is not None and found.upper is not None:
        return describe_range(found.lower, found.upper)
    is_lent = "SD borrowed" in found.method
    return mean_cell(found, 1) + (f" {BORROWED}" if is_lent else "")


def _share(one: ForestRow) -> tuple[str, str]:
    found = one.estimates["response"]
    if found is None or found.value is None:
        return EMPTY, EMPTY
    if found.denominator is not None:
        return share_cell(found), share_interval_cell(found)
    reach = EMPTY
    if found.lower is not None and found.upper is not None:
        reach = describe_percent_range(found.lower, found.upper)
    return EMPTY if one.is_prediction else describe_percent(found.value), reach


def _left_out(view: ResultView) -> list[str]:
    silent = [
        one.label
        for one in series_of(view)
        if all(view.known(f"{PUBLISHED}{quantity}.{one.id}") is None for quantity in QUANTITIES)
    ]
    return [f"Without a number that could stand here: {', '.join(silent)}; the next table says why."] if silent else []


def _whom(series: PublishedSeries) -> str:
    return f"{describe_count(series.n)} {series.unit}: {series.condition}; {series.setting}"


def _read(series: PublishedSeries) -> str:
    """Return source, tag and notes; the tag of a number stands where it says less than that of the series."""
    others = [number.tag for number in series.numbers if "computed" in number.tag or "unverified" in number.tag]
    tags = dict.fromkeys((series.tag, *others))
    notes = [capital(note) for note in (series.note, *(number.note for number in series.numbers)) if note]
    return ". ".join((f"{series.source} [{'; '.join(tags)}]", *dict.fromkeys(notes)))


def _missing(view: ResultView, series: PublishedSeries) -> str:
    words = {"baseline": "admission", "final": "discharge", "fall": "fall", "response": "response"}
    reasons: dict[str, list[str]] = {}
    for quantity in QUANTITIES:
        reason = view.reason(f"{PUBLISHED}{quantity}.{series.id}")
        if reason and view.known(f"{PUBLISHED}{quantity}.{series.id}") is None:
            reasons.setdefault(reason, []).append(words[quantity])
    return "; ".join(f"{', '.join(names)}: {in_words(reason)}" for reason, names in reasons.items()) or EMPTY
