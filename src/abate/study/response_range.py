"""Can the study's scale answer its response rules? A fall larger than the scale, or a final value outside of it, cannot be met."""

from __future__ import annotations

from collections.abc import Iterator

from abate.base.errors import StudyFileError
from abate.contracts.definition import ResponseRule, Study
from abate.knowledge.scales import SCALES, Scale, hint_of_scale


def check_scale(study: Study, name: str) -> None:
    """Raise StudyFileError unless the scale is known and its range and direction fit the response rules.

    Parameters
    ----------
    study : Study
    name : str
        Of the study file, for the sentence.
    """
    scale = SCALES.get(study.rating.scale)
    if scale is None:
        hint = hint_of_scale(study.rating.scale)
        raise StudyFileError(f"{name}, rating.scale: the scale {study.rating.scale!r} is not known; {hint}")
    if not scale.lower_is_better:
        raise StudyFileError(
            f"{name}, rating.scale: on the {scale.name} higher is better, and a study counts a fall as improvement; "
            "name a scale on which lower is better."
        )
    for rule in study.response.rules:
        for sentence in _mistakes(rule, scale):
            raise StudyFileError(f"{name}, response: {sentence}")


def _mistakes(rule: ResponseRule, scale: Scale) -> Iterator[str]:
    span = scale.maximum - scale.minimum
    ends = f"{scale.name} ({scale.minimum:g} to {scale.maximum:g})"
    if rule.at_most is not None:
        if not scale.is_in_range(rule.at_most):
            yield f"at_most {rule.at_most:g} lies outside {ends}."
    elif scale.rates_change:
        yield f"a fall means nothing on the {scale.name}, which rates a change itself; write at_most."
    elif rule.points is not None and rule.points > span:
        yield f"a fall of {rule.points:g} points is impossible on {ends}."
    elif rule.percent is not None and rule.percent > 100 * span / scale.maximum:
        most = 100 * span / scale.maximum
        yield f"a fall of {rule.percent:g} per cent is impossible on {ends}; the largest is {most:.1f} per cent."
