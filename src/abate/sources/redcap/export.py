"""What does each row of a REDCap export hold? One instance of an instrument, several, or nothing; every row is accounted for.

A raw export is one table of all fields: a row for each record (or record and event), and one for each instance of a repeating
instrument, named in ``redcap_repeat_instrument`` and numbered in ``redcap_repeat_instance``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from abate.base.errors import MissingTableError, NotRecordsError
from abate.contracts.result import SAME_ROW_TWICE
from abate.sources.findings import Remark
from abate.sources.redcap.project import FIELDS, INSTRUMENT_OF, INSTRUMENTS, Field, Kind
from abate.sources.sheets.names import shortened
from abate.sources.sheets.raw import RawSheet, refuse_repeated

REPEAT_INSTRUMENT, REPEAT_INSTANCE, EVENT = "redcap_repeat_instrument", "redcap_repeat_instance", "redcap_event_name"
GROUP = "redcap_data_access_group"
TABLE = "export"

#: Headings by which a raw export is known, and those that stand for them where labels are exported.
RAW_MARKS = frozenset({REPEAT_INSTRUMENT, REPEAT_INSTANCE, EVENT})
LABEL_MARKS = frozenset({"Repeat Instrument", "Repeat Instance", "Event Name"})

_SILENT = re.compile(r"redcap_\w+|\w+_complete|\w+_timestamp")
_CHECKBOX = re.compile(r"(\w+?)___(\w+)")
_LABELS_SENTENCE = (
    "{name} is an export of labels; export it again from REDCap as CSV with RAW data (codes and field names), "
    "which alone can be read without guessing."
)
_MOST_NAMED = 20
#: Headings such as "Date" and "Rating" stand in other files too.
_FEWEST_LABELS = 5
#: Texts that REDCap users enter for what is missing; in a free text they are a mistake unless declared.
_CODE_LIKE = re.compile(r"-[0-9]{1,4}|UNK|NASK|ASKU|NAV|NI|OTH")


@dataclass(frozen=True, kw_only=True)
class Instance:
    """One instance of an instrument: ``cells`` by field, in words of the contract; ``key`` names its row."""

    form: str
    record: str
    event: str | None
    number: str | None
    group: str | None
    key: str
    cells: Mapping[str, str | None]


@dataclass(frozen=True, kw_only=True)
class Export:
    """An export taken apart. ``read_count`` rows gave instances, ``aside_count`` were set aside, each with its reason."""

    instances: Sequence[Instance]
    remarks: Sequence[Remark]
    row_count: int
    read_count: int
    aside_count: int


@dataclass
class _Work:
    sheet: RawSheet
    missing: frozenset[str]
    remarks: list[Remark] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    seen_rows: set[tuple[str | None, ...]] = field(default_factory=set)
    seen_keys: set[tuple[str | None, ...]] = field(default_factory=set)


def is_redcap_heading(headings: Sequence[str]) -> bool:
    """Return whether the headings are those of a REDCap export, raw or with labels."""
    found = set(headings)
    return (
        bool(found & RAW_MARKS) or len(found & LABEL_MARKS) >= 2 or len(found & set(FIELDS)) >= 2 or _are_labels(found)
    )


def _are_labels(headings: set[str]) -> bool:
    labels = {f.label for f in FIELDS.values()}
    return len(headings & labels) >= _FEWEST_LABELS and not headings & set(FIELDS)


def take_apart(sheet: RawSheet, name: str, missing: frozenset[str]) -> Export:
    """Return the instances in a raw export, and what was set aside.

    Parameters
    ----------
    sheet : RawSheet
        The export as text; its first column is the record id.
    name : str
        Name of the file, for errors.
    missing : frozenset of str
        Codes for what is missing; they are read as empty.

    Raises
    ------
    NotRecordsError
        If the export holds labels in place of codes.
    MissingTableError
        If it has none of the project's fields.
    BrokenRecordsError
        If a heading stands twice.
    """
    _refuse_labels(sheet, name)
    _refuse_others(sheet, name)
    refuse_repeated(sheet.name, sheet.headings, name)
    work = _Work(sheet=sheet, missing=missing)
    instances = [instance for number, row in _rows(sheet) for instance in _instances(number, row, work)]
    broken = sum(action == "dropped" for _, _, action, _ in sheet.remarks)
    work.remarks += [(TABLE, rule, action, _as_key(key, sheet.name)) for _, rule, action, key in sheet.remarks]
    read, aside = work.counts["read"], work.counts["aside"] + broken
    _say_totals(work, instances, sheet.row_count + broken, read, aside)
    return Export(
        instances=instances,
        remarks=work.remarks,
        row_count=sheet.row_count + broken,
        read_count=read,
        aside_count=aside,
    )


def _as_key(key: str | None, name: str) -> str | None:
    return None if key is None else key.replace(f"{name} row", f"{TABLE} row", 1)


def _rows(sheet: RawSheet) -> Iterator[tuple[int, dict[str, str | None]]]:
    columns = [column.to_pylist() for column in sheet.cells.columns]
    for number, *cells in zip(sheet.row_numbers.to_pylist(), *columns, strict=True):
        yield number, dict(zip(sheet.headings, cells, strict=True))


# ---- what is refused -------------------------------------------------------------------------------------------------------


def _refuse_labels(sheet: RawSheet, name: str) -> None:
    headings = set(sheet.headings)
    if (headings & LABEL_MARKS or _are_labels(headings)) and not headings & RAW_MARKS:
        raise NotRecordsError(_LABELS_SENTENCE.format(name=name))
    for heading in sheet.headings:
        values = set(sheet.cells.column(sheet.headings.index(heading)).unique().to_pylist()) - {None}
        if values & _labels_of(heading):
            raise NotRecordsError(_LABELS_SENTENCE.format(name=name))


def _labels_of(heading: str) -> set[str]:
    """Return the texts that stand in a column only where labels are exported."""
    if heading == REPEAT_INSTRUMENT:
        return {instrument.label for instrument in INSTRUMENTS}
    checkbox = _CHECKBOX.fullmatch(heading)
    if checkbox is not None and checkbox[1] in FIELDS:
        return {"Checked", "Unchecked"}
    known = FIELDS.get(heading)
    return {known.shown(code) for code in known.words} - set(known.words) if known is not None else set()


def _refuse_others(sheet: RawSheet, name: str) -> None:
    found = {_field_of(heading) for heading in sheet.headings}
    if "crs_start" in found:
        return
    if found - {None}:
        raise MissingTableError(
            f"{name} has no field 'crs_start', the first dose of a course; export all instruments of the project."
        )
    raise MissingTableError(
        f"{name} is a REDCap export, but of another project: it has none of the fields of abate's (crs_start, rt_value …); "
        "'abate template --redcap DIR' writes the dictionary, and docs/chart-review.md says how a sheet of your own is read."
    )


@cache
def _field_of(heading: str) -> str | None:
    if heading in FIELDS:
        return heading
    checkbox = _CHECKBOX.fullmatch(heading)
    return checkbox[1] if checkbox is not None and checkbox[1] in FIELDS else None


# ---- one row ---------------------------------------------------------------------------------------------------------------


def _instances(number: int, row: dict[str, str | None], work: _Work) -> Iterator[Instance]:
    key = f"{TABLE} row {number}"
    record = row[work.sheet.headings[0]]
    if record is None:
        return _set_aside("the record id is empty", key, work)
    if tuple(row.values()) in work.seen_rows:
        return _set_aside(SAME_ROW_TWICE, key, work)
    work.seen_rows.add(tuple(row.values()))
    repeated = row.get(REPEAT_INSTRUMENT)
    if repeated is not None and repeated not in {instrument.name for instrument in INSTRUMENTS}:
        return _set_aside("the row is of an instrument that is not of abate's project", key, work)
    filled = _filled_forms(row)
    forms = [instrument.name for instrument in INSTRUMENTS if instrument.name in filled]
    if repeated is not None:
        if any(form != repeated for form in forms):
            work.remarks.append(
                (
                    TABLE,
                    f"cells of another instrument are filled in a row of {repeated}; they were not read",
                    "kept",
                    key,
                )
            )
        forms = [form for form in forms if form == repeated]
    if not forms:
        what = "the instance is empty" if repeated is not None else "the row has no answer in abate's instruments"
        return _set_aside(what, key, work)
    work.counts["read"] += 1
    return iter([_instance(form, record, row, key, work) for form in forms])


def _set_aside(rule: str, key: str, work: _Work) -> Iterator[Instance]:
    work.counts["aside"] += 1
    work.remarks.append((TABLE, f"{rule}; set aside", "dropped", key))
    return iter(())


def _filled_forms(row: Mapping[str, str | None]) -> set[str]:
    """Return the instruments of which a row has an answer; an unticked box, which REDCap writes as 0, is none."""
    found = set()
    for heading, cell in row.items():
        name = _field_of(heading)
        if name is not None and cell is not None and not (heading != name and cell == "0"):
            found.add(INSTRUMENT_OF[name])
    return found


def _instance(form: str, record: str, row: Mapping[str, str | None], key: str, work: _Work) -> Instance:
    event, number = row.get(EVENT), row.get(REPEAT_INSTANCE)
    place = (form, record, event, number)
    if place in work.seen_keys and form != "patient":
        work.remarks.append((TABLE, f"one instance of {form} stands in several rows that differ", "kept", key))
    work.seen_keys.add(place)
    instrument = next(instrument for instrument in INSTRUMENTS if instrument.name == form)
    cells = {known.name: _cell(known, row, key, work) for known in instrument.fields}
    return Instance(form=form, record=record, event=event, number=number, group=row.get(GROUP), key=key, cells=cells)


def _cell(known: Field, row: Mapping[str, str | None], key: str, work: _Work) -> str | None:
    if known.kind is Kind.CHECKBOX:
        return _ticked(known, row, key, work)
    text = row.get(known.name)
    if text is None:
        return None
    if text in work.missing:
        work.counts["missing"] += 1
        return None
    if known.words:
        return known.words.get(text, text)
    if known.kind is Kind.TEXT and _CODE_LIKE.fullmatch(text):
        rule = f"{known.name} looks like a missing-data code that is not declared; read as empty"
        work.remarks.append((TABLE, rule, "repaired", key))
        return None
    return text


def _ticked(known: Field, row: Mapping[str, str | None], key: str, work: _Work) -> str | None:
    """Return the ticked options of a checkbox; a code such as -99 stands in its heading as ____99 or ___99."""
    words = []
    for heading, cell in row.items():
        checkbox = _CHECKBOX.fullmatch(heading)
        if checkbox is None or checkbox[1] != known.name or cell != "1":
            continue
        code = checkbox[2]
        if code in known.choices:
            words.append(known.choices[code])
        elif _is_missing_code(code, work.missing):
            work.counts["missing"] += 1
        else:
            rule = f"{known.name} is ticked at a code that is neither a choice nor a declared missing-data code"
            work.remarks.append((TABLE, rule, "repaired", key))
    return "; ".join(words) or None


def _is_missing_code(code: str, missing: frozenset[str]) -> bool:
    return any(re.sub(r"[^a-z0-9]", "_", declared.lower()) == code.lower() for declared in missing)


# ---- what is said of the whole ---------------------------------------------------------------------------------------------


def _say_totals(work: _Work, instances: Sequence[Instance], total: int, read: int, aside: int) -> None:
    by_form = Counter(instance.form for instance in instances)
    counted = ", ".join(f"{by_form[i.name]} of {i.name}" for i in INSTRUMENTS if by_form[i.name])
    work.remarks.append(
        (TABLE, f"{total} rows: {read} read (instances: {counted or 'none'}), {aside} set aside", "noted", None)
    )
    if work.counts["missing"]:
        rule = f"{work.counts['missing']} cells hold a declared missing-data code and were read as empty"
        work.remarks.append((TABLE, rule, "noted", None))
    unknown = [h for h in work.sheet.headings[1:] if _field_of(h) is None and not _SILENT.fullmatch(h)]
    if unknown:
        named = ", ".join(shortened(heading) for heading in unknown[:_MOST_NAMED])
        more = ", …" if len(unknown) > _MOST_NAMED else ""
        work.remarks.append(
            (TABLE, f"columns that are not of abate's project were not read: {named}{more}", "noted", None)
        )
    absent = [name for name in FIELDS if name not in {_field_of(heading) for heading in work.sheet.headings}]
    if absent:
        work.remarks.append(
            (TABLE, f"fields of the project that the export does not have: {', '.join(absent)}", "noted", None)
        )
