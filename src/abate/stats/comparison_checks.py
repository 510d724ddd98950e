"""What forbids the use of a comparison, whatever it would say?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from abate.base.errors import ParameterError
from abate.stats.contrasts import ComparisonEstimate
from abate.stats.covariate_balance import CovariateBalance, largest_imbalance
from abate.stats.negative_controls import EmpiricalNull
from abate.stats.overlap import Overlap


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """What a comparison must keep; None asks for nothing.

    Attributes
    ----------
    largest_imbalance : float or None
        Of any covariate with weights, in standard deviations.
    least_equipoise : float or None
        Share of each group with an undecided preference score.
    least_effective_persons : float or None
        In each group.
    largest_share : float or None
        Of a group's weight on one person.
    largest_systematic_error : float or None
        Expected by the negative controls, on the scale of the estimate.
    """

    largest_imbalance: float | None = 0.1
    least_equipoise: float | None = 0.3
    least_effective_persons: float | None = 10.0
    largest_share: float | None = 0.2
    largest_systematic_error: float | None = None

    def __post_init__(self) -> None:
        given = [number for number in vars(self).values() if number is not None]
        if not all(math.isfinite(number) and number >= 0 for number in given):
            raise ParameterError(f"thresholds must be finite and at least 0; got {given}.")


@dataclass(frozen=True, kw_only=True)
class FailedCheck:
    """One threshold that is not kept.

    Attributes
    ----------
    name : str
        The threshold.
    value : float or None
        What was found; None where it could not be known, which does not pass.
    threshold : float
    sentence : str
        As a clause.
    """

    name: str
    value: float | None
    threshold: float
    sentence: str


def failed_checks(
    thresholds: Thresholds,
    estimate: ComparisonEstimate,
    balance: Sequence[CovariateBalance],
    overlap: Overlap,
    null: EmpiricalNull | None = None,
) -> tuple[FailedCheck, ...]:
    """Return every threshold that a comparison does not keep; with one or more, its estimate is not to be used.

    What is not known does not pass. The check of systematic error is made only where negative controls are given.

    Parameters
    ----------
    thresholds : Thresholds
    estimate : ComparisonEstimate
    balance : sequence of CovariateBalance
        With the weights of the estimate.
    overlap : Overlap
    null : EmpiricalNull, optional

    Returns
    -------
    tuple of FailedCheck
        Empty where all are kept.

    Examples
    --------
    >>> from abate.stats.covariate_balance import weighted_balance
    >>> from abate.stats.overlap import describe_overlap
    >>> estimate = ComparisonEstimate(value=1.0, lower=0.0, upper=2.0, level=0.95, method="by hand", count_1=2,
    ...     count_0=2, person_count=4, effective_1=2.0, effective_0=2.0, largest_share=0.5)
    >>> balance = weighted_balance([1, 2, 1, 2], [1, 1, 0, 0], [1, 1, 1, 1])
    >>> overlap = describe_overlap([1, 1, 0, 0], [0.5, 0.5, 0.5, 0.5])
    >>> [check.name for check in failed_checks(Thresholds(), estimate, balance, overlap)]
    ['least_effective_persons', 'largest_share']
    """
    effective = min(estimate.effective_1, estimate.effective_0)
    sides = [share for share in (overlap.equipoise_1, overlap.equipoise_0) if share is not None]
    equipoise = min(sides) if sides else None
    imbalance, share = largest_imbalance(balance), estimate.largest_share
    checks = [
        _above("largest_imbalance", imbalance, thresholds.largest_imbalance, "a covariate is out of balance by", "SD"),
        _below("least_equipoise", equipoise, thresholds.least_equipoise, "the share of a group in equipoise is"),
        _below(
            "least_effective_persons",
            effective,
            thresholds.least_effective_persons,
            "the effective number of persons of a group is",
        ),
        _above("largest_share", share, thresholds.largest_share, "one person carries a share of a group's weight of"),
    ]
    if null is not None:
        size = null.expected_size
        said = "the systematic error to be expected is"
        checks.append(_above("largest_systematic_error", size, thresholds.largest_systematic_error, said))
    return tuple(check for check in checks if check is not None)


def _above(name: str, value: float | None, most: float | None, said: str, unit: str = "") -> FailedCheck | None:
    if most is None or (value is not None and value <= most):
        return None
    return _failed(name, value, most, said, unit, "above")


def _below(name: str, value: float | None, least: float | None, said: str) -> FailedCheck | None:
    if least is None or (value is not None and value >= least):
        return None
    return _failed(name, value, least, said, "", "below")


def _failed(name: str, value: float | None, threshold: float, said: str, unit: str, side: str) -> FailedCheck:
    found = "unknown" if value is None else f"{value:.3g}"
    unit = f" {unit}" if unit and value is not None else ""
    against = f"which cannot be held against {threshold:g}" if value is None else f"{side} {threshold:g}"
    return FailedCheck(name=name, value=value, threshold=threshold, sentence=f"{said} {found}{unit}, {against}")
