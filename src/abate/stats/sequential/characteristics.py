"""What does a design do when the effect is none, half, all or more of what was planned?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from abate.stats.arrays import Array, number_vector
from abate.stats.sequential.boundaries import no_lower_bounds
from abate.stats.sequential.design import GroupSequentialDesign
from abate.stats.sequential.errors import StageError
from abate.stats.sequential.recursion import follow

#: Shares of the planned drift at which a design is shown.
SHARES_OF_PLAN = (0.0, 0.5, 1.0, 1.5)


@dataclass(frozen=True, kw_only=True)
class OperatingCharacteristics:
    """What a design does at one drift; probabilities by look are not cumulative. Futility bounds are obeyed."""

    share_of_plan: float | None
    drift: float
    reject_by_look: tuple[float, ...]  # on either side
    futility_by_look: tuple[float, ...]  # of every look but the last; zeros where there are no such bounds
    reject: float
    reject_wrong_side: float  # the part of `reject` below, of a two-sided design
    stop_for_futility: float
    early_stop: float
    expected_information: float  # as a share of the information at the end
    stop_by_look: tuple[float, ...]  # for either reason; the last look takes whoever is left


def lower_bounds(design: GroupSequentialDesign) -> Array:
    """Return what ends a trial downwards at each look: the other side, futility, or nothing.

    Examples
    --------
    >>> from abate.stats.sequential.boundaries import pocock
    >>> from abate.stats.sequential.design import plan_design
    >>> lower_bounds(plan_design((0.5, 1), alpha=0.05, sided=2, power=0.9, efficacy=pocock())).round(3)
    array([-2.178, -2.178])
    """
    if design.sided == 2:
        return -np.array(design.efficacy_z)
    if not design.futility_z:
        return no_lower_bounds(len(design.information))
    return np.append(design.futility_z, -np.inf)


def operating_characteristics(
    design: GroupSequentialDesign,
    *,
    drifts: Sequence[float] | None = None,
    shares: Sequence[float] = SHARES_OF_PLAN,
) -> tuple[OperatingCharacteristics, ...]:
    """Return what a design does at each of several drifts.

    Parameters
    ----------
    design : GroupSequentialDesign
    drifts : sequence of float, optional
        Means of Z at the final look.
    shares : sequence of float
        Drifts as shares of the planned one; read where ``drifts`` is left out.

    Raises
    ------
    ParameterError
        If a drift is not a finite number.
    StageError
        If there is none.

    References
    ----------
    Jennison & Turnbull (2000), Group Sequential Methods with Applications to Clinical Trials, chapter 19.

    Examples
    --------
    >>> from abate.stats.sequential.boundaries import pocock
    >>> from abate.stats.sequential.design import plan_design
    >>> design = plan_design((0.5, 1), alpha=0.05, sided=2, power=0.9, efficacy=pocock())
    >>> [round(row.expected_information, 3) for row in operating_characteristics(design)]
    [0.985, 0.918, 0.705, 0.538]
    """
    asked = number_vector(shares if drifts is None else drifts, "drifts")
    if asked.size == 0:
        raise StageError("no drift was named; give at least one, such as shares=(0, 0.5, 1, 1.5).")
    if drifts is None:
        return tuple(_at(design, float(share) * design.drift, float(share)) for share in asked)
    return tuple(_at(design, float(drift), None) for drift in asked)


def _at(design: GroupSequentialDesign, drift: float, share: float | None) -> OperatingCharacteristics:
    crossings = follow(design.information, lower_bounds(design), design.efficacy_z, drift)
    wrong_side = crossings.below if design.sided == 2 else np.zeros_like(crossings.below)
    futility = np.zeros_like(crossings.below[:-1]) if design.sided == 2 else crossings.below[:-1]
    reject = crossings.above + wrong_side
    early = reject[:-1] + futility
    stop = np.append(early, 1 - early.sum())
    return OperatingCharacteristics(
        share_of_plan=share,
        drift=drift,
        reject_by_look=tuple(map(float, reject)),
        futility_by_look=tuple(map(float, futility)),
        reject=float(reject.sum()),
        reject_wrong_side=float(wrong_side.sum()),
        stop_for_futility=float(futility.sum()),
        early_stop=float(early.sum()),
        expected_information=float(stop @ np.array(design.information)),
        stop_by_look=tuple(map(float, stop)),
    )
