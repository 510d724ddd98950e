"""What does a linear model say of outcomes that were rated repeatedly, whatever visits were missed?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, Labels, require_level
from abate.stats.mmrm.inference import DF_METHODS, Fitted, Inference
from abate.stats.mmrm.inputs import RepeatedData, check_coordinates, check_repeated_data, choice, contrast_rows
from abate.stats.mmrm.likelihood import Model
from abate.stats.mmrm.maximum import Summit, climb_to_maximum
from abate.stats.mmrm.patterns import Patterns, find_patterns
from abate.stats.mmrm.sandwich import SANDWICH_POWERS, Sandwich
from abate.stats.mmrm.spatial import SpatialExponential
from abate.stats.mmrm.structures import STRUCTURES, Structure

SPATIAL = "spatial-exponential"
_NO_COVARIANCE = (
    "the covariance of the coefficients by {df} is not positive; choose kenward-roger-linear or satterthwaite"
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Contrast:
    """Linear combinations of the coefficients; every array has shape (contrast,), in the outcome's unit.

    What an unfinished fit cannot give is ``nan``.
    """

    estimate: Array
    standard_error: Array
    df: Array
    t: Array
    p: Array
    lower: Array
    upper: Array
    level: float


@dataclass(frozen=True, kw_only=True)
class JointTest:
    """An F test of several contrasts at once; ``nan`` where the fit is unfinished."""

    statistic: float
    numerator_df: int
    denominator_df: float
    p: float


@dataclass(frozen=True, kw_only=True)
class LadderStep:
    """One structure that was tried, and why it did not do (empty where it did)."""

    structure: str
    message: str


@dataclass(frozen=True, kw_only=True, eq=False)
class MmrmFit:
    """A fitted mixed model for repeated measures.

    Attributes
    ----------
    names : tuple of str
        Columns of the design matrix; the arrays ``estimate``, ``standard_error``, ``df``, ``t``, ``p``, ``lower`` and ``upper``
        follow their order, shape (column,).
    coefficient_covariance : array, shape (column, column)
        The one that inference uses: corrected under Kenward-Roger, empirical with a sandwich.
    covariance : array, shape (visit, visit), or mapping of group to such arrays
        Covariance of the visits; one a group where a group was given. With a spatial structure of two visits at distance 0 and 1.
    log_likelihood : float
        Restricted with REML; with the constants in 2 pi.
    parameters : array
        Covariance parameters, group by group, as ``structures.py`` states.
    converged, message
        Whether a maximum was found where the data determine every parameter; else why not. Then standard errors, degrees of
        freedom, tests and limits are ``nan``, and ``estimate`` and ``covariance`` are where the climb ended. There is a message
        also where a corrected covariance came out negative.
    steps : tuple of LadderStep
        The structures that were tried, in order; the last one is ``structure``.
    data : RepeatedData
        What was fitted.
    """

    names: tuple[str, ...]
    estimate: Array
    standard_error: Array
    df: Array
    t: Array
    p: Array
    lower: Array
    upper: Array
    level: float
    coefficient_covariance: Array
    covariance: Array | Mapping[object, Array]
    log_likelihood: float
    parameters: Array
    structure: str
    df_method: str
    sandwich: str | None
    reml: bool
    converged: bool
    message: str
    steps: tuple[LadderStep, ...]
    step_count: int
    visits: Labels
    groups: Labels
    subject_count: int
    observation_count: int
    data: RepeatedData = field(repr=False)
    _model: Model = field(repr=False)
    _inference: Inference | None = field(repr=False)

    @property
    def parameter_count(self) -> int:
        """How many covariance parameters were fitted."""
        return self.parameters.size

    @property
    def aic(self) -> float:
        """Akaike's criterion; only covariance parameters are counted, as R's mmrm and, with REML, SAS do."""
        return -2 * self.log_likelihood + 2 * self.parameter_count

    @property
    def aicc(self) -> float:
        """Akaike's criterion corrected for few rows (with REML, rows less coefficients)."""
        k = self.parameter_count
        rows = self.observation_count - (len(self.names) if self.reml else 0)
        rows = max(rows, k + 2)
        return -2 * self.log_likelihood + 2 * k * rows / (rows - k - 1)

    @property
    def bic(self) -> float:
        """Schwarz's criterion, by the number of subjects."""
        return -2 * self.log_likelihood + self.parameter_count * math.log(self.subject_count)

    def subject_covariance(self, subject: int) -> Array:
        """Return the covariance of all visits for a subject, by its place in ``data.subjects``, without weights."""
        group = int(self.data.rows.group[subject])
        structure, part = self._model.structures[group], self._model.parts[group]
        covariance = structure.covariance(self.parameters[part])
        if covariance.ndim == 2:
            return covariance
        return np.asarray(covariance[int(np.sum(self.data.rows.group[:subject] == group))])

    def contrast(self, weights: ArrayLike) -> Contrast:
        """Return linear combinations of the coefficients.

        Parameters
        ----------
        weights : array-like, shape (column,) or (contrast, column)
            What each coefficient is multiplied by.

        Raises
        ------
        ShapeError
            If a row has not one weight a coefficient.
        ParameterError
            If a weight is missing or infinite, or a row has zeros only.
        """
        rows = contrast_rows(weights, len(self.names))
        return _contrast(rows, self.estimate, self._inference, self.level)

    def joint_test(self, contrasts: ArrayLike) -> JointTest:
        """Return the F test that all rows of ``contrasts`` are 0, shape (contrast, column).

        Raises
        ------
        ShapeError, ParameterError
            As ``contrast``, and if a row says what others say already.
        """
        rows = contrast_rows(contrasts, len(self.names))
        if np.linalg.matrix_rank(rows) < len(rows):
            raise ParameterError("a row of the contrasts can be made of the others; leave it out.")
        return _joint_test(rows, self.estimate, self._inference)


