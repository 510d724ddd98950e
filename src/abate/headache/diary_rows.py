"""What stands in a diary? One checked row a person and day, in order, with what was found wrong on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from abate.base.errors import BrokenRecordsError, MissingTableError
from abate.headache import diary_cells as cells
from abate.headache.diary_columns import DATE, FEATURES, HEADACHE, MEDICATION, PERSON, NotRead, find_columns
from abate.headache.diary_files import read_diary_file
from abate.headache.diary_rules import DiaryRules
from abate.headache.verdicts import Numbers, Verdicts

if TYPE_CHECKING:
    import pyarrow as pa

Rows = NDArray[np.bool_]

#: Features that only a headache has: nausea or aura may come without one.
_OF_PAIN = ("unilateral", "pulsating", "aggravated")
_GRADED = ("nausea", "photophobia", "phonophobia")
ONE_PERSON = "1"


#: A diary that spans more days has a wrong date in it.
LONGEST_DAYS = 20 * 365


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something in the diary that broke a rule, in how many rows and of how many persons, and what was done."""

    text: str
    row_count: int
    person_count: int


@dataclass(frozen=True, kw_only=True)
class Diary:
    """A checked diary; rows in order of person and day, one a day.

    Attributes
    ----------
    person_ids : list
        As the file has them, sorted.
    person : array of int64, shape (row,)
        Place in ``person_ids``.
    day : array of int64
        Day number, or days since 1970-01-01 where ``has_dates``.
    headache : array of int8
        1, 0, or -1 where not filled in.
    hours : array of float64
        NaN where not known.
    features : mapping of str to array of int8
        The features of 1.1 C and D and aura; ``strong`` is pain that is moderate or worse.
    medication : Medication
    columns : tuple of str
        Known columns that the file has.
    """

    person_ids: Sequence[Any]
    person: NDArray[np.int64]
    day: NDArray[np.int64]
    has_dates: bool
    headache: Verdicts
    hours: Numbers
    features: Mapping[str, Verdicts]
    medication: cells.Medication
    columns: tuple[str, ...]
    not_read: tuple[NotRead, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def person_count(self) -> int:
        """How many persons have a row."""
        return len(self.person_ids)

    def taken(self, places: NDArray[Any]) -> Diary:
        """Return the rows at ``places`` only; persons keep their places."""
        return replace(
            self,
            person=self.person[places],
            day=self.day[places],
            headache=self.headache[places],
            hours=self.hours[places],
            features={name: values[places] for name, values in self.features.items()},
            medication=self.medication.changed(lambda values: values[places]),
        )


def read_diary(
    source: Path | pa.Table,
    rules: DiaryRules | None = None,
    *,
    named: Mapping[str, str] | None = None,
    own_words: Mapping[str, str] | None = None,
) -> Diary:
    """Return a checked diary.

    Parameters
    ----------
    source : Path or Table of Arrow
        One row a person and day; without a column ``person_id`` all rows are one person's.
    rules : DiaryRules, optional
    named : mapping of str to str, optional
        Known column to the source's own name for it.
    own_words : mapping of str to str, optional
        Words in ``acute_medication`` to known drugs or classes.

    Raises
    ------
    AbateError
        If the file cannot be read, a column is missing, a cell cannot be read, or two rows of one day differ.
    """
    rules = rules or DiaryRules()
    table = read_diary_file(source) if isinstance(source, Path) else source
    if table.num_rows == 0:
        raise BrokenRecordsError("the diary has no row; give one row a person and day.")
    columns, not_read = find_columns(table, named or {})
    if own_words and MEDICATION not in columns:
        raise MissingTableError(
            f"there are words for drugs, but the diary has no column {MEDICATION}; name it with --column."
        )
    diary, findings = _read_cells(columns, table.num_rows, rules, own_words or {})
    _refuse_impossible_spans(diary)
    diary, twice = _one_row_a_day(diary, rules)
    diary, contradictions = _without_contradictions(diary)
    return replace(
        diary, not_read=not_read, findings=tuple(f for f in (*twice, *contradictions, *findings) if f.row_count)
    )


def _refuse_impossible_spans(diary: Diary) -> None:
    """Refuse diaries so long that a year must be wrong: every day between the ends is a day of the diary."""
    first = np.full(len(diary.person_ids), np.iinfo(np.int64).max)
    last = np.full(len(diary.person_ids), np.iinfo(np.int64).min)
    np.minimum.at(first, diary.person, diary.day)
    np.maximum.at(last, diary.person, diary.day)
    count = int(np.count_nonzero(last - first > LONGEST_DAYS))
    if count:
        whose = "1 person" if count == 1 else f"{count:,} persons"
        raise BrokenRecordsError(
            f"the diary of {whose} spans more than {LONGEST_DAYS // 365} years; a year among its dates is wrong: correct it."
        )


def _read_cells(
    columns: Mapping[str, Any], row_count: int, rules: DiaryRules, own_words: Mapping[str, str]
) -> tuple[Diary, list[Finding]]:
    found = {name: cells.different_cells(name, column) for name, column in columns.items() if name != PERSON}
    unknown = np.full(row_count, -1, np.int8)
    no_row = np.zeros(row_count, np.bool_)
    person_ids, person = _read_persons(columns.get(PERSON), row_count)
    day, has_dates = cells.read_days(found[DATE])
    hours, is_impossible = (
        cells.read_hours(found["hours"]) if "hours" in found else (np.full(row_count, np.nan), no_row)
    )
    pain, strong, is_off = (
        cells.read_intensity(found["intensity"], rules.intensity_scale, rules.moderate_from)
        if "intensity" in found
        else (unknown, unknown, no_row)
    )
    words = cells.with_own_words(own_words)
    medication, odd = (
        cells.read_medication(found[MEDICATION], words, rules.empty_medication)
        if MEDICATION in found
        else cells.no_medication_column(row_count)
    )
    diary = Diary(
        person_ids=person_ids,
        person=person,
        day=day,
        has_dates=has_dates,
        headache=cells.read_flags(found[HEADACHE]),
        hours=hours,
        features={
            "pain": pain,
            "strong": strong,
            **{name: _read_feature(name, found) if name in found else unknown for name in FEATURES},
        },
        medication=medication,
        columns=tuple(columns),
    )
    return diary, [
        _finding("hours of headache that no day has (below 0 or above 24): taken as not known", is_impossible, person),
        _finding("intensity off its scale: taken as not known", is_off, person),
        _finding("a word for a drug that is not known: taken as a drug of unknown class", odd.is_unknown, person),
        _finding("a drug that is not taken against an attack: not counted", odd.is_not_acute, person),
    ]


def _read_feature(name: str, found: Mapping[str, cells.DifferentCells]) -> Verdicts:
    return (cells.read_graded_flags if name in _GRADED else cells.read_flags)(found[name])


def _read_persons(column: Any, row_count: int) -> tuple[list[Any], NDArray[np.int64]]:
    """Return the names of persons, sorted, and each row's place among them."""
    if column is None:
        return [ONE_PERSON], np.zeros(row_count, np.int64)
    import pyarrow as pa

    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    encoded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    ids = encoded.dictionary.to_pylist()
    places = np.asarray(encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int64)
    is_nobody = places < 0
    is_nobody |= np.array([str(id).strip() == "" for id in [*ids, ""]])[places]
    if is_nobody.any():
        raise BrokenRecordsError(
            f"the diary names no person in {np.count_nonzero(is_nobody):,} of {row_count:,} rows, first in row "
            f"{int(np.argmax(is_nobody)) + 1:,}; fill in {PERSON}, or remove the rows."
        )
    used = np.unique(places)
    order = sorted(used.tolist(), key=lambda place: _in_order(ids[place]))
    rank = np.zeros(len(ids), np.int64)
    rank[order] = np.arange(len(order))
    return [ids[place] for place in order], rank[places]


def _in_order(id: Any) -> tuple[int, str]:
    """Return by what an id is sorted: whole numbers as numbers, then texts."""
    text = str(id)
    return (int(text), text) if text.isascii() and text.isdigit() and len(text) < 19 else (1 << 62, text)


def _finding(text: str, rows: Rows, person: NDArray[np.int64]) -> Finding:
    return Finding(text=text, row_count=int(np.count_nonzero(rows)), person_count=len(np.unique(person[rows])))


# ---- one row a day ------------------------------------------------------------------------------------------------------


def _one_row_a_day(diary: Diary, rules: DiaryRules) -> tuple[Diary, list[Finding]]:
    is_back = (np.diff(diary.person) == 0) & (np.diff(diary.day) < 0)
    is_out_of_order = np.append(False, is_back)
    findings = [_finding("days out of order: sorted", is_out_of_order, diary.person)]
    diary = diary.taken(np.lexsort((diary.day, diary.person)))
    is_again = np.append(False, (np.diff(diary.person) == 0) & (np.diff(diary.day) == 0))
    if not is_again.any():
        return diary, findings
    is_first = ~is_again
    group = np.cumsum(is_first) - 1
    differs = is_again & ~_same_as(diary, np.flatnonzero(is_first)[group])
    differing_day = np.zeros(int(group[-1]) + 1, np.bool_)
    differing_day[group[differs]] = True
    if differs.any() and rules.two_rows == "refuse":
        _refuse_two_rows(diary, differing_day[group])
    rows = is_again & ~differing_day[group]
    findings += [
        _finding("the same row twice: counted once", rows, diary.person),
        _finding("rows of one day that differ: the day taken as not filled in", differing_day[group], diary.person),
    ]
    return _not_filled_in(diary.taken(np.flatnonzero(is_first)), differing_day, medication_too=True), findings


def _refuse_two_rows(diary: Diary, differs: Rows) -> None:
    persons = len(np.unique(diary.person[differs]))
    raise BrokenRecordsError(
        f"the diary has rows of one day that differ, of {persons:,} of {diary.person_count:,} persons; correct them, or take "
        "such days as not filled in: --two-rows leave-out."
    )


def _same_as(diary: Diary, other: NDArray[np.int64]) -> Rows:
    """Return which rows say the same as the row at ``other``."""
    same: Rows = (diary.hours == diary.hours[other]) | (np.isnan(diary.hours) & np.isnan(diary.hours[other]))
    for values in (diary.headache, *diary.features.values(), *_medication_columns(diary.medication)):
        same &= values == values[other]
    return same


def _medication_columns(medication: cells.Medication) -> list[NDArray[Any]]:
    return [medication.any, *medication.classes.values(), *medication.analgesics.values()]


# ---- contradictions -----------------------------------------------------------------------------------------------------


def _without_contradictions(diary: Diary) -> tuple[Diary, list[Finding]]:
    """Take days that contradict themselves as not filled in."""
    is_no, is_yes, is_empty = (diary.headache == verdict for verdict in (0, 1, -1))
    has_pain = (diary.hours > 0) | (diary.features["pain"] == 1)
    has_features = np.any([diary.features[name] == 1 for name in _OF_PAIN], axis=0)
    has_none = (diary.hours == 0) | (diary.features["pain"] == 0)
    no_but = is_no & (has_pain | has_features)
    yes_but = is_yes & has_none
    findings = [
        _finding(
            "no headache, but hours, intensity or features of pain: the day taken as not filled in",
            no_but,
            diary.person,
        ),
        _finding("headache, but 0 hours or no intensity: the day taken as not filled in", yes_but, diary.person),
        _finding(
            "hours or intensity where headache is empty: the day is not filled in", is_empty & has_pain, diary.person
        ),
    ]
    return _not_filled_in(diary, no_but | yes_but, medication_too=False), findings


def _not_filled_in(diary: Diary, rows: Rows, *, medication_too: bool) -> Diary:
    if not rows.any():
        return diary
    changed = replace(
        diary,
        headache=_unknown_at(diary.headache, rows),
        hours=np.where(rows, np.nan, diary.hours),
        features={name: _unknown_at(values, rows) for name, values in diary.features.items()},
    )
    if not medication_too:
        return changed
    return replace(changed, medication=diary.medication.changed(lambda values: _unknown_at(values, rows)))


def _unknown_at(values: Verdicts, rows: Rows) -> Verdicts:
    return np.where(rows, -1, values).astype(values.dtype)
