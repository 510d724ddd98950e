"""What are the quantiles and tails of the distributions that intervals and tests need?

The functions come from ``scipy.special``; it is imported at the first call, because it costs a quarter of a second
that a command which computes nothing should not pay.
"""

from __future__ import annotations


def normal_quantile(probability: float) -> float:
    """Return the standard normal quantile.

    Examples
    --------
    >>> round(normal_quantile(0.975), 6)
    1.959964
    """
    from scipy.special import ndtri

    return float(ndtri(probability))


def normal_cdf(z: float) -> float:
    """Return the probability that a standard normal number is at most ``z``.

    Examples
    --------
    >>> round(normal_cdf(1.96), 6)
    0.975002
    """
    from scipy.special import ndtr

    return float(ndtr(z))


def t_quantile(probability: float, degrees_of_freedom: float) -> float:
    """Return the quantile of Student's t.

    Examples
    --------
    >>> round(t_quantile(0.975, 9), 6)
    2.262157
    """
    from scipy.special import stdtrit

    return float(stdtrit(degrees_of_freedom, probability))


def t_two_sided_p(t_statistic: float, degrees_of_freedom: float) -> float:
    """Return the probability of a Student's t at least as far from 0 as ``t_statistic``.

    Examples
    --------
    >>> round(t_two_sided_p(2.262157, 9), 4)
    0.05
    """
    from scipy.special import stdtr

    return float(2 * stdtr(degrees_of_freedom, -abs(t_statistic)))


def chi_square_upper_tail(statistic: float, degrees_of_freedom: float) -> float:
    """Return the probability that a chi-square number is above ``statistic``.

    Examples
    --------
    >>> round(chi_square_upper_tail(3.841459, 1), 6)
    0.05
    """
    from scipy.special import chdtrc

    return float(chdtrc(degrees_of_freedom, statistic))


def beta_quantile(probability: float, a: float, b: float) -> float:
    """Return the quantile of a beta distribution with shapes ``a`` and ``b``.

    Examples
    --------
    >>> round(beta_quantile(0.975, 1, 10), 6)
    0.308497
    """
    from scipy.special import betaincinv

    return float(betaincinv(a, b, probability))


def gamma_quantile(probability: float, shape: float) -> float:
    """Return the quantile of a gamma distribution with scale 1: half a chi-square quantile with twice the shape.

    Examples
    --------
    >>> round(gamma_quantile(0.975, 1), 6)
    3.688879
    """
    from scipy.special import gammaincinv

    return float(gammaincinv(shape, probability))


def binomial_cdf(count: int, trial_count: int, probability: float) -> float:
    """Return the probability of at most ``count`` successes in ``trial_count`` trials.

    Examples
    --------
    >>> binomial_cdf(1, 4, 0.5)
    0.3125
    """
    from scipy.special import bdtr

    return float(bdtr(count, trial_count, probability))
