"""From a study to the next trial: assumptions, sizes, power, looks, simulation, accrual, harm; each part also on its own.

``abate.trial.plan(assumptions, design)`` plans a whole trial; ``sequential``, ``sizes``, ``simulate``, ``simulate_designs``, ``assurance``,
``accrual``, ``beds``, ``budget``, ``harm``, ``blinding`` and ``randomise`` take numbers and return small results. Each is imported when
first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from abate.trial.planning.plan import plan as plan

_PARTS = (
    "accrual",
    "assurance",
    "beds",
    "blinding",
    "budget",
    "harm",
    "randomise",
    "sequential",
    "simulate",
    "simulate_designs",
    "sizes",
)

__all__ = [*_PARTS, "plan"]


def __getattr__(name: str) -> Any:
    if name == "plan":
        return import_module("abate.trial.planning.plan").plan
    if name in _PARTS:
        return import_module(f"abate.trial.{name}")
    raise AttributeError(f"module 'abate.trial' has no attribute {name!r}")
