"""What does a cell of a diary say? Each different cell of a column is read once, however many rows there are."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from abate.base.errors import BrokenRecordsError, ParameterError
from abate.headache.diary_rules import EmptyMedication, IntensityScale
from abate.headache.verdicts import Numbers, Verdicts
from abate.knowledge.acute_classes import AcuteDrug, acute_classes, acute_words

if TYPE_CHECKING:
    import pyarrow as pa

_FLAGS = dict.fromkeys(("yes", "y", "true", "t", "1"), 1) | dict.fromkeys(("no", "n", "false", "f", "0"), 0)
_GRADES = {"none": 0.0, "mild": 1.0, "moderate": 2.0, "severe": 3.0, "very severe": 4.0}
_EMPTY = ("", "na", "n/a", "nan", "null", "not known", "unknown")
_NO_DRUG = ("none", "no", "0", "n", "false")
_SOME_DRUG = ("yes", "y", "true", "1")
_BETWEEN_DRUGS = ";"
_WITH_DOSE = re.compile(r"(?P<drug>.*?\S)\s*\d+(?:[.,]\d+)?\s*(?:mg|g|mcg|µg|ml)?")
_MOST_HOURS = 24
_FIRST_DAY = date(1970, 1, 1)
#: Day numbers beyond this are no days of a diary; they would not fit what is computed with them.
_LARGEST_DAY = 10_000_000


class _NotReadableError(Exception):
    """A cell that says nothing that can be read; the column's reader tells it."""


@dataclass(frozen=True, kw_only=True)
class DifferentCells:
    """A column as its different texts, in small letters without spaces around, and the place of each row's among them."""

    name: str
    texts: list[str]
    places: NDArray[np.int64]

    def read(self, parse: Callable[[str], Any], kind: Any, expected: str) -> NDArray[Any]:
        """Return the parsed value of each row.

        Raises
        ------
        BrokenRecordsError
            If a cell cannot be read; says in how many rows, never what it holds.
        """
        values = np.zeros(len(self.texts), kind)
        is_bad = np.zeros(len(self.texts), np.bool_)
        for place, text in enumerate(self.texts):
            try:
                values[place] = parse(text)
            except _NotReadableError:
                is_bad[place] = True
        rows = is_bad[self.places]
        if rows.any():
            raise BrokenRecordsError(
                f"the diary's column {self.name} cannot be read in {np.count_nonzero(rows):,} of {len(rows):,} rows, first in "
                f"row {int(np.argmax(rows)) + 1:,}; write {expected}."
            )
        return values[self.places]


def different_cells(name: str, column: pa.ChunkedArray | pa.Array) -> DifferentCells:
    """Return the different texts of a column; an empty cell is an empty text."""
    import pyarrow as pa

    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    encoded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    texts = ["" if value is None else str(value).strip().lower() for value in encoded.dictionary.to_pylist()]
    places = np.asarray(encoded.indices.fill_null(len(texts)).to_numpy(zero_copy_only=False), dtype=np.int64)
    return DifferentCells(name=name, texts=[*texts, ""], places=places)


def read_days(cells: DifferentCells) -> tuple[NDArray[np.int64], bool]:
    """Return days as whole numbers, and whether they are dates (then counted from 1970-01-01)."""
    filled = [text for text in cells.texts if text]
    are_dates = bool(filled) and not _is_whole(filled[0])
    if are_dates:
        return cells.read(
            _parse_date, np.int64, "every day as a date such as 2024-03-01, or all as whole numbers"
        ), True
    return cells.read(
        _parse_day_number, np.int64, "every day as a whole number, or all as dates such as 2024-03-01"
    ), False


def read_flags(cells: DifferentCells) -> Verdicts:
    """Return yes, no and empty as 1, 0 and -1."""
    return cells.read(_parse_flag, np.int8, "yes, no, or nothing")


def read_graded_flags(cells: DifferentCells) -> Verdicts:
    """Return as :func:`read_flags`; ``mild`` and stronger are yes, ``none`` is no."""

    def parse(text: str) -> int:
        return int(_GRADES[text] > 0) if text in _GRADES else _parse_flag(text)

    return cells.read(parse, np.int8, "yes, no, none, mild, moderate, severe, or nothing")


