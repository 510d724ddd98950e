"""How much is it in milligrams, kilograms and hours? The one place where dose units are converted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from abate.base.errors import UnitError

#: Milligrams in one of each mass unit. Units of activity (IU, units) are no masses and are not here.
MG_PER: Mapping[str, float] = MappingProxyType(
    {"ng": 1e-6, "mcg": 1e-3, "ug": 1e-3, "µg": 1e-3, "μg": 1e-3, "microgram": 1e-3, "micrograms": 1e-3,
     "mg": 1.0, "milligram": 1.0, "milligrams": 1.0, "g": 1e3, "gm": 1e3, "gram": 1e3, "grams": 1e3, "kg": 1e6}
)  # fmt: skip

#: Hours in one of each unit of time.
HOURS_PER: Mapping[str, float] = MappingProxyType(
    {"s": 1 / 3600, "sec": 1 / 3600, "min": 1 / 60, "mins": 1 / 60, "minute": 1 / 60, "minutes": 1 / 60,
     "h": 1.0, "hr": 1.0, "hrs": 1.0, "hour": 1.0, "hours": 1.0, "d": 24.0, "day": 24.0, "days": 24.0}
)  # fmt: skip

#: Kilograms in one of each unit of body weight.
KG_PER: Mapping[str, float] = MappingProxyType(
    {"kg": 1.0, "g": 1e-3, "lb": 0.45359237, "lbs": 0.45359237, "[lb_av]": 0.45359237, "pound": 0.45359237,
     "pounds": 0.45359237, "[lb_us]": 0.45359237, "oz": 0.028349523125, "[oz_av]": 0.028349523125}
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class RateUnit:
    """A unit of infusion rate: ``value * mg_per_hour`` is mg/h, or mg/kg/h where ``is_per_kg``."""

    mg_per_hour: float
    is_per_kg: bool


#: Words for a volume; a rate in them is no dose without a concentration.
VOLUME_UNITS = frozenset(
    {"ml", "mls", "milliliter", "milliliters", "millilitre", "millilitres", "cc", "l", "liter", "litre"}
)

_PER = r"\s*(?:/|per)\s*"
_KG = r"(?:\d+(?:\.\d+)?\s*)?kg"
_RATE_UNIT = re.compile(
    rf"^(?P<mass>[a-zµμ]+){_PER}"
    rf"(?:(?P<kg>{_KG}){_PER}(?P<time>[a-z]+)|(?P<bare_time>[a-z]+?)(?:{_PER}(?P<kg_last>{_KG}))?)$"
)
_AMOUNT_UNIT = re.compile(rf"^(?P<mass>[a-zµμ]+)(?:{_PER}(?P<kg>{_KG}))?$")
_QUANTITY = re.compile(r"^\s*(?P<number>[-+−]?(?:\d+(?:\.\d*)?|\.\d+))\s*(?P<unit>[A-Za-zµμ\[].*?)?\s*$")


def parse_rate_unit(text: str) -> RateUnit | None:
    """Return what one ``text`` such as ``mcg/kg/min``, ``mg/h/kg`` or ``mg per hour`` means, or None where it is no mass rate.

    A rate for a body of a stated weight (``mg/h per 70 kg``) is a rate per kg, that many times smaller. Volume rates
    (``mL/hour``) are None: without a concentration they say nothing about the dose.

    Examples
    --------
    >>> parse_rate_unit("mcg/hour")
    RateUnit(mg_per_hour=0.001, is_per_kg=False)
    >>> parse_rate_unit("mg/h per 10 kg")
    RateUnit(mg_per_hour=0.1, is_per_kg=True)
    >>> parse_rate_unit("mL/hour") is None
    True
    """
    match = _RATE_UNIT.match(text.strip().lower())
    if match is None:
        return None
    mass, time, weight = match["mass"], match["time"] or match["bare_time"], match["kg"] or match["kg_last"]
    if mass not in MG_PER or time not in HOURS_PER:
        return None
    kg = _kg_named(weight)
    if kg == 0:
        return None
    return RateUnit(mg_per_hour=MG_PER[mass] / HOURS_PER[time] / kg, is_per_kg=weight is not None)


def _kg_named(weight: str | None) -> float:
    """Return the kilograms of ``kg`` (1), ``70 kg`` (70), or 1 where there is no weight."""
    number = (weight or "").removesuffix("kg").strip()
    return float(number) if number else 1.0


def mass_in_mg(amount: float, unit: str) -> float:
    """Return ``amount`` in mg.

    Raises
    ------
    UnitError
        If ``unit`` is no unit of mass.
    """
    factor = MG_PER.get(unit.strip().lower())
    if factor is None:
        raise UnitError(f"{unit!r} is not a unit of mass; known are {', '.join(sorted(MG_PER))}.")
    return amount * factor


def rate_in_mg_per_hour(value: float, unit: str, weight_kg: float | None = None) -> float:
    """Return an infusion rate in mg/h.

    Raises
    ------
    UnitError
        If ``unit`` is no mass rate, or is per kg and ``weight_kg`` is missing.
    """
    rate_unit = parse_rate_unit(unit)
    if rate_unit is None:
        raise UnitError(f"{unit!r} is not a rate of mass per time such as 'mg/h' or 'mcg/kg/min'.")
    if rate_unit.is_per_kg and weight_kg is None:
        raise UnitError(f"a rate in {unit!r} needs the body weight in kg.")
    return value * rate_unit.mg_per_hour * (weight_kg if rate_unit.is_per_kg and weight_kg is not None else 1.0)


def split_quantity(text: str, example: str = "0.1 mg/kg/h") -> tuple[float, str]:
    """Return the number and the unit of a text such as ``0.1 mg/kg/h``; ``example`` stands in errors.

    Raises
    ------
    UnitError
        If it has no number, or no unit: a dose without a unit is never guessed.

    Examples
    --------
    >>> split_quantity("0.1 mg/kg/h")
    (0.1, 'mg/kg/h')
    """
    match = _QUANTITY.match(text)
    if match is None:
        raise UnitError(f"{text!r} is not a number with a unit, such as {example!r}.")
    if match["unit"] is None:
        raise UnitError(f"{text!r} has no unit; write a number with its unit, such as {example!r}.")
    return float(match["number"].replace("−", "-")), match["unit"]


def rate_in_mg_per_kg_hour(value: float, unit: str, weight_kg: float | None = None) -> float:
    """Return an infusion rate in mg/kg/h.

    Raises
    ------
    UnitError
        If ``unit`` is no mass rate, is not per kg and ``weight_kg`` is missing, or ``weight_kg`` is not above 0.

    Examples
    --------
    >>> round(rate_in_mg_per_kg_hour(65.2, "mg/h", weight_kg=85.8), 2)
    0.76
    """
    rate_unit = parse_rate_unit(unit)
    if rate_unit is None:
        raise UnitError(f"{unit!r} is not a rate of mass per time such as 'mg/h', 'mg/kg/h' or 'mcg/kg/min'.")
    return value * rate_unit.mg_per_hour / (1.0 if rate_unit.is_per_kg else _weight(weight_kg, f"a rate in {unit!r}"))


def amount_in_mg_per_kg(value: float, unit: str, weight_kg: float | None = None) -> float:
    """Return an amount, such as a bolus in ``mg/kg``, ``mcg/kg`` or ``mg``, in mg/kg.

    Raises
    ------
    UnitError
        If ``unit`` is no mass, is not per kg and ``weight_kg`` is missing, or ``weight_kg`` is not above 0.
    """
    match = _AMOUNT_UNIT.match(unit.strip().lower())
    if match is None or match["mass"] not in MG_PER or _kg_named(match["kg"]) == 0:
        raise UnitError(f"{unit!r} is not an amount such as 'mg/kg' or 'mg'.")
    mg = value * MG_PER[match["mass"]] / _kg_named(match["kg"])
    return mg if match["kg"] else mg / _weight(weight_kg, f"an amount in {unit!r}")


def weight_in_kg(value: float, unit: str) -> float:
    """Return a body weight in kg.

    Raises
    ------
    UnitError
        If ``unit`` is no unit of body weight.
    """
    factor = KG_PER.get(unit.strip().lower())
    if factor is None:
        raise UnitError(f"{unit!r} is not a unit of body weight; known are {', '.join(sorted(KG_PER))}.")
    return value * factor


def _weight(weight_kg: float | None, what: str) -> float:
    if weight_kg is None:
        raise UnitError(f"{what} needs the body weight, to be told per kg.")
    if not weight_kg > 0:
        raise UnitError(f"{what} needs a body weight above 0 kg.")
    return weight_kg
