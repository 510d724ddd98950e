"""What does the model on normal scores make of one hospital, where ratings are far from normal?"""

from __future__ import annotations

from abate.stats.regression_to_mean_normal_scores import fall_left_by_scores
from tests.known_truth.analysed import LEVEL, Analysed, Interval, Method


def _by_scores(a: Analysed) -> Interval:
    return fall_left_by_scores(a.courses, level=LEVEL).left


METHODS: dict[str, Method] = {
    "normal_scores": Method(title="model on normal scores", target="left", estimate=_by_scores)
}
