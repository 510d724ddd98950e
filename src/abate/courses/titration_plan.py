"""What does a titration plan state? Drug, weight, setting and rates, read from plain data with every unit checked."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from abate.base.days import SECONDS_PER_HOUR, parse_length
from abate.base.errors import ParameterError, PlanError, UnitError
from abate.base.units import amount_in_mg_per_kg, parse_rate_unit, rate_in_mg_per_kg_hour, split_quantity, weight_in_kg
from abate.contracts.course_tables import HIGHEST_WEIGHT_KG, LOWEST_WEIGHT_KG
from abate.knowledge.infusion_limits import DECIMALS, SETTINGS, check_known, known_drugs
from abate.knowledge.scales import SCALES

T = TypeVar("T")

_REQUIRED = ("drug", "setting", "start", "ceiling", "length")
_OPTIONAL = ("weight", "step", "every", "bolus", "target")
_TARGET_KEYS = ("at_most", "scale", "held")


@dataclass(frozen=True, kw_only=True)
class Target:
    """When the rate is raised no further: pain of at most ``at_most`` on ``scale``, held for ``held_hours``."""

    at_most: float
    scale: str = "nrs"
    held_hours: float | None = None


@dataclass(frozen=True, kw_only=True)
class TitrationPlan:
    """One plan, its doses per kg.

    Attributes
    ----------
    drug, setting : str
        As in infusion_limits.csv.
    weight_kg : float or None
        None where every dose is written per kg and no weight is given: then nothing is said in mg.
    start_mg_kg_h, ceiling_mg_kg_h : float
    step_mg_kg_h : float or None
        By how much the rate is raised; None for one rate throughout.
    step_hours : float or None
        Hours from one step to the next.
    length_hours : float
        Planned length of the infusion.
    bolus_mg_kg : float or None
        A bolus before the infusion.
    target : Target or None
    ceiling_mg_h : float or None
        The ceiling where it is written without weight (mg/h): then it is another dose per kg for every weight.
    """

    drug: str
    setting: str
    weight_kg: float | None
    start_mg_kg_h: float
    ceiling_mg_kg_h: float
    step_mg_kg_h: float | None = None
    step_hours: float | None = None
    length_hours: float
    bolus_mg_kg: float | None = None
    target: Target | None = None
    ceiling_mg_h: float | None = None


def make_plan(data: Mapping[str, Any], name: str = "the plan") -> TitrationPlan:
    """Return the plan that plain data (TOML) state; ``name`` stands in errors.

    Whether the plan makes sense, and keeps to the limits, is another question: ``check_plan`` answers it.

    Raises
    ------
    PlanError
        If a key is unknown (the nearest is named) or missing, a dose has no unit or one that is not known, a dose that is not
        per kg comes without a weight, or a number is negative.

    Examples
    --------
    >>> plan = make_plan({"drug": "ketamine", "setting": "ward", "weight": "80 kg", "start": "8 mg/h",
    ...     "step": "0.1 mg/kg/h", "every": "4h", "ceiling": "0.5 mg/kg/h", "length": "5d"})
    >>> plan.start_mg_kg_h, plan.length_hours
    (0.1, 120.0)
    """
    _check_keys(data, (*_REQUIRED, *_OPTIONAL), name)
    missing = [key for key in _REQUIRED if key not in data]
    if missing:
        raise PlanError(f"{name} does not say {', '.join(missing)}; 'abate titration --example' prints a whole plan.")
    read = _Reader(data, name)
    weight_kg = read.value("weight", _weight_kg)

    def rate(text: str) -> float:
        # Rounded, so that equal rates are equal whatever units they were written in.
        return round(rate_in_mg_per_kg_hour(*_not_negative(text), weight_kg), DECIMALS)

    return TitrationPlan(
        drug=read.needed("drug", lambda text: _known("drug", text, known_drugs())),
        setting=read.needed("setting", lambda text: _known("setting", text, list(SETTINGS))),
        weight_kg=weight_kg,
        start_mg_kg_h=read.needed("start", rate),
        ceiling_mg_kg_h=read.needed("ceiling", rate),
        step_mg_kg_h=read.value("step", rate),
        step_hours=read.value("every", _hours),
        length_hours=read.needed("length", _hours),
        bolus_mg_kg=read.value("bolus", lambda text: amount_in_mg_per_kg(*_not_negative(text), weight_kg)),
        target=_target(data["target"], name) if "target" in data else None,
        ceiling_mg_h=read.value("ceiling", _mg_per_hour_where_fixed),
    )


class _Reader:
    """Reads one key after the other, and tells a mistake with the key's name."""

    def __init__(self, data: Mapping[str, Any], name: str) -> None:
        self._data, self._name = data, name

    def value(self, key: str, read: Callable[[str], T]) -> T | None:
        """Return what ``read`` makes of a key's text, or None where the key is left out."""
        return self.needed(key, read) if key in self._data else None

    def needed(self, key: str, read: Callable[[str], T]) -> T:
        text = self._data[key]
        if isinstance(text, int | float) and not isinstance(text, bool):
            raise PlanError(f'{self._name}: {key} = {text:g} has no unit; write number and unit as a text in "quotes".')
        if not isinstance(text, str):
            raise PlanError(
                f"{self._name}: {key} must be a text in \"quotes\", such as in 'abate titration --example'."
            )
        try:
            return read(text)
        except (UnitError, ParameterError) as error:
            raise PlanError(f"{self._name}: {key}: {error}") from None


