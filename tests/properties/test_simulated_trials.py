"""What always holds of simulated trials: closed form and search agree, ratings keep mean and SD, patients keep their numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abate.stats.mmrm import fit_mmrm_many, fit_monotone_many
from abate.stats.trials.ratings import Ordinal
from abate.stats.trials.streams import Purpose, Streams


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    visits=st.integers(1, 5),
    columns=st.integers(1, 3),
    subjects=st.integers(22, 40),
    df=st.sampled_from(["satterthwaite", "kenward-roger", "kenward-roger-linear"]),
)
def test_closed_form_and_search_give_the_same(seed, visits, columns, subjects, df):
    rng = np.random.default_rng(seed)
    # Far from singular: there the search loses digits, and the closed form does not.
    root = 0.4 * rng.normal(size=(visits, visits)) + 2 * np.eye(visits)
    outcomes = 5 + rng.normal(size=(2, subjects, visits)) @ root.T
    outcomes[np.arange(visits) >= np.maximum(rng.geometric(0.07, (2, subjects, 1)), 1)] = np.nan
    known = np.concatenate([np.ones((2, subjects, 1)), rng.normal(size=(2, subjects, columns - 1))], axis=2)
    contrast = rng.normal(size=(visits, columns))
    closed = fit_monotone_many(outcomes, known, contrast=contrast, df=df)
    design = np.einsum("rnc,vw->rnvwc", known, np.eye(visits)).reshape(2, subjects, visits, visits * columns)
    search = fit_mmrm_many(outcomes, design, contrast=contrast.ravel(), df=df)
    for place in np.flatnonzero(closed.converged & search.converged):
        for name in ("estimate", "standard_error", "df", "p", "log_likelihood"):
            assert getattr(closed, name)[place] == pytest.approx(getattr(search, name)[place], rel=1e-5, abs=1e-9), name


@settings(max_examples=40, deadline=None)
@given(mean=st.floats(0.5, 9.5), share=st.floats(0.15, 0.85))
def test_whole_ratings_keep_any_mean_and_any_sd_they_can_have(mean, share):
    # The largest SD of ratings with this mean is sqrt(mean * (10 - mean)), the smallest that of two neighbouring ratings.
    least = (mean % 1) * (1 - mean % 1)
    sd = np.sqrt(least + 0.05 + share * (mean * (10 - mean) - least - 0.05))
    rating_map = Ordinal()
    found = rating_map.moments(*rating_map.latent(np.array([mean]), np.array([sd])))
    assert found[0] == pytest.approx([mean], abs=1e-8)
    assert found[1] == pytest.approx([sd], rel=1e-8)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**64 - 1), trial=st.integers(0, 2**40), first=st.integers(1, 30), more=st.integers(1, 30))
def test_the_first_patients_do_not_depend_on_how_many_follow(seed, trial, first, more):
    streams = Streams(seed)
    few = streams.at(Purpose.PATIENTS, trial).standard_normal((first, 4))
    many = streams.at(Purpose.PATIENTS, trial).standard_normal((first + more, 4))
    assert np.array_equal(few, many[:first])
