"""Which words are used? Nouns, counts and rules in plain English, with no cause in them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from abate.contracts.definition import ResponseRule
from abate.knowledge.scales import Scale
from abate.report.numbers import NARROW_SPACE, describe_count

_RATING_NOUNS = {"nrs": "pain", "vas": "pain", "verbal": "pain"}


def rating_noun(scale: Scale) -> str:
    """Return what the rating is of: "pain", or the name of the scale where it rates something else."""
    return _RATING_NOUNS.get(scale.id, scale.name)


def plural(count: float | str, noun: str, nouns: str | None = None) -> str:
    """Return ``1 course`` or ``61 courses``; of a count that is hidden ``<5 courses`` or ``a hidden number of courses``."""
    if count == "hidden":
        return f"a hidden number of {nouns or noun + 's'}"
    return f"{describe_count(count)} {noun if count == 1 else nouns or noun + 's'}"


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


def listed(words: Iterable[str], last: str = "and") -> str:
    """Return ``a, b and c``."""
    items = list(words)
    return "".join(items) if len(items) < 2 else f"{', '.join(items[:-1])} {last} {items[-1]}"


def sentence(text: str) -> str:
    """Return ``text`` with a capital at its start and a full stop at its end."""
    text = text.strip()
    if not text:
        return ""
    return capital(text) + ("" if text.endswith((".", "!", "?")) else ".")


def capital(text: str) -> str:
    """Return ``text`` with a capital at its start."""
    return text[:1].upper() + text[1:]


def in_words(name: str) -> str:
    """Return an identifier of the study file, such as ``blurred_vision`` or ``visit_1``, as a reader writes it."""
    return name.replace("_", " ")


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


def shown(text: str) -> str:
    """Return a text from a study file or from records so that it can stand in a sentence.

    Characters that nobody can see become the replacement character, and a text that runs from right to left, or says
    that it does, is kept to its own place.
    """
    cleaned = clean(text)
    if any(unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT for letter in cleaned):
        return f"\u2068{cleaned}\u2069"
    return cleaned


def clean(text: str) -> str:
    """Return a text in which every break is a space and every other control character the replacement character."""
    return _CONTROL.sub("\ufffd", _BREAK.sub(" ", text))


_BREAK = re.compile(r"[\t\n\r\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")

#: Letters of right-to-left scripts, and the marks that turn the direction of what follows.
_RIGHT_TO_LEFT = frozenset({"R", "AL", "RLE", "RLO", "LRE", "LRO", "RLI", "LRI", "FSI", "PDF", "PDI"})
