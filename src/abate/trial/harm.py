"""When should a trial stop for harm, what would that rule do, and what does its committee see?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from abate.stats.harm_stopping import (
    HarmPatientsError,
    RuleOfThree,
    StopCharacteristics,
    StopRule,
    bayesian_stop_rule,
    pocock_stop_rule,
    rule_of_three,
    stop_characteristics,
    tail_stop_rule,
)
from abate.stats.proportion_differences import miettinen_nurminen_difference
from abate.stats.proportions import Proportion, ProportionDifference, wilson_interval

__all__ = [
    "CommitteeLine",
    "HarmStopping",
    "OpenLine",
    "bayesian_stopping",
    "closed_report",
    "open_report",
    "pocock_stopping",
    "rule_of_three",
    "stop_characteristics",
    "tail_stop_rule",
]

#: True rates at which a rule is shown, as multiples of its limit.
MULTIPLES = (0.5, 1.0, 2.0, 3.0, 4.0)


@dataclass(frozen=True, kw_only=True)
class HarmStopping:
    """A rule for one event, for the committee to decide on.

    Attributes
    ----------
    event : str
    rule : StopRule
        With the table "stop at x of n" in ``rule.steps``.
    characteristics : tuple of StopCharacteristics
        Exact, at multiples of the limit below 1.
    unseen : RuleOfThree
        The rate that is still possible when no participant had the event.
    """

    event: str
    rule: StopRule
    characteristics: tuple[StopCharacteristics, ...]
    unseen: RuleOfThree


@dataclass(frozen=True, kw_only=True)
class CommitteeLine:
    """One event in the closed report: by arm A and B, without saying which arm is the drug."""

    event: str
    arm_a: Proportion
    arm_b: Proportion
    difference: ProportionDifference  # A less B


@dataclass(frozen=True, kw_only=True)
class OpenLine:
    """One event in the open report: both arms together."""

    event: str
    both_arms: Proportion


def bayesian_stopping(
    event: str,
    limit: float,
    max_patients: int,
    *,
    level: float = 0.95,
    prior: tuple[float, float] = (0.1, 1.9),
    min_patients: int = 5,
    multiples: Sequence[float] = MULTIPLES,
) -> HarmStopping:
    """Return the rule that stops once P(rate > limit | data) > level, and what it does.

    Parameters
    ----------
    event : str
        The event in words, such as "stopped for harm".
    limit : float
        Share of participants that must not be exceeded, between 0 and 1.
    max_patients : int
        Participants of the arm that is watched, or of both together.
    level : float
        Between 0 and 1.
    prior : (float, float)
        Shapes of the beta prior, worth at most two participants unless there is evidence for more.
    min_patients : int
        The rule does not stop before so many participants. Where the table asks for no more events by then than before, this delays
        the stop and leaves its probability as it was.
    multiples : sequence of float
        True rates at which the rule is shown, as multiples of the limit; those of 1 and above are left out.

    Returns
    -------
    HarmStopping

    Raises
    ------
    HarmLimitError, HarmLevelError, HarmPriorError, HarmPatientsError
        If an argument is outside its range.

    Examples
    --------
    >>> plan = bayesian_stopping("serious psychiatric event", limit=0.05, max_patients=60)
    >>> plan.rule.steps[:3]
    ((2, 5, 7), (3, 8, 17), (4, 18, 28))
    >>> [round(line.stop_probability, 3) for line in plan.characteristics]
    [0.021, 0.125, 0.571, 0.891, 0.984]
    """
    rule = bayesian_stop_rule(limit, level, max_patients, *prior, min_patients=min_patients)
    return _describe(event, rule, multiples)


def pocock_stopping(
    event: str,
    limit: float,
    max_patients: int,
    *,
    false_alarm: float = 0.05,
    min_patients: int = 1,
    multiples: Sequence[float] = MULTIPLES,
) -> HarmStopping:
    """Return the Pocock-type rule, one level of the exact tail at every patient, and what it does.

    Parameters
    ----------
    event, limit, max_patients, min_patients, multiples
        As for :func:`bayesian_stopping`.
    false_alarm : float
        Largest probability to stop where the true rate is the limit.

    Returns
    -------
    HarmStopping

    Raises
    ------
    HarmLimitError, HarmLevelError, HarmPatientsError
        If an argument is outside its range.

    Examples
    --------
    >>> plan = pocock_stopping("respiratory event", limit=0.05, max_patients=60)
    >>> round(plan.characteristics[1].stop_probability, 4)
    0.0488
    """
    return _describe(event, pocock_stop_rule(limit, max_patients, false_alarm, min_patients), multiples)


def closed_report(
    counts: Mapping[str, tuple[int, int]], arm_sizes: tuple[int, int], level: float = 0.95
) -> tuple[CommitteeLine, ...]:
    """Return the committee's table by arm A and B, for its eyes only.

    Parameters
    ----------
    counts : mapping
        From an event to its participants in arm A and in arm B; each participant counts once.
    arm_sizes : (int, int)
        Participants treated in A and B.
    level : float
        Coverage of the intervals: Wilson's for an arm, Miettinen and Nurminen's for the difference.

    Returns
    -------
    tuple of CommitteeLine
        In the order of ``counts``.

    Raises
    ------
    ParameterError
        If a count is not whole, below 0 or above the arm's size.

    Examples
    --------
    >>> line = closed_report({"hallucination": (9, 2)}, (30, 30))[0]
    >>> round(line.difference.value, 3), round(line.difference.lower, 3), round(line.difference.upper, 3)
    (0.233, 0.04, 0.427)
    """
    size_a, size_b = arm_sizes
    return tuple(
        CommitteeLine(
            event=event,
            arm_a=wilson_interval(count_a, size_a, level),
            arm_b=wilson_interval(count_b, size_b, level),
            difference=miettinen_nurminen_difference(count_a, size_a, count_b, size_b, level),
        )
        for event, (count_a, count_b) in counts.items()
    )


def open_report(
    counts: Mapping[str, tuple[int, int]], arm_sizes: tuple[int, int], level: float = 0.95
) -> tuple[OpenLine, ...]:
    """Return the table that everybody may see: both arms together, so that nothing is said of either.

    Parameters and errors are those of :func:`closed_report`.

    Examples
    --------
    >>> line = open_report({"hallucination": (9, 2)}, (30, 30))[0]
    >>> line.both_arms.numerator, line.both_arms.denominator
    (11, 60)
    """
    return tuple(
        OpenLine(event=event, both_arms=wilson_interval(count_a + count_b, sum(arm_sizes), level))
        for event, (count_a, count_b) in counts.items()
    )


def _describe(event: str, rule: StopRule, multiples: Sequence[float]) -> HarmStopping:
    rates = [multiple * rule.limit for multiple in multiples if multiple * rule.limit < 1]
    if not rates:
        raise HarmPatientsError("no multiple of the limit lies below 1; give smaller multiples.")
    return HarmStopping(
        event=event,
        rule=rule,
        characteristics=stop_characteristics(rule.stop_at, rates),
        unseen=rule_of_three(rule.max_patients),
    )
