"""Which share consents, and how is what follows averaged over not knowing it?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from abate.stats.accrual import ConsentError
from abate.stats.arrays import Array

#: Points at which a beta share is integrated; the forecasts are smooth in it.
_SHARE_POINTS = 24


@dataclass(frozen=True, kw_only=True)
class ConsentShare:
    """A share that consents, as a beta distribution: ``agreed`` and ``declined`` are its shapes, above 0."""

    agreed: float
    declined: float

    def __post_init__(self) -> None:
        if not (0 < self.agreed < math.inf and 0 < self.declined < math.inf):
            raise ConsentError(
                f"shapes of a share that consents are above 0; got {self.agreed!r} and {self.declined!r}."
            )

    @property
    def mean(self) -> float:
        """Expected share."""
        return self.agreed / (self.agreed + self.declined)


def consent_between(low: float, high: float, coverage: float = 0.95) -> ConsentShare:
    """Return the beta distribution with equal tails beyond ``low`` and ``high``.

    Parameters
    ----------
    low, high : float
        Between 0 and 1, rising.
    coverage : float
        Probability between the two, between 0 and 1.

    Returns
    -------
    ConsentShare

    Raises
    ------
    ConsentError
        If an argument is outside its range, or no beta distribution has such tails.

    Examples
    --------
    >>> share = consent_between(0.3, 0.6)
    >>> round(share.agreed, 1), round(share.declined, 1)
    (18.2, 22.5)
    """
    if not (0 < low < high < 1 and 0 < coverage < 1):
        raise ConsentError(f"a range of shares rises between 0 and 1, such as 0.3 to 0.6; got {low!r} to {high!r}.")
    from scipy.optimize import root
    from scipy.special import betainc

    tail = (1 - coverage) / 2

    def missed(logs: Array) -> list[float]:
        a, b = np.exp(logs)
        return [float(betainc(a, b, low)) - tail, float(betainc(b, a, 1 - high)) - tail]

    middle, sd = (low + high) / 2, (high - low) / 4
    worth = max(1.0, middle * (1 - middle) / sd**2 - 1)
    found = root(missed, np.log([middle * worth, (1 - middle) * worth]), tol=1e-12)
    if not found.success:
        raise ConsentError(f"no beta distribution was found for {low:g} to {high:g}; give agreed and declined instead.")
    return ConsentShare(agreed=float(np.exp(found.x[0])), declined=float(np.exp(found.x[1])))


def share_points(consent: ConsentShare | None) -> tuple[Array, Array]:
    """Return shares and weights with which a beta distribution is integrated: Gauss and Jacobi's, after Golub & Welsch (1969).

    None, for all who come, is one share of 1. SciPy's own overflow where the share is known from very many.
    """
    if consent is None:
        return np.ones(1), np.ones(1)
    a, b = consent.declined - 1, consent.agreed - 1  # powers of 1 - x and of 1 + x in Jacobi's weight
    k = np.arange(2.0, _SHARE_POINTS)
    whole = 2 * k + a + b
    first = 4 * (1 + a) * (1 + b) / ((2 + a + b) ** 2 * (3 + a + b))
    others = 4 * k * (k + a) * (k + b) * (k + a + b) / (whole**2 * (whole + 1) * (whole - 1))
    beside = np.concatenate([[first], others])
    steps = np.arange(1.0, _SHARE_POINTS)
    centres = (b**2 - a**2) / ((2 * steps + a + b) * (2 * steps + a + b + 2))
    diagonal = np.concatenate([[(b - a) / (a + b + 2)], centres])
    matrix = np.diag(diagonal) + np.diag(np.sqrt(beside), 1) + np.diag(np.sqrt(beside), -1)
    points, vectors = np.linalg.eigh(matrix)
    shares: Array = (1 + points) / 2
    weights: Array = vectors[0] ** 2
    return shares, weights
