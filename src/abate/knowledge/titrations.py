"""How were infusions titrated in what was published? Read from titrations.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

Span = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Titration:
    """One published titration; None is what its source does not say.

    Attributes
    ----------
    id, drug, patients : str
    start : (float, float) or None
        Lowest and highest rate at the start, mg/kg/h.
    step : float or None
        By how much the rate was raised, mg/kg/h.
    step_hours : (float, float) or None
        Shortest and longest time between two steps.
    target_at_most : float or None
        Pain at which the rate was raised no further, on ``target_scale``, once it was held for ``held_hours``.
    target_scale : str
    held_hours : float or None
    rate : (float, float) or None
        Lowest and highest of the rates that ``rate_is`` names, mg/kg/h.
    rate_mean : float or None
        Their mean.
    rate_is : str
    length_hours : (float, float) or None
        Shortest and longest infusion.
    note, tag, source : str
    """

    id: str
    drug: str
    patients: str
    start: Span | None = None
    step: float | None = None
    step_hours: Span | None = None
    target_at_most: float | None = None
    target_scale: str = ""
    held_hours: float | None = None
    rate: Span | None = None
    rate_mean: float | None = None
    rate_is: str
    length_hours: Span | None = None
    note: str = ""
    tag: str
    source: str

    @property
    def highest_rate(self) -> float | None:
        """The highest rate that the source tells: of one patient where it can, else the mean; mg/kg/h."""
        return self.rate[1] if self.rate is not None else self.rate_mean


@cache
def titrations() -> Sequence[Titration]:
    """Return every published titration, in the order of the file."""
    data = tomllib.loads((resources.files("abate.knowledge") / "titrations.toml").read_text(encoding="utf-8"))
    return tuple(Titration(**{key: _value(value) for key, value in entry.items()}) for entry in data["titration"])


def _value(value: Any) -> Any:
    return (float(value[0]), float(value[1])) if isinstance(value, list) else value