def read_hours(cells: DifferentCells) -> tuple[Numbers, NDArray[np.bool_]]:
    """Return hours, NaN where empty or impossible in a day, and where they are impossible."""
    hours: Numbers = cells.read(_parse_number, np.float64, "hours of that day, 0 to 24, or nothing")
    is_impossible = (hours < 0) | (hours > _MOST_HOURS)
    return np.where(is_impossible, np.nan, hours), is_impossible


def read_intensity(
    cells: DifferentCells, scale: IntensityScale | None, moderate_from: float
) -> tuple[Verdicts, Verdicts, NDArray[np.bool_]]:
    """Return whether there is any pain, whether it is moderate or stronger, and where a number is off the scale.

    Raises
    ------
    ParameterError
        If there are numbers and no scale is named.
    """
    is_number = any(text not in _GRADES and text not in _EMPTY for text in cells.texts)
    if is_number and scale is None:
        raise ParameterError("the column intensity holds numbers; say on which scale with --intensity 0-10 or 0-3.")
    most, moderate = {"0-10": (10.0, moderate_from), "0-3": (3.0, 2.0), None: (4.0, 2.0)}[scale]

    def parse(text: str) -> float:
        if text in _GRADES:  # as a share of moderate, so that words and numbers may stand in one column
            return _GRADES[text] / 2.0
        number = _parse_number(text)
        return number / moderate if not number < 0 and not number > most else math.inf

    share = cells.read(
        parse, np.float64, "a number on the scale, or none, mild, moderate, severe, very severe, or nothing"
    )
    is_off = np.isinf(share)
    is_known = ~np.isnan(share) & ~is_off
    there = np.where(is_known, share > 0, -1).astype(np.int8)
    strong = np.where(is_known, share >= 1, -1).astype(np.int8)
    return there, strong, is_off


@dataclass(frozen=True, kw_only=True)
class Medication:
    """What was taken against headache, a row each.

    Attributes
    ----------
    any : array of int8
        Any acute drug: 1, 0, or -1 where not known.
    classes : mapping of str to array of int8
        By question of the class, such as ``triptan_days``.
    analgesics : mapping of str to array of int8
        Single drugs among the simple analgesics; ``""`` stands for one that is not named.
    """

    any: Verdicts
    classes: Mapping[str, Verdicts]
    analgesics: Mapping[str, Verdicts]

    def changed(self, change: Callable[[Verdicts], Verdicts]) -> Medication:
        """Return the same with every array changed in one way."""
        return Medication(
            any=change(self.any),
            classes={name: change(verdicts) for name, verdicts in self.classes.items()},
            analgesics={name: change(verdicts) for name, verdicts in self.analgesics.items()},
        )


@dataclass(frozen=True, kw_only=True)
class OddWords:
    """Rows with a word for a drug that is not known, and rows with a drug that is not acute."""

    is_unknown: NDArray[np.bool_]
    is_not_acute: NDArray[np.bool_]


ANALGESICS = "simple_analgesic_days"
#: A simple analgesic that the diary does not name.
NOT_NAMED = ""


@dataclass(frozen=True, kw_only=True)
class _Taken:
    """What one cell says."""

    is_empty: bool
    drugs: tuple[AcuteDrug, ...] = ()
    has_unknown: bool = False
    is_some_drug: bool = False

    @property
    def acute(self) -> tuple[AcuteDrug, ...]:
        return tuple(drug for drug in self.drugs if drug.question is not None)

    def of_class(self, question: str) -> int:
        return self._verdict(any(drug.question == question for drug in self.drugs))

    def of_drug(self, name: str) -> int:
        return self._verdict(any(drug.name == name for drug in self.drugs))

    def of_any(self) -> int:
        if self.is_empty:
            return -1
        return int(bool(self.acute) or self.has_unknown or self.is_some_drug)

    def _verdict(self, is_named: bool) -> int:
        if is_named:
            return 1
        return -1 if self.is_empty or self.has_unknown or self.is_some_drug else 0


