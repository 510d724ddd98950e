"""What of a whole population is known? The tables by which the burden of a condition is counted, everybody included.

Course tables hold persons who were treated; these hold all whom the records observe, treated or not. Times are local
wall-clock timestamps without zone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class PopulationTables:
    """Tables of the engine (Ibis; typed Any, so that the contract imports no library). None: the records have no such table.

    ``patients`` and ``observed`` have the contract's columns of these names. ``conditions`` has ``person_id`` and ``date`` of
    every record of the study's condition, ``chronic`` the same of its chronic codes (None where none are known), and
    ``administrations`` the contract's ADMINISTRATIONS of the study's treatment, and ``treatments`` its TREATMENTS, of the persons with
    the condition.
    """

    patients: Any
    observed: Any
    conditions: Any
    chronic: Any | None = None
    administrations: Any | None = None
    treatments: Any | None = None
    remarks: tuple[str, ...] = ()
    source_kind: str
    source_details: Mapping[str, str] = field(default_factory=dict)
    is_simulated: bool = False
