"""How are many trials drawn, analysed and summed, block by block, with the same numbers on any number of threads?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields

import numpy as np

from abate.stats.arrays import Array, IntArray
from abate.stats.trials.analyse import Analysis, Answers, analyse
from abate.stats.trials.errors import RunError
from abate.stats.trials.generate import DrawnTrials, draw_calendar, draw_trials
from abate.stats.trials.looks import Looks, at_stop, find_stops, only_look
from abate.stats.trials.scenario import Prepared, Scenario, prepare
from abate.stats.trials.streams import Streams, require_key
from abate.stats.trials.summaries import Sums, TrialResults, TrialsSummary, summarise, sums_of

# Ratings of a block: so few that what is made of them stays in the processor's reach, so many that a call costs little.
_RATINGS_AT_ONCE = 150_000
_BLOCKS_WAITING = 50
#: Coverage of the intervals that are checked against the true value.
INTERVAL_LEVEL = 0.95

#: A scenario for all trials, or a function from trial numbers and streams to one with as many sets of assumptions.
ScenarioOf = Callable[[range, Streams], Scenario]
_Done = tuple[Sums, TrialResults | None]


@dataclass(frozen=True, kw_only=True, eq=False)
class RunTrials:
    """The summary of a run, and each trial's result where it was asked for."""

    summary: TrialsSummary
    each: TrialResults | None


def _prepare_for(scenario: Scenario, analysis: Analysis) -> Prepared:
    return prepare(scenario, keep_sample=analysis.response is not None)


