"""What may a rating be? Range, direction and recall of each scale, read from scales.csv with its sources."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType

from abate.base.errors import ParameterError


@dataclass(frozen=True, kw_only=True)
class Scale:
    """One rating scale; ``minimum`` and ``maximum`` are possible values."""

    id: str
    name: str
    minimum: float
    maximum: float
    lower_is_better: bool
    recall: str
    tag: str  # "verified", or what of the row is not
    source: str


def _read() -> Mapping[str, Scale]:
    text = (resources.files("abate.knowledge") / "scales.csv").read_text(encoding="utf-8")
    return MappingProxyType(
        {
            row["scale"]: Scale(
                id=row["scale"],
                name=row["name"],
                minimum=float(row["minimum"]),
                maximum=float(row["maximum"]),
                lower_is_better=row["lower_is_better"] == "true",
                recall=row["recall"],
                tag=row["tag"],
                source=row["source"],
            )
            for row in csv.DictReader(text.splitlines())
        }
    )


#: Every scale that a study file may name.
SCALES: Mapping[str, Scale] = _read()


def scale(name: str) -> Scale:
    """Return the facts of one scale.

    Raises
    ------
    ParameterError
        If the scale is not known.
    """
    try:
        return SCALES[name]
    except KeyError:
        raise ParameterError(f"the scale {name!r} is not known; known are {', '.join(SCALES)}.") from None
