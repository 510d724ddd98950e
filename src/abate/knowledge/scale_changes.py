"""Which change of a rating has been called important, by whom, and for whom? Read from scale_changes.csv."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from abate.knowledge.facts import read_facts

#: The kind that decides whether one patient's change is important.
WITHIN_PERSON = "within person"
#: Kinds that are of one patient; a difference between groups, or the mean of many, says nothing about one.
OF_ONE_PATIENT = (WITHIN_PERSON, "degree", "response")


@dataclass(frozen=True, kw_only=True)
class ChangeRule:
    """A published limit of change.

    Attributes
    ----------
    scale : str
    kind : str
        ``within person``, ``between groups``, ``degree`` (of improvement), ``mean fall``, ``response`` (a trial's rule) or
        ``not stated``.
    label : str
    measure : str
        ``points`` or ``percent`` of improvement, ``at_most`` for an answer that rates a change; empty where none was found.
    low, high : float or None
        The limit; published ones run from ``low`` to ``high`` where they differ. None where none was found.
    condition : str
        In whom; empty where it is not stated.
    baseline_from, baseline_to : float or None
        Baselines for which the limit is meant, both included.
    tag, source, note : str
    """

    scale: str
    kind: str
    label: str
    measure: str
    low: float | None
    high: float | None
    condition: str
    baseline_from: float | None
    baseline_to: float | None
    tag: str
    source: str
    note: str

    @property
    def is_found(self) -> bool:
        """Whether there is a limit at all."""
        return self.low is not None

    @property
    def is_of_one_patient(self) -> bool:
        """Whether there is a limit, and it is one that a single patient's change may be held against."""
        return self.is_found and self.kind in OF_ONE_PATIENT

    @property
    def decides(self) -> bool:
        """Whether the limit may judge one patient's change: verified, and meant for a person."""
        return self.is_found and self.kind == WITHIN_PERSON and self.tag == "verified"

    @property
    def limit(self) -> str:
        """The limit in words, such as "2 points" or "10 to 20 per cent"."""
        if self.low is None:
            return "not found"
        ends = f"{self.low:g}" if self.high is None else f"{self.low:g} to {self.high:g}"
        return f"an answer of at most {ends}" if self.measure == "at_most" else f"{ends} {_UNITS[self.measure]}"

    @property
    def baselines(self) -> str:
        """The baselines in words; empty where the limit is meant for all."""
        if self.baseline_from is None:
            return ""
        upper = "" if self.baseline_to is None else f" to {self.baseline_to:g}"
        return f"baseline {self.baseline_from:g}{upper or ' or more'}"


_UNITS = {"points": "points", "percent": "per cent"}


@cache
def changes_of(scale: str) -> Sequence[ChangeRule]:
    """Return every limit of a scale in the order of the file; one without a number says that none was found."""
    return tuple(_change(row) for row in read_facts("scale_changes.csv") if row["scale"] == scale)


def _change(row: Mapping[str, str]) -> ChangeRule:
    return ChangeRule(
        scale=row["scale"],
        kind=row["kind"],
        label=row["label"],
        measure=row["measure"],
        low=_number(row["low"]),
        high=_number(row["high"]),
        condition=row["condition"],
        baseline_from=_number(row["baseline_from"]),
        baseline_to=_number(row["baseline_to"]),
        tag=row["tag"],
        source=row["source"],
        note=row["note"],
    )


def _number(text: str) -> float | None:
    return float(text) if text else None
