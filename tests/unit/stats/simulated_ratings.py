"""Ratings from the model of ratings before itself: level, spells, error; rounded and cut off at 0 and 10."""

from __future__ import annotations

import numpy as np

from abate.stats.regression_to_mean_courses import checked_courses

MEAN, LEVEL, SPELL, SPELL_DAYS, ERROR = 5.5, 0.8, 1.2, 6.0, 0.4
BEFORE, CANDIDATES = 6, 16


def simulated_courses(rng, course_count=61, effect=0.0, chosen_at=None, raw=False):
    """Return courses whose final rating, 3 to 7 days after the first, is lowered by ``effect``.

    Either the first day is any day, with ten ratings in the four weeks before and six older ones; or it is the first of 16
    days rated at or above ``chosen_at``, the last where none is, with every day from six before these on recorded.
    """
    data = _any_day(rng, course_count) if chosen_at is None else _first_bad_day(rng, course_count, chosen_at)
    data["final"] = np.clip(np.round(data["final"] - effect), 0, 10)
    for name in ("rating", "first"):
        data[name] = np.clip(np.round(data[name]), 0, 10)
    return data if raw else checked_courses(**data)


def _any_day(rng, count):
    recent = -1.0 - np.argsort(rng.random((count, 28)), axis=1)[:, :10]
    final_day = rng.integers(3, 8, count).astype(float)
    day = np.column_stack([recent, -rng.integers(30, 127, (count, 6)), np.zeros(count), final_day])
    ratings = _rated(rng, day)
    return {
        "day": day[:, :-2],
        "rating": ratings[:, :-2],
        "first": ratings[:, -2],
        "final": ratings[:, -1],
        "final_day": final_day,
    }


def _first_bad_day(rng, count, chosen_at):
    """Nobody is left out: who is depends on the parameters."""
    length = BEFORE + CANDIDATES
    ratings = _rated(rng, np.tile(np.arange(length + 8.0), (count, 1)))
    bad = np.round(ratings[:, BEFORE:length]) >= chosen_at
    zero = BEFORE + np.where(bad.any(axis=1), bad.argmax(axis=1), CANDIDATES - 1)
    rows, final_day = np.arange(count), rng.integers(3, 8, count)
    day = np.arange(length)[None, :] - zero[:, None].astype(float)
    return {
        "day": np.where(day < 0, day, -1.0),
        "rating": np.where(day < 0, ratings[:, :length], np.nan),
        "first": ratings[rows, zero],
        "final": ratings[rows, zero + final_day],
        "final_day": final_day.astype(float),
    }


def _rated(rng, day):
    """Return unrounded ratings on some days of each course."""
    lag = np.abs(day[:, :, None] - day[:, None, :])
    covariance = LEVEL + SPELL * np.exp(-lag / SPELL_DAYS) + ERROR * np.eye(day.shape[1])
    return MEAN + np.einsum("nij,nj->ni", np.linalg.cholesky(covariance), rng.normal(size=day.shape))
