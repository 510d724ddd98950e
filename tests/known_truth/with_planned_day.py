"""What does the split on a planned day make of one hospital, where people left because they were better?"""

from __future__ import annotations

from abate.sources.simulated.ratings import STEPS_PER_DAY
from abate.sources.simulated.streams import Array
from abate.stats.regression_to_mean_planned_day import AfterLeaving, fall_left_on_planned_day
from tests.known_truth.analysed import LEVEL, Analysed, Interval, Method
from tests.known_truth.hospitals import PLANNED_DAY

#: Mean time of the four ratings of a day, in days from the first rating: the last of them ends the day.
_MEAN_TIME = PLANNED_DAY - 1.5 / STEPS_PER_DAY


def _daily(a: Analysed) -> Array:
    """Return the ratings of the stay by day, shape (n, 7, 4)."""
    by_day: Array = a.raw.stay[:, 1:].reshape(len(a.raw.first), -1, STEPS_PER_DAY)
    return by_day


def _of_means(a: Analysed, after_leaving: AfterLeaving) -> Interval:
    means = _daily(a).mean(axis=2)
    found = fall_left_on_planned_day(a.model, means, PLANNED_DAY, after_leaving, at=_MEAN_TIME, level=LEVEL)
    return found.left


def _of_last_ratings(a: Analysed) -> Interval:
    return fall_left_on_planned_day(a.model, _daily(a)[:, :, -1], PLANNED_DAY, level=LEVEL).left


METHODS: dict[str, Method] = {
    "planned_day": Method(
        title="planned day 5, daily means",
        target="mean_5",
        estimate=lambda a: _of_means(a, AfterLeaving.OWN_COURSE),
    ),
    "planned_day_rating": Method(title="planned day 5, one rating a day", target="day_5", estimate=_of_last_ratings),
    "planned_day_untreated": Method(
        title="planned day 5, those gone back to no treatment",
        target="mean_5_while_there",
        estimate=lambda a: _of_means(a, AfterLeaving.UNTREATED),
    ),
}
