"""Are the columns of a formula those of formulaic and of R? Same numbers exactly, names as R writes them."""

from __future__ import annotations

import re

import formulaic
import numpy as np
import pandas as pd
import pytest

from abate.base.errors import ParameterError
from abate.models.design import make_design
from abate.models.formula import parse_formula
from abate.models.frames import read_frame

RNG = np.random.default_rng(1)
FRAME = pd.DataFrame(
    {
        "y": RNG.normal(size=60),
        "arm": pd.Categorical(RNG.choice(["placebo", "drug"], 60), categories=["placebo", "drug"]),
        "day": RNG.choice(["d1", "d2", "d3"], 60),
        "site": RNG.choice([3, 1, 2], 60),
        "age": RNG.uniform(20, 80, 60),
        "a dose": RNG.uniform(1, 9, 60),
        "is_new": RNG.random(60) < 0.5,
    }
)
FORMULAS = [
    "y ~ 1",
    "y ~ age",
    "y ~ arm + day + age",
    "y ~ arm * day",
    "y ~ arm * day * age",
    "y ~ 0 + arm + day",
    "y ~ arm * day - 1",
    "y ~ arm + arm:day",
    "y ~ 0 + arm:day",
    "y ~ age:day",
    "y ~ C(site) + day",
    "y ~ C(site) * age",
    "y ~ log(age) + `a dose`",
    "y ~ (arm + day + age)**2 - arm:age",
]


def made(formula):
    asked = parse_formula(formula)
    forced = tuple(factor.column for term in asked.terms for factor in term if factor.is_level)
    columns = read_frame(FRAME, asked.columns, as_levels=forced)
    design = make_design(asked, columns)
    return design, design.matrix(columns, len(FRAME))


def as_r(name):
    "formulaic's name of a column as R writes it."
    name = re.sub(r"\[T\.([^\]]+)\]|\[([^\]]+)\]", lambda found: found[1] or found[2], name)
    return "(Intercept)" if name == "Intercept" else name


@pytest.mark.parametrize("formula", FORMULAS)
def test_columns_are_those_of_formulaic(formula):
    design, matrix = made(formula)
    theirs = formulaic.model_matrix(formula.split("~")[1], FRAME)
    by_name = {as_r(name): theirs[name].to_numpy(dtype=float) for name in theirs.columns}
    assert sorted(design.names) == sorted(by_name)
    for place, name in enumerate(design.names):
        assert np.array_equal(matrix[:, place], by_name[name])


def test_names_and_their_order_are_those_of_r():
    "model.matrix(~ arm * day) in R: the first factor runs fastest."
    assert made("y ~ arm * day")[0].names == (
        "(Intercept)", "armdrug", "dayd2", "dayd3", "armdrug:dayd2", "armdrug:dayd3",
    )  # fmt: skip
    assert made("y ~ 0 + arm:day")[0].names == tuple(
        f"arm{a}:day{d}" for d in ("d1", "d2", "d3") for a in ("placebo", "drug")
    )
    assert made("y ~ arm + arm:day")[0].names == (
        "(Intercept)", "armdrug", "armplacebo:dayd2", "armdrug:dayd2", "armplacebo:dayd3", "armdrug:dayd3",
    )  # fmt: skip


def test_truth_values_are_levels():
    design, matrix = made("y ~ is_new")
    assert design.names == ("(Intercept)", "is_newTRUE")
    assert np.array_equal(matrix[:, 1], FRAME["is_new"].to_numpy(dtype=float))


def test_numbers_as_levels_are_in_the_order_of_numbers():
    frame = pd.DataFrame({"y": np.arange(3.0), "day": [10, 9, 2]})
    assert read_frame(frame, ["day"], as_levels=["day"])["day"].levels == ("2", "9", "10")


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("arm + day", "one outcome"),
        ("y + age ~ arm", "one outcome"),
        ("y ~ poly(age, 2)", "is not understood"),
        ("y ~ tan(age)", "'tan' in"),
        ("y ~ arm +", "cannot be read"),
        ("log(y) ~ arm", "the outcome of"),
    ],
)
def test_a_formula_that_is_not_understood(formula, words):
    with pytest.raises(ParameterError, match=words):
        parse_formula(formula)


def test_a_function_of_words():
    with pytest.raises(ParameterError, match="a function of words"):
        made("y ~ log(day)")
