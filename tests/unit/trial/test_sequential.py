"""The public face of looks: what it accepts, what it hands on, and each mistake as one sentence."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest

from abate.base.errors import AbateError, ExitCode, ParameterError
from abate.stats.sequential import errors
from abate.trial import sequential


def test_the_default_is_one_look_at_sixty_percent_with_a_stop_that_may_be_overruled():
    design = sequential.boundaries()
    assert design.information == (0.6, 1.0)
    assert (design.alpha, design.sided, design.power) == (0.025, 1, 0.9)
    assert design.efficacy_rule.name == "obrien-fleming spending"
    assert (design.futility_z, design.is_binding) == ((0.0,), False)


def test_every_way_to_say_the_spending():
    by_name = sequential.boundaries(looks=3, spending=("kim-demets", 2), futility=None)
    by_table = sequential.boundaries(looks=3, spending=[1 / 9, 4 / 9, 1], futility=None)
    by_function = sequential.boundaries(looks=3, spending=lambda t: t**2, futility=None)
    assert by_table.efficacy_z == pytest.approx(by_name.efficacy_z, abs=1e-10)
    assert by_function.efficacy_z == pytest.approx(by_name.efficacy_z, abs=1e-10)


def test_every_way_to_say_futility():
    one_for_all = sequential.boundaries(looks=3, futility=0.2)
    one_each = sequential.boundaries(looks=3, futility=[0.2, 0.2])
    assert one_for_all == one_each
    by_rule = sequential.boundaries(looks=3, futility=sequential.low_conditional_power(0.1, "null"))
    assert by_rule.futility_rule.name == "conditional power below 0.1 (null)"
    assert sequential.boundaries(looks=1).futility_z == ()


def test_numbers_of_numpy_are_numbers():
    plain = sequential.boundaries(looks=3, spending=[0.1, 0.5, 1.0], futility=[0.1, 0.2])
    arrays = sequential.boundaries(looks=np.int64(3), spending=np.array([0.1, 0.5, 1.0]), futility=np.array([0.1, 0.2]))
    assert arrays.efficacy_z == plain.efficacy_z
    assert arrays.futility_z == plain.futility_z


def test_patients_already_in_cannot_be_saved():
    "120 patients, 3 a month, outcome after 3 months: at 72 outcomes 9 more are in, and 72 / 3 + 3 = 27 months are gone."
    design = sequential.boundaries()
    (row,) = sequential.calendar(design, patients=120, accrual_per_month=3, months_to_outcome=3, shares=(0.0,))
    stop = sequential.characteristics(design, shares=(0.0,))[0].early_stop
    assert row.expected_patients == pytest.approx(stop * 72 + (1 - stop) * 120)
    assert row.expected_patients_with_overrun == pytest.approx(stop * 81 + (1 - stop) * 120)
    assert row.expected_months == pytest.approx(stop * 27 + (1 - stop) * 43)


def test_an_outcome_that_comes_late_leaves_nothing_to_save():
    (row,) = sequential.calendar(
        sequential.boundaries(), patients=60, accrual_per_month=20, months_to_outcome=3, shares=(0.0,)
    )
    assert row.expected_patients_with_overrun == pytest.approx(60)


def test_conditional_power_by_look_and_by_information():
    design = sequential.boundaries()
    assert sequential.conditional_power(design, z=1.3, look=1) == sequential.conditional_power(
        design, z=1.3, information=0.6
    )


def test_a_new_size_takes_errors_and_inflation_from_the_design():
    design = sequential.boundaries(power=0.8)
    alone = sequential.reestimate(2.0, 60, difference=1.0, alpha=0.025, sided=1, power=0.8)
    looked = sequential.reestimate(2.0, 60, difference=1.0, design=design)
    assert looked.arm_1 == pytest.approx(alone.arm_1 * design.inflation_factor)


BAD_LOOKS = [
    ({"looks": [0.6, 0.4, 1]}, errors.InformationError, "must rise"),
    ({"looks": [0.5, 0.9]}, errors.InformationError, "must end at 1"),
    ({"looks": [0.0, 1]}, errors.InformationError, r"lie in \(0, 1\]"),
    ({"looks": [0.5, 1.2]}, errors.InformationError, r"lie in \(0, 1\]"),
    ({"looks": [math.nan, 1]}, errors.InformationError, r"lie in \(0, 1\]"),
    ({"looks": [0.5, 0.5001, 1]}, errors.InformationError, "join looks"),
    ({"looks": []}, errors.InformationError, "empty"),
    ({"looks": 0}, errors.InformationError, "at least 1"),
    ({"looks": 2.5}, errors.InformationError, "whole number"),
    ({"looks": 21}, errors.TooManyLooksError, "at most 20"),
    ({"looks": [k / 30 for k in range(1, 31)]}, errors.TooManyLooksError, "at most 20"),
]
BAD_ERRORS = [
    ({"alpha": 0.0}, errors.ErrorRateError, "alpha"),
    ({"alpha": 2.5}, errors.ErrorRateError, "alpha"),
    ({"power": 1.0}, errors.ErrorRateError, "power"),
    ({"power": 90}, errors.ErrorRateError, "power"),
    ({"sided": 3, "futility": None}, errors.ErrorRateError, "sided"),
    ({"power": 0.02}, errors.PowerNotReachableError, "ask for more"),
]
BAD_RULES = [
    ({"spending": "obrian"}, errors.SpendingError, "not known"),
    ({"spending": "kim-demets"}, errors.SpendingError, "needs a parameter"),
    ({"spending": ("pocock", 1)}, errors.SpendingError, "no parameter"),
    ({"spending": ("kim-demets", 0)}, errors.SpendingError, "above 0"),
    ({"spending": ("hwang-shih-decani", 99)}, errors.SpendingError, "between -50 and 50"),
    ({"spending": [0.7, 0.4]}, errors.SpendingError, "must rise"),
    ({"spending": [0.2, 0.4, 1]}, errors.SpendingError, "one share for each look"),
    ({"spending": lambda t: 2 - t}, errors.SpendingError, "must rise"),
    ({"spending": "pocock", "shape": "pocock"}, errors.SpendingError, "not both"),
    ({"shape": "triangle"}, errors.SpendingError, "not known"),
    ({"shape": "wang-tsiatis"}, errors.SpendingError, "needs a parameter"),
    ({"shape": ("wang-tsiatis", 7)}, errors.SpendingError, "between -2 and 1"),
    ({"shape": ("pocock", 1)}, errors.SpendingError, "no parameter"),
    ({"shape": ("haybittle-peto", 0)}, errors.SpendingError, "above 0"),
    ({"futility": 2.7}, errors.FutilityBoundError, "not below the efficacy bound"),
    ({"spending": 0.025}, errors.SpendingError, "takes a name"),
    ({"futility": math.nan}, errors.FutilityBoundError, "must be numbers"),
    ({"futility": "pocock"}, errors.FutilityBoundError, r"beta_spending\('pocock'\)"),
    ({"futility": [0.0, 0.0]}, errors.FutilityBoundError, "one z for each look but the last"),
    ({"sided": 2, "alpha": 0.05}, errors.FutilityBoundError, "leave futility out"),
]


@pytest.mark.parametrize(("arguments", "error", "words"), BAD_LOOKS + BAD_ERRORS + BAD_RULES)
def test_each_mistake_is_one_sentence_with_a_class_of_its_own(arguments, error, words):
    with pytest.raises(error, match=words) as raised:
        sequential.boundaries(**arguments)
    assert isinstance(raised.value, ParameterError | AbateError)
    assert raised.value.exit_code is ExitCode.PARAMETER
    assert str(raised.value).endswith(".")
    assert "\n" not in str(raised.value)


def test_a_beta_that_is_spent_before_the_end_leaves_no_room_between_the_bounds():
    with pytest.raises(errors.FutilityBoundError, match="spend less on futility"):
        sequential.boundaries(spending=[1.0, 1.0], futility=sequential.beta_spending([1.0, 1.0]))


def test_a_belief_that_is_not_known_is_refused():
    with pytest.raises(errors.FutilityBoundError, match="Choose one of them"):
        sequential.low_conditional_power(0.2, "hope")


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda design: sequential.conditional_power(design, z=1.0), "either look or information"),
        (lambda design: sequential.conditional_power(design, z=1.0, look=2), "before the last"),
        (lambda design: sequential.conditional_power(design, z=math.inf, look=1), "finite"),
        (lambda design: sequential.conditional_power(design, z=1.0, information=1.0), "below 1"),
        (lambda design: sequential.characteristics(design, shares=()), "no drift"),
        (lambda design: sequential.information_seen(0.0, 1.0), "standard errors"),
        (
            lambda design: sequential.calendar(design, patients=0, accrual_per_month=3, months_to_outcome=3),
            "patients and accrual_per_month",
        ),
    ],
)
def test_a_look_that_cannot_be_judged_is_refused(call, words):
    with pytest.raises(ParameterError, match=words):
        call(sequential.boundaries())


def test_the_room_is_entered_without_numbers():
    code = "import sys, abate.trial; print('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