def fit_mmrm(
    outcome: ArrayLike,
    design_matrix: ArrayLike,
    subject: ArrayLike,
    visit: ArrayLike,
    *,
    covariance: str = "unstructured",
    df: str = "satterthwaite",
    reml: bool = True,
    group: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    coordinates: ArrayLike | None = None,
    sandwich: str | None = None,
    names: Sequence[str] | None = None,
    level: float = 0.95,
    fallback: Sequence[str] = (),
) -> MmrmFit:
    """Return a linear model of repeated outcomes, whose covariance within a subject has the structure that is named.

    The outcomes of a subject are normal with mean ``design_matrix @ coefficients``; visits that were not seen are left out of
    the likelihood, which is right where they are missing at random. Subjects are independent.

    Parameters
    ----------
    outcome : array-like, shape (row,)
        One row a subject and visit that was seen.
    design_matrix : array-like, shape (row, column)
        Of full rank, the intercept among its columns where there is one.
    subject, visit : array-like of labels, shape (row,)
        Visits are in the order of their labels: number them.
    covariance : str
        unstructured, toeplitz, toeplitz-h, ar1, ar1-h, ante-dependence, ante-dependence-h, compound-symmetry,
        compound-symmetry-h (h: a variance for each visit) or spatial-exponential.
    df : str
        satterthwaite, kenward-roger, kenward-roger-linear, between-within or residual. "kenward-roger" is that of R's mmrm:
        its second derivatives are those of logarithms and Cholesky factors, and make standard errors too small where subjects
        are few (with one visit, by 1/df of the variance). "kenward-roger-linear" does without them, is SAS's for an
        unstructured covariance, and exact where Student's t is: choose it below some 50 subjects.
    reml : bool
        Restricted likelihood, else the full one.
    group : array-like of labels, shape (row,), optional
        A covariance for each group of subjects, an arm say.
    weights : array-like, shape (row,), optional
        Above 0; the variance of a row is divided by its weight.
    coordinates : array-like, shape (row,) or (row, dimension)
        Where or when each row was, for spatial-exponential.
    sandwich : str, optional
        cr0, cr2 or cr3: the empirical covariance of the coefficients in place of the model's. With ``df="satterthwaite"`` it
        has degrees of freedom of its own.
    names : sequence of str, optional
        Names of the columns.
    level : float
        Coverage of the limits, between 0 and 1.
    fallback : sequence of str
        Structures to try in turn where ``covariance`` does not converge; each step stands in ``steps``.

    Returns
    -------
    MmrmFit
        A fit that did not converge is an answer too: ``converged`` is False, and ``message`` says why.

    Raises
    ------
    ParameterError
        One of the classes of ``errors.py``: missing or infinite numbers, shapes that do not agree, two rows for one visit, an
        unknown structure, a design matrix without full rank, no degrees of freedom left.

    References
    ----------
    Jennrich & Schluchter (1986), Biometrics 42(4), 805-820. https://doi.org/10.2307/2530695
    Patterson & Thompson (1971), Biometrika 58(3), 545-554. https://doi.org/10.1093/biomet/58.3.545

    Examples
    --------
    >>> pain = [7, 5, 4, 8, 6, 3, 6, 4, 3, 9, 7, 7, 8, 5, 5]
    >>> day = [1, 2, 3] * 5
    >>> columns = [[1, d == 2, d == 3] for d in day]
    >>> fit = fit_mmrm(pain, columns, [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5], day, covariance="compound-symmetry")
    >>> fit.estimate.round(3), fit.df.round(1)
    (array([ 7.6, -2.2, -3.2]), array([5.5, 8. , 8. ]))
    """
    require_level(level)
    tried = [choice(name, (*STRUCTURES, SPATIAL), "covariance") for name in (covariance, *fallback)]
    choice(df, DF_METHODS, "df")
    if sandwich is not None:
        choice(sandwich, SANDWICH_POWERS, "sandwich")
    _refuse_mixed_corrections(df, sandwich, reml)
    data = check_repeated_data(outcome, design_matrix, subject, visit, group=group, weights=weights, names=names)
    if coordinates is not None and SPATIAL not in tried:
        raise ParameterError(f"coordinates are for {SPATIAL!r}; leave them out, or choose that structure.")
    places = check_coordinates(coordinates, data) if SPATIAL in tried else None
    steps: list[LadderStep] = []
    for name in tried:
        model = _model(data, name, reml, places)
        summit = climb_to_maximum(model)
        steps.append(LadderStep(structure=name, message=summit.message))
        if summit.converged:
            break
    return _describe(data, model, summit, tuple(steps), df, sandwich, level)


