"""Does each analysis give what a plain calculation gives, and does the ladder catch what cannot be fitted?"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import special, stats

from abate.stats.mmrm import fit_mmrm
from abate.stats.trials.analyse import ANALYSES, Analysis, Response, analyse
from abate.stats.trials.errors import AnalysisError

ARM = np.repeat([0, 1, 2], [14, 15, 13])
CENTRE = np.arange(len(ARM)) % 3


def trials(count=3, days=3, *, missing=0.15):
    rng = np.random.default_rng(8)
    root = np.linalg.cholesky(4 * 0.6 ** np.abs(np.subtract.outer(np.arange(days + 1), np.arange(days + 1))))
    ratings = 7 - np.arange(days + 1) + rng.normal(size=(count, len(ARM), days + 1)) @ root.T
    left = rng.geometric(missing, (count, len(ARM), 1))
    ratings[..., 1:][np.arange(1, days + 1) > left] = np.nan
    return ratings


def fit_alone(ratings, analysis, arm_columns, baseline, centre_columns):
    """Fit one trial with ``fit_mmrm``: cells of arm and day, baseline by day, centre by day."""
    subject, day = np.nonzero(~np.isnan(ratings[:, 1:]))
    days = ratings.shape[1] - 1
    of_day = np.eye(days)[day]
    parts = [of_day * column[subject, None] for column in (*arm_columns, baseline, *centre_columns)]
    design = np.concatenate(parts, axis=1)
    design = design[:, np.any(design != 0, axis=0)]
    return fit_mmrm(ratings[:, 1:][subject, day], design, subject, day, covariance=analysis.covariance, df=analysis.df)


@pytest.mark.parametrize(
    "analysis",
    [
        Analysis(arm_weights=(-1, 0.5, 0.5), day_weights=(0.2, 0.3, 0.5)),
        Analysis(df="kenward-roger"),
        Analysis(df="kenward-roger-linear", with_centres=True),
        Analysis(covariance="compound-symmetry", ladder=()),
    ],
)
def test_mmrm_is_the_model_written_out(analysis):
    ratings = trials()
    found = analyse(analysis, ratings, ARM, CENTRE)
    centres = [CENTRE == 1, CENTRE == 2] if analysis.with_centres else []
    weights = np.outer(analysis.weights_of_arms(3), analysis.weights_of_days(3)).ravel()
    weights = np.concatenate([weights, np.zeros(3 + 3 * len(centres))])
    for place, own in enumerate(ratings):
        alone = fit_alone(own, analysis, [arm == ARM for arm in range(3)], own[:, 0], centres).contrast(weights[None])
        for name in ("estimate", "standard_error", "df", "p"):
            assert getattr(found, name)[place] == pytest.approx(getattr(alone, name)[0], rel=1e-7)


@pytest.mark.parametrize("df", ["satterthwaite", "kenward-roger", "kenward-roger-linear"])
def test_a_centre_that_everybody_has_left_has_no_mean_on_that_day(df):
    ratings = trials()
    ratings[:, CENTRE == 2, -1] = np.nan
    analysis = Analysis(df=df, with_centres=True, ladder=())
    found = analyse(analysis, ratings, ARM, CENTRE)
    for place, own in enumerate(ratings):
        fit = fit_alone(own, analysis, [arm == ARM for arm in range(3)], own[:, 0], [CENTRE == 1, CENTRE == 2])
        alone = fit.contrast((np.arange(len(fit.names)) == 5) * 1.0 - (np.arange(len(fit.names)) == 2))
        for name in ("estimate", "standard_error", "df", "p"):
            assert getattr(found, name)[place] == pytest.approx(getattr(alone, name)[0], rel=1e-7)


def test_constrained_is_longitudinal_with_one_mean_at_baseline():
    ratings = trials()
    found = analyse(Analysis(kind="constrained"), ratings, ARM, CENTRE)
    for place, own in enumerate(ratings):
        subject, visit = np.nonzero(~np.isnan(own))
        of_visit = np.eye(4)[visit]
        design = np.concatenate([of_visit, *(of_visit[:, 1:] * (arm == ARM)[subject, None] for arm in (1, 2))], axis=1)
        alone = fit_mmrm(own[subject, visit], design, subject, visit, df="satterthwaite").contrast(np.eye(10)[[6]])
        assert found.estimate[place] == pytest.approx(alone.estimate[0], rel=1e-7)
        assert found.df[place] == pytest.approx(alone.df[0], rel=1e-6)


def test_difference_is_students_t():
    ratings = trials()
    found = analyse(
        Analysis(kind="difference", arm_weights=(-1, 1)), ratings[:, ARM < 2], ARM[ARM < 2], CENTRE[ARM < 2]
    )
    for place, own in enumerate(ratings):
        last = own[:, -1]
        groups = [last[(arm == ARM) & ~np.isnan(last)] for arm in (1, 0)]
        assert found.p[place] == pytest.approx(stats.ttest_ind(*groups).pvalue, rel=1e-9)


def test_ancova_with_centres_is_least_squares():
    ratings = trials()
    found = analyse(Analysis(kind="ancova", with_centres=True), ratings, ARM, CENTRE)
    for place, own in enumerate(ratings):
        seen = ~np.isnan(own[:, -1])
        columns = [np.ones(len(ARM)), ARM == 1, ARM == 2, own[:, 0], CENTRE == 1, CENTRE == 2]
        design = np.stack(columns, axis=1)[seen].astype(float)
        coefficients, squares, *_ = np.linalg.lstsq(design, own[seen, -1])
        error = math.sqrt(np.linalg.inv(design.T @ design)[1, 1] * squares[0] / (seen.sum() - 6))
        assert found.estimate[place] == pytest.approx(coefficients[1], rel=1e-7)
        assert found.standard_error[place] == pytest.approx(error, rel=1e-7)
        assert found.df[place] == pytest.approx(seen.sum() - 6, rel=1e-7)


def test_responders_by_chi_square_and_a_missing_rating_is_no_response():
    ratings = np.full((1, 40, 2), [6.0, 6.0])
    ratings[0, :6, 1] = 4.0  # control: 6 of 20 fall by two points
    ratings[0, 20:34, 1] = 3.0  # active: 14 of 20 by three
    ratings[0, 34:, 1] = np.nan
    found = analyse(
        Analysis(kind="responders", response=Response(points=2)), ratings, np.repeat([0, 1], 20), np.zeros(40, int)
    )
    assert found.estimate[0] == pytest.approx(0.4)
    assert found.p[0] == pytest.approx(stats.chi2_contingency([[6, 14], [14, 6]], correction=False).pvalue)
    assert found.standard_error[0] == pytest.approx(math.sqrt(0.3 * 0.7 / 20 + 0.7 * 0.3 / 20))
    half = analyse(
        Analysis(kind="responders", response=Response(percent=50)), ratings, np.repeat([0, 1], 20), np.zeros(40, int)
    )
    assert half.estimate[0] == pytest.approx(0.7)


def test_nobody_responds_is_no_difference():
    found = analyse(
        Analysis(kind="responders", response=Response(points=2)),
        np.full((1, 8, 2), 6.0),
        np.repeat([0, 1], 4),
        np.zeros(8, int),
    )
    assert (found.estimate[0], found.p[0], found.z[0]) == (0, 1, 0)


def test_a_margin_moves_the_null():
    ratings = trials()
    plain, margin = (analyse(Analysis(null=null), ratings, ARM, CENTRE) for null in (0.0, 1.0))
    t = (plain.estimate - 1.0) / plain.standard_error
    assert margin.p == pytest.approx(2 * special.stdtr(plain.df, -np.abs(t)))
    assert np.array_equal(np.sign(margin.z), np.sign(t))


def test_too_few_for_an_unstructured_covariance_go_down_the_ladder():
    ratings = trials(missing=0.02, days=6)[:, [0, 1, 2, 3, 14, 15, 16, 17]]
    arm, centre = np.repeat([0, 1], 4), np.zeros(8, int)
    alone = analyse(Analysis(ladder=()), ratings, arm, centre)
    caught = analyse(Analysis(ladder=("compound-symmetry",)), ratings, arm, centre)
    assert np.all(alone.failed)
    assert np.all(np.isnan(alone.p))
    assert not np.any(caught.failed)
    simple = analyse(Analysis(covariance="compound-symmetry", ladder=()), ratings, arm, centre)
    assert caught.p == pytest.approx(simple.p)


def test_what_no_step_can_fit_is_a_failure_and_no_error():
    ratings = trials(days=2)
    three = analyse(Analysis(), ratings[:, [0, 1, 14]], np.array([0, 0, 1]), np.zeros(3, int))  # 6 rows, 6 coefficients
    ratings[1, :, -1] = np.nan  # nobody is left at the end of the second trial
    found = analyse(Analysis(), ratings, ARM, CENTRE)
    assert np.all(three.failed)
    assert found.failed.tolist() == [False, True, False]
    assert np.isnan(found.estimate[1])


@pytest.mark.parametrize(
    "mistake",
    [
        lambda: Analysis(kind="anova"),
        lambda: Analysis(df="many"),
        lambda: Analysis(covariance="any"),
        lambda: Analysis(ladder=("any",)),
        lambda: Analysis(alpha=1.0),
        lambda: Analysis(sides=3),
        lambda: Analysis(kind="responders"),
        lambda: Analysis(response=Response(points=2)),
        lambda: Analysis(kind="responders", response=Response(points=2), with_centres=True),
        lambda: Response(),
        lambda: Response(points=2, percent=30),
        lambda: Response(points=0),
        lambda: Analysis(arm_weights=(1.0, 1.0)).weights_of_arms(2),
        lambda: Analysis(day_weights=(0.0, 0.0)).weights_of_days(2),
    ],
)
def test_mistakes_are_named(mistake):
    with pytest.raises(AnalysisError):
        mistake()


def test_the_table_has_what_the_documentation_names():
    assert set(ANALYSES) == {"mmrm", "constrained", "ancova", "difference", "responders"}
