"""What does it take to show simulated power beside the closed form of a design that is not two arms at the same time?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from abate.contracts.result import Estimate
from abate.trial.simulate import TrialsSummary
from abate.trial.simulate_designs import DesignSummary

#: Both have the share with success, its Monte Carlo error, failed fits and the number of trials.
Summary = DesignSummary | TrialsSummary
Play = Callable[[], Summary]


@dataclass(frozen=True, kw_only=True, eq=False)
class PlayedDesign:
    """A sized design, ready to be simulated.

    Attributes
    ----------
    closed : float
        Power by closed form at the rounded size.
    power : function
        Simulates trials at the planned effect.
    assurance : function or None
        Simulates trials each with a difference drawn from what is believed of it.
    no_assurance : str or None
        Why not.
    how : str
        What is drawn and how it is analysed, in words.
    drawn : str
        Which assumptions are drawn for the assurance.
    more : function
        Gives further rows of results.
    """

    closed: float
    power: Play
    how: str
    assurance: Play | None = None
    drawn: str = "the difference alone is drawn; spread and drop-out as planned"
    no_assurance: str | None = None
    more: Callable[[], tuple[Estimate, ...]] = field(default=tuple)