def _refuse_mixed_corrections(df: str, sandwich: str | None, reml: bool) -> None:
    if df.startswith("kenward-roger") and sandwich is not None:
        raise ParameterError(f"{df} corrects the model's own covariance; choose satterthwaite beside a sandwich.")
    if df.startswith("kenward-roger") and not reml:
        raise ParameterError(f"{df} is made for restricted likelihood; choose reml=True, or satterthwaite.")


def _model(data: RepeatedData, name: str, reml: bool, places: Array | None) -> Model:
    patterns = find_patterns(data.rows, one_each=name == SPATIAL)
    return Model(
        patterns=patterns,
        structures=tuple(_structure(name, data, patterns, group, places) for group in range(len(data.groups))),
        reml=reml,
        observation_count=data.observation_count,
        log_weight=float(np.sum(np.log(data.root_weight))),
    )


def _structure(name: str, data: RepeatedData, patterns: Patterns, group: int, places: Array | None) -> Structure:
    if places is None or name != SPATIAL:
        return STRUCTURES[name](len(data.visits))
    laid_out = np.zeros((len(data.subjects), len(data.visits), places.shape[1]))
    laid_out[data.subject_place, data.visit_place] = places
    chosen = np.flatnonzero(patterns.group == group)
    apart = np.linalg.norm(laid_out[chosen, :, None] - laid_out[chosen, None, :], axis=3)
    both = patterns.seen[chosen, :, None] & patterns.seen[chosen, None, :]
    return SpatialExponential(np.where(both, apart, 0.0))


