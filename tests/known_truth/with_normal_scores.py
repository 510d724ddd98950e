"""What does the model on normal scores make of one hospital, and what does the page claim where the two splits differ?"""

from __future__ import annotations

from abate.stats.regression_to_mean_checks import Check, check_asked_when_bad
from abate.stats.regression_to_mean_normal_scores import check_shape_of_ratings
from tests.known_truth.analysed import Analysed, Interval, Method, Number

#: The default of the study file, in points.
MARGIN = 0.25


def check_shape(a: Analysed) -> Check:
    """Return whether the two splits of all ratings lie more than the margin apart."""
    return check_shape_of_ratings(a.fall, a.fall_by_scores, MARGIN)


def _by_scores(a: Analysed) -> Interval:
    return a.fall_by_scores.left


def _as_claimed(a: Analysed) -> Interval:
    """The model's number with the interval that a claim has to clear: over both splits where they differ."""
    if check_asked_when_bad(a.courses).is_flagged:
        return Number(reason="visits were asked for when bad")
    plain, scored = a.fall.left, a.fall_by_scores.left
    if not check_shape(a).is_flagged or plain.lower is None or scored.lower is None:
        return plain
    assert plain.upper is not None
    assert scored.upper is not None
    return Number(value=plain.value, lower=min(plain.lower, scored.lower), upper=max(plain.upper, scored.upper))


METHODS: dict[str, Method] = {
    "normal_scores": Method(title="model on normal scores", target="left", estimate=_by_scores),
    "page_claim": Method(title="the claim as the page makes it", target="left", estimate=_as_claimed),
}
