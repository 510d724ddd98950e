"""Do ratings keep the means and SDs that were asked for, and are impossible ones refused?"""

from __future__ import annotations

import numpy as np
import pytest

from abate.stats.trials.errors import RatingScaleError
from abate.stats.trials.ratings import HIGHEST, AsIs, Ordinal, RoundedAndClipped, cut_points_of

MEAN = np.array([0.4, 2.0, 5.0, 7.5, 9.6])
SD = np.array([0.8, 1.9, 2.4, 2.2, 0.9])


def drawn(rating_map, count=200_000):
    at, sd = rating_map.latent(MEAN, SD)
    return rating_map.rated(at + sd * np.random.default_rng(1).standard_normal((count, MEAN.size)))


@pytest.mark.parametrize("cuts", [None, cut_points_of([1, 2, 3, 5, 9, 12, 15, 20, 18, 10, 5], mean=6.2, sd=2.3)])
@pytest.mark.parametrize("preserves", ["means", "means and SDs"])
def test_means_are_kept(preserves, cuts):
    ratings = drawn(Ordinal(preserves=preserves) if cuts is None else Ordinal(cut_points=cuts, preserves=preserves))
    assert set(np.unique(ratings)) <= set(range(HIGHEST + 1))
    assert np.all(np.abs(ratings.mean(axis=0) - MEAN) < 4 * SD / np.sqrt(len(ratings)))
    if preserves == "means and SDs":
        assert ratings.std(axis=0) == pytest.approx(SD, rel=0.01)


def test_rounding_and_clipping_moves_means_near_the_ends():
    rating_map = RoundedAndClipped()
    ratings = drawn(rating_map)
    mean, sd = rating_map.moments(MEAN, SD)
    assert ratings.mean(axis=0) == pytest.approx(mean, abs=0.02)
    assert ratings.std(axis=0) == pytest.approx(sd, abs=0.02)
    assert mean[0] > MEAN[0] + 0.05
    assert mean[-1] < MEAN[-1] - 0.05
    assert rating_map.rated(np.array([-3.0, 0.4, 0.6, 12.0])).tolist() == [0, 0, 1, 10]


def test_as_it_is_changes_nothing():
    assert np.array_equal(AsIs().rated(MEAN), MEAN)


def test_observed_distribution_comes_out_again():
    shares = np.array([0, 0, 1, 2, 4, 8, 12, 20, 25, 18, 10]) / 100
    cuts = cut_points_of(shares, mean=7.4, sd=1.6)
    latent = 7.4 + 1.6 * np.random.default_rng(2).standard_normal(200_000)
    seen = np.bincount(Ordinal(cut_points=cuts).rated(latent).astype(int), minlength=11) / 200_000
    assert seen == pytest.approx(shares, abs=0.005)
    assert np.all(np.isneginf(cuts[:2]))


@pytest.mark.parametrize(
    "mistake",
    [
        lambda: Ordinal().latent(np.array([10.5]), np.array([1.0])),
        lambda: Ordinal().latent(
            np.array([5.0]), np.array([5.2])
        ),  # 5 is the largest SD that ratings of mean 5 can have
        lambda: Ordinal(cut_points=[1, 2, 3]),
        lambda: Ordinal(cut_points=[5, 4, 3, 2, 1, 0, -1, -2, -3, -4]),
        lambda: Ordinal(preserves="modes"),
        lambda: cut_points_of([0] * 11, mean=5, sd=2),
        lambda: cut_points_of([1] * 11, mean=5, sd=0),
    ],
)
def test_impossible_ratings_are_refused(mistake):
    with pytest.raises(RatingScaleError):
        mistake()
