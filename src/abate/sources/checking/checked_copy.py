"""How does a person find the mistakes? A copy of the workbook with a sheet that lists them by cell, and the cells marked."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from abate.base.errors import OutputError
from abate.contracts.notice import NOT_A_DEVICE
from abate.sources.checking.advice import DONE, rule_of_column, what_stands_there, what_to_do
from abate.sources.checking.places import Place, Places, columns_of_rule
from abate.sources.sheets.names import contract_name
from abate.sources.template.looks import NEEDED_FILL, NEEDED_INK, OPTIONAL_INK, font, wrapped
from abate.sources.workbook_files import check_file_target, save_workbook

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

SHEET, OTHER_NAME = "check", "abate check"
TITLE = "What abate found in this workbook"
#: Cells that are listed and marked; beyond, the counts tell the rest.
MOST_LISTED = 10_000

_AUTHOR = "abate check"
_MARK = "abate check: "
_HEADINGS = (
    "sheet",
    "cell",
    "what stands there",
    "what is wrong",
    "what the column holds",
    "what was done",
    "what to do",
)
_WIDTHS = (16, 9, 24, 46, 52, 26, 56)
_FILLS: Mapping[str, str] = MappingProxyType({"dropped": "FFF4B183", "repaired": "FFFFD966", "kept": "FFBDD7EE"})
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """One finding with the cells that it means; none for a remark on a whole table."""

    table: str
    rule: str
    action: str
    places: tuple[Place, ...]


def find_mistakes(findings: Iterable[Mapping[str, Any]], places: Places) -> list[Mistake]:
    """Return the findings with their cells, in the order of sheets, rows and columns."""
    found = [
        Mistake(
            table=finding["table"],
            rule=finding["rule"],
            action=finding["action"],
            places=places.find(finding["table"], finding["rule"], finding["row_key"]),
        )
        for finding in findings
    ]
    order = {sheet: number for number, sheet in enumerate(places.headings)}
    return sorted(found, key=lambda mistake: (*_place_in_order(mistake, order), mistake.table, mistake.rule))


def _place_in_order(mistake: Mistake, order: Mapping[str, int]) -> tuple[int, int, int]:
    if not mistake.places:
        return (len(order), 0, 0)
    first = mistake.places[0]
    return (order[first.sheet], first.row, first.column)


def check_copy_target(source: Path, out: Path, *, overwrite: bool) -> None:
    """Refuse a copy that would be the user's own workbook, or that cannot be written, before any work is done.

    Raises
    ------
    OutputError
        See above.
    """
    if out.exists() and out.samefile(source):
        raise OutputError(f"{out} is the workbook itself, which is only read; name another file for the copy.")
    check_file_target(out, source.suffix.lower(), overwrite=overwrite)


def write_checked_copy(source: Path, out: Path, mistakes: Sequence[Mistake], stops: Sequence[str] = ()) -> None:
    """Write a copy of a workbook with a sheet "check" in front, and the cells that do not fit marked.

    The copy lists what kind of thing stands in a cell and never repeats it. ``stops`` are the sentences of what would stop
    a run. Marks of an earlier check are taken away.

    Raises
    ------
    OutputError
        If the copy cannot be written.
    """
    book = _load(source)
    _remove_marks(book)
    listed = [mistake for mistake in mistakes if mistake.places][:MOST_LISTED]
    remarks = [mistake for mistake in mistakes if not mistake.places]
    sheet = book.create_sheet(OTHER_NAME if SHEET in book.sheetnames else SHEET, 0)
    row = _write_head(sheet, mistakes, stops)
    row = _write_list(book, sheet, row, listed)
    _write_remarks(sheet, row + 1, remarks)
    _mark(book, listed)
    for other in book.worksheets:
        other.sheet_view.tabSelected = other is sheet
    book.active = 0
    save_workbook(book, out, is_private=True)


def _load(path: Path) -> Workbook:
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        # Remarks on parts that openpyxl does not keep: the copy is for looking, the original stays as it is.
        warnings.simplefilter("ignore")
        return load_workbook(path, keep_vba=path.suffix.lower() == ".xlsm", rich_text=True)


def _remove_marks(book: Workbook) -> None:
    """Take away the sheet, colours and comments of an earlier check."""
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    for name in (SHEET, OTHER_NAME):
        if name in book.sheetnames and book[name]["A1"].value == TITLE:
            book.remove(book[name])
    for sheet in book.worksheets:
        for cells in sheet.iter_rows():
            for cell in cells:
                comment = getattr(cell, "comment", None)
                if comment is None or _MARK not in comment.text:
                    continue
                before = comment.text.split(_MARK)[0].strip()
                cell.comment = Comment(before, comment.author) if before else None
                if cell.fill.fgColor.rgb in _FILLS.values():
                    cell.fill = PatternFill()


def _write_head(sheet: Worksheet, mistakes: Sequence[Mistake], stops: Sequence[str]) -> int:
    """Write title, counts by rule, and what would stop a run; return the next free row."""
    _put(sheet, 1, 1, TITLE).font = font(bold=True, size=16, color=OPTIONAL_INK)
    _put(
        sheet, 2, 1, f"{NOT_A_DEVICE} This copy is for looking: correct your own workbook, and check it again."
    ).font = font()
    row = 4
    for sentence in stops:
        _put(sheet, row, 1, f"A run would stop: {sentence}").font = font(bold=True, color="FFC00000")
        row += 1
    counts = Counter((m.table, m.rule, m.action) for m in mistakes if m.places)
    _put(sheet, row, 1, "Nothing was found in a cell." if not counts else "How often").font = font(
        bold=True, color=OPTIONAL_INK
    )
    row += 1
    for (table, rule, action), count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        for column, text in ((1, table), (2, count), (4, rule), (6, DONE.get(action, action))):
            cell = _put(sheet, row, column, text)
            cell.font, cell.alignment = font(), wrapped(horizontal="left")
        _fit(sheet, row, {4: rule})
        row += 1
    if sum(counts.values()) > MOST_LISTED:
        _put(sheet, row, 1, f"The first {MOST_LISTED:,} are listed and marked.").font = font()
        row += 1
    return row + 1


def _write_list(book: Workbook, sheet: Worksheet, row: int, mistakes: Sequence[Mistake]) -> int:
    from openpyxl.styles import PatternFill
    from openpyxl.utils import get_column_letter

    for number, (name, width) in enumerate(zip(_HEADINGS, _WIDTHS, strict=True), start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
        if mistakes:
            heading = _put(sheet, row, number, name)
            heading.font, heading.fill = font(bold=True, color=NEEDED_INK), PatternFill("solid", fgColor=NEEDED_FILL)
    first = row
    for mistake in mistakes:
        for place in mistake.places:
            row += 1
            _write_line(book, sheet, row, mistake, place)
    if mistakes:
        sheet.auto_filter.ref = f"A{first}:{get_column_letter(len(_HEADINGS))}{row}"
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    return row + 1


def _write_line(book: Workbook, sheet: Worksheet, row: int, mistake: Mistake, place: Place) -> None:
    from openpyxl.styles import PatternFill
    from openpyxl.worksheet.hyperlink import Hyperlink

    value = book[place.sheet].cell(row=place.row, column=place.column).value
    texts = (
        place.sheet,
        place.cell,
        "the whole row" if place.is_whole_row else what_stands_there(value),
        mistake.rule,
        "" if place.is_whole_row else rule_of_column(mistake.table, _contract_column(mistake, place)),
        DONE.get(mistake.action, mistake.action),
        what_to_do(mistake.rule),
    )
    for number, text in enumerate(texts, start=1):
        cell = _put(sheet, row, number, text)
        cell.font, cell.alignment = font(), wrapped()
    _fit(sheet, row, dict(enumerate(texts, start=1)))
    link = sheet.cell(row=row, column=2)
    quoted = place.sheet.replace("'", "''")
    link.hyperlink = Hyperlink(ref=link.coordinate, location=f"'{quoted}'!{place.cell}")
    link.font = font(color="FF0563C1", underline="single")
    link.fill = PatternFill("solid", fgColor=_FILLS.get(mistake.action, "FFFFFFFF"))


def _contract_column(mistake: Mistake, place: Place) -> str | None:
    heading = None if place.heading is None else contract_name(place.heading)
    named = columns_of_rule(mistake.table, mistake.rule)
    return heading if heading in named or not named else named[0]


def _write_remarks(sheet: Worksheet, row: int, remarks: Sequence[Mistake]) -> None:
    if not remarks:
        return
    _put(sheet, row, 1, "On whole sheets").font = font(bold=True, color=OPTIONAL_INK)
    for remark in remarks:
        row += 1
        for column, text in ((1, remark.table), (4, remark.rule), (6, DONE.get(remark.action, remark.action))):
            cell = _put(sheet, row, column, text)
            cell.font, cell.alignment = font(), wrapped()
        _fit(sheet, row, {4: remark.rule})


def _fit(sheet: Worksheet, row: int, texts: Mapping[int, str]) -> None:
    """Make a row high enough for its texts: not every spreadsheet program does so itself."""
    lines = max(1 + int(len(text) * 1.1) // _WIDTHS[column - 1] for column, text in texts.items())
    sheet.row_dimensions[row].height = 15 * lines


def _mark(book: Workbook, mistakes: Sequence[Mistake]) -> None:
    """Colour each cell and say in a comment what is wrong with it; a comment of the user's stays above."""
    from openpyxl.cell.cell import MergedCell
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    found: dict[tuple[str, int, int], list[Mistake]] = {}
    for mistake in mistakes:
        for place in mistake.places:
            found.setdefault((place.sheet, place.row, place.column), []).append(mistake)
    for (sheet, row, column), here in found.items():
        cell = book[sheet].cell(row=row, column=column)
        if isinstance(cell, MergedCell):
            continue
        worst = min((m.action for m in here), key=lambda action: [*_FILLS, action].index(action))
        if worst in _FILLS:
            cell.fill = PatternFill("solid", fgColor=_FILLS[worst])
        own = f"{cell.comment.text.strip()}\n" if cell.comment is not None else ""
        told = "\n".join(dict.fromkeys(f"{_MARK}{_clean(m.rule)}. {what_to_do(m.rule)}" for m in here))
        cell.comment = Comment(own + told, _AUTHOR, width=340, height=40 + 20 * (len(own + told) // 45))


def _put(sheet: Worksheet, row: int, column: int, value: object) -> Any:
    """Write a text as a text, even one that begins with "="."""
    cell = sheet.cell(row=row, column=column)
    if isinstance(value, str):
        cell.value = _clean(value)
        cell.data_type = "s"
    else:
        cell.value = value
    return cell


def _clean(text: str) -> str:
    return _ILLEGAL.sub(" ", text)
