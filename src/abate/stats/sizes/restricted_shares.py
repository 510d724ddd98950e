"""What are the likeliest shares of two arms where their difference, or their ratio, is held to the null hypothesis?"""

from __future__ import annotations

import math


def shares_at_difference(share_1: float, share_0: float, ratio: float, difference: float) -> tuple[float, float]:
    """Return the restricted maximum-likelihood shares with ``share_1 - share_0 = difference``.

    Parameters
    ----------
    share_1, share_0 : float
        Expected in arms 1 and 2, between 0 and 1.
    ratio : float
        Persons in arm 1 for each in arm 2.
    difference : float
        Of the null hypothesis, above -1 and below 1.

    Returns
    -------
    tuple of two float
        The shares of arms 1 and 2 under the null hypothesis.

    References
    ----------
    Farrington & Manning (1990), Statistics in Medicine 9(12), 1447-1454, appendix. https://doi.org/10.1002/sim.4780091208

    Examples
    --------
    >>> [round(share, 4) for share in shares_at_difference(0.5, 0.3, 1, 0.0)]
    [0.4, 0.4]
    """
    theta = 1 / ratio
    a = 1 + theta
    b = -(1 + theta + share_1 + theta * share_0 + difference * (theta + 2))
    c = difference**2 + difference * (2 * share_1 + theta + 1) + share_1 + theta * share_0
    d = -share_1 * difference * (1 + difference)
    v = b**3 / (27 * a**3) - b * c / (6 * a**2) + d / (2 * a)
    u = math.copysign(math.sqrt(max(0.0, b**2 / (9 * a**2) - c / (3 * a))), v)
    w = (math.pi + math.acos(_within_one(v / u**3))) / 3 if u else 0.0
    active = 2 * u * math.cos(w) - b / (3 * a)
    return active, active - difference


def shares_at_ratio(share_1: float, share_0: float, ratio: float, null_ratio: float) -> tuple[float, float]:
    """Return the restricted maximum-likelihood shares with ``share_1 = null_ratio * share_0``.

    Parameters
    ----------
    share_1, share_0, ratio
        As for :func:`shares_at_difference`.
    null_ratio : float
        Of the null hypothesis, above 0.

    Returns
    -------
    tuple of two float
        The shares of arms 1 and 2 under the null hypothesis.

    References
    ----------
    Farrington & Manning (1990), appendix.

    Examples
    --------
    >>> [round(share, 4) for share in shares_at_ratio(0.5, 0.3, 1, 1.0)]
    [0.4, 0.4]
    """
    theta = 1 / ratio
    a = 1 + theta
    b = -(null_ratio * (1 + theta * share_0) + theta + share_1)
    c = null_ratio * (share_1 + theta * share_0)
    active = (-b - math.sqrt(b**2 - 4 * a * c)) / (2 * a)
    return active, active / null_ratio


def _within_one(cosine: float) -> float:
    return max(-1.0, min(1.0, cosine))
