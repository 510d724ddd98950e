"""What is known of fits visit by visit, and of a contrast in them?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from abate.stats.arrays import Array
from abate.stats.mmrm.patterns import Flags


@dataclass(frozen=True, kw_only=True, eq=False)
class VisitRegressions:
    """One regression a visit, many data sets side by side; ``r`` data sets, ``v`` visits, ``c`` columns.

    The inverse of ``unit_root`` takes the outcomes to uncorrelated residuals with ``variance``: the covariance of the visits is
    ``unit_root @ diag(variance) @ unit_root.T``.
    """

    is_there: Flags  # (r,)
    kept: Flags  # (v, c)
    empty: Flags  # (r, c): columns that are 0 for all who are seen at some visit, and have no coefficient there
    coefficients: Array  # (r, v, c)
    unit_root: Array  # (r, v, v), lower triangular with ones
    variance: Array  # (r, v)
    free: Array  # (r, v): subjects seen less columns
    column_products: Array  # (r, v, c, c): of those seen at each visit
    column_inverse: Array  # (r, v, c, c), 0 where there is no coefficient
    slope_root: tuple[Array, ...]  # a visit: (r, earlier, earlier), a root of the covariance of its slopes
    log_likelihood: Array  # (r,)


@dataclass(frozen=True, kw_only=True, eq=False)
class ContrastParts:
    """A contrast in terms of the visits' regressions.

    ``pulled`` (r, v, c) is what the contrast multiplies the regressions' own coefficients by, ``spread`` the covariance of
    these times it, ``turned`` the covariance of the model's coefficients times the contrast, and ``variance`` (r,) its variance.
    """

    pulled: Array
    spread: Array
    turned: Array
    variance: Array


def contrast_parts(fits: VisitRegressions, contrast: Array) -> ContrastParts:
    """Return how a contrast (visit, column) comes about from the visits' regressions."""
    pulled = fits.unit_root.swapaxes(1, 2) @ contrast
    spread = fits.variance[:, :, None] * (fits.column_inverse @ pulled[:, :, :, None])[..., 0]
    return ContrastParts(
        pulled=pulled,
        spread=spread,
        turned=fits.unit_root @ spread,
        variance=np.sum(pulled * spread, axis=(1, 2)),
    )
