"""Which words are used? Nouns, counts and rules in plain English, with no cause in them."""

from __future__ import annotations

from abate.base.words import capital, clean, in_words, listed, plural, sentence, shown
from abate.contracts.definition import ResponseRule
from abate.knowledge.scales import Scale
from abate.report.numbers import NARROW_SPACE, describe_count

__all__ = [
    "capital",
    "clean",
    "describe_meeting",
    "describe_rule",
    "headed",
    "in_words",
    "label_rule",
    "listed",
    "n_of",
    "of_things",
    "of_those",
    "of_words",
    "plural",
    "rating_noun",
    "sentence",
    "shown",
]

_RATING_NOUNS = {"nrs": "pain", "vas": "pain", "verbal": "pain"}


def rating_noun(scale: Scale) -> str:
    """Return what the rating is of: "pain", or the name of the scale where it rates something else."""
    return _RATING_NOUNS.get(scale.id, scale.name)


def n_of(count: float | str, noun: str) -> str:
    """Return ``n = 61 courses.``, in one piece up to the number."""
    return f"n\u00a0=\u00a0{plural(count, noun)}."


def of_words(numerator: float, denominator: float) -> str:
    """Return how many of how many, with exact words at the ends: none of 59, all 59, 45 of 59, the one."""
    if denominator == 1:
        return "none of the one" if numerator == 0 else "the one"
    if numerator == 0:
        return f"none of {describe_count(denominator)}"
    if numerator == denominator:
        return "both" if denominator == 2 else f"all {describe_count(denominator)}"
    return f"{describe_count(numerator)} of {describe_count(denominator)}"


def of_things(numerator: float, denominator: float, noun: str, which: str = "") -> str:
    """Return how many of how many, with their noun: ``45 of 59 courses``, ``none of the 5 courses that can be judged``.

    Parameters
    ----------
    which : str
        What tells them from others, such as "that can be judged"; with it they are "the" ones.
    """
    ending = f" {which}" if which else ""
    if denominator == 1:
        return f"{'none of ' if numerator == 0 else ''}the one {noun}{ending}"
    if numerator == denominator:
        return f"both {noun}s{ending}" if denominator == 2 else f"all {describe_count(denominator)} {noun}s{ending}"
    some = "none" if numerator == 0 else describe_count(numerator)
    return f"{some} of {'the ' if which else ''}{describe_count(denominator)} {noun}s{ending}"


def headed(name: str) -> str:
    """Return an identifier as the beginning of a label: ``Blurred vision``."""
    return capital(in_words(name))


def describe_rule(rule: ResponseRule) -> str:
    """Return a rule of response as a noun phrase: "a fall of 2 points or more"."""
    if rule.kind == "at_most":
        return f"a final rating of {_threshold(rule)} or less"
    return f"a fall of {_threshold(rule)} or more"


def describe_meeting(rule: ResponseRule) -> str:
    """Return a rule of response as a verb in the past: "fell by 2 points or more", for one or for many."""
    if rule.kind == "at_most":
        return f"ended at {_threshold(rule)} or less"
    return f"fell by {_threshold(rule)} or more"


def label_rule(rule: ResponseRule) -> str:
    """Return a rule of response as a label: "Fall of 2 points or more"."""
    return capital(describe_rule(rule).split(" ", 1)[1])


def _threshold(rule: ResponseRule) -> str:
    number = f"{rule.threshold:g}".replace("-", "\u2212")
    if rule.kind == "percent":
        return f"{number}{NARROW_SPACE}%"
    if rule.kind == "points":
        return f"{number} point{'' if rule.threshold == 1 else 's'}"
    return number


def of_those(numerator: float, judged: float, total: float) -> str:
    """Return ``45 of the 59 that can be judged``, or plainly ``45 of 61`` where all can be."""
    if judged == total:
        return of_words(numerator, judged)
    who = f"{describe_count(judged)} that can be judged"
    if judged == 1:
        return f"{'none of the' if numerator == 0 else 'the'} one that can be judged"
    if numerator == judged:
        return f"all {who}"
    return f"{'none' if numerator == 0 else describe_count(numerator)} of the {who}"
