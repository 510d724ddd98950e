"""How much of an error may be used up by the time that a share of the information is there?"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from abate.stats.arrays import Array
from abate.stats.distributions import normal_quantile
from abate.stats.sequential.errors import SpendingError

#: Cumulative error spent at information fractions in (0, 1], for a whole error to spend on one side.
Spent = Callable[[Array, float], Array]


@dataclass(frozen=True, kw_only=True)
class Spending:
    """A rule by which an error probability is used up as information comes in."""

    name: str
    spent: Spent = field(repr=False, compare=False)
    parameter: float | None = None


def obrien_fleming_type() -> Spending:
    """Return spending close to O'Brien and Fleming's boundary: ``2 - 2 * Phi(z(1 - a/2) / sqrt(t))``.

    References
    ----------
    Lan & DeMets (1983), Biometrika 70(3), 659-663. https://doi.org/10.1093/biomet/70.3.659

    Examples
    --------
    >>> obrien_fleming_type().spent(np.array([0.5, 1.0]), 0.025).round(6)
    array([0.001525, 0.025   ])
    """

    def spent(information: Array, total: float) -> Array:
        from scipy.special import ndtr

        return np.asarray(2 * ndtr(-normal_quantile(1 - total / 2) / np.sqrt(information)), dtype=np.float64)

    return Spending(name="obrien-fleming", spent=spent)


def pocock_type() -> Spending:
    """Return spending close to Pocock's boundary: ``a * log(1 + (e - 1) * t)``.

    References
    ----------
    Lan & DeMets (1983), Biometrika 70(3), 659-663. https://doi.org/10.1093/biomet/70.3.659

    Examples
    --------
    >>> pocock_type().spent(np.array([0.5, 1.0]), 0.025).round(6)
    array([0.015503, 0.025   ])
    """
    return Spending(name="pocock", spent=lambda information, total: total * np.log1p((math.e - 1) * information))


def hwang_shih_decani(gamma: float) -> Spending:
    """Return the gamma family: ``a * (1 - exp(-g t)) / (1 - exp(-g))``; 0 is linear, -4 spends late, 1 early.

    Parameters
    ----------
    gamma : float
        Any number between -50 and 50.

    Raises
    ------
    SpendingError
        If ``gamma`` is not such a number.

    References
    ----------
    Hwang, Shih & De Cani (1990), Statistics in Medicine 9(12), 1439-1445. https://doi.org/10.1002/sim.4780091207

    Examples
    --------
    >>> hwang_shih_decani(-4).spent(np.array([0.5, 1.0]), 0.025).round(6)
    array([0.00298, 0.025  ])
    """
    if not (math.isfinite(gamma) and abs(gamma) <= 50):
        raise SpendingError(f"hwang-shih-decani needs a parameter between -50 and 50, such as -4; got {gamma!r}.")

    def spent(information: Array, total: float) -> Array:
        if gamma == 0:
            return total * information
        return np.asarray(total * np.expm1(-gamma * information) / math.expm1(-gamma), dtype=np.float64)

    return Spending(name="hwang-shih-decani", spent=spent, parameter=gamma)


def kim_demets(rho: float) -> Spending:
    """Return the power family: ``a * t ** rho``; 1 is linear, 3 spends late.

    Parameters
    ----------
    rho : float
        Above 0.

    Raises
    ------
    SpendingError
        If ``rho`` is not above 0.

    References
    ----------
    Kim & DeMets (1987), Biometrika 74(1), 149-154. https://doi.org/10.1093/biomet/74.1.149

    Examples
    --------
    >>> kim_demets(3).spent(np.array([0.5, 1.0]), 0.025).round(6)
    array([0.003125, 0.025   ])
    """
    if not (math.isfinite(rho) and rho > 0):
        raise SpendingError(f"kim-demets needs a parameter above 0, such as 3; got {rho!r}.")
    return Spending(name="kim-demets", spent=lambda information, total: total * information**rho, parameter=rho)


def own_function(share: Callable[[float], float]) -> Spending:
    """Return spending by the user's own function from an information fraction to the share of the error spent.

    Parameters
    ----------
    share : function of one number
        Rises from 0 towards 1 at 1; checked where it is used.

    Examples
    --------
    >>> own_function(lambda t: t**2).spent(np.array([0.5, 1.0]), 0.025)
    array([0.00625, 0.025  ])
    """

    def spent(information: Array, total: float) -> Array:
        return np.array([total * float(share(float(t))) for t in information], dtype=np.float64)

    return Spending(name="own function", spent=spent)


def own_table(information: Sequence[float] | Array, shares: Sequence[float]) -> Spending:
    """Return spending by a table of shares at information fractions, straight lines between them and from (0, 0).

    Raises
    ------
    SpendingError
        If there is not one share for each fraction, or they do not rise within [0, 1] to 1.

    Examples
    --------
    >>> own_table([0.5, 1], [0.2, 1]).spent(np.array([0.25, 1.0]), 0.05)
    array([0.005, 0.05 ])
    """
    at, share = np.array(information, dtype=np.float64), np.array(shares, dtype=np.float64)
    if at.shape != share.shape:
        raise SpendingError(
            f"a table of spending needs one share for each look; got {share.size} shares for {at.size} looks."
        )
    _require_shares(share)

    def spent(information: Array, total: float) -> Array:
        return np.asarray(total * np.interp(information, np.append(0.0, at), np.append(0.0, share)), dtype=np.float64)

    return Spending(name="own table", spent=spent)


def _require_shares(share: Array) -> None:
    rises = bool(np.all(np.diff(np.append(0.0, share)) >= 0)) and abs(share[-1] - 1) <= 1e-9
    if not rises:
        raise SpendingError(
            f"shares of the error spent must rise from look to look and end at 1; got {[float(s) for s in share]}."
        )


WITHOUT_PARAMETER: Mapping[str, Callable[[], Spending]] = {
    "obrien-fleming": obrien_fleming_type,
    "pocock": pocock_type,
}
WITH_PARAMETER: Mapping[str, Callable[[float], Spending]] = {
    "hwang-shih-decani": hwang_shih_decani,
    "kim-demets": kim_demets,
}


def named_spending(name: str, parameter: float | None = None) -> Spending:
    """Return the spending function of that name.

    Parameters
    ----------
    name : str
        ``obrien-fleming``, ``pocock``, ``hwang-shih-decani`` or ``kim-demets``.
    parameter : float, optional
        Gamma of Hwang, Shih and DeCani, rho of Kim and DeMets; the other two have none.

    Raises
    ------
    SpendingError
        If the name is not known, or a parameter is missing or too much.

    Examples
    --------
    >>> named_spending("kim-demets", 3).parameter
    3
    """
    if name in WITHOUT_PARAMETER:
        if parameter is not None:
            raise SpendingError(f"{name} spending has no parameter; got {parameter!r}. Leave it out.")
        return WITHOUT_PARAMETER[name]()
    if name not in WITH_PARAMETER:
        known = ", ".join([*WITHOUT_PARAMETER, *WITH_PARAMETER])
        raise SpendingError(f"spending {name!r} is not known; choose one of {known}, or give shares of your own.")
    if parameter is None:
        raise SpendingError(f"{name} spending needs a parameter, such as {name!r} with -4 or 3.")
    return WITH_PARAMETER[name](parameter)


def cumulative_spent(spending: Spending, information: Array, total: float) -> Array:
    """Return the error spent by each look; the last look spends what is left.

    Parameters
    ----------
    spending : Spending
    information : array of float64, shape (looks,)
        Rising; what lies above 1 counts as 1.
    total : float
        The whole error of one side, in (0, 1).

    Returns
    -------
    array of float64, shape (looks,)
        Never falls, and ends at ``total``.

    Raises
    ------
    SpendingError
        If the function falls, is below 0 or passes ``total``.

    Examples
    --------
    >>> cumulative_spent(kim_demets(1), np.array([0.4, 0.9]), 0.05)  # the trial ended early: all is spent at its end
    array([0.02, 0.05])
    """
    spent = np.array(spending.spent(np.minimum(information, 1.0), total), dtype=np.float64)
    spent[-1] = total
    if not (np.all(np.isfinite(spent)) and np.all(np.diff(np.append(0.0, spent)) >= 0)):
        raise SpendingError(
            f"{spending.name} must rise from look to look, from 0 to the whole error {total:g}; "
            f"it spends {[float(f'{s:.6g}') for s in spent]} at {[float(f'{t:.6g}') for t in information]}."
        )
    return spent
