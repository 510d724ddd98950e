"""Which intercurrent events does a treatment course have, and how is each handled by default? Read from events.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, cast

from abate.contracts.plan_file import Strategy
from abate.contracts.plan_values import Share

#: Shown with every range that no study of the plan gives.
USUAL_RANGE = "usual range, from no study of this plan"


@dataclass(frozen=True, kw_only=True)
class UsualEvent:
    """One intercurrent event with its default strategy.

    Attributes
    ----------
    id, event, alternative : str
    strategy : str
        In the words of ICH E9(R1).
    study : str
        What of a study tells how often it happens.
    usual : Share or None
        The usual range where the study does not tell; its value is the middle and is not shown.
    usual_in_words : str
        Shown where there is neither a number of the study nor a range.
    """

    id: str
    event: str
    strategy: Strategy
    alternative: str
    study: str
    usual: Share | None
    usual_in_words: str


@cache
def usual_events() -> tuple[UsualEvent, ...]:
    """Return the events in the order in which a protocol lists them.

    Examples
    --------
    >>> usual_events()[0].strategy
    'treatment policy'
    """
    text = (resources.files("abate.trial.designs") / "events.toml").read_text(encoding="utf-8")
    return tuple(map(_event, tomllib.loads(text)["event"]))


def _event(data: Mapping[str, Any]) -> UsualEvent:
    return UsualEvent(
        id=data["id"],
        event=data["event"],
        strategy=cast(Strategy, data["strategy"]),
        alternative=data["alternative"],
        study=data["study"],
        usual=_range(data),
        usual_in_words=data.get("usual", ""),
    )


def _range(data: Mapping[str, Any]) -> Share | None:
    if "low" not in data:
        return None
    low, high = data["low"], data["high"]
    return Share(value=(low + high) / 2, low=low, high=high, basis="assumed", source=USUAL_RANGE)
