"""What does raising the size in a promising zone gain, and what would a group-sequential trial have done instead?

At the one interim look conditional power under the trend decides: below the zone and above it the trial goes on as planned; in the zone the
size is raised until conditional power is the target, at most to a cap (Mehta & Pocock 2011). The test keeps its planned weights, so the
error of the first kind is right. Jennison & Turnbull (2015) showed that a plain group-sequential design often does as well: it is
computed here beside it, once with the same power and once with the same maximum.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from abate.stats.arrays import Array
from abate.stats.distributions import normal_cdf, normal_quantile
from abate.stats.roots import crossing
from abate.stats.sequential.characteristics import SHARES_OF_PLAN, operating_characteristics
from abate.stats.sequential.conditional_power import power_left
from abate.stats.sequential.design import GroupSequentialDesign, plan_design
from abate.stats.sequential.errors import ReestimationError
from abate.stats.sequential.futility import FixedBounds
from abate.stats.sequential.looks import NEAREST_LOOKS, require_error_rate

_REACH = 8.0
_POINTS = 64


@dataclass(frozen=True, kw_only=True)
class PromisingZone:
    """Conditional power (under the trend) in which the size is raised, towards which power, and to which cap."""

    lowest: float = 0.3
    highest: float = 0.9
    target: float = 0.9
    cap: float = 1.5  # final information at most, as a share of the planned


@dataclass(frozen=True, kw_only=True)
class SizeNow:
    """What the rule says at the look."""

    zone: str  # "unfavourable", "promising" or "favourable"
    conditional_power: float  # under the trend, at the planned size
    information: float  # at which the trial will end, as a share of the planned
    conditional_power_after: float


@dataclass(frozen=True, kw_only=True)
class AgainstRival:
    """Power and expected information of the adaptive trial and of group-sequential rivals, one number a drift."""

    shares_of_plan: tuple[float, ...]
    power: tuple[float, ...]
    expected_information: tuple[float, ...]
    fixed_power: tuple[float, ...]  # the same trial with the size never raised
    same_maximum_power: tuple[float, ...]
    same_maximum_expected: tuple[float, ...]
    same_power_maximum: (
        float | None
    )  # final information of the rival with the same power at the plan; None where there is none
    same_power_power: tuple[float, ...]
    same_power_expected: tuple[float, ...]


def size_now(design: GroupSequentialDesign, zone: PromisingZone, z: float) -> SizeNow:
    """Return the size that the rule gives for z at the interim look.

    Parameters
    ----------
    design : GroupSequentialDesign
        One-sided, with one interim look.
    zone : PromisingZone
    z : float
        Seen at the look.

    Raises
    ------
    ReestimationError
        If the design has another form, or the zone's numbers do not fit each other.
    StageError
        If z is not finite.

    References
    ----------
    Mehta & Pocock (2011), Statistics in Medicine 30(28), 3267-3284. https://doi.org/10.1002/sim.4102

    Examples
    --------
    >>> from abate.stats.sequential.boundaries import obrien_fleming
    >>> design = plan_design((0.6, 1), alpha=0.025, sided=1, power=0.9, efficacy=obrien_fleming())
    >>> found = size_now(design, PromisingZone(), 1.6)
    >>> found.zone, round(found.conditional_power, 3), found.information
    ('promising', 0.546, 1.5)
    """
    t, last = _require_zone(design, zone)
    now = power_left(z, t, last, z / math.sqrt(t))
    if now < zone.lowest:
        return SizeNow(zone="unfavourable", conditional_power=now, information=1.0, conditional_power_after=now)
    if now >= zone.highest:
        return SizeNow(zone="favourable", conditional_power=now, information=1.0, conditional_power_after=now)
    information = float(_raised(np.array([z]), t, last, zone)[0])
    after = normal_cdf(z / math.sqrt(t) * math.sqrt(information - t) - float(_needed(z, t, last)))
    return SizeNow(zone="promising", conditional_power=now, information=information, conditional_power_after=after)


def against_rival(
    design: GroupSequentialDesign, zone: PromisingZone, *, shares: Sequence[float] = SHARES_OF_PLAN
) -> AgainstRival:
    """Return power and expected information with the size raised in the zone, and of the group-sequential rivals.

    A rival looks at the same information, spends by the same rule, and stops there as its bounds say. Expected information is a share
    of the planned end, for all alike.

    Parameters
    ----------
    design, zone
        As for :func:`size_now`.
    shares : sequence of float
        Drifts as shares of the planned one.

    Raises
    ------
    ReestimationError
        As for :func:`size_now`.

    References
    ----------
    Jennison & Turnbull (2015), Statistics in Medicine 34(29), 3793-3810. https://doi.org/10.1002/sim.6575

    Examples
    --------
    >>> from abate.stats.sequential.boundaries import obrien_fleming
    >>> design = plan_design((0.6, 1), alpha=0.025, sided=1, power=0.8, efficacy=obrien_fleming())
    >>> found = against_rival(design, PromisingZone(), shares=(1.0,))
    >>> found.power[0] < found.same_maximum_power[0]
    True
    """
    _require_zone(design, zone)
    drifts = [share * design.drift for share in shares]
    adaptive = [_adaptive(design, zone, drift) for drift in drifts]
    at_plan = _adaptive(design, zone, design.drift)[0]
    same_maximum = _rival(design, zone.cap)
    matched = _maximum_with_power(design, zone, at_plan)
    same_power = None if matched is None else _rival(design, matched)
    return AgainstRival(
        shares_of_plan=tuple(map(float, shares)),
        power=tuple(power for power, _ in adaptive),
        expected_information=tuple(expected for _, expected in adaptive),
        fixed_power=tuple(row.reject for row in operating_characteristics(design, drifts=drifts)),
        same_maximum_power=_powers(same_maximum, zone.cap, drifts),
        same_maximum_expected=_expected(same_maximum, zone.cap, drifts),
        same_power_maximum=matched,
        same_power_power=() if same_power is None or matched is None else _powers(same_power, matched, drifts),
        same_power_expected=() if same_power is None or matched is None else _expected(same_power, matched, drifts),
    )


def _needed(z: float | Array, t: float, last: float) -> float | Array:
    return (last - math.sqrt(t) * z) / math.sqrt(1 - t)


def _raised(z: Array, t: float, last: float, zone: PromisingZone) -> Array:
    """Return the final information with the target power under the trend, between the planned and the cap."""
    wanted = np.maximum(_needed(z, t, last) + normal_quantile(zone.target), 0.0)
    return np.asarray(np.clip(t + (wanted * math.sqrt(t) / z) ** 2, 1.0, zone.cap), dtype=np.float64)


def _zone_ends(t: float, last: float, zone: PromisingZone) -> tuple[float, float]:
    """Return the z between which conditional power under the trend lies in the zone."""

    def at(power: float) -> float:
        return math.sqrt(t) * (last + math.sqrt(1 - t) * normal_quantile(power))

    return at(zone.lowest), at(zone.highest)


def _adaptive(design: GroupSequentialDesign, zone: PromisingZone, drift: float) -> tuple[float, float]:
    """Return power and expected final information of the adaptive trial, by integration over the interim z."""
    from scipy.special import ndtr

    t, last = design.information[0], design.efficacy_z[-1]
    lower = design.futility_z[0] if design.futility_z else -math.inf
    upper = design.efficacy_z[0]
    z, width = _interim_points(t, last, zone, drift, lower, upper)
    density = width * np.exp(-0.5 * (z - drift * math.sqrt(t)) ** 2) / math.sqrt(2 * math.pi)
    low, high = _zone_ends(t, last, zone)
    is_raised = (z >= low) & (z < high)
    end = np.ones_like(z)
    end[is_raised] = _raised(z[is_raised], t, last, zone)
    success = density @ ndtr(drift * np.sqrt(end - t) - _needed(z, t, last))
    at_once = normal_cdf(drift * math.sqrt(t) - upper)
    goes_on = float(density.sum())
    return at_once + float(success), float(density @ end) + (1 - goes_on) * t


def _interim_points(
    t: float, last: float, zone: PromisingZone, drift: float, lower: float, upper: float
) -> tuple[Array, Array]:
    """Return points of the interim z, in pieces on which the rule is smooth."""
    start = max(lower, drift * math.sqrt(t) - _REACH)
    end = min(upper, drift * math.sqrt(t) + _REACH)
    low, high = _zone_ends(t, last, zone)
    kinks = [low, high, *_kinks(t, last, zone, low, high)]
    edges = np.array([start, *sorted(kink for kink in kinks if start < kink < end), max(start, end)])
    node, weight = np.polynomial.legendre.leggauss(_POINTS)
    half, middle = np.diff(edges) / 2, (edges[1:] + edges[:-1]) / 2
    return (middle[:, None] + half[:, None] * node).ravel(), (half[:, None] * weight).ravel()


def _kinks(t: float, last: float, zone: PromisingZone, low: float, high: float) -> list[float]:
    """Return the z at which the raised size leaves the cap, and at which it reaches the planned one."""

    def free(z: float) -> float:
        wanted = max(float(_needed(z, t, last)) + normal_quantile(zone.target), 0.0)
        return t + (wanted * math.sqrt(t) / z) ** 2

    return [
        crossing(lambda z, size=size: free(z) - size, low, high)  # type: ignore[misc]
        for size in (zone.cap, 1.0)
        if (free(low) - size) * (free(high) - size) < 0
    ]


def _rival(design: GroupSequentialDesign, maximum: float) -> GroupSequentialDesign:
    """Return the two-look design that looks at the same information and ends at ``maximum``."""
    futility = FixedBounds(z=design.futility_z) if design.futility_z else None
    return plan_design(
        (design.information[0] / maximum, 1.0),
        alpha=design.alpha,
        sided=1,
        power=design.power,
        efficacy=design.efficacy_rule,
        futility=futility,
        is_binding=design.is_binding,
    )


def _powers(rival: GroupSequentialDesign, maximum: float, drifts: Sequence[float]) -> tuple[float, ...]:
    rows = operating_characteristics(rival, drifts=[drift * math.sqrt(maximum) for drift in drifts])
    return tuple(row.reject for row in rows)


def _expected(rival: GroupSequentialDesign, maximum: float, drifts: Sequence[float]) -> tuple[float, ...]:
    rows = operating_characteristics(rival, drifts=[drift * math.sqrt(maximum) for drift in drifts])
    return tuple(row.expected_information * maximum for row in rows)


def _maximum_with_power(design: GroupSequentialDesign, zone: PromisingZone, power: float) -> float | None:
    """Return the rival's final information with the adaptive trial's power at the plan; None where it lies outside [t, cap]."""

    def missing(maximum: float) -> float:
        return _powers(_rival(design, maximum), maximum, [design.drift])[0] - power

    least = max(1.0, design.information[0] + NEAREST_LOOKS)
    if missing(least) > 0 or missing(zone.cap) < 0:
        return None
    return crossing(missing, least, zone.cap, nearest=1e-8)


def _require_zone(design: GroupSequentialDesign, zone: PromisingZone) -> tuple[float, float]:
    if design.sided != 1 or len(design.information) != 2:
        raise ReestimationError(
            f"a promising zone needs a one-sided design with one interim look; this one has {design.sided} sides "
            f"and {len(design.information) - 1} interim looks."
        )
    for name in ("lowest", "highest", "target"):
        require_error_rate(getattr(zone, name), f"the zone's {name} conditional power")
    if not zone.lowest < zone.highest:
        raise ReestimationError(f"the zone must begin below its end; got {zone.lowest:g} to {zone.highest:g}.")
    if not (math.isfinite(zone.cap) and zone.cap > 1):
        raise ReestimationError(f"the cap must be above 1, the planned size; got {zone.cap!r}.")
    t, last = design.information[0], design.efficacy_z[-1]
    if _zone_ends(t, last, zone)[0] <= 0:
        raise ReestimationError(
            f"a zone from {zone.lowest:g} would raise the size where the trend points the wrong way; begin it higher."
        )
    return t, last
