"""What do the answers to a scale come to? Totals, grades, bands and words; a missing answer is not known, never 0."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

from abate.base.errors import AnswersError, ParameterError
from abate.headache.verdicts import Verdict
from abate.knowledge.scale_bands import Band, bands_of, dividing_bands
from abate.knowledge.scales import SCALES, Scale, scale

#: Days of the three months that MIDAS asks about.
_MIDAS_DAYS = 92


@dataclass(frozen=True, kw_only=True)
class Score:
    """What one set of answers comes to.

    Attributes
    ----------
    scale : Scale
    total : float or None
        None where an item is missing.
    least, most : float
        The totals between which the whole answers would lie.
    missing : tuple of int
        Numbers of the items without an answer, from 1.
    band : Band or None
        The grade, band or word; None where it is not known, or the scale has none.
    parts : tuple of Band
        Cut-offs and parts of a grade that hold the total; each has its own tag.
    remarks : tuple of str
        What does not fit together in the answers.
    """

    scale: Scale
    total: float | None
    least: float
    most: float
    missing: tuple[int, ...] = ()
    band: Band | None = None
    parts: tuple[Band, ...] = ()
    remarks: tuple[str, ...] = ()


def score_midas(items: Sequence[float | None]) -> Score:
    """Return total and grade of the five answers of MIDAS, in days of the last three months (0 to 92 each).

    Without an answer there is no total; a grade stays where the other answers leave but one.

    Raises
    ------
    AnswersError
        If there are not five items, or an answer is no whole number from 0 to 92.

    Examples
    --------
    >>> score = score_midas([3, 5, 2, 0, 4])
    >>> score.total, score.band.label
    (14, 'III')
    """
    return score_items("midas", items)


def score_hit6(items: Sequence[float | None]) -> Score:
    """Return total and band of the six answers of HIT-6, each of 6, 8, 10, 11 or 13; with one missing nothing is known.

    Raises
    ------
    AnswersError
        If there are not six items, or an answer is another number.
    """
    return score_items("hit6", items)


def score_phq9(items: Sequence[float | None]) -> Score:
    """Return total and band of the nine answers of PHQ-9, each of 0 to 3.

    Raises
    ------
    AnswersError
        If there are not nine items, or an answer is another number.
    """
    return score_items("phq9", items)


def score_items(name: str, items: Sequence[float | None]) -> Score:
    """Return total and band of the answers to the items of a scale; None and NaN are missing answers.

    Raises
    ------
    ParameterError
        If the scale is not known, or its items are not.
    AnswersError
        If the number of items differs, or an answer is none of the possible ones.
    """
    facts = scale(name)
    answers = _checked_items(facts, items)
    given = [answer for answer in answers if answer is not None]
    missing = tuple(number for number, answer in enumerate(answers, start=1) if answer is None)
    least = sum(given) + len(missing) * min(facts.item_answers)
    most = sum(given) + len(missing) * max(facts.item_answers)
    is_open = bool(missing) and facts.needs_all_items
    return Score(
        scale=facts,
        total=None if missing else sum(given),
        least=least,
        most=most,
        missing=missing,
        band=None if is_open else _band_between(facts, least, most),
        parts=() if missing else _parts_at(facts, least),
        remarks=_midas_remarks(answers) if facts.id == "midas" else (),
    )


def score_total(name: str, total: float) -> Score:
    """Return the band of a total, or of a rating that is one answer.

    Raises
    ------
    ParameterError
        If the scale is not known.
    AnswersError
        If the scale cannot give the total.
    """
    facts = scale(name)
    value = _checked_total(facts, total)
    return Score(
        scale=facts,
        total=value,
        least=value,
        most=value,
        band=_band_between(facts, value, value),
        parts=_parts_at(facts, value),
    )


def check_hit6_total(total: float) -> int:
    """Return a total of HIT-6 that six answers of 6, 8, 10, 11 or 13 can give; 37, 39 and 77 are none.

    Raises
    ------
    AnswersError
        If no six answers give it.
    """
    return int(_checked_total(SCALES["hit6"], total))


def band_of(name: str, total: float | None) -> Band | None:
    """Return the grade, band or word of a total; None without a total, or where the scale has none that holds it.

    Raises
    ------
    ParameterError
        If the scale is not known.
    AnswersError
        If the scale cannot give the total.
    """
    return None if total is None or total != total else score_total(name, total).band


def vas_to_ten(millimetres: float) -> float:
    """Return a mark on a line of 100 mm as a number from 0 to 10.

    Raises
    ------
    AnswersError
        If the mark lies outside the line.
    """
    return _checked_total(SCALES["vas"], millimetres) / 10


def number_of_word(name: str, word: str) -> int:
    """Return the number of a word of a scale, such as 2 for "moderate" on the verbal scale.

    Raises
    ------
    ParameterError
        If the scale is not known, or has no words.
    AnswersError
        If the word is none of the scale's.
    """
    facts = scale(name)
    words = {band.label: int(band.low) for band in bands_of(facts.id) if band.kind == "word"}
    if not words:
        raise ParameterError(f"the {facts.name} has no words; give a number.")
    plain = " ".join(word.lower().split())
    if plain not in words:
        raise AnswersError(f"the answer is no word of the {facts.name}; its words are {', '.join(words)}.")
    return words[plain]


def is_pgic_responder(answer: float | None) -> Verdict:
    """Return whether an impression of change is one of the two best answers (Farrar 2001); without one it is not known.

    Raises
    ------
    AnswersError
        If the answer is none of 1 to 7.
    """
    if answer is None or answer != answer:
        return Verdict.NOT_KNOWN
    return (
        Verdict.MET if any(part.label == "responder" for part in score_total("pgic", answer).parts) else Verdict.NOT_MET
    )


def _checked_items(facts: Scale, items: Sequence[float | None]) -> list[int | None]:
    if not facts.item_answers:
        raise ParameterError(f"the items of the {facts.name} are not known here; give its value with --score.")
    if len(items) != facts.item_count:
        raise AnswersError(
            f"{_short(facts)} has {facts.item_count} items, and {len(items)} were given; leave a missing one empty."
        )
    return [_checked_item(facts, number, item) for number, item in enumerate(items, start=1)]


def _checked_item(facts: Scale, number: int, item: Any) -> int | None:
    if item is None or item != item:
        return None
    if not _is_number(item) or item not in facts.item_answers:
        raise AnswersError(
            f"item {number} of {_short(facts)} is not {describe_answers(facts)}; correct it, or leave it empty."
        )
    return int(item)


def _checked_total(facts: Scale, total: Any) -> float:
    if not _is_number(total) or not facts.is_in_range(total):
        raise AnswersError(
            f"the value is outside {facts.minimum:g} to {facts.maximum:g}, the range of the {facts.name}; correct it."
        )
    if not facts.is_possible(total):
        raise AnswersError(f"the value is not {facts.possible_values}, which every {facts.name} is; correct it.")
    return int(total) if total == int(total) else float(total)


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _band_between(facts: Scale, least: float, most: float) -> Band | None:
    """Return the one band that holds both ends, and so all between them."""
    return next((band for band in dividing_bands(facts.id) if band.holds(least) and band.holds(most)), None)


def _parts_at(facts: Scale, total: float) -> tuple[Band, ...]:
    others = [band for band in bands_of(facts.id) if band not in dividing_bands(facts.id)]
    return tuple(band for band in others if band.holds(total))


def _midas_remarks(answers: Sequence[int | None]) -> tuple[str, ...]:
    """Say where two questions, the second of which leaves out the days of the first, come to more days than there were."""
    pairs = [(first, first + 1) for first in (1, 3)]
    return tuple(
        f"questions {first} and {second} come to more than {_MIDAS_DAYS} days, "
        f"though question {second} leaves out the days of question {first}"
        for first, second in pairs
        if (answers[first - 1] or 0) + (answers[second - 1] or 0) > _MIDAS_DAYS
    )


def describe_answers(facts: Scale) -> str:
    """Return what one item may be: "a whole number from 0 to 92", or "one of 6, 8, 10, 11, 13"."""
    low, high = facts.item_answers[0], facts.item_answers[-1]
    if facts.item_answers == tuple(range(low, high + 1)):
        return f"a whole number from {low} to {high}"
    return f"one of {', '.join(map(str, facts.item_answers))}"


def _short(facts: Scale) -> str:
    return facts.name.removesuffix(" total")
