"""A titration plan is read with every unit, and a mistake in it is one clear sentence."""

import pytest

from abate.base.errors import PlanError
from abate.courses.titration_plan import make_plan

PLAN = {
    "drug": "ketamine",
    "setting": "ward",
    "weight": "85.8 kg",
    "start": "0.1 mg/kg/h",
    "step": "0.1 mg/kg/h",
    "every": "4h",
    "ceiling": "0.5 mg/kg/h",
    "length": "5d",
}


@pytest.mark.parametrize(
    ("written", "mg_per_kg_hour"),
    [
        ("0.76 mg/kg/h", 0.76),
        ("65.208 mg/h", 0.76),
        ("12.6666666666667 mcg/kg/min", 0.76),
        ("53.2 mg/h per 70 kg", 0.76),
        ("53.2 mg/h/70kg", 0.76),
        ("1.0868 mg/min", 0.76),
        ("22.2 mg/h per 70 kg", 0.317142857),
    ],
)
def test_one_rate_in_every_unit(written, mg_per_kg_hour):
    "By hand at 85.8 kg: 0.76 x 85.8 = 65.208 mg/h; 0.76 x 70 = 53.2; 65.208 / 60 = 1.0868 mg/min."
    assert make_plan({**PLAN, "ceiling": written}).ceiling_mg_kg_h == pytest.approx(mg_per_kg_hour, rel=1e-9)


def test_equal_rates_are_equal_whatever_their_units():
    "8.58 mg/h at 85.8 kg is 0.1 mg/kg/h, though not quite so in binary."
    plan = make_plan({**PLAN, "start": "8.58 mg/h"})
    assert plan.start_mg_kg_h == plan.step_mg_kg_h == 0.1


def test_a_weight_in_pounds_and_a_bolus_in_micrograms():
    plan = make_plan({**PLAN, "weight": "200 lb", "bolus": "350 mcg/kg"})
    assert plan.weight_kg == pytest.approx(90.718474)
    assert plan.bolus_mg_kg == pytest.approx(0.35)


def test_a_bolus_in_mg_is_told_per_kg():
    assert make_plan({**PLAN, "bolus": "30.03 mg"}).bolus_mg_kg == pytest.approx(0.35)


def test_lengths_are_hours_and_the_target_is_read():
    plan = make_plan({**PLAN, "every": "90min", "target": {"at_most": 3, "held": "8h"}})
    assert (plan.step_hours, plan.length_hours) == (1.5, 120.0)
    assert plan.target is not None
    assert (plan.target.at_most, plan.target.scale, plan.target.held_hours) == (3.0, "nrs", 8.0)


def test_no_weight_is_needed_where_every_dose_is_per_kg():
    plan = make_plan({key: value for key, value in PLAN.items() if key != "weight"})
    assert plan.weight_kg is None


def test_a_ceiling_written_without_weight_is_remembered_as_one():
    assert make_plan({**PLAN, "ceiling": "65.2 mg/h"}).ceiling_mg_h == pytest.approx(65.2)
    assert make_plan(PLAN).ceiling_mg_h is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"start": "0.1"}, ["start", "'0.1' has no unit"]),
        ({"start": 0.1}, ["start = 0.1 has no unit"]),
        ({"start": "-0.1 mg/kg/h"}, ["start", "negative"]),
        ({"start": "−0.1 mg/kg/h"}, ["start", "negative"]),
        ({"start": "0.1 mg/kg/fortnight"}, ["start", "'mg/kg/fortnight'", "mcg/kg/min"]),
        ({"start": "0,1 mg/kg/h"}, ["start", "'0,1 mg/kg/h' is not a number with a unit"]),
        ({"start": "1e1 mg/kg/h"}, ["start", "'e1 mg/kg/h'"]),
        ({"start": "5 mL/h"}, ["start", "'mL/h'", "mass per time"]),
        ({"start": "fast"}, ["start", "'fast'"]),
        ({"start": True}, ["start", "text"]),
        ({"weight": None, "start": "7 mg/h"}, ["start", "'mg/h'", "body weight"]),
        ({"weight": None, "bolus": "20 mg"}, ["bolus", "'mg'", "body weight"]),
        ({"weight": "0 kg"}, ["weight", "from 2 to 400 kg"]),
        ({"weight": "-80 kg"}, ["weight"]),
        ({"weight": "700 kg"}, ["weight", "from 2 to 400 kg"]),
        ({"weight": "80"}, ["weight", "has no unit", "85 kg"]),
        ({"weight": "12 stone"}, ["weight", "'stone'"]),
        ({"bolus": "0.2 mg/kg/h"}, ["bolus", "'mg/kg/h'", "amount"]),
        ({"drug": "ketamin"}, ["drug", "did you mean 'ketamine'?"]),
        ({"drug": "aspirin"}, ["drug", "'aspirin' is not known", "ketamine, esketamine, lidocaine"]),
        ({"setting": "icu"}, ["setting", "ward, intensive"]),
        ({"every": "4"}, ["every", "'4h'"[:2]]),
        ({"every": "-4h"}, ["every", "negative"]),
        ({"stepp": "0.1 mg/kg/h"}, ["'stepp'", "did you mean 'step'?"]),
        ({"target": 3}, ["target must be a table"]),
        ({"target": {"at_most": "3"}}, ["target.at_most must be a number"]),
        ({"target": {"at_most": float("nan")}}, ["target.at_most must be a number"]),
        ({"target": {"atmost": 3}}, ["'atmost'", "did you mean 'at_most'?"]),
        ({"target": {"at_most": 3, "scale": "nsr"}}, ["scale", "did you mean 'nrs'?"]),
        ({"ceiling": None}, ["does not say ceiling", "--example"]),
    ],
)
def test_a_mistake_is_one_sentence_that_says_where_and_what(change, words):
    data = {key: value for key, value in {**PLAN, **change}.items() if value is not None}
    with pytest.raises(PlanError) as raised:
        make_plan(data, "plan.toml")
    sentence = str(raised.value)
    assert sentence.startswith("plan.toml")
    assert "\n" not in sentence
    for word in words:
        assert word in sentence