def _describe(
    data: RepeatedData,
    model: Model,
    summit: Summit,
    steps: tuple[LadderStep, ...],
    df: str,
    sandwich: str | None,
    level: float,
) -> MmrmFit:
    inference, message = _inference(data, model, summit, df, sandwich), summit.message
    if inference is not None and np.any(np.diagonal(inference.covariance) <= 0):
        inference, message = None, _NO_COVARIANCE.format(df=df)
    estimate, p = data.centre + summit.point.coefficients, model.column_count
    found = _contrast(np.eye(p), estimate, inference, level)
    return MmrmFit(
        names=data.names,
        estimate=estimate,
        standard_error=found.standard_error,
        df=found.df,
        t=found.t,
        p=found.p,
        lower=found.lower,
        upper=found.upper,
        level=level,
        coefficient_covariance=np.full((p, p), math.nan) if inference is None else inference.covariance,
        covariance=_covariances(data, model, summit.point.theta),
        log_likelihood=summit.point.value,
        parameters=summit.point.theta,
        structure=steps[-1].structure,
        df_method=df,
        sandwich=sandwich,
        reml=model.reml,
        converged=summit.converged,
        message=message,
        steps=steps,
        step_count=summit.step_count,
        visits=data.visits,
        groups=data.groups,
        subject_count=len(data.subjects),
        observation_count=data.observation_count,
        data=data,
        _model=model,
        _inference=inference,
    )


def _inference(data: RepeatedData, model: Model, summit: Summit, df: str, sandwich: str | None) -> Inference | None:
    if summit.parameter_covariance is None:
        return None
    fitted = Fitted(data=data, model=model, summit=summit, parameter_covariance=summit.parameter_covariance)
    if sandwich is None:
        return DF_METHODS[df](fitted)
    empirical = Sandwich(fitted, sandwich)
    if df == "satterthwaite":
        return empirical
    plain = DF_METHODS[df](fitted)
    plain.covariance = empirical.covariance
    return plain


def _covariances(data: RepeatedData, model: Model, theta: Array) -> Array | Mapping[object, Array]:
    found: dict[object, Array] = {}
    for label, structure, part in zip(data.groups.tolist(), model.structures, model.parts, strict=True):
        shown = structure
        if isinstance(structure, SpatialExponential):
            shown = SpatialExponential(np.array([[[0.0, 1.0], [1.0, 0.0]]]))
        covariance = shown.covariance(theta[part])
        found[label] = covariance[0] if covariance.ndim == 3 else covariance
    return found if data.is_grouped else next(iter(found.values()))


def _contrast(rows: Array, coefficients: Array, inference: Inference | None, level: float) -> Contrast:
    from scipy import special

    estimate = rows @ coefficients
    if inference is None:
        nothing = np.full(len(rows), math.nan)
        return Contrast(
            estimate=estimate, standard_error=nothing, df=nothing, t=nothing, p=nothing, lower=nothing, upper=nothing, level=level
        )  # fmt: skip
    standard_error = np.sqrt(np.einsum("cp,pq,cq->c", rows, inference.covariance, rows))
    df = inference.degrees_of_freedom(rows)
    t = estimate / standard_error
    half_width = special.stdtrit(df, (1 + level) / 2) * standard_error
    return Contrast(
        estimate=estimate,
        standard_error=standard_error,
        df=df,
        t=t,
        p=2 * special.stdtr(df, -np.abs(t)),
        lower=estimate - half_width,
        upper=estimate + half_width,
        level=level,
    )


def _joint_test(rows: Array, coefficients: Array, inference: Inference | None) -> JointTest:
    from scipy import special

    count = len(rows)
    if inference is None:
        return JointTest(statistic=math.nan, numerator_df=count, denominator_df=math.nan, p=math.nan)
    estimate = rows @ coefficients
    scale, denominator = inference.joint(rows)
    raw = float(estimate @ np.linalg.solve(rows @ inference.covariance @ rows.T, estimate)) / count
    statistic = scale * raw
    return JointTest(
        statistic=statistic,
        numerator_df=count,
        denominator_df=denominator,
        p=float(special.fdtrc(count, denominator, statistic)),
    )
