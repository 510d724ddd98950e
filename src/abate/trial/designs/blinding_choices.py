"""What can a design do so that the assignment is not guessed, and when are guesses asked for?"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from abate.contracts.plan_file import DesignKind
from abate.trial.designs.catalogue import catalogue

#: Who is asked for a guess.
ASKED = ("patient", "nurse", "assessor")
#: When: each time before the outcome is known to who is asked; relief makes guesses right too.
ASKED_WHEN = ("end of hour 4 to 6", "day 1", "end of course")
#: What is asked.
ASKED_WHAT = ("active, control or do not know", "how sure, 0 to 10", "why: effect, side effect, other")


@dataclass(frozen=True, kw_only=True)
class BlindingChoice:
    """One thing that can be done against guessing; ``limits`` say what it costs."""

    choice: str
    because: str
    limits: str
    blinding: tuple[str, ...]
    source: str
    is_verified: bool

    @property
    def shown_source(self) -> str:
        """The source, and "unverified" where nobody has shown that it helps."""
        return self.source if self.is_verified else f"{self.source}; unverified"


def blinding_choices(kind: DesignKind) -> tuple[BlindingChoice, ...]:
    """Return what can be done in a design so that the assignment is not guessed; nothing where there is one arm.

    Examples
    --------
    >>> blinding_choices("single-arm two-stage")
    ()
    """
    return tuple(choice for choice in _all_choices() if catalogue()[kind].blinding in choice.blinding)


@cache
def _all_choices() -> tuple[BlindingChoice, ...]:
    text = (resources.files("abate.trial.designs") / "blinding_choices.toml").read_text(encoding="utf-8")
    return tuple(
        BlindingChoice(
            choice=data["choice"],
            because=data["because"],
            limits=data["limits"],
            blinding=tuple(data["blinding"]),
            source=data["source"],
            is_verified=data["verified"],
        )
        for data in tomllib.loads(text)["choice"]
    )
