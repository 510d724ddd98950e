"""What does `abate scale` print? The list of scales, what is known of one, a score, or a judged change."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

from abate.base.errors import AnswersError, ParameterError
from abate.contracts.notice import NOT_A_DEVICE
from abate.headache.important_change import JudgedChange, is_important_change
from abate.headache.scale_facts import describe_band, describe_change, describe_scale, scale_list
from abate.headache.scale_scores import Score, number_of_word, score_items, score_total, vas_to_ten
from abate.knowledge.scale_bands import bands_of
from abate.knowledge.scales import Scale, scale

#: What stands for a missing answer.
_MISSING = ("", "?", "-")


def scale_lines(
    name: str | None,
    *,
    items: str | None = None,
    score: str | None = None,
    before: str | None = None,
    after: str | None = None,
) -> Iterator[str]:
    """Yield what is asked of a scale; without a name the list of all, without answers what is known of the one.

    Parameters
    ----------
    name : str or None
        In any spelling.
    items : str or None
        Answers to the items, with commas between; an empty one or ``?`` is missing.
    score : str or None
        A total, or the word or number of a scale with one answer.
    before, after : str or None
        Two ratings, to judge the change.

    Raises
    ------
    ParameterError
        If the scale is not known, or more is asked than one thing.
    AnswersError
        If an answer is not possible.
    """
    asked = [text is not None for text in (items, score)] + [before is not None or after is not None]
    if sum(asked) > 1:
        raise ParameterError("give one of --items, --score, or --before with --after.")
    if name is None:
        if any(asked):
            raise ParameterError("name the scale, such as midas; 'abate scale' lists them.")
        yield from scale_list()
    elif items is not None:
        yield from _score_lines(score_items(name, [_number(text) for text in items.split(",")]))
    elif score is not None:
        rating = _rating(scale(name), score)
        if rating is None:
            raise AnswersError("--score has no value; give a total, or the word or number of one answer.")
        yield from _score_lines(score_total(name, rating))
    elif before is not None or after is not None:
        yield from _change_lines(scale(name), before, after)
    else:
        yield from describe_scale(name)


def _score_lines(score: Score) -> Iterator[str]:
    yield f"{score.scale.name}: {_total(score)}"
    yield NOT_A_DEVICE
    if score.scale.id == "vas" and score.total is not None:
        yield f"  as a number from 0 to 10: {vas_to_ten(score.total):g}"
    for remark in score.remarks:
        yield f"  note: {remark}"
    if score.band is not None:
        yield f"  {_tagged(describe_band(score.band), score.band.source, score.band.tag)}"
    elif any(band.kind in ("grade", "band") for band in bands_of(score.scale.id)):
        yield "  grade or band: not known"
    for part in score.parts:
        yield f"  {_tagged(describe_band(part), part.source, part.tag)}"
    if score.scale.tag != "verified":
        yield f"  tag: {score.scale.tag}"
    yield f"  source: {score.scale.source}"


def _total(score: Score) -> str:
    if score.total is not None:
        return f"{score.total:g}"
    numbers = ", ".join(map(str, score.missing))
    return f"not known; no answer to item {numbers} (with it, from {score.least:g} to {score.most:g})"


def _change_lines(facts: Scale, before: str | None, after: str | None) -> Iterator[str]:
    judged = is_important_change(facts.id, _rating(facts, before), _rating(facts, after))
    yield f"important improvement on the {facts.name}: {judged.verdict.words}, {judged.reason}"
    yield NOT_A_DEVICE
    if judged.improvement is not None:
        kind = "better" if judged.improvement > 0 else "worse" if judged.improvement < 0 else "no change"
        yield f"  {abs(judged.improvement):g} points {kind}" if judged.improvement else f"  {kind}"
    yield from (f"  {_judged(one)}" for one in judged.decided_by)
    if judged.others:
        yield "  other limits, which do not decide:"
        yield from (f"  {_judged(one)}" for one in judged.others)


def _judged(one: JudgedChange) -> str:
    return f"{one.verdict.words:10}{_tagged(describe_change(one.rule), one.rule.source, one.rule.tag)}"


def _tagged(text: str, source: str, tag: str) -> str:
    return f"{text} [{source}]" if tag == "verified" else f"{text} [{source}; {tag}]"


def _rating(facts: Scale, text: str | None) -> float | None:
    """Return the number that was typed, or the number of the word."""
    has_words = any(band.kind == "word" for band in bands_of(facts.id))
    if text is not None and has_words and any(letter.isalpha() for letter in text):
        return number_of_word(facts.id, text)
    return None if text is None else _number(text)


def _number(text: str) -> float | None:
    if text.strip() in _MISSING:
        return None
    try:
        number = float(text)
        if isfinite(number):
            return number
        raise ValueError
    except ValueError:
        raise AnswersError(
            "an answer is not a number; write numbers, such as 3,5,2,0,4, and leave a missing one empty."
        ) from None