def run_trials(
    scenario: Scenario | ScenarioOf,
    analysis: Analysis,
    *,
    per_arm: IntArray,
    trials: int,
    seed: int,
    scenario_number: int = 0,
    looks: Looks | None = None,
    threads: int = 1,
    keep_each: bool = False,
    visits: int,
) -> RunTrials:
    """Return what ``trials`` simulated trials come to.

    Parameters
    ----------
    scenario : Scenario, or function
        One for all trials; or a function of trial numbers and streams that returns one with a set of assumptions a trial.
    analysis : Analysis
    per_arm : array of int, shape (arm,)
        The scenario's.
    trials, seed, scenario_number, threads : int
        The numbers depend on trials, seed and scenario number only.
    looks : Looks, optional
        One at the end, at the analysis' level, by default.
    keep_each : bool
        Whether to return each trial's result as well: 13 numbers a trial.
    visits : int
        Baseline and days.

    Raises
    ------
    ParameterError
        If a number is outside its range, or the analysis does not fit the scenario.
    """
    require_key(seed, scenario_number)
    if trials < 1 or threads < 1:
        raise RunError(f"trials and threads must be 1 or more; got {trials!r} and {threads!r}.")
    looks = looks if looks is not None else only_look(analysis)
    patients = looks.patients(per_arm)
    prepared = _prepare_for(scenario, analysis) if isinstance(scenario, Scenario) else None
    size = max(1, _RATINGS_AT_ONCE // (int(per_arm.sum()) * visits))
    blocks = [range(low, min(low + size, trials)) for low in range(0, trials, size)]

    def work(block: range) -> _Done:
        streams = Streams(seed, scenario_number)
        own = scenario if isinstance(scenario, Scenario) else scenario(block, streams)
        ready = prepared if prepared is not None else _prepare_for(own, analysis)
        results = run_block(own, analysis, looks, block, streams, ready)
        return sums_of(results, len(looks.share)), results if keep_each else None

    total, kept = None, []
    for sums, results in _in_order(work, blocks, threads):
        total = sums if total is None else total.plus(sums)
        if results is not None:
            kept.append(results)
    if total is None:
        raise RunError("there must be one or more trials; got none.")
    return RunTrials(summary=summarise(total, patients.sum(axis=1)), each=_joined(kept) if keep_each else None)


def _in_order(work: Callable[[range], _Done], blocks: list[range], threads: int) -> Iterator[_Done]:
    if threads == 1:
        yield from map(work, blocks)
        return
    with ThreadPoolExecutor(max_workers=threads) as pool:
        # A few blocks at a time: what waits to be summed stays small, whatever the number of trials.
        at_once = _BLOCKS_WAITING * threads
        for low in range(0, len(blocks), at_once):
            yield from pool.map(work, blocks[low : low + at_once])


def _joined(parts: list[TrialResults]) -> TrialResults:
    return TrialResults(
        **{each.name: np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(TrialResults)}
    )


def true_values(scenario: Scenario, analysis: Analysis, prepared: Prepared) -> Array:
    """Return what the analysis estimates in each set of assumptions, shape (set,)."""
    arms, visits = scenario.mean.shape[1:]
    by_arm = analysis.weights_of_arms(arms)
    if analysis.response is None:
        return prepared.true_mean[:, :, 1:] @ analysis.weights_of_days(visits - 1) @ by_arm
    met = analysis.response.is_met(prepared.sample[..., 0], prepared.sample[..., -1])
    return np.asarray((met * prepared.stayed).mean(axis=2) @ by_arm)


def run_block(
    scenario: Scenario, analysis: Analysis, looks: Looks, trials: range, streams: Streams, prepared: Prepared
) -> TrialResults:
    """Return the results of some trials: drawn, analysed at every look, stopped where a boundary says so."""
    drawn = draw_trials(scenario, prepared, trials, streams)
    patients = looks.patients(scenario.per_arm)
    answers = [_analysed(analysis, drawn, scenario.per_arm, chosen) for chosen in patients]
    stops = find_stops(looks, analysis, answers)
    calendar = draw_calendar(scenario, patients.sum(axis=1), trials, streams)

    def ended(name: str) -> Array:
        return at_stop(np.stack([getattr(each, name) for each in answers], axis=1), stops)

    truth = np.broadcast_to(true_values(scenario, analysis, prepared), (len(trials),))
    estimate, standard_error, df = ended("estimate"), ended("standard_error"), ended("df")
    return TrialResults(
        succeeded=stops.succeeded,
        failed=ended("failed").astype(np.bool_),
        look=(stops.look + 1).astype(np.float64),
        estimate=estimate,
        standard_error=standard_error,
        df=df,
        p=ended("p"),
        covered=_covered(estimate, standard_error, df, truth),
        true_value=truth,
        patient_count=patients.sum(axis=1)[stops.look].astype(np.float64),
        entered_count=at_stop(calendar.entered, stops),
        months=at_stop(calendar.months, stops),
        bed_days=at_stop(calendar.bed_days, stops),
    )


def _analysed(analysis: Analysis, drawn: DrawnTrials, per_arm: IntArray, chosen: IntArray) -> Answers:
    """Analyse the first patients of each arm, those whose primary time has come."""
    place_in_arm = np.concatenate([np.arange(n) for n in per_arm])
    is_chosen = place_in_arm < chosen[drawn.arm]
    if np.all(is_chosen):
        return analyse(analysis, drawn.ratings, drawn.arm, drawn.centre)
    return analyse(analysis, drawn.ratings[:, is_chosen], drawn.arm[is_chosen], drawn.centre[is_chosen])


def _covered(estimate: Array, standard_error: Array, df: Array, truth: Array) -> Array:
    """Return 1 where the interval holds the true value, 0 where not, ``nan`` where there is no interval."""
    from scipy.special import ndtr, stdtr

    with np.errstate(invalid="ignore", divide="ignore"):
        t = np.abs(estimate - truth) / standard_error
        tail = np.where(np.isposinf(df), ndtr(-t), stdtr(np.where(np.isfinite(df), df, 1.0), -t))
    return np.where(np.isnan(t), np.where(np.isfinite(estimate), 1.0, np.nan), 2 * tail >= 1 - INTERVAL_LEVEL)
