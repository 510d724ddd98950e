"""How fast may an infusion run, and how large may a bolus be? Limits by drug and setting, read from infusion_limits.csv."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from abate.base.errors import ParameterError
from abate.knowledge.facts import read_facts

#: Where an infusion is given, and what that means.
WARD, INTENSIVE = "ward", "intensive"
SETTINGS: Mapping[str, str] = MappingProxyType(
    {WARD: "on a ward without intensive monitoring", INTENSIVE: "under intensive monitoring"}
)
#: What a limit is of.
RATE, BOLUS = "rate", "bolus"
#: Doses per kg are compared after rounding to this many decimals, so that a dose of exactly the limit is within it
#: whatever unit it was written in.
DECIMALS = 9


@dataclass(frozen=True, kw_only=True)
class InfusionLimit:
    """One limit.

    Attributes
    ----------
    drug, setting, kind : str
        ``kind`` is ``rate`` or ``bolus``.
    limit : float or None
        In ``unit``; a dose of exactly the limit is within it. None where no limit was found.
    unit : str
        ``mg/kg/h`` or ``mg/kg``.
    tag : str
        ``verified``, or what of the row is not.
    source, note : str
    """

    drug: str
    setting: str
    kind: str
    limit: float | None
    unit: str
    tag: str
    source: str
    note: str

    def verdict(self, dose: float) -> str:
        """Return ``within limits``, ``beyond`` or ``not known`` of a dose in this limit's unit."""
        if self.limit is None:
            return NOT_KNOWN
        return BEYOND if round(dose, DECIMALS) > self.limit else WITHIN


#: What is known of a dose against a limit, or of a course or plan against all of them.
WITHIN, BEYOND, NOT_KNOWN = "within limits", "beyond", "not known"


def combine_verdicts(verdicts: Sequence[str]) -> str:
    """Return the verdict of all together: beyond where one is, else not known where one is, else within limits."""
    return next((verdict for verdict in (BEYOND, NOT_KNOWN) if verdict in verdicts), WITHIN)


@cache
def infusion_limits() -> Mapping[tuple[str, str, str], InfusionLimit]:
    """Return every limit by drug, setting and kind."""
    limits = (
        InfusionLimit(
            drug=row["drug"],
            setting=row["setting"],
            kind=row["kind"],
            limit=float(row["limit"]) if row["limit"] else None,
            unit=row["unit"],
            tag=row["tag"],
            source=row["source"],
            note=row["note"],
        )
        for row in read_facts("infusion_limits.csv")
    )
    return MappingProxyType({(limit.drug, limit.setting, limit.kind): limit for limit in limits})


def known_drugs() -> Sequence[str]:
    """Return the drugs of which there is a row, in the order of the file; a row may say that no limit was found."""
    return list(dict.fromkeys(drug for drug, _, _ in infusion_limits()))


def find_limit(drug: str, setting: str, kind: str) -> InfusionLimit:
    """Return one limit; its ``limit`` is None where none was found.

    Raises
    ------
    ParameterError
        If the drug or the setting is not known; the nearest one is named.
    """
    check_known("drug", drug, known_drugs())
    check_known("setting", setting, list(SETTINGS))
    return infusion_limits()[drug, setting, kind]


def check_known(what: str, name: str, known: Sequence[str]) -> None:
    """Raise where ``name`` is none of the ``known``, naming the nearest.

    Raises
    ------
    ParameterError
    """
    if name in known:
        return
    nearest = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.5)
    hint = f"did you mean {nearest[0]!r}? " if nearest else ""
    raise ParameterError(f"the {what} {name!r} is not known; {hint}Known are {', '.join(known)}.")