def _target(data: Any, name: str) -> Target:
    example = '{ at_most = 3, scale = "nrs", held = "8h" }'
    if not isinstance(data, Mapping):
        raise PlanError(f"{name}: target must be a table, such as {example}.")
    _check_keys(data, _TARGET_KEYS, f"{name}: target")
    at_most = data.get("at_most")
    if not isinstance(at_most, int | float) or isinstance(at_most, bool) or not math.isfinite(at_most):
        raise PlanError(f"{name}: target.at_most must be a number, such as in {example}.")
    read = _Reader(data, f"{name}: target")
    return Target(
        at_most=float(at_most),
        scale=read.value("scale", lambda text: _known("scale", text, list(SCALES))) or "nrs",
        held_hours=read.value("held", _hours),
    )


def _check_keys(data: Mapping[str, Any], known: Sequence[str], name: str) -> None:
    for key in data:
        if key not in known:
            nearest = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
            hint = f"did you mean {nearest[0]!r}? " if nearest else ""
            raise PlanError(f"{name} has an unknown key {key!r}; {hint}Known are {', '.join(known)}.")


def _known(what: str, text: str, known: Sequence[str]) -> str:
    check_known(what, text.strip(), known)
    return text.strip()


def _not_negative(text: str) -> tuple[float, str]:
    value, unit = split_quantity(text)
    if value < 0:
        raise ParameterError(f"{text!r} is negative; a dose is 0 or more.")
    return value, unit


def _hours(text: str) -> float:
    seconds = parse_length(text)
    if seconds < 0:
        raise ParameterError(f"{text!r} is negative; a length of time is 0 or more.")
    return seconds / SECONDS_PER_HOUR


def _weight_kg(text: str) -> float:
    kg = weight_in_kg(*split_quantity(text, example="85 kg"))
    if not LOWEST_WEIGHT_KG <= kg <= HIGHEST_WEIGHT_KG:
        raise ParameterError(f"a body weight lies from {LOWEST_WEIGHT_KG:g} to {HIGHEST_WEIGHT_KG:g} kg; mend it.")
    return kg


def _mg_per_hour_where_fixed(text: str) -> float | None:
    value, unit = split_quantity(text)
    rate_unit = parse_rate_unit(unit)
    return None if rate_unit is None or rate_unit.is_per_kg else value * rate_unit.mg_per_hour
