"""Which list assigns the participants, how good is it, and how could it be guessed? Made from a secret key, the same for ever."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from abate.contracts.randomisation import Randomisation
from abate.stats.allocation_checks import (
    final_imbalance,
    largest_imbalance,
    longest_run,
    share_guessed,
    strata_without_a_block,
)
from abate.stats.keyed_stream import KeyedStream
from abate.stats.minimisation import MinimisationError, SimulatedMinimisation, simulate_minimisation
from abate.stats.permuted_blocks import BlockSizeError, RatioError, permuted_blocks
from abate.stats.restricted_lists import ImbalanceError, big_stick_list, simple_list, urn_list
from abate.trial.allocation_plan import (
    AllocationPlan,
    AllocationPlanError,
    Factor,
    TooManyStrataError,
    plan_allocation,
    warnings_of,
)

__all__ = [
    "ALGORITHM",
    "AllocationList",
    "AllocationPlan",
    "AllocationPlanError",
    "AllocationRow",
    "BlockSizeError",
    "Factor",
    "ImbalanceError",
    "ListChecks",
    "MinimisationError",
    "Randomisation",
    "RatioError",
    "SimulatedMinimisation",
    "TooManyStrataError",
    "check_list",
    "make_list",
    "plan_allocation",
    "simulate_balance",
    "simulate_lists",
    "stratum_lines",
    "warnings_of",
]

#: Version of the way from a key to a list; raised whenever a key would give another list.
ALGORITHM = "abate-allocation/1"


@dataclass(frozen=True, kw_only=True)
class AllocationRow:
    """One line of the list.

    Attributes
    ----------
    stratum : tuple of str
        Level of each factor.
    number : int
        Place within the stratum, from 1.
    block, block_size : int or None
        Of permuted blocks.
    arm, kit : str
    salt : str
        Random digits, so that nobody can find the list by trying which one has the SHA-256.
    """

    stratum: tuple[str, ...]
    number: int
    block: int | None
    block_size: int | None
    arm: str
    kit: str
    salt: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class AllocationList:
    """A list with its specification; for the unblinded only."""

    plan: AllocationPlan
    rows: tuple[AllocationRow, ...] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class StratumLines:
    """Arms of one stratum, in order, from 0; blocks where there are any."""

    arms: tuple[int, ...]
    blocks: tuple[int, ...] = ()
    block_sizes: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ListChecks:
    """How good lists are.

    Attributes
    ----------
    list_count : int
        Lists looked at; more than one are simulated with other keys.
    largest_imbalance : float
        Within a stratum, after any line; the largest of all.
    final_imbalance : float
        Of the whole trial once all participants are in; the mean over lists.
    longest_run : int
        Of one arm within a stratum; the longest of all.
    share_guessed : float
        Of the assignments within a stratum, by the convergence strategy (Blackwell & Hodges 1957); the mean over lists.
    by_chance : float
        What is guessed right without knowing anything: the largest part of the ratio.
    strata_count : int
    strata_without_a_block : float or None
        Strata to be expected that do not fill one block of the largest size; None where there are no blocks.
    """

    list_count: int
    largest_imbalance: float
    final_imbalance: float
    longest_run: int
    share_guessed: float
    by_chance: float
    strata_count: int
    strata_without_a_block: float | None


def make_list(plan: AllocationPlan, key: bytes) -> AllocationList:
    """Return the list that a key gives; the same in any program that keeps to the algorithm, on any number of threads.

    Parameters
    ----------
    plan : AllocationPlan
        Of any method but minimisation.
    key : bytes
        At least 32 bytes, from the operating system; nothing of it is in the list.

    Returns
    -------
    AllocationList
        Strata in the order of their levels.

    Raises
    ------
    AllocationPlanError
        If the method is minimisation, of which no list can be made.
    StreamKeyError
        If the key is too short.

    Examples
    --------
    >>> plan = plan_allocation(Randomisation(arms=("ketamine", "midazolam"), participants=4), title="Next trial")
    >>> sorted(row.arm for row in make_list(plan, bytes(32)).rows)[:2]
    ['ketamine', 'ketamine']
    """
    by_stratum = [(stratum, stratum_lines(plan, key, stratum)) for stratum in plan.strata]
    row_count = sum(len(lines.arms) for _, lines in by_stratum)
    kits = iter(_kit_numbers(row_count, KeyedStream(key, f"{ALGORITHM}/kits")))
    rows = []
    for stratum, lines in by_stratum:
        salts = KeyedStream(key, _purpose("salt", plan, stratum))
        for k, arm in enumerate(lines.arms):
            rows.append(
                AllocationRow(
                    stratum=stratum,
                    number=k + 1,
                    block=lines.blocks[k] if lines.blocks else None,
                    block_size=lines.block_sizes[k] if lines.block_sizes else None,
                    arm=plan.arms[arm],
                    kit=next(kits),
                    salt=salts.hexadecimal(),
                )
            )
    return AllocationList(plan=plan, rows=tuple(rows))


def stratum_lines(
    plan: AllocationPlan, key: bytes, stratum: tuple[str, ...], length: int | None = None
) -> StratumLines:
    """Return the arms of one stratum, which depend on the key, the stratum and the method and on no other stratum.

    Parameters
    ----------
    plan, key
        As for :func:`make_list`.
    stratum : tuple of str
        Level of each factor.
    length : int or None
        Lines, at least; None: ``plan.rows_per_stratum``.

    Returns
    -------
    StratumLines

    Raises
    ------
    AllocationPlanError
        If the method is minimisation.
    """
    if plan.method == "minimisation":
        raise AllocationPlanError(
            "minimisation makes no list: each assignment depends on who came before; a live system is needed."
        )
    stream = KeyedStream(key, _purpose("arms", plan, stratum))
    return _METHODS[plan.method](plan, stream, length or plan.rows_per_stratum)


def check_list(made: AllocationList) -> ListChecks:
    """Return the checks of one list; of the whole list, so for the unblinded only.

    Examples
    --------
    >>> plan = plan_allocation(Randomisation(arms=("a", "b"), participants=40, block_sizes=(2,)), title="Next trial")
    >>> check_list(make_list(plan, bytes(32))).share_guessed
    0.75
    """
    index = {arm: number for number, arm in enumerate(made.plan.arms)}
    by_stratum: dict[tuple[str, ...], list[int]] = {stratum: [] for stratum in made.plan.strata}
    for row in made.rows:
        by_stratum[row.stratum].append(index[row.arm])
    return _checks(made.plan, [list(by_stratum.values())])


def simulate_lists(plan: AllocationPlan, *, list_count: int = 100, seed: int = 1) -> ListChecks:
    """Return the checks of lists of the same kind made with other keys, with participants falling into strata by chance.

    They say what the specification is worth and nothing about the list that was made.

    Parameters
    ----------
    plan : AllocationPlan
        Of any method but minimisation.
    list_count, seed : int
        At least 1 and at least 0; the same seed gives the same numbers.

    Returns
    -------
    ListChecks

    Examples
    --------
    >>> plan = plan_allocation(Randomisation(arms=("a", "b"), participants=60, block_sizes=(4,)), title="Next trial")
    >>> round(simulate_lists(plan).share_guessed, 2)  # Blackwell & Hodges: 17/24
    0.71
    """
    return _checks(plan, [_simulated_lines(plan, f"{seed}/{number}") for number in range(list_count)])


def simulate_balance(plan: AllocationPlan, *, trials: int = 1000, seed: int = 1) -> SimulatedMinimisation:
    """Return how minimisation by this specification balances, and how well it can be guessed.

    Raises
    ------
    AllocationPlanError
        If the method is another one.

    Examples
    --------
    >>> section = Randomisation(method="minimisation", arms=("a", "b"), participants=60, strata=({"name": "centre", "levels": ["A", "B"]},))
    >>> simulate_balance(plan_allocation(section, title="Next trial"), trials=100).overall_95 <= 6
    True
    """
    if plan.method != "minimisation" or plan.probability is None:
        raise AllocationPlanError(f"the method is {plan.method}, not minimisation; its lists are checked instead.")
    return simulate_minimisation(
        plan.participants,
        len(plan.arms),
        [factor.shares for factor in plan.factors],
        probability=plan.probability,
        trials=trials,
        seed=seed,
    )


def _purpose(what: str, plan: AllocationPlan, stratum: tuple[str, ...]) -> str:
    """Return the name of a stratum's stream: what is drawn, and each factor with its level."""
    named = [[factor.name, level] for factor, level in zip(plan.factors, stratum, strict=True)]
    return f"{ALGORITHM}/{what}/{json.dumps(named, ensure_ascii=True)}"


