"""How many persons does a dose-finding trial need to show that the outcome changes with the dose, by MCP-Mod?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, number_vector
from abate.stats.matrices import solved
from abate.stats.sizes.checks import checked_covariance, require_rate, require_spread
from abate.stats.sizes.dose_shapes import Shape, checked_doses, shape_means
from abate.stats.sizes.errors import EffectError
from abate.stats.sizes.joint_t import MOST_STATISTICS, chance_all_below, critical_value
from abate.stats.sizes.size import Size, fields_of
from abate.stats.sizes.solving import Arms, Question, answer


@dataclass(frozen=True, kw_only=True, eq=False)
class DoseTest:
    """The multiple contrast test of MCP-Mod for given candidate shapes.

    Attributes
    ----------
    contrasts : array of float64, shape (m, k)
        One for each shape: sum 0, unit length, best for that shape.
    correlation : array of float64, shape (m, m)
        Of the contrasts' statistics.
    critical_value : float
        The largest statistic must pass it.
    alpha : float
        One-sided.
    degrees_of_freedom : float
        Infinite for normal estimates.
    covariance : array of float64, shape (k, k)
        Of the estimates by dose.
    """

    contrasts: Array
    correlation: Array
    critical_value: float
    alpha: float
    degrees_of_freedom: float
    covariance: Array

    def power(self, means: ArrayLike) -> float:
        """Return the chance that the test finds a dose response where these means by dose are true."""
        of_contrast = np.sqrt(np.einsum("mk,kl,ml->m", self.contrasts, self.covariance, self.contrasts))
        shifts: Array = self.contrasts @ number_vector(means, "means") / of_contrast
        return 1 - chance_all_below(self.critical_value, self.correlation, self.degrees_of_freedom, shifts)


@dataclass(frozen=True, kw_only=True, eq=False)
class DoseFindingSize(Size):
    """A size for MCP-Mod; power is that of the least favourable shape.

    Attributes
    ----------
    shapes : tuple of str
    power_by_shape : tuple of float
        Where that shape is true, at the unrounded size.
    critical_value : float
    """

    shapes: tuple[str, ...]
    power_by_shape: tuple[float, ...]
    critical_value: float


def optimal_contrasts(means: ArrayLike, covariance: ArrayLike) -> Array:
    """Return the contrast that finds each shape best: ``S^-1 (mu - weighted mean)``, of unit length.

    Parameters
    ----------
    means : array-like, shape (m, k)
        Of each candidate shape by dose; location and scale do not matter.
    covariance : array-like, shape (k, k)
        Of the estimates by dose, such as least-squares means of day 5; positive definite. Scale does not matter.

    Returns
    -------
    array of float64, shape (m, k)

    Raises
    ------
    EffectError
        If a shape is flat.
    SpreadError, NotPositiveDefiniteError, ParameterError
        As their names say.

    References
    ----------
    Bretz, Pinheiro & Branson (2005), Biometrics 61(3), 738-748. https://doi.org/10.1111/j.1541-0420.2005.00344.x
    Pinheiro, Bornkamp, Glimm & Bretz (2014), Statistics in Medicine 33(10), 1646-1661. https://doi.org/10.1002/sim.6052

    Examples
    --------
    >>> optimal_contrasts([[0, 1, 2]], np.eye(3)).round(4).tolist()
    [[-0.7071, 0.0, 0.7071]]
    """
    shapes, spread = np.atleast_2d(np.asarray(means, dtype=np.float64)), checked_covariance(covariance)
    if shapes.ndim != 2 or shapes.shape[1] != len(spread) or not np.all(np.isfinite(shapes)):
        raise ParameterError(f"means must have one row a shape and {len(spread)} columns; got shape {shapes.shape}.")
    if np.any(np.ptp(shapes, axis=1) == 0):
        raise EffectError("a candidate shape is flat, and no size can show a dose response that is not there.")
    ones = solved(spread, np.ones(len(spread)))
    weighted = shapes @ ones / ones.sum()
    raw = solved(spread, (shapes - weighted[:, None]).T).T
    contrasts: Array = raw / np.linalg.norm(raw, axis=1, keepdims=True)
    return contrasts


def dose_test(
    means: ArrayLike, covariance: ArrayLike, alpha: float = 0.025, degrees_of_freedom: float = math.inf
) -> DoseTest:
    """Return the multiple contrast test for candidate shapes and the covariance of the estimates by dose.

    Parameters
    ----------
    means, covariance
        As for :func:`optimal_contrasts`.
    alpha : float
        One-sided, between 0 and 1.
    degrees_of_freedom : float
        Of the variance in the covariance; infinite for the generalised form.

    Returns
    -------
    DoseTest

    Raises
    ------
    EffectError, SpreadError, NotPositiveDefiniteError, ErrorRateError, ParameterError
        As their names say.

    Examples
    --------
    >>> test = dose_test([[0, 0.5, 1], [0, 0.9, 1]], np.eye(3) / 20)
    >>> test.correlation.round(3).tolist(), round(test.critical_value, 2)
    ([[1.0, 0.908], [0.908, 1.0]], 2.1)
    """
    require_rate(alpha, "alpha")
    contrasts = optimal_contrasts(means, covariance)
    if len(contrasts) > MOST_STATISTICS:
        raise ParameterError(
            f"at most {MOST_STATISTICS} candidate shapes can be tested together; got {len(contrasts)}."
        )
    spread = np.asarray(covariance, dtype=np.float64)
    products = contrasts @ spread @ contrasts.T
    sds = np.sqrt(np.diag(products))
    correlation: Array = products / np.outer(sds, sds)
    return DoseTest(
        contrasts=contrasts,
        correlation=correlation,
        critical_value=critical_value(correlation, alpha, degrees_of_freedom),
        alpha=alpha,
        degrees_of_freedom=degrees_of_freedom,
        covariance=spread,
    )


def mcp_mod(
    *,
    largest_effect: float | None,
    doses: ArrayLike,
    shapes: Sequence[Shape],
    sd: float,
    weights: ArrayLike | None = None,
    total: float | None = None,
    power: float | None = None,
    alpha: float | None = 0.025,
) -> DoseFindingSize:
    """Return size, largest effect, power or alpha of an MCP-Mod trial, whichever is ``None``; one-sided.

    Parameters
    ----------
    largest_effect : float or None
        Over control, within the range of doses, in the direction of benefit, above 0, the same for all shapes.
    doses : array-like, shape (k,)
        Rising, control (0) first; as assigned ceilings, because titration to effect destroys the dose response.
    shapes : sequence of Shape
    sd : float
        Within a dose, above 0.
    weights : array-like, shape (k,), optional
        Persons by dose in proportion; the same at all where it is not given.
    total, power, alpha
        As for :func:`abate.stats.sizes.means.two_means`; power is that of the least favourable shape.

    Returns
    -------
    DoseFindingSize

    Raises
    ------
    UnknownCountError, EffectError, SpreadError, ErrorRateError, UnreachableError, ParameterError
        As their names say.

    References
    ----------
    Bretz, Pinheiro & Branson (2005), as for :func:`optimal_contrasts`.

    Examples
    --------
    >>> from abate.stats.sizes.dose_shapes import Form
    >>> size = mcp_mod(largest_effect=1.5, doses=[0, 0.1, 0.2, 0.35, 0.5], sd=2.2, total=125,
    ...     shapes=[Shape(form=Form.LINEAR), Shape(form=Form.EMAX, guesses=(0.1,))])
    >>> [round(power, 2) for power in size.power_by_shape]
    [0.74, 0.75]
    """
    require_spread(sd, "sd")
    levels = checked_doses(doses)
    if not shapes:
        raise ParameterError("shapes must hold at least one candidate shape.")
    means = np.array([shape_means(shape, levels) for shape in shapes])
    shares = _shares(weights, len(levels))
    test_of = lru_cache(maxsize=64)(lambda arms, alpha: _test_of(means, sd, arms, alpha))

    def powers(arms: Arms, effect: float, alpha: float) -> tuple[float, ...]:
        return tuple(test_of(arms, alpha).power(effect * row) for row in means)

    question = Question(
        power_of=lambda arms, effect, alpha: min(powers(arms, effect, alpha)),
        shares=shares,
        sided=1,
        effect_is="largest effect over control",
        least_total=(len(levels) + 1) * (1 + 1e-9),
        size_is="persons at all doses",
    )
    size = answer(
        question,
        total=total,
        effect=largest_effect,
        power=power,
        alpha=alpha,
        method=f"MCP-Mod, {len(shapes)} candidate shapes, power of the least favourable",
        source="Bretz, Pinheiro & Branson (2005)",
    )
    return DoseFindingSize(
        **fields_of(size),
        shapes=tuple(shape.name for shape in shapes),
        power_by_shape=powers(size.per_arm, size.effect, size.alpha),
        critical_value=test_of(size.per_arm, size.alpha).critical_value,
    )


def _test_of(means: Array, sd: float, arms: Arms, alpha: float) -> DoseTest:
    return dose_test(means, np.diag(sd**2 / np.array(arms)), alpha, math.fsum(arms) - len(arms))


def _shares(weights: ArrayLike | None, dose_count: int) -> tuple[float, ...]:
    of_dose = np.ones(dose_count) if weights is None else number_vector(weights, "weights")
    if len(of_dose) != dose_count or of_dose.min() <= 0:
        raise ParameterError(f"weights must be above 0, one for each of {dose_count} doses; got {of_dose.tolist()!r}.")
    return tuple(float(weight) for weight in of_dose / of_dose.sum())
