"""What would a design take? Its participants in words and numbers, or the reason why there is no size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from abate.contracts.plan_file import DesignKind


@dataclass(frozen=True, kw_only=True)
class SizedDesign:
    """The closed-form size of one design at the planned effect.

    Attributes
    ----------
    kind : str
        As in the plan file's ``design.kind``.
    total : float or None
        Participants, each arm (pair, cell) rounded up; None where there is no size.
    in_words : str
        Such as ``2 x 64`` or ``31 pairs``.
    reason : str or None
        Why there is no size.
    method : str
        The formula and its reference distribution, in words.
    to_screen : float or None
        Persons who must enter an open phase before, where that is more than ``total``.
    courses_each : int
        Courses that the design gives to each participant, each with its days in hospital.
    parts : mapping of str to float
        The numbers behind it, unrounded: "per_arm", "degrees_of_freedom", "inflation" and so on.
    notes : tuple of str
        What was assumed, and what the number does not say.
    """

    kind: DesignKind
    total: float | None
    in_words: str = ""
    reason: str | None = None
    method: str = ""
    to_screen: float | None = None
    courses_each: int = 1
    parts: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def to_enter(self) -> float | None:
        """Persons who must come: those screened where there is an open phase, else the participants."""
        return self.total if self.to_screen is None else self.to_screen


def no_size(kind: DesignKind, reason: str, notes: tuple[str, ...] = ()) -> SizedDesign:
    """Return a design without a size, with the reason."""
    return SizedDesign(kind=kind, total=None, reason=reason, notes=notes)
