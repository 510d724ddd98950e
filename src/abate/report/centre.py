"""What does the lead of an infusion centre see on one page? This period beside the last, and control charts by month.

Only what the run counted by calendar period is read here, never a course.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from abate.contracts.notice import NOT_A_DEVICE
from abate.contracts.result import PERIOD_RETURN_DAYS, Estimate, PeriodKind, PeriodRow
from abate.inference.periods import (
    ENOUGH_TO_CHART,
    ENOUGH_TO_COMPARE,
    FEWEST_TO_COMPARE,
    HIDDEN,
    Comparison,
    compare_periods,
    find_charted,
    find_compared,
)
from abate.report.calendar_names import name_period
from abate.report.cells import EMPTY
from abate.report.disclosure import edition_notice
from abate.report.drawn import DrawnFigure, draw_figure
from abate.report.figures.control_chart import (
    FEWEST_FOR_FILLED,
    FEWEST_POINTS,
    chart_of_changes,
    chart_of_harm,
    chart_of_responses,
    draw_control_chart,
)
from abate.report.figures.figure import Figure, figure_without_drawing
from abate.report.html import describe_table, template_named
from abate.report.numbers import (
    FEWEST_FOR_PERCENT,
    describe_count,
    describe_number,
    describe_range,
    describe_share,
    describe_share_range,
    describe_signed,
)
from abate.report.report_table import ReportTable, row, table
from abate.report.tokens import describe_theme
from abate.report.view import ResultView
from abate.report.words import label_rule, plural, shown
from abate.stats.control_charts import FEWEST_EXPECTED, MANY_UNITS, RUN_LENGTH

_TURNED = ("change",)  # a fall is written as a positive number


#: Stands where a result was made or handed on without its counts by period.
NOT_HELD = "Counts by calendar period are not part of this result, so nothing is compared or charted here."


_SOME_HIDDEN = (
    f"A control chart needs at least {FEWEST_POINTS} months, quarters or years with a value that may be told; "
    "too few are left, for periods with few courses or few events are hidden in this edition."
)


@dataclass(frozen=True, kw_only=True)
class CentrePage:
    """The page before it becomes HTML."""

    headline: str
    lede: str
    comparison: ReportTable | None
    figures: Sequence[Figure]
    notes: Sequence[tuple[str, str]]


def has_summary(view: ResultView) -> bool:
    """Return whether there is anything to say: in an edition for sharing every period may be hidden."""
    if not view.result.edition.is_shared:
        return True
    return any(period.course_count for period in view.result.periods or ())


def render_summary(view: ResultView) -> str:
    """Return the page as HTML: one file that asks for nothing and runs no script, printed on one sheet of A4 or Letter."""
    from markupsafe import Markup

    page = build_summary(view)
    drawn = [draw_figure(view, figure, number) for number, figure in enumerate(page.figures, start=1)]
    return str(
        template_named("summary.html.j2").render(
            page=page,
            title=view.study.title,
            treatment=shown(view.treatment),
            is_simulated=view.result.provenance.is_simulated,
            abate_version=view.result.provenance.abate_version,
            theme=Markup(describe_theme()),
            edition=edition_notice(view.result),
            notice=NOT_A_DEVICE,
            comparison=None if page.comparison is None else describe_table(page.comparison),
            drawn=[_as_written(found) for found in drawn],
        )
    )


def build_summary(view: ResultView) -> CentrePage:
    """Return headline, sentence, table, charts and notes of the page."""
    periods = view.result.periods or ()
    compared, charted = find_compared(periods), find_charted(periods)
    return CentrePage(
        headline=_headline(view, compared),
        lede=_lede(view, compared),
        comparison=None if compared is None else comparison_table(view, *compared),
        figures=_figures(view, charted),
        notes=_notes(compared, charted),
    )


def comparison_table(view: ResultView, now: PeriodRow, before: PeriodRow) -> ReportTable:
    """Return this period beside the one before it, with the difference of each number and its interval."""
    rows = [
        row(_label(view, found), _cell(found, found.now), _cell(found, found.before), _difference_cell(found))
        for found in compare_periods(now, before)
    ]
    columns = ("", name_period(now), name_period(before), "Difference or ratio")
    return table("periods", "This period beside the one before it, with 95\u202f% intervals.", columns, rows)


def _headline(view: ResultView, compared: tuple[PeriodRow, PeriodRow] | None) -> str:
    treatment = shown(view.treatment)
    if compared is None:
        return f"{plural(view.course_count, 'course')} of {treatment}: no two periods to compare"
    now, before = compared
    return f"{name_period(now)} beside {name_period(before)}: {_say_courses(now.course_count, before.course_count, treatment)}"


def _say_courses(now: int | None, before: int | None, treatment: str) -> str:
    if now is None and before is None:
        return f"how many courses of {treatment} is hidden in this edition"
    if now is None or before is None:
        return (
            f"a hidden number of courses of {treatment}, and {describe_count(before or 0)} before"
            if now is None
            else f"{plural(now, 'course')} of {treatment}, and a hidden number before"
        )
    return f"{describe_count(now)} and {plural(before, 'course')} of {treatment}"


def _lede(view: ResultView, compared: tuple[PeriodRow, PeriodRow] | None) -> str:
    if view.result.periods is None:
        return NOT_HELD
    if not view.result.periods:
        return (
            "No calendar can be laid on these courses: there are none, or their dates lie where nobody means a calendar date, as after "
            "every person\u2019s dates were shifted. So nothing is compared or charted here; the report has the numbers."
        )
    if compared is None:
        return "Two complete periods in a row, after the one in which the records begin, are needed to compare; these courses do not give them."
    now, counts = compared[0], [row.course_count for row in compared]
    pair = f"The last complete {now.kind} and the one before it"
    how = "The numbers say how they differ, not why."
    known = [count for count in counts if count is not None]
    if len(known) < len(counts):
        return f"{pair}. {how}"
    if min(known) >= ENOUGH_TO_COMPARE:
        return f"{pair}: the {now.kind} is the shortest period of which both have {ENOUGH_TO_COMPARE} courses or more. {how}"
    return (
        f"{pair}. No month, quarter or year has {ENOUGH_TO_COMPARE} courses in both; of these the {now.kind} has most. "
        f"So few courses leave wide intervals. {how}"
    )


def _figures(view: ResultView, charted: Sequence[PeriodRow]) -> tuple[Figure, ...]:
    why_not = (
        f"A control chart needs at least {FEWEST_POINTS} months, quarters or years in a row with {ENOUGH_TO_CHART} courses each on average and "
        f"a value in {FEWEST_POINTS} of them; {plural(view.course_count, 'course')} in these records do not give them yet."
    )
    if view.result.periods is None:
        why_not = NOT_HELD
    if any(period.course_count is None for period in charted):
        why_not = _SOME_HIDDEN
    quantities = [chart_of_changes(), chart_of_responses(label_rule(view.study.response.primary))]
    if not charted:
        return (draw_control_chart_alone(why_not),)
    harm_why = why_not
    if view.study.events is None:
        harm_why = "The study does not ask for adverse events, so there are none to chart."
    elif any(period.event_count is None for period in charted):
        harm_why = _SOME_HIDDEN
    elif not any(period.harm_known_count for period in charted if period.harm_known_count is not None):
        harm_why = "Adverse events are not recorded, so there are none to chart."
    return (
        *(draw_control_chart(quantity, charted, why_not) for quantity in quantities),
        draw_control_chart(chart_of_harm(), charted, harm_why),
    )


def draw_control_chart_alone(why_not: str) -> Figure:
    """Return what stands in the place of all charts where none can be drawn."""
    return figure_without_drawing("control", "Control charts.", why_not)


def _notes(compared: tuple[PeriodRow, PeriodRow] | None, charted: Sequence[PeriodRow]) -> tuple[tuple[str, str], ...]:
    counting = (
        "A course counts in the period of its first dose, with all its days and events. "
        "Courses are counted: a person with two counts twice."
    )
    notes = [("Counting.", counting)]
    if compared is not None:
        notes.append(("Comparing.", _say_comparing()))
    if charted:
        notes.append(("Charts.", _say_charting(charted[0].kind)))
    return tuple(notes)


def _say_comparing() -> str:
    return (
        "A period is complete if the records reach beyond its end; the first is left out, for they may have begun within it. "
        "Intervals: Student\u2019s t and Welch\u2019s for means, Wilson\u2019s and Miettinen and Nurminen\u2019s for shares, exact for rates, "
        f"which are compared as a ratio; pp: percentage points; no difference with fewer than {FEWEST_TO_COMPARE} courses in either."
    )


def _say_charting(kind: PeriodKind) -> str:
    by_kind = (
        ""
        if kind is PeriodKind.MONTH
        else f"By {kind}: shorter periods hold fewer than {ENOUGH_TO_CHART} courses on average, or are too many for a chart. "
    )
    limits = (
        f"Limits are wider where fewer courses stand behind a point. They are exact where a {kind} expects fewer than {FEWEST_EXPECTED} events or "
        "courses on one side, for three standard deviations would be wrong there, and chance passes them as rarely: 1.35 times in 1000 on each "
        f"side. From {describe_count(MANY_UNITS)} a {kind} on average they allow for what neighbours differ beyond chance (Laney 2002, "
        "doi:10.1081/QEN-120003555). "
    )
    marks = (
        f"Triangle: outside the limits. Square: one of {RUN_LENGTH} or more in a row on one side of the line. Hollow: fewer than "
        f"{FEWEST_FOR_FILLED} courses. Cross on the axis: hidden. Gap: no course. "
    )
    sources = "Montgomery 2013, Statistical Quality Control; Benneyan 2003, doi:10.1136/qhc.12.6.458."
    return f"{by_kind}The centre line is of all {kind}s shown. {limits}{marks}{sources}"


def _label(view: ResultView, found: Comparison) -> str:
    labels = {
        "courses": "Courses",
        "persons": "Persons",
        "length": "Mean length, days",
        "change": f"Mean fall of {view.noun}, points",
        "response": f"{label_rule(view.study.response.primary)}, of courses judged",
        "harm": "Adverse events per 100 days of infusion",
        "final_missing": "Final rating missing",
        "return": f"Back in care within {PERIOD_RETURN_DAYS} days, where known",
    }
    return labels[found.id]


def _cell(found: Comparison, estimate: Estimate) -> str:
    """Return one number of a period: counts first, then the interval."""
    if estimate.value is None:
        return _why(estimate)
    if found.id in ("courses", "persons"):
        return describe_count(estimate.value)
    if found.id == "harm":
        counts = f"{describe_count(estimate.numerator or 0)} in {describe_number(estimate.denominator or 0, 0)} days"
        return f"{counts}: {describe_number(estimate.value)}{_interval(estimate)}"
    if estimate.denominator:
        share = describe_share(estimate.numerator or 0, estimate.denominator)
        interval = describe_share_range(estimate.lower, estimate.upper, estimate.denominator)
        return f"{share.removesuffix(')')}; {interval})" if share.endswith(")") else f"{share} ({interval})"
    turned = _turned(estimate) if found.id in _TURNED else estimate
    return f"n\u00a0=\u00a0{describe_count(estimate.n or 0)}: {describe_number(turned.value or 0)}{_interval(turned)}"


def _difference_cell(found: Comparison) -> str:
    difference = found.difference
    if difference is None:
        if found.now.value is None or found.before.value is None:
            return EMPTY
        return describe_signed(found.now.value - found.before.value, 0)
    if difference.value is None:
        return _why(difference)
    if found.id == "harm":
        return f"ratio {describe_number(difference.value, 2)}{_interval(difference, 2)}"
    if found.id in ("response", "final_missing", "return"):
        return _share_difference(found, difference)
    turned = _turned(difference) if found.id in _TURNED else difference
    return f"{describe_signed(turned.value or 0)}{_interval(turned)}"


def _share_difference(found: Comparison, difference: Estimate) -> str:
    """Return a difference of shares in percentage points; of few courses as shares from 0 to 1."""
    smaller = min(found.now.denominator or 0, found.before.denominator or 0)
    value, lower, upper = difference.value or 0.0, difference.lower or 0.0, difference.upper or 0.0
    if smaller < FEWEST_FOR_PERCENT:
        return f"{describe_signed(value, 2)} ({describe_range(lower, upper, 2)})"
    return f"{describe_signed(100 * value)} ({describe_range(100 * lower, 100 * upper)}) pp"


def _interval(estimate: Estimate, decimals: int = 1) -> str:
    if estimate.lower is None or estimate.upper is None:
        return "" if estimate.lower is None else f" (from {describe_number(estimate.lower, decimals)})"
    return f" ({describe_range(estimate.lower, estimate.upper, decimals)})"


def _turned(estimate: Estimate) -> Estimate:
    """Return a change as a fall."""
    if estimate.value is None:
        return estimate
    has_interval = estimate.lower is not None and estimate.upper is not None
    lower, upper = (-(estimate.upper or 0.0), -(estimate.lower or 0.0)) if has_interval else (None, None)
    return replace(estimate, value=-estimate.value, lower=lower, upper=upper)


def _why(estimate: Estimate) -> str:
    return "hidden" if estimate.reason == HIDDEN else estimate.reason or EMPTY


def _as_written(drawn: DrawnFigure) -> dict[str, Any]:
    from markupsafe import Markup

    return {
        "figure": drawn.figure,
        "number": drawn.number,
        "reason": drawn.reason,
        "wide": Markup(drawn.wide),
        "narrow": Markup(drawn.narrow),
        "tables": [describe_table(table) for table in drawn.figure.numbers if not table.is_empty],
    }
