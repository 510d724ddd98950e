"""Does the door keep what the frame says? The same numbers from every kind of frame, rows left out counted, words escaped."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import abate
from abate.base.errors import ParameterError
from tests.unit.stats.mmrm.trial import simulated_trial

TRIAL = simulated_trial(seed=11, subject_count=40, visit_count=3, effect=1.0)
FRAME = pd.DataFrame(
    {
        "who": TRIAL.subject,
        "day": pd.Categorical(
            np.array(["first", "second", "last"])[TRIAL.visit], categories=["first", "second", "last"]
        ),
        "arm": np.array(["none", "drug"])[TRIAL.arm],
        "age": 30.0 + TRIAL.subject,
        "pain": TRIAL.outcome,
        "weight": 1.0,
    }
)


def fitted(data=FRAME, formula="pain ~ arm * day + age", **options):
    return abate.mmrm(formula, data, subject="who", visit="day", **options)


def test_the_order_of_categories_is_kept():
    found = fitted()
    assert found.visit_names == ("first", "second", "last")
    assert found.names == (
        "(Intercept)", "armnone", "daysecond", "daylast", "age", "armnone:daysecond", "armnone:daylast",
    )  # fmt: skip


@pytest.mark.parametrize("frame", [pl.from_pandas(FRAME), pa.Table.from_pandas(FRAME)], ids=["polars", "arrow"])
def test_every_kind_of_frame_gives_the_same(frame):
    found = fitted(frame)
    assert found.names == fitted().names
    assert np.array_equal(found.estimate, fitted().estimate)
    assert np.array_equal(found.df, fitted().df)


def test_rows_without_something_are_left_out_and_counted():
    holes = FRAME.copy()
    holes.loc[0, "pain"] = np.nan
    holes.loc[[1, 2], "age"] = np.nan
    holes.loc[3, "arm"] = None
    found = fitted(holes)
    assert dict(found.left_out) == {"pain": 1, "arm": 1, "age": 2}
    assert found.observation_count == len(FRAME) - 4
    assert "rows left out: 1 without pain, 1 without arm, 2 without age" in found.summary()


def test_a_level_that_is_left_with_no_row_has_no_column():
    extra = FRAME.copy()
    extra["arm"] = pd.Categorical(extra["arm"], categories=["other", "none", "drug"])
    assert "armother" not in fitted(extra).names
    assert "armdrug" in fitted(extra).names


def test_a_group_each_weights_and_a_ladder_reach_the_fit():
    found = fitted(group="arm", weights="weight", fallback=["ar1"])
    assert list(found.covariance) == ["drug", "none"]
    assert "one covariance a group" in found.summary()
    spatial = fitted(FRAME.assign(time=TRIAL.visit * 1.0), covariance="spatial-exponential", coordinates="time")
    assert spatial.log_likelihood == pytest.approx(fitted(covariance="ar1").log_likelihood)


def test_means_and_differences_by_hand():
    "Equal weights, age at its mean: linear in the coefficients."
    found, age = fitted(), FRAME["age"].mean()
    means = found.means("arm", by="day")
    b = dict(zip(found.names, found.estimate, strict=True))
    assert list(zip(means["arm"], means["day"], strict=True))[:3] == [
        ("drug", "first"),
        ("none", "first"),
        ("drug", "second"),
    ]
    assert means["mean"][3] == pytest.approx(
        b["(Intercept)"] + b["armnone"] + b["daysecond"] + b["armnone:daysecond"] + b["age"] * age
    )
    gaps = found.differences("arm", by="day", reference="none")
    assert gaps["arm"][0] == "drug - none"
    assert gaps["difference"][2] == pytest.approx(-b["armnone"] - b["armnone:daylast"])
    assert gaps["p"][2] == pytest.approx(found.contrast({"armnone": -1, "armnone:daylast": -1}).p[0])


def test_weights_of_the_averaged_levels():
    found = fitted(formula="pain ~ arm + day")
    equal, first = found.means("arm"), found.means("arm", weights={"day": {"first": 1, "second": 0, "last": 0}})
    b = dict(zip(found.names, found.estimate, strict=True))
    assert equal["mean"][0] == pytest.approx(b["(Intercept)"] + (b["daysecond"] + b["daylast"]) / 3)
    assert first["mean"][0] == pytest.approx(b["(Intercept)"])
    shares = FRAME["day"].value_counts(normalize=True)
    observed = found.means("arm", weights="observed")
    assert observed["mean"][0] == pytest.approx(
        b["(Intercept)"] + b["daysecond"] * shares["second"] + b["daylast"] * shares["last"]
    )


def test_a_term_is_tested_by_its_name():
    found = fitted()
    joint = found.joint_test("arm:day")
    assert joint.numerator_df == 2
    assert joint.p == pytest.approx(found.joint_test(np.eye(7)[5:]).p)
    assert found.joint_tests()["term"] == ["arm", "day", "age", "arm:day"]


def test_the_table_leaves_as_arrow():
    table = fitted().means("arm", by="day").to_arrow()
    assert table.column_names == ["arm", "day", "mean", "standard error", "df", "lower", "upper"]
    assert table.num_rows == 6


def test_words_of_the_data_are_escaped():
    shown = fitted(FRAME.assign(arm=np.array(["none <b>at all</b>", "drug"])[TRIAL.arm]))._repr_html_()
    assert "<b>" not in shown
    assert "none &lt;b&gt;at all" in shown


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"formula": "pain ~ arn"}, "no column 'arn'; did you mean 'arm'"),
        ({"formula": "arm ~ day"}, "column 'arm' must hold numbers"),
        ({"data": {"pain": [1]}}, "must be a pandas, Polars or Arrow frame"),
        ({"weights": "arm"}, "column 'arm' must hold numbers"),
        ({"data": FRAME.assign(pain=np.nan)}, "no row has all that the model needs"),
        ({"data": FRAME.assign(age=pd.Timestamp("2024-01-01"))}, "neither numbers nor words"),
    ],
)
def test_a_mistake_is_told(change, words):
    with pytest.raises(ParameterError, match=words):
        fitted(**change)


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda fit: fit.means("age"), "'age' is no factor"),
        (lambda fit: fit.means("arm", weights="some"), "weights must be"),
        (lambda fit: fit.means("arm", weights={"day": {"first": 1}}), "need one of 0 or more"),
        (lambda fit: fit.means("arm", by="day", weights={"day": {}}), "which is not averaged over"),
        (lambda fit: fit.differences("arm", reference="x"), "no level 'x'"),
        (lambda fit: fit.contrast({"x": 1}), "no coefficient 'x'"),
        (lambda fit: fit.joint_test("day:arm"), "no term 'day:arm'"),
    ],
)
def test_a_question_that_has_no_answer(ask, words):
    with pytest.raises(ParameterError, match=words):
        ask(fitted())


def test_a_fit_that_does_not_converge_prints():
    lone = FRAME[FRAME.who == 0]
    shown = str(abate.mmrm("pain ~ 1", lone, subject="who", visit="day"))
    assert "Not converged:" in shown
    assert "nan" not in shown