def read_medication(
    cells: DifferentCells, words: Mapping[str, AcuteDrug], empty: EmptyMedication
) -> tuple[Medication, OddWords]:
    """Return what was taken, and where words are odd; ``words`` says what each stands for (:func:`with_own_words`)."""
    taken = [_parse_taken(text, words, empty) for text in cells.texts]
    names = sorted({drug.name for cell in taken for drug in cell.drugs if drug.question == ANALGESICS})

    def spread(verdicts: list[int]) -> Verdicts:
        return np.array(verdicts, np.int8)[cells.places]

    medication = Medication(
        any=spread([cell.of_any() for cell in taken]),
        classes={row.question: spread([cell.of_class(row.question) for cell in taken]) for row in acute_classes()},
        analgesics={name: spread([cell.of_drug(name) for cell in taken]) for name in [*names, NOT_NAMED]},
    )
    return medication, OddWords(
        is_unknown=np.array([cell.has_unknown for cell in taken])[cells.places],
        is_not_acute=np.array([len(cell.acute) < len(cell.drugs) for cell in taken])[cells.places],
    )


def no_medication_column(row_count: int) -> tuple[Medication, OddWords]:
    """Return what is known of medication without a column for it: nothing."""
    nothing, no_row = np.full(row_count, -1, np.int8), np.zeros(row_count, np.bool_)
    classes = {row.question: nothing for row in acute_classes()}
    return Medication(any=nothing, classes=classes, analgesics={NOT_NAMED: nothing}), OddWords(
        is_unknown=no_row, is_not_acute=no_row
    )


def with_own_words(own_words: Mapping[str, str]) -> dict[str, AcuteDrug]:
    """Return what words stand for, those of the diary's own included: ``own_words`` maps these to known drugs or classes.

    Raises
    ------
    ParameterError
        If ``own_words`` maps to a drug or class that is not known.
    """
    words = dict(acute_words())
    for own, meant in own_words.items():
        known = meant.strip().lower()
        if known not in acute_words():
            near = difflib.get_close_matches(known, acute_words(), n=1)
            hint = f"; the nearest is {near[0]!r}" if near else ""
            raise ParameterError(
                f"{meant!r} is no known drug or class{hint}. Write --drug WORD=KNOWN, such as --drug relief=NSAID."
            )
        words[own.strip().lower()] = acute_words()[known]
    return words


def _parse_taken(text: str, words: Mapping[str, AcuteDrug], empty: EmptyMedication) -> _Taken:
    if text in _EMPTY:
        return _Taken(is_empty=not (text == "" and empty == "none"))
    parts = [_without_dose(part.strip(), words) for part in text.split(_BETWEEN_DRUGS) if part.strip()]
    named = [part for part in parts if part not in _NO_DRUG and part not in _SOME_DRUG]
    return _Taken(
        is_empty=False,
        drugs=tuple(words[part] for part in named if part in words),
        has_unknown=any(part not in words for part in named),
        is_some_drug=any(part in _SOME_DRUG for part in parts),
    )


def _without_dose(word: str, words: Mapping[str, AcuteDrug]) -> str:
    """Return a known drug's name without the dose written after it: ``sumatriptan 50 mg``."""
    found = None if word in words else _WITH_DOSE.fullmatch(word)
    return found["drug"] if found and found["drug"] in words else word


def _parse_flag(text: str) -> int:
    if text in _EMPTY:
        return -1
    if text not in _FLAGS:
        raise _NotReadableError
    return _FLAGS[text]


def _parse_number(text: str) -> float:
    if text in _EMPTY:
        return math.nan
    try:
        number = float(text)
    except ValueError:
        raise _NotReadableError from None
    if not math.isfinite(number):
        raise _NotReadableError
    return number


def _is_whole(text: str) -> bool:
    try:
        return float(text).is_integer()
    except (ValueError, OverflowError):
        return False


def _parse_day_number(text: str) -> int:
    if not _is_whole(text) or abs(float(text)) > _LARGEST_DAY:
        raise _NotReadableError
    return int(float(text))


def _parse_date(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise _NotReadableError from None
    return (moment.date() - _FIRST_DAY).days
