"""A simulated trial with two arms: correlated visits, some missed, the truth known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Trial:
    outcome: np.ndarray
    design: np.ndarray
    subject: np.ndarray
    visit: np.ndarray
    arm: np.ndarray


def simulated_trial(*, seed, subject_count, visit_count, missing=0.2, effect=0.0, correlation=0.6):
    rng = np.random.default_rng(seed)
    visit = np.arange(visit_count)
    covariance = np.outer(1 + 0.2 * visit, 1 + 0.2 * visit) * correlation ** np.abs(visit[:, None] - visit[None, :])
    arm = np.arange(subject_count) % 2
    outcome = rng.normal(size=(subject_count, visit_count)) @ np.linalg.cholesky(covariance).T
    outcome += 5 - visit + effect * arm[:, None] * (visit == visit_count - 1)
    seen = rng.random((subject_count, visit_count)) >= missing
    seen[:, 0] = True
    who, when = np.nonzero(seen)
    by_visit = (when[:, None] == visit).astype(float)
    design = np.column_stack([by_visit, by_visit * arm[who, None]])
    return Trial(outcome[who, when], design, who, when, arm[who])
