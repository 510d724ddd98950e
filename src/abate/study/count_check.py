"""How are the counts and percentages of a table in a file checked, and what is printed of it?"""

from __future__ import annotations

import csv
import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from abate.base.errors import (
    AbateError,
    ExitCode,
    MissingTableError,
    NotRecordsError,
    ParameterError,
)
from abate.base.reading import read_text_file
from abate.contracts.notice import NOT_A_DEVICE
from abate.stats.count_percent import CountCheck, PartsCheck, check_count_percent, check_parts
from abate.stats.printed_numbers import Fit, PrintedNumber, read_printed
from abate.stats.whole_ratings import MeanCheck, check_mean_of_ratings

COLUMNS = ("k", "n", "percent", "label", "group", "mean", "items")
_OTHER_NAMES = {"%": "percent", "per cent": "percent"}
_SEPARATORS = (",", ";", "\t")


@dataclass(frozen=True, kw_only=True)
class PrintedLine:
    """One line of the file: what was printed, as numbers; None where the cell is empty."""

    line: int  # of the file; the head is line 1
    label: str
    group: str
    count: int | None
    denominator: int | None
    percent: PrintedNumber | None
    mean: PrintedNumber | None
    items: int = 1

    @property
    def printed(self) -> str:
        """The line as a paper prints it, such as ``48 of 61 (77 %)``."""
        of = "" if self.denominator is None else f" of {self.denominator}"
        count = "?" if self.count is None else str(self.count)
        share = "" if self.percent is None else f" ({float(self.percent.value):.{self.percent.decimals}f} %)"
        mean = "" if self.mean is None else f"mean {float(self.mean.value):.{self.mean.decimals}f}"
        counted = f"{count}{of}{share}" if self.count is not None or self.percent is not None else ""
        if counted or not mean:
            return "; ".join(part for part in (counted, mean) if part)
        return f"{mean}{of.replace(' of', ' of n =')}"


@dataclass(frozen=True, kw_only=True)
class CheckedLine:
    """One line with what was found of it."""

    line: PrintedLine
    counted: CountCheck | None
    mean: MeanCheck | None

    @property
    def fit(self) -> Fit:
        """DOES_NOT_FIT where anything of it does not; FITS where all that is there does."""
        return _worst([check.fit for check in (self.counted, self.mean) if check is not None])

    @property
    def reasons(self) -> tuple[str, ...]:
        """What does not fit or is not known."""
        return tuple(check.reason for check in (self.counted, self.mean) if check is not None and check.reason)


@dataclass(frozen=True, kw_only=True)
class CheckedTable:
    """All lines and all groups of a file."""

    name: str
    lines: Sequence[CheckedLine]
    groups: Mapping[str, PartsCheck]

    @property
    def exit_code(self) -> ExitCode:
        """INCONSISTENT where anything does not fit."""
        fits = (*(line.fit for line in self.lines), *(group.fit for group in self.groups.values()))
        return ExitCode.INCONSISTENT if Fit.DOES_NOT_FIT in fits else ExitCode.OK


def check_count_file(path: Path) -> CheckedTable:
    """Check every line of a CSV file with the columns k, n and percent, and label, group, mean and items where they are there.

    Lines with the same text in ``group`` are said to make up a whole, each person in one of them.

    Raises
    ------
    RecordsNotFoundError
        If there is no such file, or it may not be read.
    NotRecordsError
        If it is no text in UTF-8.
    MissingTableError
        If it has no column n, or neither percent nor mean, or no lines.
    ParameterError
        If a cell cannot be read.
    """
    lines = read_lines(path)
    checked = [_check_line(line) for line in lines]
    names = list(dict.fromkeys(line.group for line in lines if line.group))
    groups = {name: _check_group([line for line in lines if line.group == name]) for name in names}
    return CheckedTable(name=path.name, lines=checked, groups=groups)


def read_lines(path: Path) -> list[PrintedLine]:
    """Return the lines of the file; errors as `check_count_file`."""
    head, *rows = _rows_of(path)
    names = [_OTHER_NAMES.get(name.strip().lower(), name.strip().lower()) for name in head]
    if "n" not in names or not {"percent", "mean"} & set(names):
        raise MissingTableError(
            f"{path.name}: needs the columns n and percent (or mean), and k where it is printed; it has {', '.join(names) or 'none'}."
        )
    found = [
        _line_of(path.name, place, dict(zip(names, row, strict=False)))
        for place, row in enumerate(rows, start=2)
        if any(cell.strip() for cell in row)
    ]
    if not found:
        raise MissingTableError(f"{path.name} has no lines under its head; write one for each 'k of n (p %)'.")
    return found


