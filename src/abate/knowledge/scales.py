"""What may a rating be? Range, direction, items and recall of each scale, read from scales.csv with its sources."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from abate.base.errors import ParameterError
from abate.knowledge.facts import read_facts


@dataclass(frozen=True, kw_only=True)
class Scale:
    """One rating scale.

    Attributes
    ----------
    id, name : str
    minimum, maximum : float
        Possible values, both included.
    lower_is_better : bool
    rates_change : bool
        Whether an answer is a change itself, so that it has no baseline.
    recall : str
        The time that an answer looks back on.
    item_count : int
        Number of items; 1 for a scale of one answer, 0 where it was not found.
    item_answers : tuple of int
        Possible answers to one item, where they add up to the total; empty where they are not known, or there is one answer.
    is_whole : bool
        Whether only whole numbers are values.
    needs_all_items : bool
        Whether the scale's own rule gives no result when an item is missing.
    wording : str
        Licence of the wording; empty where it was not found.
    tag : str
        ``verified``, or what of the row is not.
    source, note : str
    """

    id: str
    name: str
    minimum: float
    maximum: float
    lower_is_better: bool
    recall: str
    tag: str
    source: str
    rates_change: bool = False
    item_count: int = 0
    item_answers: tuple[int, ...] = ()
    is_whole: bool = False
    needs_all_items: bool = False
    wording: str = ""
    note: str = ""

    @cached_property
    def totals(self) -> frozenset[int]:
        """Every sum of one answer to each item; empty where the items are not known."""
        sums = {0} if self.item_answers else set()
        for _ in range(self.item_count):
            sums = {total + answer for total in sums for answer in self.item_answers}
        return frozenset(sums)

    @cached_property
    def impossible_totals(self) -> tuple[int, ...]:
        """Whole numbers within the range that are no total."""
        within = range(int(self.minimum), int(self.maximum) + 1)
        return tuple(number for number in within if self.totals and number not in self.totals)

    def is_in_range(self, value: float) -> bool:
        """Whether the value lies between the ends; NaN does not."""
        return self.minimum <= value <= self.maximum

    def is_possible(self, value: float) -> bool:
        """Whether the scale can give the value: within its range, whole where it must be, and a sum of answers."""
        is_number = self.is_in_range(value) and not (self.is_whole and value != int(value))
        return is_number and value not in self.impossible_totals

    @property
    def possible_values(self) -> str:
        """What a value within the range must be besides, in words; empty where every number is one."""
        if self.impossible_totals:
            answers = [str(answer) for answer in self.item_answers]
            return f"a sum of {self.item_count} answers of {', '.join(answers[:-1])} or {answers[-1]}"
        return "a whole number" if self.is_whole else ""


def _read() -> Mapping[str, Scale]:
    return MappingProxyType({row["scale"]: _scale(row) for row in read_facts("scales.csv")})


def _scale(row: Mapping[str, str]) -> Scale:
    return Scale(
        id=row["scale"],
        name=row["name"],
        minimum=float(row["minimum"]),
        maximum=float(row["maximum"]),
        lower_is_better=row["lower_is_better"] == "true",
        rates_change=row["rates_change"] == "true",
        recall=row["recall"],
        item_count=int(row["item_count"] or 0),
        item_answers=_answers(row["item_answers"]),
        is_whole=row["is_whole"] == "true",
        needs_all_items=row["needs_all_items"] == "true",
        wording=row["wording"],
        tag=row["tag"],
        source=row["source"],
        note=row["note"],
    )


def _answers(text: str) -> tuple[int, ...]:
    """Return the answers of "6 8 10 11 13", or of "0-92" all whole numbers from the one to the other."""
    low, dash, high = text.partition("-")
    return tuple(range(int(low), int(high) + 1)) if dash else tuple(int(word) for word in text.split())


#: Every scale that a study file may name.
SCALES: Mapping[str, Scale] = _read()


def scale(name: str) -> Scale:
    """Return the facts of one scale, named in any spelling: "HIT-6" is ``hit6``.

    Raises
    ------
    ParameterError
        If the scale is not known; the nearest one is named.
    """
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    if plain in SCALES:
        return SCALES[plain]
    raise ParameterError(f"the scale {name!r} is not known; {hint_of_scale(name)}")


def hint_of_scale(name: str) -> str:
    """Return what to write instead of a name that is no scale: the nearest one, or all of them."""
    nearest = difflib.get_close_matches(name.lower(), SCALES, n=1, cutoff=0.6)
    return f"did you mean {nearest[0]!r}?" if nearest else f"known are {', '.join(SCALES)}."
