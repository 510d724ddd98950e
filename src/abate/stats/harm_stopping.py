"""At how many patients with an event does a trial stop for harm, and how often would it at a given true rate?"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, number_vector

Flags = NDArray[np.bool_]

#: A level of the tail rule is chosen as it is printed, so that whoever types it gets the same table.
LEVEL_DECIMALS = 12


class HarmLimitError(ParameterError):
    """The rate that must not be exceeded is not between 0 and 1."""


class HarmLevelError(ParameterError):
    """A probability at which a rule stops is not between 0 and 1."""


class HarmPriorError(ParameterError):
    """The prior of a rate is no beta distribution."""


class HarmPatientsError(ParameterError):
    """The most or the fewest patients of a rule make no rule."""


class HarmRateError(ParameterError):
    """A true rate is not from 0 to 1."""


@dataclass(frozen=True, kw_only=True)
class StopRule:
    """A rule, checked after each patient.

    Attributes
    ----------
    limit : float
        Rate that must not be exceeded.
    stop_at : tuple of (int or None), one a patient
        Element n-1: so many patients with the event, or more, among the first n stop the trial; None where no number does.
    min_patients : int
        Before so many patients the rule does not stop.
    level : float
        Of the Bayesian rule, the probability beyond which it stops; of the tail rule, the tail at or below which it does.
    method : str
        The rule in words.
    """

    limit: float
    stop_at: tuple[int | None, ...]
    min_patients: int
    level: float
    method: str

    @property
    def max_patients(self) -> int:
        """Patients after whom the rule ends."""
        return len(self.stop_at)

    @property
    def steps(self) -> tuple[tuple[int, int, int], ...]:
        """The table "stop at x of n": (x, first n, last n) for each x, in the order of patients."""
        steps: list[tuple[int, int, int]] = []
        for n, events in enumerate(self.stop_at, start=1):
            if events is None:
                continue
            if steps and steps[-1][0] == events:
                steps[-1] = (events, steps[-1][1], n)
            else:
                steps.append((events, n, n))
        return tuple(steps)


@dataclass(frozen=True, kw_only=True)
class StopCharacteristics:
    """What a rule does at one true rate, exactly.

    Attributes
    ----------
    true_rate : float
    stop_probability : float
        That the rule stops at some time, up to its last patient.
    expected_patients, expected_events : float
        Patients, and patients with the event, when the trial stops or reaches the last patient.
    """

    true_rate: float
    stop_probability: float
    expected_patients: float
    expected_events: float


@dataclass(frozen=True, kw_only=True)
class RuleOfThree:
    """What n patients without an event leave possible: the exact upper limit of the rate, and 3/n beside it."""

    patients: int
    upper: float
    three_over_n: float
    level: float


def bayesian_stop_rule(
    limit: float, level: float, max_patients: int, prior_a: float, prior_b: float, min_patients: int = 1
) -> StopRule:
    """Return the rule that stops once P(rate > limit | data) > level, with a Beta(prior_a, prior_b) prior.

    Parameters
    ----------
    limit : float
        Rate that must not be exceeded, between 0 and 1.
    level : float
        Probability beyond which the trial stops, between 0 and 1.
    max_patients : int
        At least 1.
    prior_a, prior_b : float
        Above 0; the prior is worth ``prior_a + prior_b`` patients, of whom ``prior_a`` had the event.
    min_patients : int
        The rule does not stop before so many patients, from 1 to ``max_patients``. Without it a prior worth little stops at two of two.

    Returns
    -------
    StopRule

    Raises
    ------
    HarmLimitError, HarmLevelError, HarmPriorError, HarmPatientsError
        If an argument is outside its range.

    References
    ----------
    Thall & Simon (1994), Biometrics 50(2), 337-349.

    Examples
    --------
    >>> rule = bayesian_stop_rule(0.05, 0.95, 20, 0.1, 1.9, min_patients=5)
    >>> rule.steps
    ((2, 5, 7), (3, 8, 17), (4, 18, 20))
    """
    _check_limit(limit)
    _check_level(level, "level")
    if not (0 < prior_a < math.inf and 0 < prior_b < math.inf):
        raise HarmPriorError(f"a beta prior has two numbers above 0; got {prior_a!r} and {prior_b!r}.")
    _check_patients(max_patients, min_patients)
    from scipy.special import betaincc

    def stops(events: Array, n: int) -> Flags:
        above: Flags = betaincc(prior_a + events, prior_b + n - events, limit) > level
        return above

    method = f"stop when P(rate > {limit:g} | data) > {level:g}, prior Beta({prior_a:g}, {prior_b:g})"
    return StopRule(
        limit=limit,
        stop_at=_first_that_stops(stops, max_patients, min_patients),
        min_patients=min_patients,
        level=level,
        method=method,
    )


def tail_stop_rule(limit: float, level: float, max_patients: int, min_patients: int = 1) -> StopRule:
    """Return the rule that stops once the exact binomial tail P(X >= x | n, limit) is at or below ``level``.

    Parameters
    ----------
    limit, max_patients, min_patients
        As for :func:`bayesian_stop_rule`.
    level : float
        The same at every patient, between 0 and 1.

    Returns
    -------
    StopRule

    Raises
    ------
    HarmLimitError, HarmLevelError, HarmPatientsError
        If an argument is outside its range.

    References
    ----------
    Ivanova, Qaqish & Schell (2005), Biometrics 61(2), 540-545. https://doi.org/10.1111/j.1541-0420.2005.00311.x

    Examples
    --------
    >>> tail_stop_rule(0.5, 0.2, 4).stop_at  # 1/8 for 3 of 3, 1/16 for 4 of 4
    (None, None, 3, 4)
    """
    _check_limit(limit)
    _check_level(level, "level")
    _check_patients(max_patients, min_patients)

    def stops(events: Array, n: int) -> Flags:
        below: Flags = _tails(limit, n, events) <= level
        return below

    return StopRule(
        limit=limit,
        stop_at=_first_that_stops(stops, max_patients, min_patients),
        min_patients=min_patients,
        level=level,
        method=f"stop when the exact binomial tail at {limit:g} is at or below {level:.{LEVEL_DECIMALS}g}",
    )


def pocock_stop_rule(limit: float, max_patients: int, false_alarm: float = 0.05, min_patients: int = 1) -> StopRule:
    """Return the tail rule with the largest level whose chance to stop at the limit is at most ``false_alarm``.

    The levels tried are the tails themselves, rounded to 12 decimals as they are printed: a tail that lies above its own rounding
    does not stop, so that the rule from the printed level is this rule.

    Parameters
    ----------
    limit, max_patients, min_patients
        As for :func:`bayesian_stop_rule`.
    false_alarm : float
        Largest probability to stop up to the last patient where the true rate is the limit, between 0 and 1.

    Returns
    -------
    StopRule
        Which never stops (``stop_at`` None throughout, level 0) where no level keeps to ``false_alarm``.

    Raises
    ------
    HarmLimitError, HarmLevelError, HarmPatientsError
        If an argument is outside its range.

    References
    ----------
    Ivanova, Qaqish & Schell (2005), Biometrics 61(2), 540-545. https://doi.org/10.1111/j.1541-0420.2005.00311.x

    Examples
    --------
    >>> rule = pocock_stop_rule(0.05, 60)
    >>> rule.level, rule.steps[:3]
    (0.015584514765, ((2, 2, 4), (3, 5, 11), (4, 12, 19)))
    """
    _check_limit(limit)
    _check_level(false_alarm, "false_alarm")
    _check_patients(max_patients, min_patients)
    levels = _printed_levels(limit, max_patients, min_patients, false_alarm)

    def alarm(level: float) -> float:
        rule = tail_stop_rule(limit, level, max_patients, min_patients)
        return stop_characteristics(rule.stop_at, [limit])[0].stop_probability

    # A larger level stops no later, so the alarm rises with the level: halve the levels that are left.
    kept, refused = 0, levels.size
    while kept < refused:
        middle = (kept + refused) // 2
        kept, refused = (middle + 1, refused) if alarm(float(levels[middle])) <= false_alarm else (kept, middle)
    if kept == 0:
        method = f"no level keeps the false alarm at {limit:g} to {false_alarm:g}"
        return StopRule(
            limit=limit, stop_at=(None,) * max_patients, min_patients=min_patients, level=0.0, method=method
        )
    return tail_stop_rule(limit, float(levels[kept - 1]), max_patients, min_patients)


def stop_characteristics(stop_at: Sequence[int | None], true_rates: ArrayLike) -> tuple[StopCharacteristics, ...]:
    """Return what a rule does at each true rate, exactly, by recursion over binomial paths.

    Parameters
    ----------
    stop_at : sequence of (int or None)
        As in :class:`StopRule`, or any table of a committee's own.
    true_rates : array-like of numbers from 0 to 1

    Returns
    -------
    tuple of StopCharacteristics
        In the order of ``true_rates``.

    Raises
    ------
    HarmRateError
        If a rate is not from 0 to 1.
    HarmPatientsError
        If the table is empty, or asks for fewer than one patient with the event.

    Examples
    --------
    >>> once = stop_characteristics([1, 1], [0.5])[0]  # the first event stops
    >>> once.stop_probability, once.expected_patients, once.expected_events
    (0.75, 1.5, 0.75)
    """
    rates = number_vector(true_rates, "true_rates")
    if np.any((rates < 0) | (rates > 1)):
        raise HarmRateError("a true rate is from 0 to 1, such as 0.05 for 5 %; mend true_rates.")
    if not stop_at or any(events is not None and events < 1 for events in stop_at):
        raise HarmPatientsError("the table needs a patient at least, and stops at 1 event or more; mend stop_at.")
    going = np.zeros((rates.size, len(stop_at) + 1))  # probability of each number of events, not yet stopped
    going[:, 0] = 1.0
    stopped, patients, events = (np.zeros(rates.size) for _ in range(3))
    p = rates[:, None]
    for at in stop_at:
        patients += going.sum(axis=1)  # whoever is going gives one patient more
        events += rates * going.sum(axis=1)
        going[:, 1:] = going[:, 1:] * (1 - p) + going[:, :-1] * p
        going[:, :1] *= 1 - p
        if at is not None:
            stopped += going[:, at:].sum(axis=1)
            going[:, at:] = 0.0
    return tuple(
        StopCharacteristics(
            true_rate=float(rates[k]),
            stop_probability=float(stopped[k]),
            expected_patients=float(patients[k]),
            expected_events=float(events[k]),
        )
        for k in range(rates.size)
    )


def rule_of_three(patients: int, level: float = 0.95) -> RuleOfThree:
    """Return the largest rate that is still possible when none of ``patients`` had the event.

    Parameters
    ----------
    patients : int
        At least 1.
    level : float
        One-sided coverage, between 0 and 1.

    Returns
    -------
    RuleOfThree
        The exact limit ``1 - (1 - level)**(1/n)``, and ``3/n``, which holds for 95 % and is 1 at most.

    Raises
    ------
    HarmPatientsError, HarmLevelError
        If an argument is outside its range.

    References
    ----------
    Hanley & Lippman-Hand (1983), JAMA 249(13), 1743-1745.

    Examples
    --------
    >>> seen = rule_of_three(60)
    >>> round(seen.upper, 4), seen.three_over_n
    (0.0487, 0.05)
    """
    _check_patients(patients, 1)
    _check_level(level, "level")
    upper = -math.expm1(math.log1p(-level) / patients)
    return RuleOfThree(patients=patients, upper=upper, three_over_n=min(1.0, 3 / patients), level=level)


def _first_that_stops(
    stops: Callable[[Array, int], Flags], max_patients: int, min_patients: int
) -> tuple[int | None, ...]:
    """Return, for each number of patients, the fewest events that stop; more events always stop where fewer do."""
    table: list[int | None] = []
    for n in range(1, max_patients + 1):
        found = np.flatnonzero(stops(np.arange(1, n + 1, dtype=np.float64), n)) if n >= min_patients else np.empty(0)
        table.append(int(found[0]) + 1 if found.size else None)
    return tuple(table)


def _tails(limit: float, n: int, events: Array) -> Array:
    """Return P(X >= events) of a binomial with n trials."""
    from scipy.special import betainc

    tails: Array = betainc(events, n - events + 1, limit)
    return tails


def _printed_levels(limit: float, max_patients: int, min_patients: int, highest: float) -> Array:
    """Return the tails of all (events, patients), as printed, up to ``highest``: no single tail may exceed the false alarm."""
    tails = np.concatenate([_tails(limit, n, np.arange(1.0, n + 1)) for n in range(min_patients, max_patients + 1)])
    printed = np.unique(np.round(tails[tails <= highest], LEVEL_DECIMALS))
    return printed[printed > 0]


def _check_limit(limit: float) -> None:
    if not 0 < limit < 1:
        raise HarmLimitError(
            f"limit must be between 0 and 1, such as 0.05 for 5 %; got {limit!r}. Write it as a share."
        )


def _check_level(level: float, name: str) -> None:
    if not 0 < level < 1:
        raise HarmLevelError(f"{name} must be between 0 and 1, such as 0.95; got {level!r}. Write it as a share.")


def _check_patients(max_patients: int, min_patients: int) -> None:
    if not (float(max_patients).is_integer() and float(min_patients).is_integer()):
        raise HarmPatientsError(f"patients are whole numbers; got {max_patients!r} and {min_patients!r}.")
    if not 1 <= min_patients <= max_patients:
        raise HarmPatientsError(
            f"the fewest patients must be from 1 to the most; got {min_patients!r} and {max_patients!r}. Exchange or raise them."
        )
