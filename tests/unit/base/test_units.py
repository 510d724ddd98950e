"""Doses come out in mg, whatever the site wrote."""

import pytest

from abate.base.errors import UnitError
from abate.base.units import mass_in_mg, parse_rate_unit, rate_in_mg_per_hour


@pytest.mark.parametrize(
    ("text", "mg_per_hour", "is_per_kg"),
    [
        ("mcg/hour", 0.001, False),
        ("mg/hr", 1.0, False),
        ("mg/kg/h", 1.0, True),
        ("mcg/kg/min", 0.06, True),
        ("µg / kg / min", 0.06, True),
        ("mg per day", 1 / 24, False),
        ("MG/MIN", 60.0, False),
    ],
)
def test_a_rate_unit_is_read(text, mg_per_hour, is_per_kg):
    unit = parse_rate_unit(text)
    assert unit is not None
    assert unit.mg_per_hour == pytest.approx(mg_per_hour, rel=1e-12)
    assert unit.is_per_kg is is_per_kg


@pytest.mark.parametrize("text", ["mL/hour", "units/h", "mg", "", "mg/kg", "mg/m2/h", "/h"])
def test_what_is_no_mass_rate_is_none(text):
    assert parse_rate_unit(text) is None


@pytest.mark.parametrize(
    ("rate", "weight", "expected"), [(0.34, 70, 23.8), (0.5, 85.8, 42.9), (0.76, 85.8, 65.208), (1.0, 100, 100)]
)
def test_published_conversions_by_weight(rate, weight, expected):
    "Worked table of mg/kg/h to mg/h for ketamine."
    assert rate_in_mg_per_hour(rate, "mg/kg/h", weight) == pytest.approx(expected, rel=1e-12)


def test_micrograms_a_minute_by_weight():
    "12.67 mcg/kg/min is 0.76 mg/kg/h."
    assert rate_in_mg_per_hour(12.67, "mcg/kg/min", 1.0) == pytest.approx(0.7602, rel=1e-12)


def test_a_rate_by_weight_without_a_weight_is_refused():
    with pytest.raises(UnitError, match="needs the body weight"):
        rate_in_mg_per_hour(0.3, "mg/kg/h")


def test_mass_in_mg_refuses_units_of_activity():
    assert mass_in_mg(250, "mcg") == 0.25
    with pytest.raises(UnitError, match="not a unit of mass"):
        mass_in_mg(5, "IU")
