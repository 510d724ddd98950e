"""When does a trial of a design succeed? Its estimate over its standard error, held against Student's t or the normal law."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from abate.stats.arrays import Array
from abate.stats.mmrm.patterns import Flags
from abate.stats.trials.designs.run import Verdicts
from abate.stats.trials.streams import Purpose, Streams


@dataclass(frozen=True, kw_only=True, eq=False)
class Moments:
    """Counts, means and sums of squares about them, over the persons of a group; a mean of nobody is ``nan``."""

    count: Array
    mean: Array
    squares: Array


def moments_of(values: Array, seen: Flags) -> Moments:
    """Return the moments of those seen, over the last axis.

    Examples
    --------
    >>> found = moments_of(np.array([[1.0, 3.0, 9.0]]), np.array([[True, True, False]]))
    >>> found.count.tolist(), found.mean.tolist(), found.squares.tolist()
    ([2], [2.0], [2.0])
    """
    count = seen.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(seen, values, 0.0).sum(axis=-1) / count
        squares = np.where(seen, (values - mean[..., None]) ** 2, 0.0).sum(axis=-1)
    return Moments(count=count, mean=mean, squares=squares)


def judged(estimate: Array, standard_error: Array, df: Array, alpha: float) -> Verdicts:
    """Return which trials show a benefit, one-sided at ``alpha``; ``df`` is infinite for the normal law.

    Without a degree of freedom, or with a standard error of 0 or none, the analysis has failed.

    Examples
    --------
    >>> found = judged(np.array([2.0, 1.0, 1.0]), np.array([1.0, 1.0, np.nan]), np.array([np.inf, 10.0, 5.0]), 0.025)
    >>> found.succeeded.tolist(), found.failed.tolist()
    ([True, False, False], [False, False, True])
    """
    from scipy.special import ndtri, stdtrit

    with np.errstate(invalid="ignore", divide="ignore"):
        t = estimate / standard_error
        known = np.isfinite(t) & (df > 0) & (standard_error > 0)
        finite = np.isfinite(df) & (df > 0)
        bound = np.where(finite, stdtrit(np.where(finite, df, 1.0), 1 - alpha), ndtri(1 - alpha))
        passed = t > bound
    return Verdicts(succeeded=known & passed, failed=~known, estimate=np.where(known, estimate, np.nan))


def filled(
    shape: tuple[int, ...],
    purpose: Purpose,
    trials: range,
    streams: Streams,
    draw: Callable[[np.random.Generator, Array], object],
    arm: int = 0,
) -> Array:
    """Return numbers of shape (trial, *shape), each trial's from its own stream: ``draw`` fills one trial's."""
    numbers = np.empty((len(trials), *shape))
    for place, trial in enumerate(trials):
        draw(streams.at(purpose, trial, arm), numbers[place])
    return numbers


def normals(shape: tuple[int, ...], trials: range, streams: Streams, purpose: Purpose = Purpose.PATIENTS) -> Array:
    """Return standard normal numbers, shape (trial, *shape)."""
    return filled(shape, purpose, trials, streams, lambda generator, row: generator.standard_normal(out=row))


def uniforms(shape: tuple[int, ...], trials: range, streams: Streams, purpose: Purpose = Purpose.LEAVING) -> Array:
    """Return uniform numbers from 0 to 1, shape (trial, *shape)."""
    return filled(shape, purpose, trials, streams, lambda generator, row: generator.random(out=row))


def counts_seen(shape: tuple[int, ...], randomised: int, seen: float, trials: range, streams: Streams) -> Array:
    """Return how many of ``randomised`` persons are rated in each group, shape (trial, *shape)."""

    def draw(generator: np.random.Generator, row: Array) -> None:
        row[...] = generator.binomial(randomised, seen, size=shape)

    return filled(shape, Purpose.LEAVING, trials, streams, draw)
