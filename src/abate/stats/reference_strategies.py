"""What is assumed of a person's visits after the last one seen: at random, or as in the reference arm?

Each strategy makes one joint distribution of all visits, seen and unseen, from those of the person's own arm and of the
reference arm (Carpenter, Roger & Kenward 2013, https://doi.org/10.1080/10543406.2013.834911).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from abate.stats.arrays import Array
from abate.stats.matrices import solved


class Strategy(StrEnum):
    """What is assumed of a person's visits after the last one seen."""

    MISSING_AT_RANDOM = "missing at random"  # goes on as others of the own arm with the same past
    JUMP_TO_REFERENCE = "jump to reference"  # mean of the reference arm from then on
    COPY_REFERENCE = "copy reference"  # as if in the reference arm from the beginning
    COPY_INCREMENTS = "copy increments in reference"  # from the own mean, in steps of the reference arm's mean


@dataclass(frozen=True, eq=False)
class Joint:
    """The distribution of all visits of some persons of one arm, or a stack of them.

    Attributes
    ----------
    mean : array of float64, shape (m, persons, v)
    covariance : array of float64, shape (m, v, v)
    """

    mean: Array
    covariance: Array


def joint_distribution(strategy: Strategy, own: Joint, reference: Joint, first: int) -> Joint:
    """Return what a strategy makes of the own and the reference arm's distributions.

    Parameters
    ----------
    strategy : Strategy
    own, reference : Joint
        Of the same persons, with their covariates, as if in their own arm and in the reference arm.
    first : int
        Place of the first visit after the last seen one.

    Returns
    -------
    Joint

    Examples
    --------
    >>> own, reference = (Joint(np.array([[mean]]), np.eye(3)[None]) for mean in ([5.0, 4, 3], [6.0, 6, 6.5]))
    >>> for strategy in Strategy:
    ...     print(joint_distribution(strategy, own, reference, first=2).mean[0, 0])
    [5. 4. 3.]
    [5.  4.  6.5]
    [6.  6.  6.5]
    [5.  4.  4.5]
    """
    return _STRATEGIES[strategy](own, reference, first)


def _at_random(own: Joint, reference: Joint, first: int) -> Joint:
    return own


def _copy_reference(own: Joint, reference: Joint, first: int) -> Joint:
    return reference


def _jump_to_reference(own: Joint, reference: Joint, first: int) -> Joint:
    mean = np.concatenate([own.mean[..., :first], reference.mean[..., first:]], axis=-1)
    return Joint(mean, _joined_covariance(own.covariance, reference.covariance, first))


def _copy_increments(own: Joint, reference: Joint, first: int) -> Joint:
    if first == 0:  # from baseline on there is nothing of one's own to start from
        return reference
    gap = own.mean[..., first - 1 : first] - reference.mean[..., first - 1 : first]
    mean = np.concatenate([own.mean[..., :first], reference.mean[..., first:] + gap], axis=-1)
    return Joint(mean, _joined_covariance(own.covariance, reference.covariance, first))


_STRATEGIES: Mapping[Strategy, Callable[[Joint, Joint, int], Joint]] = {
    Strategy.MISSING_AT_RANDOM: _at_random,
    Strategy.JUMP_TO_REFERENCE: _jump_to_reference,
    Strategy.COPY_REFERENCE: _copy_reference,
    Strategy.COPY_INCREMENTS: _copy_increments,
}


def _joined_covariance(own: Array, reference: Array, first: int) -> Array:
    """Return the own covariance up to a visit, and the reference's regression of the later visits on it.

    With 1 the visits before and 2 those after, and r for the reference: ``S11 = own11``, ``S21 = K own11`` and
    ``S22 = r22 - K (r11 - own11) K'``, where ``K = r21 inv(r11)`` (Carpenter, Roger & Kenward 2013).
    """
    if first == 0:
        return reference
    own_before, before = own[..., :first, :first], reference[..., :first, :first]
    slopes = np.swapaxes(solved(before, reference[..., :first, first:]), -1, -2)
    across = slopes @ own_before
    later = reference[..., first:, first:] - slopes @ (before - own_before) @ np.swapaxes(slopes, -1, -2)
    return np.concatenate(
        [
            np.concatenate([own_before, np.swapaxes(across, -1, -2)], axis=-1),
            np.concatenate([across, later], axis=-1),
        ],
        axis=-2,
    )
