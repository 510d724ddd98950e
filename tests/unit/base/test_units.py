"""Doses come out in mg, whatever the site wrote."""

import pytest

from abate.base.errors import UnitError
from abate.base.units import (
    amount_in_mg_per_kg,
    mass_in_mg,
    parse_rate_unit,
    rate_in_mg_per_hour,
    rate_in_mg_per_kg_hour,
    split_quantity,
    weight_in_kg,
)


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
        ("mg/h/70 kg", 1 / 70, True),
        ("mg/h per 70kg", 1 / 70, True),
        ("mg/70 kg/h", 1 / 70, True),
    ],
)
def test_a_rate_unit_is_read(text, mg_per_hour, is_per_kg):
    unit = parse_rate_unit(text)
    assert unit is not None
    assert unit.mg_per_hour == pytest.approx(mg_per_hour, rel=1e-12)
    assert unit.is_per_kg is is_per_kg


@pytest.mark.parametrize("text", ["mL/hour", "units/h", "mg", "", "mg/kg", "mg/m2/h", "/h", "mg/h per 0 kg", "mg/h/70"])
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


#: The worked table of ketamine's rates: mg/kg/h, mcg/kg/min, and mg/h at 60, 70, 85.8 and 100 kg.
RATES = [
    (0.10, 1.67, 6, 7, 8.6, 10),
    (0.34, 5.67, 20.4, 23.8, 29.2, 34),
    (0.50, 8.33, 30, 35, 42.9, 50),
    (0.76, 12.67, 45.6, 53.2, 65.2, 76),
    (1.00, 16.67, 60, 70, 85.8, 100),
]


@pytest.mark.parametrize("row", RATES)
def test_the_table_of_rates_per_kg_is_met_from_every_unit(row):
    per_kg, micrograms, *by_weight = row
    assert rate_in_mg_per_kg_hour(micrograms, "mcg/kg/min") == pytest.approx(per_kg, abs=0.0005)
    for weight, mg_per_hour in zip((60, 70, 85.8, 100), by_weight, strict=True):
        assert rate_in_mg_per_hour(per_kg, "mg/kg/h", weight) == pytest.approx(mg_per_hour, abs=0.051)
        assert rate_in_mg_per_kg_hour(mg_per_hour, "mg/h", weight) == pytest.approx(per_kg, abs=0.001)
        assert rate_in_mg_per_kg_hour(mg_per_hour / 60, "mg/min", weight) == pytest.approx(per_kg, abs=0.001)


def test_a_rate_for_a_body_of_70_kg():
    assert rate_in_mg_per_kg_hour(22.2, "mg/h per 70 kg") == pytest.approx(0.3171, abs=0.0001)
    assert rate_in_mg_per_hour(22.2, "mg/h/70 kg", weight_kg=85.8) == pytest.approx(27.21, abs=0.005)


@pytest.mark.parametrize("weight", [None, 0.0, -80.0, float("nan")])
def test_a_rate_without_weight_is_not_told_per_kg(weight):
    with pytest.raises(UnitError, match="weight"):
        rate_in_mg_per_kg_hour(65.2, "mg/h", weight)
    with pytest.raises(UnitError, match="weight"):
        amount_in_mg_per_kg(30, "mg", weight)


def test_amounts_per_kg():
    assert amount_in_mg_per_kg(0.35, "mg/kg") == 0.35
    assert amount_in_mg_per_kg(350, "mcg/kg") == pytest.approx(0.35)
    assert amount_in_mg_per_kg(24.5, "mg", 70) == pytest.approx(0.35)
    assert amount_in_mg_per_kg(24.5, "mg/70 kg") == pytest.approx(0.35)


@pytest.mark.parametrize("unit", ["mg/h", "mL", "mg/0 kg", "", "mg/lb"])
def test_what_is_no_amount_per_kg_is_refused(unit):
    with pytest.raises(UnitError, match="not an amount"):
        amount_in_mg_per_kg(1, unit, 70)


def test_a_weight_in_kg():
    assert weight_in_kg(200, "lb") == pytest.approx(90.718474)
    with pytest.raises(UnitError, match="stone"):
        weight_in_kg(12, "stone")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0.1 mg/kg/h", (0.1, "mg/kg/h")), (" 10mg/h ", (10, "mg/h")), (".5 mg/h per 70 kg", (0.5, "mg/h per 70 kg"))],
)
def test_a_quantity_is_a_number_with_its_unit(text, expected):
    assert split_quantity(text) == expected


@pytest.mark.parametrize(("text", "words"), [("0.1", "has no unit"), ("mg/h", "not a number"), ("", "not a number")])
def test_a_quantity_without_number_or_unit_is_refused(text, words):
    with pytest.raises(UnitError, match=words):
        split_quantity(text)
