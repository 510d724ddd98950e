"""What harm was seen? Courses with each event at the left; events for each 100 days of infusion at the right."""

from __future__ import annotations

from collections.abc import Sequence

from abate.contracts.result import Estimate
from abate.report.figures.figure import Figure, figure_without_drawing, is_wide, tenths
from abate.report.figures.sheet import Sheet
from abate.report.harm_terms import HarmTerm, find_terms
from abate.report.numbers import INTERVAL, describe_number, describe_share
from abate.report.tables import harm_table
from abate.report.view import ResultView
from abate.report.words import headed, n_of

#: Terms that a figure shows; the others stand in its table.
MOST_TERMS = 20


def draw_harm(view: ResultView) -> Figure:
    """Return the figure of adverse events by term."""
    claim, numbers = "Adverse events by term.", harm_table(view)
    terms = [term for term in find_terms(view) if term.share.value is not None]
    if not terms:
        return figure_without_drawing("harm", claim, _why_none(view), numbers)
    shown = sorted(terms, key=lambda term: (-(term.share.numerator or 0), term.name))[:MOST_TERMS]
    more = f" The {MOST_TERMS} most frequent of {len(terms)} terms." if len(terms) > len(shown) else ""
    return Figure(
        id="harm",
        claim=claim,
        marks=(
            "Left: courses with the event.",
            f"Right: events for each 100 days of infusion, with exact {INTERVAL}.",
            "None seen has a bar from 0 to its upper bound.",
            n_of(terms[0].share.n or 0, "course"),
            more,
        ),
        finding="; ".join(
            f"{headed(term.name)}: {describe_share(term.share.numerator or 0, term.share.denominator or 0)}"
            for term in shown
        )
        + ".",
        numbers=(numbers,),
        draw=lambda width: [_sheet(shown, width).spec()],
    )


def _why_none(view: ResultView) -> str:
    if view.study.events is None:
        return "The study does not ask for adverse events."
    reason = view.reason("harm.any")
    return f"There is nothing to draw: {reason}." if reason else "No adverse event was named or recorded."


def _sheet(terms: Sequence[HarmTerm], width: float) -> Sheet:
    wide = is_wide(width)
    row_height = 28 if wide else 44
    name_width, bar_width, gap = (190, 176, 58) if wide else (0, 150, 26)
    rate_width = width - name_width - bar_width - gap - 14
    rates = [rate for term in terms if (rate := term.rate) is not None]
    most = max([_upper(rate) for rate in rates], default=1) or 1
    top = next(tick for tick in (*tenths(0, most * 1.25), most * 1.25) if tick >= most)
    left = name_width + bar_width + gap
    # The x axis is that of the rates; bars of courses hang to the left of it, in its units.
    unit = top / rate_width
    sheet = Sheet(
        width=width,
        height=34 + row_height * len(terms) + 8,
        left=left,
        right=14,
        top=34,
        bottom=8,
        x=(0, top),
        y=(len(terms) - 0.5, -0.5),
    )
    ticks = [tick for tick in tenths(0, top) if tick <= top]
    sheet.spans([{"x": tick, "y": sheet.y[0], "y2": sheet.y[1]} for tick in ticks], hue="hair", width=1)
    for tick in ticks:
        sheet.note(f"{tick:g}", x=tick / unit, y=-10, align="center")
    sheet.note(
        "per 100 infusion-days" + (" (exact interval)" if wide else ""), x=0, y=-26, bold=True, hue="ink", small=True
    )
    sheet.note("courses", x=-bar_width - gap, y=-26, bold=True, hue="ink")
    _draw_bars(sheet, terms, -(bar_width + gap) * unit, (bar_width - 84) * unit, wide)
    _draw_rates(sheet, terms, wide)
    names = [{"y": place, "text": headed(term.name)} for place, term in enumerate(terms)]
    sheet.column_of_notes(names, x=-left, limit=name_width - 12 if wide else width - 20, dy=0 if wide else -13)
    return sheet


def _draw_bars(sheet: Sheet, terms: Sequence[HarmTerm], origin: float, full: float, wide: bool) -> None:
    most = max([term.share.numerator or 0 for term in terms]) or 1
    half, shift = (0.27, 0) if wide else (0.15, 0.15)
    bars = [
        {
            "x": origin,
            "x2": origin + full * (term.share.numerator or 0) / most,
            "y": place + shift - half,
            "y2": place + shift + half,
        }
        for place, term in enumerate(terms)
    ]
    sheet.boxes([bar for bar in bars if bar["x2"] > bar["x"]], hue="harm", opacity=0.75)
    texts = [
        {
            "x": bar["x2"],
            "y": (bar["y"] + bar["y2"]) / 2,
            "text": describe_share(term.share.numerator or 0, term.share.denominator or 0),
        }
        for bar, term in zip(bars, terms, strict=True)
    ]
    sheet.texts(texts, bold=True, align="left", dx=6)


def _draw_rates(sheet: Sheet, terms: Sequence[HarmTerm], wide: bool) -> None:
    shift = 0 if wide else 0.15
    found = [(place + shift, term.rate) for place, term in enumerate(terms) if term.rate is not None]
    spans = [{"x": rate.lower or 0, "x2": rate.upper, "y": y} for y, rate in found if rate.upper is not None]
    sheet.spans(spans, hue="harm")
    sheet.dots([{"x": rate.value, "y": y} for y, rate in found if rate.value], hue="harm", size=60)
    none = [(y, rate) for y, rate in found if rate.value == 0 and rate.upper is not None]
    sheet.spans([{"x": 0, "y": y - 0.18, "y2": y + 0.18} for y, _ in none], hue="harm")
    words = "none seen; up to " if wide else "up to "
    sheet.texts(
        [{"x": rate.upper, "y": y, "text": f"{words}{describe_number(rate.upper or 0)}"} for y, rate in none],
        hue="muted",
        align="left",
        dx=6,
        halo=True,
    )


def _upper(rate: Estimate) -> float:
    return max(rate.value or 0, rate.upper or 0)