def _kit_numbers(count: int, stream: KeyedStream) -> list[str]:
    """Return different random numbers of equal length, none of which tells its arm or its place."""
    digits = max(4, len(str(10 * count)))
    numbers: dict[str, None] = {}
    while len(numbers) < count:
        # None begins with 0, which a spreadsheet program would take away.
        numbers[str(10 ** (digits - 1) + stream.below(9 * 10 ** (digits - 1)))] = None
    return list(numbers)


def _blocked(plan: AllocationPlan, stream: KeyedStream, length: int) -> StratumLines:
    made = permuted_blocks(stream, length, plan.ratio, plan.block_sizes)
    return StratumLines(arms=made.arms, blocks=made.blocks, block_sizes=made.block_sizes)


def _simple(plan: AllocationPlan, stream: KeyedStream, length: int) -> StratumLines:
    return StratumLines(arms=simple_list(stream, length, plan.ratio))


def _urn(plan: AllocationPlan, stream: KeyedStream, length: int) -> StratumLines:
    return StratumLines(arms=urn_list(stream, length, plan.ratio))


def _big_stick(plan: AllocationPlan, stream: KeyedStream, length: int) -> StratumLines:
    return StratumLines(arms=big_stick_list(stream, length, plan.ratio, plan.largest_imbalance or 0))


