"""How much larger is a contrast's variance by Kenward and Roger, where the fit came visit by visit?"""

from __future__ import annotations

import numpy as np

from abate.stats.arrays import Array
from abate.stats.mmrm.monotone_parts import ContrastParts, VisitRegressions
from abate.stats.mmrm.structures import Unstructured


def kenward_roger_variance(fits: VisitRegressions, parts: ContrastParts, *, is_linear: bool) -> Array:
    """Return the contrast's corrected variance, shape (simulation,): Kenward & Roger (1997); linear: without second derivatives.

    With ``u`` the covariance of the coefficients times the contrast, ``W`` the covariance of the covariance parameters and
    ``S_h`` the covariance's derivatives, the variance grows by
    ``2 u' (sum W_hj (Q_hj - P_h Phi P_j - R_hj / 4)) u``; mixing the ``S_h`` by a root of ``W`` makes the double sum a single one.
    """
    mixed = _mixed_slopes(fits)
    bent = np.zeros(()) if is_linear else _weighted_curvature(fits)
    omega, products = _by_pattern(fits)
    of_contrast = parts.turned[:, None] @ products @ parts.turned.swapaxes(1, 2)[:, None]
    added, pulled = np.zeros(len(mixed)), np.zeros((*mixed.shape[:3], parts.turned.shape[2]))
    for m in range(omega.shape[1]):
        own = omega[:, m]
        sandwiched = mixed @ own[:, None] @ mixed
        weight = own @ (sandwiched.sum(axis=1) - bent / 4) @ own
        added += np.sum(weight * of_contrast[:, m], axis=(1, 2))
        pulled += own[:, None] @ mixed @ (own @ parts.turned @ products[:, m])[:, None]
    turned = (fits.unit_root.swapaxes(1, 2)[:, None] @ pulled) * fits.kept
    spread = fits.variance[:, None, :, None] * (fits.column_inverse[:, None] @ turned[..., None])[..., 0]
    return np.asarray(parts.variance + 2 * (added - np.sum(turned * spread, axis=(1, 2, 3))))


def _by_pattern(fits: VisitRegressions) -> tuple[Array, Array]:
    """Return for those seen at the first 1, 2, ... visits only the precision (r, v, v, v) and the columns' products (r, v, c, c)."""
    back = np.linalg.inv(fits.unit_root)
    each = back[:, :, :, None] * back[:, :, None, :] / fits.variance[:, :, None, None]
    products = fits.column_products.copy()
    products[:, :-1] -= fits.column_products[:, 1:]
    return np.cumsum(each, axis=1), products


def _mixed_slopes(fits: VisitRegressions) -> Array:
    """Return the covariance's slopes in log variances and in slopes on earlier visits, mixed by a root of these' covariance."""
    v = fits.variance.shape[1]
    covariance = (fits.unit_root * fits.variance[:, None]) @ fits.unit_root.swapaxes(1, 2)
    columns = fits.unit_root.swapaxes(1, 2)
    by_variance = (np.sqrt(2 / fits.free) * fits.variance)[:, :, None, None] * columns[..., None] * columns[:, :, None]
    mixed = [by_variance]
    for k in range(1, v):
        rows = fits.slope_root[k].swapaxes(1, 2) @ covariance[:, :k]
        half = columns[:, k, None, :, None] * rows[:, :, None, :]
        mixed.append(half + half.swapaxes(2, 3))
    return np.concatenate(mixed, axis=1)


def _weighted_curvature(fits: VisitRegressions) -> Array:
    """Return the second derivatives of the covariance in ``Unstructured``'s parameters, added up with these' covariance."""
    structure = Unstructured(fits.variance.shape[1])
    rows, columns = np.tril_indices(structure.visit_count, -1)
    sd = np.sqrt(fits.variance)
    below = fits.unit_root[:, rows, columns] * sd[:, columns] / sd[:, rows]
    root = _parameter_root(fits, sd, below)
    return structure.weighted_curvatures(np.concatenate([np.log(sd), below], axis=1), root @ root.swapaxes(1, 2))


def _parameter_root(fits: VisitRegressions, sd: Array, below: Array) -> Array:
    """Return a root of the covariance of ``Unstructured``'s parameters: their slopes in the regressions' times a root of these'."""
    r, v = sd.shape
    rows, columns = np.tril_indices(v, -1)
    root = np.zeros((r, v + rows.size, v + rows.size))
    by_variance = 0.5 * np.sqrt(2 / fits.free)
    root[:, np.arange(v), np.arange(v)] = by_variance
    place = np.arange(v, v + rows.size)
    root[:, place, columns] += below * by_variance[:, columns]
    root[:, place, rows] -= below * by_variance[:, rows]
    for k in range(1, v):
        own = np.flatnonzero(rows == k) + v  # the places of visit k's slopes on earlier visits
        # Slope (k, b) changes the unit root's (i, j) by L[i, k] * L[b, j].
        mixed = fits.slope_root[k].swapaxes(1, 2) @ fits.unit_root[:, :k]
        slopes = fits.unit_root[:, rows, k][:, :, None] * mixed.swapaxes(1, 2)[:, columns]
        root[:, v:, own] = slopes * (sd[:, columns] / sd[:, rows])[:, :, None]
    return root
