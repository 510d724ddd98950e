"""What does the planned analysis say of each simulated trial? One table of analyses, all trials side by side."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace

import numpy as np

from abate.stats.arrays import Array, IntArray
from abate.stats.mmrm.many import MANY_DF_METHODS, ManyFits, fit_mmrm_many
from abate.stats.mmrm.monotone import MONOTONE_DF_METHODS, fit_monotone_many, is_monotone
from abate.stats.mmrm.patterns import Flags
from abate.stats.mmrm.structures import STRUCTURES
from abate.stats.trials.errors import AnalysisError

#: Structures that are tried where an unstructured covariance cannot be fitted, in this order.
LADDER = ("ar1-h", "compound-symmetry")


@dataclass(frozen=True, kw_only=True)
class Response:
    """A response rule at the last day: a fall from baseline of so many points or of such a share of it, or a rating of at most so much.

    One of the three. A missing last rating is no response, and so is rescue where its strategy makes ratings missing.
    """

    points: float | None = None
    percent: float | None = None
    at_most: float | None = None

    def __post_init__(self) -> None:
        given = [rule for rule in (self.points, self.percent, self.at_most) if rule is not None]
        if len(given) != 1 or not (given[0] > 0 or self.at_most == 0):
            raise AnalysisError(
                f"a response is a fall by points or by percent, above 0, or a rating of at most so much; one of them; got {self}."
            )

    def is_met(self, baseline: Array, last: Array) -> Flags:
        """Return who responded; ``nan`` did not."""
        if self.points is not None:
            return np.asarray(baseline - last >= self.points - 1e-9)
        if self.at_most is not None:
            return np.asarray(last <= self.at_most + 1e-9)
        return np.asarray(baseline - last >= float(self.percent or 0) / 100 * baseline - 1e-9)


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """The drafted plan's analysis.

    Attributes
    ----------
    kind : str
        One of ``ANALYSES``: mmrm (rating ~ baseline*day + arm*day), constrained (baseline as an outcome with one mean for all
        arms), ancova (last day on baseline and arm), difference (last day by arm) or responders.
    df : str
        Degrees of freedom of mmrm and constrained: satterthwaite or kenward-roger (or what ``fit_mmrm_many`` knows besides).
    covariance : str
        Structure to begin with; ``ladder`` holds those that follow where it cannot be fitted.
    arm_weights, day_weights : tuple of float, optional
        The contrast: second arm minus first, on the last day, unless given. Weights of arms add up to 0.
    with_centres : bool
        Whether each centre has a mean of its own on each day in the model (mmrm, constrained, ancova, difference).
    response : Response, optional
        For responders.
    alpha : float
        Of the test: two-sided, or one-sided with ``sides = 1``.
    sides : int
        2, or 1: then only a difference in the good direction counts (lower ratings, more responders).
    null : float
        Difference under the null hypothesis; a margin above 0 for lower ratings makes a non-inferiority test.
    """

    kind: str = "mmrm"
    df: str = "satterthwaite"
    covariance: str = "unstructured"
    ladder: tuple[str, ...] = LADDER
    arm_weights: tuple[float, ...] | None = None
    day_weights: tuple[float, ...] | None = None
    with_centres: bool = False
    response: Response | None = None
    alpha: float = 0.05
    sides: int = 2
    null: float = 0.0

    def __post_init__(self) -> None:
        for name, value, known in (
            ("kind", self.kind, tuple(ANALYSES)),
            ("df", self.df, MANY_DF_METHODS),
            ("covariance", self.covariance, tuple(STRUCTURES)),
            *(("ladder", step, tuple(STRUCTURES)) for step in self.ladder),
        ):
            if value not in known:
                raise AnalysisError(f"{name} must be one of {', '.join(known)}; got {value!r}.")
        if not 0 < self.alpha < 1 or self.sides not in (1, 2):
            raise AnalysisError(
                f"alpha must be between 0 and 1 and sides 1 or 2; got {self.alpha!r} and {self.sides!r}."
            )
        if (self.kind == "responders") != (self.response is not None):
            raise AnalysisError(
                "a response rule belongs to the analysis of responders, and that needs one; give response=..."
            )
        if self.kind == "responders" and (self.with_centres or self.day_weights is not None):
            raise AnalysisError(
                "responders are compared on the last day without centres; leave day_weights and with_centres out."
            )

    @property
    def good_direction(self) -> int:
        """-1 where lower is better, 1 for responders."""
        return 1 if self.kind == "responders" else -1

    def weights_of_arms(self, arms: int) -> Array:
        """Return one weight an arm.

        Raises
        ------
        AnalysisError
            If there are not as many as arms, or they do not add up to 0.
        """
        weights = np.array(self.arm_weights if self.arm_weights is not None else (-1.0, 1.0) + (0.0,) * (arms - 2))
        if weights.shape != (arms,) or abs(weights.sum()) > 1e-9 or not np.any(weights):
            raise AnalysisError(
                f"arm_weights must be {arms} numbers that add up to 0, not all 0; got {weights.tolist()}."
            )
        return weights

    def weights_of_days(self, days: int) -> Array:
        """Return one weight a day.

        Raises
        ------
        AnalysisError
            If there are not as many as days, or all are 0.
        """
        weights = np.array(self.day_weights if self.day_weights is not None else (0.0,) * (days - 1) + (1.0,))
        if weights.shape != (days,) or not np.any(weights):
            raise AnalysisError(f"day_weights must be {days} numbers, not all 0; got {weights.tolist()}.")
        return weights


@dataclass(frozen=True, kw_only=True, eq=False)
class Answers:
    """What the analysis says of each trial, every array with shape (trial,); ``nan`` where it failed.

    ``p`` is two-sided, ``z`` the normal number with that p and the sign of estimate less null.
    """

    estimate: Array
    standard_error: Array
    df: Array
    p: Array
    z: Array
    failed: Flags


def analyse(analysis: Analysis, ratings: Array, arm: IntArray, centre: IntArray) -> Answers:
    """Return what the analysis says of each trial.

    Parameters
    ----------
    analysis : Analysis
    ratings : array, shape (trial, patient, visit)
        At baseline, never missing, and on each day; ``nan`` where not seen.
    arm, centre : array of int, shape (patient,)

    Returns
    -------
    Answers

    Examples
    --------
    >>> ratings = np.array([[[7, 5.0], [8, 6.0], [6, 5.0], [7, 3.0], [8, 4.0], [6, 2.5]]])
    >>> answers = analyse(Analysis(kind="ancova"), ratings, np.repeat([0, 1], 3), np.zeros(6, dtype=int))
    >>> answers.estimate.round(3), answers.df.round(1)
    (array([-2.167]), array([3.]))
    """
    return ANALYSES[analysis.kind](analysis, ratings, arm, centre)


def _by_mmrm(analysis: Analysis, ratings: Array, arm: IntArray, centre: IntArray) -> Answers:
    columns, weights = _columns(analysis, ratings, arm, centre, ratings[:, :, 0])
    contrast = analysis.weights_of_days(ratings.shape[2] - 1)[:, None] * weights
    return _by_repeated_measures(
        analysis, ratings[:, :, 1:], columns, contrast, np.ones(contrast.shape, dtype=np.bool_)
    )


def _by_constrained(analysis: Analysis, ratings: Array, arm: IntArray, centre: IntArray) -> Answers:
    columns, weights = _columns(analysis, ratings, arm, centre, None)
    contrast = np.concatenate([[0.0], analysis.weights_of_days(ratings.shape[2] - 1)])[:, None] * weights
    at_visit = np.ones(contrast.shape, dtype=np.bool_)
    at_visit[0, 1 : int(arm.max()) + 1] = False
    return _by_repeated_measures(analysis, ratings, columns, contrast, at_visit)


def _by_ancova(analysis: Analysis, ratings: Array, arm: IntArray, centre: IntArray) -> Answers:
    return _by_last(analysis, ratings, *_columns(analysis, ratings, arm, centre, ratings[:, :, 0]))


def _by_difference(analysis: Analysis, ratings: Array, arm: IntArray, centre: IntArray) -> Answers:
    return _by_last(analysis, ratings, *_columns(analysis, ratings, arm, centre, None))


def _by_last(analysis: Analysis, ratings: Array, columns: Array, weights: Array) -> Answers:
    """Compare the weighted sum of days among those with every day that it needs: with one visit, an ordinary regression."""
    days = analysis.weights_of_days(ratings.shape[2] - 1)
    wanted = np.flatnonzero(days)
    total = ratings[:, :, 1 + wanted] @ days[wanted]
    ordinary = replace(analysis, df="satterthwaite", covariance="unstructured", ladder=())
    at_visit = np.ones((1, weights.size), dtype=np.bool_)
    return _by_repeated_measures(ordinary, total[:, :, None], columns, weights[None], at_visit)


def _by_responders(analysis: Analysis, ratings: Array, arm: IntArray, centre: IntArray) -> Answers:
    """Compare shares by the chi-square test without continuity correction (pooled variance under no difference)."""
    from scipy.special import ndtr

    if analysis.response is None:
        raise AnalysisError("responders need a response rule; give response=...")
    with np.errstate(invalid="ignore"):
        responded = analysis.response.is_met(ratings[:, :, 0], ratings[:, :, -1])
    arms = int(arm.max()) + 1
    weights, sizes = analysis.weights_of_arms(arms), np.bincount(arm)
    share = np.stack([responded[:, arm == a].mean(axis=1) for a in range(arms)], axis=1)
    pooled = (share * sizes)[:, weights != 0].sum(axis=1) / sizes[weights != 0].sum()
    null_variance = pooled * (1 - pooled) * np.sum(weights**2 / sizes)
    difference = share @ weights
    if analysis.null != 0:
        null_variance = (share * (1 - share)) @ (weights**2 / sizes)
    above = difference - analysis.null
    z = np.where(null_variance > 0, above / np.sqrt(np.where(null_variance > 0, null_variance, 1.0)), 0.0)
    return Answers(
        estimate=difference,
        standard_error=np.sqrt((share * (1 - share)) @ (weights**2 / sizes)),
        df=np.full(len(z), math.inf),
        p=2 * ndtr(-np.abs(z)),
        z=z,
        failed=np.zeros(len(z), dtype=np.bool_),
    )


#: A new analysis is one function and one line.
ANALYSES: Mapping[str, Callable[[Analysis, Array, IntArray, IntArray], Answers]] = {
    "mmrm": _by_mmrm,
    "constrained": _by_constrained,
    "ancova": _by_ancova,
    "difference": _by_difference,
    "responders": _by_responders,
}


def _columns(
    analysis: Analysis, ratings: Array, arm: IntArray, centre: IntArray, covariate: Array | None
) -> tuple[Array, Array]:
    """Return a constant, a column for each later arm, centres and the covariate, (trial, patient, column), and the contrast's weights.

    The largest centre has no column: it is the one that is not left by everybody.
    """
    arms = int(arm.max()) + 1
    others = np.delete(np.unique(centre), np.argmax(np.bincount(centre)[np.unique(centre)]))
    of_centre = centre[:, None] == (others if analysis.with_centres else others[:0])
    fixed = np.concatenate([np.ones((len(arm), 1)), arm[:, None] == np.arange(1, arms), of_centre], axis=1)
    weights = np.concatenate([[0.0], analysis.weights_of_arms(arms)[1:], np.zeros(of_centre.shape[1])])
    columns = np.broadcast_to(fixed, (len(ratings), *fixed.shape))
    if covariate is None:
        return columns, weights
    return np.concatenate([columns, covariate[:, :, None]], axis=2), np.append(weights, 0.0)


# ---- repeated measures: in closed form where that is possible, else by search, then down the ladder ---------------------


def _by_repeated_measures(
    analysis: Analysis, outcomes: Array, columns: Array, contrast: Array, at_visit: Flags
) -> Answers:
    structures = list(dict.fromkeys((analysis.covariance, *analysis.ladder)))
    fits = _nothing_yet(len(outcomes))
    if structures[0] == "unstructured" and analysis.df in MONOTONE_DF_METHODS and is_monotone(outcomes):
        fits = fit_monotone_many(outcomes, columns, contrast=contrast, at_visit=at_visit, df=analysis.df)
        structures.pop(0)
    for structure in structures:
        left = np.flatnonzero(~fits.converged)
        if left.size == 0:
            break
        again = _by_search(analysis, structure, outcomes[left], columns[left], contrast, at_visit)
        fits = _with_rows(fits, left, again)
    return _answers(analysis, fits)


def _by_search(
    analysis: Analysis, structure: str, outcomes: Array, columns: Array, contrast: Array, at_visit: Flags
) -> ManyFits:
    """Fit with a design matrix of every column at every visit at which it has a coefficient."""
    visit, column = np.nonzero(at_visit)
    count, patients, visits = outcomes.shape
    design = np.zeros((count, patients, visits, len(visit)))
    design[:, :, visit, np.arange(len(visit))] = columns[:, :, column]
    if int(np.max(np.sum(~np.isnan(outcomes), axis=(1, 2)))) <= design.shape[-1]:
        return _nothing_yet(count)
    return fit_mmrm_many(outcomes, design, contrast=contrast[visit, column], covariance=structure, df=analysis.df)


def _nothing_yet(count: int) -> ManyFits:
    numbers = {each.name: np.full(count, math.nan) for each in fields(ManyFits) if each.name != "converged"}
    return ManyFits(converged=np.zeros(count, dtype=np.bool_), **numbers)


def _with_rows(fits: ManyFits, rows: IntArray, others: ManyFits) -> ManyFits:
    merged = {each.name: getattr(fits, each.name).copy() for each in fields(ManyFits)}
    for name, values in merged.items():
        values[rows] = getattr(others, name)
    return ManyFits(**merged)


def _answers(analysis: Analysis, fits: ManyFits) -> Answers:
    from scipy.special import ndtri, stdtr

    with np.errstate(invalid="ignore"):
        t = (fits.estimate - analysis.null) / fits.standard_error
        tail = stdtr(fits.df, -np.abs(t))
        z = -np.sign(t) * ndtri(tail)
    failed = ~fits.converged | ~np.isfinite(t)
    numbers = {"estimate": fits.estimate, "standard_error": fits.standard_error, "df": fits.df, "p": 2 * tail, "z": z}
    return Answers(failed=failed, **{name: np.where(failed, math.nan, each) for name, each in numbers.items()})
