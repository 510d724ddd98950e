"""How many relapses, and how many persons to see them, does a comparison of times to relapse need?

Benefit is a hazard ratio below 1, arm 1 over arm 2. The log-rank test counts events; persons follow from how likely an
event is before the end. Who leaves is in that chance already: the size is not raised for it again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from abate.base.errors import ParameterError
from abate.stats.roots import crossing
from abate.stats.sizes.checks import arm_shares, require_above_zero, require_share
from abate.stats.sizes.errors import EffectError
from abate.stats.sizes.rejection import normal_power
from abate.stats.sizes.size import Size, fields_of, rounded_up
from abate.stats.sizes.solving import Arms, Question, answer


class EventFormula(Enum):
    """How many events a log-rank test needs."""

    SCHOENFELD = "Schoenfeld"
    FREEDMAN = "Freedman"


@dataclass(frozen=True, kw_only=True)
class Times:
    """When persons enter and leave: uniform entry, exponential relapse and loss.

    Attributes
    ----------
    control_hazard : float
        Relapses per person and unit of time in arm 2, above 0.
    accrual : float
        Time over which persons enter, above 0.
    follow_up : float
        Time from the last entry to the end, above 0.
    loss_hazard : float
        Losses per person and unit of time, at least 0.
    """

    control_hazard: float
    accrual: float
    follow_up: float
    loss_hazard: float = 0.0

    def __post_init__(self) -> None:
        for name in ("control_hazard", "accrual", "follow_up"):
            require_above_zero(getattr(self, name), name)
        if not (math.isfinite(self.loss_hazard) and self.loss_hazard >= 0):
            raise ParameterError(f"loss_hazard must be a finite number of at least 0; got {self.loss_hazard!r}.")


@dataclass(frozen=True, kw_only=True)
class RelapseSize(Size):
    """A size for time to relapse.

    Attributes
    ----------
    events : float
        Relapses expected at the end, unrounded.
    events_rounded : int
        Rounded up.
    hazard_ratio : float
        Arm 1 over arm 2.
    event_chance : tuple of float
        That a person of arm 1 and of arm 2 is seen to relapse.
    screened : int or None
        Persons to be taken into the open phase, where only those who respond are randomised.
    """

    events: float
    events_rounded: int
    hazard_ratio: float
    event_chance: tuple[float, float]
    screened: int | None = None


def log_rank(
    *,
    hazard_ratio: float | None,
    times: Times,
    total: float | None = None,
    power: float | None = None,
    alpha: float | None = 0.05,
    sided: int = 2,
    allocation: float = 1.0,
    formula: EventFormula = EventFormula.SCHOENFELD,
) -> RelapseSize:
    """Return size, effect, power or alpha of a log-rank test, whichever is ``None``.

    Parameters
    ----------
    hazard_ratio : float or None
        Arm 1 over arm 2, above 0 and below 1.
    times : Times
    total, power, alpha, sided, allocation
        As for :func:`abate.stats.sizes.means.two_means`; the size counts the randomised.
    formula : EventFormula

    Returns
    -------
    RelapseSize
        Its effect is minus the logarithm of the hazard ratio.

    Raises
    ------
    EffectError
        If the hazard ratio is not below 1.
    UnknownCountError, ErrorRateError, UnreachableError, ParameterError
        As their names say.

    References
    ----------
    Schoenfeld (1981), Biometrika 68(1), 316-319. https://doi.org/10.1093/biomet/68.1.316
    Freedman (1982), Statistics in Medicine 1(2), 121-129. https://doi.org/10.1002/sim.4780010204

    Examples
    --------
    >>> monthly = Times(control_hazard=hazard_from_median(1.5), accrual=24, follow_up=3)
    >>> size = log_rank(hazard_ratio=0.5, times=monthly, power=0.8)
    >>> round(size.events, 2), round(size.total, 2)
    (65.35, 69.24)
    """
    ratio = None if hazard_ratio is None else _benefit(hazard_ratio)
    shift_of = _SHIFTS[formula]
    shares = arm_shares(allocation)

    def power_of(arms: Arms, effect: float, alpha: float) -> float:
        events = events_expected(arms, math.exp(-effect), times)
        return normal_power(shift_of(events, math.exp(-effect), arms[0] / arms[1]), alpha, sided)

    question = Question(
        power_of=power_of, shares=shares, sided=sided, effect_is="minus log hazard ratio", size_is="persons randomised"
    )
    size = answer(
        question,
        total=total,
        effect=None if ratio is None else -math.log(ratio),
        power=power,
        alpha=alpha,
        method=f"log-rank test, {formula.value}'s events, exponential times, uniform entry",
        source="Schoenfeld (1981)" if formula is EventFormula.SCHOENFELD else "Freedman (1982)",
        dropout="losses are in the chance of an event" if times.loss_hazard else None,
    )
    return _with_events(size, times)


def events_needed(
    *,
    hazard_ratio: float,
    power: float,
    alpha: float = 0.05,
    sided: int = 2,
    allocation: float = 1.0,
    formula: EventFormula = EventFormula.SCHOENFELD,
) -> float:
    """Return how many relapses a log-rank test needs, whenever they come.

    Parameters
    ----------
    hazard_ratio, power, alpha, sided, allocation, formula
        As for :func:`log_rank`.

    Returns
    -------
    float
        In both arms, unrounded.

    Raises
    ------
    EffectError, ErrorRateError, ParameterError
        As their names say.

    Examples
    --------
    >>> round(events_needed(hazard_ratio=0.6, power=0.8), 3)
    120.316
    >>> round(events_needed(hazard_ratio=0.6, power=0.8, formula=EventFormula.FREEDMAN), 3)
    125.582
    """
    _benefit(hazard_ratio)
    require_above_zero(allocation, "allocation (arm 1 to arm 2)")
    shift_of = _SHIFTS[formula]
    question = Question(
        power_of=lambda arms, effect, alpha: normal_power(
            shift_of(arms[0], math.exp(-effect), allocation), alpha, sided
        ),
        shares=(1.0,),
        sided=sided,
        effect_is="minus log hazard ratio",
        size_is="events",
    )
    effect = -math.log(hazard_ratio)
    return answer(question, total=None, effect=effect, power=power, alpha=alpha, method="", source="").total


def event_chance(hazard: float, times: Times, until: float | None = None) -> float:
    """Return the chance that a randomised person is seen to have the event, until the end or a moment before it.

    Parameters
    ----------
    hazard : float
        Of the event, above 0.
    times : Times
    until : float, optional
        Time since the first entry; the end of the trial where it is not given. Before the end of accrual it counts
        those who have entered, out of all who ever will.

    Returns
    -------
    float
        Between 0 and 1.

    References
    ----------
    Lachin & Foulkes (1986), Biometrics 42(3), 507-519. https://doi.org/10.2307/2531201

    Examples
    --------
    >>> round(event_chance(0.3, Times(control_hazard=0.3, accrual=18, follow_up=6)), 4)
    0.9695
    """
    end = times.accrual + times.follow_up if until is None else until
    entered = min(end, times.accrual)
    leaving = hazard + times.loss_hazard
    shortest = end - entered
    still_in = math.exp(-leaving * shortest) * -math.expm1(-leaving * entered) / (leaving * entered)
    return entered / times.accrual * hazard / leaving * (1 - still_in)


def events_expected(arms: Arms, hazard_ratio: float, times: Times, until: float | None = None) -> float:
    """Return the events to be expected in both arms, at the end or until a moment before it.

    Examples
    --------
    >>> round(events_expected((50, 50), 0.6, Times(control_hazard=0.3, accrual=18, follow_up=6)), 2)
    93.44
    """
    return arms[0] * event_chance(hazard_ratio * times.control_hazard, times, until) + arms[1] * event_chance(
        times.control_hazard, times, until
    )


def time_of_events(events: float, arms: Arms, hazard_ratio: float, times: Times) -> float:
    """Return when so many events are expected, in time since the first entry.

    Parameters
    ----------
    events : float
        Above 0, at most those expected at the end.
    arms : tuple of float
        Randomised in arms 1 and 2.
    hazard_ratio : float
        Arm 1 over arm 2, above 0.
    times : Times

    Returns
    -------
    float

    Raises
    ------
    ParameterError
        If so many are not expected by the end.

    Examples
    --------
    >>> round(time_of_events(40, (50, 50), 0.6, Times(control_hazard=0.3, accrual=18, follow_up=6)), 2)
    11.22
    """
    end = times.accrual + times.follow_up
    at_end = events_expected(arms, hazard_ratio, times)
    if not 0 < events <= at_end * (1 + 1e-9):
        raise ParameterError(
            f"events must be above 0 and at most the {at_end:.4g} expected at the end; got {events!r}."
        )
    return crossing(lambda moment: events_expected(arms, hazard_ratio, times, moment) - events, 1e-9 * end, end)


def hazard_from_median(median: float) -> float:
    """Return the constant hazard by which half have had the event at ``median``.

    Raises
    ------
    ParameterError
        If ``median`` is not above 0.

    Examples
    --------
    >>> round(hazard_from_median(1.5), 4)
    0.4621
    """
    require_above_zero(median, "median")
    return math.log(2) / median


def hazard_from_share(share: float, within: float) -> float:
    """Return the constant hazard by which a share has had the event within a time.

    Raises
    ------
    ParameterError
        If ``share`` is not from 0 to below 1, or ``within`` not above 0.

    Examples
    --------
    >>> round(hazard_from_share(0.1, 12), 5)
    0.00878
    """
    require_above_zero(within, "within")
    if not 0 <= share < 1:
        raise ParameterError(f"share must be from 0 to below 1; got {share!r}.")
    return -math.log1p(-share) / within


def with_open_phase(size: RelapseSize, response_share: float) -> RelapseSize:
    """Return a size with the persons to be screened, where only those who respond to open treatment are randomised.

    Parameters
    ----------
    size : RelapseSize
        Of the randomised phase.
    response_share : float
        Of those treated openly who can be randomised, above 0 and below 1.

    Returns
    -------
    RelapseSize

    Raises
    ------
    ParameterError
        If the share is outside its range.

    Examples
    --------
    >>> monthly = Times(control_hazard=hazard_from_median(1.5), accrual=24, follow_up=3)
    >>> with_open_phase(log_rank(hazard_ratio=0.5, times=monthly, power=0.8), 0.4).screened
    175
    """
    require_share(response_share, "response_share")
    return replace(size, screened=rounded_up(size.total_rounded / response_share))


def _benefit(hazard_ratio: float) -> float:
    require_above_zero(hazard_ratio, "hazard_ratio")
    if hazard_ratio >= 1:
        raise EffectError(
            f"the hazard ratio (arm 1 over arm 2) must be below 1, because fewer relapses are the benefit; "
            f"got {hazard_ratio!r}. Turn it over if the arms are the other way round."
        )
    return hazard_ratio


def _with_events(size: Size, times: Times) -> RelapseSize:
    ratio = math.exp(-size.effect)
    events = events_expected(size.per_arm, ratio, times)
    return RelapseSize(
        **fields_of(size),
        events=events,
        events_rounded=rounded_up(events),
        hazard_ratio=ratio,
        event_chance=(event_chance(ratio * times.control_hazard, times), event_chance(times.control_hazard, times)),
    )


def _schoenfeld(events: float, hazard_ratio: float, allocation: float) -> float:
    """Return the shift: events d = (z + z)^2 (1 + r)^2 / (r log(HR)^2), solved for z + z."""
    return math.sqrt(events * allocation) / (1 + allocation) * -math.log(hazard_ratio)


def _freedman(events: float, hazard_ratio: float, allocation: float) -> float:
    """Return the shift: events d = (z + z)^2 (1 + r HR)^2 / (r (1 - HR)^2), solved for z + z."""
    return math.sqrt(events * allocation) * (1 - hazard_ratio) / (1 + allocation * hazard_ratio)


_SHIFTS: Mapping[EventFormula, Callable[[float, float, float], float]] = {
    EventFormula.SCHOENFELD: _schoenfeld,
    EventFormula.FREEDMAN: _freedman,
}
