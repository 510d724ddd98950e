"""What does a total stand for? Grades, bands, words and cut-offs of the scales, read from scale_bands.csv."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from abate.knowledge.facts import read_facts

#: Kinds of bands that divide a whole scale, so that each total lies in one.
DIVIDING = ("grade", "band", "word")


@dataclass(frozen=True, kw_only=True)
class Band:
    """A part of a scale, both ends included.

    Attributes
    ----------
    scale : str
    kind : str
        ``grade``, ``band`` or ``word`` (these divide the scale), ``part of a grade`` or ``cut-off``.
    label : str
        Empty where the source gives no name.
    low, high : float
    tag, source, note : str
    """

    scale: str
    kind: str
    label: str
    low: float
    high: float
    tag: str
    source: str
    note: str

    @property
    def range(self) -> str:
        """The ends in words, such as "6 to 10"."""
        return f"{self.low:g}" if self.low == self.high else f"{self.low:g} to {self.high:g}"

    def holds(self, value: float) -> bool:
        """Whether the value lies in the band."""
        return self.low <= value <= self.high


@cache
def bands_of(scale: str) -> Sequence[Band]:
    """Return every band of a scale in the order of the file, empty where none is known."""
    return tuple(_band(row) for row in read_facts("scale_bands.csv") if row["scale"] == scale)


def _band(row: Mapping[str, str]) -> Band:
    return Band(
        scale=row["scale"],
        kind=row["kind"],
        label=row["label"],
        low=float(row["low"]),
        high=float(row["high"]),
        tag=row["tag"],
        source=row["source"],
        note=row["note"],
    )


def dividing_bands(scale: str) -> Sequence[Band]:
    """Return the bands of which each total lies in one, from low to high."""
    return tuple(band for band in bands_of(scale) if band.kind in DIVIDING)
