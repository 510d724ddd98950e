"""What is judged, and what is a judgement? One design with all that a rule may look at; points with their reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from abate.contracts.plan_file import DesignKind, PlanFile
from abate.trial.designs.catalogue import DesignEntry
from abate.trial.designs.facts import Facts
from abate.trial.designs.sized_design import SizedDesign


@dataclass(frozen=True, kw_only=True)
class Case:
    """One design under judgement, with all that a rule may look at."""

    plan: PlanFile
    facts: Facts
    entry: DesignEntry
    size: SizedDesign | None
    parallel_total: float | None  # of two arms in parallel, for comparison

    @property
    def kind(self) -> DesignKind:
        """As in the plan file."""
        return self.entry.kind


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What one criterion says of one design; ``stops`` where the design then cannot answer the question."""

    criterion: str
    points: int
    reason: str
    stops: bool = False

    @property
    def shown(self) -> str:
        """The reason with its points."""
        points = "stops it" if self.stops else f"{self.points:+d}" if self.points else "0"
        return f"{self.criterion} ({points}): {self.reason}"


def score(judgements: Sequence[Judgement]) -> int:
    """Return the sum of the points."""
    return sum(judgement.points for judgement in judgements)