_METHODS: Mapping[str, Callable[[AllocationPlan, KeyedStream, int], StratumLines]] = {
    "permuted blocks": _blocked,
    "simple": _simple,
    "urn": _urn,
    "big stick": _big_stick,
}


def _simulated_lines(plan: AllocationPlan, name: str) -> list[list[int]]:
    """Return the arms of each stratum in a simulated trial, as far as its participants fill it."""
    key = f"simulated lists, no secret: {name}".encode().ljust(32, b".")
    filled = _filled(plan, KeyedStream(key, "strata"))
    return [
        list(stratum_lines(plan, key, stratum, count).arms[:count]) if count else []
        for stratum, count in zip(plan.strata, filled, strict=True)
    ]


def _filled(plan: AllocationPlan, stream: KeyedStream) -> list[int]:
    """Return how many participants fall into each stratum."""
    ends = list(itertools.accumulate(plan.stratum_shares))
    counts = [0] * len(ends)
    for _ in range(plan.participants):
        place = stream.below(1 << 53) / (1 << 53) * ends[-1]
        counts[next(k for k, end in enumerate(ends) if place < end)] += 1
    return counts


def _checks(plan: AllocationPlan, lists: Sequence[Sequence[Sequence[int]]]) -> ListChecks:
    strata = [arms for made in lists for arms in made if arms]
    guessed = [(share_guessed(arms, plan.ratio) or 0.0) * len(arms) for arms in strata]
    whole = [[arm for arms in made for arm in arms] for made in lists]
    unfilled = None
    if plan.block_sizes:
        unfilled = strata_without_a_block(plan.participants, plan.stratum_shares, max(plan.block_sizes))
    return ListChecks(
        list_count=len(lists),
        largest_imbalance=max(largest_imbalance(arms, plan.ratio) for arms in strata),
        final_imbalance=sum(final_imbalance(arms, plan.ratio) for arms in whole) / len(whole),
        longest_run=max(longest_run(arms) for arms in strata),
        share_guessed=sum(guessed) / sum(len(arms) for arms in strata),
        by_chance=max(plan.ratio) / sum(plan.ratio),
        strata_count=len(plan.strata),
        strata_without_a_block=unfilled,
    )
