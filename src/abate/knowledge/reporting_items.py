"""What do readers of a paper on such a study want told? STROBE, RECORD, RECORD-PE and TARGET as short labels of our own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from abate.knowledge.facts import read_facts

#: Names of the checklists as they are published, by the key of the data file, in the order in which they build on each other.
CHECKLISTS: Mapping[str, str] = {"strobe": "STROBE", "record": "RECORD", "record-pe": "RECORD-PE", "target": "TARGET"}
#: That of a target trial: elements without numbers, since the published items were not read.
TARGET = "target"


@dataclass(frozen=True, kw_only=True)
class ReportingItem:
    """One item of a checklist.

    Attributes
    ----------
    checklist : str
        A key of `CHECKLISTS`.
    item : str
        Its number as published, such as ``12a`` or ``7.1.c``; of TARGET a name of our own.
    label : str
        What it asks, in a few words of our own; the published wording stands at ``link``.
    tag : str
        ``verified``, or what of it is not.
    source, link : str
        The paper with its DOI, and where the checklist can be read.
    note : str
        Where the item was read, or what of it was.
    """

    checklist: str
    item: str
    label: str
    tag: str
    source: str
    link: str
    note: str

    @property
    def is_verified(self) -> bool:
        """Whether the item was read in a source."""
        return self.tag == "verified"


@cache
def reporting_items(checklist: str) -> Sequence[ReportingItem]:
    """Return the items of a checklist in their order."""
    return tuple(ReportingItem(**row) for row in read_facts("reporting_items.csv") if row["checklist"] == checklist)
