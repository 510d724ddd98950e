"""How often are all beds taken, and how long is the wait? Erlang's two formulas, and a simulated queue with trial admissions on top."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, number_vector

_DAYS_PER_WEEK = 7


class BedsError(ParameterError):
    """A number of beds is impossible."""


class AdmissionsError(ParameterError):
    """Admissions are negative, or there are none to wait."""


class StayError(ParameterError):
    """A length of stay is impossible."""


class SimulatedWeeksError(ParameterError):
    """Weeks, runs, a day of the week or a seed of a simulated queue are impossible."""


@dataclass(frozen=True, kw_only=True)
class Queue:
    """Beds in the long run, with admissions at random times.

    Attributes
    ----------
    offered_load : float
        Beds that would be taken if there were always one free: admissions a day times mean stay.
    occupancy : float
        Share of the beds that is taken when nobody is sent away.
    refused : float
        Erlang B: share who find no bed free, if they are then sent away; whatever the distribution of stays.
    waits : float or None
        Erlang C: share who wait, if they wait for a bed; stays are exponential.
    mean_wait : float or None
        Mean wait of all, those who do not wait included, in days; stays are exponential (M/M/c).
    mean_wait_constant : float or None
        Half of it: the mean wait where all stays are alike and there is one bed; with several it is somewhat more, which
        :func:`simulate_queue` shows.
    reason : str or None
        Why nobody's wait is known: with a load of at least the number of beds the queue never ends.
    """

    offered_load: float
    occupancy: float
    refused: float
    waits: float | None
    mean_wait: float | None
    mean_wait_constant: float | None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class SimulatedWaits:
    """Waits of those who came, over all runs, with the Monte Carlo error of the mean.

    Attributes
    ----------
    count : int
        Who came after the run-in.
    share_waiting : float or None
        Share who did not get a bed at once; None where nobody came.
    mean_wait, mean_wait_error : float or None
        In days, those who did not wait included; the error is between runs.
    ninth_decile : float or None
        Nine of ten wait no longer, in days.
    """

    count: int
    share_waiting: float | None
    mean_wait: float | None
    mean_wait_error: float | None
    ninth_decile: float | None


@dataclass(frozen=True, kw_only=True)
class SimulatedQueue:
    """A unit without and with the trial, from the same usual admissions.

    Attributes
    ----------
    usual_alone : SimulatedWaits
        Usual admissions, without the trial.
    usual_with_trial, trial : SimulatedWaits
        Usual and trial admissions in one queue, in the order in which they come.
    occupancy_alone, occupancy_with_trial : float
        Share of bed-days taken, of those after the run-in that lie within the weeks.
    seed, weeks, runs : int
        Enough, with the arguments, to give the same numbers again.
    """

    usual_alone: SimulatedWaits
    usual_with_trial: SimulatedWaits
    trial: SimulatedWaits
    occupancy_alone: float
    occupancy_with_trial: float
    seed: int
    weeks: int
    runs: int


def erlang_queue(beds: int, admissions_per_day: float, mean_stay_days: float) -> Queue:
    """Return what Erlang's formulas say of a unit.

    With load ``a`` and ``c`` beds, ``B_0 = 1``, ``B_k = a B_{k-1}/(k + a B_{k-1})``; ``C = B_c/(1 - a/c (1 - B_c))``; the mean wait is
    ``C stay/(c - a)``.

    Parameters
    ----------
    beds : int
        At least 1.
    admissions_per_day : float
        Above 0.
    mean_stay_days : float
        Above 0.

    Returns
    -------
    Queue

    Raises
    ------
    BedsError, AdmissionsError, StayError
        If an argument is outside its range.

    References
    ----------
    Erlang (1917), Post Office Electrical Engineers' Journal 10, 189-197; Kleinrock (1975), Queueing Systems 1, chapter 3.

    Examples
    --------
    >>> queue = erlang_queue(beds=4, admissions_per_day=3 / 7, mean_stay_days=5)
    >>> round(queue.refused, 3), round(queue.waits, 3), round(queue.mean_wait_constant, 2)
    (0.11, 0.211, 0.28)
    """
    _check_beds(beds)
    if not 0 < admissions_per_day < math.inf:
        raise AdmissionsError(
            f"admissions a day must be above 0; got {admissions_per_day!r}. Without any nobody waits."
        )
    if not 0 < mean_stay_days < math.inf:
        raise StayError(f"a mean stay must be above 0 days; got {mean_stay_days!r}.")
    load = admissions_per_day * mean_stay_days
    refused = 1.0
    for taken in range(1, int(beds) + 1):
        refused = load * refused / (taken + load * refused)
    occupancy = load / beds
    if occupancy >= 1:
        reason = f"the load of {load:.2f} beds is no less than the {beds} there are; the queue never ends"
        return Queue(
            offered_load=load,
            occupancy=occupancy,
            refused=refused,
            waits=None,
            mean_wait=None,
            mean_wait_constant=None,
            reason=reason,
        )
    waits = refused / (1 - occupancy * (1 - refused))
    mean_wait = waits * mean_stay_days / (beds - load)
    return Queue(
        offered_load=load,
        occupancy=occupancy,
        refused=refused,
        waits=waits,
        mean_wait=mean_wait,
        mean_wait_constant=mean_wait / 2,
    )


def simulate_queue(
    beds: int,
    usual_per_week: float,
    trial_per_week: float,
    usual_stays: ArrayLike,
    trial_stays: ArrayLike | None = None,
    *,
    weeks: int = 104,
    run_in_weeks: int = 26,
    runs: int = 100,
    seed: int = 1,
    trial_weekday: int | None = None,
) -> SimulatedQueue:
    """Return the waits of a unit whose beds are taken in the order of coming, without and with a trial's admissions on top.

    Usual admissions come at random times; stays are drawn from those given, with replacement. The usual admissions and their stays are
    the same without and with the trial.

    Parameters
    ----------
    beds : int
        At least 1.
    usual_per_week, trial_per_week : float
        Mean admissions, at least 0.
    usual_stays : array-like of float
        Days, above 0, one at least.
    trial_stays : array-like of float or None
        The same of the trial's; None: as the usual ones.
    weeks, run_in_weeks, runs : int
        Weeks that count, weeks before them from an empty unit, and how often all is done.
    seed : int
        At least 0.
    trial_weekday : int or None
        0 (Monday) to 6: the trial's all come at the start of that day; None: at random times.

    Returns
    -------
    SimulatedQueue

    Raises
    ------
    BedsError, AdmissionsError, StayError, SimulatedWeeksError
        If an argument is outside its range.

    Examples
    --------
    >>> found = simulate_queue(4, 3, 0.7, [4, 5, 5, 6, 7], weeks=52, runs=20, trial_weekday=0)
    >>> found.usual_with_trial.mean_wait > found.usual_alone.mean_wait
    True
    """
    _check_beds(beds)
    _check_simulation(usual_per_week, trial_per_week, weeks, run_in_weeks, runs, seed, trial_weekday)
    own_stays = _checked_stays(usual_stays, "usual_stays")
    theirs = own_stays if trial_stays is None else _checked_stays(trial_stays, "trial_stays")
    horizon = (run_in_weeks + weeks) * _DAYS_PER_WEEK
    window = (float(run_in_weeks * _DAYS_PER_WEEK), float(horizon))
    alone, together, of_trial = _Waits(), _Waits(), _Waits()
    for run in range(runs):
        usual_rng, trial_rng = (
            np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=(run, purpose))))
            for purpose in (0, 1)
        )
        usual = _random_times(usual_per_week, horizon, usual_rng)
        stays = usual_rng.choice(own_stays, usual.size)
        trial = _trial_times(trial_per_week, horizon, trial_weekday, trial_rng)
        trial_of = trial_rng.choice(theirs, trial.size)
        alone.add(usual, _waits(usual, stays, beds), stays, window)
        times, lengths = np.concatenate([usual, trial]), np.concatenate([stays, trial_of])
        order = np.argsort(times, kind="stable")
        waits = np.empty(times.size)
        waits[order] = _waits(times[order], lengths[order], beds)
        together.add(usual, waits[: usual.size], stays, window)
        of_trial.add(trial, waits[usual.size :], trial_of, window)
    bed_days = beds * weeks * _DAYS_PER_WEEK * runs
    return SimulatedQueue(
        usual_alone=alone.summary(),
        usual_with_trial=together.summary(),
        trial=of_trial.summary(),
        occupancy_alone=alone.bed_days / bed_days,
        occupancy_with_trial=(together.bed_days + of_trial.bed_days) / bed_days,
        seed=seed,
        weeks=weeks,
        runs=runs,
    )


class _Waits:
    """Gathers the waits of those who come within the window, run by run."""

    def __init__(self) -> None:
        self._runs: list[Array] = []
        self.bed_days = 0.0

    def add(self, times: Array, waits: Array, stays: Array, window: tuple[float, float]) -> None:
        opens, closes = window
        self._runs.append(waits[times >= opens])
        begins = times + waits
        inside = np.minimum(begins + stays, closes) - np.maximum(begins, opens)
        self.bed_days += float(np.maximum(inside, 0.0).sum())

    def summary(self) -> SimulatedWaits:
        all_waits = np.concatenate(self._runs)
        if not all_waits.size:
            return SimulatedWaits(count=0, share_waiting=None, mean_wait=None, mean_wait_error=None, ninth_decile=None)
        sums, sizes = np.array([run.sum() for run in self._runs]), np.array([run.size for run in self._runs])
        mean = float(all_waits.mean())
        apart = sums - mean * sizes  # of a ratio of sums, run by run
        count = len(self._runs)
        error = math.sqrt(float((apart**2).sum()) * count / (count - 1)) / all_waits.size if count > 1 else None
        return SimulatedWaits(
            count=int(all_waits.size),
            share_waiting=float(np.mean(all_waits > 0)),
            mean_wait=mean,
            mean_wait_error=error,
            ninth_decile=float(np.quantile(all_waits, 0.9, method="inverted_cdf")),
        )


def _waits(times: Array, stays: Array, beds: int) -> Array:
    """Return how long each waits, first come first served: the bed that is free first is taken next."""
    free_from = [0.0] * beds
    waits = np.empty(times.size)
    for k, (time, stay) in enumerate(zip(times.tolist(), stays.tolist(), strict=True)):
        begins = max(time, free_from[0])
        waits[k] = begins - time
        heapq.heapreplace(free_from, begins + stay)
    return waits


def _random_times(per_week: float, days: int, rng: np.random.Generator) -> Array:
    times: Array = np.sort(rng.uniform(0.0, days, rng.poisson(per_week * days / _DAYS_PER_WEEK)))
    return times


def _trial_times(per_week: float, days: int, weekday: int | None, rng: np.random.Generator) -> Array:
    if weekday is None:
        return _random_times(per_week, days, rng)
    weeks: NDArray[np.int64] = np.arange(days // _DAYS_PER_WEEK)
    return np.repeat(weeks * _DAYS_PER_WEEK + float(weekday), rng.poisson(per_week, weeks.size))


def _checked_stays(stays: ArrayLike, name: str) -> Array:
    days = number_vector(stays, name)
    if days.size == 0 or np.any(days <= 0):
        raise StayError(f"{name} must be days above 0, one at least; leave stays of 0 days out and count them.")
    return days


def _check_beds(beds: int) -> None:
    if not (float(beds).is_integer() and beds >= 1):
        raise BedsError(f"beds are a whole number of at least 1; got {beds!r}.")


def _check_simulation(
    usual: float, trial: float, weeks: int, run_in: int, runs: int, seed: int, weekday: int | None
) -> None:
    if not (0 <= usual < math.inf and 0 <= trial < math.inf and usual + trial > 0):
        raise AdmissionsError(f"admissions a week must be at least 0, and not both 0; got {usual!r} and {trial!r}.")
    if weeks < 1 or run_in < 0 or runs < 1 or seed < 0:
        raise SimulatedWeeksError(
            f"a simulated queue needs a week and a run at least, and no negative number; got {weeks=}, {run_in=}, {runs=}, {seed=}."
        )
    if weekday is not None and weekday not in range(_DAYS_PER_WEEK):
        raise SimulatedWeeksError(f"a day of the week is 0 (Monday) to 6 (Sunday); got {weekday!r}.")
