"""What kind of contact is a visit? Setting and kind of OMOP's visit concepts, with their sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from abate.base.days import SECONDS_PER_DAY
from abate.knowledge.facts import read_facts

#: A visit of a kind that may be either (emergency, observation, unknown) is an inpatient stay if it lasts longer than this.
LONGEST_OUTPATIENT_SECONDS = SECONDS_PER_DAY


@dataclass(frozen=True, kw_only=True)
class VisitKind:
    """One visit concept; ``setting`` is inpatient, outpatient or by length."""

    name: str
    setting: str
    kind: str
    tag: str


@cache
def visit_kinds() -> Mapping[int, VisitKind]:
    """Return the known visit concepts."""
    return {
        int(row["omop_concept"]): VisitKind(name=row["name"], setting=row["setting"], kind=row["kind"], tag=row["tag"])
        for row in read_facts("visit_kinds.csv")
    }
