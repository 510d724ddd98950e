"""How do the ratings run over the days, how do they hang together, and who is still rated? From first courses, by a mixed model."""

from __future__ import annotations

import numpy as np

from abate.contracts.plan_assumptions import Ratings, Retention
from abate.contracts.plan_file import PlanDisclosure
from abate.contracts.plan_values import Share
from abate.inference.columns import texts
from abate.stats.arrays import Array
from abate.stats.mmrm import MmrmFit, fit_mmrm
from abate.trial.from_study.courses import FirstCourses
from abate.trial.from_study.small_counts import told_retention, told_share

#: Below so many persons an unstructured covariance has more parameters than the ratings can bear.
FEWEST_FOR_UNSTRUCTURED = 10
_LADDER = ("toeplitz-h", "ar1-h", "compound-symmetry-h", "compound-symmetry")
_DIGITS = 4


def carry_ratings(courses: FirstCourses, scale: str, lowest: float, highest: float) -> Ratings:
    """Return mean by day and covariance of baseline and days, by restricted likelihood.

    Days on which a person was not rated are left out of the likelihood, which is right where they are missing at random given
    the ratings before.

    Parameters
    ----------
    courses : FirstCourses
    scale : str
    lowest, highest : float
        Ends of the scale.
    """
    fit = _fit(courses.ratings)
    covariance = np.asarray(fit.covariance)
    at_primary = int(np.isfinite(courses.ratings[:, -1]).sum())
    few = courses.person_count < FEWEST_FOR_UNSTRUCTURED
    why = f"; simplified, because there are fewer than {FEWEST_FOR_UNSTRUCTURED} persons" if few else ""
    stepped = "; the unstructured one did not converge" if not few and fit.structure != "unstructured" else ""
    return Ratings(
        basis="study",
        source=f"mixed model of baseline and daily ratings of first courses, {fit.structure} covariance{why}{stepped}",
        n=courses.person_count,
        scale=scale,
        lowest=lowest,
        highest=highest,
        days=tuple(float(day) for day in range(courses.last_day + 1)),
        mean=_told(fit.estimate),
        covariance=tuple(_told(row) for row in covariance),
        df=float(max(at_primary - 1, 1)),
        structure=fit.structure,
    )


def _fit(ratings: Array) -> MmrmFit:
    person, visit = np.nonzero(np.isfinite(ratings))
    design = np.eye(ratings.shape[1])[visit]
    tried = ("unstructured", *_LADDER) if len(ratings) >= FEWEST_FOR_UNSTRUCTURED else _LADDER[1:]
    return fit_mmrm(ratings[person, visit], design, person, visit, covariance=tried[0], fallback=tried[1:])


def _told(values: Array) -> tuple[float, ...]:
    return tuple(float(value) for value in np.round(values, _DIGITS))


def carry_retention(courses: FirstCourses, rule: PlanDisclosure) -> Retention:
    """Return the share of persons rated on each day or later, and why courses ended.

    Parameters
    ----------
    courses : FirstCourses
    rule : PlanDisclosure
        Which counts may be told.
    """
    is_rated = np.isfinite(courses.ratings[:, 1:])
    later = np.maximum.accumulate(is_rated[:, ::-1], axis=1)[:, ::-1]
    seen = told_retention(later.sum(axis=0), courses.person_count, rule)
    return Retention(
        basis="study",
        source="share of first courses rated on the day or later; most of the rest had gone home, and a trial that rates them there loses fewer",
        n=courses.person_count,
        seen=tuple(seen.tolist()),
        reasons=_reasons(courses, rule),
    )


def _reasons(courses: FirstCourses, rule: PlanDisclosure) -> dict[str, Share]:
    """Return the share of courses that ended for each reason, of those whose reason is known."""
    recorded = [reason for reason in texts(courses.rows, "end_reason") if reason and reason != "unknown"]
    found = {
        reason: told_share(recorded.count(reason), len(recorded), "end_reason", rule)
        for reason in sorted(set(recorded))
    }
    return {reason: share for reason, share in found.items() if share is not None}
