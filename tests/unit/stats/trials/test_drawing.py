"""Are patients drawn as was asked: the same on any number of threads and in any block, with the retention and rescue asked for?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from abate.stats.trials.errors import GroupingError, LeavingError, RescueError, RunError
from abate.stats.trials.generate import draw_trials
from abate.stats.trials.groups import Centres, RepeatedCourses
from abate.stats.trials.leaving import Leaving
from abate.stats.trials.ratings import AsIs, Ordinal
from abate.stats.trials.rescue import Rescue
from abate.stats.trials.scenario import Scenario, prepare
from abate.stats.trials.streams import Purpose, Streams, require_key

DAYS = 4
SD = np.array([1.6, 2.0, 2.2, 2.3, 2.4])
COVARIANCE = 0.6 ** np.abs(np.subtract.outer(np.arange(5), np.arange(5))) * np.outer(SD, SD)
MEAN = np.array([[7.5, 6.6, 6.0, 5.6, 5.4], [7.5, 6.2, 5.2, 4.6, 4.1]])
RETENTION = np.array([[0.98, 0.95, 0.9, 0.8], [1.0, 0.92, 0.85, 0.7]])


def scenario(**changes):
    given = {
        "per_arm": np.array([50, 70]),
        "mean": MEAN[None],
        "covariance": np.stack([COVARIANCE, COVARIANCE])[None],
        "retention": RETENTION[None],
        "rating_map": Ordinal(),
    }
    return Scenario(**(given | changes))


def draw(own, trials=range(400), seed=5):
    return draw_trials(own, prepare(own), trials, Streams(seed))


def by_arm(drawn, values):
    return np.array([values[:, drawn.arm == arm].mean(axis=(0, 1)) for arm in (0, 1)])


def test_a_trial_is_the_same_in_any_block():
    own = scenario(leaving=Leaving(depends_on="last rating", slope=0.4))
    together, alone = draw(own, range(10)), draw(own, range(7, 8))
    assert np.array_equal(together.ratings[7], alone.ratings[0], equal_nan=True)


def test_first_patients_of_a_larger_arm_are_those_of_a_smaller():
    small, large = draw(scenario(), range(3)), draw(scenario(per_arm=np.array([60, 70])), range(3))
    assert np.array_equal(small.ratings[:, :50], large.ratings[:, :50], equal_nan=True)
    assert np.array_equal(small.ratings[:, 50:], large.ratings[:, 60:], equal_nan=True)


def test_another_purpose_does_not_move_the_patients():
    plain, rescued = draw(scenario(), range(3)), draw(scenario(rescue=Rescue(share=[0.2] * DAYS, points=0.0)), range(3))
    assert np.array_equal(plain.ratings, rescued.ratings, equal_nan=True)


def test_streams_differ_by_seed_scenario_trial_arm_and_purpose():
    places = [
        (1, 0, Purpose.PATIENTS, 0, 0),
        (2, 0, 0, 0, 0),
        (1, 1, 0, 0, 0),
        (1, 0, 1, 0, 0),
        (1, 0, 0, 1, 0),
        (1, 0, 0, 0, 1),
    ]
    first = {
        Streams(seed, number).at(Purpose(purpose), trial, arm).random() for seed, number, purpose, trial, arm in places
    }
    assert len(first) == len(places)


def test_means_and_covariance_are_those_asked_for():
    drawn = draw(scenario(retention=np.ones((1, 2, DAYS)), rating_map=AsIs()))
    assert by_arm(drawn, drawn.ratings) == pytest.approx(MEAN, abs=4 * 2.4 / np.sqrt(400 * 50))
    for arm in (0, 1):
        found = np.cov(drawn.ratings[:, drawn.arm == arm].reshape(-1, 5).T)
        assert found == pytest.approx(COVARIANCE, abs=0.2)


@pytest.mark.parametrize(
    "leaving",
    [
        Leaving(),
        Leaving(depends_on="last rating", slope=0.6),
        Leaving(depends_on="last rating", slope=-0.4),
        Leaving(depends_on="unseen rating", slope=0.6),
    ],
)
def test_retention_is_the_one_asked_for(leaving):
    drawn = draw(scenario(leaving=leaving))
    found = by_arm(drawn, drawn.seen)
    # Beside chance, the fixed sample by which intercepts are found may be off by a little.
    assert np.all(np.abs(found - RETENTION) < 3.5 * np.sqrt(RETENTION * (1 - RETENTION) / (400 * 50)) + 0.002)
    assert np.all(np.isnan(drawn.ratings[..., 1:]) == ~drawn.seen)
    assert np.all(drawn.seen[..., :-1] | ~drawn.seen[..., 1:])  # nobody comes back


def test_those_in_pain_leave_where_the_slope_says_so():
    own = scenario(leaving=Leaving(depends_on="last rating", slope=0.8), rating_map=AsIs())
    drawn = draw(own)
    last, leaves = drawn.ratings[..., 3], drawn.seen[..., 2] & ~drawn.seen[..., 3]
    stays = drawn.seen[..., 3]
    assert last[leaves].mean() > last[stays].mean() + 1


def test_shares_with_rescue_and_its_effect():
    share = np.array([[0.3, 0.25, 0.2, 0.15], [0.2, 0.15, 0.1, 0.05]])
    own = scenario(retention=np.ones((1, 2, DAYS)), rating_map=AsIs())
    without, policy = draw(own), draw(replace(own, rescue=Rescue(share=share, points=1.5)))
    assert by_arm(policy, policy.rescued) == pytest.approx(share, abs=0.012)
    lowered = np.where(policy.rescued, 1.5, 0.0)
    assert np.allclose(without.ratings[..., 1:] - lowered, policy.ratings[..., 1:])
    assert by_arm(policy, policy.ratings) == pytest.approx(
        prepare(replace(own, rescue=Rescue(share=share, points=1.5))).true_mean[0], abs=0.07
    )


def test_after_rescue_the_hypothetical_strategy_takes_ratings_as_missing():
    own = scenario(retention=np.ones((1, 2, DAYS)))
    drawn = draw(replace(own, rescue=Rescue(share=[0.2] * DAYS, strategy="hypothetical")))
    assert np.array_equal(np.isnan(drawn.ratings[..., 1:]), np.logical_or.accumulate(drawn.rescued, axis=-1))


def test_centres_add_their_variance_after_baseline():
    centres = Centres(shares=(1, 1, 1, 1), sd=1.0, effect_sd=0.5)
    drawn = draw(scenario(retention=np.ones((1, 2, DAYS)), rating_map=AsIs(), centres=centres), range(1500))
    assert np.bincount(drawn.centre[drawn.arm == 0]).tolist() == pytest.approx([12.5] * 4, abs=1.5)
    variance = [drawn.ratings[:, drawn.arm == arm].reshape(-1, 5).var(axis=0) for arm in (0, 1)]
    assert variance[0] - SD**2 == pytest.approx([0, 1, 1, 1, 1], abs=0.15)
    assert variance[1] - SD**2 == pytest.approx([0, 1.25, 1.25, 1.25, 1.25], abs=0.15)


def test_courses_of_one_person_are_alike_and_keep_their_covariance():
    own = scenario(
        retention=np.ones((1, 2, DAYS)), rating_map=AsIs(), repeats=RepeatedCourses(per_person=2, correlation=0.6)
    )
    ratings = draw(own).ratings[:, :50].reshape(-1, 2, 5)
    assert np.corrcoef(ratings[:, 0, 2], ratings[:, 1, 2])[0, 1] == pytest.approx(0.6, abs=0.02)
    assert np.cov(ratings[:, 0].T) == pytest.approx(COVARIANCE, abs=0.25)


@pytest.mark.parametrize(
    ("mistake", "error"),
    [
        (lambda: Leaving(depends_on="mood", slope=1), LeavingError),
        (lambda: Leaving(depends_on="last rating"), LeavingError),
        (lambda: Leaving(slope=1.0), LeavingError),
        (lambda: Rescue(share=[1.0]), RescueError),
        (lambda: Rescue(share=[0.1], strategy="none"), RescueError),
        (lambda: Rescue(share=[0.1], points=-1), RescueError),
        (lambda: prepare(scenario(rescue=Rescue(share=[0.1]))), RescueError),
        (lambda: Centres(shares=(1,)), GroupingError),
        (lambda: Centres(shares=(1, 1), sd=-1), GroupingError),
        (lambda: RepeatedCourses(per_person=1, correlation=0.5), GroupingError),
        (lambda: require_key(-1, 0), RunError),
        (lambda: require_key(1, 0.5), RunError),
    ],
)
def test_mistakes_are_named(mistake, error):
    with pytest.raises(error):
        mistake()