def print_lines(table: CheckedTable, *, as_json: bool = False) -> Iterator[str]:
    """Yield what was found as lines for a terminal, or as one JSON text."""
    if as_json:
        yield json.dumps(describe_table(table), indent=2, ensure_ascii=False)
        return
    counts = [sum(line.fit is fit for line in table.lines) for fit in Fit]
    fits, not_fits, not_known = (str(count) for count in counts)
    yield f"{table.name}: lines that fit {fits}, that do not {not_fits}, of which it is not known {not_known}."
    yield NOT_A_DEVICE
    for line in table.lines:
        label = f"{line.line.label}: " if line.line.label else ""
        yield f"line {line.line.line}: {label}{line.line.printed}: {line.fit.value}"
        yield from _indented(line.reasons)
    for name, found in table.groups.items():
        yield f"group {name}: {found.fit.value}"
        yield from _indented([found.reason] if found.reason else [])


def describe_table(table: CheckedTable) -> dict[str, Any]:
    """Return everything as plain mappings and lists, for JSON."""
    return {
        "notice": NOT_A_DEVICE,
        "file": table.name,
        "lines": [_describe_line(line) for line in table.lines],
        "groups": [
            {"group": name, "fit": found.fit.value, "reason": found.reason} for name, found in table.groups.items()
        ],
    }


def _describe_line(line: CheckedLine) -> dict[str, Any]:
    counted = line.counted
    return {
        "line": line.line.line,
        "label": line.line.label,
        "printed": line.line.printed,
        "fit": line.fit.value,
        "reasons": list(line.reasons),
        "percent_of_count": None
        if counted is None or counted.percent_of_count is None
        else round(float(counted.percent_of_count), 6),
        "fitting_counts": [] if counted is None else list(counted.fitting_counts),
        "fitting_denominators": [] if counted is None else list(counted.fitting_denominators),
    }


def _indented(reasons: Sequence[str]) -> Iterator[str]:
    for reason in reasons:
        yield from textwrap.wrap(reason, width=110, initial_indent="    ", subsequent_indent="    ")


def _check_line(line: PrintedLine) -> CheckedLine:
    has_counts = line.count is not None or line.percent is not None
    counted = check_count_percent(line.count, line.denominator, line.percent) if has_counts else None
    mean = None
    if line.mean is not None and line.denominator is not None:
        mean = check_mean_of_ratings(line.mean, line.denominator, line.items)
    return CheckedLine(line=line, counted=counted, mean=mean)


def _check_group(lines: Sequence[PrintedLine]) -> PartsCheck:
    """Return whether the lines of a group can be all; where their denominators differ only their percentages can tell."""
    denominators = {line.denominator for line in lines if line.denominator is not None}
    of_one = next(iter(denominators)) if len(denominators) == 1 else None
    return check_parts([line.count for line in lines], [line.percent for line in lines], of_one)


def _worst(fits: Sequence[Fit]) -> Fit:
    if Fit.DOES_NOT_FIT in fits:
        return Fit.DOES_NOT_FIT
    return Fit.FITS if fits and Fit.FITS in fits else Fit.NOT_KNOWN


def _rows_of(path: Path) -> list[list[str]]:
    text = read_text_file(
        path,
        name_what="name a CSV file with the columns k, n, percent",
        not_text=NotRecordsError(f"{path.name} is no text in UTF-8; save it as CSV in UTF-8."),
    )
    lines = text.splitlines()
    head = lines[0] if lines else ""
    separator = max(_SEPARATORS, key=head.count)
    try:
        return list(csv.reader(lines, delimiter=separator)) or [[]]
    except csv.Error as error:
        raise NotRecordsError(f"{path.name} is no CSV file ({error}).") from None


def _line_of(name: str, place: int, cells: Mapping[str, str]) -> PrintedLine:
    """Return one line as numbers; the error names the line and the column."""

    def text(column: str) -> str:
        return (cells.get(column) or "").strip()

    def whole(column: str, least: int) -> int | None:
        bare = text(column)
        if not bare:
            return None
        if not bare.isascii() or not bare.isdigit() or int(bare) < least:
            raise ParameterError(
                f"{name}, line {place}, column {column}: needs a whole number of at least {least}, or an empty cell."
            )
        return int(bare)

    def printed(column: str) -> PrintedNumber | None:
        try:
            return read_printed(text(column)) if text(column) else None
        except AbateError as error:
            raise ParameterError(f"{name}, line {place}, column {column}: {error}") from None

    return PrintedLine(
        line=place,
        label=text("label"),
        group=text("group"),
        count=whole("k", 0),
        denominator=whole("n", 1),
        percent=printed("percent"),
        mean=printed("mean"),
        items=whole("items", 1) or 1,
    )
