"""What harm was seen? Courses with each event by worst grade at the left; events for each 100 days of infusion at the right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from abate.contracts.result import Estimate
from abate.report.figures.figure import Figure, figure_without_drawing, is_wide, tenths
from abate.report.figures.intervals import are_hidden, say_intervals
from abate.report.figures.key import Sign, draw_key, height_of_key
from abate.report.figures.sheet import Row, Sheet
from abate.report.harm_terms import HarmTerm, find_terms
from abate.report.headline import describe_estimated_share
from abate.report.numbers import (
    INTERVAL,
    decimals_of_size,
    describe_bound,
    describe_count,
    describe_number,
    describe_range,
    describe_share,
    describe_share_range,
)
from abate.report.tables import harm_table
from abate.report.told import told_n
from abate.report.view import ResultView
from abate.report.words import headed, listed, n_of, plural

#: Terms that a figure shows; the others stand in its table.
MOST_TERMS = 20
#: Hue and outline of a part of a bar by worst grade; grades above 2 share one.
_GRADES: Mapping[str, tuple[str | None, str | None]] = {
    "grade 1": ("h1", "h2"),
    "grade 2": ("h2", None),
    "grade 3 or more": ("h3", None),
    "grade not recorded": (None, "harm"),
}
_ANY, _SERIOUS = "Any event", "Any serious event"


def draw_harm(view: ResultView) -> Figure:
    """Return the figure of adverse events by term and grade."""
    claim, numbers = "Adverse events by term and grade.", harm_table(view)
    terms = [term for term in find_terms(view) if term.share.value is not None]
    if not terms and view.is_hidden("harm.any"):
        return figure_without_drawing("harm", claim, "Counts of adverse events are hidden in this edition.", numbers)
    if not terms:
        return figure_without_drawing("harm", claim, _why_none(view), numbers)
    shown = sorted(terms, key=lambda term: (-(term.share.numerator or 0), term.name))[:MOST_TERMS]
    hidden = [term for term in find_terms(view) if term.share.hidden is not None]
    more = f" {plural(len(hidden), 'term')} whose counts are hidden in this edition: not drawn." if hidden else ""
    more += f" The {MOST_TERMS} most frequent of {len(terms)} terms." if len(terms) > len(shown) else ""
    has_grades = any(_is_graded(view, term.id) for term in shown)
    return Figure(
        id="harm",
        claim=claim if has_grades else "Adverse events by term.",
        marks=(
            f"Left: courses with the event{', by the worst grade (CTCAE) of it' if has_grades else ''}.",
            "" if has_grades else "No grade is recorded.",
            "Right: events for each 100 days of infusion.",
            say_intervals([term.rate for term in shown], _rate_pixels(shown, 720), unit="events").replace(
                "95", "exact 95", 1
            ),
            _say_none_seen(shown),
            n_of(told_n(terms[0].share), "course"),
            more,
        ),
        finding="; ".join(
            f"{headed(term.name)}: {describe_share(term.share.numerator or 0, term.share.denominator or 0)}"
            for term in shown
        )
        + ".",
        numbers=(numbers,),
        draw=lambda width: [_sheet(view, shown, width).spec()],
    )


def _say_none_seen(terms: Sequence[HarmTerm]) -> str:
    has_none = any(term.rate is not None and term.rate.value == 0 for term in terms)
    return "None seen has a bar from 0 to its upper bound." if has_none else ""


def _why_none(view: ResultView) -> str:
    if view.study.events is None:
        return "The study does not ask for adverse events."
    reason = view.reason("harm.any")
    return f"There is nothing to draw: {reason}." if reason else "No adverse event was named or recorded."


def _is_graded(view: ResultView, id: str) -> bool:
    """Return whether a grade is recorded of any event of a term, and none of its counts is hidden."""
    if any(view.is_hidden(f"{id}.grade_{name}") for name in (1, 2, 3, 4, 5, "not_recorded")):
        return False
    return any((view.value(f"{id}.grade_{grade}") or 0) > 0 for grade in range(1, 6))


def _grades(view: ResultView, id: str) -> Mapping[str, int]:
    """Return the courses of a term by worst grade; empty where no grade of the term is recorded."""
    if not _is_graded(view, id):
        return {}

    def count(*names: str) -> int:
        found = (view.known(f"{id}.grade_{name}") for name in names)
        return int(sum(one.numerator or 0 for one in found if one is not None))

    counts = (count("1"), count("2"), count("3", "4", "5"), count("not_recorded"))
    return dict(zip(_GRADES, counts, strict=True))


def _sizes(width: float) -> tuple[float, float, float]:
    """Return the room for names, for bars, and between bars and rates."""
    return (190, 176, 58) if is_wide(width) else (0, 150, 26)


def _top_rate(terms: Sequence[HarmTerm]) -> float:
    most = max([_upper(term.rate) for term in terms if term.rate is not None], default=1) or 1
    return next(tick for tick in (*tenths(0, most * 1.25), most * 1.25) if tick >= most)


def _rate_pixels(terms: Sequence[HarmTerm], width: float) -> float:
    """Return how many pixels one event for each 100 days takes."""
    return (width - sum(_sizes(width)) - 14) / _top_rate(terms)


def _sheet(view: ResultView, terms: Sequence[HarmTerm], width: float) -> Sheet:
    wide = is_wide(width)
    row_height = 28 if wide else 44
    name_width, bar_width, gap = _sizes(width)
    left, signs = name_width + bar_width + gap, _signs(view, terms)
    key = height_of_key(signs, width) if signs else 0
    whole = [(name, found) for name, id in ((_ANY, "harm.any"), (_SERIOUS, "harm.serious")) if (found := view.known(id)) is not None]  # fmt: skip
    top = 34 + key
    sheet = Sheet(
        width=width,
        height=top + row_height * (len(terms) + len(whole)) + 8,
        left=left,
        right=14,
        top=top,
        bottom=8,
        x=(0, _top_rate(terms)),
        y=(len(terms) + len(whole) - 0.5, -0.5),
    )
    # The x axis is that of the rates; bars of courses hang to the left of it, in its units.
    unit = 1 / _rate_pixels(terms, width)
    ticks = [tick for tick in tenths(0, sheet.x[1]) if tick <= sheet.x[1]]
    foot = len(terms) - 0.5
    sheet.spans([{"x": tick, "y": foot, "y2": sheet.y[1]} for tick in ticks], hue="hair", width=1)
    for tick in ticks:
        sheet.note(f"{tick:g}", x=tick / unit, y=-10, align="center")
    sheet.note("events per 100 infusion-days" if wide else "per 100 infusion-days", x=0, y=-26, bold=True, hue="ink")
    sheet.note(_course_words(terms, wide), x=-bar_width - gap, y=-26, bold=True, hue="ink")
    draw_key(
        sheet,
        signs,
        x=-left if not wide else -bar_width - gap,
        y=-top - 4,
        width=width if not wide else bar_width + gap + width - left,
    )
    most = max([term.share.numerator or 0 for term in terms]) or 1
    origin, full = -(bar_width + gap) * unit, (bar_width - 84) * unit / most
    _draw_bars(sheet, view, terms, origin, full, wide)
    _write_whole(sheet, terms, whole, origin, wide)
    _draw_rates(sheet, terms, wide)
    names = [{"y": place, "text": headed(term.name)} for place, term in enumerate(terms)]
    sheet.column_of_notes(names, x=-left, limit=name_width - 12 if wide else width - 20, dy=0 if wide else -13)
    names = [{"y": len(terms) + place, "text": name} for place, (name, _) in enumerate(whole)]
    sheet.column_of_notes(names, x=-left, bold=True, dy=0 if wide else -13)
    _say_terms(sheet, view, terms, left * unit)
    return sheet


def _signs(view: ResultView, terms: Sequence[HarmTerm]) -> Sequence[Sign]:
    """Return the key of the grades that occur; nothing where none is recorded."""
    found = {name for term in terms for name, count in _grades(view, term.id).items() if count}
    if not found:
        return []
    is_partly = any((term.share.numerator or 0) > 0 and not _grades(view, term.id) for term in terms)
    found |= {"grade not recorded"} if is_partly else set()
    return [
        Sign(text=name, hue=outline or hue or "harm", fill=hue or "paper", shape="square", size=90)
        for name, (hue, outline) in _GRADES.items()
        if name in found
    ]


def _course_words(terms: Sequence[HarmTerm], wide: bool) -> str:
    """Return the head of the bars; with the denominator where it is one for all."""
    denominators = {term.share.denominator or 0 for term in terms}
    return f"courses, of {describe_count(denominators.pop())}" if len(denominators) == 1 else "courses"


def _draw_bars(
    sheet: Sheet, view: ResultView, terms: Sequence[HarmTerm], origin: float, full: float, wide: bool
) -> None:
    has_grades = any(_is_graded(view, term.id) for term in terms)
    parts: dict[str, list[Row]] = {}
    for place, term in enumerate(terms):
        count = int(term.share.numerator or 0)
        found = _grades(view, term.id) or {("grade not recorded" if has_grades else ""): count}
        at = 0.0
        for name, size in found.items():
            if size:
                box = {"x": origin + full * at, "x2": origin + full * (at + size), **_row(place, wide)}
                parts.setdefault(name, []).append(box)
            at += size
    sheet.boxes(parts.pop("", []), hue="harm", opacity=0.75)
    for name, boxes in parts.items():
        hue, outline = _GRADES[name]
        sheet.boxes(boxes, hue=hue, outline=outline, dash=hue is None)
    is_one = len({term.share.denominator for term in terms}) == 1
    _write_shares(sheet, [(place, term.share) for place, term in enumerate(terms)], origin, full, wide, is_one=is_one)


def _row(place: int, wide: bool) -> dict[str, float]:
    half, shift = (0.27, 0.0) if wide else (0.15, 0.15)
    return {"y": place + shift - half, "y2": place + shift + half}


def _write_shares(
    sheet: Sheet, shares: Sequence[tuple[int, Estimate]], origin: float, full: float, wide: bool, *, is_one: bool
) -> None:
    """Write count and share beside each bar; the denominator only where it is not one for all."""
    rows = []
    for place, share in shares:
        text = describe_share(share.numerator or 0, share.denominator or 0)
        count, _, percent = text.partition("/")
        brackets = f" ({percent.partition(' (')[2]}" if " (" in percent else ""
        y = sum(_row(place, wide).values()) / 2
        rows.append(
            {"x": origin + full * (share.numerator or 0), "y": y, "text": f"{count}{brackets}" if is_one else text}
        )
    sheet.texts(rows, bold=True, align="left", dx=6)


def _write_whole(
    sheet: Sheet, terms: Sequence[HarmTerm], whole: Sequence[tuple[str, Estimate]], origin: float, wide: bool
) -> None:
    """Write under the terms in how many courses there was any event and any serious one, with the interval of that share."""
    denominators = {term.share.denominator for term in terms}
    for place, (_, found) in enumerate(whole, start=len(terms)):
        _write_shares(sheet, [(place, found)], origin, 0, wide, is_one=denominators == {found.denominator})
        y = sum(_row(place, wide).values()) / 2
        text = _interval_words(found, wide)
        sheet.texts([{"x": 0, "y": y, "text": text}] if text else [], hue="muted", align="left", limit=sheet.plot_width)


def _interval_words(found: Estimate, wide: bool) -> str:
    if found.lower is None or found.upper is None or not found.denominator:
        return ""
    if not found.numerator:
        none = "none seen; up to" if wide else "up to"
        return f"{none} {describe_bound(found.upper, found.denominator)} of courses"
    return f"{describe_share_range(found.lower, found.upper, found.denominator)} of courses"


def _draw_rates(sheet: Sheet, terms: Sequence[HarmTerm], wide: bool) -> None:
    shift = 0 if wide else 0.15
    found = [(place + shift, term.rate) for place, term in enumerate(terms) if term.rate is not None]
    pixels = sheet.plot_width / sheet.x[1]
    seen = [(y, rate) for y, rate in found if rate.value]
    if not are_hidden([rate for _, rate in seen], pixels):
        sheet.spans(
            [{"x": rate.lower or 0, "x2": rate.upper, "y": y} for y, rate in seen if rate.upper is not None], hue="harm"
        )
    sheet.dots([{"x": rate.value, "y": y} for y, rate in seen], hue="harm", size=60)
    none = [(y, rate) for y, rate in found if rate.value == 0 and rate.upper is not None]
    sheet.spans([{"x": 0, "x2": rate.upper, "y": y} for y, rate in none], hue="harm")
    sheet.spans([{"x": 0, "y": y - 0.18, "y2": y + 0.18} for y, _ in none], hue="harm")
    words = "none seen; up to " if wide else "up to "
    sheet.texts(
        [{"x": rate.upper, "y": y, "text": f"{words}{_small(rate.upper or 0)}"} for y, rate in none],
        hue="muted",
        align="left",
        dx=6,
        halo=True,
    )


def _say_terms(sheet: Sheet, view: ResultView, terms: Sequence[HarmTerm], left: float) -> None:
    """Say of a term in how many courses it was, by grade, and its rate, to whoever points at its line."""
    sheet.hover(
        [
            {"x": -left, "x2": sheet.x[1], "y": place - 0.5, "y2": place + 0.5, "text": describe_term(view, term)}
            for place, term in enumerate(terms)
        ]
    )


def describe_term(view: ResultView, term: HarmTerm) -> str:
    """Return share, worst grades and rate of a term in words."""
    text = f"{headed(term.name)}: {describe_estimated_share(term.share)}"
    grades = [f"{name} in {describe_count(count)}" for name, count in _grades(view, term.id).items() if count]
    if grades:
        text += f"; worst {listed(grades)}"
    rate = term.rate
    if rate is None or rate.value is None:
        return text
    interval = "" if rate.lower is None or rate.upper is None else f" ({describe_range(rate.lower, rate.upper)})"
    if rate.value == 0 and rate.upper is not None:
        return f"{text}; none in the days of infusion, up to {_small(rate.upper)} for each 100 days ({INTERVAL})"
    return f"{text}; {describe_number(rate.value)}{interval} for each 100 days of infusion"


def _small(bound: float) -> str:
    """Return an upper bound with a decimal, or with as many as it needs not to look like nothing."""
    return describe_number(bound, max(1, decimals_of_size(bound)))


def _upper(rate: Estimate) -> float:
    return max(rate.value or 0, rate.upper or 0)
