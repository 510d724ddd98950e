"""What is shown of the burden of a condition? Tables for a terminal and a page of Markdown, and CSV and JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from abate.contracts.burden import ALL, BURDEN_SCHEMA, INCIDENCE_PER, Burden, BurdenEstimate, BurdenRow
from abate.contracts.notice import NOT_A_DEVICE
from abate.report.csv_text import as_csv
from abate.report.figures.burden import draw_prevalence
from abate.report.numbers import (
    FEWEST_FOR_PERCENT,
    INTERVAL,
    describe_count,
    describe_number,
    describe_percent,
    describe_percent_range,
    describe_range,
)
from abate.report.plain_data import as_plain_data
from abate.report.report_table import ReportTable, TableRow, row, table
from abate.report.words import clean, shown

HIDDEN = "hidden"
FIGURE = "prevalence.svg"
NO_NUMBER = "–"
_ESTIMATES = ("prevalence in period", "prevalence ever", "incidence")


def burden_lines(burden: Burden) -> Sequence[str]:
    """Return everything as lines for a terminal."""
    lines = [_heading(burden), ""]
    for found in burden_tables(burden):
        lines += [found.title, *_as_text(found), ""]
    return [*lines, *(sentence for _, sentences in _prose(burden) for sentence in sentences), NOT_A_DEVICE]


def write_burden(burden: Burden, folder: Path) -> None:
    """Write burden.md, burden.csv (a row for each period, sex and age), burden.json (all estimates) and prevalence.svg.

    There is no figure where nothing of it may be shown.

    Raises
    ------
    OSError
        If the folder cannot be written; the caller knows what was being written and says it to the user.
    """
    for name, text in (
        ("burden.md", burden_as_markdown(burden)),
        ("burden.csv", burden_as_csv(burden)),
        ("burden.json", burden_as_json(burden)),
    ):
        (folder / name).write_bytes(text.encode("utf-8", errors="replace"))
    figure = draw_prevalence(burden)
    if figure is not None:
        (folder / FIGURE).write_bytes(figure.encode("utf-8", errors="replace"))


def burden_as_json(burden: Burden) -> str:
    """Return all of it as JSON: a count that is null is hidden, an estimate that is null has its reason beside it."""
    data = {"schema": BURDEN_SCHEMA, "notice": NOT_A_DEVICE, **asdict(burden)}
    data["periods"] = [
        {"name": period.name, "first": period.first.isoformat(), "last": period.last.isoformat()}
        for period in burden.periods
    ]
    return json.dumps(as_plain_data(data), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def burden_as_csv(burden: Burden) -> str:
    """Return a row for each period, sex and age band: counts, person-years, and the estimates with their intervals."""
    counts = list(burden.rows[0].counts) if burden.rows else []
    estimates = [f"{quantity}{end}".replace(" ", "_") for quantity in _ESTIMATES for end in ("", " lower", " upper")]
    columns = ["period", "sex", "age", "person_years", "person_years_at_risk", *counts, *estimates]
    found = _by_row(burden)

    def cells(one: BurdenRow) -> Iterable[object]:
        yield from (one.period, one.sex, one.age)
        numbers = [one.person_years, one.person_years_at_risk, *(one.counts[name] for name in counts)]
        yield from (HIDDEN if number is None else as_plain_data(number) for number in numbers)
        for quantity in _ESTIMATES:
            estimate = found[one.period, one.sex, one.age, quantity]
            yield from (as_plain_data(number) for number in (estimate.value, estimate.lower, estimate.upper))

    return as_csv(columns, [list(cells(one)) for one in burden.rows])


def burden_as_markdown(burden: Burden) -> str:
    """Return a page with every table and what stands behind it."""
    parts = [f"# {_plain_text(_heading(burden))}", NOT_A_DEVICE]
    for found in burden_tables(burden):
        parts += [f"## {_plain_text(found.title)}", _as_markdown(found)]
    for title, sentences in _prose(burden):
        if sentences:
            parts += [f"## {title}", "\n".join(f"- {_plain_text(sentence)}" for sentence in sentences)]
    return "\n\n".join(parts) + "\n"


def burden_tables(burden: Burden) -> Sequence[ReportTable]:
    """Return the tables: prevalence and incidence of the whole period by sex and age, by year, women and men, and the marks."""
    whole = burden.periods[0]
    of_whole = [one for one in burden.rows if one.period == whole.name]
    of_years = [one for one in burden.rows if one.period != whole.name and one.age == ALL]
    tables = [
        _prevalence(burden, of_whole, f"Prevalence of {shown(burden.condition)}, {whole.name}", "age"),
        _incidence(burden, of_whole, f"New cases, {whole.name}", "age"),
        _women_and_men(burden, whole.name),
    ]
    if of_years:
        tables.append(_prevalence(burden, of_years, "Prevalence by calendar year", "period"))
        tables.append(_incidence(burden, of_years, "New cases by calendar year", "period"))
    if burden.marks:
        tables.append(_marks(burden, [one for one in of_whole if one.age == ALL]))
    if burden.refractory:
        tables.append(_refractory(burden))
    return tables


def _refractory(burden: Burden) -> ReportTable:
    condition = shown(burden.condition)
    return table(
        "refractory",
        f"Persons with {condition} who meet a definition of refractory by the end of {burden.periods[0].name}",
        ("Definition", "Met", "Not met", "Not known", "Persons", "Source"),
        [
            row(
                one.name,
                *(_count(count) for count in (one.met, one.not_met, one.not_known, one.persons)),
                one.source if one.tag == "verified" else f"{one.source}; {one.tag}",
            )
            for one in burden.refractory
        ],
    )


def _prevalence(burden: Burden, rows: Sequence[BurdenRow], title: str, by: str) -> ReportTable:
    found = _by_row(burden)

    def cells(one: BurdenRow) -> TableRow:
        in_period, ever = (found[one.period, one.sex, one.age, quantity] for quantity in _ESTIMATES[:2])
        return row(
            getattr(one, by),
            one.sex,
            _count(one.counts["persons"]),
            _count_of_years(one.person_years),
            _count(one.counts["recorded_in_period"]),
            _share(in_period),
            _count(one.counts["recorded_ever"]),
            _share(ever),
        )

    columns = (by, "sex", "persons", "person-years", "recorded in it", INTERVAL, "recorded ever", INTERVAL)
    return table(f"prevalence_{by}", title, columns, [cells(one) for one in rows])


def _incidence(burden: Burden, rows: Sequence[BurdenRow], title: str, by: str) -> ReportTable:
    found = _by_row(burden)
    columns = (by, "sex", "person-years at risk", "new cases", f"per {INCIDENCE_PER:,} person-years")
    return table(
        f"incidence_{by}",
        title,
        columns,
        [
            row(
                getattr(one, by),
                one.sex,
                _count_of_years(one.person_years_at_risk),
                _count(one.counts["new_cases"]),
                _interval(found[one.period, one.sex, one.age, "incidence"]),
            )
            for one in rows
        ],
    )


def _women_and_men(burden: Burden, period: str) -> ReportTable:
    compared = [found for found in burden.estimates if found.period == period and found.sex == "female to male"]
    by_key = {(found.age, found.quantity): found for found in compared}
    ages = list(dict.fromkeys(found.age for found in compared))
    quantities: Sequence[tuple[str, Callable[[BurdenEstimate], str]]] = (
        ("ratio of prevalence in period", _interval),
        ("difference of prevalence in period", _points),
        ("ratio of prevalence ever", _interval),
        ("ratio of incidence", _interval),
    )
    rows = [row(age, *(write(by_key[age, quantity]) for quantity, write in quantities)) for age in ages]
    columns = ("age", *(quantity for quantity, _ in quantities))
    return table("women_and_men", f"Women against men, {period}", columns, rows)


def _marks(burden: Burden, rows: Sequence[BurdenRow]) -> ReportTable:
    columns = ("", *(f"{one.sex}, {when}" for one in rows for when in ("in the period", "ever")))
    return table(
        "marks",
        f"Persons observed in {burden.periods[0].name} with",
        columns,
        [
            row(
                mark.name,
                *(_count(one.counts[f"{mark.id}_{when}"]) for one in rows for when in ("in_period", "ever")),
            )
            for mark in burden.marks
        ],
    )


def _heading(burden: Burden) -> str:
    simulated = " (simulated records, no patient's)" if burden.provenance.get("is_simulated") else ""
    return f"Burden of {shown(burden.condition)}, {burden.periods[0].name}{simulated}"


def _prose(burden: Burden) -> Sequence[tuple[str, Sequence[str]]]:
    published = () if burden.published is None else (f"Published picture, for comparison: {burden.published}.",)
    return (
        ("Published", published),
        ("Definitions", burden.definitions),
        ("Not known", burden.not_known),
        ("About the records", burden.remarks),
    )


def _by_row(burden: Burden) -> dict[tuple[str, str, str, str], BurdenEstimate]:
    return {(found.period, found.sex, found.age, found.quantity): found for found in burden.estimates}


def _count(count: int | None) -> str:
    return HIDDEN if count is None else describe_count(count)


def _count_of_years(years: float | None) -> str:
    return HIDDEN if years is None else describe_number(years, 1 if years < 100 else 0)


def _share(estimate: BurdenEstimate) -> str:
    """Return a share with its interval in per cent; nothing where it is hidden, or of too few persons for a percentage."""
    persons = estimate.denominator or 0
    if estimate.value is None or estimate.lower is None or estimate.upper is None or persons < FEWEST_FOR_PERCENT:
        return NO_NUMBER
    return f"{describe_percent(estimate.value, persons)} ({describe_percent_range(estimate.lower, estimate.upper, persons)})"


def _points(estimate: BurdenEstimate) -> str:
    if estimate.value is None or estimate.lower is None or estimate.upper is None:
        return NO_NUMBER
    return (
        f"{describe_number(estimate.value * 100)} ({describe_range(estimate.lower * 100, estimate.upper * 100)}) points"
    )


def _interval(estimate: BurdenEstimate) -> str:
    if estimate.value is None:
        return NO_NUMBER
    if estimate.lower is None or estimate.upper is None:
        return describe_number(estimate.value, 2)
    return f"{describe_number(estimate.value, 2)} ({describe_range(estimate.lower, estimate.upper, 2)})"


def _as_text(found: ReportTable) -> Iterable[str]:
    lines = [found.columns, *(line.cells for line in found.rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(found.columns))]
    for line in lines:
        cells = [
            cell.ljust(width) if place < 2 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()


def _as_markdown(found: ReportTable) -> str:
    def line(cells: Iterable[str]) -> str:
        return f"| {' | '.join(_plain_text(cell) for cell in cells)} |"

    aligned = ["---" if place < 2 else "---:" for place in range(len(found.columns))]
    return "\n".join([line(found.columns), f"| {' | '.join(aligned)} |", *(line(one.cells) for one in found.rows)])


def _plain_text(text: str) -> str:
    """Return a text of a study file or of records as it stands in Markdown: without markup of its own."""
    plain = clean(text)
    for sign in ("\\", "|", "<", "*", "_", "`", "[", "#"):
        plain = plain.replace(sign, f"\\{sign}")
    return plain
